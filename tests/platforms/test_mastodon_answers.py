"""Mastodon's refusals are sorted by what to do next."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.errors import (
    NotAuthorised,
    OutcomeUnknown,
    OutsideError,
    Refused,
    TryAgainLater,
)
from integrations.platforms.bounded import Answered
from integrations.platforms.mastodon_answers import meaning, says_absent

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SCOPES = "This action is outside the authorized scopes"
UNCONFIRMED = "Your login is missing a confirmed e-mail address"


def _answered(status: int, error: str = "", **headers: str) -> Answered:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answered(status, named, json.dumps({"error": error}).encode() if error else b"<html>")


@pytest.mark.parametrize(
    ("status", "error", "act", "kind", "code"),
    [
        (400, "", "create", Refused, "http-400"),
        (401, "The access token is invalid", "delete", NotAuthorised, "unauthorised"),
        (403, SCOPES, "create", NotAuthorised, "app-permissions"),
        (403, "Your login is currently disabled", "read", NotAuthorised, "suspended"),
        (403, UNCONFIRMED, "read", NotAuthorised, "locked"),
        (403, "Your login is currently pending approval", "read", NotAuthorised, "locked"),
        (403, "This action is not allowed", "delete", NotAuthorised, "forbidden"),
        (403, "", "create", NotAuthorised, "forbidden"),
        (404, "Record not found", "delete", OutcomeUnknown, "not-found"),
        (404, "Record not found", "create", Refused, "http-404"),
        (410, "", "read", Refused, "http-410"),
        (422, "Validation failed", "create", Refused, "http-422"),
        (302, "", "create", OutcomeUnknown, "http-302"),
        (408, "", "delete", OutcomeUnknown, "http-408"),
        (500, "", "create", OutcomeUnknown, "http-500"),
        (503, "", "delete", OutcomeUnknown, "http-503"),
    ],
)
def test_a_refusal_says_what_to_do_next(
    status: int, error: str, act: str, kind: type[OutsideError], code: str
) -> None:
    found = meaning(_answered(status, error), act, NOW)
    assert (type(found), found.code) == (kind, code)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x_ratelimit_reset": "2026-11-23T09:10:00.000000Z"}, 600),
        ({"x_ratelimit_reset": "2026-11-23T10:10:00+01:00"}, 600),
        ({"x_ratelimit_reset": str(int(NOW.timestamp()) + 600)}, 600),  # as GoToSocial does
        ({"retry_after": "120"}, 120),
        ({"x_ratelimit_reset": "2026-11-23T09:10:00Z", "retry_after": "900"}, 900),
        ({"x_ratelimit_reset": "2026-11-23T08:00:00Z"}, 1),
        ({"x_ratelimit_reset": "2027-11-23T08:00:00Z"}, 25 * 3600),
        ({"x_ratelimit_reset": "soon"}, 60),
        ({}, 60),
    ],
)
def test_a_rate_limit_is_waited_out(headers: dict[str, str], seconds: int) -> None:
    later = meaning(_answered(429, **headers), "delete", NOW)
    assert isinstance(later, TryAgainLater)
    assert later.at == NOW + timedelta(seconds=seconds)


def test_only_mastodons_own_words_say_that_a_post_is_not_there() -> None:
    assert says_absent(_answered(404, "Record not found"))
    assert not says_absent(_answered(404))
    assert not says_absent(_answered(410, "Gone"))


@given(
    st.integers(300, 599),
    st.binary(max_size=60),
    st.dictionaries(st.sampled_from(["x-ratelimit-reset", "retry-after"]), st.text(max_size=40)),
)
def test_any_answer_has_a_meaning_without_its_words(
    status: int, body: bytes, headers: dict[str, str]
) -> None:
    found = meaning(Answered(status, headers, body), "create", NOW)
    assert isinstance(found, OutsideError)
    assert found.code.isascii()
