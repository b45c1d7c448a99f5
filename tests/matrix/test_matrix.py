"""The short form of the crash matrix, in every `make test`; `make matrix` plays all of it."""

from collections.abc import Iterator

import pytest
from cells import CALM, PUBLISHING, Cell, Database, On, Trouble, reads_back_at
from run import Ground, promised
from verdicts import table

pytestmark = [pytest.mark.waits, pytest.mark.xdist_group("matrix")]

SQLITE, POSTGRES = Database.SQLITE, Database.POSTGRES


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Lines on which cells are played."""
    with Ground(tmp_path_factory.mktemp("matrix"), lines=4).opened() as ground:
        yield ground


def some() -> Iterator[Cell]:
    """One cell of each sort, and every side of a publication."""
    lost_answer = (Trouble("create", "reset-after"),)
    for on in (On.X, On.MASTODON):
        for point in ("delete:after-call", *PUBLISHING[2:6]):
            yield Cell(on, SQLITE, CALM, point)
        for point in reads_back_at("publish")[1::2]:
            yield Cell(on, SQLITE, lost_answer, point)
    yield Cell(On.X, SQLITE, (Trouble("delete", "reset-late"),), "conclude-delete:before-commit")
    yield Cell(On.X, SQLITE, (Trouble("mail", "cut-after"),))
    yield Cell(On.X, POSTGRES, lost_answer, "conclude-publish:before-commit")


@pytest.mark.timeout(300)
def test_nothing_is_done_twice_and_nothing_is_lost(ground: Ground) -> None:
    verdicts = ground.play(list(some()))
    reached = [one for one in verdicts if one.reached]
    assert len(reached) >= 0.9 * len(verdicts)
    broken = [one.line() for one in reached if one.duplicates or one.lost]
    assert not broken, table(verdicts)


def test_an_engine_that_sets_its_flag_after_the_call_is_convicted(ground: Ground) -> None:
    """Else the matrix would acquit everybody."""
    usual = [
        Cell(On.X, SQLITE, CALM, "publish:after-call", naive=True),
        Cell(On.X, SQLITE, (Trouble("create", "reset-after"),), naive=True),
        Cell(On.X, SQLITE, CALM, "conclude-publish:before-commit", naive=True),
    ]
    verdicts = ground.play(usual)
    assert all(one.duplicates for one in verdicts), table(verdicts)
    assert promised(verdicts)
