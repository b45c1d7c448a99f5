"""Incidents of the past, for tests of figures: each with the times that its parts took."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from paper import ANA, BO, Paper

from models.columns import new_id
from models.incident import Capture, Incident, Post
from models.notices import Acknowledgement, Notice
from models.people import Account
from models.statements import Statement
from models.store import Transaction
from models.words import (
    CaptureDepth,
    IncidentState,
    Kind,
    PostState,
    Role,
    StatementKind,
    StatementState,
)

THIS_YEAR = datetime.now(UTC).year


@dataclass(frozen=True)
class Took:
    """Seconds from the report to each; None where it has not come."""

    captured: float | None = None
    gone: float | None = None
    words: float | None = None
    acknowledged: float | None = None


def ago(days: float) -> datetime:
    """So many days before now."""
    return datetime.now(UTC) - timedelta(days=days)


def past(
    paper: Paper,
    took: Took,
    *,
    handle: str = "dept",
    kinds: Sequence[Kind] = (Kind.FACTUAL,),
    opened_at: datetime | None = None,
    poster: str = ANA,
    manager: str = BO,
) -> str:
    """One incident with one post, statement and notice; returns its id."""
    with paper.office.store.write("past") as tx:
        return lay(tx, took, handle, kinds, opened_at or ago(1), poster, manager)


def months(paper: Paper) -> None:
    """Thirty incidents of two months on two accounts."""
    for number in range(30):
        past(
            paper,
            Took(
                captured=0.15 + number / 40,
                gone=2.0 + number * 3 if number % 7 else None,
                words=300.0 + number * 97 if number % 5 else None,
                acknowledged=40.0 * 1.2**number if number % 4 else None,
            ),
            handle=("dept", "embassy")[number % 2],
            kinds=((Kind.FACTUAL,), (Kind.TYPO, Kind.COPYRIGHT_COMMERCIAL), (Kind.SAFETY,))[
                number % 3
            ],
            opened_at=ago(number * 1.4),
        )


def lay(
    tx: Transaction,
    took: Took,
    handle: str,
    kinds: Sequence[Kind],
    at: datetime,
    poster: str,
    manager: str,
) -> str:
    """The same, in a transaction of the caller's."""
    account = tx.query(Account).filter_by(handle=handle).one()
    incident = Incident(
        reference=f"AM-{new_id()[-8:]}",
        kinds=[kind.value for kind in kinds],
        state=IncidentState.WORKING,
        poster_email=poster,
        plan={"delete": "now"},
        opened_at=at,
    )
    tx.add(incident)
    tx.flush()
    post = Post(
        incident_id=incident.id, account_id=account.id, platform="x", handle=handle,
        remote_id=new_id(), url="https://x.com/x/status/1", reported_at=at,
        state=PostState.GONE if took.gone is not None else PostState.LIVE,
        verified_at=_after(at, took.gone),
    )  # fmt: skip
    statement = Statement(
        incident_id=incident.id, account_id=account.id, kind=StatementKind.APOLOGY,
        drafted_at=at, published_at=_after(at, took.words),
        state=StatementState.WAITING if took.words is None else StatementState.PUBLISHED,
    )  # fmt: skip
    notice = Notice(
        incident_id=incident.id, to_role=Role.LINE_MANAGER, to_address=manager, template="manager",
        message_id=new_id(), queued_at=at,
    )  # fmt: skip
    tx.add_all([post, statement, notice])
    tx.flush()
    if (taken := _after(at, took.captured)) is not None:
        tx.add(
            Capture(
                post_id=post.id, depth=CaptureDepth.FULL, digest="", manifest_sealed=b"",
                taken_at=taken,
            )
        )  # fmt: skip
    if (given := _after(at, took.acknowledged)) is not None:
        tx.add(
            Acknowledgement(notice_id=notice.id, person_email=manager, way="link", given_at=given)
        )
    return incident.id


def _after(at: datetime, seconds: float | None) -> datetime | None:
    return None if seconds is None else at + timedelta(seconds=seconds)
