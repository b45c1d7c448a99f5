"""Killed at the points to which only people, refusals and other processes lead.

The crash matrix plays mistakes that the platform or the mail server makes hard; what only a
person's answer, a worker of Prefect's or an older database leads to is played here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import workers
from bundles import Bundle, found_in, made
from department import BO, DEE, HAL, PAT, Department, settings_of
from elsewhere import POINTS
from engine_process import EngineProcess
from lives import Quick
from paper import Paper
from practice_notify import TEXT_TEMPLATE, PracticeNotify
from sqlalchemy import text
from sqlmodel import col, select, update
from waiting import until
from years import Years

from amends.supervise import free_port
from flows.deciding.attesting import attest
from flows.deciding.confirming import confirm
from flows.deciding.reclassifying import reclassify
from flows.deciding.referring import Verdict, refer
from flows.deciding.settling import settle
from flows.deciding.speaking_at_once import speak_at_once
from flows.expiring import ASK_AGAIN
from flows.retention import PURGE
from flows.reviewing.cabinet import find, note, notes, put_back, read_case
from flows.signing_in import ask_for_link, link_works
from models.anchoring import write_anchor
from models.audit import Entry, chain_of_incident
from models.beats import Beat
from models.case_rows import CaseLetter, SealedCase
from models.decisions import Decision
from models.holding_lines import lines_of
from models.office import Office, use
from models.reconciliation import Reconciliation
from models.referral import Referral
from models.register import sync
from models.sign_in import WebSession
from models.snapshot import incident_by
from models.words import DecisionType, Kind, Medium, NoticeState, PostState, StatementState, Wait
from policy.disclosure import Level

FACT = "The fund opens on 3 May."
SPEED = 4.0
"""How fast time runs where a story waits; a beat still keeps its lease."""


PHONE = "+447700900001"


@dataclass(frozen=True)
class Road:
    """A story up to the moment of the crash. ``ends`` says whether it came out as it should, once
    an engine works again; ``mended`` is what a person does meanwhile. ``quick`` is the engines'
    time, and ``close`` ends what the story started."""

    ends: Callable[[], bool]
    prefect: str | None = None
    work: Callable[[], None] | None = None
    mended: Callable[[], None] = lambda: None
    quick: Quick = field(default_factory=lambda: Quick(SPEED))
    close: Callable[[], None] = lambda: None


def questions(department: Department, reference: str, of: DecisionType) -> list[Decision]:
    """The open questions of this sort."""
    return [q for q in department.seen(reference).open_decisions() if q.type == of]


def a_post_elsewhere(department: Department) -> Road:
    department.sandbox.add_account("ana_at_home", "Ana at home")
    link = department.post("My minister is a fool", "ana_at_home")
    reference = department.report(link, Kind.PERSONAL_ACCOUNT)
    return Road(lambda: len(questions(department, reference, DecisionType.CONFIRM)) == 1)


def a_word_that_it_is_gone(department: Department) -> Road:
    department.sandbox.add_account("ana_at_home", "Ana at home")
    link = department.post("My minister is a fool", "ana_at_home")
    reference = department.report(link, Kind.PERSONAL_ACCOUNT)
    with EngineProcess(department):
        department.until_waiting(reference, Wait.CONFIRMATION, 40)
        confirm(department.office, department.person(DEE), reference, yes=True, line=54)
        department.until_waiting(reference, Wait.BY_HAND, 40)
    department.sandbox.timeline.delete(department.sandbox.live_posts("ana_at_home")[0])
    attest(department.office, department.person(DEE), reference)

    def ends() -> bool:
        assert len(department.sandbox.calls()) <= 1, "such a post is looked at once"
        # Killed while it was looked at, nobody looks again: then it is gone by a person's word.
        return department.seen(reference).posts[0].state in (PostState.GONE, PostState.ATTESTED)

    return Road(ends)


def words_taken_back(department: Department) -> Road:
    reference = department.report_wrong_fact(department.post(FACT))
    with EngineProcess(department):
        department.until_waiting(reference, Wait.CLEARANCE, 40)
    department.clear(reference, approve=False)
    return Road(lambda: len(questions(department, reference, DecisionType.WORDS)) == 1)


def a_rule_broken(department: Department) -> Road:
    post = department.post("Vote for my party")
    department.report(post, Kind.WRONG_ACCOUNT, Kind.PARTIAL)

    def ends() -> bool:
        with department.office.store.read() as tx:
            referrals = tx.exec(select(Referral)).all()
        letters = department.mail.to("hr@dept.example")
        assert len(referrals) <= 1
        assert len(letters) <= 1
        return len(referrals) == len(letters) == 1

    return Road(ends)


def a_step_that_fails(department: Department) -> Road:
    reference = department.report_wrong_fact(department.post(FACT))
    refuse = "create trigger no_copy before insert on capture begin select raise(abort, 'no'); end"
    with department.office.store.write("test") as tx:
        tx.exec(text(refuse))  # type: ignore[call-overload]

    def mend() -> None:
        with department.office.store.write("test") as tx:
            tx.exec(text("drop trigger no_copy"))  # type: ignore[call-overload]

    return Road(
        lambda: department.seen(reference).incident.waiting_for == Wait.CLEARANCE, mended=mend
    )


def prefect_away(department: Department) -> Road:
    reference = department.report_wrong_fact(department.post(FACT))

    def ends() -> bool:
        gaps = department.said(reference).count("prefect-gap")
        assert gaps <= 1
        # A mail that was on its way when the engine was killed may be a person's to settle as well.
        waits = {one.wait for one in department.stands(reference).waits}
        return gaps == 1 and Wait.CLEARANCE in waits

    return Road(ends, prefect=f"http://127.0.0.1:{free_port(0)}/api")


def words_on_a_persons_word(department: Department) -> Road:
    department.sandbox.fail("create", "reset-before")
    reference = department.report_wrong_fact(department.post(FACT))
    with EngineProcess(department, quick=Quick(SPEED)):
        department.until_waiting(reference, Wait.CLEARANCE, 40)
        department.clear(reference)
        department.until_waiting(reference, Wait.PERSON, 60)
    link = department.post(department.text_of(department.seen(reference).statements[0]))
    for verb in ("get", "timeline"):
        department.sandbox.fail(verb, "unauthorised-401", times=None)
    settle(department.office, department.person(DEE), reference, there=True, link=link)

    def ends() -> bool:
        (statement,) = department.seen(reference).statements
        return statement.state == StatementState.PUBLISHED and statement.attested_by is not None

    return Road(ends)


def words_that_became_untrue(department: Department) -> Road:
    department.sandbox.fail("create", "unauthorised-401", times=None)
    link = department.post("Off to the pub")
    (post,) = department.sandbox.live_posts("dept")
    reference = department.report_wrong_fact(link)
    with EngineProcess(department):
        department.until_waiting(reference, Wait.CLEARANCE, 40)
        department.clear(reference)
        department.until(
            reference, lambda s: s.statements[0].state == StatementState.NEEDS_HUMAN, 40
        )
    post.deleted_at = None  # the platform restores it

    def ends() -> bool:
        asked = questions(department, reference, DecisionType.WORDS)
        assert len(asked) <= 1
        state = department.seen(reference).statements[0].state
        return state == StatementState.WITHDRAWN and len(asked) == 1

    return Road(ends)


def words_that_give_away(department: Department) -> Road:
    """What was a wrong fact turns out to be personal data, and the words are up."""
    reference = department.report_wrong_fact(department.post(FACT))
    with EngineProcess(department):
        department.until_waiting(reference, Wait.CLEARANCE, 40)
        department.clear(reference)
        department.until(reference, lambda s: s.statements[0].state == StatementState.PUBLISHED, 40)
    reclassify(department.office, department.person(DEE), reference, kinds=(Kind.PERSONAL_DATA,))
    published = department.seen(reference).statements[0].id

    def ends() -> bool:
        asked = questions(department, reference, DecisionType.CONFIRM)
        said = department.said(reference).count("published-tainted")
        assert max(len([q for q in asked if q.target == published]), said) <= 1
        return said == 1 and any(q.target == published for q in asked)

    return Road(ends)


def somebody_was_quicker(department: Department) -> Road:
    reference = department.report_wrong_fact(department.post(FACT))
    department.sandbox.timeline.delete(department.sandbox.live_posts("dept")[0])

    def ends() -> bool:
        assert department.sandbox.calls("delete") == []
        seen = department.seen(reference)
        return seen.posts[0].state == PostState.GONE and not seen.captures

    return Road(ends)


def a_worker_that_asks(department: Department) -> Road:
    reference = department.report_wrong_fact(department.post(FACT))

    def ends() -> bool:
        assert len(department.sandbox.calls("delete")) <= 1
        return department.seen(reference).incident.waiting_for == Wait.CLEARANCE

    return Road(ends, work=partial(workers.ask_the_engines, reference))


def a_worker_that_reminds(department: Department) -> Road:
    return replace(a_worker_that_asks(department), work=workers.remind)


def a_database_that_went_back(department: Department) -> Road:
    reference = department.report_wrong_fact(department.post(FACT))
    with EngineProcess(department):
        department.until_waiting(reference, Wait.CLEARANCE, 40)
    write_anchor(department.office.store, department.office.settings)
    database = department.home / "amends.db"
    department.office.store.close()
    kept = database.read_bytes()
    _again(department)
    department.clear(reference)
    write_anchor(department.office.store, department.office.settings)
    department.office.store.close()
    for end in ("-wal", "-shm"):
        Path(f"{database}{end}").unlink(missing_ok=True)
    database.write_bytes(kept)
    _again(department)

    def ends() -> bool:
        with department.office.store.read() as tx:
            begun = tx.exec(select(Reconciliation)).all()
        assert len(begun) <= 1
        assert department.sandbox.calls("create") == []
        return len(begun) == 1

    return Road(ends)


def somebody_signs_in(department: Department) -> Road:
    """Whoever asked for a link gets one that works, however often the engine dies."""
    ask_for_link(department.office, DEE, "/")

    def ends() -> bool:
        letters = department.mail.to(DEE)
        assert len(letters) <= 2
        parts = [part.get_payload(decode=True) for one in letters for part in one.walk()]
        texts = b"".join(part for part in parts if isinstance(part, bytes))
        links = re.findall(rb"/sign-in/([\w-]+)", texts)
        return any(link_works(department.office, token.decode()) for token in links)

    return Road(ends)


def a_yes_that_runs_out(department: Department) -> Road:
    """One of two has said yes, and the other does not within half a day."""
    reference = department.report(department.post("We hate this."), Kind.OFF_POLICY)
    with EngineProcess(department):
        department.until_waiting(reference, Wait.CLEARANCE, 40)
    department.clear(reference, by=PAT)

    def ends() -> bool:
        seen = department.seen(reference)
        asked = [one.to_address for one in seen.notices if one.template == ASK_AGAIN]
        assert len(asked) == len(set(asked)), "each who may clear is asked once"
        said = department.said(reference).count("clearance-expired")
        assert said <= 1
        (statement,) = seen.statements
        return said == 1 and bool(asked) and statement.state == StatementState.WAITING

    return Road(ends, quick=Quick.starting(datetime.now(UTC) + timedelta(hours=13), SPEED))


def a_line_that_came_too_late(department: Department) -> Road:
    """The words that are due are cleared before the line that was to go ahead of them is out."""
    reference = department.report_wrong_fact(department.post(FACT))
    with EngineProcess(department):
        department.until_waiting(reference, Wait.CLEARANCE, 40)
    speak_at_once(department.office, department.person(DEE), reference)
    department.clear(reference)

    def ends() -> bool:
        seen = department.seen(reference)
        (line,) = lines_of(seen)
        assert department.said(reference).count("holding-line-moot") <= 1
        up = [post.text for post in department.sandbox.live_posts("dept")]
        assert len(up) <= 1
        return line.state == StatementState.WITHDRAWN and any("5 June" in text for text in up)

    return Road(ends)


def a_case_that_moves(department: Department) -> Road:
    """HR refers: a letter is due to HR's mailbox, besides the notice that there is something."""
    reference = _referred(department)
    return Road(
        lambda: _told_hr(department, reference, 1, ()),
        mended=partial(_leases_end, department),
    )


