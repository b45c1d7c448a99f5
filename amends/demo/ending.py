"""The last screen: what the public sees, how long it took, the mails, the record, the pages."""

from collections.abc import Iterator, Sequence

from amends.demo.following import in_short, lines
from amends.demo.mailbox import letters
from amends.demo.people import DEE, addressee, first_name
from amends.demo.places.base import Place
from amends.demo.screen import Screen
from amends.demo.stage import Stage
from flows.cases import CaseShape
from flows.shapes import EntryShape, IncidentShape, PostShape


def show_ending(
    stage: Stage,
    screen: Screen,
    reference: str,
    before: Sequence[Sequence[str]],
    case: CaseShape | None = None,
    linked: Sequence[str] = (),
) -> None:
    """Everything once more, as it stands now; ``before`` is what the public saw in each place,
    ``case`` what HR alone sees, ``linked`` the incidents that came of this one."""
    dee, installation = stage.player(DEE), stage.installation
    seen, entries = dee.incident(reference), dee.timeline(reference)
    screen.title(f"{reference}, closed: the whole story")
    for title, saw, sees in _sights(stage.places, before):
        screen.side_by_side(("The public saw", saw), (title, sees))
    for answer in dict.fromkeys(_answers(stage.places, seen)):
        screen.aside(f"To a stranger, {answer}.")

    screen.heading("How long it took, from the report")
    screen.rows(_times(seen, entries), "bold green")
    screen.heading("The mails (to the outbox folder: there is no mail server)")
    screen.rows((addressee(one.to), one.subject) for one in letters(installation.outbox))
    screen.heading("The timeline in short, as Dee may read it")
    screen.timeline(lines(in_short(entries), seen))
    for other in linked:
        screen.heading(f"{other}, which came of it")
        screen.timeline(lines(in_short(dee.timeline(other)), dee.incident(other)))
    if case is not None:
        screen.heading("The case, which HR alone can read")
        screen.rows(
            [(case.state.value, f"by {first_name(case.decided_by or '')}, rule {case.rule}")]
        )
    screen.heading("What Prefect shows")
    screen.rows(_runs(stage, reference))
    if stage.prefect is not None and any(entry.what == "prefect-gap" for entry in entries):
        screen.aside("Its server came up halfway: what came before is the gap in the timeline.")
    screen.heading("Where the pages are, while this runs")
    screen.rows(_pages(stage))


def _sights(
    places: Sequence[Place], before: Sequence[Sequence[str]]
) -> Iterator[tuple[str, list[str], list[str]]]:
    """A title, what the public saw, and what it sees; places that show the same go together."""
    shown: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for place, saw in zip(places, before, strict=True):
        key = (tuple(saw), tuple(place.seen_by_a_stranger()))
        shown.setdefault(key, []).append(place.title)
    for (saw, sees), titles in shown.items():
        several = f"It sees now, on {', '.join(titles)}"
        yield (several if len(places) > 1 else "The public sees now"), list(saw), list(sees)


def _answers(places: Sequence[Place], seen: IncidentShape) -> Iterator[str]:
    for place, link in _links(places, seen):
        where = f" on {place.title}" if len(places) > 1 else ""
        if answer := place.answer_to_a_stranger(link):
            yield f"the old link{where} now answers {answer}"


def _links(places: Sequence[Place], seen: IncidentShape) -> Iterator[tuple[Place, str]]:
    for place in places:
        yield from ((place, one.url) for one in seen.posts if _is_at(place, one))


def _is_at(place: Place, post: PostShape) -> bool:
    return (post.platform, post.account) == (place.platform, place.handle)


def _times(seen: IncidentShape, entries: Sequence[EntryShape]) -> list[tuple[str, str]]:
    cleared = _after(seen, entries, "cleared")
    words = seen.clock.seconds_to_words
    ours = all(one.ours for one in seen.posts)
    looked = "our own read and a stranger’s both say so" if ours else "a stranger’s read says so"
    found = [
        (_after(seen, entries, "captured"), "a copy was kept, as evidence"),
        (seen.clock.seconds_to_delete if ours else None, "the platform had deleted the post"),
        (_after(seen, entries, "seen-gone"), f"gone: {looked}"),
        (cleared, "whoever must had said yes (played: a person reads longer)"),
        (words, "the words that put it right were public"),
    ]
    return [(f"{seconds:.2f} s", what) for seconds, what in found if seconds is not None]


def _after(seen: IncidentShape, entries: Sequence[EntryShape], what: str) -> float | None:
    """Seconds from the report to the last of these, when the last copy had come so far."""
    at = max((one.at for one in entries if one.what == what), default=None)
    return None if at is None else (at - seen.opened_at).total_seconds()


def _runs(stage: Stage, reference: str) -> list[tuple[str, str]]:
    if stage.prefect is None:
        return [("nothing", "it is switched off (AMENDS_PREFECT=off); the work is the same")]
    runs = stage.prefect.runs(reference)
    if not runs:
        return [("nothing yet", "its server was not up in time; the work did not wait for it")]
    return [(run.name, run.state_name or "") for run in runs]


def _pages(stage: Stage) -> list[tuple[str, str]]:
    installation = stage.installation
    pages = [
        *(("What the public sees", one.page) for one in stage.places if one.page),
        ("The API, described", f"{installation.url}/api/v1/openapi.json"),
    ]
    if stage.prefect is not None:
        pages.append(("Prefect", stage.prefect.url))
    return pages
