"""Deadlines of cases: a reminder is sent once, whatever crashes, and never lost."""

from datetime import UTC, datetime, timedelta

import pytest
from case_post import Post
from case_story import IVY, Story, begin
from paper import ANA, BO, DEE, HAL, IDA, Paper
from sqlmodel import col, select, update

from flows.cases import cases
from flows.deciding.noting_requests import answer_request, note_request
from flows.hands import Hands
from flows.refusals import NotFoundError
from flows.reviewing.cabinet import find
from flows.reviewing.letters import queue_letter
from flows.reviewing.moving import Asked
from flows.reviewing.rounds import review_round
from integrations.errors import (
    NotAuthorised,
    NotSent,
    OutcomeUnknown,
    OutsideError,
    Refused,
    TryAgainLater,
)
from integrations.notices.base import Mail
from integrations.platforms.connections import Connections
from models.audit import Entry
from models.case_rows import CaseLetter, SealedCase
from models.reconciliation import Reconciliation, WentBack
from models.review import CaseMove, CaseState
from models.snapshot import incident_by
from models.verifying import verify_record


class Died(BaseException):
    """The process is gone."""


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def hands(paper: Paper, post: Post) -> Hands:
    return Hands(paper.office, "engine-1", Connections(), post)


@pytest.fixture
def story(paper: Paper) -> Story:
    return begin(paper)


def _late(story: Story, hands: Hands) -> None:
    """The person has been told, all letters left, and the time to answer is over."""
    story.until(CaseState.TOLD)
    review_round(hands)
    story.wait(days=30)


def test_a_letter_says_nothing_but_that_there_is_something_to_read(
    story: Story, hands: Hands, post: Post
) -> None:
    story.until(CaseState.CLOSED)
    review_round(hands)
    assert post.to(ANA) >= 4
    for mail in post.sent:
        whole = f"{mail.subject} {mail.text} {mail.html} {mail.message_id}".lower()
        for word in ("canary", story.reference.lower(), "case ", "misconduct", "refer", "ana "):
            assert word not in whole


def test_hrs_letter_of_a_broken_glass_is_like_no_other(
    story: Story, hands: Hands, post: Post
) -> None:
    story.until(CaseState.REFERRED)
    review_round(hands)
    usual = {mail.subject for mail in post.sent}
    story.appoint("lex@dept.example", "legal")
    story.glass("lex@dept.example", None)
    review_round(hands)
    assert post.sent[-1].to == "hr@dept.example"
    assert post.sent[-1].subject not in usual
    assert "emergency" in post.sent[-1].text


def test_whoever_is_due_is_reminded_once(story: Story, hands: Hands, post: Post) -> None:
    _late(story, hands)
    before = post.to(ANA)
    for _ in range(3):
        review_round(hands)
    assert post.to(ANA) == before + 1
    assert [one.what for one in story.read(IDA).record].count("case-reminded") == 1
    story.wait(days=3)
    review_round(hands)
    assert post.to(ANA) == before + 2


def test_a_case_that_is_over_reminds_nobody(story: Story, hands: Hands, post: Post) -> None:
    story.until(CaseState.CLOSED)
    review_round(hands)
    before = len(post.sent)
    story.wait(days=400)
    review_round(hands)
    assert len(post.sent) == before