def a_case_that_falls_due(department: Department) -> Road:
    """The letter that it was referred, and one reminder that nobody has taken it."""
    reference = _referred(department)
    with department.office.store.write("later") as tx:
        row = tx.exec(select(SealedCase)).one()
        seal = department.office.case_keys.seal_of(row)
        case = read_case(department.office, row)
        late = tx.now() - timedelta(days=1)
        put_back(tx, row, seal, replace(case, due_at=late), look_at=late)
        note(tx, row, seal, "time", "case-waited")
    reminded = ("case-reminded",)
    return Road(lambda: _told_hr(department, reference, 2, reminded))


def _referred(department: Department) -> str:
    """A case that HR has referred, while no engine is at work."""
    reference = department.report(department.post("Vote for my party"), Kind.PARTIAL)
    with department.office.store.write("consider") as tx:
        incident = incident_by(tx, reference)
        tx.add(Referral(incident_id=incident.id, considered_at=tx.now()))
    hal = department.person(HAL)
    refer(department.office, hal, reference, verdict=Verdict.REFER, rule="54", reason="partial")
    return reference


def _leases_end(department: Department) -> None:
    """So much time passes that nobody can still be at a letter."""
    with department.office.store.write("later") as tx:
        tx.exec(update(CaseLetter).values(due_at=tx.now() - timedelta(minutes=1)).where(
            col(CaseLetter.due_at).is_not(None)
        ))  # fmt: skip


