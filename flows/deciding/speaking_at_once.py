"""At once: a holding line, or the removal note, goes out ahead of the words that are due."""

from flows.asking import ask_for_what_replaces
from flows.deciding.before import Before
from flows.deciding.desk import desk
from flows.deciding.questions import decide
from flows.deciding.writing import WAIT, open_line, put_words
from flows.refusals import NotAllowedError, NotNowError
from models.holding_lines import SPEAKING, is_ahead
from models.office import Office
from models.parity import Carries, words_on_each
from models.people import Account, Person
from models.words import Choice, DecisionType, Kind, StatementKind
from policy.access import Act, Relation
from policy.at_once import AtOnce, allowed_at_once
from policy.stored import plan_of
from policy.times import Timed, lasts

AHEAD = (StatementKind.CHECKING, StatementKind.REMOVAL_NOTE)

NOT_YOURS = (
    "Only the Digital Transformation Unit, the account’s owner or a clearer can have a holding "
    "line go out, and never who posted. Phone the duty officer."
)
NOT_OF_THIS = (
    "Nothing may go out ahead of the words that are due for this kind of mistake. Write the words, "
    "for others to clear: amends words REFERENCE --text …."
)
NOTHING_TO_HOLD = (
    "There is nothing to hold: on every account the words are out, on their way, or let go, or a "
    "line was sent ahead of them already."
)


def speak_at_once(
    office: Office,
    person: Person,
    reference: str,
    *,
    line: StatementKind = StatementKind.CHECKING,
    text: str | None = None,
    language: str | None = None,
    reason: str | None = None,
) -> None:
    """Open the line on every account that carried the error; the engine drafts and sends it.

    ``line`` is CHECKING or REMOVAL_NOTE. With ``text`` it is the person's own, and one other person
    must clear it. The DTU is asked for what replaces it until that is out or somebody lets the line
    stand. Raises NotFoundError, NotAllowedError, BadRequestError and NotNowError.
    """
    with desk(office, person, reference, "speak-at-once") as here:
        here.require(Act.SPEAK_AT_ONCE, NOT_YOURS)
        if Relation.POSTER in here.relations:
            raise NotAllowedError(NOT_YOURS)
        here.require_open()
        if plan_of(here.incident) is None:
            raise NotNowError(WAIT)
        kinds = [Kind(kind) for kind in here.incident.kinds]
        if allowed_at_once(line, kinds) is AtOnce.NO:
            raise NotNowError(NOT_OF_THIS)
        if not (accounts := _unspoken(here, line)):
            raise NotNowError(NOTHING_TO_HOLD)
        decide(here, DecisionType.HOLDING_LINE, target=line.value, choice=Choice.GIVEN, text=reason)
        here.record("holding-line", line=line.value)
        ask_for_what_replaces(here.tx, here.incident)
        holds = lasts(Timed.HOLDING_LINE_EXPIRES, here.incident.severity)
        for account in accounts:
            made = open_line(here, account, line, holds)
            if text:
                put_words(here, made, text, language)
            else:
                here.record("holding-line-opened", statement=made.id)


def lines_at_once(by: Before) -> tuple[tuple[StatementKind, AtOnce], ...]:
    """The lines that this person could have go out now, and with whose yes."""
    incident = by.seen.incident
    if not by.may(Act.SPEAK_AT_ONCE) or Relation.POSTER in by.relations or incident.plan is None:
        return ()
    kinds = [Kind(kind) for kind in incident.kinds]
    found = ((line, allowed_at_once(line, kinds)) for line in AHEAD if _unspoken(by, line))
    return tuple((line, word) for line, word in found if word is not AtOnce.NO)


def _unspoken(by: Before, line: StatementKind) -> list[Account]:
    """The accounts whose words are still to come, and which have had no such line yet."""
    had = {
        one.account_id
        for one in by.seen.statements
        if is_ahead(one) and one.kind == line and one.generation == by.seen.incident.generation
    }
    return [
        by.seen.accounts[one.account_id]
        for one in words_on_each(by.seen)
        if one.carries is Carries.MISSING
        and (one.statement is None or one.statement.state not in SPEAKING)
        and one.account_id not in had
    ]
