"""What a person does where we cannot: deletes by hand, publishes by hand, and says so."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from department import ANA, BO, CY, DEE, Department, open_department, settings_of
from sqlmodel import col, select

from flows.deciding.attesting import attest
from flows.deciding.keeping import keep
from flows.deciding.reclassifying import reclassify
from flows.deciding.settling import settle
from flows.deciding.skipping import skip
from flows.ledger import wake_incident
from flows.refusals import AlreadyDecidedError, BadRequestError, NotAllowedError, NotNowError
from flows.shapes import IncidentShape
from flows.steps import verification
from flows.view import view, viewer
from models.decisions import Decision
from models.office import Office, use
from models.words import (
    Because,
    Choice,
    DecisionType,
    Kind,
    PostState,
    StatementState,
    Step,
    Wait,
)
from policy.reminders import next_reminder

TIKTOK = "https://www.tiktok.com/@dept/video/7123456789"
NEW_TIKTOK = "https://www.tiktok.com/@dept/video/7999999999"
BY_HAND = f"""
[[accounts]]
platform = "tiktok"
handle = "dept"
owner = "{CY}"
publishers = ["{ANA}", "{CY}"]

[[accounts]]
platform = "by-hand"
handle = "dept-forum"
owner = "{CY}"
publishers = ["{ANA}", "{CY}"]
base_url = "https://forum.dept.example/news"
"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Department]:
    """A department with accounts on platforms that Amends does not reach."""
    department = open_department(tmp_path, more_accounts=BY_HAND)
    department.start_engine()
    yield department
    department.close()


@pytest.fixture
def keyless(tmp_path: Path) -> Iterator[Department]:
    """A department that has lost the credentials of its accounts on X."""
    department = open_department(tmp_path)
    department.office.store.close()
    department.secrets.clear()
    department.office = Office(settings_of(department.home, {}))
    use(department.office)
    department.start_engine()
    yield department
    department.close()


def shown(department: Department, reference: str, by: str = DEE) -> IncidentShape:
    with department.office.store.read() as tx:
        return view(viewer(tx, department.office, department.person(by), reference))


def bodies_to(department: Department, address: str) -> str:
    parts = (
        part
        for mail in department.mail.to(address)
        for part in mail.walk()
        if not part.is_multipart()
    )
    return "\n".join(part.get_payload(decode=True).decode() for part in parts)


def says_gone(department: Department, reference: str, by: str = CY) -> None:
    attest(department.office, department.person(by), reference)


def published(
    department: Department, reference: str, link: str | None, by: str = CY, *, there: bool = True
) -> None:
    statement = department.seen(reference).statements[-1].id
    person = department.person(by)
    settle(department.office, person, reference, there=there, target=statement, link=link)


def words_wait_for_a_hand(department: Department, link: str, refused: bool = True) -> str:
    """Cleared words that only a person can publish; the reference."""
    reference = department.report_wrong_fact(link)
    if department.seen(reference).posts[0].platform != "x":
        department.until_waiting(reference, Wait.BY_HAND)
    department.until(reference, lambda s: any(x.state == "waiting" for x in s.statements))
    if refused:
        department.sandbox.fail("create", "unauthorised-401")
    department.clear(reference)
    department.until(reference, lambda s: asked_to_publish(s.open_decisions()))
    return reference


def asked_to_publish(questions: tuple[Decision, ...], because: Because | None = None) -> bool:
    return any(q.type == DecisionType.SETTLE and q.because == because for q in questions)


def rush(department: Department, reference: str, by: timedelta) -> None:
    """Let so much time have passed since the open questions were asked."""
    with department.office.store.write("let-time-pass") as tx:
        mine = col(Decision.incident_id) == department.seen(reference).incident.id
        for question in tx.exec(select(Decision).where(mine, col(Decision.choice).is_(None))):
            question.asked_at -= by
            question.due_at = question.due_at and question.due_at - by
            question.remind_at = question.remind_at and question.remind_at - by
            tx.add(question)
        wake_incident(tx, department.seen(reference).incident.id)


