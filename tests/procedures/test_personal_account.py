"""A post on somebody's own account: asked about, looked at once, and otherwise left alone."""

import pytest
from department import ANA, BO, CY, DEE, EVE, SAM, Department
from engine_process import EngineProcess
from reached import Reached
from sqlmodel import select

from flows.deciding.attesting import attest
from flows.deciding.confirming import confirm
from flows.deciding.keeping import keep
from flows.deciding.reclassifying import reclassify
from flows.deciding.skipping import skip
from flows.refusals import (
    AlreadyDecidedError,
    BadRequestError,
    NotAllowedError,
    NotFoundError,
    NotNowError,
)
from flows.steps.telling import MANAGER
from flows.view import view, viewer
from models.referral import Referral
from models.snapshot import Snapshot
from models.words import Because, Choice, DecisionType, Kind, PostState, Step, Wait

HANDLE = "ana_at_home"
TEXT = "My minister is a fool"


def private_post(department: Department) -> str:
    """Ana posts on an account of her own; returns the link."""
    if department.sandbox.timeline.account(HANDLE) is None:
        department.sandbox.add_account(HANDLE, "Ana at home")
    return department.post(TEXT, HANDLE)


def take_down(department: Department) -> None:
    """Ana deletes it in her own app."""
    department.sandbox.timeline.delete(department.sandbox.live_posts(HANDLE)[0])


def report_it(department: Department, by: str = SAM, kind: Kind = Kind.PERSONAL_ACCOUNT) -> str:
    return department.report(private_post(department), kind, by=by, poster=ANA)


def asked(department: Department, line: int = 108) -> str:
    """Reported, and the DTU has said which line it breaks; the reference."""
    reference = report_it(department)
    department.until_waiting(reference, Wait.CONFIRMATION)
    confirm(department.office, department.person(DEE), reference, yes=True, line=line)
    department.until_waiting(reference, Wait.BY_HAND)
    return reference


def says_gone(department: Department, reference: str, by: str = ANA) -> None:
    attest(department.office, department.person(by), reference)


def subjects_to(department: Department, address: str) -> list[str]:
    return [str(mail["Subject"]) for mail in department.mail.to(address)]


def bodies_to(department: Department, address: str) -> str:
    mails = department.mail.to(address)
    parts = (part for mail in mails for part in mail.walk() if not part.is_multipart())
    return "\n".join(part.get_payload(decode=True).decode() for part in parts)


def test_nothing_leaves_before_the_person_says_that_it_is_gone_and_one_look_after(
    department: Department, reached: Reached
) -> None:
    reference = asked(department)
    department.until(reference, lambda _: "private account" in bodies_to(department, ANA))
    assert reached.besides_mail(department) == []
    assert department.sandbox.calls() == []
    take_down(department)

    says_gone(department, reference)

    seen = department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    (call,) = department.sandbox.calls()
    assert (call.verb, call.signed) == ("oembed", False)
    port = int(department.sandbox.url.rpartition(":")[2])
    assert reached.besides_mail(department) == [("127.0.0.1", port)]
    (post,) = seen.posts
    assert post.seen_gone_by == ["public"]
    assert post.verified_at is not None
    assert post.look_at is None
    assert not seen.captures
    department.until_waiting(reference, Wait.ADVICE)
    department.finish(reference)
    department.until(reference, lambda s: s.incident.wake_at is None)
    assert len(department.sandbox.calls()) == 1


def test_who_says_that_it_is_gone_hears_that_it_can_still_be_seen(department: Department) -> None:
    reference = asked(department)
    says_gone(department, reference)
    seen = department.until(reference, _asked_again)
    assert seen.posts[0].state == PostState.BY_HAND
    assert len(department.sandbox.calls()) == 1
    department.until(reference, lambda _: "can still be seen" in bodies_to(department, ANA))

    take_down(department)
    says_gone(department, reference)

    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    assert len(department.sandbox.calls()) == 2


def _asked_again(seen: Snapshot) -> bool:
    return any(
        q.type == DecisionType.ATTEST and q.because == Because.STILL_THERE
        for q in seen.open_decisions()
    )


