"""Each column has its rule over several kinds, and no combination weakens any of its kinds."""

from itertools import combinations

import pytest
from pydantic import TypeAdapter

from models.words import (
    SECRET_KINDS,
    Circumstance,
    DeleteWord,
    Kind,
    ReferralWord,
    Role,
    StatementKind,
    Tier,
)
from policy.columns import SILENT_KINDS, UNCORRECTED_KINDS
from policy.decide import decide
from policy.plan import ClearanceMode, CorrectionWord, Plan
from policy.reader import PolicyError
from policy.report import every_set

REAL = [kind for kind in Kind if kind is not Kind.NOT_A_MISTAKE]
ALONE = {kind: decide({kind}) for kind in Kind}
PAIRS = {pair: decide(pair) for pair in combinations(REAL, 2)}
TOGETHER = list(PAIRS.values())


def test_every_kind_and_pair_is_decided() -> None:
    assert len(list(every_set())) == len(ALONE) + len(PAIRS) == 26 + 300


def test_the_order_in_which_kinds_are_given_does_not_matter() -> None:
    for one, two in PAIRS:
        assert decide([two, one]) == PAIRS[one, two]


@pytest.mark.parametrize("kind", REAL)
def test_not_a_mistake_stands_with_no_other_kind(kind: Kind) -> None:
    with pytest.raises(PolicyError, match="Choose 'not a mistake' alone"):
        decide({kind, Kind.NOT_A_MISTAKE})


def test_no_kind_at_all_is_refused_in_a_sentence() -> None:
    with pytest.raises(PolicyError, match="Say what kind of mistake it was"):
        decide([])


def test_severity_is_that_of_the_most_serious_kind() -> None:
    for (one, two), plan in PAIRS.items():
        said = [ALONE[kind].severity for kind in (one, two) if kind is not Kind.PERSONAL_ACCOUNT]
        assert plan.severity == min(said)


def test_a_breach_on_a_personal_account_is_as_serious_as_its_content() -> None:
    assert ALONE[Kind.PERSONAL_ACCOUNT].severity == 3
    assert decide({Kind.PERSONAL_ACCOUNT, Kind.TYPO}).severity == 4
    assert decide({Kind.PERSONAL_ACCOUNT, Kind.CLASSIFIED}).severity == 1


@pytest.mark.parametrize(
    ("kind", "circumstance", "severity"),
    [
        (Kind.FACTUAL, Circumstance.PEOPLE_MAY_ACT, 2),
        (Kind.FACTUAL, Circumstance.EMERGENCY_FACT, 1),
        (Kind.WRONG_ACCOUNT, Circumstance.POLITICAL_OR_OFFENSIVE, 2),
        (Kind.PRIVATE_MESSAGE, Circumstance.NAMES_STATE_OR_PERSON, 2),
        (Kind.PREMATURE, Circumstance.SAFETY_OR_MARKETS, 1),
        (Kind.PARTIAL, Circumstance.ELECTION_PERIOD, 1),
        (Kind.OFFENSIVE, Circumstance.INCITES, 1),
        (Kind.BAD_TIMING, Circumstance.NOTICED, 2),
        (Kind.UNATTENDED, Circumstance.SECURITY_ACCOUNT, 2),
        (Kind.NOISE, Circumstance.SECURITY_ACCOUNT, 2),
    ],
)
def test_a_circumstance_raises_severity(
    kind: Kind, circumstance: Circumstance, severity: int
) -> None:
    assert decide({kind}, {circumstance}).severity == severity < ALONE[kind].severity


def test_delete_now_wins_over_asking_over_by_hand_over_no() -> None:
    order = list(DeleteWord)
    assert order == [DeleteWord.NOW, DeleteWord.ASK, DeleteWord.BY_HAND, DeleteWord.NO]
    for (one, two), plan in PAIRS.items():
        assert plan.delete == min(ALONE[one].delete, ALONE[two].delete, key=order.index)


def test_a_personal_account_is_deleted_by_hand() -> None:
    assert ALONE[Kind.PERSONAL_ACCOUNT].delete is DeleteWord.BY_HAND
    assert not ALONE[Kind.PERSONAL_ACCOUNT].may_delete_at_once


def test_a_false_alarm_is_corrected_before_it_is_deleted() -> None:
    plan = ALONE[Kind.FALSE_ALARM]
    assert (plan.delete, plan.correct_first) == (DeleteWord.NOW, True)
    assert plan.statement is StatementKind.CORRECTION
    assert plan.words_due == 5
    assert not plan.may_delete_at_once


