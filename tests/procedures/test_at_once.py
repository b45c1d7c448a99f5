"""Many people at the same moment: one incident, one winner, and nothing lost (design §6)."""

import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from databases import BOTH, SQLITE_FIRST
from department import ANA, CY, DEE, EVE, PEOPLE, SAM, Department, open_department
from paper import Paper
from racing import WHO_AND_WHEN, Press, Pressed, press_together, require_one_winner
from served import Served, serve
from sqlmodel import select

from flows.tokens import digest_of
from models.columns import new_id
from models.incident import Report
from models.office import Office
from models.people import Person, Token
from models.sealed import place
from models.snapshot import Snapshot
from models.statements import Wording
from models.words import (
    DecisionType,
    EffectKind,
    EffectState,
    Kind,
    PostState,
    Role,
    StatementState,
    Wait,
)

CROWD = 200
POSTED = "The fund opens on 3 May."
FEW, MANY = 3, 60
"""How often each race is run: in every run of the tests, and in the matrix."""

SEED = int(os.environ.get("RACE_SEED") or time.time_ns() % 2**32)

LONG = (pytest.mark.matrix, pytest.mark.timeout(900))
ENGINE_OFTEN = pytest.mark.parametrize("rounds", [2, pytest.param(40, marks=LONG)])
OFTEN = pytest.mark.parametrize("rounds", [FEW, pytest.param(MANY, marks=LONG)])


@pytest.fixture
def spread() -> random.Random:
    """How far apart people press; the seed is printed where a test fails."""
    sys.stdout.write(f"RACE_SEED={SEED}\n")
    return random.Random(SEED)


@pytest.fixture
def crowded(tmp_path: Path, url: str | None) -> Iterator[Department]:
    """A department with very many people, and its engine at work."""
    everybody = "".join(
        f'\n[[people]]\nemail = "{_nth(n)}"\nname = "P {n}"\n' for n in range(CROWD)
    )
    opened = open_department(tmp_path, database_url=url, people=PEOPLE + everybody)
    opened.start_engine()
    yield opened
    opened.close()


@pytest.fixture
def desk(tmp_path: Path, url: str | None) -> Iterator[tuple[Department, Served]]:
    """A department with its engine at work, and its web process."""
    opened = open_department(tmp_path, database_url=url)
    opened.start_engine()
    served = serve(opened)
    yield opened, served
    served.close()
    opened.close()


def _nth(number: int) -> str:
    return f"p{number}@dept.example"


# Reports


@SQLITE_FIRST
def test_two_hundred_people_who_report_one_post_at_once_are_one_incident(
    crowded: Department, spread: random.Random
) -> None:
    link = crowded.post("The fund opens on 3 May.")
    web = serve(crowded)
    try:
        _give_tokens(crowded, web)
        people = [ANA, *map(_nth, range(CROWD - 1))]
        presses = [Press(who, "/incidents", _report(link, f"note of {who}")) for who in people]
        pressed = press_together(web, presses, spread)
    finally:
        web.close()

    assert {one.status for one in pressed} == {202}, [one for one in pressed if one.status != 202]
    assert len({one.answer["reference"] for one in pressed}) == 1
    assert sum(bool(one.answer["created"]) for one in pressed) == 1
    assert _notes(crowded) == {who: f"note of {who}" for who in people}
    reference = str(pressed[0].answer["reference"])
    crowded.until(reference, lambda seen: seen.posts[0].state == PostState.GONE, 60)
    assert len(crowded.sandbox.calls("delete")) == 1


@BOTH
@OFTEN
def test_two_tabs_with_one_idempotency_key_are_one_report(
    web: Served, paper: Paper, spread: random.Random, rounds: int
) -> None:
    for number in range(rounds):
        key = {"Idempotency-Key": f"key-{number}"}
        body = _report(paper.link(1000 + number))
        tabs = [Press(ANA, "/incidents", body, key) for _ in range(4)]
        pressed = press_together(web, tabs, spread)
        assert {one.status for one in pressed} == {202}
        (reference,) = {str(one.answer["reference"]) for one in pressed}
        assert {one.answer["created"] for one in pressed} == {True}, "each tab is told the same"
        (report,) = paper.seen(reference).reports
        assert report.times == 1
        assert paper.said(reference) == ["report-accepted"]


