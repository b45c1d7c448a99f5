"""Every other human decision: who may, who may not, what it changes, and who was quicker."""

import threading
from datetime import timedelta

import pytest
from paper import ADA, ANA, BO, CY, DEE, EVE, PAT, ROY, SAM, SUE, Paper

from flows.deciding.acknowledging import acknowledge, acknowledge_by_link
from flows.deciding.advising import advise
from flows.deciding.attesting import attest
from flows.deciding.closing import close
from flows.deciding.confirming import confirm
from flows.deciding.holding import hold
from flows.deciding.keeping import keep
from flows.deciding.reclassifying import reclassify
from flows.deciding.settling import settle
from flows.deciding.skipping import skip
from flows.deciding.stating_facts import give_facts
from flows.deciding.waiving import waive
from flows.deciding.writing import write_words
from flows.refusals import (
    AlreadyDecidedError,
    BadRequestError,
    NotAllowedError,
    NotFoundError,
    NotNowError,
    UnfinishedError,
)
from models.sealed import place
from models.words import (
    Choice,
    DecisionType,
    EffectState,
    IncidentState,
    Kind,
    NoticeState,
    PostState,
    Role,
    StatementState,
    Step,
)


def _reported_by_sam(paper: Paper, *kinds: Kind) -> str:
    """Somebody else's report: it needs a second person."""
    reference = paper.planned(by=SAM, kinds=kinds or (Kind.WRONG_ACCOUNT,))
    post = paper.post(reference)
    paper.ask(reference, DecisionType.CONFIRM, post.id, Role.DTU_DUTY, Role.DTU, Role.PUBLISHER)
    return reference


@pytest.mark.parametrize("by", [DEE, EVE, CY])
def test_the_dtu_or_a_publisher_confirms(paper: Paper, by: str) -> None:
    reference = _reported_by_sam(paper)
    before = paper.incident(reference).stirred
    confirm(paper.office, paper.person(by), reference, yes=True)
    (question,) = paper.seen(reference).decisions
    assert (question.choice, question.decided_by) == (Choice.YES, by)
    assert paper.said(reference)[-1] == "confirmed"
    assert paper.incident(reference).stirred == before + 1
    assert paper.post(reference).state == PostState.LIVE


def test_whoever_reported_it_does_not_confirm_it(paper: Paper) -> None:
    reference = _reported_by_sam(paper)
    with pytest.raises(NotAllowedError):
        confirm(paper.office, paper.person(SAM), reference, yes=True)


def test_a_publisher_who_reported_it_too_does_not_confirm_it(paper: Paper) -> None:
    reference = _reported_by_sam(paper)
    paper.report(by=CY)
    with pytest.raises(NotAllowedError, match="somebody else must confirm"):
        confirm(
            paper.office, paper.person(CY), reference, yes=True, target=paper.post(reference).id
        )


def test_a_no_keeps_the_post_and_needs_a_reason(paper: Paper) -> None:
    reference = _reported_by_sam(paper)
    with pytest.raises(BadRequestError):
        confirm(paper.office, paper.person(DEE), reference, yes=False)
    confirm(paper.office, paper.person(DEE), reference, yes=False, reason="It is a proper post.")
    assert paper.post(reference).state == PostState.KEPT
    assert paper.said(reference)[-1] == "kept"


def test_the_second_to_confirm_is_told_who_was_quicker(paper: Paper) -> None:
    reference = _reported_by_sam(paper)
    confirm(paper.office, paper.person(DEE), reference, yes=True)
    with pytest.raises(AlreadyDecidedError, match=r"^dee@dept.example decided this at .*: yes\.$"):
        confirm(paper.office, paper.person(EVE), reference, yes=True)


