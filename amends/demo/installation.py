"""The demo's own installation: its amends.toml, and the environment that its processes get."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from amends.demo.people import ANA, CY, DTU, HR, PEOPLE, Person
from amends.demo.places.base import Place

NAME = "Department for Examples"
HANDLE = "dept"

KEPT_OF_AMENDS = ("AMENDS_PREFECT",)
"""Of the settings that may be in the environment, the one that the demo heeds."""


@dataclass(frozen=True)
class Installation:
    """Where everything is. Each address is on this machine, without a slash at its end."""

    home: Path
    places: tuple[Place, ...]
    port: int
    people: tuple[Person, ...] = PEOPLE

    @property
    def url(self) -> str:
        """Where Amends answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def logs(self) -> Path:
        """Where the processes write what they have to say."""
        return self.home / "logs"

    @property
    def outbox(self) -> Path:
        """Where mails are kept, since there is no mail server."""
        return self.home / "outbox"

    def write(self) -> None:
        """Write amends.toml. The account's credentials are not in it."""
        (self.home / "amends.toml").write_text(self._configuration(), encoding="utf-8")

    def environment(self, environ: Mapping[str, str]) -> dict[str, str]:
        """What its processes see: nothing of another installation, of Prefect or of a proxy."""
        kept = {
            name: value
            for name, value in environ.items()
            if not name.startswith(("AMENDS_", "PREFECT_")) or name in KEPT_OF_AMENDS
        }
        loopback = {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
        return kept | loopback | {
            "AMENDS_HOME": str(self.home),
            "AMENDS_CONFIG": str(self.home / "amends.toml"),
            "PREFECT_HOME": str(self.home / "prefect"),
            **{_credentials(place): place.credentials for place in self._ours if place.credentials},
        }  # fmt: skip

    def _configuration(self) -> str:
        organisation = _table(
            "[organisation]",
            name=NAME,
            duty_officer="+44 20 7946 0000",
            dtu=DTU,
            hr=HR,
            url=self.url,
        )
        mail = _table("[mail]", sender="amends@dept.example")
        return "\n".join(
            [organisation, *map(_person, self.people), *map(_account, self._ours), mail]
        )

    @property
    def _ours(self) -> list[Place]:
        """What the department registers: never what is somebody's own."""
        return [place for place in self.places if place.ours]


def _person(one: Person) -> str:
    values: dict[str, str | list[str]] = {"email": one.email, "name": one.name}
    if one.manager:
        values["line_manager"] = one.manager
    return _table("[[people]]", **values, roles=list(one.roles))


def _account(place: Place) -> str:
    reached = {"credentials": f"env:{_credentials(place)}", "base_url": place.base_url}
    return _table(
        "[[accounts]]",
        platform=place.platform,
        handle=place.handle,
        owner=CY.email,
        publishers=[ANA.email, CY.email],
        **({} if place.by_hand else reached),
    )


def _credentials(place: Place) -> str:
    """The name of the variable that holds the account's credentials."""
    return f"{place.platform}_{place.handle}".upper().replace(".", "_")


def _table(heading: str, **values: str | list[str]) -> str:
    """A table of TOML; its plain strings and lists are written as JSON writes them."""
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join([heading, *lines, ""])
