"""Waive: a named person decides that public words are not needed after all."""

from flows.deciding.desk import desk
from flows.deciding.questions import decide, needed, withdraw_questions
from flows.deciding.statements import statement_meant, take_back
from models.office import Office
from models.people import Person
from models.words import Choice, DecisionType, StatementState
from policy.access import Act

NOT_YOURS = "Only the Digital Transformation Unit can let public words go."
WHY = "Say why no words are needed."


def waive(
    office: Office, person: Person, reference: str, *, reason: str, statement: str | None = None
) -> None:
    """Withdraw the statement for good.

    Raises NotFoundError, NotAllowedError, BadRequestError, NotNowError and AlreadyDecidedError.
    """
    with desk(office, person, reference, "waive") as here:
        here.require(Act.WAIVE, NOT_YOURS)
        here.require_open()
        text = needed(reason, WHY)
        about = statement_meant(here, statement)
        take_back(here, about, "waived")
        decide(here, DecisionType.WAIVE, target=about.id, choice=Choice.GIVEN, text=text, once=True)
        about.state = StatementState.WITHDRAWN
        here.tx.add(about)
        withdraw_questions(here, about.id)
        here.record("waived", statement=about.id)