def _told_hr(department: Department, reference: str, wanted: int, words: tuple[str, ...]) -> bool:
    """Each letter left once, or the case says that nobody knows: a mail server cannot be asked."""
    letters = department.mail.to("hr@dept.example")
    assert len(letters) <= wanted
    assert len({letter["Message-ID"] for letter in letters}) == len(letters)
    with department.office.store.read() as tx:
        row = find(tx, department.office, incident_by(tx, reference).id)
        assert row is not None
        said = [one.what for one in notes(tx, row, department.office.case_keys.seal_of(row))]
    for word in words:
        assert said.count(word) <= 1
    queued, unknown = said.count("case-letter-queued"), said.count("case-letter-unknown")
    assert queued <= wanted
    sent = said.count("case-letter-sent")
    done = queued == wanted == sent + unknown and len(letters) >= sent
    return done and all(word in said for word in words)


def a_text_that_never_got_there(department: Department) -> Road:
    """Texts leave through GOV.UK Notify, which says that Bo's number does not exist."""
    notify = PracticeNotify().start()
    notify.fates[PHONE] = "permanent-failure"
    config = department.home / "amends.toml"
    told = config.read_text().replace(
        f'email = "{BO}"\n', f'email = "{BO}"\nphone = "{PHONE}"\n', 1
    )
    carrier = f'[notify]\nkey = "env:NOTIFY_KEY"\nbase_url = "{notify.url}"\n'
    config.write_text(f'{told}\n{carrier}text_template = "{TEXT_TEMPLATE}"\n')
    department.secrets["NOTIFY_KEY"] = notify.key
    department.office.store.close()
    department.office = Office(settings_of(department.home, department.secrets))
    sync(department.office.store, department.office.settings)
    use(department.office)
    reference = department.report(department.post("Look out"), Kind.OFF_POLICY)

    def ends() -> bool:
        seen = department.seen(reference)
        text = [n for n in seen.notices if (n.to_address, n.by) == (BO, Medium.TEXT)]
        said = department.said(reference).count("notice-undelivered")
        asked = questions(department, reference, DecisionType.SETTLE)
        assert max(said, len(asked)) <= 1
        return [n.state for n in text] == [NoticeState.FAILED] and said == len(asked) == 1

    return Road(ends, close=notify.stop)