def test_an_emergency_fact_is_corrected_before_it_is_deleted() -> None:
    plan = decide({Kind.FACTUAL}, {Circumstance.EMERGENCY_FACT})
    assert (plan.delete, plan.correct_first) == (DeleteWord.NOW, True)
    assert ALONE[Kind.FACTUAL].may_delete_at_once


@pytest.mark.parametrize("kind", sorted(SECRET_KINDS))
def test_what_is_secret_or_dangerous_is_deleted_at_once_whatever_else_it_is(kind: Kind) -> None:
    everything = set(Circumstance)
    for other in REAL:
        plan = decide({kind, other}, everything)
        assert plan.may_delete_at_once
        assert plan.may_delete_without_capture
        assert not plan.correct_first
        assert not plan.secure_first


def test_nothing_waits_for_a_correction_that_is_suppressed() -> None:
    for kind in UNCORRECTED_KINDS:
        assert not decide({kind, Kind.FALSE_ALARM}).correct_first


def test_keep_and_correct_asks_before_deleting() -> None:
    plan = decide({Kind.FACTUAL}, {Circumstance.KEEP_AND_CORRECT})
    assert (plan.delete, plan.ask_of, plan.ask_within) == (DeleteWord.ASK, (Role.ONE_READER,), 20)
    secret = decide({Kind.FACTUAL, Kind.SAFETY}, {Circumstance.KEEP_AND_CORRECT})
    assert (secret.delete, secret.ask_of, secret.ask_within) == (DeleteWord.NOW, (), None)


def test_the_most_serious_asking_kind_says_who_answers_and_the_earliest_by_when() -> None:
    plan = decide({Kind.TYPO, Kind.OFFENSIVE})
    assert (plan.ask_of, plan.ask_within) == ((Role.DTU_DUTY,), 10)


def test_an_account_is_secured_first_only_while_the_intruder_is_in() -> None:
    assert ALONE[Kind.INTRUDER].secure
    assert ALONE[Kind.INTRUDER].may_delete_at_once
    still_in = decide({Kind.INTRUDER}, {Circumstance.INTRUDER_STILL_IN})
    assert still_in.secure_first
    assert not still_in.may_delete_at_once


def test_a_leavers_access_ends_first_and_an_unknown_insiders_beside_the_deletion() -> None:
    assert ALONE[Kind.LEAVER].secure_first
    insider = ALONE[Kind.INSIDER_UNKNOWN]
    assert (insider.secure, insider.secure_first) == (True, False)
    assert not ALONE[Kind.WRONG_ACCOUNT].secure


@pytest.mark.parametrize("kind", sorted(UNCORRECTED_KINDS))
def test_a_correction_is_suppressed_beside_this_kind(kind: Kind) -> None:
    plan = decide({Kind.FACTUAL, kind})
    assert plan.correction is CorrectionWord.NO
    assert plan.statement not in (StatementKind.CORRECTION, StatementKind.APOLOGY_AND_CORRECTION)


def test_a_premature_post_alone_is_corrected_later() -> None:
    assert ALONE[Kind.PREMATURE].correction is CorrectionWord.LATER


def test_the_strongest_correction_wins() -> None:
    assert decide({Kind.FACTUAL, Kind.HOST_POLITICS}).correction is CorrectionWord.REQUIRED
    assert decide({Kind.OFF_POLICY, Kind.TYPO}).correction is CorrectionWord.AGREED


@pytest.mark.parametrize("kind", sorted(SILENT_KINDS))
def test_nothing_is_said_beside_a_silent_kind(kind: Kind) -> None:
    for other in REAL:
        plan = decide({kind, other})
        assert plan.statement is StatementKind.NONE
        assert plan.words_due is None


def test_a_premature_post_has_its_holding_line_and_no_apology() -> None:
    for other in set(REAL) - SILENT_KINDS:
        assert decide({Kind.PREMATURE, other}).statement is StatementKind.HOLDING_LINE


