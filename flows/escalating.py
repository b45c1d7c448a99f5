"""Escalating: what nobody acknowledges is brought to others, at the minutes of escalation.csv.

A notice that must be acknowledged has a row that says how far it went and when the next one hears.
What is queued and how far it went are stored together, so that no crash loses or doubles any.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlmodel import col, func, select

from flows.letters import SHARED, NewNotice, is_lull, queue_notice, queue_text
from models.audit import chain_of_incident
from models.escalation import Escalation
from models.notices import Notice
from models.office import Office
from models.people import Account, Person
from models.snapshot import Snapshot
from models.store import Transaction
from models.words import UNDELIVERED, Medium, Role
from policy.access import is_dtu
from policy.conflicts import involved_in
from policy.duty import duties, everyone_on_duty, on_duty
from policy.escalation import (
    LATE,
    Clock,
    Rung,
    Tell,
    due,
    ladder,
    next_after,
    next_at,
    stand_in_for,
    team_of,
)
from policy.hearing import still_told
from policy.people import Register, addresses, holders
from policy.stored import plan_of

CHASED = frozenset({"line_manager", "dtu", "security", "dpo", "role"})
"""The notices that tell somebody of an incident: those that must be acknowledged."""


FIRST = datetime.min.replace(tzinfo=UTC)
"""A first notice is answered by any word since: no clock of another process is asked about it."""


def must_be_acknowledged(notice: Notice) -> bool:
    """Whether others hear when nobody acknowledges it. What follows one is part of its own."""
    return (
        notice.template in CHASED
        and notice.by == Medium.MAIL
        and notice.follows is None
        and not notice.digest_line
    )


def anything_to_escalate(seen: Snapshot, now: datetime) -> bool:
    """Whether ``escalate`` would change anything, as far as can be told cheaply."""
    if not _is_planned(seen):
        return False
    severity = seen.incident.severity
    known = {one.notice_id for one in seen.escalations}
    unknown = any(must_be_acknowledged(one) and one.id not in known for one in seen.notices)
    return bool(unknown and ladder(severity)) or any(
        one.severity != severity or (one.ended_at is None and one.next_at and one.next_at <= now)
        for one in seen.escalations
    )


def escalate(tx: Transaction, here: Office, seen: Snapshot, register: Register) -> None:
    """Carry out every row that is due for what nobody has acknowledged; each once."""
    if not _is_planned(seen):
        return
    chased, now = _chased(seen, register), tx.now()
    for notice in filter(must_be_acknowledged, seen.notices):
        row = _row(tx, seen, notice)
        if row is not None and notice.id in chased:
            _Chain(tx, here, seen, register, notice, row, now).carry_on()
        elif row is not None:
            row.ended_at, row.next_at = now, None


def _is_planned(seen: Snapshot) -> bool:
    """Whether it is open, and no new plan is about to say who hears."""
    return seen.incident.closed_at is None and seen.incident.plan is not None


def _chased(seen: Snapshot, register: Register) -> frozenset[str]:
    """The ids of those that are brought to others: only what the plan that now stands tells.

    Of several to one person it is the one that is on its way already, else the first: nobody is
    chased twice. What was queued when tells that, and no id: those go by clocks that may be wrong.
    """
    plan = plan_of(seen.incident)
    if plan is None:
        return frozenset()
    roles = still_told(plan, seen, register)
    poster = seen.incident.poster_email
    called = {
        address
        for role in roles - {Role.LINE_MANAGER}
        for address in addresses(role, register, poster=poster, account=_account(seen))
    }
    rows = {one.notice_id: one for one in seen.escalations}

    def order(notice: Notice) -> tuple[bool, bool, bool, datetime, str]:
        row = rows.get(notice.id)
        of_another = notice.to_role not in roles  # the same person is told in another role now
        return of_another, row is None or row.ended_at is not None, row is None, *_since(notice)

    first: dict[str, Notice] = {}
    for notice in sorted(filter(must_be_acknowledged, seen.notices), key=order):
        as_manager = notice.to_role == Role.LINE_MANAGER
        if notice.to_role in roles or (notice.to_address in called and not as_manager):
            first.setdefault(notice.to_address, notice)
    return frozenset(one.id for one in first.values())


def _since(notice: Notice) -> tuple[datetime, str]:
    return notice.queued_at, notice.id


def _account(seen: Snapshot) -> Account | None:
    return next(iter(seen.posted_on), None)


def _row(tx: Transaction, seen: Snapshot, notice: Notice) -> Escalation | None:
    """How far it went, read anew and held: another runner may be at it. None where nobody is to
    be chased."""
    severity = seen.incident.severity
    if all(one.notice_id != notice.id for one in seen.escalations):
        if not ladder(severity):
            return None
        began = Escalation(
            incident_id=notice.incident_id,
            notice_id=notice.id,
            severity=severity,
            began_at=notice.queued_at,
        )
        if tx.now() - notice.queued_at > LATE:
            began.reached = 0  # a version that chased nobody queued it, and did what minute 0 does
        tx.insert_once(began)
    mine = select(Escalation).where(col(Escalation.notice_id) == notice.id)
    held = mine.with_for_update(key_share=True).execution_options(populate_existing=True)
    row = tx.exec(held).one()
    if severity < row.severity:  # graver than it was: begin again, whoever acknowledged before
        row.began_at, row.reached, row.ended_at = tx.now(), None, None
    if severity != row.severity:
        row.next_at = None  # by another ladder
    row.severity = severity
    tx.add(row)
    return row if row.ended_at is None else None


class _Chain:
    """One notice, those who have heard since, and who hears next."""

    def __init__(
        self,
        tx: Transaction,
        here: Office,
        seen: Snapshot,
        register: Register,
        notice: Notice,
        row: Escalation,
        now: datetime,
    ) -> None:
        self.tx, self.here, self.seen, self.register = tx, here, seen, register
        self.notice, self.row, self.now = notice, row, now
        self.told = register.person(notice.to_address)
        self.clock = Clock(row.began_at, self.told, register.office, self._is_unreached())
        poster = seen.incident.poster_email
        self.without = frozenset({poster} if poster else ())
        if notice.to_role == Role.LINE_MANAGER:
            self.without |= involved_in(seen)

    def carry_on(self) -> None:
        """End it where somebody has acknowledged; else carry out what is due."""
        if self._is_answered():
            self.row.ended_at, self.row.next_at = self.now, None
            return
        if self.row.next_at is None and self.row.reached is not None:
            self.row.next_at = self._next_at()
        if self.row.next_at and self.row.next_at > self.now:
            return
        severity = self.row.severity
        for rung in due(severity, self.clock, self.row.reached, self.now):
            self._carry_out(rung)
            self.row.reached = max(rung.minutes, self.row.reached or 0)
        self.row.next_at = self._next_at()

    def _next_at(self) -> datetime | None:
        severity, reached = self.row.severity, self.row.reached
        if reached is None:
            return next_at(severity, self.clock, None)
        return next_after(severity, self.clock, reached, self.now)

    def _is_answered(self) -> bool:
        """By a word that it was read, or by any decision of theirs: who decides has read."""
        since = self.row.began_at if self._is_graver() else FIRST
        given = self.seen.acknowledgements
        return (
            any(
                one.id in given
                and given[one.id].given_at >= since
                and self._counts(one, given[one.id].person_email)
                for one in self.seen.notices
                if self._is_theirs(one)
            )
            or any(
                one.decided_at and one.decided_at >= since and self._may_speak(one.decided_by)
                for one in self.seen.decisions
            )
            or any(
                one.given_at >= since and self._may_speak(self._email(one.person_id))
                for one in self.seen.clearances
            )
        )

    def _is_unreached(self) -> bool:
        """Whether a mail or text to them, or to an officer of the mailbox, never got there."""
        return any(
            one.delivery in UNDELIVERED
            for one in self.seen.notices
            if one.to_address == self.notice.to_address or one.follows == self.notice.id
        )

    def _is_theirs(self, other: Notice) -> bool:
        same_team = team_of(other.to_role) == team_of(self.notice.to_role)
        same_person = other.to_address == self.notice.to_address
        return same_team or same_person or other.follows == self.notice.id

    def _counts(self, other: Notice, by: str) -> bool:
        """About their own post nobody answers for others: only for themselves."""
        is_poster = by == self.seen.incident.poster_email
        return not is_poster or by == other.to_address == self.notice.to_address

    def _may_speak(self, email: str | None) -> bool:
        if self.notice.to_role not in SHARED:
            return email == self.notice.to_address
        person = self.register.person(email)
        is_poster = email == self.seen.incident.poster_email
        return person is not None and is_dtu(person) and not is_poster

    def _email(self, person_id: str) -> str | None:
        return next((one.email for one in self.register.people if one.id == person_id), None)

    def _carry_out(self, rung: Rung) -> None:
        told = dict(self._hearers(rung))
        calls_all = rung.tell is Tell.EVERYONE_ON_DUTY and self.notice.to_role in SHARED
        if not told and not calls_all and (rung.minutes == 0 or rung.tell is Tell.THEM):
            return
        queued = [self._tell(rung, address, new) for address, new in told.items()]
        facts = {"notice": self.notice.id, "row": rung.name}
        chain = chain_of_incident(self.notice.incident_id)
        if not told or (rung.tell is Tell.DUTY_OFFICER and {*told} == {self.register.dtu_address}):
            self.tx.record(chain, "amends", "escalated-in-vain", whom_not=rung.tell.value, **facts)
        elif rung.tell is Tell.EVERYONE_ON_DUTY:
            self.tx.record(chain, "amends", "paged", **facts)
        elif any(queued):
            self.tx.record(chain, "amends", "escalated", whom=rung.tell.value, **facts)
        elif rung.minutes:
            self.tx.record(chain, "amends", "escalated-in-vain", whom_not=rung.tell.value, **facts)

    def _hearers(self, rung: Rung) -> Iterator[tuple[str, NewNotice]]:
        match rung.tell:
            case Tell.THEM:
                yield from self._them(rung)
            case Tell.EVERYONE_ON_DUTY:
                yield from self._everyone()
            case Tell.DEPUTIES:
                yield from self._deputies()
            case Tell.DUTY_OFFICER:
                yield from self._duty_officer()

    def _them(self, rung: Rung) -> Iterator[tuple[str, NewNotice]]:
        """Whoever was told, once more; a mailbox has no phone, so its duty officers are texted.

        At minute 0 the mail has just left, and its text with it.
        """
        template = "reminder" if rung.minutes else self.notice.template
        if rung.minutes or self._is_graver():
            yield self._new(self.notice.to_role, self.notice.to_address, template)
        if self.notice.to_role in SHARED and Medium.TEXT in rung.by:
            for officer in self._officers_of_the_mailbox():
                yield self._new(Role.DTU_DUTY, officer.email, "reminder" if rung.minutes else "dtu")

    def _everyone(self) -> Iterator[tuple[str, NewNotice]]:
        """Each hears as if told by the plan, and must acknowledge for themselves: so does no
        second mail go to those whom the plan tells anyway. The DTU's own notice calls them all."""
        plan = plan_of(self.seen.incident)
        if self.notice.to_role not in SHARED or plan is None:
            return
        found = everyone_on_duty(
            duties(plan, self.register), self.register, self.now, without=self.without,
            poster=self.seen.incident.poster_email,
        )  # fmt: skip
        for address, role in found.items():
            generation = self._generation(address, "role") if self._is_graver() else 1
            yield (
                address,
                NewNotice(
                    role,
                    address,
                    "role",
                    generation=generation,
                    fills_in=not self._has(address, role),
                ),
            )

    def _deputies(self) -> Iterator[tuple[str, NewNotice]]:
        shared = self.notice.to_role in SHARED
        told = self._officers_of_the_mailbox() if shared else (self.told,)
        for one in told:
            deputy = one and stand_in_for(one, self.register, self.now, self.without)
            if deputy:
                role = Role.DTU_DUTY if shared else self.notice.to_role
                yield self._new(role, deputy.email, "stand_in")

    def _duty_officer(self) -> Iterator[tuple[str, NewNotice]]:
        """Where the duty officer is who does not answer: everyone else who has that duty. Where
        nobody is left, the DTU's mailbox: a mail that wakes nobody, so the record says so too."""
        officers = self._other_officers()
        for officer in officers:
            yield self._new(Role.DTU_DUTY, officer.email, "unanswered")
        if not officers:
            yield self._new(Role.DTU, self.register.dtu_address, "unanswered")

    def _other_officers(self) -> tuple[Person, ...]:
        poster = self.seen.incident.poster_email
        if team_of(self.notice.to_role) is not Role.DTU:
            return on_duty(
                Role.DTU_DUTY, self.register, self.now, poster=poster, without=self.without
            )
        without = self.without | {self.notice.to_address}
        return holders(Role.DTU_DUTY, self.register, poster=poster, without=without)

    def _officers_of_the_mailbox(self) -> tuple[Person, ...]:
        """The duty officers who have no notice of their own to acknowledge."""
        same = select(Notice).where(col(Notice.incident_id) == self.notice.incident_id)
        own = {one.to_address for one in self.tx.exec(same) if must_be_acknowledged(one)}
        found = on_duty(
            Role.DTU_DUTY, self.register, self.now, without=self.without,
            poster=self.seen.incident.poster_email,
        )  # fmt: skip
        return tuple(one for one in found if one.email not in own)

    def _tell(self, rung: Rung, address: str, new: NewNotice) -> bool:
        """Queue it by every medium of the row. Whether any of it is new."""
        incident = self.seen.incident
        by_mail = Medium.MAIL in rung.by and not self._is_texted_alone(address, rung)
        mailed = by_mail and queue_notice(self.tx, self.here, incident, new)
        lull = rung.tell is Tell.DUTY_OFFICER and is_lull(self.tx, incident, address)
        quiet = lull or (rung.minutes == 0 and self._is_texted_now(address))
        texted = (
            Medium.TEXT in rung.by and not quiet and queue_text(self.tx, self.here, incident, new)
        )
        return mailed or texted

    def _is_texted_now(self, address: str) -> bool:
        """Whether another row of minute 0 has just texted them: they are on duty as well."""
        same = select(Notice.id).where(
            col(Notice.incident_id) == self.notice.incident_id,
            col(Notice.to_address) == address,
            col(Notice.by) == Medium.TEXT,
            col(Notice.queued_at) >= self.now,
        )
        return self.tx.exec(same).first() is not None

    def _is_texted_alone(self, address: str, rung: Rung) -> bool:
        """A reminder's mail goes to the mailbox, and its text to the officers."""
        return rung.tell is Tell.THEM and address != self.notice.to_address

    def _is_graver(self) -> bool:
        return self.row.began_at != self.notice.queued_at

    def _new(self, role: Role, address: str, template: str) -> tuple[str, NewNotice]:
        return address, NewNotice(
            role,
            address,
            template,
            generation=self._generation(address, template),
            follows=self.notice.id,
            about=self.notice.to_role if template == "unanswered" else None,
        )

    def _generation(self, address: str, template: str) -> int:
        same = select(func.coalesce(func.max(Notice.generation), 0)).where(
            col(Notice.incident_id) == self.notice.incident_id,
            col(Notice.template) == template,
            col(Notice.to_address) == address,
        )
        return self.tx.exec(same).one() + 1

    def _has(self, address: str, role: Role) -> bool:
        person = self.register.person(address)
        return person is not None and person.has_role(role)
