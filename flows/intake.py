"""Accept: a report is durable before we answer, and one post is one incident (design §3.1).

A request may name several posts. A post that an open incident holds already stays there, and the
report is added to that incident; posts that no open incident holds go to the first incident that
the request meets, or to a new one. The answer names that first incident. What else the report says
(kinds, poster) never changes an incident that is there: the DTU sees it on the timeline and may
re-classify. Only facts that are missing are filled in.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from sqlmodel import col, select, update

from flows.refusals import BadRequestError, KeyReusedError
from flows.register import read_register
from models.audit import chain_of_incident
from models.columns import new_id
from models.incident import IdempotencyKey, Incident, Post, Report
from models.links import BadLinkError, KnownAccount, ParsedLink, parse_link
from models.office import Office
from models.people import Account, Person
from models.sealed import place
from models.store import Transaction
from models.words import Circumstance, Kind, PosterKnown, PostState, Tier, Wait
from policy.decide import decide
from policy.people import Register
from policy.reader import PolicyError

LETTERS = "23456789BCDFGHJKMNPQRSTVWXYZ"
"""What references are made of: nothing that can be misread, and no vowels, so no words."""

ME, UNKNOWN, NOBODY = "me", "unknown", "nobody"
ATTEMPTS = 20
MOST_POSTS = 500

NOT_OUR_DOING = frozenset({Kind.INTRUDER, Kind.LEAVER, Kind.INSIDER_UNKNOWN, Kind.IMPERSONATION})
"""Kinds that say by themselves that whoever reports it did not post it."""

NO_LINK = "Enter the link to the post."
TOO_MANY = f"Report {MOST_POSTS} posts or fewer at a time."
BAD_POSTER = "Say who posted: 'me', 'unknown', or that person’s e-mail address."
BAD_CLEARED = "Say who cleared the post: 'nobody', or that person’s e-mail address."
BUSY = "The report could not be stored because others came at the same time. Send it again."
KEY_REUSED = (
    "This Idempotency-Key was used before for another report. Send the report again with a new key."
)


@dataclass(frozen=True)
class ReportRequest:
    """What a person reports. ``poster`` is None where they did not say.

    ``cleared_by`` is who cleared the post before it went out: an address, or "nobody".
    """

    post_urls: tuple[str, ...]
    kinds: tuple[Kind, ...]
    circumstances: tuple[Circumstance, ...] = ()
    poster: str | None = None
    cleared_by: str | None = None
    note: str | None = field(default=None, repr=False)
    wrong: str | None = field(default=None, repr=False)
    right: str | None = field(default=None, repr=False)
    source_url: str | None = field(default=None, repr=False)
    language: str | None = None

    @property
    def digest(self) -> str:
        """What tells this request from another one."""
        body = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(body.encode()).hexdigest()

    @property
    def facts(self) -> dict[str, str]:
        """The wrong and the right claim and the source, as far as they were given."""
        given = {"wrong": self.wrong, "right": self.right, "source_url": self.source_url}
        return {name: value.strip() for name, value in given.items() if value and value.strip()}


@dataclass(frozen=True)
class Accepted:
    """The answer. ``created`` is False where the post had been reported already."""

    reference: str
    created: bool


class _Beaten(Exception):
    """Another writer was quicker with one of our unique keys: look again."""


def accept(
    office: Office, reporter: Person, request: ReportRequest, idempotency_key: str | None = None
) -> Accepted:
    """Store the report and wake the engine. It is durable when this returns.

    Raises BadRequestError (a link, the kinds or the poster; nothing is stored) and KeyReusedError.
    Source: line 118 and design §3.1.
    """
    with office.store.read() as tx:
        register = read_register(tx, office.settings)
    intake = _Intake(office, reporter, request, register, _parse(request, register))
    intake.check_kinds()
    for _ in range(ATTEMPTS):
        try:
            with office.store.write("accept") as tx:
                return intake.store(tx, idempotency_key)
        except _Beaten:
            continue
    raise BadRequestError(BUSY)


def _parse(request: ReportRequest, register: Register) -> tuple[ParsedLink, ...]:
    """Every link, each post once. One bad link refuses them all: nothing is half reported."""
    if not request.post_urls:
        raise BadRequestError(NO_LINK)
    if len(request.post_urls) > MOST_POSTS:
        raise BadRequestError(TOO_MANY)
    known = [KnownAccount(a.platform, a.handle, a.base_url) for a in _ours(register)]
    try:
        links = [parse_link(url, known) for url in request.post_urls]
    except BadLinkError as error:
        raise BadRequestError(f"{error}.") from None
    return tuple({(link.platform, link.remote_id): link for link in links}.values())


def _ours(register: Register) -> list[Account]:
    return [account for account in register.accounts if account.registered]


@dataclass(frozen=True)
class _Intake:
    """One request with all that it needs, ready to be stored."""

    office: Office
    reporter: Person
    request: ReportRequest
    register: Register
    links: tuple[ParsedLink, ...]

    def check_kinds(self) -> None:
        """Raises BadRequestError with the policy's own sentence."""
        try:
            decide(self.request.kinds, self.request.circumstances, tier=self._tier())
        except PolicyError as error:
            raise BadRequestError(str(error)) from None

    def _tier(self) -> Tier:
        tiers = {account.tier for link in self.links if (account := self._account(link))}
        return Tier.PERSONAL_OFFICIAL if Tier.PERSONAL_OFFICIAL in tiers else Tier.OFFICIAL

    def _account(self, link: ParsedLink) -> Account | None:
        return _account_of(link, _ours(self.register)) if link.configured else None

    def store(self, tx: Transaction, idempotency_key: str | None) -> Accepted:
        """One try, in one transaction. Raises _Beaten, KeyReusedError."""
        if idempotency_key and (before := self._answered_before(tx, idempotency_key)):
            return before
        taken = self._taken(tx)
        holders = list(dict.fromkeys(taken.values()))
        for incident_id in holders:
            self._join(tx, incident_id)
        created = not holders
        incident_id = self._open(tx) if created else holders[0]
        self._add_posts(tx, incident_id, taken)
        if created:
            self._record(tx, incident_id, "report-accepted")
        reference = tx.exec(select(Incident.reference).where(col(Incident.id) == incident_id)).one()
        if idempotency_key:
            self._remember(tx, idempotency_key, incident_id, created)
        for woken in holders or [incident_id]:
            tx.wake(woken)
        return Accepted(reference, created)

    def _answered_before(self, tx: Transaction, value: str) -> Accepted | None:
        row = tx.get(IdempotencyKey, (self.reporter.id, value))
        if row is None:
            return None
        if row.request_digest != self.request.digest:
            raise KeyReusedError(KEY_REUSED)
        return Accepted(tx.get_one(Incident, row.incident_id).reference, row.created)

    def _remember(self, tx: Transaction, value: str, incident_id: str, created: bool) -> None:
        first = tx.insert_once(
            IdempotencyKey(
                person_id=self.reporter.id,
                value=value,
                request_digest=self.request.digest,
                incident_id=incident_id,
                created=created,
                made_at=tx.now(),
            )
        )
        if not first:
            raise _Beaten

    def _taken(self, tx: Transaction) -> dict[tuple[str, str], str]:
        """Posts of ours that an open incident holds, in the order in which they were named."""
        held: dict[tuple[str, str], str] = {}
        for link in self.links:
            same = select(Post.incident_id).where(
                col(Post.platform) == link.platform,
                col(Post.remote_id) == link.remote_id,
                col(Post.open).is_(True),
            )
            if incident_id := tx.exec(same).first():
                held[link.platform, link.remote_id] = incident_id
        return held

    def _add_posts(
        self, tx: Transaction, incident_id: str, taken: dict[tuple[str, str], str]
    ) -> None:
        """In one order for everybody, so that two requests never wait for each other."""
        for link in sorted(self.links, key=lambda one: (one.platform, one.remote_id)):
            if (link.platform, link.remote_id) in taken:
                continue
            account = self._account(link)
            post = Post(
                incident_id=incident_id,
                account_id=account.id if account else None,
                platform=link.platform,
                handle=account.handle if account else link.handle,
                remote_id=link.remote_id,
                url=link.url,
                state=PostState.LIVE if account else PostState.BY_HAND,
                reported_at=tx.now(),
            )
            if not tx.insert_once(post):
                raise _Beaten

    def _open(self, tx: Transaction) -> str:
        now = tx.now()
        known, poster = self._poster()
        incident = Incident(
            id=new_id(),
            reference="AM-" + "".join(secrets.choice(LETTERS) for _ in range(5)),
            kinds=[kind.value for kind in self.request.kinds],
            circumstances=[word.value for word in self.request.circumstances],
            poster_known=known,
            poster_email=poster,
            cleared_by=self._cleared_by(),
            language=self._language(),
            waiting_for=Wait.ENGINE,
            opened_at=now,
            wake_at=now,
            stirred=1,
        )
        if facts := self.request.facts:
            incident.facts_sealed = self._seal_facts(incident.id, facts)
            incident.facts_by = self.reporter.email
        if not tx.insert_once(incident):
            raise _Beaten
        report = Report(
            id=new_id(), incident_id=incident.id, reporter_id=self.reporter.id, made_at=now
        )
        if self.request.note:
            report.note_sealed = self._seal_note(report.id, self.request.note)
        tx.add(report)
        tx.flush()
        return incident.id

    def _poster(self) -> tuple[PosterKnown, str | None]:
        said = (self.request.poster or "").strip().lower()
        if said == ME or said == self.reporter.email:
            return PosterKnown.REPORTER, self.reporter.email
        if said == UNKNOWN:
            return PosterKnown.UNKNOWN, None
        if said:
            return PosterKnown.NAMED, _address(said, BAD_POSTER)
        if self._publishes_all() and not NOT_OUR_DOING & set(self.request.kinds):
            return PosterKnown.REPORTER, self.reporter.email
        return PosterKnown.UNKNOWN, None

    def _publishes_all(self) -> bool:
        accounts = [self._account(link) for link in self.links]
        return all(account and account.published_by(self.reporter.email) for account in accounts)

    def _cleared_by(self) -> str | None:
        said = (self.request.cleared_by or "").strip().lower()
        if not said or said == NOBODY:
            return said or None
        return _address(said, BAD_CLEARED)

    def _language(self) -> str:
        """What was said, else the first language of the account that carried the error."""
        accounts = (self._account(link) for link in self.links)
        own = next((a.languages[0] for a in accounts if a and a.languages), "en")
        return self.request.language or own

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
        if not self.request.note:
            return
        report = tx.exec(
            select(Report).where(
                col(Report.incident_id) == incident_id, col(Report.reporter_id) == self.reporter.id
            )
        ).one()
        notes = [self.request.note]
        if report.note_sealed:
            before = place("report", report.id, "note")
            notes.insert(0, self.office.content.open_text(report.note_sealed, before))
        report.note_sealed = self._seal_note(report.id, "\n\n".join(dict.fromkeys(notes)))
        tx.add(report)

    def _fill_in_facts(self, tx: Transaction, incident_id: str) -> None:
        """Facts that nobody has given yet; those that are there stand."""
        incident = tx.get_one(Incident, incident_id)
        if incident.facts_sealed is None and self.request.facts:
            incident.facts_sealed = self._seal_facts(incident_id, self.request.facts)
            incident.facts_by = self.reporter.email
            tx.add(incident)

    def _seal_facts(self, incident_id: str, facts: dict[str, str]) -> bytes:
        content = json.dumps(facts, ensure_ascii=False)
        return self.office.content.close(content, place("incident", incident_id, "facts"))

    def _seal_note(self, report_id: str, note: str) -> bytes:
        return self.office.content.close(note, place("report", report_id, "note"))

    def _record(self, tx: Transaction, incident_id: str, what: str) -> None:
        tx.record(
            chain_of_incident(incident_id),
            self.reporter.email,
            what,
            kinds=[kind.value for kind in self.request.kinds],
            posts=len(self.links),
        )


def _account_of(link: ParsedLink, accounts: Iterable[Account]) -> Account | None:
    """The account that a configured link means; one on its own server goes before one that is not.

    A Mastodon handle may carry its server (name@server); links have the name alone.
    """

    def fits(account: Account) -> bool:
        names = {account.handle, account.handle.partition("@")[0]}
        return account.platform == link.platform and link.handle in names

    def elsewhere(account: Account) -> bool:
        return not (account.base_url and link.url.startswith(account.base_url.rstrip("/") + "/"))

    return next(iter(sorted(filter(fits, accounts), key=elsewhere)), None)


def _address(said: str, sentence: str) -> str:
    if said.count("@") != 1 or " " in said or len(said) > 254 or said[0] == "@" or said[-1] == "@":
        raise BadRequestError(sentence)
    return said
