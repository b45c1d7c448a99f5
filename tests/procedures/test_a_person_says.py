"""Where the truth cannot be read a person sees all that is known of it, and says what is true."""

from datetime import timedelta

import pytest
from department import ANA, BO, DEE, EVE, SAM, Department

from amends.sandbox.faults import VERBS
from flows import reading_back
from flows.deciding.settling import settle
from flows.refusals import AlreadyDecidedError, BadRequestError, NotAllowedError, NotFoundError
from flows.shapes import IncidentShape, SettlementShape
from flows.steps import verification
from flows.view import view, viewer
from models.looks import MOST_LOOKS, Look, Saw, note_look
from models.settlement import SettleOf
from models.snapshot import Snapshot, incident_by
from models.statements import Statement
from models.words import Because, Choice, DecisionType, Outcome, PostState, StatementState, Wait


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes half a minute takes a second."""
    monkeypatch.setattr(reading_back, "SETTLE_TIME", timedelta(seconds=1))
    monkeypatch.setattr(verification, "A_PERSONS_AFTER", timedelta(seconds=2))


def shown(department: Department, reference: str, to: str = DEE) -> IncidentShape:
    """The incident as this person sees it."""
    with department.office.store.read() as tx:
        return view(viewer(tx, department.office, department.person(to), reference))


def to_settle(department: Department, reference: str, to: str = DEE) -> SettlementShape:
    """The one thing that waits for a person."""
    (one,) = shown(department, reference, to).settlements
    return one


def lost_words(department: Department, fault: str = "reset-before") -> str:
    """An incident whose words were sent, and of which nobody knows whether they are there."""
    department.sandbox.fail("create", fault)
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)
    department.clear(reference)
    department.until_waiting(reference, Wait.PERSON, 40)
    return reference


def say(
    department: Department, reference: str, *, there: bool, link: str | None = None, by: str = DEE
) -> None:
    """This person answers."""
    settle(department.office, department.person(by), reference, there=there, link=link)


def words(seen: Snapshot) -> Statement:
    """The one statement."""
    (one,) = seen.statements
    return one


def live(department: Department, handle: str = "dept") -> int:
    """How many posts are there, as the platform counts."""
    return len(department.sandbox.live_posts(handle))


def is_asked_again(seen: Snapshot) -> bool:
    """Whether the same question is put a second time."""
    return any(q.type == DecisionType.SETTLE and q.generation > 1 for q in seen.open_decisions())


def test_the_person_sees_what_was_sent_each_attempt_and_what_each_look_saw(
    department: Department,
) -> None:
    reference = lost_words(department)
    one = to_settle(department, reference)
    text = department.text_of(words(department.seen(reference)))
    assert (one.of, one.platform, one.account, one.text) == (SettleOf.WORDS, "x", "dept", text)
    (attempt,) = one.attempts
    assert attempt.outcome == Outcome.UNKNOWN
    assert attempt.ended_at is not None
    assert attempt.sentence.startswith("Nobody knows whether it was done")
    (look,) = one.looks
    assert look.saw == Saw.ABSENT
    assert look.first_at >= attempt.at
    assert "were not there" in look.sentence
    assert [answer.choice for answer in one.answers] == [Choice.THERE, Choice.NOT_THERE]
    assert one.you_may_answer


def test_not_there_is_looked_for_once_more_and_then_sent_once(department: Department) -> None:
    reference = lost_words(department)
    say(department, reference, there=False)
    department.until(reference, lambda s: words(s).state == StatementState.PUBLISHED)
    assert live(department) == 1
    assert shown(department, reference).settlements == []


@pytest.mark.matrix
def test_what_the_last_look_finds_after_all_is_not_sent_again(department: Department) -> None:
    reference = lost_words(department)
    text = department.text_of(words(department.seen(reference)))
    link = department.post(text)  # it was only late
    say(department, reference, there=False)
    seen = department.until(reference, lambda s: words(s).state == StatementState.PUBLISHED)
    assert words(seen).url == link
    assert live(department) == 1
    assert len(department.sandbox.calls("create")) == 1


@pytest.mark.matrix
def test_there_with_its_link_is_read_there(department: Department) -> None:
    reference = lost_words(department)
    link = department.post(department.text_of(words(department.seen(reference))))
    say(department, reference, there=True, link=link)
    seen = department.until(reference, lambda s: words(s).state == StatementState.PUBLISHED)
    assert (words(seen).url, words(seen).attested_by) == (link, None)
    assert live(department) == 1


@pytest.mark.matrix
def test_there_without_a_link_is_believed_only_when_it_is_found(department: Department) -> None:
    reference = lost_words(department)
    say(department, reference, there=True)
    department.until(reference, is_asked_again)
    one = to_settle(department, reference)
    assert one.because_label == "we looked and did not find it"
    assert words(department.seen(reference)).state == StatementState.NEEDS_HUMAN
    assert live(department) == 0


@pytest.mark.matrix
def test_a_link_to_other_words_is_asked_about_again_with_the_reason(
    department: Department,
) -> None:
    reference = lost_words(department)
    say(department, reference, there=True, link=department.post("The bridge is open."))
    seen = department.until(reference, is_asked_again)
    (question,) = [q for q in seen.open_decisions() if q.type == DecisionType.SETTLE]
    assert question.because == Because.WORDS_DIFFER
    last = to_settle(department, reference).looks[-1]
    assert "does not have the words" in last.sentence


def test_a_link_to_another_account_is_refused_in_a_sentence(department: Department) -> None:
    reference = lost_words(department)
    with pytest.raises(BadRequestError, match="not to a post on x/dept"):
        say(department, reference, there=True, link=department.post("Words.", "embassy"))
    assert not is_asked_again(department.seen(reference))


@pytest.mark.matrix
def test_a_last_look_that_cannot_be_had_leaves_it_with_the_person(
    department: Department,
) -> None:
    reference = lost_words(department)
    for verb in VERBS:
        department.sandbox.fail(verb, "503-html", times=None)
    say(department, reference, there=False)
    department.until(reference, is_asked_again)
    one = to_settle(department, reference)
    assert one.because_label == "the last look could not read whether it is there"
    assert one.looks[-1].saw == Saw.UNREADABLE
    assert live(department) == 0

    department.sandbox.heal()
    say(department, reference, there=False)
    department.until(reference, lambda s: words(s).state == StatementState.PUBLISHED)
    assert live(department) == 1


def test_words_that_are_there_twice_are_a_persons_who_gives_the_right_link(
    department: Department,
) -> None:
    department.sandbox.fail("create", "reset-after")
    department.sandbox.fail("timeline", "503-html", times=None)
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)
    department.clear(reference)
    department.until(reference, lambda s: words(s).state == StatementState.UNKNOWN)
    link = department.post(department.text_of(words(department.seen(reference))))
    department.sandbox.heal()
    department.until_waiting(reference, Wait.PERSON, 40)
    assert to_settle(department, reference).looks[-1].saw == Saw.SEVERAL
    say(department, reference, there=True, link=link)
    seen = department.until(reference, lambda s: words(s).state == StatementState.PUBLISHED)
    assert words(seen).url == link
    assert len(department.sandbox.calls("create")) == 1


def test_the_second_officer_learns_that_somebody_was_quicker(department: Department) -> None:
    reference = lost_words(department)
    say(department, reference, there=False)
    for officer in (DEE, EVE):
        with pytest.raises(AlreadyDecidedError):
            settle(
                department.office, department.person(officer), reference, there=True,
                target=words(department.seen(reference)).id,
            )  # fmt: skip
    department.until(reference, lambda s: words(s).state == StatementState.PUBLISHED)
    assert live(department) == 1


def test_only_who_was_asked_may_say_and_only_who_may_see_sees(department: Department) -> None:
    reference = lost_words(department)
    with pytest.raises(NotAllowedError):
        say(department, reference, there=False, by=ANA)
    with pytest.raises(NotFoundError):
        say(department, reference, there=False, by=SAM)
    assert not to_settle(department, reference, ANA).you_may_answer
    assert to_settle(department, reference, ANA).attempts
    with pytest.raises(NotFoundError):
        shown(department, reference, SAM)
    assert not to_settle(department, reference, BO).you_may_answer


def test_of_a_post_the_person_sees_every_look_and_has_it_deleted_once_more(
    department: Department,
) -> None:
    department.sandbox.fail("delete", "lying-200", times=None)
    link = department.post("The fund opens on 3 May.")
    reference = department.report_wrong_fact(link)
    department.until_waiting(reference, Wait.PERSON, 30)
    one = to_settle(department, reference)
    assert (one.of, one.url, one.text) == (SettleOf.POST, link, None)
    assert [attempt.outcome for attempt in one.attempts] == [Outcome.DONE]
    (looks,) = one.looks  # the same each time
    assert looks.saw == Saw.THERE
    assert looks.times > 1
    assert looks.last_at > looks.first_at

    department.sandbox.heal()
    say(department, reference, there=True)
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)


def test_the_looks_at_one_thing_are_bounded(quiet: Department) -> None:
    reference = quiet.report_wrong_fact(quiet.post("The fund opens on 3 May."))
    with quiet.office.store.write("look") as tx:
        incident = incident_by(tx, reference).id
        for number in range(3 * MOST_LOOKS):
            note_look(tx, incident, "one", Saw.ABSENT if number % 2 else Saw.UNREADABLE, "http-503")
            tx.flush()
    with quiet.office.store.read() as tx:
        rows = tx.query(Look).all()
    assert len(rows) == MOST_LOOKS
    assert sum(row.times for row in rows) == 3 * MOST_LOOKS
