"""What is held about one person: their own rows and words, and the sentences that name them.

Nobody else is in it: names, addresses and numbers of others are taken out of what anybody wrote,
others' rows are left where they are, and who reported is told to nobody. Of a mistake that is
secret, personal or dangerous no words are given: they may be about others, or harm again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from sqlmodel import col, select

from flows.bundle.people import People
from flows.subject_access.finding import Subject, incidents_of, text_kept
from flows.subject_access.shapes import (
    OfAccess,
    OfClearance,
    OfDecision,
    OfEntry,
    OfIncident,
    OfMention,
    OfNotice,
    OfPost,
    OfRegister,
    OfReport,
    OfWording,
)
from flows.timeline import is_for_people, sentence_without_account
from flows.withheld import is_withheld
from models.audit import Entry, chain_of_incident
from models.decisions import Decision
from models.office import Office
from models.people import Token
from models.sealed import place
from models.sign_in import SignIn, WebSession
from models.snapshot import Snapshot, snapshot
from models.store import Transaction
from models.words import Employer, Kind, PosterKnown, Role
from policy.disclosure import Level, disclosure
from policy.people import Register
from templates.kinds import kind_in_words
from templates.labels import label

PRIVILEGED = frozenset({Role.LEGAL})
"""Whose advice is privileged (Data Protection Act 2018, schedule 2, paragraph 19)."""


@dataclass(frozen=True)
class Scene:
    """One incident before one person who asks what is held about them."""

    tx: Transaction
    office: Office
    seen: Snapshot
    register: Register
    subject: Subject

    @property
    def is_poster(self) -> bool:
        """Whether they are said to have made the posts."""
        known = self.seen.incident.poster_known is not PosterKnown.UNKNOWN
        return known and self.seen.incident.poster_email == self.subject.address

    @property
    def shows_words(self) -> bool:
        """Whether anything that was written is given."""
        return not is_withheld(self.seen.incident)

    @cached_property
    def _others(self) -> People:
        people = tuple(one for one in self.register.people if one.email != self.subject.address)
        officer = self.office.settings.organisation.duty_officer
        register = replace(self.register, people=people)
        return People(register, self.seen, disclosure(Level.FOI), officer)

    def given(self, text: str | None) -> str | None:
        """The text without anybody else; None where no words are given."""
        return self._others.scrubbed(text) if text and self.shows_words else None

    def opened(self, sealed: bytes | None, table: str, row_id: str, field: str) -> str | None:
        """What was written, as it is given."""
        if sealed is None:
            return None
        return self.given(self._plain(sealed, table, row_id, field))

    def named_in(self, sealed: bytes | None, table: str, row_id: str, field: str) -> str:
        """The sentences that name them, as they were written."""
        if sealed is None:
            return ""
        return self.subject.sentences_in(self._plain(sealed, table, row_id, field))

    def _plain(self, sealed: bytes, table: str, row_id: str, field: str) -> str:
        return self.office.content.open_text(sealed, place(table, row_id, field))


def register_entry(subject: Subject) -> OfRegister | None:
    """What the register says of them."""
    one = subject.person
    if one is None:
        return None
    return OfRegister(
        name=one.name,
        address=one.email,
        employer=Employer(one.employer),
        roles=[Role(role) for role in one.roles],
        phone=one.phone,
        timezone=one.timezone,
        hours=one.hours,
        away=list(one.away),
        has_left=not one.registered,
    )


def accounts_of(register: Register, subject: Subject) -> list[str]:
    """The accounts that they own or publish on."""
    theirs = [one for one in register.accounts if one.published_by(subject.address)]
    return [f"{label('platform', one.platform)} @{one.handle}" for one in theirs]


def access_of(tx: Transaction, subject: Subject) -> list[OfAccess]:
    """Their ways in, the oldest first. What opened them is kept as a digest, and is not given."""
    sessions = tx.exec(select(WebSession).where(col(WebSession.person_id) == subject.id))
    tokens = tx.exec(select(Token).where(col(Token.person_id) == subject.id))
    links = tx.exec(select(SignIn).where(col(SignIn.address) == subject.address))
    found = [
        *(OfAccess(way="session", at=one.made_at, until=one.expires_at) for one in sessions),
        *(OfAccess(way="token", at=one.made_at, until=one.expires_at) for one in tokens),
        *(OfAccess(way="sign-in-link", at=one.asked_at, until=one.expires_at) for one in links),
    ]
    return sorted(found, key=lambda one: one.at)


def incidents_about(
    tx: Transaction, office: Office, register: Register, subject: Subject
) -> Iterator[OfIncident]:
    """Each incident that is about them in anything."""
    for one in incidents_of(tx, office, subject):
        yield _incident(Scene(tx, office, snapshot(tx, one), register, subject))


def _incident(scene: Scene) -> OfIncident:
    incident = scene.seen.incident
    return OfIncident(
        reference=incident.reference,
        kinds=_kinds(scene),
        kinds_in_words=[kind_in_words(one) for one in _kinds(scene)],
        opened_at=incident.opened_at,
        closed_at=incident.closed_at,
        stands_as=list(_stands_as(scene)),
        posts=list(_posts(scene)),
        reports=list(_reports(scene)),
        notices=list(_notices(scene)),
        decisions=list(_decisions(scene)),
        wordings=list(_wordings(scene)),
        clearances=list(_clearances(scene)),
        mentions=list(_mentions(scene)),
        record=list(_entries(scene)),
    )


def _kinds(scene: Scene) -> list[Kind]:
    """Of a classified mistake its kind is told to those alone who handle it."""
    kinds = [Kind(one) for one in scene.seen.incident.kinds]
    return [] if Kind.CLASSIFIED in kinds else kinds


def _stands_as(scene: Scene) -> Iterator[str]:
    incident, address = scene.seen.incident, scene.subject.address
    if scene.is_poster:
        yield "posted"
    if incident.cleared_by == address:
        yield "said-to-have-cleared-the-post"
    if incident.facts_by == address:
        yield "gave-the-facts"


def _posts(scene: Scene) -> Iterator[OfPost]:
    if not scene.is_poster:
        return
    shows = scene.shows_words
    for post in scene.seen.posts:
        kept = scene.seen.captures.get(post.id)
        yield OfPost(
            platform=post.platform,
            account=post.handle if shows else None,
            url=post.url if shows else None,
            state=post.state,
            posted_at=post.posted_at,
            deleted_at=post.deleted_at,
            text=scene.given(text_kept(scene.office, kept)) if kept else None,
        )


def _reports(scene: Scene) -> Iterator[OfReport]:
    for one in scene.seen.reports:
        if one.reporter_id == scene.subject.id:
            note = scene.opened(one.note_sealed, "report", one.id, "note")
            yield OfReport(at=one.made_at, times=one.times, note=note)


def _notices(scene: Scene) -> Iterator[OfNotice]:
    for one in scene.seen.notices:
        if one.to_address == scene.subject.address and one.to_role is not Role.HR:
            said = scene.seen.acknowledgements.get(one.id)
            yield OfNotice(
                as_role=one.to_role,
                state=one.state,
                sent_at=one.sent_at,
                acknowledged_at=said.given_at if said else None,
            )


def _decisions(scene: Scene) -> Iterator[OfDecision]:
    for one in scene.seen.decisions:
        if one.decided_by == scene.subject.address and one.choice and one.decided_at:
            text = scene.opened(one.text_sealed, "decision", one.id, "text")
            yield OfDecision(type=one.type, choice=one.choice, at=one.decided_at, text=text)


def _wordings(scene: Scene) -> Iterator[OfWording]:
    for one in scene.seen.wordings.values():
        if one.author == scene.subject.address:
            text = scene.opened(one.text_sealed, "wording", one.id, "text")
            yield OfWording(at=one.written_at, text=text)


def _clearances(scene: Scene) -> Iterator[OfClearance]:
    for one in scene.seen.clearances:
        if one.person_id == scene.subject.id:
            reason = scene.given(one.reason)
            yield OfClearance(at=one.given_at, approved=one.approved, reason=reason)


def _mentions(scene: Scene) -> Iterator[OfMention]:
    """What others wrote of them. Who wrote it is not said."""
    for report in scene.seen.reports:
        said = scene.named_in(report.note_sealed, "report", report.id, "note")
        if said and report.reporter_id != scene.subject.id:
            yield _mention(scene, "report", report.made_at, said)
    for one in scene.seen.decisions:
        said = scene.named_in(one.text_sealed, "decision", one.id, "text")
        if said and one.decided_by != scene.subject.address and not _is_privileged(scene, one):
            yield _mention(scene, "decision", one.decided_at or one.asked_at, said)
    for kept in scene.seen.captures.values():
        said = scene.subject.sentences_in(text_kept(scene.office, kept))
        if said and not scene.is_poster:
            yield _mention(scene, "post", kept.taken_at, said)


def _mention(scene: Scene, where: str, at: datetime, said: str) -> OfMention:
    return OfMention(where=where, at=at, text=scene.given(said))


def _is_privileged(scene: Scene, one: Decision) -> bool:
    by = next((p for p in scene.register.people if p.email == one.decided_by), None)
    return by is not None and not PRIVILEGED.isdisjoint(map(Role, by.roles))


def _entries(scene: Scene) -> Iterator[OfEntry]:
    mine = select(Entry).where(
        col(Entry.chain) == chain_of_incident(scene.seen.incident.id),
        col(Entry.actor) == scene.subject.address,
    )
    for row in scene.tx.exec(mine.order_by(col(Entry.seq))):
        if is_for_people(row):
            yield OfEntry(at=row.at, sentence=sentence_without_account(row))
