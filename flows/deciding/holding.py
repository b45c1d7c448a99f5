"""Hold: nothing goes out on an account for a while, until someone lifts it or the time is up."""

from datetime import timedelta

from sqlmodel import col, update

from flows.deciding.before import Before
from flows.deciding.desk import Desk, desk
from flows.deciding.questions import decide, needed
from flows.deciding.statements import account_meant
from flows.refusals import BadRequestError, NotAllowedError
from models.effects import Effect
from models.office import Office
from models.people import Account, Person
from models.words import Choice, DecisionType, EffectKind, EffectState
from policy.access import Act, is_dtu

LONGEST_MINUTES = 7 * 24 * 60
USUAL_MINUTES = 60

NOT_YOURS = "Only the Digital Transformation Unit or the owner of the account can hold it."
WHY = "Say why the account is held."
HOW_LONG = f"Hold the account for 1 to {LONGEST_MINUTES} minutes."


def hold(
    office: Office,
    person: Person,
    reference: str,
    *,
    account: str | None = None,
    minutes: int = USUAL_MINUTES,
    lift: bool = False,
    reason: str | None = None,
) -> None:
    """Hold an account of this incident, or lift the hold.

    Raises NotFoundError, NotAllowedError and BadRequestError. Design §3.4.
    """
    with desk(office, person, reference, "hold") as here:
        here.require(Act.HOLD, NOT_YOURS)
        about = account_meant(here, account)
        if not may_hold(here, about):
            raise NotAllowedError(NOT_YOURS)
        if not 1 <= minutes <= LONGEST_MINUTES:
            raise BadRequestError(HOW_LONG)
        why = reason if lift else needed(reason, WHY)
        about.held_by = None if lift else person.email
        about.held_until = None if lift else here.now + timedelta(minutes=minutes)
        about.held_because = None if lift else (why or "")[:500]
        here.tx.add(about)
        if lift:
            _let_go(here, about)
        choice = Choice.NO if lift else Choice.YES
        decide(here, DecisionType.HOLD, target=about.id, choice=choice, text=why)
        facts = {} if lift else {"minutes": minutes}
        here.record("released" if lift else "held", account=about.id, **facts)


def may_hold(by: Before, about: Account) -> bool:
    """The DTU, or whoever owns this very account; to own another one is not enough."""
    return by.may(Act.HOLD) and (is_dtu(by.person) or about.owner == by.person.email)


def _let_go(here: Desk, about: Account) -> None:
    """What the hold had put off may leave at once."""
    here.tx.exec(
        update(Effect)
        .where(col(Effect.account_id) == about.id, col(Effect.kind) == EffectKind.PUBLISH)
        .where(col(Effect.state) == EffectState.AUTHORISED)
        .values(due_at=None)
    )