def test_a_login_wall_leaves_it_to_the_word_of_a_named_person(department: Department) -> None:
    reference = asked(department)
    department.sandbox.fail("oembed", "forbidden-403", times=None)
    says_gone(department, reference)
    department.until(reference, lambda s: s.posts[0].state == PostState.ATTESTED)
    assert len(department.sandbox.calls("oembed")) == 1
    department.until_waiting(reference, Wait.ADVICE)
    with department.office.store.read() as tx:
        shown = view(viewer(tx, department.office, department.person(DEE), reference)).posts[0]
    assert (shown.state, shown.attested_by, shown.verified_at) == (PostState.ATTESTED, ANA, None)
    assert shown.seen_gone_by == []
    assert not shown.ours
    assert department.seen(reference).posts[0].look_at is None


def test_nobody_looks_where_nobody_can(department: Department, reached: Reached) -> None:
    link = "https://www.tiktok.com/@ana_at_home/video/7123456789"
    reference = department.report(link, Kind.PERSONAL_ACCOUNT, by=SAM, poster=ANA)
    department.until_waiting(reference, Wait.CONFIRMATION)
    says_gone(department, reference, by=ANA)
    department.until(reference, lambda s: s.posts[0].state == PostState.ATTESTED)
    assert reached.besides_mail(department) == []


def test_the_dtu_says_which_line_is_met_before_the_person_is_asked(department: Department) -> None:
    reference = report_it(department)
    department.until_waiting(reference, Wait.CONFIRMATION)
    office, dee = department.office, department.person(DEE)
    with pytest.raises(BadRequestError, match="50"):
        confirm(office, dee, reference, yes=True)
    with pytest.raises(BadRequestError):
        confirm(office, dee, reference, yes=True, line=88)
    assert department.mail.to(ANA) == []
    confirm(office, dee, reference, yes=True, line=92)
    seen = department.until_waiting(reference, Wait.BY_HAND)
    (answer,) = [d for d in seen.decisions if d.type == DecisionType.CONFIRM]
    assert answer.line == 92
    (question,) = [d for d in seen.open_decisions() if d.type == DecisionType.ATTEST]
    assert question.asked_of == ["poster"]
    department.until(reference, lambda _: bool(department.mail.to(ANA)))
    assert department.mail.to(CY) == []


def test_where_no_line_is_met_nobody_is_asked_and_no_manager_hears(department: Department) -> None:
    reference = report_it(department)
    department.until_waiting(reference, Wait.CONFIRMATION)
    confirm(
        department.office, department.person(DEE), reference, yes=False,
        reason="An opinion on football.",
    )  # fmt: skip
    seen = department.until(reference, lambda s: s.posts[0].state == PostState.KEPT)
    department.until_waiting(reference, Wait.ADVICE)
    assert department.mail.to(ANA) == department.mail.to(BO) == []
    assert _referrals(department) == []
    assert department.sandbox.calls() == []
    assert seen.posts[0].verified_at is None
    with pytest.raises(NotNowError):
        says_gone_of(department, reference, seen.posts[0].id)


def says_gone_of(department: Department, reference: str, post_id: str) -> None:
    attest(department.office, department.person(ANA), reference, target=post_id)


def test_a_manager_hears_once_the_dtu_has_confirmed_even_what_the_poster_reported(
    department: Department,
) -> None:
    reference = report_it(department, by=ANA)
    department.until_waiting(reference, Wait.CONFIRMATION)
    department.until(reference, lambda _: bool(department.mail.to("dtu@dept.example")))
    assert department.mail.to(BO) == []
    confirm(department.office, department.person(DEE), reference, yes=True, line=54)
    department.until(reference, lambda _: bool(department.mail.to(BO)))


def test_a_person_may_refuse_and_that_proves_nothing(department: Department) -> None:
    reference = asked(department, line=92)
    attest(
        department.office, department.person(ANA), reference, gone=False,
        reason="It is my own business.",
    )  # fmt: skip
    seen = department.until_waiting(reference, Wait.DECISION)
    assert seen.posts[0].state == PostState.NEEDS_HUMAN
    assert department.sandbox.calls() == []
    department.until(reference, lambda _: "will not" in bodies_to(department, DEE))
    assert _referrals(department) == []
    with pytest.raises(AlreadyDecidedError):
        attest(department.office, department.person(ANA), reference, gone=False)
    keep(department.office, department.person(DEE), reference, stays=True, reason="It is hers.")
    department.until(reference, lambda s: s.posts[0].state == PostState.KEPT)
    department.until_waiting(reference, Wait.ADVICE)
    assert _referrals(department) == []


