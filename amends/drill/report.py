"""The report of a drill: a dated page that can be shown to an auditor, in Markdown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from amends.custody import ENOUGH, Asked
from amends.drill.copying import Stand
from amends.drill.gaps import gaps
from amends.drill.part import Part
from amends.drill.rehearsing import Went
from amends.drill.times import Told, Took, times, told
from amends.settings import DRILL_MARK, Settings
from models.snapshot import Snapshot
from models.words import Medium
from templates.labels import label

FILE = "report.md"
NOT_HAPPENED = "did not happen"
HOW = {Medium.MAIL: "mail", Medium.TEXT: "text", Medium.CHAT: "chat"}


@dataclass(frozen=True)
class Held:
    """What there is to say. ``part`` and ``seen`` are None where no mistake was rehearsed or
    reported; ``mails_to`` is where mails went."""

    began: datetime
    ended: datetime
    holder: str
    live: Settings
    mails_to: str
    part: Part | None = None
    went: Went | None = None
    seen: Snapshot | None = None
    stands: tuple[Stand, ...] = ()
    asked: Asked | None = None
    why_ended: str = ""


def write(folder: Path, held: Held) -> Path:
    """Write the report into the drill's folder; returns the file."""
    path = folder / FILE
    path.touch(mode=0o600)
    path.write_text("\n".join(_page(held)) + "\n", encoding="utf-8")
    return path


def _page(held: Held) -> Iterable[str]:
    yield f"# {DRILL_MARK}report of {held.began:%-d %B %Y, %H:%M} UTC"
    yield ""
    yield f"{held.live.organisation.name}. Held by {held.holder}."
    yield (
        f"Began {held.began:%H:%M:%S}, ended {held.ended:%H:%M:%S} UTC. Nothing real was posted, "
        f"deleted or called. {held.mails_to}"
    )
    if held.part:
        yield from _rehearsed(held, held.part)
    if held.part and held.seen:
        yield from _measured(held.seen)
    if held.went and held.went.unreached:
        yield from _section("Tried, and not reached")
        yield from _table(("who", "for what"), held.went.unreached)
    if held.part:
        yield from _reachable(held)
    if held.asked:
        yield from _custody(held.live, held.asked)


def _rehearsed(held: Held, part: Part) -> Iterable[str]:
    kinds = ", ".join(label("kind", kind) for kind in part.kinds)
    yield from _section("What was rehearsed")
    yield f"{kinds}, on {part.stand.name}, posted and reported by {part.poster.name}."
    others = [one for one in held.stands if one.real.platform != "x"]
    for one in others:
        yield f"The practice platform's @{one.handle} stood for {one.name}."
    went = held.went
    if went and went.reference:
        ended = "It was carried to its closing." if went.closed else f"{held.why_ended}"
        yield f"The incident is {went.reference}. {ended}"
    else:
        yield f"It was not reported. {held.why_ended}"


def _measured(seen: Snapshot) -> Iterable[str]:
    yield from _section("How long it took, from the report")
    yield from _table(("what", "seconds"), [_took(one) for one in times(seen)])
    yield from _section("Who was asked or told")
    rows = [_told(one) for one in told(seen)]
    yield from _table(("whom", "as", "by", "left", "acknowledged"), rows)


def _took(one: Took) -> tuple[str, str]:
    return one.what, NOT_HAPPENED if one.seconds is None else f"{one.seconds:.1f}"


def _told(one: Told) -> tuple[str, ...]:
    whom = f"{one.address} (shared mailbox)" if one.shared else one.address
    sent = "not sent" if one.sent is None else f"{one.sent:.1f} s"
    read = "no" if one.acknowledged is None else f"{one.acknowledged:.1f} s"
    return whom, label("role", one.role), HOW[one.by], sent, read


def _reachable(held: Held) -> Iterable[str]:
    asked = [one.address for one in told(held.seen) if not one.shared] if held.seen else []
    found = gaps(held.live, (one for one in asked if "@" in one))
    yield from _section("Who could not be reached, by the register")
    if found:
        yield from _table(("who", "what is missing"), found)
    else:
        yield "Everybody whom the department counts on has a phone and a deputy."


def _custody(live: Settings, asked: Asked) -> Iterable[str]:
    names = {one.email: one.name for one in live.people}
    yield from _section("Log-in custody")
    yield f"Asked by {names.get(asked.asked_by, asked.asked_by)}, {asked.asked_at:%-d %B %Y}."
    yield ""
    rows = [
        (
            one.account,
            ", ".join(names.get(email, email) for email in one.can) or "nobody",
            ", ".join(names.get(email, email) for email in one.cannot) or "–",
            "yes" if len(one.can) >= ENOUGH else "**no**",
        )
        for one in asked.accounts
    ]
    yield from _table(("account", "can log in", "cannot", "two can"), rows)


def _section(title: str) -> tuple[str, ...]:
    return ("", f"## {title}", "")


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(one.replace('|', chr(92) + '|') for one in row)} |"
