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
    OutcomeUnknown,
    OutsideError,
    Refused,
    TryAgainLater,
)
from models.words import Presence

BOUND_SECONDS = 3.0
AN_HOUR_AGO = timedelta(hours=1)

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
    assert kept.headers["Content-Type"].startswith("application/json")
    assert kept.metrics["like_count"] == 7
    assert kept.media == kept.missing == ()


def test_capture_is_one_request_where_there_are_no_media(stage: Stage) -> None:
    stage.platform.capture(stage.post("Words only"))
    assert (stage.calls("get"), stage.calls("media")) == (1, 0)


def test_pictures_are_captured_with_their_alt_text(stage: Stage) -> None:
    post_id = stage.post("Look", picture=b"\x89PNG-bytes", alt_text="A map of the road")
    (picture,) = stage.platform.capture(post_id).media
    assert (picture.content, picture.alt_text) == (b"\x89PNG-bytes", "A map of the road")
    assert picture.content_type == "image/png"


def test_pictures_are_left_alone_when_not_wanted(stage: Stage) -> None:
    post_id = stage.post("Look", picture=b"png", alt_text="A map")
    assert stage.platform.capture(post_id, media=False).media == ()
    assert stage.calls("media") == 0


@pytest.mark.parametrize(
    "fault", ["500-before", "reset-before", "hang", "not-found-404", "malformed", "login-wall-200"]
)
def test_a_picture_that_cannot_be_had_is_named_and_the_rest_is_kept(
    stage: Stage, fault: str
) -> None:
    post_id = stage.post("Look", picture=b"png")
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
    with pytest.raises(Refused) as refused:
        stage.platform.capture(post_id)
    assert refused.value.code == "another-account"
    with pytest.raises(Refused):
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
    assert stage.platform.capture(second).edit_chain == (first, second)
    stage.platform.delete(second)
    assert stage.platform.presence(first, public=False) is Presence.GONE


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


@pytest.mark.parametrize("fault", ["429", "429-day"])
def test_a_rate_limit_says_when_to_try_again(stage: Stage, fault: str) -> None:
    post_id = stage.post("A mistake")
    stage.fail("delete", fault, reset_in=900)
    with pytest.raises(TryAgainLater) as later:
        stage.platform.delete(post_id)
    wait = later.value.at - datetime.now(UTC)
    assert timedelta(seconds=880) < wait < timedelta(seconds=901)
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
    assert "write" in reader.check().problems[0]
    with pytest.raises(NotAuthorised):
        reader.publish(words("Sorry"))


