"""Holds one drill from beginning to end, and leaves a dated folder behind; the outermost edge."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from amends.cli.screen import complain, mark_as_drill
from amends.custody import drills_of
from amends.custody import write as keep_answers
from amends.drill.copying import Stand, stands_for
from amends.drill.failing import DrillError, EndedEarly
from amends.drill.gaps import people_of
from amends.drill.hall import Hall, open_hall
from amends.drill.log_ins import ask_log_ins
from amends.drill.part import Part
from amends.drill.rehearsing import Rehearsal
from amends.drill.report import Held, write
from amends.drill.terminal import Terminal
from amends.settings import PersonPart, Settings, load
from amends.supervise import sigterm_is_ctrl_c
from integrations.notices.smtp import BadSmtpAddressError, read_address
from models.register import check
from models.words import Kind, Role

DONE, FAILED = 0, 1

IN_A_DRILL = "This is the installation of a drill. Start one where the live amends.toml is."
NO_ACCOUNT = "amends.toml names no account. Add one, then hold a drill on it."
NO_PASSWORD = (
    "Leave user name and password out of --smtp: others could see them. A drill sends mail by a "
    "server that takes it without."
)
NEEDS_URL = (
    "Give --url with --smtp: the address at which people reach the drill. The links in their mails "
    "lead there."
)
NO_SUCH_ACCOUNT = "amends.toml has no account {name}. Choose one of: {names}."
NO_SUCH_PERSON = "Nobody of [[people]] has the address {email}."
NOT_A_PUBLISHER = "{email} does not publish on {name}. Choose one of: {emails}."
TO_PEOPLE = "Mails went to real people, each marked DRILL; texts stayed in a folder."
TO_A_FOLDER = "Mails and texts stayed in a folder."
WHO_HOLDS = "Who holds the drill? Your e-mail address:"
EARLY = "It was ended before it was closed."


@dataclass(frozen=True)
class Wanted:
    """What was asked for at the command line. ``smtp`` sends mails to real people; ``by_people``
    has each of them act at their own terminal; ``custody_only`` rehearses no mistake."""

    kinds: tuple[Kind, ...] = (Kind.FACTUAL,)
    account: str = ""
    by: str = ""
    poster: str = ""
    smtp: str = ""
    url: str = ""
    port: int = 0
    by_people: bool = False
    custody_only: bool = False


def hold(wanted: Wanted, terminal: Terminal | None = None) -> int:
    """Hold it; returns the exit code: 0 held, 1 not. Raises SettingsError."""
    mark_as_drill()
    live = load()
    check(live)
    try:
        with sigterm_is_ctrl_c():
            _hold(wanted, live, terminal or Terminal())
    except DrillError as error:
        complain(str(error))
        return FAILED
    except (EndedEarly, KeyboardInterrupt):
        return FAILED
    return DONE


def _hold(wanted: Wanted, live: Settings, terminal: Terminal) -> None:
    """Rehearse, ask, report. The report is written twice, so that it is there whatever fails."""
    _require_usable(wanted, live)
    holder = _holder(wanted, live, terminal)
    began = datetime.now(UTC)
    folder = drills_of(live.home) / f"{began:%Y-%m-%d-%H%M%S}"
    folder.mkdir(mode=0o700, parents=True)
    held = Held(began, began, holder.name, live, TO_PEOPLE if wanted.smtp else TO_A_FOLDER)
    if not wanted.custody_only:
        held = _rehearse(wanted, held, folder, terminal)
        write(folder, held)
    asked = ask_log_ins(live, holder.email, terminal)
    if asked:
        keep_answers(folder, asked)
    written = write(folder, replace(held, asked=asked, ended=datetime.now(UTC)))
    terminal.say()
    terminal.say("The report, for whoever asks whether this was practised:", loud=True)
    terminal.place(str(written))


def _rehearse(wanted: Wanted, held: Held, folder: Path, terminal: Terminal) -> Held:
    """Everything runs until this returns. Raises DrillError where it could not begin."""
    terminal.say("Starting a drill: on the practice platform, with your own people.", loud=True)
    home, url = folder / "installation", wanted.url.rstrip("/")
    with open_hall(
        home, held.live, port=wanted.port, url=url, smtp=wanted.smtp or None, say=terminal.say
    ) as hall:
        return _played(wanted, held, hall, terminal)


def _played(wanted: Wanted, held: Held, hall: Hall, terminal: Terminal) -> Held:
    part = _cast(wanted, hall)
    rehearsal = Rehearsal(hall, terminal, part, by_people=wanted.by_people)
    why = ""
    try:
        rehearsal.play()
    except (EndedEarly, KeyboardInterrupt):
        why = EARLY
    except DrillError as error:
        why = str(error)
    if why:
        terminal.say(why, loud=True)
    went = rehearsal.went
    seen = hall.rows(went.reference) if went.reference else None
    ended, stands = datetime.now(UTC), hall.copy.stands
    return replace(held, ended=ended, part=part, went=went, seen=seen, stands=stands, why_ended=why)


def _require_usable(wanted: Wanted, live: Settings) -> None:
    if live.drill is not None:
        raise DrillError(IN_A_DRILL)
    if not live.accounts:
        raise DrillError(NO_ACCOUNT)
    _chosen(wanted, stands_for(live.accounts))
    if not wanted.smtp:
        return
    if not wanted.url:
        raise DrillError(NEEDS_URL)
    try:
        address = read_address(wanted.smtp)
    except BadSmtpAddressError as error:
        raise DrillError(str(error)) from None
    if address.user or address.password:
        raise DrillError(NO_PASSWORD)


def _holder(wanted: Wanted, live: Settings, terminal: Terminal) -> PersonPart:
    """Who answers for the drill: named in its report."""
    usual = next((one.email for one in live.people if Role.DTU_DUTY.value in one.roles), "")
    email = (wanted.by or terminal.ask(WHO_HOLDS, usual)).strip().lower()
    found = next((one for one in live.people if one.email == email), None)
    if found is None:
        raise DrillError(NO_SUCH_PERSON.format(email=email))
    return found


def _cast(wanted: Wanted, hall: Hall) -> Part:
    stand, email = _chosen(wanted, hall.copy.stands)
    poster = hall.register().person(email)
    assert poster is not None, "whoever an account names is in the register"
    return Part(stand, wanted.kinds, poster)


def _chosen(wanted: Wanted, stands: Sequence[Stand]) -> tuple[Stand, str]:
    """The account, and the address of who makes the mistake there. Raises DrillError."""
    stand = _stand(wanted.account.strip().lower(), stands)
    publishers = people_of(stand.real)
    owner, *others = publishers
    email = wanted.poster.strip().lower() or next(iter(others), owner)
    if email not in publishers:
        emails = ", ".join(publishers)
        raise DrillError(NOT_A_PUBLISHER.format(email=email, name=stand.name, emails=emails))
    return stand, email


def _stand(name: str, stands: Sequence[Stand]) -> Stand:
    """The account that was named; else the first on X, else the first."""
    if not name:
        return next((one for one in stands if one.real.platform == "x"), stands[0])
    found = next((one for one in stands if one.name == name), None)
    if found is None:
        names = ", ".join(one.name for one in stands)
        raise DrillError(NO_SUCH_ACCOUNT.format(name=name, names=names))
    return found
