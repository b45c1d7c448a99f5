"""The forms of a case's page: what may be done now, and what a form that was sent asks for.

Fields are named by numbers, never by what they are for: where a browser goes to a field, its
address shows the name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from amends.web.bodies import CaseDecisionBody
from amends.web.case_bodies import CaseMoveBody, asked_by
from amends.web.form import Form
from flows.cases import CaseShape
from flows.reviewing.moving import Asked
from models.review import CaseMove, CaseOutcome, CaseState, Hand, PaperKind, Part
from policy.fairness import Question, asked_of_referrer
from policy.review import MAY_BE_NAMED
from policy.routes import Way

M = CaseMove

NUMBERS = {move: number for number, move in enumerate(CaseMove, start=1)}

FIELDS: dict[CaseMove, tuple[str, ...]] = {
    M.TAKE: (),
    M.ASSIGN: ("hand", "person", "text"),
    M.ADD_EVIDENCE: ("text",),
    M.TELL: (),
    M.ANSWER: ("text", "health"),
    M.GO_ON: (),
    M.NAME_COMPANION: ("text",),
    M.REPORT: ("text",),
    M.CALL: ("at", "text"),
    M.MEET: ("text",),
    M.DECIDE: ("outcome", "text"),
    M.TELL_OUTCOME: (),
    M.APPEAL: ("text",),
    M.HEAR: ("appeal_outcome", "text"),
    M.CLOSE: (),
    M.SUSPEND: ("at", "text"),
    M.REVIEW_SUSPENSION: ("at", "text"),
    M.KEEP: ("text",),
    M.RELEASE: ("text",),
}
"""The fields of each form. Referring, the questions of fairness and the glass have their own."""

REFERRAL = ("choice", "rule", "reason", "condition")
"""Those of the form that decides on the referral, which is three moves."""

LESSER = frozenset({M.NAME_COMPANION, M.SUSPEND, M.REVIEW_SUSPENSION, M.KEEP, M.RELEASE})
"""What is offered folded: it leads nowhere by itself."""

FIRST = {Way.CASE: M.REFER, Way.HAND_OVER: M.HAND_OVER}
"""What a referral leads to, by who employs the person. Somebody unknown is looked for first."""

MISSING = {
    "text": "Write what it is, or why",
    "reason": "Write why",
    "rule": "Write which rule it is about",
    "condition": "Choose which law allows it",
    "choice": "Choose what happens with it",
    "hand": "Choose as what",
    "person": "Enter their email address",
    "outcome": "Choose what you decide",
    "appeal_outcome": "Choose what you decide",
    "at": "Enter a day that there is, and a time like 10:30",
}
LONGEST = 10_000
TOO_LONG = f"Use {LONGEST:,} characters or fewer"
CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})", re.ASCII)

MOVE: TypeAdapter[CaseMoveBody] = TypeAdapter(CaseMoveBody)


class WrongFormError(Exception):
    """What was sent will not do: ``errors`` are sentences by the name of the field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__()
        self.errors = dict(errors)


@dataclass(frozen=True)
class Offer:
    """A move that is this person's now. Before ``not_before`` it cannot be made yet; ``choices``
    are those of its list that may be chosen."""

    move: CaseMove
    first: bool
    not_before: datetime | None = None
    choices: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """What its form is named by."""
        return NUMBERS[self.move]

    @property
    def names(self) -> dict[str, str]:
        """What each of its fields is named."""
        return names_of(FIELDS[self.move], self.number)


def names_of(fields: Iterable[str], number: int = 0) -> dict[str, str]:
    """The names of a form's fields, as its page and whoever sends it write them."""
    return {name: f"f{number}-{place}" for place, name in enumerate(fields)}


def offers(seen: CaseShape, now: datetime) -> list[Offer]:
    """What the page offers, of all that the person may try."""
    return [
        Offer(move, _is_first(move, seen), _not_before(move, seen, now), _choices(move, seen))
        for move in seen.you_may
        if move in FIELDS and _makes_sense(move, seen)
    ]


def verdicts(seen: CaseShape) -> tuple[CaseMove, ...]:
    """What may be decided about a referral, by who employs the person."""
    if M.REFER not in seen.you_may:
        return (M.HAND_OVER,) if M.HAND_OVER in seen.you_may else ()
    if seen.route_details is None:
        return M.REFER, M.DO_NOT_REFER
    return FIRST[Way(seen.route_details.way)], M.DO_NOT_REFER


