"""Which cells there are: each death of a calm story, and those in a failing world."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator

from cells import (
    DELETING,
    FORGETS,
    MAILS,
    NETWORK,
    PUBLISHING,
    READING,
    REFUSALS,
    TELLING,
    Cell,
    Database,
    On,
    Prefect,
    Trouble,
    dies_at,
    reads_back_at,
)

MOST_PASSES = {Database.SQLITE: 3, Database.POSTGRES: 2}
"""How many passes of one point are deaths of their own: the later ones tell nothing new."""

VERBS = {"publish": "create", "delete": "delete"}
ALSO_CROSSED = ("reset-after", "reset-before", "lying-200")
"""The faults after which recovery itself is killed."""

CALM_SQLITE = Database.SQLITE


def deaths(passed: Iterable[str], most: int) -> list[str]:
    """Every point that a calm story passed, as deaths: ``name@1``, ``name@2`` and so on."""
    counted = Counter(passed)
    return [
        f"{name}@{nth}" for name, times in counted.items() for nth in range(1, min(times, most) + 1)
    ]


def calm_cells(on: On, database: Database, passed: Iterable[str]) -> Iterator[Cell]:
    """Death at every point of a story in which nothing else goes wrong."""
    for death in deaths(passed, MOST_PASSES[database]):
        yield Cell(on, database, first=death)


def failing_cells(on: On, database: Database) -> Iterator[Cell]:
    """Every fault of the network at each effect, alone and crossed with death there; and death in
    the recovery that follows."""
    for kind, verb in VERBS.items():
        for fault in NETWORK:
            trouble = (Trouble(verb, fault),)
            yield Cell(on, database, trouble)
            whole = database == Database.SQLITE or fault in ALSO_CROSSED
            for point in dies_at(kind) if whole else ():
                yield Cell(on, database, trouble, point)
        for fault in ALSO_CROSSED:
            for point in reads_back_at(kind):
                yield Cell(on, database, (Trouble(verb, fault),), point)
        for fault in REFUSALS if database == Database.SQLITE else ():
            yield Cell(on, database, (Trouble(verb, fault),))
    for verb in ("get", "public" if on != On.X else "oembed", *(["timeline"] * (on != On.BLUESKY))):
        for fault in READING:
            after = (Trouble("create", "reset-after"),) if verb == "timeline" else ()
            yield Cell(on, database, (*after, Trouble(verb, fault)))


def probes() -> Iterator[tuple[Trouble, ...]]:
    """Failing worlds that lead a story where a calm one never comes: to people, to a later try."""
    for verb in VERBS.values():
        for fault in ("unauthorised-401", "rules-403", "429", "reset-before", "lying-200"):
            yield (Trouble(verb, fault),)
    for fault in ("not-found-404", "429", "reset-before", "unauthorised-401"):
        yield (Trouble("get", fault),)
    yield (Trouble("mail", "550 No such person"),)
    yield (Trouble("mail", "cut-after"),)


def forgetting_cells(database: Database) -> Iterator[Cell]:
    """An instance that crashes with us, and no longer knows its keys."""
    for fault in ("reset-before", "reset-after", "late", "500-after"):
        for point in PUBLISHING[2:]:
            yield Cell(On.MASTODON, database, (Trouble("create", fault), FORGETS), point)


def mail_cells(database: Database) -> Iterator[Cell]:
    """Every way in which a mail server fails, alone and crossed with death beside the mail."""
    for fault in MAILS:
        trouble = (Trouble("mail", fault),)
        yield Cell(On.X, database, trouble)
        for point in (*TELLING, "claim-read-back:after-commit", "settle-notice:before-commit"):
            yield Cell(On.X, database, trouble, point)


def prefect_cells() -> Iterator[Cell]:
    """Prefect's server at work, wiped and killed while the engine is dead."""
    for prefect in (Prefect.ON, Prefect.WIPED, Prefect.KILLED):
        for point in (*PUBLISHING[1:5:2], *DELETING[1:5:2], "draft-words:after-commit"):
            yield Cell(On.X, Database.SQLITE, first=point, prefect=prefect)


def random_cells(seed: int, many: int, points: list[str], ons: list[On]) -> Iterator[Cell]:
    """Two deaths and two failures each, drawn from a seed."""
    draw = random.Random(seed)
    for _ in range(many):
        on = draw.choice(ons)
        kind = draw.choice(list(VERBS))
        troubles = tuple(
            Trouble(VERBS[draw.choice(list(VERBS))], draw.choice(NETWORK)) for _ in range(2)
        )
        first = draw.choice([*dies_at(kind), *(f"{p}@1" for p in points)])
        second = draw.choice([*dies_at(kind), *reads_back_at(kind), *(f"{p}@1" for p in points)])
        yield Cell(on, draw.choice(list(Database)), troubles, first, second)