@BOTH
@OFTEN
def test_one_key_for_two_reports_at_once_stores_one_and_refuses_the_other(
    web: Served, paper: Paper, spread: random.Random, rounds: int
) -> None:
    for number in range(rounds):
        key = {"Idempotency-Key": f"key-{number}"}
        links = [paper.link(2000 + 2 * number + n) for n in range(2)]
        tabs = [Press(ANA, "/incidents", _report(link), key) for link in links]
        pressed = press_together(web, tabs, spread)
        assert sorted(one.status for one in pressed) == [202, 409]
        assert "new key" in next(one.detail for one in pressed if one.status == 409)
    assert len(paper.incidents()) == rounds


@SQLITE_FIRST
@OFTEN
def test_reports_of_the_same_posts_in_other_orders_are_one_incident(
    web: Served, paper: Paper, spread: random.Random, rounds: int
) -> None:
    for number in range(rounds):
        links = [paper.link(10_000 + 10 * number + n) for n in range(5)]
        people = (ANA, CY, DEE, SAM)
        orders = [spread.sample(links, len(links)) for _ in people]
        presses = [
            Press(who, "/incidents", {"post_urls": order, "kinds": ["factual"]})
            for who, order in zip(people, orders, strict=True)
        ]
        pressed = press_together(web, presses, spread)
        assert {one.status for one in pressed} == {202}, pressed
        assert len({one.answer["reference"] for one in pressed}) == 1
    assert len(paper.incidents()) == rounds


def _report(link: str, note: str | None = None) -> dict[str, object]:
    return {"post_url": link, "kinds": ["factual"], "poster": ANA, "note": note}


def _give_tokens(department: Department, web: Served) -> None:
    """To all of them in one go: one by one would take longer than the test."""
    with department.office.store.write("tokens") as tx:
        for person in tx.exec(select(Person)):
            web.tokens[person.email] = f"token-of-{person.email}"
            tx.add(
                Token(
                    id=new_id(),
                    person_id=person.id,
                    digest=digest_of(web.tokens[person.email]),
                    made_at=tx.now(),
                    expires_at=tx.now() + timedelta(days=1),
                )
            )


def _notes(department: Department) -> dict[str, str]:
    """Whose report has which note, as it opens."""
    with department.office.store.read() as tx:
        rows = tx.exec(select(Report, Person.email).join(Person)).all()
    opened = department.office.content.open_text
    return {
        email: opened(report.note_sealed or b"", place("report", report.id, "note"))
        for report, email in rows
    }


# Two officers


def _two(reference: str, what: str, dee: dict[str, object], eve: dict[str, object]) -> list[Press]:
    return [Press(who, f"/incidents/{reference}/{what}", b) for who, b in ((DEE, dee), (EVE, eve))]


def _clearances(paper: Paper, link: str) -> list[Press]:
    reference = paper.worded(link)
    yes: dict[str, object] = {"digest": paper.digest(reference), "decision": "approve"}
    return _two(reference, "clearances", yes, yes)


def _yes_and_no(paper: Paper, link: str) -> list[Press]:
    reference = paper.worded(link)
    yes: dict[str, object] = {"digest": paper.digest(reference), "decision": "approve"}
    no = yes | {"decision": "reject", "reason": "Not so."}
    return _two(reference, "clearances", yes, no)


def _keep_and_delete(paper: Paper, link: str) -> list[Press]:
    reference = paper.planned(link)
    post = paper.post(reference).id
    paper.ask(reference, DecisionType.KEEP, post, Role.DTU)
    keep: dict[str, object] = {"type": "keep", "target": post, "reason": "It may stay."}
    return _two(reference, "decisions", keep | {"choice": "keep"}, keep | {"choice": "delete"})


def _confirm_yes_and_no(paper: Paper, link: str) -> list[Press]:
    reference = paper.planned(link, by=SAM)
    post = paper.post(reference).id
    paper.ask(reference, DecisionType.CONFIRM, post, Role.DTU)
    one: dict[str, object] = {"type": "confirm", "target": post, "reason": "I know."}
    return _two(reference, "decisions", one | {"choice": "yes"}, one | {"choice": "no"})


def _there_and_not_there(paper: Paper, link: str) -> list[Press]:
    reference = paper.planned(link)
    paper.set_posts(reference, PostState.NEEDS_HUMAN)
    post = paper.post(reference).id
    paper.ask(reference, DecisionType.SETTLE, post, Role.DTU)
    one: dict[str, object] = {"type": "settle", "target": post}
    return _two(reference, "decisions", one | {"choice": "there"}, one | {"choice": "not-there"})