@pytest.mark.parametrize("point", ["remind-case:before-commit", "remind-case:after-commit"])
def test_a_crash_beside_a_reminder_neither_loses_nor_doubles_it(
    story: Story, hands: Hands, post: Post, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _late(story, hands)
    before = post.to(ANA)
    _dies_once(monkeypatch, point)
    with pytest.raises(Died):
        review_round(hands)
    review_round(hands)
    assert post.to(ANA) == before + 1


@pytest.mark.parametrize(
    "point",
    [
        "claim-case-letter:before-commit", "claim-case-letter:after-commit",
        "case-letter:before-call", "case-letter:after-call",
        "conclude-case-letter:before-commit", "conclude-case-letter:after-commit",
    ],
)  # fmt: skip
def test_a_crash_beside_a_letter_neither_loses_nor_doubles_it(
    story: Story, hands: Hands, post: Post, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.until(CaseState.TOLD)
    _dies_once(monkeypatch, point)
    with pytest.raises(Died):
        review_round(hands)
    _leases_end(story)
    review_round(hands)
    ids = [mail.message_id for mail in post.sent]
    assert len(ids) == len(set(ids))
    assert post.to(ANA) == 1
    assert post.to(IVY) == 1


def test_a_letter_of_which_nobody_knows_is_never_sent_twice(
    story: Story, hands: Hands, post: Post
) -> None:
    """The carrier cannot say, so HR reads that nobody knows, and tells them by phone."""
    story.until(CaseState.REFERRED)
    post.knows = None

    def lost(mail: Mail) -> None:
        post.sent.append(mail)
        raise OutcomeUnknown("smtp-timeout")

    post.fails = lost
    review_round(hands)
    tried = len(post.sent)
    post.fails = lambda mail: None
    _leases_end(story)
    review_round(hands)
    assert len(post.sent) == tried
    assert "case-letter-unknown" in [one.what for one in story.read(HAL).record]


@pytest.mark.parametrize(
    "trouble",
    [
        NotSent("connection-refused"),
        TryAgainLater("http-429", datetime.now(UTC)),
        OutcomeUnknown("http-500"),
        NotAuthorised("http-403"),
    ],
)
def test_a_letter_that_cannot_be_looked_for_now_is_not_sent_anew(
    story: Story,
    hands: Hands,
    post: Post,
    trouble: OutsideError,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story.until(CaseState.REFERRED)
    _dies_once(monkeypatch, "case-letter:after-call")
    with pytest.raises(Died):
        review_round(hands)
    post.cannot_look = trouble
    for _ in range(2):
        _leases_end(story)
        review_round(hands)
    post.cannot_look = None
    _leases_end(story)
    review_round(hands)
    assert len(post.sent) == 1
    assert [one.what for one in story.read(HAL).record].count("case-letter-sent") == 1


def test_no_letter_leaves_a_case_whose_key_is_destroyed(
    story: Story, hands: Hands, post: Post
) -> None:
    def refused(mail: Mail) -> None:
        raise NotSent("connection-refused")

    post.fails = refused
    _end(story, CaseState.NOT_REFERRED)
    story.appoint("lex@dept.example", "legal")
    story.glass("lex@dept.example", None)
    review_round(hands)
    story.wait(days=181)
    review_round(hands)
    with story.paper.office.store.read() as tx:
        assert [one.due_at for one in tx.exec(select(CaseLetter))] == [None]


def test_a_letter_that_did_not_leave_is_tried_again(story: Story, hands: Hands, post: Post) -> None:
    story.until(CaseState.REFERRED)

    def refused(mail: Mail) -> None:
        raise NotSent("connection-refused")

    post.fails = refused
    review_round(hands)
    assert post.sent == []
    post.fails = lambda mail: None
    _leases_end(story)
    review_round(hands)
    assert len(post.sent) == 1


def test_a_letter_that_is_refused_is_told_to_hr_alone(
    story: Story, hands: Hands, post: Post
) -> None:
    story.until(CaseState.REFERRED)

    def refused(mail: Mail) -> None:
        raise Refused("smtp-550")

    post.fails = refused
    review_round(hands)
    assert "case-letter-refused" in [one.what for one in story.read(HAL).record]
    assert not any("letter" in what for what in story.paper.said(story.reference))


def _write_to(story: Story, address: str) -> None:
    """A letter of this case, to any address."""
    office = story.paper.office
    with office.store.write("write-to") as tx:
        row = find(tx, office, incident_by(tx, story.reference).id)
        assert row is not None
        queue_letter(tx, office, row, office.case_keys.seal_of(row), to=address, why="x")


@pytest.mark.parametrize(
    "odd", ["zo\N{LATIN SMALL LETTER E WITH DIAERESIS}@dept.example", "a..b@x"]
)
def test_a_letter_to_an_address_that_mail_does_not_take_holds_up_no_other(
    story: Story, hands: Hands, post: Post, odd: str
) -> None:
    story.read(HAL)
    _write_to(story, odd)
    _write_to(story, ANA)
    review_round(hands)
    assert [mail.to for mail in post.sent] == [ANA]
    assert "case-letter-refused" in [one.what for one in story.read(HAL).record]
    review_round(hands)
    assert post.to(ANA) == 1


def test_a_letter_that_nobody_can_open_holds_up_no_other(
    story: Story, hands: Hands, post: Post
) -> None:
    story.read(HAL)
    _write_to(story, BO)
    second = story.paper.planned(story.paper.link(2))
    story.paper.consider(second)
    other = Story(story.paper, second, story.paper.link(2))
    other.read(HAL)
    _write_to(other, ANA)
    with story.paper.office.store.write("lose-the-master") as tx:
        row = find(tx, story.paper.office, incident_by(tx, story.reference).id)
        assert row is not None
        tx.exec(update(SealedCase).where(col(SealedCase.id) == row.id).values(master="gone"))
    for _ in range(2):
        review_round(hands)
    assert [mail.to for mail in post.sent] == [ANA]


def test_nothing_leaves_while_a_restore_is_open(story: Story, hands: Hands, post: Post) -> None:
    story.until(CaseState.TOLD)
    now = datetime.now(UTC)
    with story.paper.office.store.write("reconcile") as tx:
        tx.add(Reconciliation(because=next(iter(WentBack)), since=now, known_until=now))
    review_round(hands)
    assert post.sent == []


@pytest.mark.parametrize(
    ("state", "days"),
    [(CaseState.CLOSED, 730), (CaseState.NOT_REFERRED, 180)],
)
def test_a_case_is_destroyed_when_its_time_is_up_and_not_before(
    story: Story, hands: Hands, state: CaseState, days: int
) -> None:
    _end(story, state)
    story.wait(days=days - 1)
    review_round(hands)
    assert story.read(HAL).state is state
    story.wait(days=1)
    review_round(hands)
    for who in (HAL, IDA, ANA, IVY):
        with pytest.raises(NotFoundError):
            story.read(who)
        assert cases(story.paper.office, story.paper.person(who)).cases == []
    assert verify_record(story.paper.office.store).is_whole
    with story.paper.office.store.read() as tx:
        (row,) = tx.exec(select(SealedCase)).all()
        assert (row.key_wrapped, row.content_sealed) == (None, None)
        said = tx.exec(select(Entry.what).where(Entry.chain == f"case:{row.id}")).all()
    assert said[-1] == "case-key-destroyed"


def test_a_case_that_a_court_wants_is_kept_until_it_is_released(story: Story, hands: Hands) -> None:
    _end(story, CaseState.NOT_REFERRED)
    story.move(HAL, Asked(CaseMove.KEEP, text="a tribunal asks for it"))
    story.wait(days=4000)
    review_round(hands)
    assert story.read(HAL).kept_because == "a tribunal asks for it"
    story.move(HAL, Asked(CaseMove.RELEASE, text="it is over"))
    review_round(hands)
    assert story.read(HAL).kept_because is None, (
        "whoever else of HR knows better has time to say so"
    )
    story.wait(days=31)
    review_round(hands)
    with pytest.raises(NotFoundError):
        story.read(HAL)


def test_a_case_is_not_destroyed_while_a_request_for_information_is_open(
    story: Story, hands: Hands
) -> None:
    _end(story, CaseState.NOT_REFERRED)
    office, dee = story.paper.office, story.paper.person(DEE)
    asked = note_request(office, dee, story.reference, received=story.now().date())
    story.wait(days=200)
    review_round(hands)
    assert story.read(HAL).state is CaseState.NOT_REFERRED
    answer_request(office, dee, story.reference, target=asked.id)
    story.wait(days=1)
    review_round(hands)
    with pytest.raises(NotFoundError):
        story.read(HAL)


@pytest.mark.parametrize("point", ["remind-case:before-commit", "remind-case:after-commit"])
def test_a_crash_beside_a_destruction_leaves_it_due_or_done(
    story: Story, hands: Hands, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _end(story, CaseState.NOT_REFERRED)
    story.wait(days=200)
    _dies_once(monkeypatch, point)
    with pytest.raises(Died):
        review_round(hands)
    review_round(hands)
    with pytest.raises(NotFoundError):
        story.read(HAL)


def _end(story: Story, state: CaseState) -> None:
    if state is CaseState.NOT_REFERRED:
        story.refer(CaseMove.DO_NOT_REFER)
    else:
        story.until(state)


def _dies_once(monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    left = [at]

    def point(name: str) -> None:
        if name in left:
            left.remove(name)
            raise Died

    monkeypatch.setattr("models.faults.point", point)


def _leases_end(story: Story) -> None:
    """So much time passes that nobody can still be at a letter."""
    with story.paper.office.store.write("later") as tx:
        for letter in tx.query(CaseLetter).all():
            if letter.due_at is not None:
                letter.due_at -= timedelta(hours=1)
                tx.add(letter)
