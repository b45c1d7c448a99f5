"""What each kind of mistake asks for, told as stories."""

from pathlib import Path

from department import ANA, BO, DEE, EVE, HAL, SAM, SVC, Department, open_department
from sqlmodel import select

from flows.cases import case
from flows.deciding.confirming import confirm
from flows.deciding.holding import hold
from flows.deciding.keeping import keep
from flows.deciding.reclassifying import reclassify
from flows.deciding.referring import Verdict, refer
from models.effects import Effect
from models.referral import Referral
from models.review import CaseState
from models.words import (
    CaptureDepth,
    Circumstance,
    Kind,
    PostState,
    ReferralState,
    StatementState,
    Wait,
)


def test_a_wrong_account_post_is_deleted_and_apologised_for(department: Department) -> None:
    link = department.post("What a match!! Off to the pub")
    reference = department.report(link, Kind.WRONG_ACCOUNT, cleared_by="nobody")
    seen = department.until_waiting(reference, Wait.ADVICE)
    assert seen.posts[0].state == PostState.GONE
    (up,) = department.sandbox.live_posts("dept")
    assert "by mistake" in up.text
    assert "official view" in up.text
    assert "match" not in up.text


def test_what_nobody_recorded_is_not_said(department: Department) -> None:
    reference = department.report(department.post("Off to the pub"), Kind.WRONG_ACCOUNT)
    department.until_waiting(reference, Wait.ADVICE)
    (up,) = department.sandbox.live_posts("dept")
    assert "by mistake" not in up.text
    assert "official view" not in up.text


def test_an_offensive_post_waits_for_a_decision_and_may_be_kept(department: Department) -> None:
    reference = department.report(department.post("A tasteless joke"), Kind.OFFENSIVE)
    department.until_waiting(reference, Wait.DECISION)
    assert department.sandbox.calls("delete") == []
    keep(
        department.office, department.person(DEE), reference, stays=True,
        reason="It is history, not a joke.",
    )  # fmt: skip
    seen = department.until(reference, lambda s: s.posts[0].state == PostState.KEPT)
    assert len(department.sandbox.live_posts("dept")) == 1
    assert seen.captures


def test_an_offensive_post_is_deleted_when_a_person_says_so(department: Department) -> None:
    reference = department.report(department.post("A tasteless joke"), Kind.OFFENSIVE)
    department.until_waiting(reference, Wait.DECISION)
    keep(department.office, department.person(DEE), reference, stays=False)
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)


def test_a_false_alarm_is_corrected_before_it_is_deleted(department: Department) -> None:
    reference = department.report(
        department.post("EVACUATE NOW. THIS IS NOT A DRILL."), Kind.FALSE_ALARM
    )
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    calls = [call.verb for call in department.sandbox.calls()]
    assert calls.index("create") < calls.index("delete")
    (up,) = department.sandbox.live_posts("dept")
    assert "emergency services" in up.text


def test_anyone_may_have_a_secret_taken_down_once_and_it_is_reviewed(
    department: Department,
) -> None:
    reference = department.report(department.post("Code word: HERON"), Kind.CLASSIFIED, by=SAM)
    seen = department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    assert "delete-unconfirmed" in department.said(reference) or "unconfirmed-delete" in (
        department.said(reference)
    )
    assert not seen.statements
    for message in department.mail.messages:
        assert "HERON" not in message.as_string()
    second = department.report(department.post("Code word: EGRET"), Kind.CLASSIFIED, by=SAM)
    department.until_waiting(second, Wait.CONFIRMATION)
    assert department.seen(second).posts[0].state == PostState.LIVE


def test_of_a_secret_only_its_metadata_is_kept(department: Department) -> None:
    reference = department.report(department.post("Code word: HERON"), Kind.CLASSIFIED)
    seen = department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    capture = seen.captures[seen.posts[0].id]
    opened = department.office.content.open_text(
        capture.manifest_sealed, f"capture/{capture.id}/manifest"
    )
    assert "HERON" not in opened


def test_an_accredited_store_keeps_a_secret_whole(tmp_path: Path) -> None:
    department = open_department(tmp_path, accredited=True)
    department.start_engine()
    try:
        reference = department.report(department.post("Code word: HERON"), Kind.CLASSIFIED)
        seen = department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
        assert seen.captures[seen.posts[0].id].depth == CaptureDepth.FULL
    finally:
        department.close()


