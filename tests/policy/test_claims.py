"""The truth gate: what is unknown is not said, and some things are never said together."""

from dataclasses import fields, replace

import pytest

from models.words import Kind, Tier
from policy.claims import Claim, Facts, true_claims

ALL_TRUE = Facts(**{field.name: True for field in fields(Facts)})
NOTHING_KNOWN = Facts()
ALL_FALSE = Facts(**{field.name: False for field in fields(Facts)})


def test_nothing_is_said_of_what_is_unknown_or_false() -> None:
    for kind in Kind:
        assert true_claims(NOTHING_KNOWN, {kind}, Tier.OFFICIAL) == frozenset()
        assert true_claims(ALL_FALSE, {kind}, Tier.OFFICIAL) == frozenset()


def test_what_is_recorded_may_be_said() -> None:
    said = true_claims(ALL_TRUE, {Kind.WRONG_ACCOUNT}, Tier.OFFICIAL)
    assert said == frozenset(Claim) - {Claim.UNAUTHORISED}


@pytest.mark.parametrize(
    ("fact", "claim"),
    [
        ("wrong_right_and_source_recorded", Claim.WAS_WRONG),
        ("correction_confirmed_everywhere", Claim.WE_HAVE_CORRECTED),
        ("this_is_the_correction", Claim.WE_HAVE_CORRECTED),
        ("every_copy_gone", Claim.HAS_BEEN_REMOVED),
        ("unauthorised_verified", Claim.UNAUTHORISED),
        ("not_hacked_verified", Claim.WAS_NOT_HACKED),
        ("dpo_says_no_personal_data", Claim.NO_PERSONAL_DATA),
        ("drill_owner_confirmed", Claim.WAS_A_DRILL),
        ("investigation_opened", Claim.INVESTIGATION_UNDER_WAY),
    ],
)
def test_a_claim_rests_on_its_own_fact_alone(fact: str, claim: Claim) -> None:
    facts = replace(NOTHING_KNOWN, **{fact: True})
    assert true_claims(facts, {Kind.FACTUAL}, Tier.OFFICIAL) == {claim}


def test_posted_by_mistake_needs_a_word_from_the_poster_and_that_nobody_cleared_it() -> None:
    facts = Facts(not_meant_by_poster_or_publisher=True, cleared_by_nobody=True)
    claims = true_claims(facts, {Kind.WRONG_ACCOUNT}, Tier.OFFICIAL)
    assert claims == {Claim.POSTED_BY_MISTAKE}
    for less in (
        replace(facts, cleared_by_nobody=None),
        replace(facts, cleared_by_nobody=False),
        replace(facts, not_meant_by_poster_or_publisher=None),
    ):
        assert not true_claims(less, {Kind.WRONG_ACCOUNT}, Tier.OFFICIAL)


@pytest.mark.parametrize("kind", [Kind.PREMATURE, Kind.CLASSIFIED])
def test_posted_by_mistake_would_confirm_this_kind(kind: Kind) -> None:
    said = true_claims(ALL_TRUE, {kind, Kind.WRONG_ACCOUNT}, Tier.OFFICIAL)
    assert Claim.POSTED_BY_MISTAKE not in said


def test_not_an_official_view_needs_an_official_account_or_the_posters_word() -> None:
    for fact in ("tier_official", "poster_said_personal"):
        facts = replace(NOTHING_KNOWN, cleared_by_nobody=True, **{fact: True})
        said = true_claims(facts, {Kind.WRONG_ACCOUNT}, Tier.OFFICIAL)
        assert said == {Claim.NOT_AN_OFFICIAL_VIEW}
    assert not true_claims(Facts(cleared_by_nobody=True), {Kind.WRONG_ACCOUNT}, Tier.OFFICIAL)


def test_not_an_official_view_is_never_said_of_a_cleared_post() -> None:
    facts = replace(ALL_TRUE, cleared_by_nobody=False)
    said = true_claims(facts, {Kind.WRONG_ACCOUNT}, Tier.OFFICIAL)
    assert not said & {Claim.NOT_AN_OFFICIAL_VIEW, Claim.POSTED_BY_MISTAKE}


def test_not_an_official_view_is_never_automatic_on_a_personal_official_account() -> None:
    said = true_claims(ALL_TRUE, {Kind.WRONG_ACCOUNT}, Tier.PERSONAL_OFFICIAL)
    assert Claim.NOT_AN_OFFICIAL_VIEW not in said


def test_not_an_official_view_is_never_said_of_a_factual_error() -> None:
    said = true_claims(ALL_TRUE, {Kind.FACTUAL, Kind.WRONG_ACCOUNT}, Tier.OFFICIAL)
    assert Claim.NOT_AN_OFFICIAL_VIEW not in said


def test_an_offensive_post_that_was_meant_was_an_official_view() -> None:
    claim = Claim.NOT_AN_OFFICIAL_VIEW
    assert claim in true_claims(ALL_TRUE, {Kind.OFFENSIVE}, Tier.OFFICIAL)
    for meant in (False, None):
        facts = replace(ALL_TRUE, not_meant_by_poster_or_publisher=meant)
        assert claim not in true_claims(facts, {Kind.OFFENSIVE}, Tier.OFFICIAL)


def test_unauthorised_is_never_said_of_a_slip_or_an_unattended_device() -> None:
    facts = Facts(unauthorised_verified=True)
    assert true_claims(facts, {Kind.INTRUDER}, Tier.OFFICIAL) == {Claim.UNAUTHORISED}
    assert not true_claims(facts, {Kind.UNATTENDED}, Tier.OFFICIAL)
    slip = replace(facts, not_meant_by_poster_or_publisher=True)
    assert not true_claims(slip, {Kind.INTRUDER}, Tier.OFFICIAL)
