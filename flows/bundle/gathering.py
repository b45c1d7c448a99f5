"""What an archive shows of an incident: each field by the table of its level, else nothing.

Phone numbers, cases, and what HR is told are in none.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlmodel import col, select

from flows.bundle.captures import Kept, Medium
from flows.bundle.people import People
from flows.bundle.shapes import (
    ShownAttempt,
    ShownDecision,
    ShownEntry,
    ShownFacts,
    ShownIncident,
    ShownMedium,
    ShownNotice,
    ShownPost,
    ShownReport,
    ShownRequest,
    ShownStatement,
)
from flows.timeline import is_for_people, sentence_of, sentence_without_account, target_of
from flows.withheld import is_withheld
from models.audit import Entry, chain_of_incident
from models.decisions import Decision
from models.effects import Attempt
from models.incident import Post, Report
from models.information_requests import InformationRequest, requests_of
from models.notices import Notice
from models.office import Office
from models.sealed import place
from models.snapshot import Snapshot
from models.standing import standing
from models.statements import Statement
from models.store import Transaction
from models.words import (
    CaptureDepth,
    Circumstance,
    DecisionType,
    Kind,
    PostState,
    Role,
    StatementState,
)
from policy.clearing import given, wording_of
from policy.disclosure import Disclosure, Part, Shown
from policy.people import Register
from policy.stored import plan_of
from templates.kinds import kind_in_words
from templates.labels import label

OF_SECURITY = frozenset({Role.SECURITY, Role.IT_SECURITY, Role.POST_SECURITY})
SECURITYS_WORDS = frozenset({"secure-asked", "secured", "reset-asked", "held", "released",
                             "said-elsewhere"})  # fmt: skip
SECURITYS_CIRCUMSTANCES = frozenset({
    Circumstance.SECURITY_ACCOUNT, Circumstance.INTRUDER_STILL_IN, Circumstance.CREDENTIALS_SHOWN,
})  # fmt: skip
WITH_THE_WORDS = frozenset({Part.MEDIA, Part.WRITTEN, Part.NOTES, Part.DRAFTS})
"""What may repeat the words of the posts, and goes where they go."""

SECURE = "secure"
"""What a question is about whose answer says how an account was made safe again."""

MESSAGES = frozenset({"escalated", "escalated-in-vain", "paged", "told-otherwise", "foi-reminded",
                      "reminded", "overdue"})  # fmt: skip
ALWAYS_TOLD = frozenset({Role.LINE_MANAGER, Role.DTU})
"""Line 124: that these were told is shown at every level."""


@dataclass(frozen=True)
class Scene:
    """One incident, read at one moment, and the rules by which it is shown."""

    office: Office
    seen: Snapshot
    register: Register
    rules: Disclosure
    now: datetime
    kept: tuple[Kept, ...]
    requests: tuple[InformationRequest, ...]
    attempts: tuple[tuple[Attempt, str], ...]
    entries: tuple[Entry, ...]

    @cached_property
    def people(self) -> People:
        """How they are named."""
        officer = self.office.settings.organisation.duty_officer
        return People(self.register, self.seen, self.rules, officer)

    @property
    def is_secret(self) -> bool:
        """Whether the mistake is secret, personal or dangerous."""
        return is_withheld(self.seen.incident)

    @property
    def is_classified(self) -> bool:
        """Whether security decides who is given the post."""
        return Kind.CLASSIFIED.value in self.seen.incident.kinds

    @property
    def shows_words(self) -> bool:
        """Whether the posts' own words are shown; with them goes what repeats them."""
        if self.is_classified:
            return self.rules.shows(Part.CLASSIFIED_POST)
        return self.rules.shows(Part.SECRET_POST if self.is_secret else Part.POST)

    @property
    def shows_where(self) -> bool:
        """Whether links, accounts and digests of the posts are shown."""
        return not self.is_secret or self.rules.shows(Part.SECRET_POST)

    def shows_written(self, part: Part) -> bool:
        """Whether words that people wrote are shown: they may repeat the posts'."""
        return self.rules.shows(part) and self.shows_words

    def opened(self, sealed: bytes | None, table: str, row_id: str, field: str) -> str | None:
        """What somebody wrote, without what this level takes out of it."""
        if sealed is None:
            return None
        text = self.office.content.open_text(sealed, place(table, row_id, field))
        return self.people.scrubbed(text)