def test_who_refused_is_asked_once_more_and_may_think_better_of_it(department: Department) -> None:
    reference = asked(department)
    attest(department.office, department.person(ANA), reference, gone=False)
    department.until_waiting(reference, Wait.DECISION)
    keep(department.office, department.person(EVE), reference, stays=False)
    department.until_waiting(reference, Wait.BY_HAND)
    take_down(department)
    says_gone(department, reference)
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)


def test_who_refused_may_delete_it_while_the_dtu_still_thinks(department: Department) -> None:
    reference = asked(department)
    attest(department.office, department.person(ANA), reference, gone=False)
    department.until_waiting(reference, Wait.DECISION)
    take_down(department)
    says_gone(department, reference)
    seen = department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    assert not [q for q in seen.open_decisions() if q.target == seen.posts[0].id]


@pytest.mark.parametrize(("line", "referrals"), [(92, 0), (54, 1), (108, 1)])
def test_a_referral_is_considered_only_where_a_line_of_conduct_is_met(
    department: Department, line: int, referrals: int
) -> None:
    reference = asked(department, line)
    says_gone(department, reference)
    take_down(department)
    department.until(reference, lambda s: s.posts[0].state != PostState.UNKNOWN)
    department.until(reference, lambda s: s.incident.shown == s.incident.stirred)
    assert len(_referrals(department)) == referrals


def _referrals(department: Department) -> list[Referral]:
    with department.office.store.read() as tx:
        return list(tx.exec(select(Referral)))


def test_a_second_click_is_told_of_the_first_and_looks_no_more(department: Department) -> None:
    reference = asked(department)
    take_down(department)
    department.stop_engine()
    says_gone(department, reference)
    with pytest.raises(AlreadyDecidedError):
        says_gone(department, reference)
    assert department.seen(reference).posts[0].state == PostState.UNKNOWN
    department.start_engine()
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    with pytest.raises(AlreadyDecidedError):
        says_gone(department, reference)
    department.until_waiting(reference, Wait.ADVICE)
    assert len(department.sandbox.calls()) == 1


def test_only_the_poster_and_the_dtu_have_a_say(department: Department) -> None:
    reference = asked(department)
    with pytest.raises(NotAllowedError):
        says_gone(department, reference, by=SAM)  # the reporter
    with pytest.raises(NotAllowedError):
        attest(department.office, department.person(SAM), reference, gone=False)
    with pytest.raises(NotFoundError):
        says_gone(department, reference, by=CY)  # publishes for the department, not for Ana
    post = department.seen(reference).posts[0].id
    with pytest.raises(NotAllowedError):
        confirm(
            department.office, department.person(ANA), reference, yes=True, line=54, target=post
        )


def test_once_the_incident_is_closed_nobody_is_asked_and_nobody_looks(
    department: Department,
) -> None:
    reference = asked(department)
    take_down(department)
    says_gone(department, reference)
    department.until_waiting(reference, Wait.ADVICE)
    department.finish(reference)
    with pytest.raises(NotNowError):
        says_gone(department, reference)
    assert len(department.sandbox.calls()) == 1


def test_where_nobody_knows_who_posted_the_duty_officer_is_asked(department: Department) -> None:
    reference = department.report(
        private_post(department), Kind.PERSONAL_ACCOUNT, by=SAM, poster="unknown"
    )
    department.until_waiting(reference, Wait.CONFIRMATION)
    confirm(department.office, department.person(EVE), reference, yes=True, line=50)
    department.until_waiting(reference, Wait.BY_HAND)
    department.until(reference, lambda _: "private account" in bodies_to(department, DEE))
    take_down(department)
    says_gone(department, reference, by=DEE)
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)


def test_an_officer_who_says_gone_too_soon_is_told_and_the_person_is_not_asked(
    department: Department,
) -> None:
    reference = report_it(department)
    department.until_waiting(reference, Wait.CONFIRMATION)
    says_gone(department, reference, by=DEE)
    department.until(reference, lambda s: s.posts[0].state == PostState.BY_HAND)
    department.until(reference, lambda _: "can still be seen" in bodies_to(department, DEE))
    department.until_waiting(reference, Wait.CONFIRMATION)
    assert department.mail.to(ANA) == []


