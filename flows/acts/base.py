"""What an act on the outside world is: done once, looked for afterwards, and told in the rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from flows.dry_run import is_dry
from flows.hands import Hands
from integrations.errors import NotAuthorised, NotSupported
from integrations.platforms.base import Platform
from models.effects import Effect
from models.office import Office
from models.people import Account
from models.store import Transaction
from models.words import Outcome


class Again(StrEnum):
    """When an act may be tried again unasked, where a look finds nothing of it."""

    AT_ONCE = "at-once"
    ONCE_SETTLED = "once-settled"
    NEVER = "never"


class Finding(StrEnum):
    """What a look found of an act whose outcome is not known."""

    THERE = "there"
    ABSENT = "absent"
    SEVERAL = "several"
    UNREADABLE = "unreadable"
    NEVER_READABLE = "never-readable"


@dataclass(frozen=True)
class Receipt:
    """What the other side calls what we made."""

    remote_id: str | None = None
    url: str | None = None


NOTHING = Receipt()


class Act(Protocol):
    """One kind of effect."""

    def again(self, hands: Hands, account: Account | None, age: timedelta) -> Again:
        """When trying again cannot do it twice. ``age`` is the time since the first attempt."""
        ...

    def forbidden(
        self, tx: Transaction, effect: Effect, account: Account | None, now: datetime
    ) -> str | None:
        """Why it may not be sent now: ``held`` waits, any other word withdraws it."""
        ...

    def do(self, hands: Hands, account: Account | None, effect: Effect, payload: bytes) -> Receipt:
        """One outside call. Raises ``integrations.errors``."""
        ...

    def look(
        self,
        hands: Hands,
        account: Account | None,
        effect: Effect,
        payload: bytes,
        since: datetime,
    ) -> tuple[Finding, Receipt]:
        """Read back whether it happened. Raises ``integrations.errors``."""
        ...

    def after(self, tx: Transaction, here: Office, effect: Effect, outcome: Outcome) -> None:
        """What the outcome changes besides the effect itself."""
        ...

    def withdrawn(self, tx: Transaction, effect: Effect) -> None:
        """What changes when it is taken back before it was sent."""
        ...

    def needs_human(self, tx: Transaction, effect: Effect) -> None:
        """What changes when only a person can tell whether it happened."""
        ...


def platform_to_act_on(hands: Hands, account: Account | None) -> Platform:
    """The same, to change something there. Raises NotSupported while the account is in dry-run."""
    if account is not None and is_dry(hands.office, account):
        raise NotSupported("dry-run")
    return platform_of(hands, account)


def platform_of(hands: Hands, account: Account | None) -> Platform:
    """The account's platform. Raises NotAuthorised where there is none to be had."""
    if account is None:
        raise NotAuthorised("no-account")
    return hands.platform(account)