def test_possible_misconduct_is_for_hr_alone_and_by_a_person(department: Department) -> None:
    reference = department.report(
        department.post("Vote for my party"), Kind.WRONG_ACCOUNT, Kind.PARTIAL
    )
    seen = department.until_waiting(reference, Wait.ADVICE)
    (letter,) = department.mail.to("hr@dept.example")
    assert letter["Subject"] == "Amends: there is something for you to read"
    assert reference not in letter.as_string()
    assert not any("refer" in word or "case" in word for word in department.said(reference))
    assert not any(notice.to_role == "hr" for notice in seen.notices)

    before = department.said(reference)
    refer(
        department.office, department.person(HAL), reference, verdict=Verdict.REFER,
        rule="54: politically partial", reason="Posted in the pre-election period.",
    )  # fmt: skip
    with department.office.store.read() as tx:
        referral = tx.exec(select(Referral)).one()
    assert (referral.decided_by, referral.reason_sealed) == (None, None)
    decided = case(department.office, department.person(HAL), reference)
    assert decided.state == CaseState.REFERRED
    assert department.said(reference) == before


def test_staff_of_fco_services_are_put_before_hr_to_be_handed_over(department: Department) -> None:
    reference = department.report(
        department.post("Vote for my party"), Kind.PARTIAL, by=DEE, poster=SVC
    )
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    department.until_waiting(reference, Wait.ADVICE)
    with department.office.store.read() as tx:
        referral = tx.exec(select(Referral)).one()
    assert referral.state == ReferralState.CONSIDERING
    assert "FCO Services" in department.mail.to("hr@dept.example")[0].as_string()


def test_a_held_account_says_nothing_until_it_is_released(department: Department) -> None:
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)
    dee = department.person(DEE)
    hold(department.office, dee, reference, minutes=30, reason="somebody else may be in it")
    department.clear(reference)
    department.until_waiting(reference, Wait.PLATFORM)
    assert department.sandbox.calls("create") == []
    hold(department.office, dee, reference, lift=True)
    department.until_waiting(reference, Wait.ADVICE)
    assert len(department.sandbox.calls("create")) == 1


def test_another_kind_plans_anew_what_is_not_yet_done(department: Department) -> None:
    reference = department.report_wrong_fact(department.post("The fund opens on 3 May."))
    department.until_waiting(reference, Wait.CLEARANCE)
    reclassify(
        department.office, department.person(DEE), reference, kinds=(Kind.PREMATURE,),
        circumstances=(),
    )  # fmt: skip
    seen = department.until(reference, lambda s: len(s.statements) == 2)
    old, new = seen.statements
    assert old.state == StatementState.WITHDRAWN
    assert "mistake" not in department.text_of(new)
    assert seen.posts[0].state == PostState.GONE
    with department.office.store.read() as tx:
        deletes = [e for e in tx.exec(select(Effect)) if e.kind == "delete"]
    assert len(deletes) == 1


def test_a_manager_hears_only_when_who_posted_is_certain(department: Department) -> None:
    reference = department.report(
        department.post("Off to the pub"), Kind.WRONG_ACCOUNT, by="cy@dept.example", poster=ANA
    )
    department.until(reference, lambda s: s.posts[0].state == PostState.GONE)
    department.until_waiting(reference, Wait.CONFIRMATION)
    assert department.mail.to(BO) == []
    confirm(department.office, department.person(EVE), reference, yes=True)
    department.until(reference, lambda _: len(department.mail.to(BO)) == 1)
    department.until_waiting(reference, Wait.ADVICE)


def test_a_slip_that_turns_out_to_be_grave_is_told_at_once(department: Department) -> None:
    reference = department.report(department.post("Teh fund is open"), Kind.TYPO)
    department.until_waiting(reference, Wait.DECISION)
    assert department.mail.to("dtu@dept.example") == []
    reclassify(department.office, department.person(DEE), reference, kinds=(Kind.WRONG_ACCOUNT,))
    department.until(reference, lambda _: len(department.mail.to("dtu@dept.example")) == 1)
    department.until(reference, lambda _: len(department.mail.to(BO)) == 1)


def test_a_small_slip_is_a_line_in_the_morning(department: Department) -> None:
    reference = department.report(
        department.post("Teh fund is open"), Kind.TYPO, circumstances=(Circumstance.NOTICED,)
    )
    department.until_waiting(reference, Wait.DECISION)
    assert department.mail.to("dtu@dept.example") == []
    assert department.mail.to(BO) == []
