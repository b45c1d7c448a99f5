"""An engine of a department in a process of its own, as tests kill it."""

from collections.abc import Callable

import lives
from department import Department


class EngineProcess(lives.EngineProcess):
    """An engine in a process of its own, which a fault may kill."""

    def __init__(
        self,
        department: Department,
        fault: str = "",
        quick: lives.Quick | None = None,
        prefect: str | None = None,
        work: Callable[[], None] | None = None,
    ) -> None:
        if department.watch is not None:
            department.watch.stop()
        life = lives.Life(
            department.home, department.secrets, fault, quick=quick, prefect=prefect, work=work
        )
        super().__init__(life)
