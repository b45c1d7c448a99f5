"""The usual way, for comparison: a flag is set after the call, and where there is none it is made
again. The matrix must convict it, or it proves nothing."""

from datetime import timedelta

from flows import reading_back
from flows.acts.base import NOTHING, Act, Again, Finding, Receipt
from flows.acts.publish_words import PublishWords
from flows.hands import Hands
from flows.ledger import Claim
from models.people import Account


def _looks_at_its_flag(_hands: Hands, _act: Act, _claim: Claim) -> tuple[Finding, Receipt]:
    return Finding.ABSENT, NOTHING


def _again_at_once(
    _self: PublishWords, _hands: Hands, _account: Account | None, _age: timedelta
) -> Again:
    return Again.AT_ONCE


def flag_after_the_call() -> None:
    """Make the engine of this process the usual one."""
    vars(reading_back)["look"] = _looks_at_its_flag
    setattr(PublishWords, "again", _again_at_once)  # noqa: B010
