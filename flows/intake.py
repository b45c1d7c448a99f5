"""Accept: a report is durable before we answer, and one post is one incident (design §3.1).

A request may name several posts. A post that an open incident holds already stays there, and the
report is added to that incident; posts that no open incident holds go to the first incident that
the request meets, or to a new one. The answer names that first incident. What else the report says
(kinds, poster) never changes an incident that is there: the DTU sees it on the timeline and may
re-classify. Only facts that are missing are filled in.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlmodel import bindparam, col, select, update

from amends.settings import LOOPBACK
from flows.own_words import add_own_words, link_to_own_words, words_at
from flows.previews import take_over
from flows.refusals import BadRequestError, KeyReusedError, NotNowError
from flows.report_request import MOST_POSTS, ReadReport, ReportRequest, read_report
from models.audit import chain_of_incident
from models.columns import new_id
from models.decisions import Decision
from models.incident import IdempotencyKey, Incident, Post, Report
from models.office import Office
from models.people import Account, Person
from models.sealed import place
from models.store import Transaction
from models.words import Choice, DecisionType, PostState, Wait

__all__ = ["MOST_POSTS", "Accepted", "Asked", "ReportRequest", "accept", "accept_together"]

LETTERS = "23456789BCDFGHJKMNPQRSTVWXYZ"
"""What references are made of: nothing that can be misread, and no vowels, so no words."""

ATTEMPTS = 20

NOT_IN_A_DRILL = (
    "This is a drill, and the link does not lead to its practice platform. Report a real mistake "
    "to the live service, or phone the duty officer."
)

ACCOUNTS = select(Account)
HOLDER = select(Post.incident_id).where(
    col(Post.platform) == bindparam("platform"),
    col(Post.realm) == bindparam("realm"),
    col(Post.remote_id) == bindparam("remote_id"),
    col(Post.open).is_(True),
)
"""Made once: putting a statement together takes longer than running it."""

BUSY = "The report could not be stored because others came at the same time. Send it again."
KEY_REUSED = (
    "This Idempotency-Key was used before for another report. Send the report again with a new key."
)


@dataclass(frozen=True)
class Accepted:
    """The answer. ``created`` is False where the post had been reported already."""

    reference: str
    created: bool


class _Beaten(Exception):
    """Another writer was quicker with one of our unique keys: look again."""


@dataclass(frozen=True)
class Asked:
    """One report as it came."""

    reporter: Person
    request: ReportRequest
    idempotency_key: str | None = None


def accept(
    office: Office, reporter: Person, request: ReportRequest, idempotency_key: str | None = None
) -> Accepted:
    """Store the report and wake the engine. It is durable when this returns.

    Raises BadRequestError (a link, the kinds or the poster; nothing is stored), KeyReusedError,
    and NotNowError when others were quicker each time. Source: line 118 and design §3.1.
    """
    (accepted,) = accept_together(office, [Asked(reporter, request, idempotency_key)])
    return accepted


def accept_together(office: Office, asked: Sequence[Asked]) -> list[Accepted]:
    """Store several reports in one transaction, all or none, and wake the engine for each.

    Raises what ``accept`` raises, if one of them cannot be stored: then none is.
    """
    _require_practice(office, asked)
    accounts = _accounts(office)
    intakes = [
        (_Intake(office, one.reporter, read_report(one.request, one.reporter, accounts)), one)
        for one in asked
    ]
    for _ in range(ATTEMPTS):
        try:
            with office.store.write("accept") as tx:
                return [intake.store(tx, one.idempotency_key) for intake, one in intakes]
        except _Beaten:
            continue
    raise NotNowError(BUSY)


def _require_practice(office: Office, asked: Sequence[Asked]) -> None:
    """In a drill nobody looks at a real post, not even as any passer-by. Raises BadRequestError."""
    if office.settings.drill is None:
        return
    for url in (url for one in asked for url in one.request.post_urls):
        if _host(url) not in LOOPBACK:
            raise BadRequestError(NOT_IN_A_DRILL)


def _host(url: str) -> str | None:
    try:
        return urlsplit(url.strip()).hostname
    except ValueError:
        return None


def _new_reference(office: Office) -> str:
    """That of a drill says so: it can be quoted on the phone, and is never taken for a live one."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(5))
    return f"{office.settings.reference_prefix}-{letters}"


def _accounts(office: Office) -> tuple[Account, ...]:
    with office.store.read() as tx:
        return tuple(tx.exec(ACCOUNTS).all())


def _holder(tx: Transaction, key: tuple[str, str, str]) -> str | None:
    """The id of the open incident that has the post already."""
    platform, realm, remote_id = key
    named = {"platform": platform, "realm": realm, "remote_id": remote_id}
    return tx.execute(HOLDER, named).scalar()


def _open_post(tx: Transaction, key: tuple[str, str, str]) -> Post | None:
    """The post that an open incident holds already."""
    platform, realm, remote_id = key
    same = select(Post).where(
        col(Post.platform) == platform,
        col(Post.realm) == realm,
        col(Post.remote_id) == remote_id,
        col(Post.open).is_(True),
    )
    return tx.exec(same).first()


