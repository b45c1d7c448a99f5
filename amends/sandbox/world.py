"""The practice platform as a test or a demo handles it: seed it, make it fail, count its calls."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from amends.sandbox.faults import Fault, Faults
from amends.sandbox.limits import Windows
from amends.sandbox.timeline import Account, Credentials, Picture, Post, Timeline


@dataclass
class Call:
    """One call of the API. ``outcome`` is the status, or the name of the fault that it met.

    ``did`` is whether it changed something; a late effect turns it true when it happens.
    ``signed`` is whether it carried credentials.
    """

    verb: str
    method: str
    path: str
    outcome: str
    signed: bool
    did: bool = False
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


class World:
    """Everything on the practice platform. Safe to use from several threads.

    ``latency`` is in seconds, before each answer; ``limits`` turns X's rate limits on. X refuses a
    text that stands there already; ``takes_twins`` has it take them, for whoever would rely on it.
    """

    takes_twins = False
    drill = False
    """Whether its pages say that they are those of a drill."""

    def __init__(self, *, latency: float = 0.0, limits: bool = True) -> None:
        self.latency = latency
        self.limits = limits
        self.timeline = Timeline()
        self.faults = Faults()
        self.windows = Windows()
        self._calls: list[Call] = []
        self._late: list[threading.Timer] = []

    @property
    def url(self) -> str:
        """What links start with."""
        return "http://127.0.0.1"

    def add_account(
        self,
        handle: str,
        name: str = "",
        *,
        credentials: Credentials | None = None,
        access: str = "read-write",
    ) -> Credentials:
        """Open an account; ``access="read"`` gives its app no right to write."""
        handle = handle.lstrip("@")
        known = self.timeline.account(handle)
        account_id = known.id if known else self.timeline.new_id()
        credentials = credentials or Credentials.fresh()
        self.timeline.add_account(Account(account_id, handle, name or handle, credentials, access))
        return credentials

    def add_post(
        self,
        handle: str,
        text: str,
        *,
        pictures: Sequence[Picture] = (),
        created_at: datetime | None = None,
        metrics: dict[str, int] | None = None,
        edit_of: str | None = None,
    ) -> Post:
        """Put a post there, past limits and rules. Raises KeyError for an unknown handle."""
        account = self.timeline.account(handle.lstrip("@"))
        if account is None:
            raise KeyError(f"no account @{handle}")
        return self.timeline.add(
            account.handle,
            text,
            self.url,
            pictures=pictures,
            created_at=created_at,
            metrics=metrics,
            edit_of=edit_of,
        )

    def fail(
        self,
        verb: str,
        fault: str,
        *,
        times: int | None = 1,
        after: int = 0,
        seconds: float = 1.0,
        reset_in: float = 900.0,
    ) -> None:
        """Make calls fail; see ``faults.py``. Raises ValueError for an unknown verb or fault."""
        self.faults.lay_up(Fault(verb, fault, times, after, seconds, reset_in))

    def heal(self) -> None:
        """Fail no more."""
        self.faults.clear()

    def calls(self, verb: str | None = None) -> list[Call]:
        """The calls of the API so far, oldest first."""
        return [call for call in list(self._calls) if verb in (None, call.verb)]

    def note(self, call: Call) -> None:
        """Write the call down."""
        self._calls.append(call)

    def live_posts(self, handle: str) -> list[Post]:
        """What can be seen on an account, newest first."""
        return self.timeline.of(handle)

    def everything_ever(self, handle: str) -> list[Post]:
        """Every post that an account ever had, deleted ones too, newest first."""
        return self.timeline.of(handle, deleted_too=True)

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do it after a while, whatever was answered."""
        timer = threading.Timer(seconds, act)
        timer.daemon = True
        self._late.append(timer)
        timer.start()

    def settle(self) -> None:
        """Wait until every late effect has happened."""
        for timer in list(self._late):
            timer.join()