Start = Callable[[Paper, str], list[Press]]


@SQLITE_FIRST
@OFTEN
@pytest.mark.parametrize(
    "start", [_clearances, _yes_and_no, _keep_and_delete, _confirm_yes_and_no, _there_and_not_there]
)
def test_of_two_officers_one_decides_and_the_other_hears_who_and_when(
    web: Served, paper: Paper, spread: random.Random, rounds: int, start: Start
) -> None:
    for number in range(rounds):
        presses = start(paper, paper.link(3000 + number))
        pressed = press_together(web, presses, spread)
        won = require_one_winner(pressed)
        lost = next(one for one in pressed if one is not won)
        assert won.by in lost.detail, lost.detail


@SQLITE_FIRST
@OFTEN
def test_two_who_advise_at_once_are_both_kept(
    web: Served, paper: Paper, spread: random.Random, rounds: int
) -> None:
    for number in range(rounds):
        reference = paper.planned(paper.link(4000 + number))
        said = [{"type": "advise", "text": f"Advice of {who}."} for who in (DEE, EVE)]
        pressed = press_together(web, _two(reference, "decisions", *said), spread)
        assert [one.status for one in pressed] == [202, 202], pressed
        kept = {
            paper.office.content.open_text(
                one.text_sealed or b"", place("decision", one.id, "text")
            )
            for one in paper.seen(reference).decisions
            if one.type == DecisionType.ADVISE
        }
        assert kept == {f"Advice of {DEE}.", f"Advice of {EVE}."}


@SQLITE_FIRST
@OFTEN
def test_two_who_write_words_at_once_are_both_kept_and_the_later_stand(
    web: Served, paper: Paper, spread: random.Random, rounds: int
) -> None:
    for number in range(rounds):
        reference = paper.worded(paper.link(5000 + number))
        texts = [f"Words of {who}, {number}." for who in (DEE, EVE)]
        bodies: list[dict[str, object]] = [{"type": "words", "text": text} for text in texts]
        pressed = press_together(web, _two(reference, "decisions", *bodies), spread)
        assert [one.status for one in pressed] == [202, 202], pressed
        seen = paper.seen(reference)
        kept = {_text(paper.office, one): one for one in seen.wordings.values()}
        assert set(texts) <= set(kept)
        newest = max(seen.wordings.values(), key=lambda one: one.version)
        assert seen.statements[0].wording_id == newest.id
        assert seen.statements[0].state == StatementState.WAITING


# Two officers, and the engine between them


@SQLITE_FIRST
@ENGINE_OFTEN
def test_of_two_who_close_at_once_one_is_told_that_the_other_did(
    desk: tuple[Department, Served], spread: random.Random, rounds: int
) -> None:
    department, web = desk
    for number in range(rounds):
        reference = department.report(department.post(f"Fine {number}"), Kind.NOT_A_MISTAKE)
        department.until_waiting(reference, Wait.ADVICE)
        advice: dict[str, object] = {"type": "advise", "text": "Fine."}
        shut: dict[str, object] = {"type": "close", "reason": "Done."}
        early, late = press_together(web, _two(reference, "decisions", shut, advice), spread)
        assert late.status in (202, 409)
        assert early.status in (202, 409)
        if late.status == 409:
            assert WHO_AND_WHEN.match(late.detail)
        if early.status == 409:
            assert early.answer["undone"] == ["advise"]
            department.until_waiting(reference, Wait.CLOSING)
            pressed = press_together(web, _two(reference, "decisions", shut, shut), spread)
            assert "closed it" in next(
                one.detail for one in pressed if one is not require_one_winner(pressed)
            )
        department.until(reference, lambda seen: seen.incident.closed_at is not None)
        assert department.said(reference).count("closed") == 1


@SQLITE_FIRST
@ENGINE_OFTEN
def test_words_that_are_changed_while_they_are_cleared_are_never_published_uncleared(
    desk: tuple[Department, Served], spread: random.Random, rounds: int
) -> None:
    department, web = desk
    for number in range(rounds):
        reference = _worded(department, number)
        clear, words = _clear(department, reference), f"The fund opens on 5 June. {number}"
        edit = Press(EVE, f"/incidents/{reference}/decisions", {"type": "words", "text": words})
        pressed = press_together(web, [clear, edit, clear], spread)
        assert {one.status for one in pressed} <= {202, 409}, pressed
        assert all(one.detail for one in pressed if one.status == 409)
        edited = pressed[1].status == 202
        waits = Wait.CLEARANCE if edited else Wait.ADVICE
        department.until_waiting(reference, waits, 30)
        _require_honest(department, reference)
        if edited:
            department.clear(reference, claims=())
            department.until_waiting(reference, Wait.ADVICE, 30)
            assert words in _published(department)
        _require_honest(department, reference)


