"""The ways in which the practice platform can be told to fail."""

import threading
from dataclasses import dataclass
from enum import StrEnum

VERBS = ("create", "delete", "get", "timeline", "oembed", "me", "media")
ANY = "*"


class Does(StrEnum):
    """When a call that goes wrong has its effect."""

    NOW = "now"
    LATER = "later"
    NEVER = "never"


class Says(StrEnum):
    """What the caller is told."""

    TRUTH = "truth"
    RESET = "reset"
    HALF = "half"
    MALFORMED = "malformed"
    NOTHING = "nothing"
    DRIP = "drip"
    LIE = "lie"
    STATUS = "status"


@dataclass(frozen=True)
class Trouble:
    """One way to fail. ``status`` names an answer of ``answers.TROUBLED``."""

    does: Does
    says: Says
    status: str = ""
    stale: bool = False


TROUBLES: dict[str, Trouble] = {
    "reset-before": Trouble(Does.NEVER, Says.RESET),
    "reset-after": Trouble(Does.NOW, Says.RESET),
    "reset-late": Trouble(Does.LATER, Says.RESET),
    "late": Trouble(Does.LATER, Says.STATUS, "504"),
    "hang": Trouble(Does.NEVER, Says.NOTHING),
    "hang-after": Trouble(Does.NOW, Says.NOTHING),
    "hang-late": Trouble(Does.LATER, Says.NOTHING),
    "drip": Trouble(Does.NOW, Says.DRIP),
    "half-closed": Trouble(Does.NOW, Says.HALF),
    "malformed": Trouble(Does.NOW, Says.MALFORMED),
    "lying-200": Trouble(Does.NEVER, Says.LIE),
    "stale": Trouble(Does.NOW, Says.TRUTH, stale=True),
    "500-before": Trouble(Does.NEVER, Says.STATUS, "500"),
    "500-after": Trouble(Does.NOW, Says.STATUS, "500"),
    "503-html": Trouble(Does.NEVER, Says.STATUS, "503-html"),
    "429": Trouble(Does.NEVER, Says.STATUS, "429"),
    "429-day": Trouble(Does.NEVER, Says.STATUS, "429-day"),
    "invalid-400": Trouble(Does.NEVER, Says.STATUS, "400"),
    "unauthorised-401": Trouble(Does.NEVER, Says.STATUS, "401"),
    "credit-402": Trouble(Does.NEVER, Says.STATUS, "402"),
    "forbidden-403": Trouble(Does.NEVER, Says.STATUS, "403-app"),
    "suspended-403": Trouble(Does.NEVER, Says.STATUS, "403-suspended"),
    "duplicate-403": Trouble(Does.NEVER, Says.STATUS, "403-duplicate"),
    "rules-403": Trouble(Does.NEVER, Says.STATUS, "403-rules"),
    "not-found-404": Trouble(Does.NEVER, Says.STATUS, "404"),
    "unprocessable-422": Trouble(Does.NEVER, Says.STATUS, "422"),
    "login-wall": Trouble(Does.NEVER, Says.STATUS, "login-302"),
    "login-wall-200": Trouble(Does.NEVER, Says.STATUS, "login-200"),
}


@dataclass
class Fault:
    """A failure laid up for a verb: after ``after`` calls, ``times`` times (None: for ever).

    ``seconds`` is how late a late effect is; ``reset_in`` how far off a 429's reset time.
    """

    verb: str
    name: str
    times: int | None = 1
    after: int = 0
    seconds: float = 1.0
    reset_in: float = 900.0

    @property
    def trouble(self) -> Trouble:
        """What the fault does and says."""
        return TROUBLES[self.name]


class Faults:
    """The failures laid up, in the order in which they were. Safe from several threads."""

    def __init__(self, verbs: tuple[str, ...] = (*VERBS, ANY)) -> None:
        self._lock = threading.Lock()
        self._verbs = verbs
        self._laid_up: list[Fault] = []

    def lay_up(self, fault: Fault) -> None:
        """Fail in future. Raises ValueError for a verb or a fault that is not known."""
        if fault.verb not in self._verbs:
            raise ValueError(f"verb must be one of {', '.join(self._verbs)}")
        if fault.name not in TROUBLES:
            raise ValueError(f"fault must be one of {', '.join(TROUBLES)}")
        with self._lock:
            self._laid_up.append(fault)

    def clear(self) -> None:
        """Fail no more."""
        with self._lock:
            self._laid_up.clear()

    def next(self, verb: str) -> Fault | None:
        """The fault that this call meets, if any."""
        with self._lock:
            for fault in self._laid_up:
                if fault.verb in (verb, ANY) and (fault.times is None or fault.times > 0):
                    if fault.after > 0:
                        fault.after -= 1
                        return None
                    if fault.times is not None:
                        fault.times -= 1
                    return fault
        return None