def attempts_of(tx: Transaction, seen: Snapshot) -> tuple[tuple[Attempt, str], ...]:
    """Each call of the incident's acts, with the act it was for; HR's are not among them."""
    acts = {one.id: one for one in seen.effects if one.target not in _of_hr(seen)}
    mine = select(Attempt).where(col(Attempt.effect_id).in_(list(acts)))
    rows = tx.exec(mine.order_by(col(Attempt.started_at), col(Attempt.id)))
    return tuple((row, acts[row.effect_id].kind.value) for row in rows)


def entries_of(tx: Transaction, seen: Snapshot) -> tuple[Entry, ...]:
    """The incident's record."""
    chain = col(Entry.chain) == chain_of_incident(seen.incident.id)
    return tuple(tx.exec(select(Entry).where(chain).order_by(col(Entry.seq))))


def requests_for(tx: Transaction, seen: Snapshot) -> tuple[InformationRequest, ...]:
    """Who has asked for what we hold of it."""
    return requests_of(tx, seen.incident.id)


def shown(scene: Scene) -> ShownIncident:
    """The incident as its level shows it."""
    incident, plan = scene.seen.incident, plan_of(scene.seen.incident)
    secrets = SECURITYS_CIRCUMSTANCES if not scene.rules.shows(Part.SECURITY) else frozenset()
    told = [Circumstance(one) for one in incident.circumstances]
    return ShownIncident(
        reference=incident.reference,
        level=scene.rules.level,
        made_at=scene.now,
        organisation=scene.office.settings.organisation.name,
        left_out=list(_left_out(scene)),
        state=standing(scene.seen).state,
        kinds=[Kind(one) for one in incident.kinds],
        kinds_in_words=[kind_in_words(Kind(one)) for one in incident.kinds],
        circumstances=[one for one in told if one not in secrets],
        severity=incident.severity,
        policy_lines=list(plan.sources) if plan else [],
        opened_at=incident.opened_at,
        closed_at=incident.closed_at,
        seconds_to_delete=_seconds_to_delete(scene),
        seconds_to_words=_seconds_to_words(scene),
        poster_known=incident.poster_known,
        poster=_poster(scene),
        posts=[_post(scene, number, one) for number, one in enumerate(scene.seen.posts, start=1)],
        statements=list(_statements(scene)),
        notices=[_notice(scene, one) for one in _notices(scene)],
        reports=[_report(scene, one) for one in scene.seen.reports],
        facts=_facts(scene),
        decisions=[_decision(scene, one) for one in _decisions(scene)],
        requests=[_request(scene, one) for one in scene.requests],
        attempts=list(_attempts(scene)),
        timeline=[_entry(scene, one) for one in scene.entries if _is_told(scene, one)],
    )


def _left_out(scene: Scene) -> Iterator[str]:
    """What this archive does not show, and would if the level or the mistake were another."""
    closed = {part for part in Part if scene.rules.parts[part] in (Shown.NO, Shown.ROLE)}
    if not scene.shows_words:
        closed |= WITH_THE_WORDS
    if not scene.is_secret:
        closed.discard(Part.SECRET_POST)
    if not scene.is_classified:
        closed.discard(Part.CLASSIFIED_POST)
    yield from (label("left_out", part.value) for part in Part if part in closed)
    yield label("left_out", "always")


def _poster(scene: Scene) -> str | None:
    email = scene.seen.incident.poster_email
    return scene.people.name(email) if email else None


def _seconds_to_delete(scene: Scene) -> float | None:
    mine = [post for post in scene.seen.posts if post.state != PostState.KEPT]
    done = [(one.deleted_at or one.verified_at) if one.verified_at else None for one in mine]
    return _last(scene, done)


def _seconds_to_words(scene: Scene) -> float | None:
    said = [one for one in scene.seen.statements if one.state == StatementState.PUBLISHED]
    return _last(scene, [one.published_at for one in said])


