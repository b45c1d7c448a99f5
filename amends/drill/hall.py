"""Where a drill is held: the practice platform and an installation of its own, on this machine."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
from sqlmodel import col, select

from amends.demo.failing import DemoError
from amends.demo.player import Player
from amends.demo.stage import undisturbed
from amends.drill.copying import Copy, Stand, stands_for
from amends.drill.failing import DrillError
from amends.sandbox.sandbox import Sandbox
from amends.settings import DRILL_MARK, Settings, load
from amends.supervise import Supervisor, children_of, free_port, prepare, wait_until_ready
from flows.register import read_register
from flows.shapes import IncidentShape
from flows.tokens import first_token
from models.incident import Incident
from models.office import Office
from models.people import Person
from models.snapshot import Snapshot, incident_by, snapshot
from models.words import Role
from policy.people import Register

ANSWER_SECONDS = 0.15
"""How long the practice platform takes to answer, as a real one does."""


class Hall:
    """The drill as it runs."""

    def __init__(self, copy: Copy, office: Office, environment: dict[str, str], port: int) -> None:
        self.copy = copy
        self.office = office
        self._environment = environment
        self._url = f"http://127.0.0.1:{port}"
        self._tokens: dict[str, str] = {}
        self._players: dict[str, Player] = {}

    def post(self, stand: Stand, text: str) -> str:
        """Put a marked post on the account, past Amends; returns the link."""
        answer = httpx.post(
            f"{self.copy.platform}/sandbox/posts",
            json={"handle": stand.handle, "text": DRILL_MARK + text},
            trust_env=False,
        )
        return str(answer.raise_for_status().json()["url"])

    def page_of(self, stand: Stand) -> str:
        """Where anybody with a browser on this machine can look at the account."""
        return f"{self.copy.platform}/{stand.handle}"

    def register(self) -> Register:
        """The people of the department."""
        with self.office.store.read() as tx:
            return read_register(tx, self.office.settings)

    def newest(self) -> str | None:
        """The reference of the newest incident."""
        with self.office.store.read() as tx:
            rows = tx.exec(select(Incident).order_by(col(Incident.opened_at).desc())).all()
        return rows[0].reference if rows else None

    def rows(self, reference: str) -> Snapshot:
        """The incident as it is stored."""
        with self.office.store.read() as tx:
            return snapshot(tx, incident_by(tx, reference))

    def player(self, person: Person) -> Player:
        """This person at the API."""
        if person.email not in self._players:
            self._players[person.email] = Player(self._url, self._token(person))
        return self._players[person.email]

    def sees(self, person: Person, reference: str) -> IncidentShape | None:
        """The incident as this person may see it; None where they may not, as HR never may."""
        if person.has_role(Role.HR):
            return None
        try:
            return self.player(person).incident(reference)
        except DemoError:
            return None

    def type(self, person: Person, words: Sequence[str]) -> int:
        """Run ``amends`` with these words as that person, on this terminal; returns how it ended.

        It is the command of a live installation, which sees by itself that it speaks to a drill.
        """
        sys.stdout.flush()
        command = [sys.executable, "-m", "amends.cli", *words]
        done = subprocess.run(command, env=self._at_a_terminal(person), check=False)
        return done.returncode

    def hand_out(self, people: Sequence[Person]) -> Path:
        """Write a file for each person with what they set at their own terminal; returns where."""
        folder = self.copy.home.parent / "people"
        folder.mkdir(mode=0o700, exist_ok=True)
        for one in people:
            path = folder / f"{one.email}.sh"
            path.touch(mode=0o600)
            path.write_text(
                f"# DRILL: {one.name}. This file works in this drill alone.\n"
                f"export AMENDS_URL={self.copy.url}\nexport AMENDS_TOKEN={self._token(one)}\n",
                encoding="utf-8",
            )
        return folder

    def close(self) -> None:
        """Let every connection go."""
        for one in self._players.values():
            one.close()
        self.office.store.close()

    def _token(self, person: Person) -> str:
        if person.email not in self._tokens:
            self._tokens[person.email] = first_token(self.office, person.email)
        return self._tokens[person.email]

    def _at_a_terminal(self, person: Person) -> dict[str, str]:
        secrets = {one.variable for one in self.copy.stands}
        kept = {name: value for name, value in self._environment.items() if name not in secrets}
        return kept | {"AMENDS_URL": self._url, "AMENDS_TOKEN": self._token(person)}


@contextmanager
def open_hall(
    home: Path, live: Settings, *, port: int, url: str, smtp: str | None, say: Callable[[str], None]
) -> Iterator[Hall]:
    """Start everything; at the end of the context end everything, however it ends.

    ``url`` is where people reach it, empty for this machine alone. Raises DrillError.
    """
    with Sandbox(latency=ANSWER_SECONDS) as sandbox:
        sandbox.drill = True
        stands = tuple(
            replace(one, secret=sandbox.add_account(one.handle, one.name).secret)
            for one in stands_for(live.accounts)
        )
        port = free_port(port)
        copy = Copy(home, live, stands, sandbox.url, url or f"http://127.0.0.1:{port}", smtp)
        copy.write()
        environment = copy.environment(os.environ)
        settings = load(environment)
        prepare(settings)
        supervisor = Supervisor(children_of(settings, port, None, environment), say)
        watch = threading.Thread(target=supervisor.watch, name="supervisor", daemon=True)
        hall = Hall(copy, Office(settings), environment, port)
        try:
            supervisor.start()
            watch.start()
            if not wait_until_ready(port):
                raise DrillError(f"The drill could not start. Look in {home / 'logs'}")
            yield hall
        finally:
            with undisturbed():
                hall.close()
                supervisor.stop()
                if watch.is_alive():
                    watch.join()
                supervisor.end()
