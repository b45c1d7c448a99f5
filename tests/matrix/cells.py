"""What a cell is: an account, a database, a world that fails, and where engines die."""

from dataclasses import dataclass
from enum import StrEnum


class On(StrEnum):
    """The account that carries the mistake, by what its platform knows of a key."""

    X = "x"
    MASTODON = "mastodon"
    BLUESKY = "bluesky"


class Database(StrEnum):
    """Where the rows lie."""

    SQLITE = "sqlite"
    POSTGRES = "postgresql"


class Prefect(StrEnum):
    """What becomes of Prefect's server while the engine is dead."""

    OFF = "off"
    ON = "on"
    WIPED = "wiped"
    KILLED = "killed"


@dataclass(frozen=True)
class Trouble:
    """One way in which the world fails: at a call of the platform, or at a mail."""

    verb: str
    fault: str

    def __str__(self) -> str:
        return f"{self.verb}:{self.fault}"


CALM = ()
FORGETS = Trouble("platform", "forgets its keys")
"""The platform crashes with our engine, and no longer knows a key that it had."""


@dataclass(frozen=True)
class Cell:
    """One story, from report to close. ``first`` is where the first engine dies, ``second`` the one
    after it; ``naive`` engines set a flag after the call and try again where there is none."""

    on: On
    database: Database
    troubles: tuple[Trouble, ...] = CALM
    first: str = ""
    second: str = ""
    prefect: Prefect = Prefect.OFF
    naive: bool = False

    def __str__(self) -> str:
        deaths = ", then ".join(one for one in (self.first, self.second) if one)
        failing = " and ".join(map(str, self.troubles))
        parts = [self.on, self.database, failing, f"killed at {deaths}" if deaths else ""]
        if self.prefect != Prefect.OFF:
            parts.append(f"Prefect {self.prefect}")
        return " · ".join(part for part in parts if part)

    @property
    def world(self) -> str:
        """In which way the world fails."""
        return " and ".join(map(str, self.troubles)) or "a calm world"

    @property
    def is_refused(self) -> bool:
        """Whether a person acts in any case: the platform says no, or says *deleted* and keeps the
        post, which is a person's after 60 s (design §3.5, §3.6). That words are a duplicate is
        said of words, and by X alone; every other such 403 is a plain no."""
        lies = Trouble("delete", "lying-200")
        doubted = Trouble("create", "duplicate-403") if self.on == On.X else None
        noes = (*REFUSALS, "duplicate-403")
        return any(one == lies or (one.fault in noes and one != doubted) for one in self.troubles)


PUBLISHING = (
    *("authorise-publish:before-commit", "authorise-publish:after-commit"),
    *("publish:before-call", "publish:before-call>http:after-call", "publish:after-call"),
    *("conclude-publish:before-commit", "conclude-publish:after-commit"),
)
DELETING = (
    *("authorise-delete:before-commit", "authorise-delete:after-commit"),
    *("delete:before-call", "delete:after-call"),
    *("conclude-delete:before-commit", "conclude-delete:after-commit"),
)
TELLING = (
    *("queue-notices:before-commit", "queue-notices:after-commit"),
    *("notice:before-call", "mail:before-call", "mail:after-call", "notice:after-call"),
    *("conclude-notice:before-commit", "conclude-notice:after-commit"),
)
RECOVERING = ("claim-read-back:before-commit", "claim-read-back:after-commit")

NETWORK = (
    *("reset-before", "reset-after", "reset-late", "late", "hang", "hang-after", "hang-late"),
    *("drip", "half-closed", "malformed", "lying-200", "500-before", "500-after", "503-html"),
    *("429", "duplicate-403"),
)
"""Every fault of the sandbox that is not a plain no; see ``amends/sandbox/faults.py``."""

REFUSALS = (
    *("invalid-400", "unauthorised-401", "credit-402", "forbidden-403", "suspended-403"),
    *("rules-403", "not-found-404", "unprocessable-422"),
)
READING = ("reset-before", "500-before", "429", "malformed", "lying-200", "login-wall", "hang")
MAILS = ("cut-before", "cut-after", "451 Later", "550 No such person", "421 Closing")


def dies_at(kind: str) -> tuple[str, ...]:
    """Both sides of every commit and call from an effect's authority to its outcome."""
    return PUBLISHING if kind == "publish" else DELETING


def reads_back_at(kind: str) -> tuple[str, ...]:
    """Both sides of every commit and call of a recovery."""
    looking = (f"{kind}:before-look", f"{kind}:after-look")
    settling = (f"settle-{kind}:before-commit", f"settle-{kind}:after-commit")
    return (*RECOVERING, *looking, *settling)