@pytest.mark.parametrize("fault", ["hang", "500-before", "503-html", "429", "malformed", "drip"])
def test_check_explains_what_it_could_not_find_out(stage: Stage, fault: str) -> None:
    stage.fail("me", fault)
    assert len(stage.platform.check().problems) == 1


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_text_at_the_limit_is_taken_and_one_over_is_not(stage: Stage, script: str) -> None:
    one = stage.platform.measure(SCRIPTS[script]).used
    limit = stage.platform.measure("").limit
    longest = SCRIPTS[script] * (limit // one) + "." * (limit % one)
    assert stage.platform.measure(longest).used == limit
    assert stage.platform.measure(longest).fits
    assert not stage.platform.measure(longest + ".").fits
    with pytest.raises(Refused):
        stage.platform.publish(words(longest + "."))
    assert stage.calls("create") == 0
    stage.platform.publish(words(longest))
    assert stage.live() == [longest]


@pytest.mark.parametrize("text", ["", " ", "\ud800", "a\ufffeb"])
def test_a_text_that_no_platform_takes_is_refused(stage: Stage, text: str) -> None:
    with pytest.raises(Refused):
        stage.platform.publish(words(text))
    assert stage.live() == []


def test_a_statement_is_published_and_found_again(stage: Stage) -> None:
    text = "Correction: the road is open. See https://www.gov.uk/roads?a=1&b=2 & gov.uk/x <3 ńé"
    since = datetime.now(UTC)
    published = stage.platform.publish(words(text))
    assert stage.live() == [text]
    assert stage.platform.find_published(words(text), since) == (published,)
    assert stage.platform.find_published(words("Something else"), since) == ()
    assert published.remote_id in published.url
    assert stage.platform.presence(published.remote_id, public=True) is Presence.PRESENT


@pytest.mark.parametrize(
    "text",
    [
        "Cafe\u0301 on the road",  # decomposed letters
        "Sorry \U0001f64f gov.uk",
        "نعتذر عن الخطأ، انظر https://gov.uk/ar",
        "&amp; is written so; <b> too",
        " spaces around ",
        "two\nlines",
        "HTTPS://WWW.GOV.UK/Path and www.gov.uk/",
    ],
)
def test_our_own_post_is_found_whatever_the_platform_did_to_its_text(
    stage: Stage, text: str
) -> None:
    since = datetime.now(UTC)
    published = stage.platform.publish(words(text))
    assert stage.platform.find_published(words(text), since) == (published,)


def test_the_same_text_twice_may_be_our_own_earlier_post(stage: Stage) -> None:
    since = datetime.now(UTC)
    first = stage.platform.publish(words("We are sorry."))
    with pytest.raises(OutcomeUnknown) as unknown:
        stage.platform.publish(words("We are sorry."))
    assert unknown.value.code == "duplicate"
    assert stage.platform.find_published(words("We are sorry."), since) == (first,)
    assert stage.ever() == 1


def test_our_own_post_is_found_among_many(stage: Stage) -> None:
    since = datetime.now(UTC)
    published = stage.platform.publish(words("We are sorry."))
    for number in range(205):
        stage.post(f"Noise {number}")
    assert stage.platform.find_published(words("We are sorry."), since) == (published,)
    assert stage.calls("timeline") == 3


def test_what_was_posted_long_before_is_not_taken_for_ours(stage: Stage) -> None:
    stage.platform.publish(words("We are sorry."))
    later = datetime.now(UTC) + AN_HOUR_AGO
    assert stage.platform.find_published(words("We are sorry."), later) == ()


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


@pytest.mark.parametrize("fault", [*MAYBE_DONE, "duplicate-403"])
def test_a_publish_that_went_wrong_is_unknown_and_sent_once(stage: Stage, fault: str) -> None:
    stage.fail("create", fault, seconds=0.2)
    since = datetime.now(UTC)
    with pytest.raises(OutcomeUnknown):
        stage.platform.publish(words("We are sorry."))
    stage.settle()
    done = MAYBE_DONE.get(fault, False)
    assert stage.calls("create") == 1
    assert stage.ever() == int(done)
    assert len(stage.platform.find_published(words("We are sorry."), since)) == int(done)


@pytest.mark.parametrize("fault", [*MAYBE_DONE, *NOT_DONE])
@pytest.mark.parametrize("public", [False, True])
def test_a_look_that_went_wrong_is_unknown_and_raises_nothing(
    stage: Stage, fault: str, public: bool
) -> None:
    post_id = stage.post("A mistake")
    stage.fail("oembed" if public else "get", fault, seconds=0.05)
    assert stage.platform.presence(post_id, public=public) is Presence.UNKNOWN
    assert stage.platform.presence(post_id, public=public) is Presence.PRESENT


@pytest.mark.parametrize("public", [False, True])
def test_a_stale_answer_says_that_the_post_is_still_there(stage: Stage, public: bool) -> None:
    post_id = stage.post("A mistake")
    stage.platform.delete(post_id)
    stage.fail("oembed" if public else "get", "stale")
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
    post_id = stage.post("A mistake", picture=b"png")
    stage.platform.capture(post_id)
    stage.platform.presence(post_id, public=True)
    assert stage.calls("oembed") == 1
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
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(stage.platform.delete, post_ids))
    assert stage.live() == []
    assert stage.calls("delete") == 40


CANARY = "canary-7f3a Sir Humphrey https://secret.example/canary"


@pytest.mark.parametrize(
    "fault", [*MAYBE_DONE, *NOT_DONE, "duplicate-403", "rules-403", "not-found-404"]
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
        "oembed": lambda: stage.platform.presence(post_id, public=True),
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
