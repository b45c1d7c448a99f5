"""For whom public words are: those who could see what they put right, and nobody more."""

import pytest
from paper import Paper

from flows.audience import audience_of
from models.incident import Capture
from models.statements import Statement
from models.store import Transaction
from models.words import Audience, CaptureDepth, StatementKind


def copied(tx: Transaction, post: str, audience: Audience, *, outdated: bool = False) -> None:
    """A copy was kept of a post for these readers."""
    tx.insert_once(
        Capture(
            post_id=post, depth=CaptureDepth.FULL, digest="", manifest_sealed=b"",
            audience=audience, taken_at=tx.now(), outdated_at=tx.now() if outdated else None,
        )
    )  # fmt: skip


@pytest.mark.parametrize("said", ["again", "elsewhere", "there"])
def test_words_are_for_those_who_could_see_what_they_are_about(paper: Paper, said: str) -> None:
    """A post for named people and one for followers on one account; nothing of the sister's."""
    reference = paper.report(paper.link(1), paper.link(2))
    seen = paper.seen(reference)
    private, other = seen.posts
    sister = next(one for one in paper.office.settings.accounts if one.handle == "embassy").handle
    with paper.office.store.write("copies") as tx:
        copied(tx, private.id, Audience.NAMED)
        copied(tx, private.id, Audience.PUBLIC, outdated=True)
        copied(tx, other.id, Audience.FOLLOWERS)
        about = Statement(
            incident_id=seen.incident.id,
            account_id=sister if said == "elsewhere" else str(private.account_id),
            kind=StatementKind.NOTE,
            restores=private.id if said == "again" else "",
            speaks_for=private.account_id if said == "elsewhere" else None,
            drafted_at=tx.now(),
        )
        found = audience_of(tx, about)
    widest = Audience.PUBLIC  # an earlier version of the post was
    assert found == {"again": Audience.NAMED, "elsewhere": widest, "there": widest}[said]


def test_a_sister_account_says_to_followers_what_was_for_followers(paper: Paper) -> None:
    reference = paper.report(paper.link(1))
    seen = paper.seen(reference)
    with paper.office.store.write("copies") as tx:
        copied(tx, seen.posts[0].id, Audience.FOLLOWERS)
        about = Statement(
            incident_id=seen.incident.id, account_id="embassy", kind=StatementKind.NOTE,
            speaks_for=seen.posts[0].account_id, drafted_at=tx.now(),
        )  # fmt: skip
        assert audience_of(tx, about) == Audience.FOLLOWERS