@pytest.mark.parametrize(
    ("kinds", "statement"),
    [
        ({Kind.FACTUAL}, StatementKind.APOLOGY_AND_CORRECTION),
        ({Kind.WRONG_ACCOUNT, Kind.FALSE_ALARM}, StatementKind.APOLOGY_AND_CORRECTION),
        ({Kind.WRONG_ACCOUNT, Kind.FACTUAL}, StatementKind.APOLOGY_AND_CORRECTION),
        ({Kind.PARTIAL, Kind.FACTUAL}, StatementKind.APOLOGY_AND_CORRECTION),
        ({Kind.PARTIAL, Kind.FALSE_ALARM}, StatementKind.CORRECTION),
        ({Kind.PERSONAL_DATA, Kind.FALSE_ALARM}, StatementKind.REMOVAL_NOTE),
        ({Kind.PERSONAL_DATA, Kind.FACTUAL}, StatementKind.APOLOGY),
        ({Kind.WRONG_ACCOUNT, Kind.PARTIAL}, StatementKind.APOLOGY),
        ({Kind.INTRUDER, Kind.NOISE}, StatementKind.REMOVAL_NOTE),
        ({Kind.TYPO, Kind.ARGUMENT}, StatementKind.NOTE),
        ({Kind.ARGUMENT}, StatementKind.NONE),
    ],
)
def test_the_strongest_words_win(kinds: set[Kind], statement: StatementKind) -> None:
    assert decide(kinds).statement is statement


def test_every_yes_that_a_kind_asks_for_is_asked_for_beside_any_other() -> None:
    for pair, plan in PAIRS.items():
        for kind in pair:
            for group in ALONE[kind].clearance.groups:
                assert any(set(one) <= set(group) for one in plan.clearance.groups)


def test_words_are_pre_cleared_only_where_each_kind_is() -> None:
    lenient = (ClearanceMode.PRE_CLEARED, ClearanceMode.NOT_NEEDED)
    for pair, plan in PAIRS.items():
        all_lenient = all(ALONE[kind].clearance.mode in lenient for kind in pair)
        assert (plan.clearance.mode in lenient) == all_lenient
        if plan.clearance.mode in lenient:
            assert plan.clearance.roles == ()


def test_two_kinds_that_ask_people_are_cleared_by_both() -> None:
    rule = decide({Kind.PERSONAL_DATA, Kind.FACTUAL}).clearance
    assert rule.mode is ClearanceMode.ALL_OF
    assert set(rule.groups) == {(Role.DPO,), (Role.ONE_READER,)}


def test_the_data_protection_officers_duties_stand_beside_securitys_silence() -> None:
    plan = decide({Kind.CLASSIFIED, Kind.PERSONAL_DATA})
    assert set(plan.clearance.groups) == {(Role.SECURITY,), (Role.DPO,)}
    assert plan.breach_clock


def test_one_reader_clears_a_factual_correction() -> None:
    rule = ALONE[Kind.FACTUAL].clearance
    assert (rule.mode, rule.roles) == (ClearanceMode.ANY_OF, (Role.ONE_READER,))


def test_press_and_the_duty_officer_both_clear_a_line_79_topic() -> None:
    rule = decide({Kind.FACTUAL}, {Circumstance.LINE_79_TOPIC}).clearance
    assert rule.mode is ClearanceMode.ALL_OF
    assert set(rule.roles) == {Role.PRESS_DUTY, Role.DTU_DUTY}


def test_a_published_source_does_not_spare_a_line_79_topic_its_clearance() -> None:
    both = {Circumstance.LINE_79_TOPIC, Circumstance.PUBLISHED_SOURCE}
    assert set(decide({Kind.FACTUAL}, both).clearance.roles) >= {Role.PRESS_DUTY, Role.DTU_DUTY}


@pytest.mark.parametrize(
    ("kind", "circumstance", "role"),
    [
        (Kind.PRIVATE_MESSAGE, Circumstance.NAMES_STATE_OR_PERSON, Role.PRESS_DUTY),
        (Kind.COPYRIGHT_COMMERCIAL, Circumstance.COPYRIGHT, Role.LEGAL),
    ],
)
def test_a_circumstance_takes_away_pre_clearance(
    kind: Kind, circumstance: Circumstance, role: Role
) -> None:
    assert ALONE[kind].clearance.mode is ClearanceMode.PRE_CLEARED
    assert decide({kind}, {circumstance}).clearance.roles == (role,)


def test_words_fall_due_at_the_earliest_time() -> None:
    assert decide({Kind.FACTUAL, Kind.INTRUDER}).words_due == 10
    assert decide({Kind.TYPO, Kind.SHARED}).words_due == 30
    assert ALONE[Kind.TYPO].words_due == 24 * 60
    assert ALONE[Kind.PERSONAL_DATA].words_due is None