def _last(scene: Scene, times: list[datetime | None]) -> float | None:
    """Seconds from the report to the last of them; None while one is missing."""
    reached = [one for one in times if one is not None]
    if not reached or len(reached) < len(times):
        return None
    return round(max((max(reached) - scene.seen.incident.opened_at).total_seconds(), 0.0), 3)


def _post(scene: Scene, number: int, post: Post) -> ShownPost:
    ours = post.account_id is not None
    where = scene.shows_where and (ours or scene.rules.shows(Part.POST_ELSEWHERE))
    kept = current(scene, post)
    words = scene.shows_words and where and kept is not None
    return ShownPost(
        number=number,
        platform=post.platform,
        account=post.handle if where else None,
        ours=ours,
        url=post.url if where else None,
        state=post.state,
        seen_gone_by=post.seen_gone_by,
        posted_at=post.posted_at,
        reported_at=post.reported_at,
        deleted_at=post.deleted_at,
        verified_at=post.verified_at,
        kept=label("depth", kept.row.depth.value) if kept else None,
        kept_at=kept.row.taken_at if kept else None,
        kept_digest=kept.row.digest if kept and scene.shows_where else None,
        warning=scene.people.scrubbed(kept.said.get("warning")) if words and kept else None,
        text=scene.people.scrubbed(kept.said.get("text")) if words and kept else None,
        withheld=_why_not(scene, kept, words=words),
        media=[_medium(scene, kept, one) for one in kept.media] if words and kept else [],
    )


def current(scene: Scene, post: Post) -> Kept | None:
    """The capture of what was there last."""
    mine = [one for one in scene.kept if one.row.post_id == post.id]
    return next((one for one in mine if one.row.outdated_at is None), None)


def _why_not(scene: Scene, kept: Kept | None, *, words: bool) -> str | None:
    if kept is None or kept.row.depth == CaptureDepth.METADATA:
        return label("withheld", "not-kept")
    return None if words else label("withheld", "level")


def _medium(scene: Scene, kept: Kept, medium: Medium) -> ShownMedium:
    given = medium.read is not None and scene.rules.shows(Part.MEDIA)
    return ShownMedium(
        sha256=medium.sha256,
        type=medium.type,
        alt_text=scene.people.scrubbed(medium.alt_text),
        file=place_of(kept, medium) if given else None,
    )


def place_of(kept: Kept, medium: Medium) -> str:
    """Where a kept file lies in the archive: by its digest alone, so that nothing opens it unless
    a person says with what."""
    return f"captures/{kept.number}/media/{medium.sha256}"


def _statements(scene: Scene) -> Iterator[ShownStatement]:
    drafts = scene.shows_written(Part.DRAFTS)
    numbered = enumerate(scene.seen.statements, start=1)
    for number, one in numbered:
        if drafts or one.state == StatementState.PUBLISHED:
            yield _statement(scene, number, one, drafts=drafts)


def _statement(scene: Scene, number: int, one: Statement, *, drafts: bool) -> ShownStatement:
    wording, account = wording_of(scene.seen, one), scene.seen.accounts[one.account_id]
    is_out = one.state == StatementState.PUBLISHED
    text = None
    if wording:
        sealed_at = place("wording", wording.id, "text")
        text = scene.office.content.open_text(wording.text_sealed, sealed_at)
    emails = {person.id: person.email for person in scene.register.people}
    said = given(scene.seen, one) if drafts else ()
    return ShownStatement(
        number=number,
        kind=one.kind,
        state=one.state,
        platform=account.platform,
        account=account.handle,
        language=wording.language if wording else None,
        text=text if is_out else scene.people.scrubbed(text),
        url=one.url,
        due_at=one.words_due_at,
        published_at=one.published_at,
        author=scene.people.name(wording.author) if drafts and wording and wording.author else None,
        cleared_by=[scene.people.name(emails[yes.person_id]) for yes in said if yes.approved],
        refused_by=[scene.people.name(emails[no.person_id]) for no in said if not no.approved],
    )


def _notices(scene: Scene) -> Iterator[Notice]:
    for one in scene.seen.notices:
        if one.to_role == Role.HR:
            continue
        of_security = one.to_role in OF_SECURITY and not scene.rules.shows(Part.SECURITY)
        if not of_security and (one.to_role in ALWAYS_TOLD or scene.rules.shows(Part.MESSAGES)):
            yield one


