"""One person before one incident: at the desk where they decide, or only looking at its page."""

from datetime import datetime
from typing import Protocol

from models.people import Person
from models.snapshot import Snapshot
from policy.access import Act, Relation
from policy.people import Register


class Before(Protocol):
    """What it takes to say what a person may do. A ``Desk`` and a ``Viewer`` both have it."""

    @property
    def person(self) -> Person:
        """Who it is."""

    @property
    def seen(self) -> Snapshot:
        """The incident's rows."""

    @property
    def register(self) -> Register:
        """Everyone and every account."""

    @property
    def relations(self) -> frozenset[Relation]:
        """How they stand to the incident."""

    @property
    def now(self) -> datetime:
        """The moment that it is judged for."""

    def may(self, act: Act) -> bool:
        """Whether one of the relations allows the act."""
