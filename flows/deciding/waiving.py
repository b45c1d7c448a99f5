"""Waive: a named person decides that public words are not needed after all."""

from flows.deciding.desk import Desk, desk
from flows.deciding.questions import decide, needed, withdraw_questions
from flows.deciding.statements import statement_meant, take_back
from models.holding_lines import is_ahead
from models.office import Office
from models.people import Person
from models.statements import Statement
from models.words import Choice, DecisionType, StatementState
from policy.access import Act

NOT_YOURS = "Only the Digital Transformation Unit can let public words go."
WHY = "Say why no words are needed."


def waive(
    office: Office, person: Person, reference: str, *, reason: str, statement: str | None = None
) -> None:
    """Withdraw the statement for good; of a holding line that is out, let it stand unreplaced.

    Raises NotFoundError, NotAllowedError, BadRequestError, NotNowError and AlreadyDecidedError.
    """
    with desk(office, person, reference, "waive") as here:
        here.require(Act.WAIVE, NOT_YOURS)
        here.require_open()
        text = needed(reason, WHY)
        about = statement_meant(here, statement)
        if is_ahead(about) and about.state == StatementState.PUBLISHED:
            _let_stand(here, about, text)
            return
        take_back(here, about, "waived")
        decide(here, DecisionType.WAIVE, target=about.id, choice=Choice.GIVEN, text=text, once=True)
        about.state = StatementState.WITHDRAWN
        here.tx.add(about)
        withdraw_questions(here, about.id)
        here.record("waived", statement=about.id)


def _let_stand(here: Desk, line: Statement, text: str) -> None:
    """A holding line that is out stays, and nothing need replace it."""
    decide(here, DecisionType.WAIVE, target=line.id, choice=Choice.GIVEN, text=text, once=True)
    here.record("holding-line-stands", statement=line.id)
