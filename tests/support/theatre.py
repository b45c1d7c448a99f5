"""The demo's stage in one process: its installation, with web and engine in threads of the test."""

import contextlib
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from record_watch import Watch
from sqlmodel import select
from web_thread import WebThread

from amends.demo.installation import Installation
from amends.demo.mailbox import letters
from amends.demo.people import DEE, HAL, Person
from amends.demo.places.opening import accounts_of
from amends.demo.places.x import XPlace
from amends.demo.player import Player
from amends.demo.scenarios.playing import play
from amends.demo.scenarios.reading import scenarios
from amends.demo.screen import Screen
from amends.demo.stage import Stage
from amends.demo.stories import cast_of
from amends.engine import Engine
from amends.settings import load
from amends.supervise import Supervisor, free_port
from amends.web.app import create_app
from flows.hands import lend
from flows.shapes import IncidentShape
from flows.tokens import digest_of
from models.columns import new_id
from models.office import Office, use
from models.people import Person as PersonRow
from models.people import Token
from models.register import sync
from models.sealed import place
from models.snapshot import Snapshot, incident_by, snapshot


class Theatre(Stage):
    """A stage whose people get their tokens from the database. ``references`` are the incidents
    that were played, in the order of their reports."""

    def __init__(self, installation: Installation, office: Office) -> None:
        super().__init__(installation, {}, Supervisor([], print), None)
        self.office = office
        self.references: list[str] = []

    def player(self, person: Person) -> Player:
        """This person at the API."""
        if person.email not in self._players:
            token = f"token-of-{person.email}"
            with self.office.store.write("token") as tx:
                rows = tx.exec(select(PersonRow)).all()
                row = next(one for one in rows if one.email == person.email)
                made, ends = tx.now(), tx.now() + timedelta(days=1)
                tx.add(
                    Token(
                        id=new_id(),
                        person_id=row.id,
                        digest=digest_of(token),
                        made_at=made,
                        expires_at=ends,
                    )
                )
            self._players[person.email] = self._player(token)
        return self._players[person.email]

    def let_hr_in(self) -> Player:
        """HR has its token already."""
        return self.player(HAL)

    def seen(self, number: int = 1) -> IncidentShape:
        """An incident that was played, as Dee sees it."""
        return self.player(DEE).incident(self.references[number - 1])

    def rows(self, number: int = 1) -> Snapshot:
        """Its rows."""
        with self.office.store.read() as tx:
            return snapshot(tx, incident_by(tx, self.references[number - 1]))

    def said(self, number: int = 1) -> list[str]:
        """The words of its timeline."""
        return [one.what for one in self.player(DEE).timeline(self.references[number - 1])]

    def kept(self, number: int = 1) -> str:
        """All that was kept of its posts."""
        content = self.office.content
        return "\n".join(
            content.open_text(one.manifest_sealed, place("capture", one.id, "manifest"))
            for one in self.rows(number).captures.values()
        )

    def words_first_drafted(self, number: int = 1) -> list[str]:
        """The words of each statement as they were drafted, before anybody wrote others."""
        content, rows = self.office.content, self.rows(number)
        return [
            content.open_text(one.text_sealed, place("wording", one.id, "text"))
            for one in rows.wordings.values()
            if one.version == 1
        ]

    def live(self, handle: str) -> list[str]:
        """What a stranger sees on an account on X."""
        place = next(one for one in self.places if one.handle == handle and isinstance(one, XPlace))
        return place.seen_by_a_stranger()

    def mails_to(self, person: Person) -> list[str]:
        """The subjects of the mails to this person."""
        found = letters(self.installation.outbox)
        return [one.subject for one in found if one.to == person.email]

    def mailed(self) -> str:
        """Every mail, whole."""
        found = letters(self.installation.outbox)
        return "\n".join(f"{one.to}\n{one.subject}\n{one.text}" for one in found)


@contextlib.contextmanager
def played(home: Path, name: str) -> Iterator[Theatre]:
    """A scenario played to its end; everything still runs until the context ends."""
    scenario = scenarios()[name]
    with ExitStack() as running:
        opened = accounts_of(scenario.accounts, latency=0.0)
        places = tuple(running.enter_context(one(print)) for one in opened)
        installation = Installation(home, places, free_port(0), cast_of(scenario))
        installation.write()
        theatre = Theatre(installation, _office(installation))
        running.callback(_close, theatre)
        running.callback(_assert_all_is_told, Watch(theatre.office.store))
        _run_engine(running, theatre.office)
        _run_web(running, theatre)
        theatre.references += play(scenario, theatre, Screen())
        yield theatre


def _assert_all_is_told(watch: Watch) -> None:
    assert not watch.untold(), "the record tells of each change of a state once"


def _office(installation: Installation) -> Office:
    settings = load(installation.environment({}))
    office = Office(settings)
    office.store.migrate()
    sync(office.store, settings)
    use(office)
    return office


def _close(theatre: Theatre) -> None:
    theatre.close()
    theatre.office.store.close()
    use(None)
    lend(None)


def _run_engine(running: ExitStack, office: Office) -> None:
    engine = Engine(office, prefect_api_url=None)
    thread = threading.Thread(target=engine.run, daemon=True)
    thread.start()
    running.callback(thread.join, timeout=10)
    running.callback(engine.stop)


def _run_web(running: ExitStack, theatre: Theatre) -> None:
    web = WebThread(create_app(theatre.office), theatre.installation.port)
    running.callback(web.close)
    theatre.wait_until_ready()
