"""The database: whether it answers, is of this version, and has an engine at work."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from amends.doctor.findings import Finding, Findings, bad, ok, warn
from amends.settings import Settings
from flows.deciding.reconciling import what_is_open
from models.beats import Beat
from models.people import Person
from models.reconciliation import reconciliation_now
from models.store import Store
from policy.working_time import is_zone

FRESH = timedelta(seconds=30)


def examine(settings: Settings) -> Findings:
    """Database, its migrations, and the engines that work on it."""
    url = settings.database_url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        yield warn("database", "There is no database yet. It is made at the first start.")
        return
    store = Store(url)
    try:
        if not store.is_current():
            yield bad("database", "Its tables are of another version. Start amends up.")
            return
        yield ok("database", "It answers, and its tables are of this version.")
        yield _engines(store)
        yield from _zones(store)
        yield from _reconciling(store)
    except DBAPIError as error:
        code = type(error.orig).__name__
        yield bad("database", f"It cannot be reached ({code}). Check [database] url.")
    finally:
        store.close()


def once_known(settings: Settings) -> frozenset[str]:
    """Addresses of those whom the register knows by name; none where it cannot be read."""
    url = settings.database_url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        return frozenset()
    store = Store(url)
    try:
        with store.read() as tx:
            people = tx.exec(select(Person)).all()
            return frozenset(one.email for one in people if one.name != one.email)
    except DBAPIError:
        return frozenset()  # the database has findings of its own
    finally:
        store.close()


def _zones(store: Store) -> Findings:
    """People whose hours are counted by the organisation's time zone, since nobody knows theirs."""
    with store.read() as tx:
        people = tx.exec(select(Person).where(col(Person.registered).is_(True))).all()
    if unknown := sorted(one.email for one in people if not is_zone(one.timezone)):
        yield warn(
            "database",
            f"This machine does not know the time zone of {', '.join(unknown)}, and takes the "
            "organisation's. Set timezone in [[people]], and start amends up.",
        )


def _engines(store: Store) -> Finding:
    with store.read() as tx:
        since = tx.now() - FRESH
        rows = tx.exec(select(Beat).where(col(Beat.role) == "engine", col(Beat.at) > since)).all()
    if not rows:
        return warn("engine", "No engine is at work: reports wait. Start amends up.")
    return ok("engine", f"{len(rows)} at work.")


def _reconciling(store: Store) -> Findings:
    with store.read() as tx:
        here = reconciliation_now(tx)
        left = len(what_is_open(tx, here)) if here else 0
    if here is not None:
        yield bad(
            "reconcile",
            f"The database went back to {here.known_until:%-d %B %Y, %H:%M} UTC: nothing is sent. "
            f"Effects not final: {left}. Run: amends reconcile",
        )
