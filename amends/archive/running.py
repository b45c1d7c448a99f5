"""Who works on an installation now: nothing is restored under a process that has it open."""

import os
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from models.store import Store

PROCESSES = Path("/proc")


def who_runs(store: Store) -> list[str]:
    """Each process that has the database open, besides this one, in words."""
    if store.url.startswith("sqlite"):
        return list(_holders(Path(store.url.removeprefix("sqlite:///")).resolve()))
    return list(_sessions(store))


def _holders(database: Path) -> Iterator[str]:
    """Processes of this machine that hold the file. Those of others we may not look into."""
    names = {str(database), f"{database}-wal", f"{database}-shm"}
    for process in PROCESSES.glob("[0-9]*"):
        if process.name == str(os.getpid()):
            continue
        try:
            held = {os.readlink(one) for one in (process / "fd").iterdir()}
        except OSError:
            continue
        if held & names:
            yield f"{_what(process)} (process {process.name})"


def _what(process: Path) -> str:
    try:
        words = (process / "cmdline").read_bytes().replace(b".", b"\0").split(b"\0")
    except OSError:
        words = []
    if b"engine" in words:
        return "an engine"
    return "the web process" if b"web" in words else "a process"


def _sessions(store: Store) -> Iterator[str]:
    """Everybody who is connected to this database: on PostgreSQL they may be on other machines."""
    query = sa.text(
        "SELECT coalesce(nullif(application_name, ''), 'a process'), "
        "coalesce(host(client_addr), 'this machine') FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'"
    )
    with store.read() as tx:
        for name, where in tx.connection().execute(query):
            yield f"{name} on {where}"
