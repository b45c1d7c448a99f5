"""The chain without an engine: notices, what is queued after them, and a clock set by hand."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from paper import BO, CY, DEE, EVE, PAT, SAM, SUE, Paper
from sqlmodel import col, select

from flows.chasing import tell_waiting
from flows.hands import Hands, lend, owner_name
from flows.steps.telling import tell
from integrations.notices.registry import mail_carrier, text_carrier
from integrations.platforms.connections import Connections
from models.audit import Entry, chain_of_incident
from models.clock import Clock
from models.escalation import Escalation
from models.incident import Incident
from models.notices import Notice
from models.office import use
from models.people import Person
from models.snapshot import incident_by
from models.words import Kind, Medium

DEPUTIES = {BO: SAM, DEE: EVE, PAT: CY}
PHONES = dict(zip((BO, DEE, PAT, EVE, SUE), map("+4477009000{:02}".format, range(5)), strict=True))
BEGAN = datetime(2026, 1, 14, 10, tzinfo=UTC)
"""A Wednesday morning."""


class HandClock(Clock):
    """Shows what it is set to."""

    def __init__(self, shows: datetime = BEGAN) -> None:
        super().__init__()
        self.shows = shows

    def wall(self) -> datetime:
        return self.shows

    def now(self, wall: datetime | None = None) -> datetime:
        return self.shows


@dataclass
class Chain:
    """An installation, and its clock."""

    paper: Paper
    clock: HandClock

    def tell(self, reference: str) -> None:
        """The engine's step: whoever is to be told is, or is told anew."""
        assert tell.plainly(reference)

    def after(self, minutes: float, reference: str) -> None:
        """So many minutes later the engine looks once."""
        self.clock.shows += timedelta(minutes=minutes)
        tell_waiting(self.paper.office, self.paper.incident(reference))

    def for_minutes(self, minutes: int, reference: str, every: int = 5) -> None:
        """The engine looks every so often, for so long."""
        for _ in range(minutes // every):
            self.after(every, reference)

    def told(self, reference: str, *templates: str, by: Medium = Medium.MAIL) -> list[str]:
        """Who was sent these, in the order of their queueing."""
        notices = sorted(self.notices(reference), key=lambda one: one.queued_at)
        return [n.to_address for n in notices if n.template in templates and n.by == by]

    def notices(self, reference: str) -> tuple[Notice, ...]:
        """All of the incident."""
        return self.paper.seen(reference).notices

    def rows(self, reference: str) -> dict[str, Escalation]:
        """How far each notice went, by the address of its reader; of several the last."""
        seen = self.paper.seen(reference)
        address = {one.id: one.to_address for one in seen.notices}
        return {address[one.notice_id]: one for one in seen.escalations}

    def becomes(self, reference: str, *kinds: Kind, **more: object) -> None:
        """The DTU says that it is another kind of mistake; the engine makes its plan with that."""
        with self.paper.office.store.write("becomes") as tx:
            same = select(Incident).where(col(Incident.reference) == reference)
            incident = tx.exec(same).one()
            incident.kinds, incident.plan = [kind.value for kind in kinds], None
            incident.generation += 1
            for name, value in more.items():
                setattr(incident, name, value)
            tx.add(incident)
        self.tell(reference)

    def said(self, reference: str, what: str) -> list[object]:
        """Whom, or whom not, the entries with this word name, the first first."""
        with self.paper.office.store.read() as tx:
            chain = chain_of_incident(incident_by(tx, reference).id)
            same = select(Entry).where(col(Entry.chain) == chain, col(Entry.what) == what)
            entries = tx.exec(same.order_by(col(Entry.seq))).all()
        return [one.facts.get("whom") or one.facts.get("whom_not") for one in entries]

    def change(self, email: str, **more: object) -> None:
        """The register says something else of this person."""
        with self.paper.office.store.write("change") as tx:
            person = tx.exec(select(Person).where(col(Person.email) == email)).one()
            for name, value in more.items():
                setattr(person, name, value)
            tx.add(person)


def open_chain(paper: Paper) -> Chain:
    """Phones, deputies and hands."""
    chain = Chain(paper, HandClock())
    paper.office.store.clock = chain.clock
    for email, deputy in DEPUTIES.items():
        chain.change(email, deputy=deputy)
    for email, phone in PHONES.items():
        chain.change(email, phone=phone)
    settings = paper.office.settings
    use(paper.office)
    mail, texts = mail_carrier(settings), text_carrier(settings)
    lend(Hands(paper.office, owner_name(), Connections(), mail, texts))
    return chain
