"""Nine real mistakes, retold with our own words: the public words, the notices, who was waited for.

Each is the scenario that ``amends demo --scenario`` plays, over the API, with an engine in this
process; what a play waits for on its way is in the scenario's own file.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from theatre import Theatre, played

from amends.demo.people import ANA, BO, COL, CY, DEE, EVE, GIL, HAL, HR, PAT, SID
from amends.demo.places.by_hand import ByHandPlace
from amends.demo.scenarios.reading import scenarios
from amends.demo.scenarios.shapes import Does
from models.words import (
    CaptureDepth,
    DecisionType,
    IncidentState,
    PosterKnown,
    PostState,
    StatementState,
    Wait,
)

Play = Callable[[str], AbstractContextManager[Theatre]]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Plays a scenario to its end, in an installation of its own."""
    return lambda name: played(tmp_path, name)


def awaited(name: str) -> list[str]:
    """What a play waits for, scene by scene: it fails where that does not come."""
    return [scene.until for scene in scenarios()[name].scenes if scene.until]


def test_a_rogue_post_names_nobody_and_goes_before_hr_as_a_person_unknown(play: Play) -> None:
    with play("SC01") as theatre:
        seen = theatre.seen()
        assert seen.poster_known == PosterKnown.UNKNOWN
        assert seen.state == IncidentState.CLOSED
        assert theatre.live("dept") == []
        (said,) = theatre.live("newsroom")  # the account itself is not safe yet
        assert "does not belong on @dept" in said
        assert "not an official view" in said
        assert "unauthorised" not in said  # nobody has verified it
        assert not any(one.name.split()[0] in said for one in (ANA, BO, CY, DEE))
        assert {"secure-asked", "confirmed"} <= set(theatre.said())
        for told in (SID, PAT, COL):
            assert theatre.mails_to(told), told.first_name
        assert theatre.mails_to(BO) == []  # nobody's manager: nobody knows who posted
        assert awaited("SC01") == ["worded", "worded", "published", Wait.ADVICE]
        assert seen.investigation_since is not None  # and it runs on, though all else is closed
        assert seen.investigation_since < seen.closed_at
        case = theatre.player(HAL).case(seen.reference)
        assert case.poster is None
        assert case.state == "referred"
        assert HR in theatre.mailed()


def test_nothing_vanishes_in_silence_and_both_copies_carry_the_correction(play: Play) -> None:
    with play("SC02") as theatre:
        for handle in ("dept", "embassy"):
            (said,) = theatre.live(handle)
            assert "We said: the laboratory said where the samples came from" in said
            assert "not where they came from" in said
            assert "https://dept.example/transcript" in said
        rows = theatre.rows()
        for post in rows.posts:
            capture = rows.captures[post.id]
            assert capture.depth == CaptureDepth.FULL
            assert capture.taken_at < post.deleted_at
        assert all(len(one.cleared_by) == 3 for one in theatre.seen().statements)
        assert theatre.mails_to(GIL)
        assert theatre.mails_to(BO)
        assert "case" not in " ".join(theatre.said())
        assert any(
            act.does is Does.TRY for scene in scenarios()["SC02"].scenes for act in scene.acts
        )


def test_a_post_may_stay_by_a_named_decision_and_the_harm_is_owned(play: Play) -> None:
    with play("SC04") as theatre:
        seen = theatre.seen()
        (post,) = seen.posts
        assert post.state == PostState.KEPT
        words, joke = theatre.live("embassy")
        assert "customs house" in joke
        assert "sorry" in words
        assert "official view" not in words
        assert "if anyone" not in words
        assert "removed" not in words
        (kept,) = (one for one in seen.decisions if one.type == DecisionType.KEEP)
        assert kept.by == DEE.email
        assert kept.text == (
            "It has been quoted all day. To delete it now would hide what we apologise for."
        )
        assert theatre.mails_to(PAT)
        assert set(seen.statements[0].cleared_by) == {PAT.email, GIL.email}
        assert awaited("SC04")[:2] == [Wait.DECISION, Wait.CLEARANCE]


def test_a_false_alarm_is_corrected_first_where_it_went_and_nobody_is_waited_for(
    play: Play,
) -> None:
    with play("SC09") as theatre:
        for handle in ("dept", "embassy"):
            (said,) = theatre.live(handle)
            assert "check with the emergency services" in said
        seen = theatre.seen()
        words = max(one.published_at for one in seen.statements if one.published_at)
        assert all(post.deleted_at and post.deleted_at > words for post in seen.posts)
        assert all(one.cleared_by == [] for one in seen.statements)  # agreed beforehand
        for one in seen.statements:  # with Amends' own log-in: nobody had to find one
            assert (one.author, one.published_by_hand_by) == (None, None)
        assert seen.outside == ["emergency services"]
        for told in (SID, PAT, DEE, BO):
            assert theatre.mails_to(told), told.first_name
        assert Wait.CLEARANCE not in awaited("SC09")


