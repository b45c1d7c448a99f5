"""First response: what is urgent is done at once, plainly, and never waits for Prefect."""

from functools import partial

from sqlmodel import col, select

from flows.side_by_side import side_by_side
from flows.steps.deletion import delete
from flows.steps.evidence import preserve
from flows.steps.verification import verify
from models.incident import Post
from models.office import office
from models.snapshot import incident_by


def respond_at_once(reference: str) -> None:
    """Preserve, delete, and see that it is gone (line 120). Makes no Prefect call.

    A platform that hangs holds up its own account alone: the copies on others do not wait for it.
    """
    accounts = _accounts(reference)
    if len(accounts) < 2:
        preserve.plainly(reference)
        delete.plainly(reference)
        verify.plainly(reference)
        return
    side_by_side([partial(_respond_on, reference, one) for one in accounts], urgent=True)


def _accounts(reference: str) -> list[str]:
    with office().store.read() as tx:
        mine = select(Post.account_id).where(
            col(Post.incident_id) == incident_by(tx, reference).id,
            col(Post.account_id).is_not(None),
        )
        return sorted(one for one in tx.exec(mine.distinct()) if one)


def _respond_on(reference: str, account_id: str) -> None:
    preserve.on(reference, account_id)
    delete.on(reference, account_id)
    verify.on(reference, account_id)
