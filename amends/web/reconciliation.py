"""Reconcile mode: whether anything is sent after a restore, what waits, and the lift."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from amends.web.again import again
from amends.web.caller import Caller, Here
from flows.deciding.reconciling import Open, Seen, ThenWhat, lift, reconciliation_seen
from models.reconciliation import Found, WentBack
from models.words import EffectKind

router = APIRouter(prefix="/reconciliation", tags=["reconciliation"])

LONGEST_REASON = 1000


class OpenShape(BaseModel):
    """One thing that was not settled when the backup was made, or since."""

    incident: str
    kind: EffectKind
    target: str = Field(description="the post, the statement or the notice")
    where: str = Field(description="the account, or the role that a notice is for")
    state: str
    planned_at: datetime
    found: Found | None = Field(description="what reading back saw; empty while it was not read")
    url: str | None = Field(description="where it was found")
    then: ThenWhat = Field(description="what becomes of it once reconcile mode is lifted")
    unread: bool


class ReconciliationAnswer(BaseModel):
    """Whether the installation is in reconcile mode. The last one is told once it is lifted."""

    reconciling: bool
    because: WentBack | None
    since: datetime | None
    known_until: datetime | None = Field(description="when the backup was made")
    not_final: int
    unread: int
    you_may_lift: bool
    effects: list[OpenShape] | None = Field(
        description="for the Digital Transformation Unit, administrators and auditors alone"
    )
    lifted_at: datetime | None
    lifted_by: str | None
    reason: str | None


class LiftBody(BaseModel):
    """Why it is safe to send again."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=LONGEST_REASON)
    unread_too: bool = Field(
        default=False, description="lift it though not everything could be read back"
    )


@router.get("")
def show(here: Here, person: Caller) -> ReconciliationAnswer:
    """Whether anything is sent, and what waits for the lift."""
    return _answer(reconciliation_seen(here, person))


@router.post("")
def lift_it(here: Here, person: Caller, body: LiftBody) -> ReconciliationAnswer:
    """Lift reconcile mode: what waits is sent from now on."""
    again(lambda: lift(here, person, reason=body.reason, unread_too=body.unread_too))
    return _answer(reconciliation_seen(here, person))


def _answer(seen: Seen) -> ReconciliationAnswer:
    row = seen.row
    return ReconciliationAnswer(
        reconciling=row is not None and row.open,
        because=row.because if row else None,
        since=row.since if row else None,
        known_until=row.known_until if row else None,
        not_final=seen.not_final,
        unread=seen.unread,
        you_may_lift=seen.you_may_lift,
        effects=None if seen.effects is None else [_shape(one) for one in seen.effects],
        lifted_at=row.lifted_at if row else None,
        lifted_by=row.lifted_by if row and seen.you_may_read else None,
        reason=row.reason if row and seen.you_may_read else None,
    )


def _shape(one: Open) -> OpenShape:
    return OpenShape(
        incident=one.incident,
        kind=one.kind,
        target=one.target,
        where=one.where,
        state=one.state,
        planned_at=one.planned_at,
        found=one.found,
        url=one.url,
        then=one.then,
        unread=one.unread,
    )
