"""What every platform promises, on a real server that is told to fail in every way."""

import contextlib
import logging
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from stages import Stage, words

from integrations.errors import (
    NotAuthorised,
    NotSent,
    NotSupported,
    OutcomeUnknown,
    OutsideError,
    Refused,
    TryAgainLater,
)
from integrations.platforms.base import Platform
from models.words import Audience, Presence

BOUND_SECONDS = 3.0
AN_HOUR = timedelta(hours=1)

NOT_DONE = {
    "429": TryAgainLater,
    "invalid-400": Refused,
    "unauthorised-401": NotAuthorised,
    "credit-402": NotAuthorised,
    "forbidden-403": NotAuthorised,
    "suspended-403": NotAuthorised,
    "unprocessable-422": Refused,
}
MAYBE_DONE = {
    "reset-before": False,
    "reset-after": True,
    "reset-late": True,
    "late": True,
    "hang": False,
    "hang-after": True,
    "hang-late": True,
    "drip": True,
    "half-closed": True,
    "malformed": True,
    "500-before": False,
    "500-after": True,
    "503-html": False,
    "login-wall": False,
    "login-wall-200": False,
}
"""Fault → whether the effect takes place; the caller cannot tell, and must not pretend to."""

SCRIPTS = {
    "latin": "a",
    "arabic": "م",
    "cyrillic": "ж",
    "chinese": "漢",
    "hindi": "क",
    "emoji": "👩‍👩‍👧‍👧",
}
LINK = "https://www.gov.uk/government/organisations/department-for-examples?a=1&b=2"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


