"""Where somebody is named: by rows that hold their address or id, and in what others wrote."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from flows.bundle.people import names_of
from models.audit import Entry
from models.decisions import Decision
from models.incident import Capture, Incident, Post, Report
from models.notices import Notice
from models.office import Office
from models.people import Person
from models.sealed import place
from models.statements import Clearance, Statement, Wording
from models.store import Transaction
from policy.people import Register

OF_INCIDENTS = "incident:"
SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True)
class Subject:
    """Who is asked about. ``person`` is the register's row, theirs who have left too; an address
    that the register never had may still stand in an incident. ``names`` find them in a text."""

    address: str
    person: Person | None
    names: tuple[re.Pattern[str], ...]

    @property
    def id(self) -> str:
        """The row's id; nobody's where there is none."""
        return self.person.id if self.person else ""

    def sentences_in(self, text: str) -> str:
        """The sentences that name them; none where none does."""
        return " ".join(one for one in SENTENCES.split(text) if self._is_named_in(one))

    def _is_named_in(self, sentence: str) -> bool:
        return any(name.search(sentence) for name in self.names)


def subject_of(register: Register, address: str) -> Subject:
    """Whoever has this address. A part of their name that somebody else has too is not enough."""
    person = next((one for one in register.people if one.email == address), None)
    names = [re.compile(re.escape(address), re.IGNORECASE)]
    if person is not None:
        others = [one.name for one in register.people if one.email != address]
        whole, *parts = names_of(person.name)
        names += [whole, *(one for one in parts if not any(map(one.search, others)))]
    return Subject(address, person, tuple(names))


def incidents_of(tx: Transaction, office: Office, subject: Subject) -> list[Incident]:
    """Every incident that is about them in anything, the oldest first. All that people wrote is
    opened and searched, so that this takes long where much is held."""
    ids = {one for query in _rows(subject) for one in tx.exec(query)}
    ids |= {one for one, text in _written(tx, office) if subject.sentences_in(text)}
    there = select(Incident).where(col(Incident.id).in_(ids), col(Incident.erased_at).is_(None))
    return list(tx.exec(there.order_by(col(Incident.id))))


def _rows(subject: Subject) -> Iterator[SelectOfScalar[str]]:
    address = subject.address
    named = (col(Incident.poster_email), col(Incident.cleared_by), col(Incident.facts_by))
    yield select(Incident.id).where(or_(*(one == address for one in named)))
    yield select(Report.incident_id).where(col(Report.reporter_id) == subject.id)
    to_them = (col(Notice.to_address) == address, col(Notice.sealed).is_(False))
    yield select(Notice.incident_id).where(*to_them)
    yield select(Decision.incident_id).where(col(Decision.decided_by) == address)
    of_words = select(Statement.incident_id)
    by_them = of_words.join(Wording, col(Wording.statement_id) == col(Statement.id))
    yield by_them.where(col(Wording.author) == address)
    cleared = of_words.join(Clearance, col(Clearance.statement_id) == col(Statement.id))
    yield cleared.where(col(Clearance.person_id) == subject.id)
    chain = col(Entry.chain)
    did = select(chain).where(col(Entry.actor) == address, chain.startswith(OF_INCIDENTS))
    acted = did.distinct().subquery()
    yield select(Incident.id).join(acted, acted.c.chain == OF_INCIDENTS + col(Incident.id))


def _written(tx: Transaction, office: Office) -> Iterator[tuple[str, str]]:
    """What people wrote in any incident, and what was kept of posts."""
    seal = office.content
    for report in tx.exec(select(Report).where(col(Report.note_sealed).is_not(None))):
        sealed_at = place("report", report.id, "note")
        yield report.incident_id, seal.open_text(report.note_sealed or b"", sealed_at)
    for decision in tx.exec(select(Decision).where(col(Decision.text_sealed).is_not(None))):
        sealed_at = place("decision", decision.id, "text")
        yield decision.incident_id, seal.open_text(decision.text_sealed or b"", sealed_at)
    kept = select(Capture, Post.incident_id).join(Post, col(Post.id) == col(Capture.post_id))
    for capture, incident_id in tx.exec(kept.where(col(Capture.erased_at).is_(None))):
        yield incident_id, text_kept(office, capture)


def text_kept(office: Office, capture: Capture) -> str:
    """The words of the post, as they were kept; empty where only its metadata was."""
    sealed_at = place("capture", capture.id, "manifest")
    said = json.loads(office.content.open_text(capture.manifest_sealed, sealed_at))
    return str(said.get("text") or "")