def _is_decided(tx: Transaction, post: Post) -> bool:
    """Whether a person has said anything about it."""
    answered = select(Decision.id).where(
        col(Decision.incident_id) == post.incident_id,
        col(Decision.target) == post.id,
        col(Decision.choice).is_not(None),
        col(Decision.withdrawn_at).is_(None),
    )
    return tx.exec(answered).first() is not None


@dataclass(frozen=True)
class _Intake:
    """One report, understood and ready to be stored."""

    office: Office
    reporter: Person
    report: ReadReport

    def store(self, tx: Transaction, idempotency_key: str | None) -> Accepted:
        """One try, in one transaction. Raises _Beaten, KeyReusedError."""
        if idempotency_key and (before := self._answered_before(tx, idempotency_key)):
            return before
        taken = self._taken(tx)
        holders = list(dict.fromkeys(taken.values()))
        for incident_id in sorted(holders):  # in one order for everybody: no two block each other
            self._join(tx, incident_id)
        self._name_the_account(tx, taken)
        self._ask_to_delete(tx, taken)
        incident_id, reference = self._first_of(tx, holders) if holders else self._open(tx)
        new = self._add_posts(tx, incident_id, taken)
        if not holders:
            self._record(tx, incident_id, "report-accepted", new=list(new))
        elif new:
            self._record(tx, incident_id, "posts-added", new=list(new))
        own = [statement for statement in new.values() if statement]
        if holders and own:
            add_own_words(tx, incident_id, own, self.reporter.email)
        elif own:
            who = bool(self.report.request.poster)
            link_to_own_words(tx, incident_id, own, self.reporter.email, who=who)
        whole = self.report.keeps_whole and not holders
        take_over(tx, self.reporter, self.report.posts, new, whole=whole)
        accepted = Accepted(reference, created=not holders)
        if idempotency_key:
            self._remember(tx, idempotency_key, incident_id, accepted)
        for woken in holders or [incident_id]:
            tx.wake(woken)
        return accepted

    def _first_of(self, tx: Transaction, holders: list[str]) -> tuple[str, str]:
        same = select(Incident.reference).where(col(Incident.id) == holders[0])
        return holders[0], tx.exec(same).one()

    def _answered_before(self, tx: Transaction, value: str) -> Accepted | None:
        row = tx.get(IdempotencyKey, (self.reporter.id, value))
        if row is None:
            return None
        if row.request_digest != self.report.request.digest:
            raise KeyReusedError(KEY_REUSED)
        return Accepted(tx.get_one(Incident, row.incident_id).reference, row.created)

    def _remember(self, tx: Transaction, value: str, incident_id: str, answer: Accepted) -> None:
        row = IdempotencyKey(
            person_id=self.reporter.id,
            value=value,
            request_digest=self.report.request.digest,
            incident_id=incident_id,
            created=answer.created,
            made_at=tx.now(),
        )
        if not tx.insert_once(row):
            raise _Beaten

    def _taken(self, tx: Transaction) -> dict[tuple[str, str, str], str]:
        """Posts that open incidents hold, in the order in which the report names them."""
        held: dict[tuple[str, str, str], str] = {}
        for post in self.report.posts:
            if (holder := _holder(tx, post.key)) is not None:
                held[post.key] = holder
        return held

    def _ask_to_delete(self, tx: Transaction, taken: dict[tuple[str, str, str], str]) -> None:
        """Who reports a post asks for the deletion of that one, and of no other of its incident."""
        if not self.report.asks_to_delete:
            return
        for key in sorted(taken):
            post = _open_post(tx, key)
            if post is not None and self.reporter.id not in post.delete_asked_by:
                post.delete_asked_by = [*post.delete_asked_by, self.reporter.id]
                tx.add(post)
        tx.flush()

    def _name_the_account(self, tx: Transaction, taken: dict[tuple[str, str, str], str]) -> None:
        """A post that a first link put on nobody's account, and this one puts on ours, is ours:
        what was asked about it as somebody else's is asked no longer. What a person has decided
        about it stands: no link outweighs that."""
        for named in sorted(self.report.posts, key=lambda one: one.key):
            post = _open_post(tx, named.key) if named.key in taken else None
            if post is None or named.account is None or post.account_id is not None:
                continue
            if _is_decided(tx, post):
                continue
            post.account_id, post.handle = named.account.id, named.account.handle
            post.url, post.state = named.link.url, PostState.LIVE
            tx.add(post)
            tx.flush()
            tx.exec(
                update(Decision)
                .where(col(Decision.incident_id) == post.incident_id)
                .where(col(Decision.target) == post.id, col(Decision.withdrawn_at).is_(None))
                .values(withdrawn_at=tx.now())
            )
            tx.record(
                chain_of_incident(post.incident_id), self.reporter.email, "is-ours", post=post.id
            )

    def _add_posts(
        self, tx: Transaction, incident_id: str, taken: dict[tuple[str, str, str], str]
    ) -> dict[str, str]:
        """In one order for everybody, so that two requests never wait for each other. Their ids,
        each with that of the statement that it is; mostly it is none."""
        now, opens, ids = tx.now(), not taken, dict[str, str]()
        own = words_at(tx, (named.link.remote_id for named in self.report.posts))
        for named in sorted(self.report.posts, key=lambda one: one.key):
            if named.key in taken:
                continue
            account_id = named.account.id if named.account else None
            post = Post(
                id=new_id(),
                incident_id=incident_id,
                account_id=account_id,
                statement_id=own.get((account_id or "", named.link.remote_id), ""),
                platform=named.link.platform,
                handle=named.account.handle if named.account else named.link.handle,
                realm=named.link.realm,
                remote_id=named.link.remote_id,
                url=named.link.url,
                state=PostState.LIVE if named.account else PostState.BY_HAND,
                reported_at=now,
                seen_gone_by=[],
                delete_asked_by=[self.reporter.id] if opens or self.report.asks_to_delete else [],
            )
            if not tx.insert_once(post):
                raise _Beaten
            ids[post.id] = post.statement_id
        return ids

    def _open(self, tx: Transaction) -> tuple[str, str]:
        """A new incident: its id and reference."""
        now, request = tx.now(), self.report.request
        incident = Incident(
            id=new_id(),
            reference=_new_reference(self.office),
            waiting_for=Wait.ENGINE,
            kinds=[kind.value for kind in request.kinds],
            circumstances=[word.value for word in request.circumstances],
            poster_known=self.report.poster_known,
            poster_email=self.report.poster_email,
            cleared_by=self.report.cleared_by,
            language=self.report.language,
            opened_at=now,
            wake_at=now,
            stirred=1,
        )
        if request.facts:
            self._put_facts(incident)
        if not tx.insert_once(incident):
            raise _Beaten
        report = Report(
            id=new_id(), incident_id=incident.id, reporter_id=self.reporter.id, made_at=now
        )
        if request.note:
            report.note_sealed = self._seal_note(report.id, request.note)
        if not tx.insert_once(report):
            raise _Beaten
        return incident.id, incident.reference

    def _join(self, tx: Transaction, incident_id: str) -> None:
        """Add this person's report to an incident that is there. Raises _Beaten once it closed."""
        now = tx.now()
        stirred = tx.changed(
            update(Incident)
            .where(col(Incident.id) == incident_id, col(Incident.closed_at).is_(None))
            .values(stirred=col(Incident.stirred) + 1, wake_at=now)
        )
        if not stirred:
            raise _Beaten
        first = Report(
            id=new_id(), incident_id=incident_id, reporter_id=self.reporter.id, made_at=now
        )
        if not tx.insert_once(first):
            tx.changed(
                update(Report)
                .where(col(Report.incident_id) == incident_id)
                .where(col(Report.reporter_id) == self.reporter.id)
                .values(times=col(Report.times) + 1)
            )
        self._append_note(tx, incident_id)
        self._fill_in_facts(tx, incident_id)
        self._record(tx, incident_id, "report-joined")

    def _append_note(self, tx: Transaction, incident_id: str) -> None:
        if not self.report.request.note:
            return
        report = tx.exec(
            select(Report).where(
                col(Report.incident_id) == incident_id, col(Report.reporter_id) == self.reporter.id
            )
        ).one()
        notes = [self.report.request.note]
        if report.note_sealed:
            before = place("report", report.id, "note")
            notes.insert(0, self.office.content.open_text(report.note_sealed, before))
        report.note_sealed = self._seal_note(report.id, "\n\n".join(dict.fromkeys(notes)))
        tx.add(report)

    def _fill_in_facts(self, tx: Transaction, incident_id: str) -> None:
        """Facts that nobody has given yet; those that are there stand."""
        incident = tx.get_one(Incident, incident_id)
        if incident.facts_sealed is None and self.report.request.facts:
            self._put_facts(incident)
            tx.add(incident)
            self._answer_for_facts(tx, incident_id)

    def _answer_for_facts(self, tx: Transaction, incident_id: str) -> None:
        """Whoever was asked for the facts need not be asked any longer."""
        answered = tx.changed(
            update(Decision)
            .where(col(Decision.incident_id) == incident_id)
            .where(col(Decision.type) == DecisionType.FACTS)
            .where(col(Decision.choice).is_(None), col(Decision.withdrawn_at).is_(None))
            .values(choice=Choice.GIVEN, decided_by=self.reporter.email, decided_at=tx.now())
        )
        if answered:
            tx.record(chain_of_incident(incident_id), self.reporter.email, "facts-given")

    def _put_facts(self, incident: Incident) -> None:
        content = json.dumps(self.report.request.facts, ensure_ascii=False)
        sealed_at = place("incident", incident.id, "facts")
        incident.facts_sealed = self.office.content.close(content, sealed_at)
        incident.facts_by = self.reporter.email

    def _seal_note(self, report_id: str, note: str) -> bytes:
        return self.office.content.close(note, place("report", report_id, "note"))

    def _record(self, tx: Transaction, incident_id: str, what: str, **more: list[str]) -> None:
        tx.record(
            chain_of_incident(incident_id),
            self.reporter.email,
            what,
            kinds=[kind.value for kind in self.report.request.kinds],
            posts=len(self.report.posts),
            **more,
        )