def a_night_after_eight_years(department: Department) -> Road:
    """All of an incident has had its time, and so has a session."""
    years = Years(Paper(department.home, department.office))
    reference = years.over(1, Kind.PERSONAL_DATA, link=department.post("What nobody should see"))
    years.signed_in(DEE)
    chain = chain_of_incident(department.seen(reference).incident.id)

    def ends() -> bool:
        with department.office.store.read() as tx:
            sessions = tx.exec(select(WebSession)).all()
            done = tx.get(Beat, PURGE)
            whats = tx.exec(select(Entry.what).where(col(Entry.chain) == chain)).all()
        told = [whats.count(one) for one in ("messages-erased", "evidence-erased", "erased")]
        assert max(told) <= 1
        left = (years.rows_of(reference), years.files(), list(sessions))
        return done is not None and left == ({}, 0, []) and told == [1, 1, 1]

    later = Quick.starting(datetime.now(UTC) + timedelta(days=8 * 366), 1.0)
    return Road(ends, quick=later)


def _again(department: Department) -> None:
    department.office = Office(department.office.settings)
    use(department.office)


def an_archive_that_is_made(department: Department) -> Road:
    """Whoever got no archive makes another: the record tells of each before a byte is given."""
    reference = department.report_wrong_fact(department.post(FACT))
    with EngineProcess(department):
        department.until_waiting(reference, Wait.CLEARANCE, 40)
    second: list[Bundle] = []

    def mend() -> None:
        person = department.person(DEE)
        second.append(made(department.office, person, reference, Level.COMMITTEE))

    def ends() -> bool:
        assert department.said(reference).count("exported") in (1, 2)
        found = found_in(department.home, second[0].content)
        assert not found.failed, found.said
        return True

    return Road(ends, work=partial(workers.make_an_archive, reference, DEE), mended=mend)