def test_of_two_at_once_one_wins(either: Paper) -> None:
    reference = _reported_by_sam(either)
    barrier, told = threading.Barrier(2), list[str]()

    def run(email: str, yes: bool) -> None:
        person = either.person(email)
        barrier.wait()
        try:
            confirm(either.office, person, reference, yes=yes, reason="because")
        except AlreadyDecidedError as error:
            told.append(str(error))

    threads = [threading.Thread(target=run, args=one) for one in ((DEE, True), (EVE, False))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (question,) = either.seen(reference).decisions
    assert len(told) == 1
    assert str(question.decided_by) in told[0]


def test_whether_the_account_is_secure_is_confirmed_apart(paper: Paper) -> None:
    reference = _reported_by_sam(paper, Kind.INTRUDER)
    paper.ask(reference, DecisionType.CONFIRM, "secure", Role.IT_SECURITY, Role.DTU_DUTY)
    confirm(paper.office, paper.person(DEE), reference, yes=True)
    answers = {d.target: d.choice for d in paper.seen(reference).decisions}
    assert answers["secure"] is None
    confirm(paper.office, paper.person(SUE), reference, yes=True, target="secure")
    answers = {d.target: d.choice for d in paper.seen(reference).decisions}
    assert answers["secure"] == Choice.YES


def test_only_the_dtu_confirms_that_a_manager_may_hear(paper: Paper) -> None:
    reference = paper.planned(by=SAM, poster=ANA)
    paper.ask(reference, DecisionType.CONFIRM, "manager", Role.DTU_DUTY, Role.DTU)
    with pytest.raises(NotAllowedError):
        confirm(paper.office, paper.person(CY), reference, yes=True, target="manager")
    confirm(paper.office, paper.person(DEE), reference, yes=True, target="manager")


def _asked_to_keep(paper: Paper) -> str:
    reference = paper.planned(kinds=(Kind.OFFENSIVE,))
    paper.set_posts(reference, PostState.ASKED)
    paper.ask(reference, DecisionType.KEEP, paper.post(reference).id, Role.PRESS_DUTY)
    return reference


def test_keeping_needs_a_reason_and_is_an_answer(paper: Paper) -> None:
    reference = _asked_to_keep(paper)
    with pytest.raises(BadRequestError, match="Say why"):
        keep(paper.office, paper.person(PAT), reference, stays=True)
    keep(paper.office, paper.person(PAT), reference, stays=True, reason="It is fair comment.")
    assert paper.post(reference).state == PostState.KEPT


def test_deleting_needs_none_and_leaves_the_deletion_to_the_engine(paper: Paper) -> None:
    reference = _asked_to_keep(paper)
    keep(paper.office, paper.person(DEE), reference, stays=False)
    (question,) = paper.seen(reference).decisions
    assert question.choice == Choice.DELETE
    assert paper.post(reference).state == PostState.ASKED


def test_who_was_not_asked_does_not_decide(paper: Paper) -> None:
    reference = _asked_to_keep(paper)
    with pytest.raises(NotAllowedError):
        keep(paper.office, paper.person(CY), reference, stays=False)
    with pytest.raises(NotFoundError):
        keep(paper.office, paper.person(SAM), reference, stays=False)


def test_the_poster_does_not_judge_their_own_post(paper: Paper) -> None:
    reference = paper.planned(kinds=(Kind.OFFENSIVE,), poster="me")
    paper.ask(reference, DecisionType.KEEP, paper.post(reference).id, Role.PUBLISHER)
    with pytest.raises(NotAllowedError):
        keep(paper.office, paper.person(ANA), reference, stays=False)


def test_once_overdue_others_may_answer(paper: Paper) -> None:
    reference = _asked_to_keep(paper)
    with paper.office.store.write("overdue") as tx:
        (question,) = paper.seen(reference).decisions
        question = tx.merge(question)
        question.falls_to, question.due_at = [Role.SECURITY.value], tx.now() - timedelta(minutes=1)
    keep(paper.office, paper.person(SUE), reference, stays=False)


def test_a_second_answer_to_keep_is_refused(paper: Paper) -> None:
    reference = _asked_to_keep(paper)
    keep(paper.office, paper.person(PAT), reference, stays=False)
    with pytest.raises(AlreadyDecidedError):
        keep(paper.office, paper.person(DEE), reference, stays=False)


def test_a_word_about_an_account_elsewhere_waits_for_the_engines_one_look(paper: Paper) -> None:
    reference = paper.planned("https://x.com/somebody/status/77", by=SAM, poster="me")
    attest(paper.office, paper.person(SAM), reference)
    post = paper.post(reference)
    assert post.state == PostState.UNKNOWN
    assert post.verified_at is None
    with pytest.raises(AlreadyDecidedError):
        attest(paper.office, paper.person(SAM), reference)


def test_where_we_can_look_the_engine_looks_first(paper: Paper) -> None:
    reference = paper.planned()
    paper.set_posts(reference, PostState.BY_HAND)
    attest(paper.office, paper.person(CY), reference)
    assert paper.post(reference).state == PostState.BY_HAND
    (answer,) = paper.seen(reference).decisions
    assert (answer.type, answer.choice) == (DecisionType.ATTEST, Choice.GONE)


def test_attesting_is_for_those_who_could_delete(paper: Paper) -> None:
    reference = paper.planned(by=SAM)
    paper.set_posts(reference, PostState.BY_HAND)
    with pytest.raises(NotAllowedError):
        attest(paper.office, paper.person(SAM), reference)


def test_what_is_gone_is_not_attested_again(paper: Paper) -> None:
    reference = paper.planned()
    paper.set_posts(reference, PostState.GONE)
    with pytest.raises(AlreadyDecidedError):
        attest(paper.office, paper.person(CY), reference, target=paper.post(reference).id)


def test_the_duty_officer_settles_what_could_not_be_read(paper: Paper) -> None:
    reference = paper.worded()
    effect = paper.publish(reference, EffectState.NEEDS_HUMAN)
    paper.ask(reference, DecisionType.SETTLE, effect, Role.DTU_DUTY)
    statement = paper.seen(reference).statements[0].id
    link = paper.link(99)
    settle(paper.office, paper.person(DEE), reference, there=True, target=statement, link=link)
    (answer,) = paper.seen(reference).decisions
    assert (answer.target, answer.choice) == (effect, Choice.THERE)
    assert answer.text_sealed is not None
    sealed_at = place("decision", answer.id, "text")
    assert paper.office.content.open_text(answer.text_sealed, sealed_at) == link


def test_settling_is_the_dtus(paper: Paper) -> None:
    reference = paper.planned()
    paper.set_posts(reference, PostState.NEEDS_HUMAN)
    with pytest.raises(NotAllowedError):
        settle(
            paper.office, paper.person(CY), reference, there=True, target=paper.post(reference).id
        )


def test_what_is_known_is_not_settled(paper: Paper) -> None:
    reference = paper.planned()
    with pytest.raises(NotNowError):
        settle(
            paper.office, paper.person(DEE), reference, there=True, target=paper.post(reference).id
        )
    with pytest.raises(NotNowError):
        settle(paper.office, paper.person(DEE), reference, there=True)


@pytest.mark.parametrize("by", [ANA, CY, DEE])
def test_facts_are_given_by_those_who_know(paper: Paper, by: str) -> None:
    reference = paper.planned()
    paper.ask(reference, DecisionType.FACTS, "", Role.POSTER)
    give_facts(paper.office, paper.person(by), reference, wrong="3 May", right="5 June")
    incident = paper.incident(reference)
    assert incident.facts_by == by
    assert incident.facts_sealed is not None
    (question,) = paper.seen(reference).decisions
    assert question.choice == Choice.GIVEN


def test_facts_are_whole(paper: Paper) -> None:
    reference = paper.planned()
    with pytest.raises(BadRequestError):
        give_facts(paper.office, paper.person(ANA), reference, wrong="3 May", right=" ")


def test_an_auditor_looks_and_does_nothing(paper: Paper) -> None:
    reference = paper.worded()
    roy = paper.person(ROY)
    for act in (
        lambda: give_facts(paper.office, roy, reference, wrong="a", right="b"),
        lambda: write_words(paper.office, roy, reference, text="x"),
        lambda: advise(paper.office, roy, reference, text="x"),
        lambda: reclassify(paper.office, roy, reference, kinds=(Kind.TYPO,)),
        lambda: skip(paper.office, roy, reference, step=Step.VERIFY, reason="x"),
        lambda: waive(paper.office, roy, reference, reason="x"),
        lambda: hold(paper.office, roy, reference, reason="x"),
        lambda: close(paper.office, roy, reference),
    ):
        with pytest.raises(NotAllowedError):
            act()


def test_an_administrator_finds_nothing(paper: Paper) -> None:
    reference = paper.planned()
    with pytest.raises(NotFoundError):
        advise(paper.office, paper.person(ADA), reference, text="x")


def test_the_dtu_advises_and_may_advise_again(paper: Paper) -> None:
    reference = paper.planned()
    advise(paper.office, paper.person(DEE), reference, text="Check the switcher.")
    advise(paper.office, paper.person(EVE), reference, text="And the app.")
    assert paper.said(reference)[-2:] == ["advised", "advised"]
    with pytest.raises(BadRequestError):
        advise(paper.office, paper.person(DEE), reference, text=" ")


def test_another_kind_has_the_rest_planned_anew(paper: Paper) -> None:
    reference = paper.planned()
    reclassify(paper.office, paper.person(DEE), reference, kinds=(Kind.SAFETY,))
    incident = paper.incident(reference)
    assert (incident.kinds, incident.plan, incident.generation) == (["safety"], None, 2)
    with pytest.raises(BadRequestError):
        reclassify(paper.office, paper.person(DEE), reference, kinds=())


def test_a_step_is_skipped_with_a_reason(paper: Paper) -> None:
    reference = paper.planned()
    dee = paper.person(DEE)
    with pytest.raises(BadRequestError):
        skip(paper.office, dee, reference, step=Step.VERIFY, reason="")
    skip(paper.office, dee, reference, step=Step.VERIFY, reason="The account is gone.")
    with pytest.raises(AlreadyDecidedError):
        skip(paper.office, dee, reference, step=Step.VERIFY, reason="Again.")


@pytest.mark.parametrize("step", [Step.TELL, Step.REFER, Step.CLOSE])
def test_some_steps_are_never_skipped(paper: Paper, step: Step) -> None:
    reference = paper.planned()
    with pytest.raises(BadRequestError, match="cannot be skipped"):
        skip(paper.office, paper.person(DEE), reference, step=step, reason="x")


def test_words_are_let_go_with_a_reason(paper: Paper) -> None:
    reference = paper.worded()
    waive(paper.office, paper.person(DEE), reference, reason="Nobody saw it.")
    (statement,) = paper.seen(reference).statements
    assert statement.state == StatementState.WITHDRAWN
    assert paper.said(reference)[-1] == "waived"


def test_the_owner_holds_an_account_and_lifts_the_hold(paper: Paper) -> None:
    reference = paper.planned()
    cy = paper.person(CY)
    hold(paper.office, cy, reference, minutes=30, reason="Wait for the line.")
    (account,) = paper.seen(reference).accounts.values()
    assert (account.held_by, account.held_because) == (CY, "Wait for the line.")
    assert account.held_until is not None
    hold(paper.office, cy, reference, lift=True)
    (account,) = paper.seen(reference).accounts.values()
    assert account.held_until is None
    assert paper.said(reference)[-2:] == ["held", "released"]


def test_a_publisher_does_not_hold(paper: Paper) -> None:
    reference = paper.planned()
    with pytest.raises(NotAllowedError):
        hold(paper.office, paper.person(ANA), reference, reason="x")


def test_an_incident_is_not_closed_with_steps_undone(paper: Paper) -> None:
    reference = paper.planned()
    with pytest.raises(UnfinishedError) as refused:
        close(paper.office, paper.person(DEE), reference)
    assert Step.DELETE in refused.value.steps


def test_closing_ends_it_and_lets_the_post_be_reported_anew(paper: Paper) -> None:
    reference = _finished(paper)
    close(paper.office, paper.person(DEE), reference, review="Quick, and well told.")
    incident = paper.incident(reference)
    assert incident.state == IncidentState.CLOSED
    assert not paper.post(reference).open
    with pytest.raises(NotNowError, match="is closed"):
        advise(paper.office, paper.person(DEE), reference, text="More.")


def _finished(paper: Paper) -> str:
    reference = paper.planned(kinds=(Kind.NOT_A_MISTAKE,))
    paper.tell(reference, BO, Role.LINE_MANAGER)
    dee = paper.person(DEE)
    skip(paper.office, dee, reference, step=Step.PRESERVE, reason="Nothing to keep.")
    advise(paper.office, dee, reference, text="A proper post.")
    return reference


def test_a_notice_is_acknowledged_once_and_saying_it_again_is_no_error(paper: Paper) -> None:
    reference = paper.planned()
    paper.tell(reference, BO, Role.LINE_MANAGER)
    bo = paper.person(BO)
    assert acknowledge(paper.office, bo, reference) == 1
    assert acknowledge(paper.office, bo, reference) == 0
    (notice,) = paper.seen(reference).notices
    assert notice.state == NoticeState.ACKNOWLEDGED
    assert paper.said(reference).count("notice-acknowledged") == 1


def test_a_notice_of_the_dtus_mailbox_is_any_officers(paper: Paper) -> None:
    reference = paper.planned()
    paper.tell(reference, "dtu@dept.example", Role.DTU)
    assert acknowledge(paper.office, paper.person(EVE), reference) == 1


def test_a_notice_that_has_not_left_tells_nobody_anything(paper: Paper) -> None:
    reference = paper.planned()
    paper.tell(reference, BO, Role.LINE_MANAGER, state=NoticeState.QUEUED)
    with pytest.raises(NotFoundError):
        acknowledge(paper.office, paper.person(BO), reference)


def test_a_link_acknowledges_and_does_nothing_else(paper: Paper) -> None:
    reference = paper.planned()
    paper.tell(reference, BO, Role.LINE_MANAGER, token="the-link")
    assert acknowledge_by_link(paper.office, "the-link") == reference
    assert acknowledge_by_link(paper.office, "the-link") == reference
    assert paper.said(reference).count("notice-acknowledged") == 1
    with pytest.raises(NotFoundError):
        acknowledge_by_link(paper.office, "another-link")


def test_nobody_decides_on_an_incident_that_is_not_there(paper: Paper) -> None:
    with pytest.raises(NotFoundError):
        advise(paper.office, paper.person(DEE), "AM-XXXXX", text="x")