def test_of_what_is_secret_security_hears_first_and_nothing_describes_it(play: Play) -> None:
    with play("SC11") as theatre:
        (said,) = theatre.live("dept")
        assert said == (
            "A post on one of our accounts should not have been published. It has been removed. "
            "We will not comment further."
        )
        (statement,) = theatre.seen().statements
        assert statement.author == DEE.email
        assert statement.cleared_by == [SID.email]
        rows = theatre.rows()
        assert rows.captures[rows.posts[0].id].depth == CaptureDepth.METADATA
        assert theatre.mails_to(SID)
        assert theatre.mails_to(PAT) == []  # the press office, not before security agrees
        for word in ("rescue", "crews", "operations room", "picture"):
            assert word not in theatre.mailed()
        assert awaited("SC11") == [
            Wait.CONFIRMATION, Wait.ADVICE, Wait.CLEARANCE, Wait.ADVICE
        ]  # fmt: skip
        assert "reset-asked" in theatre.said()  # the log-ins, which the pictures showed
        (partners,) = (d for d in theatre.seen().decisions if d.type == DecisionType.SPEAK)
        assert (partners.by, partners.text) == (
            SID.email,
            "Two agencies: They take the set down and wait for a cleared one.",
        )


def test_two_platforms_taken_over_are_one_incident_and_the_hand_is_named(play: Play) -> None:
    with play("SC12") as theatre:
        seen = theatre.seen()
        by_hand = next(one for one in theatre.places if isinstance(one, ByHandPlace))
        (there,) = by_hand.seen_by_a_stranger()
        (said,) = theatre.live("dept")
        assert said == there
        assert "Please do not open its links" in said
        assert "was unauthorised" in said
        assert "An investigation is under way" in said
        first = theatre.words_first_drafted()  # before anybody had recorded either
        assert len(first) == 2
        assert not any("unauthorised" in one or "investigation" in one for one in first)
        states = {post.platform: post.state for post in seen.posts}
        assert states == {"x": PostState.GONE, "tiktok": PostState.ATTESTED}
        assert "HERO COINS official" in theatre.kept()
        assert "https://coins.example/hero.png" in theatre.kept()
        said_by = {one.text: one.by for one in seen.decisions if one.type == DecisionType.SPEAK}
        assert said_by == {
            "Support of X: Name and picture go back. Their number: 4711-A.": SID.email,
            "Support of TikTok: Their number: 9-2208.": SID.email,
        }
        assert seen.outside == ["platform support"]
        on_tiktok = next(one for one in seen.statements if one.platform == "tiktok")
        assert on_tiktok.state == StatementState.PUBLISHED
        assert on_tiktok.published_by_hand_by == CY.email
        assert theatre.mails_to(SID)
        assert theatre.mails_to(CY)
        assert awaited("SC12") == [
            Wait.CONFIRMATION, Wait.CLEARANCE, Wait.CLEARANCE, Wait.PERSON, Wait.ADVICE
        ]  # fmt: skip


def test_a_private_account_is_the_persons_own_and_every_post_is_counted(play: Play) -> None:
    with play("SC15") as theatre:
        seen = theatre.seen()
        assert len(seen.posts) == 2
        assert all(post.state == PostState.GONE and not post.ours for post in seen.posts)
        assert not any(post.captured for post in seen.posts)
        assert theatre.live("ana_at_home") == []
        assert theatre.live("dept") == []  # the words are the person's own: the department has none
        assert seen.statements == []
        assert theatre.mails_to(ANA)
        case = theatre.player(HAL).case(seen.reference)
        assert len(case.posts) == 2
        (line,) = (d for d in seen.decisions if d.type == DecisionType.SPEAK)
        assert line.by == DEE.email
        assert "It was no prank" in (line.text or "")
        assert awaited("SC15") == [Wait.CONFIRMATION, Wait.BY_HAND, Wait.ADVICE]


def test_an_apology_with_a_slip_is_an_incident_of_its_own_that_others_clear(play: Play) -> None:
    with play("SC06") as theatre:
        first, second = theatre.seen(1), theatre.seen(2)
        assert second.came_of == first.reference
        assert first.led_to == [second.reference]
        (said,) = theatre.live("dept")
        assert "Ida Thornqvist" in said
        assert "her name is Ida Thornqvst" in said  # what was wrong is said as well
        assert first.statements[0].cleared_by == [DEE.email]
        assert second.statements[0].cleared_by == [EVE.email]
        assert second.poster_known == PosterKnown.UNKNOWN
        assert "words-reported" in theatre.said(1)
        assert Wait.DECISION in awaited("SC06")
        assert theatre.mails_to(EVE)
        assert first.state == second.state == IncidentState.CLOSED


def test_gibberish_on_a_watched_account_is_grave_and_the_note_about_it_stays(play: Play) -> None:
    with play("SC07") as theatre:
        first, second = theatre.seen(1), theatre.seen(2)
        assert first.severity == 2
        (said,) = theatre.live("dept")
        assert "carried no message" in said
        assert "by mistake" in said
        assert "hacked" not in said
        assert "taken over" not in said  # nobody has verified that
        assert theatre.mails_to(SID)
        assert first.statements[0].url == second.posts[0].url
        assert second.posts[0].state == PostState.LIVE
        assert all(one.state == StatementState.WITHDRAWN for one in second.statements)
        (why,) = (one for one in second.decisions if one.type == DecisionType.RECLASSIFY)
        assert why.by == DEE.email
        assert "all that anybody can read" in (why.text or "")
        assert {"captured", "seen-gone"} <= set(theatre.said(1))  # nobody wrote a memo
        assert awaited("SC07") == [Wait.ADVICE, Wait.DECISION, Wait.ADVICE]
