"""Accepting reports: durable, once for each post, and refused whole where a link is bad."""

import threading
from collections.abc import Callable

import pytest
from paper import ANA, BO, CY, DEE, SAM, Paper
from sqlmodel import select

from flows.deciding.closing import close
from flows.intake import LETTERS, Accepted, ReportRequest, accept
from flows.refusals import BadRequestError, KeyReusedError
from models.decisions import Decision
from models.incident import IdempotencyKey, Incident, Post
from models.sealed import place
from models.words import (
    Choice,
    DecisionType,
    IncidentState,
    Kind,
    PosterKnown,
    PostState,
    Role,
    Wait,
)


def _at_once(times: int, act: Callable[[int], Accepted]) -> list[Accepted]:
    """Everybody starts at the same moment; what one raises, the test raises."""
    barrier, answers, failures = threading.Barrier(times), list[Accepted](), list[BaseException]()

    def run(number: int) -> None:
        barrier.wait()
        try:
            answers.append(act(number))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return answers


def _request(*links: str, **more: str) -> ReportRequest:
    return ReportRequest(post_urls=links, kinds=(Kind.FACTUAL,), **more)


def test_a_report_is_stored_and_waits_for_the_engine(paper: Paper) -> None:
    reference = paper.report(note="It was the wrong day.")
    incident = paper.incident(reference)
    assert incident.state == IncidentState.ACCEPTED
    assert incident.waiting_for == Wait.ENGINE
    assert incident.wake_at is not None
    assert incident.stirred == 1
    assert paper.said(reference) == ["report-accepted"]
    assert paper.post(reference).state == PostState.LIVE


def test_a_reference_cannot_be_misread(paper: Paper) -> None:
    reference = paper.report()
    assert reference.startswith("AM-")
    assert set(reference.removeprefix("AM-")) <= set(LETTERS)
    assert not set("01ILOU") & set(LETTERS)


def test_the_same_post_reported_five_times_at_once_is_one_incident(either: Paper) -> None:
    people = [either.person(email) for email in (ANA, BO)]
    answers = _at_once(5, lambda n: accept(either.office, people[n % 2], _request(either.link())))
    assert len({answer.reference for answer in answers}) == 1
    assert sorted(answer.created for answer in answers) == [False] * 4 + [True]
    assert len(either.incidents()) == 1
    seen = either.seen(answers[0].reference)
    assert sum(report.times for report in seen.reports) == 5
    assert len(seen.reports) == 2
    assert len(seen.posts) == 1
    assert seen.incident.stirred == 5


def test_two_requests_with_the_same_posts_in_other_orders_do_not_block_each_other(
    either: Paper,
) -> None:
    links = [either.link(number) for number in range(1, 9)]
    ana = either.person(ANA)
    answers = _at_once(
        6,
        lambda n: accept(either.office, ana, _request(*(links if n % 2 else reversed(links)))),
    )
    assert len({answer.reference for answer in answers}) == 1
    assert len(either.seen(answers[0].reference).posts) == 8


def test_the_same_key_at_once_is_one_report(either: Paper) -> None:
    ana = either.person(ANA)
    answers = _at_once(5, lambda _: accept(either.office, ana, _request(either.link()), "key-1"))
    assert {answer.created for answer in answers} == {True}
    assert len({answer.reference for answer in answers}) == 1
    assert [report.times for report in either.seen(answers[0].reference).reports] == [1]


def test_a_repeat_by_the_same_person_counts_and_adds_its_note(paper: Paper) -> None:
    reference = paper.report(note="First.")
    assert paper.report(note="Second.") == reference
    (report,) = paper.seen(reference).reports
    assert report.times == 2
    assert report.note_sealed is not None
    note = paper.office.content.open_text(report.note_sealed, place("report", report.id, "note"))
    assert note == "First.\n\nSecond."
    assert paper.said(reference) == ["report-accepted", "report-joined"]


def test_a_second_report_fills_in_missing_facts_and_answers_the_question_for_them(
    paper: Paper,
) -> None:
    reference = paper.report()
    paper.ask(reference, DecisionType.FACTS, "", Role.POSTER)
    paper.report(by=CY, wrong="3 May", right="5 June")
    incident = paper.incident(reference)
    assert incident.facts_sealed is not None
    assert incident.facts_by == CY
    (question,) = paper.seen(reference).decisions
    assert (question.choice, question.decided_by) == (Choice.GIVEN, CY)


def test_facts_that_are_there_stand(paper: Paper) -> None:
    reference = paper.report(wrong="3 May", right="5 June")
    paper.report(by=CY, wrong="x", right="y")
    assert paper.incident(reference).facts_by == ANA


def test_a_second_report_changes_neither_kind_nor_poster(paper: Paper) -> None:
    reference = paper.report(poster="me")
    paper.report(by=SAM, kinds=(Kind.CLASSIFIED,), poster=CY)
    incident = paper.incident(reference)
    assert incident.kinds == ["factual"]
    assert incident.poster_email == ANA


def test_one_bad_link_refuses_all_and_nothing_is_stored(paper: Paper) -> None:
    with pytest.raises(BadRequestError, match=r"^Enter ") as refused:
        paper.report(paper.link(), "https://evil.example/secret-words")
    assert "secret" not in str(refused.value)
    assert paper.incidents() == []


