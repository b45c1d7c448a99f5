"""Everything that the demo needs, running on this machine; and the people, each with a token."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from amends.demo.failing import DemoError
from amends.demo.installation import Installation
from amends.demo.mailbox import wait_for_code
from amends.demo.people import FLO, HAL, HR, PEOPLE, Person
from amends.demo.places.base import Place
from amends.demo.places.opening import PlaceOpener
from amends.demo.player import Player
from amends.demo.prefect_record import PrefectRecord
from amends.patience import sooner_or_later
from amends.settings import load
from amends.supervise import Supervisor, children_of, free_port, prepare

READY_SECONDS = 120.0
MOST_FALLS = 3
TOKEN_SECONDS = 60.0


class Stage:
    """The platforms, Amends and Prefect. ``prefect`` is None where it is switched off."""

    def __init__(
        self,
        installation: Installation,
        environment: dict[str, str],
        supervisor: Supervisor,
        prefect: PrefectRecord | None,
    ) -> None:
        self.installation = installation
        self.prefect = prefect
        self._environment = environment
        self._supervisor = supervisor
        self._players: dict[str, Player] = {}

    @property
    def places(self) -> tuple[Place, ...]:
        """Where the department has an account."""
        return self.installation.places

    def wait_until_ready(self) -> None:
        """Return when Amends says that it can act. Raises DemoError when it does not."""

        def look() -> bool:
            self._check_children()
            return _answers(f"{self.installation.url}/readyz")

        if not sooner_or_later(look, READY_SECONDS):
            raise DemoError(f"Amends was not ready within {READY_SECONDS:.0f} s.")

    def hand_out_tokens(self) -> None:
        """Make the administrator's first token, as at a first set-up, on the machine itself."""
        self._players[FLO.email] = self._player(self._create_token(FLO))

    def player(self, person: Person) -> Player:
        """This person at the API; the administrator has a code sent to them when first needed."""
        if person.email not in self._players:
            self._players[FLO.email].have_code_sent(person.email)
            code = wait_for_code(self.installation.outbox, person.email)
            self._players[person.email] = self._player(self._player("").claim(code))
        return self._players[person.email]

    def let_hr_in(self) -> Player:
        """HR's first token: a code is mailed to HR's own mailbox and exchanged, once."""
        self._create_token(HAL)
        code = wait_for_code(self.installation.outbox, HR)
        self._players[HAL.email] = self._player(self._player("").claim(code))
        return self._players[HAL.email]

    def close(self) -> None:
        """Let every connection go."""
        for one in self._players.values():
            one.close()

    def _player(self, token: str) -> Player:
        return Player(self.installation.url, token)

    def _create_token(self, person: Person) -> str:
        command = [sys.executable, "-m", "amends.cli", "token", "create", "--person", person.email]
        try:
            made = subprocess.run(
                command,
                env=self._environment,
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
                timeout=TOKEN_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise DemoError(f"No token was made for {person.first_name} in time.") from None
        if made.returncode:
            raise DemoError(f"No token for {person.first_name}: {made.stderr.strip()}")
        return made.stdout.strip()

    def _check_children(self) -> None:
        for child in self._supervisor.children:
            if child.falls >= MOST_FALLS and child.name != "prefect":
                raise DemoError(f"The {child.name} process ended again and again.")


@contextmanager
def open_stage(
    home: Path,
    say: Callable[[str], None],
    opened: Iterable[PlaceOpener],
    people: tuple[Person, ...] = PEOPLE,
) -> Iterator[Stage]:
    """Start everything; at the end of the context end everything, however it ends."""
    with ExitStack() as running:
        places = tuple(running.enter_context(one(say)) for one in opened)
        installation = Installation(home, places, free_port(0), people)
        installation.write()
        environment = installation.environment(os.environ)
        settings = load(environment)
        prefect_port = None if settings.prefect_off else free_port(0)
        prepare(settings)
        children = children_of(settings, installation.port, prefect_port, environment)
        supervisor = Supervisor(children, say)
        watch = threading.Thread(target=supervisor.watch, name="supervisor", daemon=True)
        record = PrefectRecord(f"http://127.0.0.1:{prefect_port}") if prefect_port else None
        stage = Stage(installation, environment, supervisor, record)
        try:
            supervisor.start()
            watch.start()
            stage.hand_out_tokens()
            stage.wait_until_ready()
            yield stage
        finally:
            with undisturbed():
                stage.close()
                supervisor.stop()
                if watch.is_alive():
                    watch.join()
                supervisor.end()


@contextmanager
def undisturbed() -> Iterator[None]:
    """A second Ctrl-C does not leave processes behind."""
    wanted = (signal.SIGINT, signal.SIGTERM)
    before = [(number, signal.signal(number, signal.SIG_IGN)) for number in wanted]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
