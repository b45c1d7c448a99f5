"""The sealed side: whether every case can be opened, and what stands around its rows."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from amends.doctor.findings import Finding, Findings, bad, ok, warn
from amends.settings import Settings
from flows.reviewing.keys import unreadable
from models.office import Office
from models.store import Store

ONE_TEAM = (
    "SQLite has no wall of its own around cases: whoever can read its file has every sealed row, "
    "and needs only the keys. That is for one team on one machine. Set [database] url to "
    "PostgreSQL for more."
)
OWNER = (
    "Web and engine own the tables of cases, so PostgreSQL's wall around them does not hold them. "
    "Let them work as another role: amends database grants ROLE"
)
NO_KEY = "{count} cannot be opened: their master key is not in the folder of keys. Put it back."


def examine(settings: Settings) -> Findings:
    """The keys of cases, and the wall around their rows."""
    url = settings.database_url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        return
    office = Office(settings)
    try:
        if office.store.is_current():
            yield _wall(office.store)
            yield from _keys(office)
    except DBAPIError:
        return  # the database has findings of its own
    finally:
        office.store.close()


def _wall(store: Store) -> Finding:
    with store.read() as tx:
        if not tx.postgres:
            return warn("cases", ONE_TEAM)
        stands = tx.execute(text("select row_security_active('sealed_case')")).scalar_one()
    return ok("cases", "PostgreSQL's wall stands around them.") if stands else warn("cases", OWNER)


def _keys(office: Office) -> Findings:
    if not office.case_keys.are_there:
        return  # an examination makes no keys
    with office.store.read() as tx:
        missing = unreadable(tx, office)
    if missing:
        yield bad("cases", NO_KEY.format(count=missing))