def test_overdue_words_never_fall_past_the_specialist() -> None:
    assert decide({Kind.PERSONAL_DATA, Kind.WRONG_ACCOUNT}).falls_to == (Role.DPO,)
    assert decide({Kind.OFF_POLICY, Kind.WRONG_ACCOUNT}).falls_to == (Role.PRESS_DUTY,)


def test_the_line_manager_and_the_dtu_are_told_of_all_that_is_not_a_digest_line() -> None:
    for plan in [*ALONE.values(), *TOGETHER]:
        assert Role.DTU in plan.told
        ordinary = not plan.digest_only and Kind.CLASSIFIED not in plan.kinds
        assert (Role.LINE_MANAGER in plan.told) == ordinary


def test_everyone_whom_a_kind_tells_is_told_beside_any_other() -> None:
    for pair, plan in PAIRS.items():
        if Kind.CLASSIFIED not in pair and not plan.digest_only:
            assert set(plan.told) >= set(ALONE[pair[0]].told) | set(ALONE[pair[1]].told)


def test_classified_is_told_to_security_and_the_dtu_alone_and_security_first_by_phone() -> None:
    for other in REAL:
        plan = decide({Kind.CLASSIFIED, other}, set(Circumstance))
        assert plan.told == (Role.SECURITY, Role.DTU)
        assert plan.phone_first is Role.SECURITY
        assert plan.manager_hears_only_that_security_leads
        assert plan.metadata_only


def test_only_classified_is_kept_as_metadata_and_led_by_security() -> None:
    for plan in [*ALONE.values(), *TOGETHER]:
        assert plan.metadata_only == (Kind.CLASSIFIED in plan.kinds)
        assert plan.manager_hears_only_that_security_leads == plan.metadata_only


def test_only_severity_4_is_a_digest_line() -> None:
    assert {kind for kind, plan in ALONE.items() if plan.digest_only} == {
        Kind.TYPO,
        Kind.ARGUMENT,
        Kind.NOISE,
    }
    assert ALONE[Kind.TYPO].told == (Role.DTU,)
    raised = decide({Kind.NOISE}, {Circumstance.SECURITY_ACCOUNT})
    assert not raised.digest_only
    assert set(raised.told) == {Role.DTU, Role.LINE_MANAGER, Role.SECURITY}


def test_a_circumstance_adds_whom_to_tell() -> None:
    plan = decide({Kind.PREMATURE}, {Circumstance.SAFETY_OR_MARKETS})
    assert set(plan.told) - set(ALONE[Kind.PREMATURE].told) == {Role.SECURITY, Role.LEGAL}
    private = decide({Kind.PRIVATE_MESSAGE}, {Circumstance.PERSON_IDENTIFIABLE})
    assert Role.DPO in private.told


def test_a_referral_is_considered_if_any_kind_says_so() -> None:
    for (one, two), plan in PAIRS.items():
        considered = ReferralWord.CONSIDER in (ALONE[one].referral, ALONE[two].referral)
        assert (plan.referral is ReferralWord.CONSIDER) == considered
    assert ALONE[Kind.WRONG_ACCOUNT].referral is ReferralWord.NO
    broken = decide({Kind.WRONG_ACCOUNT}, {Circumstance.POLITICAL_OR_OFFENSIVE})
    assert broken.referral is ReferralWord.CONSIDER


def test_a_plan_can_be_stored_and_read_back() -> None:
    stored = TypeAdapter(Plan)
    plan = decide(
        {Kind.FACTUAL, Kind.INTRUDER}, {Circumstance.NOTICED}, tier=Tier.PERSONAL_OFFICIAL
    )
    assert stored.validate_json(stored.dump_json(plan)) == plan


def test_the_rogue_post_of_a_civil_service_account_secures_and_deletes_and_refers() -> None:
    plan = decide({Kind.WRONG_ACCOUNT, Kind.PARTIAL, Kind.INSIDER_UNKNOWN})
    assert plan.may_delete_at_once
    assert plan.secure
    assert plan.referral is ReferralWord.CONSIDER
    assert set(plan.clearance.roles) == {Role.PRESS_DUTY, Role.COMMUNICATIONS_DIRECTOR}


@pytest.mark.parametrize("kind", [Kind.CLASSIFIED, Kind.SAFETY, Kind.PERSONAL_DATA])
def test_log_ins_that_could_be_read_are_changed_beside_the_deletion(kind: Kind) -> None:
    assert not decide({kind}).secure
    shown = decide({kind}, {Circumstance.CREDENTIALS_SHOWN})
    assert (shown.secure, shown.secure_first) == (True, False)
    assert shown.may_delete_at_once