def _makes_sense(move: CaseMove, seen: CaseShape) -> bool:
    """Whether the case, as it stands, has anything that the move could do."""
    match move:
        case M.TAKE:
            return Part.COORDINATOR not in seen.you
        case M.TELL:
            has_evidence = any(paper.kind is PaperKind.EVIDENCE for paper in seen.papers)
            return has_evidence and seen.poster is not None
        case M.KEEP:
            return seen.kept_because is None
        case M.RELEASE:
            return seen.kept_because is not None
        case M.SUSPEND:
            return seen.suspended_until is None and seen.poster is not None
        case M.REVIEW_SUSPENSION:
            return seen.suspended_until is not None
        case _:
            return True


def _is_first(move: CaseMove, seen: CaseShape) -> bool:
    """People are named before anybody is told; later it is an exception, as is to take a case."""
    if move in (M.ASSIGN, M.TAKE):
        return seen.state in (CaseState.REFERRED, CaseState.ASSIGNED)
    return move not in LESSER


def _not_before(move: CaseMove, seen: CaseShape, now: datetime) -> datetime | None:
    waits = move is M.GO_ON or (move is M.CLOSE and seen.state is CaseState.OUTCOME_TOLD)
    at = seen.due_at if waits else seen.meeting_at if move is M.MEET else None
    return at if at is not None and now < at else None


def _choices(move: CaseMove, seen: CaseShape) -> tuple[str, ...]:
    if move is M.ASSIGN:
        return tuple(hand.value for hand in Hand if seen.state in MAY_BE_NAMED[hand])
    if move is M.DECIDE and seen.state is not CaseState.MET:
        return (CaseOutcome.NO_CASE.value,)
    return tuple(CaseOutcome) if move is M.DECIDE else ()


def asked_for(form: Form) -> Asked:
    """The move that the form asks for. Raises WrongFormError."""
    move = next((one for one in FIELDS if one.value == form.one("move")), None)
    if move is None:
        raise WrongFormError({})
    names = names_of(FIELDS[move], NUMBERS[move])
    given = {name: _given(form, name, named, move) for name, named in names.items()}
    sent = {name: value for name, value in given.items() if value}
    try:
        return asked_by(MOVE.validate_python({"move": move.value, **sent}))
    except ValidationError as error:
        raise WrongFormError(dict(_wrong(error, names))) from None


def decision_of(form: Form) -> CaseDecisionBody:
    """The decision about the referral. Raises WrongFormError."""
    names = names_of(REFERRAL)
    sent = {name: form.one(named) for name, named in names.items() if form.one(named)}
    try:
        return CaseDecisionBody.model_validate(sent)
    except ValidationError as error:
        raise WrongFormError(dict(_wrong(error, names))) from None


def notes_of(form: Form) -> dict[Question, str]:
    """What was noted on each question. Raises WrongFormError."""
    named = {f"note-{place}": row.question for place, row in enumerate(asked_of_referrer())}
    if long := {name: TOO_LONG for name in named if len(form.one(name)) > LONGEST}:
        raise WrongFormError(long)
    return {question: form.one(name) for name, question in named.items() if form.one(name)}


def entered(form: Form) -> dict[str, str]:
    """What was typed, to be shown again beside what is wrong with it."""
    return {name: form.one(name) for name in form.fields if name != "csrf"}


def _given(form: Form, name: str, named: str, move: CaseMove) -> str | datetime | None:
    if name != "at":
        return form.one(named)
    try:
        at = _moment(form, named, whole_day=move is not M.CALL)
    except (ValueError, OverflowError):
        raise WrongFormError({named: MISSING["at"]}) from None
    if at is None and move is not M.REVIEW_SUSPENSION:  # without an end it is lifted
        raise WrongFormError({named: MISSING["at"]})
    return at


def _moment(form: Form, name: str, *, whole_day: bool) -> datetime | None:
    """In UTC, as all times of the pages. A suspension lasts until its last day is over."""
    if (day := form.day(name)) is None:
        return None
    hour, minute = (23, 59) if whole_day else _clock(form.one(f"{name}-time"))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def _clock(said: str) -> tuple[int, int]:
    """``10:30``, or as it is also written, ``10.30``. Raises ValueError."""
    found = CLOCK.fullmatch(said)
    if found is None:
        raise ValueError
    return int(found[1]), int(found[2])


def _wrong(error: ValidationError, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for one in error.errors():
        name = str(one["loc"][-1])
        long = one["type"] == "string_too_long" and name != "person"
        yield names[name], TOO_LONG if long else MISSING.get(name, TOO_LONG)