@pytest.mark.parametrize(
    ("kinds", "sentence"),
    [((), "Say what kind"), ((Kind.NOT_A_MISTAKE, Kind.TYPO), "Choose 'not a mistake' alone")],
)
def test_kinds_are_checked_by_the_policy(
    paper: Paper, kinds: tuple[Kind, ...], sentence: str
) -> None:
    with pytest.raises(BadRequestError, match=sentence):
        paper.report(kinds=kinds)


def test_no_link_is_asked_for(paper: Paper) -> None:
    with pytest.raises(BadRequestError, match="Enter the link"):
        accept(paper.office, paper.person(ANA), _request())


@pytest.mark.parametrize(
    ("by", "poster", "known", "email"),
    [
        (ANA, None, PosterKnown.REPORTER, ANA),
        (SAM, None, PosterKnown.UNKNOWN, None),
        (SAM, "me", PosterKnown.REPORTER, SAM),
        (SAM, " Ana@Dept.example", PosterKnown.NAMED, ANA),
        (ANA, "unknown", PosterKnown.UNKNOWN, None),
        (SAM, SAM, PosterKnown.REPORTER, SAM),
    ],
)
def test_who_posted(
    paper: Paper, by: str, poster: str | None, known: PosterKnown, email: str | None
) -> None:
    incident = paper.incident(paper.report(by=by, poster=poster))
    assert (incident.poster_known, incident.poster_email) == (known, email)


def test_an_intruder_is_not_whoever_reports_it(paper: Paper) -> None:
    incident = paper.incident(paper.report(kinds=(Kind.INTRUDER,)))
    assert incident.poster_known == PosterKnown.UNKNOWN


@pytest.mark.parametrize("field", ["poster", "cleared_by"])
def test_a_person_is_named_by_address(paper: Paper, field: str) -> None:
    with pytest.raises(BadRequestError, match="e-mail address"):
        paper.report(**{field: "the boss"})


def test_a_post_on_an_account_we_do_not_know_is_by_hand(paper: Paper) -> None:
    post = paper.post(paper.report("https://x.com/somebody/status/77"))
    assert post.account_id is None
    assert post.state == PostState.BY_HAND


def test_a_post_whose_incident_is_closed_opens_another(paper: Paper) -> None:
    first = paper.planned(kinds=(Kind.NOT_A_MISTAKE,))
    for step in ("preserve",):
        _skip(paper, first, step)
    paper.tell(first, BO, Role.LINE_MANAGER)
    _advise(paper, first)
    close(paper.office, paper.person(DEE), first)
    second = paper.report()
    assert second != first
    assert not paper.post(first).open
    assert paper.post(second).open


def _skip(paper: Paper, reference: str, step: str) -> None:
    from flows.deciding.skipping import skip
    from models.words import Step

    skip(paper.office, paper.person(DEE), reference, step=Step(step), reason="not needed")


def _advise(paper: Paper, reference: str) -> None:
    from flows.deciding.advising import advise

    advise(paper.office, paper.person(DEE), reference, text="Nothing more to do.")


def test_a_report_of_two_incidents_joins_both_and_answers_with_the_first(paper: Paper) -> None:
    first, second = paper.report(paper.link(1)), paper.report(paper.link(2))
    answer = accept(
        paper.office,
        paper.person(SAM),
        _request(paper.link(2), paper.link(1), paper.link(3)),
    )
    assert answer == Accepted(second, created=False)
    assert [len(paper.seen(one).reports) for one in (first, second)] == [2, 2]
    assert {post.remote_id for post in paper.seen(second).posts} == {"2", "3"}


def test_the_same_key_gets_the_same_answer_and_does_not_count(paper: Paper) -> None:
    ana = paper.person(ANA)
    first = accept(paper.office, ana, _request(paper.link()), "key-1")
    assert accept(paper.office, ana, _request(paper.link()), "key-1") == first
    assert [report.times for report in paper.seen(first.reference).reports] == [1]


def test_the_same_key_with_another_report_is_refused(paper: Paper) -> None:
    ana = paper.person(ANA)
    accept(paper.office, ana, _request(paper.link()), "key-1")
    with pytest.raises(KeyReusedError):
        accept(paper.office, ana, _request(paper.link(2)), "key-1")
    assert len(paper.incidents()) == 1


def test_a_key_is_one_persons_own(paper: Paper) -> None:
    one = accept(paper.office, paper.person(ANA), _request(paper.link(1)), "key-1")
    other = accept(paper.office, paper.person(CY), _request(paper.link(2)), "key-1")
    assert one.reference != other.reference


def test_what_people_write_is_not_readable_in_the_database(paper: Paper) -> None:
    paper.report(note="canary-note", wrong="canary-wrong", right="canary-right")
    paper.close()
    stored = b"".join(path.read_bytes() for path in paper.home.glob("amends.db*"))
    assert b"canary" not in stored


def test_tables_hold_nothing_after_a_refusal(paper: Paper) -> None:
    with pytest.raises(BadRequestError):
        paper.report("https://evil.example/x")
    with paper.office.store.read() as tx:
        for table in (Incident, Post, IdempotencyKey, Decision):
            assert tx.exec(select(table)).all() == []