def _notice(scene: Scene, one: Notice) -> ShownNotice:
    acknowledged = scene.seen.acknowledgements.get(one.id)
    all_named = scene.rules.people(Part.OTHER_STAFF) is Shown.ADDRESS
    return ShownNotice(
        to_role=one.to_role,
        to=one.to_address if all_named else None,
        state=one.state,
        sent_at=one.sent_at,
        acknowledged_at=acknowledged.given_at if acknowledged else None,
    )


def _report(scene: Scene, one: Report) -> ShownReport:
    emails = {person.id: person.email for person in scene.register.people}
    notes = scene.shows_written(Part.NOTES)
    return ShownReport(
        at=one.made_at,
        times=one.times,
        by=scene.people.name(emails.get(one.reporter_id, "")),
        note=scene.opened(one.note_sealed, "report", one.id, "note") if notes else None,
    )


def _facts(scene: Scene) -> ShownFacts | None:
    incident = scene.seen.incident
    if incident.facts_sealed is None or not scene.shows_written(Part.WRITTEN):
        return None
    sealed_at = place("incident", incident.id, "facts")
    told = json.loads(scene.office.content.open_text(incident.facts_sealed, sealed_at))
    wrong, right, source = (
        scene.people.scrubbed(told.get(name)) for name in ("wrong", "right", "source_url")
    )
    return ShownFacts(wrong=wrong, right=right, source_url=source)


def _decisions(scene: Scene) -> Iterable[Decision]:
    if not scene.rules.shows(Part.WRITTEN):
        return ()
    decided = (d for d in scene.seen.decisions if d.choice and d.decided_by and d.decided_at)
    return [
        one
        for one in decided
        if one.type != DecisionType.REFER
        and (one.target != SECURE or scene.rules.shows(Part.SECURITY))
    ]


def _decision(scene: Scene, one: Decision) -> ShownDecision:
    assert one.choice is not None, "only what was decided is shown"
    assert one.decided_at is not None, "only what was decided is shown"
    said = scene.opened(one.text_sealed, "decision", one.id, "text") if scene.shows_words else None
    return ShownDecision(
        type=one.type,
        choice=one.choice,
        by=scene.people.name(one.decided_by),
        at=one.decided_at,
        text=said,
        line=one.line,
        withdrawn_at=one.withdrawn_at,
    )


def _request(scene: Scene, one: InformationRequest) -> ShownRequest:
    noted = scene.shows_written(Part.NOTES)
    text = scene.opened(one.text_sealed, "information_request", one.id, "text") if noted else None
    return ShownRequest(
        received_on=one.received_on, due_on=one.due_on, answered_at=one.answered_at, text=text
    )


def _attempts(scene: Scene) -> Iterator[ShownAttempt]:
    if scene.rules.shows(Part.ATTEMPTS):
        for one, act in scene.attempts:
            yield ShownAttempt(
                act=act,
                at=one.started_at,
                ended_at=one.ended_at,
                outcome=one.outcome,
                code=one.code,
            )


def _is_told(scene: Scene, row: Entry) -> bool:
    target = target_of(scene.seen, row)
    if not is_for_people(row) or is_of_hr(scene.seen, row):
        return False
    security = row.what in SECURITYS_WORDS or target == SECURE
    message = row.what in MESSAGES or row.what.startswith("notice-")
    return (scene.rules.shows(Part.SECURITY) or not security) and (
        scene.rules.shows(Part.MESSAGES) or not message
    )


def is_of_hr(seen: Snapshot, row: Entry) -> bool:
    """Whether an entry of the incident's record is about what HR was told."""
    return row.facts.get("role") == Role.HR.value or target_of(seen, row) in _of_hr(seen)


def _of_hr(seen: Snapshot) -> frozenset[str]:
    return frozenset(one.id for one in seen.notices if one.to_role == Role.HR)


def _entry(scene: Scene, row: Entry) -> ShownEntry:
    named = scene.shows_where
    return ShownEntry(
        entry=row.seq,
        at=row.at,
        by=scene.people.name(row.actor),
        sentence=sentence_of(scene.seen, row) if named else sentence_without_account(row),
    )