ROADS: dict[str, Callable[[Department], Road]] = {
    "ask-about-published": words_that_give_away,
    "ask-by-hand": a_post_elsewhere,
    "ask-engines": a_worker_that_asks,
    "ask-words": words_taken_back,
    "begin-outside-look": a_word_that_it_is_gone,
    "claim-link": somebody_signs_in,
    "conclude-link": somebody_signs_in,
    "begin-reconciling": a_database_that_went_back,
    "conclude-outside-look": a_word_that_it_is_gone,
    "case-letter": a_case_that_moves,
    "claim-case-letter": a_case_that_moves,
    "conclude-case-letter": a_case_that_moves,
    "consider-referral": a_rule_broken,
    "remind-case": a_case_that_falls_due,
    **dict.fromkeys(
        (
            *("forget-ways-in", "forget-messages", "end-evidence", "remove-evidence"),
            *("end-incident", "remove-incident", "purged"),
        ),
        a_night_after_eight_years,
    ),
    "export": an_archive_that_is_made,
    "expire-clearance": a_yes_that_runs_out,
    "note-delivery": a_text_that_never_got_there,
    "note-failure": a_step_that_fails,
    "note-gap": prefect_away,
    "settle-lines": a_line_that_came_too_late,
    "settle-for-person": words_on_a_persons_word,
    "outside-look": a_word_that_it_is_gone,
    "take-from-hands": words_that_became_untrue,
    "wake-overdue": a_worker_that_reminds,
    "was-gone": somebody_was_quicker,
}
IN_EVERY_TEST = (
    "ask-words:after-commit",
    "claim-link:before-commit",
    "conclude-case-letter:before-commit",
    "consider-referral:after-commit",
    "remove-evidence:before-commit",
    "was-gone:after-commit",
)


def each_point() -> list[object]:
    """A few in every `make test`, all of them in `make test-long`."""
    return [
        point if point in IN_EVERY_TEST else pytest.param(point, marks=pytest.mark.matrix)
        for point in POINTS
    ]


@pytest.mark.parametrize("point", each_point())
def test_killed_where_only_people_and_other_processes_lead(quiet: Department, point: str) -> None:
    road = ROADS[point.partition(":")[0]](quiet)
    try:
        with EngineProcess(quiet, point, road.quick, road.prefect, road.work) as dying:
            assert dying.died(60), dying.log.read_text()
        road.mended()
        with EngineProcess(quiet, "", road.quick, road.prefect):
            until(road.ends, 60, "it did not come out as it should")
    finally:
        road.close()