@SQLITE_FIRST
@ENGINE_OFTEN
@pytest.mark.parametrize(
    "against",
    [
        {"type": "hold", "target": "x/dept", "reason": "Wait."},
        {"type": "reclassify", "kinds": ["typo"], "reason": "Only a typo."},
        {"type": "skip", "target": "publish", "reason": "Nobody saw it."},
        {"type": "waive", "reason": "Nobody saw it."},
    ],
    ids=["hold", "reclassify", "skip", "waive"],
)
def test_what_is_stopped_while_it_is_published_is_published_once_or_not_at_all(
    desk: tuple[Department, Served],
    spread: random.Random,
    rounds: int,
    against: dict[str, object],
) -> None:
    department, web = desk
    for number in range(rounds):
        reference = _worded(department, number)
        before = len(_published(department))
        stop = Press(EVE, f"/incidents/{reference}/decisions", against)
        cleared, stopped = press_together(web, [_clear(department, reference), stop], spread)
        for one in (cleared, stopped):
            assert one.status in (202, 409) or _is_not_theirs_now(against, one), one
            assert one.status == 202 or one.detail
        _await_rest(department, reference)
        _require_honest(department, reference)
        assert len(_published(department)) - before <= 1
        if against["type"] == "hold" and stopped.status == 202:
            lift = against | {"choice": "no"}
            press_together(web, [Press(EVE, stop.path, lift)], spread)
            if cleared.status == 202:
                department.until_waiting(reference, Wait.ADVICE, 30)
                assert len(_published(department)) - before == 1


def _is_not_theirs_now(against: dict[str, object], one: Pressed) -> bool:
    """Another kind may have other clearers."""
    return against["type"] == "reclassify" and one.by == DEE and one.status == 403


def _worded(department: Department, number: int) -> str:
    """An incident whose words wait for clearance; they are others than those before."""
    link = department.post(f"{POSTED} {number}")
    reference = department.report_wrong_fact(link, right=f"the fund opens on {number} June")
    department.until_waiting(reference, Wait.CLEARANCE, 30)
    return reference


def _clear(department: Department, reference: str) -> Press:
    seen = department.seen(reference)
    statement = next(s for s in seen.statements if s.state == StatementState.WAITING)
    digest = seen.wordings[str(statement.wording_id)].digest
    body: dict[str, object] = {"statement": statement.id, "digest": digest, "decision": "approve"}
    return Press(DEE, f"/incidents/{reference}/clearances", body)


def _published(department: Department) -> list[str]:
    """What our engine has put on the platform, by what the platform holds."""
    everything = department.sandbox.everything_ever("dept")
    return [post.text for post in everything if not post.text.startswith(POSTED)]


def _text(here: Office, wording: Wording) -> str:
    return here.content.open_text(wording.text_sealed, place("wording", wording.id, "text"))


def _require_honest(department: Department, reference: str) -> None:
    """What the platform holds of this incident is what was cleared, once, and what we say of it."""
    seen = department.seen(reference)
    approved = {one.digest for one in seen.clearances if one.approved}
    texts = {_text(department.office, w): w.digest for w in seen.wordings.values()}
    out = [text for text in _published(department) if text in texts]
    assert all(texts[text] in approved for text in out), "words went out that nobody had cleared"
    assert len(out) == len(set(out)), "words went out twice"
    effects = [e for e in seen.effects if e.kind == EffectKind.PUBLISH]
    confirmed = [e for e in effects if e.state == EffectState.CONFIRMED]
    assert len(out) == len(confirmed), [(e.state, e.code) for e in effects]


def _await_rest(department: Department, reference: str) -> None:
    """Nothing of it is under way, and nothing waits for the engine."""
    under_way = (EffectState.AUTHORISED, EffectState.INFLIGHT, EffectState.UNKNOWN)

    def rests(seen: Snapshot) -> bool:
        incident = seen.incident
        held = any(one.held_until for one in seen.accounts.values())
        return (
            incident.shown == incident.stirred
            and incident.waiting_for != Wait.ENGINE
            and (held or all(e.state not in under_way for e in seen.effects))
        )

    department.until(reference, rests, 30)