def test_a_platform_that_amends_does_not_reach_is_a_task_for_those_who_can(
    elsewhere: Department,
) -> None:
    reference = elsewhere.report(TIKTOK, Kind.WRONG_ACCOUNT)
    seen = elsewhere.until_waiting(reference, Wait.BY_HAND)
    (question,) = [q for q in seen.open_decisions() if q.type == DecisionType.ATTEST]
    assert question.due_at is not None
    assert question.due_at - question.asked_at == timedelta(minutes=10)
    for who in (ANA, CY, DEE):
        elsewhere.until(reference, lambda _, who=who: "by hand" in bodies_to(elsewhere, who))
    assert all("tiktok" not in m.as_string() for m in elsewhere.mail.messages)
    assert shown(elsewhere, reference, CY).posts[0].url == TIKTOK

    says_gone(elsewhere, reference)

    elsewhere.until(reference, lambda s: s.posts[0].state == PostState.ATTESTED)
    post = shown(elsewhere, reference).posts[0]
    assert (post.attested_by, post.verified_at, post.seen_gone_by) == (CY, None, [])
    assert post.ours
    assert elsewhere.seen(reference).posts[0].look_at is None


def test_an_account_on_a_site_of_its_own_is_known_by_its_address(elsewhere: Department) -> None:
    reference = elsewhere.report("https://forum.dept.example/news/42/hello", Kind.WRONG_ACCOUNT)
    seen = elsewhere.until_waiting(reference, Wait.BY_HAND)
    assert seen.posts[0].account_id is not None


def test_a_refused_deletion_opens_the_task_at_once(department: Department) -> None:
    department.sandbox.fail("delete", "forbidden-403")
    reference = department.report(department.post("Off to the pub"), Kind.WRONG_ACCOUNT)
    seen = department.until_waiting(reference, Wait.BY_HAND)
    assert seen.posts[0].state == PostState.BY_HAND
    department.sandbox.timeline.delete(department.sandbox.live_posts("dept")[-1])
    says_gone(department, reference)
    seen = department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    assert seen.posts[0].seen_gone_by == ["own", "public"]


