"""A department whose database goes back: backed up, lived on, and restored to what it was."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from department import DEE, Department
from reached import listening

from amends.archive.packing import back_up
from amends.archive.running import who_runs
from amends.archive.unpacking import Restored, restore
from amends.web.again import again
from flows.deciding.reconciling import Seen, lift, reconciliation_seen
from models.effects import Effect
from models.office import Office, use
from models.reconciliation import is_reconciling
from models.store import Store

WRITES = ("delete", "create")


def back_up_now(department: Department) -> Path:
    """A backup of the department as it is, whoever works on it."""
    settings = department.office.settings
    return back_up(settings, None, department.home / "amends.toml").path


def go_back(department: Department, archive: Path) -> Restored:
    """Stop everything and restore; no engine runs afterwards."""
    department.stop_engine()
    department.office.store.close()
    _until_its_sessions_end(department.office.settings.database_url)
    restored = restore(department.office.settings, archive, over=True)
    department.office = Office(department.office.settings)
    use(department.office)
    return restored


def _until_its_sessions_end(url: str) -> None:
    """A stopped engine's threads may end their last statement on PostgreSQL a moment later, and
    give their session back to a pool that is closed already: it ends with the pool's memory, which
    an engine that starts in this process may have frozen."""
    gc.unfreeze()
    until = time.monotonic() + 10
    while not url.startswith("sqlite") and time.monotonic() < until:
        gc.collect()
        store = Store(url)
        busy = who_runs(store)
        store.close()
        if not busy:
            return
        time.sleep(0.1)


def look_at_what_is_open(department: Department, by: str = DEE) -> Seen:
    """What a person is shown."""
    return reconciliation_seen(department.office, department.person(by))


def lift_as_soon_as_read(
    department: Department, until: Callable[[Callable[[], bool]], None]
) -> None:
    """The officer waits until all was read back, and lets things be sent."""
    until(lambda: look_at_what_is_open(department).unread == 0)
    again(lambda: lift(department.office, department.person(DEE), reason="All was looked for."))


@dataclass(frozen=True)
class Written:
    """What had left us for the outside world."""

    writes: int
    mails: int


def written(department: Department) -> Written:
    """Everything sent so far, counted at the other side."""
    sent = sum(len(department.sandbox.calls(verb)) for verb in WRITES)
    return Written(sent, len(department.mail.messages))


@contextmanager
def nothing_leaves(department: Department) -> Iterator[None]:
    """Fail where anything was sent in here, by the other side's count and by our own sockets."""
    before = written(department)
    with listening() as reached:
        yield
        with department.office.store.read() as tx:
            assert is_reconciling(tx)
        assert written(department) == before
        assert reached.to(department.mail.url.replace("smtp", "http")) == 0


def effects_of(department: Department, reference: str) -> list[Effect]:
    """The incident's effects, in the order of their planning."""
    return list(department.seen(reference).effects)
