"""Finding the statement that a decision is about, and taking back what has not been sent of it."""

from sqlmodel import col, update

from flows.deciding.desk import Desk
from flows.deciding.questions import last_answer, open_question
from flows.refusals import BadRequestError, NotFoundError, NotNowError
from models.effects import Effect
from models.holding_lines import is_ahead
from models.people import Account
from models.publishing import TAKEN_BACK, Stays, why_it_stays
from models.statements import Statement
from models.words import Choice, DecisionType, EffectKind, EffectState, StatementState

NO_STATEMENT = "There is no such statement in this incident. Look at the incident for its words."
SEVERAL = "There are several statements. Say which one: look at the incident for their ids."
NONE_YET = "There are no words to decide on yet."
GOING_OUT = "The words are being published. Wait until it is known whether they are out."
PUBLISHED = "The words are published. If they are wrong, report them as a mistake of their own."

STAYS = {Stays.GOING_OUT: GOING_OUT, Stays.PUBLISHED: PUBLISHED}


def statement_meant(here: Desk, statement_id: str | None) -> Statement:
    """The statement with this id; without one, the only one that still stands.

    Raises NotFoundError, BadRequestError and NotNowError.
    """
    if statement_id:
        found = [one for one in here.seen.statements if one.id == statement_id]
        if not found:
            raise NotFoundError(NO_STATEMENT)
        return found[0]
    standing = [one for one in here.seen.statements if one.state != StatementState.WITHDRAWN]
    standing = [one for one in standing if not is_ahead(one)] or standing
    if not standing:
        raise NotNowError(NONE_YET)
    if len(standing) > 1:
        raise BadRequestError(SEVERAL)
    return standing[0]


def account_meant(here: Desk, named: str | None) -> Account:
    """The account with this id, ``platform/handle`` or handle; without one, the only one.

    Raises NotFoundError and BadRequestError.
    """
    accounts = list(here.seen.accounts.values())
    if named:
        bare = named.strip().lower().lstrip("@")
        accounts = [a for a in accounts if bare in (a.id, a.handle, f"{a.platform}/{a.handle}")]
    if not accounts:
        raise NotFoundError("This incident has no such account of ours.")
    if len(accounts) > 1:
        raise BadRequestError("Say which account, as platform/handle: there are several.")
    return accounts[0]


def take_back(here: Desk, statement: Statement, code: str) -> None:
    """Withdraw what is planned of publishing it. Raises NotNowError once it is on its way.

    An effect in flight cannot be called back: what it did must be known first (design §6).
    """
    effects = [e for e in here.seen.effects if e.target == statement.id]
    publishing = [e for e in effects if e.kind == EffectKind.PUBLISH]
    for effect in publishing:
        if effect.state in TAKEN_BACK and _withdrawn(here, effect, code):
            here.record("publish-withdrawn", effect=effect.id, code=code)
        here.tx.refresh(effect)
    stays = why_it_stays(
        statement.state,
        [effect.state for effect in publishing],
        said_to_be_out=_is_said_to_be_out(here, statement),
    )
    if stays:
        raise NotNowError(STAYS[stays])


def _is_said_to_be_out(here: Desk, statement: Statement) -> bool:
    """A person has published them by hand, and the engine is about to read them back."""
    if statement.state != StatementState.NEEDS_HUMAN:
        return False
    said = last_answer(here, DecisionType.SETTLE, statement.id)
    asked = open_question(here, DecisionType.SETTLE, statement.id)
    return asked is None and said is not None and said.choice == Choice.THERE


def _withdrawn(here: Desk, effect: Effect, code: str) -> bool:
    return bool(
        here.tx.changed(
            update(Effect)
            .where(col(Effect.id) == effect.id, col(Effect.state).in_(TAKEN_BACK))
            .values(state=EffectState.WITHDRAWN, code=code, settled_at=here.now)
        )
    )
