"""The usual way, for comparison: a flag is set after the call, and where there is none it is made
again. The matrix must convict it, or it proves nothing."""

from datetime import datetime, timedelta

from flows.acts.base import NOTHING, Again, Finding, Receipt
from flows.acts.publish_words import PublishWords
from flows.acts.send_notice import SendNotice
from flows.hands import Hands
from models.effects import Effect
from models.people import Account


def _looks_at_its_flag(
    _self: PublishWords | SendNotice,
    _hands: Hands,
    _account: Account | None,
    _effect: Effect,
    _payload: bytes,
    _since: datetime,
) -> tuple[Finding, Receipt]:
    return Finding.ABSENT, NOTHING


def _again_at_once(
    _self: PublishWords, _hands: Hands, _account: Account | None, _age: timedelta
) -> Again:
    return Again.AT_ONCE


def flag_after_the_call() -> None:
    """Make the engine of this process the usual one."""
    for act in (PublishWords, SendNotice):
        setattr(act, "look", _looks_at_its_flag)  # noqa: B010
    setattr(PublishWords, "again", _again_at_once)  # noqa: B010