def test_another_kind_asks_anew_about_what_was_left_to_the_person(department: Department) -> None:
    reference = report_it(department)
    department.until_waiting(reference, Wait.CONFIRMATION)
    office, dee = department.office, department.person(DEE)
    confirm(office, dee, reference, yes=False, reason="No line is met.")
    department.until(reference, lambda s: s.posts[0].state == PostState.KEPT)
    reclassify(office, dee, reference, kinds=(Kind.SAFETY,))
    department.until(reference, lambda s: s.posts[0].state == PostState.BY_HAND)
    department.until_waiting(reference, Wait.CONFIRMATION)
    reclassify(office, dee, reference, kinds=(Kind.NOT_A_MISTAKE,))
    department.until(reference, lambda s: any(q.target == MANAGER for q in s.open_decisions()))
    confirm(office, dee, reference, yes=False, target=MANAGER, reason="Nothing to hear.")
    department.until_waiting(reference, Wait.ADVICE)


def test_nobody_looks_once_looking_was_let_go(quiet: Department) -> None:
    reference = report_it(quiet)
    quiet.start_engine()
    quiet.until_waiting(reference, Wait.CONFIRMATION)
    quiet.stop_engine()
    says_gone(quiet, reference)
    skip(
        quiet.office, quiet.person(DEE), reference, step=Step.VERIFY, reason="It is not our affair."
    )
    quiet.start_engine()
    quiet.until(reference, lambda s: s.posts[0].state == PostState.ATTESTED)
    assert quiet.sandbox.calls() == []


def test_nobody_is_asked_once_deleting_was_let_go(quiet: Department) -> None:
    reference = report_it(quiet)
    skip(quiet.office, quiet.person(DEE), reference, step=Step.DELETE, reason="Not our affair.")
    quiet.start_engine()
    quiet.until_waiting(reference, Wait.BY_HAND)
    seen = quiet.until(reference, lambda s: s.incident.shown == s.incident.stirred)
    assert not [q for q in seen.open_decisions() if q.target == seen.posts[0].id]
    skip(quiet.office, quiet.person(DEE), reference, step=Step.VERIFY, reason="Not our affair.")
    quiet.until_waiting(reference, Wait.ADVICE)


def test_a_word_that_was_taken_back_is_shown_as_that(department: Department) -> None:
    reference = asked(department)
    says_gone(department, reference)
    department.until(reference, _asked_again)
    with department.office.store.read() as tx:
        shown = view(viewer(tx, department.office, department.person(DEE), reference))
    (word,) = [one for one in shown.decisions if one.type == DecisionType.ATTEST]
    assert word.withdrawn_at is not None


@pytest.mark.parametrize("who", [ANA, DEE, "dtu@dept.example"])
def test_no_mail_says_which_post_it_is(department: Department, who: str) -> None:
    reference = asked(department)
    department.until(reference, lambda _: bool(department.mail.to(who)))
    for mail in department.mail.messages:
        raw = mail.as_string() + bodies_to(department, who)
        assert HANDLE not in raw
        assert department.sandbox.url not in raw
        assert TEXT not in raw


@pytest.mark.parametrize(
    ("point", "looks"), [("outside-look:before-call", 0), ("outside-look:after-call", 1)]
)
def test_killed_in_the_look_it_is_not_looked_at_again(
    quiet: Department, point: str, looks: int
) -> None:
    reference = report_it(quiet)
    with EngineProcess(quiet):
        quiet.until_waiting(reference, Wait.CONFIRMATION, 40)
        confirm(quiet.office, quiet.person(DEE), reference, yes=True, line=54)
        quiet.until_waiting(reference, Wait.BY_HAND, 40)
    take_down(quiet)
    says_gone(quiet, reference)
    with EngineProcess(quiet, point) as dying:
        assert dying.died(), dying.log.read_text()
    with EngineProcess(quiet):
        seen = quiet.until(reference, lambda s: s.posts[0].state == PostState.ATTESTED, 40)
    assert len(quiet.sandbox.calls()) == looks
    assert seen.posts[0].verified_at is None
    (word,) = [d for d in seen.decisions if d.choice == Choice.GONE]
    assert word.decided_by == ANA
