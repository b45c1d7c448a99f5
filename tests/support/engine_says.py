"""What an engine leaves in its rows, for tests of pages: on paper there is none."""

import json

from paper import Paper
from sqlmodel import col, select, update

from models.account_checks import AccountCheck
from models.people import Account
from models.previews import Preview, PreviewState
from models.sealed import place
from models.words import Audience


def account_of(paper: Paper, handle: str) -> Account:
    """The row of the account of this name."""
    with paper.office.store.read() as tx:
        return tx.exec(select(Account).where(col(Account.handle) == handle)).one()


def engine_checked(paper: Paper, handle: str, *problems: str) -> None:
    """It tried the connection, and wrote down what it found."""
    account = account_of(paper, handle)
    with paper.office.store.write("found") as tx:
        row = tx.get(AccountCheck, account.id) or AccountCheck(
            account_id=account.id, due_at=tx.now()
        )
        row.checked_at, row.able, row.problems = tx.now(), ["delete", "publish"], list(problems)
        tx.add(row)


def previews(paper: Paper, link: str) -> list[Preview]:
    """What was asked of this link, for each person who pasted it."""
    with paper.office.store.read() as tx:
        return list(tx.exec(select(Preview).where(col(Preview.url) == link)))


def engine_reads(paper: Paper, link: str, text: str, warning: str = "") -> None:
    """It read the post: for each person who pasted its link."""
    for one in previews(paper, link):
        said: dict[str, object] = {
            "author": "dept",
            "text": text,
            "warning": warning,
            "media": [{}, {}],
        }
        said["metrics"] = {"like_count": 1200, "quote_count": 0, "strange": 1}
        sealed = paper.office.content.close(json.dumps(said), place("capture", one.id, "manifest"))
        with paper.office.store.write("read") as tx:
            now = {"state": PreviewState.READ, "manifest_sealed": sealed, "read_at": tx.now()}
            of_this = update(Preview).where(col(Preview.id) == one.id)
            tx.exec(of_this.values(**now, audience=Audience.PUBLIC, posted_at=tx.now()))


def engine_could_not_read(paper: Paper, link: str, state: PreviewState) -> None:
    """It found the post gone, or was not let in."""
    with paper.office.store.write("not-read") as tx:
        tx.exec(update(Preview).where(col(Preview.url) == link).values(state=state))
