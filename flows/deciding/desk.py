"""The desk at which one person decides one thing about one incident, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, update

from flows.naming import ENGINE, shown_as
from flows.refusals import (
    NO_INCIDENT,
    AlreadyDecidedError,
    NotAllowedError,
    NotFoundError,
)
from flows.register import read_register
from models.audit import chain_of_incident
from models.incident import Incident
from models.office import Office
from models.people import Person
from models.sealed import place
from models.snapshot import Snapshot, incident_by, snapshot
from models.store import Transaction
from models.words import DecisionType
from policy.access import Act, Relation, may, relations
from policy.people import Register

MOMENT = "%H:%M UTC on %-d %B %Y"
CLOSED = "The incident is closed. Report the post again if something is still wrong."


@dataclass(frozen=True)
class Desk:
    """One person before one incident, whose row is locked until the decision is stored."""

    tx: Transaction
    office: Office
    person: Person
    seen: Snapshot
    register: Register
    relations: frozenset[Relation]
    now: datetime

    @property
    def incident(self) -> Incident:
        """The incident that is decided on."""
        return self.seen.incident

    def may(self, act: Act) -> bool:
        """Whether this person may do it."""
        return may(act, self.relations)

    @property
    def is_dtu(self) -> bool:
        """Whether this person is here for the DTU; about their own post nobody is."""
        return Relation.DTU in self.relations

    def require(self, act: Act, sentence: str) -> None:
        """Raises NotAllowedError with the sentence."""
        if not self.may(act):
            raise NotAllowedError(sentence)

    def require_open(self) -> None:
        """Raises AlreadyDecidedError, with who closed it and when, once the incident is closed."""
        if self.incident.closed_at is not None:
            raise self.closed()

    def closed(self) -> AlreadyDecidedError:
        """Who closed it, when, and what can still be done."""
        said = [one for one in self.seen.decisions if one.type == DecisionType.CLOSE]
        last = max(said, key=lambda one: one.generation, default=None)
        if last is None or last.decided_at is None:
            return AlreadyDecidedError(CLOSED)
        who = self.name_of(last.decided_by)
        return AlreadyDecidedError(f"{who} closed it at {last.decided_at:{MOMENT}}. {CLOSED}")

    def record(self, what: str, **facts: object) -> None:
        """One entry of the timeline. ``facts`` are ids, words and numbers only."""
        self.tx.record(chain_of_incident(self.incident.id), self.person.email, what, **facts)

    def seal(self, text: str, table: str, row_id: str, field: str) -> bytes:
        """The text sealed for that row and field."""
        return self.office.content.close(text, place(table, row_id, field))

    def name_of(self, email: str | None) -> str:
        """How this person may be told of another, at the start of a sentence."""
        shown = shown_as(
            email or ENGINE,
            to=self.person,
            seen=self.seen,
            register=self.register,
            relations=self.relations,
        )
        return shown if "@" in shown else shown.capitalize()


@contextmanager
def desk(office: Office, person: Person, reference: str, name: str) -> Iterator[Desk]:
    """Lock the incident, and wake the engine when the decision is stored.

    Raises NotFoundError where there is no such incident or this person may not know of it.
    """
    with office.store.write(name) as tx:
        now = tx.now()
        # The first statement takes the row's lock: what is read after it is what stands.
        stirred = tx.changed(
            update(Incident)
            .where(col(Incident.reference) == reference, col(Incident.erased_at).is_(None))
            .values(stirred=col(Incident.stirred) + 1, wake_at=now)
        )
        if not stirred:
            raise NotFoundError(NO_INCIDENT)
        seen = snapshot(tx, incident_by(tx, reference))
        register = read_register(tx, office.settings)
        related = relations(person, seen, register, now)
        if not may(Act.SEE, related):
            raise NotFoundError(NO_INCIDENT)
        yield Desk(tx, office, person, seen, register, related, now)
        tx.wake(seen.incident.id)