def test_without_credentials_a_strangers_look_proves_that_it_is_gone(
    keyless: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = (timedelta(seconds=1), timedelta(hours=1), timedelta(hours=2), timedelta(hours=3))
    monkeypatch.setattr(verification, "RECHECKS", looks)
    reference = keyless.report(keyless.post("Off to the pub"), Kind.WRONG_ACCOUNT)
    keyless.until_waiting(reference, Wait.BY_HAND)
    assert keyless.sandbox.calls() == []
    says_gone(keyless, reference)
    keyless.until(reference, lambda s: asked_again(s.open_decisions()))
    keyless.until(reference, lambda _: "can still be seen" in bodies_to(keyless, CY))
    keyless.sandbox.timeline.delete(keyless.sandbox.live_posts("dept")[0])
    says_gone(keyless, reference)
    seen = keyless.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    assert seen.posts[0].seen_gone_by == ["public"]
    seen = keyless.until(reference, lambda s: s.posts[0].looks == 1)  # an account of ours
    assert not any(call.signed for call in keyless.sandbox.calls())


def asked_again(questions: tuple[Decision, ...]) -> bool:
    return any(q.because == Because.STILL_THERE for q in questions)


def test_what_stands_on_a_word_is_looked_at_again_and_may_come_back(
    keyless: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = (timedelta(seconds=1), timedelta(seconds=2), timedelta(hours=1), timedelta(hours=2))
    monkeypatch.setattr(verification, "RECHECKS", looks)
    reference = keyless.report(keyless.post("Off to the pub"), Kind.WRONG_ACCOUNT)
    keyless.until_waiting(reference, Wait.BY_HAND)
    keyless.sandbox.fail("oembed", "forbidden-403", times=2)
    says_gone(keyless, reference)
    keyless.until(reference, lambda s: s.posts[0].state == PostState.ATTESTED)
    seen = keyless.until(reference, lambda s: s.posts[0].state == PostState.NEEDS_HUMAN)
    assert seen.posts[0].returns == 1
    keyless.until_waiting(reference, Wait.PERSON)


def test_who_was_asked_to_delete_may_refuse_and_the_dtu_decides(elsewhere: Department) -> None:
    reference = elsewhere.report(TIKTOK, Kind.WRONG_ACCOUNT)
    elsewhere.until_waiting(reference, Wait.BY_HAND)
    office, dee = elsewhere.office, elsewhere.person(DEE)
    elsewhere.until(reference, lambda _: bool(elsewhere.mail.to(BO)))
    with pytest.raises(NotAllowedError):
        attest(office, elsewhere.person(BO), reference, gone=False)
    attest(office, elsewhere.person(CY), reference, gone=False, reason="It is a good post.")
    elsewhere.until_waiting(reference, Wait.DECISION)
    keep(office, dee, reference, stays=False)
    elsewhere.until_waiting(reference, Wait.BY_HAND)
    attest(office, elsewhere.person(CY), reference, gone=False)
    elsewhere.until_waiting(reference, Wait.DECISION)
    keep(office, dee, reference, stays=True, reason="It is.")
    elsewhere.until(reference, lambda s: s.posts[0].state == PostState.KEPT)


def test_a_task_is_brought_back_until_it_is_done(elsewhere: Department) -> None:
    reference = elsewhere.report(TIKTOK, Kind.WRONG_ACCOUNT)
    elsewhere.until_waiting(reference, Wait.BY_HAND)
    elsewhere.until(reference, lambda _: bool(elsewhere.mail.to(CY)))
    overdue = "waited longer"
    assert overdue not in bodies_to(elsewhere, CY)

    rush(elsewhere, reference, timedelta(minutes=11))
    elsewhere.until(reference, lambda _: bodies_to(elsewhere, DEE).count(overdue) == 2)  # and html
    assert overdue not in bodies_to(elsewhere, CY)

    rush(elsewhere, reference, timedelta(minutes=10))
    elsewhere.until(reference, lambda _: bodies_to(elsewhere, CY).count(overdue) == 2)
    elsewhere.until(reference, lambda _: bodies_to(elsewhere, DEE).count(overdue) == 4)
    open_now = elsewhere.seen(reference).open_decisions()
    (question,) = [q for q in open_now if q.type == DecisionType.ATTEST]
    assert question.reminders == 1

    says_gone(elsewhere, reference)
    elsewhere.until(reference, lambda s: s.posts[0].state == PostState.ATTESTED)
    open_now = elsewhere.seen(reference).open_decisions()
    assert DecisionType.ATTEST not in {question.type for question in open_now}


def test_nobody_is_reminded_of_a_step_that_was_let_go(elsewhere: Department) -> None:
    reference = elsewhere.report(TIKTOK, Kind.WRONG_ACCOUNT)
    elsewhere.until_waiting(reference, Wait.BY_HAND)
    for step in (Step.DELETE, Step.VERIFY):
        skip(elsewhere.office, elsewhere.person(DEE), reference, step=step, reason="It may stay.")
    elsewhere.until(reference, lambda s: s.incident.waiting_for != Wait.BY_HAND)
    rush(elsewhere, reference, timedelta(minutes=30))
    elsewhere.until(reference, lambda s: all(q.remind_at is None for q in s.open_decisions()))
    assert "reminded" not in elsewhere.said(reference)


def test_reminders_come_ever_more_seldom_and_never_in_a_heap() -> None:
    asked = datetime(2026, 6, 3, 9, 0, tzinfo=UTC)
    at_due = asked + timedelta(minutes=10)
    assert next_reminder(asked, 0, at_due) == asked + timedelta(minutes=20)
    assert next_reminder(asked, 1, asked + timedelta(minutes=20)) == asked + timedelta(minutes=40)
    late = asked + timedelta(hours=9)
    assert next_reminder(asked, 2, late) == late + timedelta(hours=1)
    assert next_reminder(asked, 0, late) > late


def test_words_published_by_hand_are_read_back_with_our_own_credentials(
    department: Department,
) -> None:
    reference = words_wait_for_a_hand(department, department.post("The fund opens on 3 May."))
    seen = department.until(reference, lambda s: s.statements[0].length is not None)
    text = department.text_of(seen.statements[0])
    statement = shown(department, reference, CY).statements[0]
    assert statement.text == text
    assert statement.longest == 280
    department.until(reference, lambda _: "publish these words" in bodies_to(department, CY))
    assert text not in bodies_to(department, CY)

    link = department.post(f"  {text} ")
    published(department, reference, link)

    seen = department.until_waiting(reference, Wait.ADVICE)
    assert seen.statements[0].state == StatementState.PUBLISHED
    statement = shown(department, reference).statements[0]
    assert (statement.url, statement.published_by_hand_by) == (link, CY)
    assert statement.attested_by is None
    assert len(department.sandbox.live_posts("dept")) == 1


def test_words_are_found_on_the_timeline_where_the_post_alone_cannot_be_read(
    department: Department,
) -> None:
    reference = words_wait_for_a_hand(department, department.post("The fund opens on 3 May."))
    text = department.text_of(department.seen(reference).statements[0])
    department.sandbox.fail("get", "unauthorised-401", times=None)
    published(department, reference, department.post(text))
    seen = department.until_waiting(reference, Wait.ADVICE)
    assert seen.statements[0].attested_by is None


def test_a_platform_that_does_not_answer_is_asked_again_before_a_word_is_taken(
    department: Department,
) -> None:
    reference = words_wait_for_a_hand(department, department.post("The fund opens on 3 May."))
    text = department.text_of(department.seen(reference).statements[0])
    department.sandbox.fail("get", "503-html", times=1)
    published(department, reference, department.post(text))
    seen = department.until_waiting(reference, Wait.ADVICE)
    assert seen.statements[0].state == StatementState.PUBLISHED
    assert seen.statements[0].attested_by is None


def test_other_words_than_those_cleared_are_not_accepted(department: Department) -> None:
    reference = words_wait_for_a_hand(department, department.post("The fund opens on 3 May."))
    link = department.post("The fund opens on 5 June, sorry!!")
    published(department, reference, link)
    seen = department.until(
        reference, lambda s: asked_to_publish(s.open_decisions(), Because.WORDS_DIFFER)
    )
    assert seen.statements[0].state == StatementState.NEEDS_HUMAN
    (wait,) = [w for w in shown(department, reference, CY).waits if w.because]
    assert wait.because_label == "the post at the link does not have the words that were cleared"
    assert wait.you_may_answer
    department.until(reference, lambda _: "could not accept" in bodies_to(department, CY))

    text = department.text_of(seen.statements[0])
    published(department, reference, department.post(text))
    seen = department.until_waiting(reference, Wait.ADVICE)
    assert seen.statements[0].state == StatementState.PUBLISHED
    assert seen.statements[0].wording_id in seen.wordings


def test_the_same_words_of_an_earlier_mistake_are_not_taken_for_these(
    department: Department,
) -> None:
    reference = words_wait_for_a_hand(department, department.post("The fund opens on 3 May."))
    text = department.text_of(department.seen(reference).statements[0])
    last_week = datetime.now(UTC) - timedelta(days=7)
    old = department.sandbox.add_post("dept", text, created_at=last_week).url
    published(department, reference, old)
    department.until(reference, lambda s: asked_to_publish(s.open_decisions(), Because.OLDER))

    published(department, reference, department.post(text))
    department.until_waiting(reference, Wait.ADVICE)


def test_a_link_to_nothing_is_asked_for_again(department: Department) -> None:
    reference = words_wait_for_a_hand(department, department.post("The fund opens on 3 May."))
    published(department, reference, f"{department.sandbox.url}/dept/status/1234567")
    department.until(reference, lambda s: asked_to_publish(s.open_decisions(), Because.NOT_THERE))


def test_a_wrong_link_is_refused_in_words_and_loses_nothing(department: Department) -> None:
    link = department.post("The fund opens on 3 May.")
    reference = words_wait_for_a_hand(department, link)
    other = department.post("The fund opens on 5 June.", handle="embassy")
    for wrong, said in (
        (other, "x/dept"),
        (link, "reported"),
        ("https://tinyurl.example/1", "Enter a link"),
        ("no link", "Enter the link"),
        ("", "Paste the link"),
        (None, "Paste the link"),
    ):
        with pytest.raises(BadRequestError, match=said):
            published(department, reference, wrong)
    seen = department.seen(reference)
    assert seen.statements[0].state == StatementState.NEEDS_HUMAN
    assert asked_to_publish(seen.open_decisions())


def test_where_nobody_can_read_the_words_stand_on_a_persons_word(elsewhere: Department) -> None:
    reference = words_wait_for_a_hand(elsewhere, TIKTOK, refused=False)
    assert elsewhere.sandbox.calls() == []
    statement = shown(elsewhere, reference, CY).statements[0]
    assert statement.text
    assert statement.length is None
    published(elsewhere, reference, NEW_TIKTOK)
    elsewhere.until(reference, lambda s: s.statements[0].state == StatementState.PUBLISHED)
    statement = shown(elsewhere, reference).statements[0]
    assert (statement.published_by_hand_by, statement.attested_by) == (CY, CY)
    assert statement.url == NEW_TIKTOK
    assert "published-on-a-word" in elsewhere.said(reference)


def test_words_by_hand_are_looked_for_by_a_stranger_where_we_have_no_way_in(
    keyless: Department,
) -> None:
    reference = words_wait_for_a_hand(
        keyless, keyless.post("The fund opens on 3 May."), refused=False
    )
    seen = keyless.until(reference, lambda s: s.statements[0].length is not None)
    assert seen.statements[0].longest == 280
    (old,) = keyless.sandbox.live_posts("dept")
    text = keyless.text_of(seen.statements[0])
    gone = keyless.sandbox.add_post("dept", text)
    keyless.sandbox.timeline.delete(gone)
    published(keyless, reference, gone.url)
    keyless.until(reference, lambda s: asked_to_publish(s.open_decisions(), Because.NOT_THERE))
    published(keyless, reference, keyless.post(text))
    keyless.until(reference, lambda s: s.statements[0].state == StatementState.PUBLISHED)
    assert shown(keyless, reference).statements[0].attested_by == CY
    assert old.deleted_at is None  # nobody has deleted it yet: that is another task


def test_not_published_yet_asks_once_more_and_keeps_the_clearance(elsewhere: Department) -> None:
    reference = words_wait_for_a_hand(elsewhere, TIKTOK, refused=False)
    published(elsewhere, reference, None, there=False)
    elsewhere.until(
        reference,
        lambda s: (
            asked_to_publish(s.open_decisions())
            and sum(d.choice == Choice.NOT_THERE for d in s.decisions) == 1
        ),
    )
    published(elsewhere, reference, NEW_TIKTOK)
    seen = elsewhere.until(reference, lambda s: s.statements[0].state == StatementState.PUBLISHED)
    assert len(seen.clearances) == 1


def test_who_posted_may_publish_the_words_that_others_cleared_and_nobody_else_may(
    elsewhere: Department,
) -> None:
    reference = words_wait_for_a_hand(elsewhere, TIKTOK, refused=False)
    elsewhere.until(reference, lambda _: bool(elsewhere.mail.to(BO)))
    with pytest.raises(NotAllowedError):
        published(elsewhere, reference, NEW_TIKTOK, by=BO)  # the manager, who was told
    published(elsewhere, reference, NEW_TIKTOK, by=ANA)
    elsewhere.until(reference, lambda s: s.statements[0].state == StatementState.PUBLISHED)
    with pytest.raises(AlreadyDecidedError):
        published(elsewhere, reference, NEW_TIKTOK, by=DEE)


def test_words_of_an_earlier_plan_are_no_longer_asked_for(elsewhere: Department) -> None:
    reference = words_wait_for_a_hand(elsewhere, TIKTOK, refused=False)
    reclassify(
        elsewhere.office, elsewhere.person(DEE), reference, kinds=(Kind.PREMATURE,),
        circumstances=(),
    )  # fmt: skip
    seen = elsewhere.until(reference, lambda s: len(s.statements) == 2)
    assert seen.statements[0].state == StatementState.WITHDRAWN
    assert not [q for q in seen.open_decisions() if q.target == seen.statements[0].id]


def test_a_closed_incident_takes_no_link(elsewhere: Department) -> None:
    reference = words_wait_for_a_hand(elsewhere, TIKTOK, refused=False)
    says_gone(elsewhere, reference)
    published(elsewhere, reference, NEW_TIKTOK)
    elsewhere.until_waiting(reference, Wait.ADVICE)
    elsewhere.finish(reference)
    with pytest.raises(NotNowError):
        published(elsewhere, reference, NEW_TIKTOK, by=DEE)


def test_a_post_that_was_kept_is_judged_anew_when_its_kind_changes(department: Department) -> None:
    reference = department.report(department.post("Code word: HERON"), Kind.OFFENSIVE)
    department.until_waiting(reference, Wait.DECISION)
    dee = department.person(DEE)
    keep(department.office, dee, reference, stays=True, reason="Nothing is wrong with it.")
    department.until(reference, lambda s: s.posts[0].state == PostState.KEPT)
    reclassify(department.office, dee, reference, kinds=(Kind.CLASSIFIED,))
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)


def test_who_was_asked_too_learns_who_was_quicker(department: Department) -> None:
    reference = words_wait_for_a_hand(department, department.post("The fund opens on 3 May."))
    link = department.post(department.text_of(department.seen(reference).statements[0]))
    published(department, reference, link)
    seen = department.until_waiting(reference, Wait.ADVICE)
    target = seen.statements[0].id
    with pytest.raises(AlreadyDecidedError):
        settle(department.office, department.person(ANA), reference, there=True, target=target)
    with pytest.raises(NotAllowedError):
        settle(department.office, department.person(BO), reference, there=True, target=target)
