"""The drill's own installation: the department's register, copied; none of its secrets, none read.

Every account is on the practice platform, which answers as X does, under a name that X would take.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from amends.settings import AccountPart, Settings

SAYS = (
    "This is a drill. Nothing real has happened. Do nothing on a real account, and tell nobody "
    "outside the drill."
)

KEPT = frozenset(
    {
        "HOME", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "LOGNAME", "PATH",
        "PYTHONPATH", "SHELL", "TERM", "NO_COLOR", "TMPDIR", "TZ", "USER", "VIRTUAL_ENV",
    }
)  # fmt: skip
"""What of the environment a process of the drill gets: what is not here it never sees."""

LONGEST_HANDLE = 15
NOT_IN_A_HANDLE = re.compile(r"[^a-z0-9_]")

Value = str | bool | datetime | Sequence[str]


@dataclass(frozen=True)
class Stand:
    """An account of the register, and what stands for it on the practice platform."""

    real: AccountPart
    handle: str
    secret: str = field(repr=False, default="")

    @property
    def name(self) -> str:
        """The real account, as everybody names it."""
        return f"{self.real.platform}/{self.real.handle}"

    @property
    def variable(self) -> str:
        """What holds the practice credentials, in the environment of the drill's engine."""
        return f"DRILL_{self.handle}".upper()


@dataclass(frozen=True)
class Copy:
    """Where everything of the drill is. ``url`` is what links in mails start with."""

    home: Path
    live: Settings
    stands: tuple[Stand, ...]
    platform: str
    url: str
    smtp: str | None = field(repr=False, default=None)

    def write(self) -> None:
        """Write amends.toml. No credentials are in it, not even those of the practice platform."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.home / "amends.toml"
        path.write_text(self._configuration(), encoding="utf-8")
        path.chmod(0o600)

    def environment(self, environ: Mapping[str, str]) -> dict[str, str]:
        """What the drill's processes see: a short list, and nothing of the live installation."""
        live = frozenset(self.live.credential_variables)
        kept = {name: value for name, value in environ.items() if name in KEPT - live}
        loopback = {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
        return kept | loopback | {one.variable: one.secret for one in self.stands} | {
            "AMENDS_HOME": str(self.home),
            "AMENDS_CONFIG": str(self.home / "amends.toml"),
            "AMENDS_PREFECT": "off",
        }  # fmt: skip

    def _configuration(self) -> str:
        live = self.live
        organisation = _values(live.organisation) | {"url": self.url}
        mail: dict[str, Value] = {"sender": live.sender}
        if self.smtp:
            mail["smtp"] = self.smtp
        parts = [
            _table("[drill]", {"says": SAYS}),
            _table("[organisation]", organisation),
            *(_table("[[people]]", _values(one)) for one in live.people),
            *(_table("[[rotas]]", _values(one)) for one in live.rotas),
            *(_table("[[accounts]]", self._account(one)) for one in self.stands),
            _table("[mail]", mail),
        ]
        return "\n".join(parts)

    def _account(self, stand: Stand) -> dict[str, Value]:
        kept = _values(stand.real, without={"platform", "handle", "credentials", "base_url"})
        return kept | {
            "platform": "x",
            "handle": stand.handle,
            "credentials": f"env:{stand.variable}",
            "base_url": self.platform,
        }


def stands_for(accounts: Sequence[AccountPart]) -> tuple[Stand, ...]:
    """A name on the practice platform for each account; those on X keep their own."""
    taken = {one.handle for one in accounts if one.platform == "x"}
    found: list[Stand] = []
    for one in accounts:
        handle = one.handle if one.platform == "x" else _free(one.handle, taken)
        taken.add(handle)
        found.append(Stand(one, handle))
    return tuple(found)


def _free(handle: str, taken: set[str]) -> str:
    """The handle as X would take it, with a number where that is somebody's."""
    plain = NOT_IN_A_HANDLE.sub("_", handle.partition("@")[0])[:LONGEST_HANDLE] or "account"
    tries = (plain, *(f"{plain[: LONGEST_HANDLE - 3]}_{number}" for number in range(2, 100)))
    return next(one for one in tries if one not in taken)


def _values(part: BaseModel, without: set[str] | None = None) -> dict[str, Value]:
    return part.model_dump(exclude_none=True, exclude=without)


def _table(heading: str, values: Mapping[str, Value]) -> str:
    return "\n".join([heading, *(f"{key} = {_toml(value)}" for key, value in values.items()), ""])


def _toml(value: Value) -> str:
    """Strings and lists are written as JSON writes them, a local time as it stands."""
    if isinstance(value, datetime):
        return value.isoformat()
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