def test_a_post_is_captured_whole(stage: Stage) -> None:
    post_id = stage.post("Flood & fire <now> مرحبا: see gov.uk/alerts")
    kept = stage.platform.capture(post_id)
    assert kept.text in (
        "Flood & fire <now> مرحبا: see gov.uk/alerts",
        "Flood & fire <now> مرحبا: see http://gov.uk/alerts",
    )
    assert (kept.remote_id, kept.author_handle) == (post_id, stage.handle)
    assert abs(kept.posted_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert post_id.encode() in kept.raw
    headers = {name.lower(): value for name, value in kept.headers.items()}
    assert headers["content-type"].startswith("application/json")
    assert stage.metrics.items() <= kept.metrics.items()
    assert kept.media == kept.missing == ()
    assert (kept.audience, kept.warning) == (Audience.PUBLIC, None)


def test_capture_is_one_request_where_there_are_no_media(stage: Stage) -> None:
    stage.platform.capture(stage.post("Words only"))
    assert (stage.calls("get"), stage.calls("media")) == (1, 0)


def test_pictures_are_captured_with_their_alt_text(stage: Stage) -> None:
    post_id = stage.post("Look", picture=PNG, alt_text="A map of the road")
    (picture,) = stage.platform.capture(post_id).media
    assert (picture.content, picture.alt_text) == (PNG, "A map of the road")
    assert picture.content_type == "image/png"


def test_pictures_are_left_alone_when_not_wanted(stage: Stage) -> None:
    post_id = stage.post("Look", picture=PNG, alt_text="A map")
    assert stage.platform.capture(post_id, media=False).media == ()
    assert stage.calls("media") == 0


@pytest.mark.parametrize(
    "fault", ["500-before", "reset-before", "hang", "not-found-404", "malformed", "login-wall-200"]
)
def test_a_picture_that_cannot_be_had_is_named_and_the_rest_is_kept(
    stage: Stage, fault: str
) -> None:
    post_id = stage.post("Look", picture=PNG)
    stage.fail("media", fault)
    kept = stage.platform.capture(post_id)
    assert kept.text == "Look"
    assert kept.media == ()
    assert len(kept.missing) == 1


def test_a_post_that_is_not_there_is_captured_as_nothing(stage: Stage) -> None:
    post_id = stage.post("Soon gone")
    stage.platform.delete(post_id)
    assert stage.platform.capture(post_id) is None


def test_a_post_of_another_account_is_neither_captured_nor_deleted(stage: Stage) -> None:
    post_id = stage.post_by_another("Not ours")
    if not stage.names_any_post:  # the same id on our account: there is no such post
        assert stage.platform.capture(post_id) is None
        return
    with pytest.raises(Refused) as refused:
        stage.platform.capture(post_id)
    assert refused.value.code == "another-account"
    with pytest.raises((Refused, OutcomeUnknown)):  # some say only: you have no such post
        stage.platform.delete(post_id)
    assert stage.platform.presence(post_id, public=True) is Presence.PRESENT


def test_a_deleted_post_is_gone_to_us_and_to_a_stranger(stage: Stage) -> None:
    post_id = stage.post("A mistake")
    both = [stage.platform.presence(post_id, public=public) for public in (False, True)]
    assert both == [Presence.PRESENT, Presence.PRESENT]
    stage.platform.delete(post_id)
    both = [stage.platform.presence(post_id, public=public) for public in (False, True)]
    assert both == [Presence.GONE, Presence.GONE]
    assert stage.live() == []


def test_deleting_an_edited_post_takes_down_every_version(stage: Stage) -> None:
    first = stage.post("A mistke")
    second = stage.edit(first, "A mistake")
    kept = stage.platform.capture(second)
    assert kept.text == "A mistake"
    assert len(set(kept.edit_chain)) == stage.versions_kept
    stage.platform.delete(second)
    assert stage.platform.presence(first, public=False) is Presence.GONE
    assert stage.platform.presence(second, public=False) is Presence.GONE


def test_only_the_version_that_was_captured_is_deleted(stage: Stage) -> None:
    first = stage.post("A mistke")
    version = stage.platform.capture(first).version
    assert (version is not None) is stage.tells_versions
    second = stage.edit(first, "Another mistake")
    if stage.tells_versions:
        with pytest.raises(Refused) as refused:
            stage.platform.delete(second, version)
        assert refused.value.code == "changed"
        assert stage.live() == ["Another mistake"]
        assert stage.calls("delete") <= 1
    stage.platform.delete(second, stage.platform.capture(second).version)
    assert stage.live() == []


def test_a_captured_version_that_is_gone_already_was_not_changed(stage: Stage) -> None:
    post_id = stage.post("A mistake")
    version = stage.platform.capture(post_id).version
    stage.platform.delete(post_id, version)
    with contextlib.suppress(OutcomeUnknown):
        stage.platform.delete(post_id, version)
    assert stage.platform.presence(post_id, public=True) is Presence.GONE


def test_words_take_the_place_of_others_only_where_the_platform_can(stage: Stage) -> None:
    post_id = stage.post("A mistke", picture=PNG, alt_text="A map")
    assert stage.platform.check().capabilities.edit is stage.edits
    if not stage.edits:
        with pytest.raises(NotSupported) as unsupported:
            stage.platform.edit(post_id, words("A mistake"))
        assert unsupported.value.code == "no-edit"
        assert stage.live() == ["A mistke"]
        return
    stage.platform.edit(post_id, words("A mistake"))
    assert stage.live() == ["A mistake"]
    kept = stage.platform.capture(post_id)
    assert [one.alt_text for one in kept.media] == ["A map"]
    assert len(set(kept.edit_chain)) == stage.versions_kept


def test_deleting_again_is_done_or_to_be_looked_at(stage: Stage) -> None:
    post_id = stage.post("A mistake")
    stage.platform.delete(post_id)
    with contextlib.suppress(OutcomeUnknown):
        stage.platform.delete(post_id)
    assert stage.platform.presence(post_id, public=True) is Presence.GONE


def test_a_platform_that_lies_is_found_out_by_looking(stage: Stage) -> None:
    post_id = stage.post("A mistake")
    stage.fail("delete", "lying-200")
    stage.platform.delete(post_id)
    assert stage.platform.presence(post_id, public=False) is Presence.PRESENT
    assert stage.platform.presence(post_id, public=True) is Presence.PRESENT


def test_an_effect_that_comes_late_is_unknown_and_then_seen(stage: Stage) -> None:
    post_id = stage.post("A mistake")
    stage.fail("delete", "late", seconds=0.3)
    with pytest.raises(OutcomeUnknown):
        stage.platform.delete(post_id)
    assert stage.platform.presence(post_id, public=False) is Presence.PRESENT
    stage.settle()
    assert stage.platform.presence(post_id, public=False) is Presence.GONE


def test_a_rate_limit_says_when_to_try_again(stage: Stage) -> None:
    post_id = stage.post("A mistake")
    for fault in stage.rate_limits:
        stage.fail("delete", fault, reset_in=900)
        with pytest.raises(TryAgainLater) as later:
            stage.platform.delete(post_id)
        wait = later.value.at - datetime.now(UTC)
        assert timedelta(seconds=880) < wait < timedelta(seconds=902)
    assert len(stage.live()) == 1


def test_an_expired_token_is_told_apart_and_explained(stage: Stage) -> None:
    post_id = stage.post("A mistake")
    expired = stage.with_expired_token()
    for act in (expired.delete, expired.capture):
        with pytest.raises(NotAuthorised):
            act(post_id)
    health = expired.check()
    assert not health.capabilities.delete
    assert stage.handle in health.problems[0]
    assert expired.presence(post_id, public=False) is Presence.UNKNOWN
    assert expired.presence(post_id, public=True) is Presence.PRESENT


def test_a_healthy_account_has_no_problems(stage: Stage) -> None:
    health = stage.platform.check()
    assert health.problems == ()
    assert health.capabilities.delete
    assert health.capabilities.publish


def test_the_credentials_of_another_account_are_found_out(stage: Stage) -> None:
    health = stage.with_the_token_of_another().check()
    assert "not of @" in health.problems[0]
    assert not health.capabilities.publish


def test_an_app_that_may_only_read_is_found_out(stage: Stage) -> None:
    reader = stage.with_read_only_token()
    if reader is None:
        return  # whoever may sign in there may write
    assert "write" in reader.check().problems[0]
    with pytest.raises(NotAuthorised):
        reader.publish(words("Sorry"))


@pytest.mark.parametrize("fault", ["hang", "500-before", "503-html", "429", "malformed", "drip"])
def test_check_explains_what_it_could_not_find_out(stage: Stage, fault: str) -> None:
    stage.fail("me", fault)
    assert len(stage.platform.check().problems) == 1


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_text_at_the_limit_is_taken_and_one_over_is_not(stage: Stage, script: str) -> None:
    _only_just_fits(stage, _longest(stage.platform, SCRIPTS[script]))


def test_a_link_counts_as_the_platform_counts_it(stage: Stage) -> None:
    used = stage.platform.measure(LINK).used
    assert used == (stage.link_weighs or len(LINK))
    _only_just_fits(stage, _longest(stage.platform, ".", f"{LINK} "))


def _longest(platform: Platform, letter: str, start: str = "") -> str:
    """The longest text in these letters, filled up with dots where the last does not fit."""
    text = start
    for one in (letter, "."):
        while platform.measure(text + one).fits:
            text += one
    return text


def _only_just_fits(stage: Stage, longest: str) -> None:
    length = stage.platform.measure(longest)
    assert (length.fits, length.used) == (True, length.limit)
    assert not stage.platform.measure(longest + ".").fits
    with pytest.raises(Refused):
        stage.platform.publish(words(longest + "."))
    assert stage.calls("create") == 0
    stage.platform.publish(words(longest))
    assert stage.live() == [longest]


def test_a_text_that_the_platform_does_not_take_is_refused(stage: Stage) -> None:
    for text in ("", " ", "\ud800", *stage.also_refuses):
        with pytest.raises(Refused):
            stage.platform.publish(words(text))
    assert stage.live() == []


def test_a_statement_is_published_and_found_again(stage: Stage) -> None:
    text = "Correction: the road is open. See https://www.gov.uk/roads?a=1&b=2 & gov.uk/x <3 ńé"
    correction = words(text)
    since = datetime.now(UTC)
    published = stage.platform.publish(correction)
    assert stage.live() == [text]
    assert stage.platform.find_published(correction, since) == (published,)
    assert stage.platform.find_published(words("Something else"), since) == ()
    assert published.remote_id in published.url
    assert stage.platform.presence(published.remote_id, public=True) is Presence.PRESENT
    assert stage.platform.capture(published.remote_id).audience is Audience.PUBLIC


@pytest.mark.parametrize(
    "text",
    [
        "Cafe\u0301 on the road",  # decomposed letters
        "Sorry \U0001f64f gov.uk",
        "نعتذر عن الخطأ، انظر https://gov.uk/ar",
        "&amp; is written so; <b> too",
        " spaces around ",
        "two\nlines",
        "two\n\nparagraphs",
        "HTTPS://WWW.GOV.UK/Path and www.gov.uk/",
        "For @somebody and @somebody@elsewhere.example: #sorry",
    ],
)
def test_our_own_post_is_found_whatever_the_platform_did_to_its_text(
    stage: Stage, text: str
) -> None:
    ours = words(text)
    since = datetime.now(UTC)
    published = stage.platform.publish(ours)
    assert stage.platform.find_published(ours, since) == (published,)
    kept = stage.platform.capture(published.remote_id)
    assert stage.platform.same_words(kept.text, text)
    assert not stage.platform.same_words(kept.text, text + "!")


def test_the_same_text_twice_may_be_our_own_earlier_post(stage: Stage) -> None:
    one, two = words("We are sorry.", key="one"), words("We are sorry.", key="two")
    since = datetime.now(UTC)
    first = stage.platform.publish(one)
    if stage.refuses_equal_texts:
        with pytest.raises(OutcomeUnknown) as unknown:
            stage.platform.publish(two)
        assert unknown.value.code == "duplicate"
        assert stage.platform.find_published(one, since) == (first,)
        assert stage.ever() == 1
        return
    second = stage.platform.publish(two)
    found = set(stage.platform.find_published(one, since))
    assert found == ({first} if stage.finds_by_key else {first, second})
    assert stage.ever() == 2


def test_the_same_words_sent_again_make_one_post(stage: Stage) -> None:
    sorry = words("We are sorry.")
    since = datetime.now(UTC)
    first = stage.platform.publish(sorry)
    if stage.platform.key_holds is None:
        with pytest.raises(OutcomeUnknown):
            stage.platform.publish(sorry)
    else:
        assert stage.platform.publish(sorry) == first
    assert stage.platform.find_published(sorry, since) == (first,)
    assert stage.live() == ["We are sorry."]
    assert stage.ever() == 1


def test_a_publish_that_was_a_lie_is_not_found(stage: Stage) -> None:
    sorry = words("We are sorry.")
    since = datetime.now(UTC)
    stage.fail("create", "lying-200")
    published = stage.platform.publish(sorry)
    assert stage.platform.find_published(sorry, since) == ()
    assert stage.platform.presence(published.remote_id, public=False) is Presence.GONE


def test_our_own_post_is_found_among_many(stage: Stage) -> None:
    sorry = words("We are sorry.")
    since = datetime.now(UTC)
    published = stage.platform.publish(sorry)
    for number in range(205):
        stage.post(f"Noise {number}")
    assert stage.platform.find_published(sorry, since) == (published,)
    assert stage.calls("timeline") == stage.pages


def test_what_was_posted_long_before_is_not_taken_for_ours(stage: Stage) -> None:
    sorry = words("We are sorry.")
    published = stage.platform.publish(sorry)
    later = datetime.now(UTC) + AN_HOUR
    found = stage.platform.find_published(sorry, later)
    assert found == ((published,) if stage.finds_by_key else ())


@pytest.mark.parametrize("fault", NOT_DONE)
def test_a_delete_that_is_turned_down_is_told_apart(stage: Stage, fault: str) -> None:
    post_id = stage.post("A mistake")
    stage.fail("delete", fault)
    with pytest.raises(NOT_DONE[fault]):
        stage.platform.delete(post_id)
    assert stage.live() == ["A mistake"]
    stage.platform.delete(post_id)
    assert stage.live() == []


@pytest.mark.parametrize("fault", [*NOT_DONE, "rules-403", "not-found-404"])
def test_a_publish_that_is_turned_down_is_told_apart(stage: Stage, fault: str) -> None:
    stage.fail("create", fault)
    with pytest.raises(NOT_DONE.get(fault, Refused)):
        stage.platform.publish(words("We are sorry."))
    assert stage.ever() == 0


@pytest.mark.parametrize("fault", MAYBE_DONE)
def test_a_delete_that_went_wrong_is_unknown_in_bounded_time(stage: Stage, fault: str) -> None:
    post_id = stage.post("A mistake")
    stage.fail("delete", fault, seconds=0.2)
    started = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        stage.platform.delete(post_id)
    assert time.monotonic() - started < BOUND_SECONDS
    stage.settle()
    assert (stage.live() == []) is MAYBE_DONE[fault]
    assert stage.calls("delete") == 1


@pytest.mark.parametrize("fault", MAYBE_DONE)
def test_a_publish_that_went_wrong_is_unknown_and_sent_once(stage: Stage, fault: str) -> None:
    sorry = words("We are sorry.")
    stage.fail("create", fault, seconds=0.2)
    since = datetime.now(UTC)
    with pytest.raises(OutcomeUnknown):
        stage.platform.publish(sorry)
    stage.settle()
    done = MAYBE_DONE[fault]
    assert stage.calls("create") == 1
    assert stage.ever() == int(done)
    assert len(stage.platform.find_published(sorry, since)) == int(done)


def test_a_refusal_of_a_duplicate_may_hide_our_own_post(stage: Stage) -> None:
    stage.fail("create", "duplicate-403")
    with pytest.raises(OutcomeUnknown if stage.refuses_equal_texts else Refused):
        stage.platform.publish(words("We are sorry."))
    assert stage.ever() == 0


@pytest.mark.parametrize("fault", [*MAYBE_DONE, *NOT_DONE])
@pytest.mark.parametrize("public", [False, True])
def test_a_look_that_went_wrong_is_unknown_and_raises_nothing(
    stage: Stage, fault: str, public: bool
) -> None:
    post_id = stage.post("A mistake")
    stage.fail("public" if public else "get", fault, seconds=0.05)
    assert stage.platform.presence(post_id, public=public) is Presence.UNKNOWN
    assert stage.platform.presence(post_id, public=public) is Presence.PRESENT


@pytest.mark.parametrize("public", [False, True])
def test_a_stale_answer_says_that_the_post_is_still_there(stage: Stage, public: bool) -> None:
    post_id = stage.post("A mistake")
    assert stage.platform.presence(post_id, public=public) is Presence.PRESENT
    stage.platform.delete(post_id)
    stage.fail("public" if public else "get", "stale")
    assert stage.platform.presence(post_id, public=public) is Presence.PRESENT


@pytest.mark.parametrize("fault", [*MAYBE_DONE, "429", "unauthorised-401", "credit-402"])
@pytest.mark.parametrize("verb", ["get", "timeline"])
def test_a_reading_that_went_wrong_says_so_and_never_that_nothing_was_there(
    stage: Stage, fault: str, verb: str
) -> None:
    post_id = stage.post("A mistake")
    stage.platform.find_published(words("warm"), datetime.now(UTC))
    stage.fail(verb, fault, seconds=0.05)
    acts = {
        "get": lambda: stage.platform.capture(post_id),
        "timeline": lambda: stage.platform.find_published(words("A mistake"), datetime.now(UTC)),
    }
    with pytest.raises(OutsideError):
        acts[verb]()


def test_a_stranger_carries_no_credentials(stage: Stage) -> None:
    post_id = stage.post("A mistake", picture=PNG)
    stage.platform.capture(post_id)
    stage.platform.presence(post_id, public=True)
    assert (stage.calls("public"), stage.calls("media")) == (1, 1)
    assert not stage.strangers_calls_were_signed()


def test_a_server_that_is_not_there_was_sent_nothing(stage: Stage) -> None:
    post_id = stage.post("A mistake")
    stage.platform.check()
    stage.stop()
    for act in (
        lambda: stage.platform.delete(post_id),
        lambda: stage.platform.capture(post_id),
        lambda: stage.platform.publish(words("We are sorry.")),
        lambda: stage.platform.find_published(words("We are sorry."), datetime.now(UTC)),
    ):
        with pytest.raises(NotSent):
            act()
    assert stage.platform.presence(post_id, public=False) is Presence.UNKNOWN
    assert stage.platform.presence(post_id, public=True) is Presence.UNKNOWN
    assert len(stage.platform.check().problems) == 1


def test_many_threads_share_one_platform(stage: Stage) -> None:
    post_ids = [stage.post(f"Mistake {number}") for number in range(40)]
    with ThreadPoolExecutor(stage.at_once) as pool:
        list(pool.map(stage.platform.delete, post_ids))
    assert stage.live() == []
    assert stage.calls("delete") == 40


CANARY = "canary-7f3a Sir Humphrey https://secret.example/canary"


WAITED_FOR_LIKE_ANOTHER = ("hang-after", "hang-late")
"""What is raised is that of "hang"; each takes as long, six times over."""


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(one, marks=pytest.mark.matrix if one in WAITED_FOR_LIKE_ANOTHER else ())
        for one in (*MAYBE_DONE, *NOT_DONE, "duplicate-403", "rules-403", "not-found-404")
    ],
)
def test_no_error_and_no_log_carries_content_or_secrets(
    stage: Stage, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    post_id = stage.post(CANARY, picture=b"canary-7f3a", alt_text="canary-7f3a")
    told = []
    for verb, act in {
        "create": lambda: stage.platform.publish(words(CANARY + " again")),
        "get": lambda: stage.platform.capture(post_id),
        "timeline": lambda: stage.platform.find_published(words(CANARY), datetime.now(UTC)),
        "media": lambda: stage.platform.capture(post_id),
        "public": lambda: stage.platform.presence(post_id, public=True),
        "delete": lambda: stage.platform.delete(post_id),
    }.items():
        stage.fail(verb, fault, seconds=0.05)
        told += _everything_told(act)
    stage.settle()
    told.append(caplog.text)
    for secret in ("canary", "Humphrey", *stage.secrets):
        assert not [line for line in told if secret in line]


def _everything_told(act: Callable[[], object]) -> list[str]:
    """All that a careless log would write of what was raised: causes and contexts too."""
    try:
        return [repr(act())]
    except OutsideError as error:
        told = [repr(error)]
        cause: BaseException = error
        while cause := cause.__cause__ or cause.__context__:
            told += [repr(cause), str(cause)]
        return told + traceback.format_exception_only(error)
