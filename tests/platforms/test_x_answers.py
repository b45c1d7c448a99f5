"""X's refusals are sorted by what to do next."""

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
from integrations.platforms.x_answers import meaning

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PROBLEMS = "https://api.twitter.com/2/problems/"
DUPLICATE = {"detail": "You are not allowed to create a Tweet with duplicate content."}


def _answered(status: int, body: object = None, **headers: str) -> Answered:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answered(status, named, json.dumps(body or {}).encode())


@pytest.mark.parametrize(
    ("status", "body", "act", "kind", "code"),
    [
        (400, {}, "create", Refused, "http-400"),
        (401, {}, "delete", NotAuthorised, "unauthorised"),
        (402, {"title": "CreditsDepleted"}, "create", NotAuthorised, "no-credit"),
        (403, {"type": PROBLEMS + "usage-capped"}, "create", NotAuthorised, "no-credit"),
        (429, {"title": "UsageCapExceeded"}, "read", NotAuthorised, "no-credit"),
        (403, DUPLICATE, "create", OutcomeUnknown, "duplicate"),
        (403, DUPLICATE, "delete", NotAuthorised, "forbidden"),
        (403, {"type": PROBLEMS + "oauth1-permissions"}, "x", NotAuthorised, "app-permissions"),
        (403, {"reason": "client-not-enrolled"}, "read", NotAuthorised, "app-access"),
        (403, {"errors": [{"message": "Your account is suspended"}]}, "create", NotAuthorised,
         "suspended"),
        (403, {"errors": [{"message": "this account is temporarily locked"}]}, "create",
         NotAuthorised, "locked"),
        (403, {"detail": "You are not permitted to perform this action."}, "create",
         NotAuthorised, "forbidden"),
        (403, {"detail": "Something else"}, "create", Refused, "forbidden"),
        (404, {}, "create", Refused, "http-404"),
        (404, {}, "delete", OutcomeUnknown, "not-found"),
        (408, {}, "delete", OutcomeUnknown, "http-408"),
        (422, {}, "create", Refused, "http-422"),
        (302, {}, "delete", OutcomeUnknown, "http-302"),
        (500, {}, "delete", OutcomeUnknown, "http-500"),
        (503, [1], "create", OutcomeUnknown, "http-503"),
    ],
)  # fmt: skip
def test_each_answer_has_its_class(
    status: int, body: object, act: str, kind: type[OutsideError], code: str
) -> None:
    error = meaning(_answered(status, body), act, NOW)
    assert type(error) is kind
    assert error.code == code


def _at(**headers: str) -> datetime:
    error = meaning(_answered(429, {}, **headers), "delete", NOW)
    assert isinstance(error, TryAgainLater)
    return error.at


def _in(minutes: float) -> str:
    return str(int((NOW + timedelta(minutes=minutes)).timestamp()))


def test_the_reset_time_is_the_one_of_the_window_that_is_used_up() -> None:
    assert _at(x_rate_limit_reset=_in(10)) == NOW + timedelta(minutes=10)
    both = {
        "x_rate_limit_remaining": "3",
        "x_rate_limit_reset": _in(10),
        "x_user_limit_24hour_remaining": "0",
        "x_user_limit_24hour_reset": _in(600),
    }
    assert _at(**both) == NOW + timedelta(minutes=600)
    both["x_rate_limit_remaining"] = "0"
    assert _at(**both) == NOW + timedelta(minutes=600)


def test_a_reset_time_is_neither_past_nor_absurd() -> None:
    assert _at() == NOW + timedelta(minutes=1)
    assert _at(retry_after="30") == NOW + timedelta(seconds=30)
    assert _at(x_rate_limit_reset=_in(-5)) == NOW + timedelta(seconds=1)
    assert _at(x_rate_limit_reset="99999999999") == NOW + timedelta(hours=25)
    assert _at(x_rate_limit_reset="soon") == NOW + timedelta(minutes=1)


@given(
    st.integers(300, 599),
    st.binary() | st.recursive(
        st.none() | st.booleans() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(
            st.sampled_from(["errors", "title", "detail", "type", "message"]), inner),
    ).map(lambda body: json.dumps(body).encode()),
    st.dictionaries(
        st.sampled_from(["x-rate-limit-reset", "x-rate-limit-remaining", "retry-after"]), st.text()
    ),
    st.sampled_from(["create", "delete", "read"]),
)  # fmt: skip
def test_any_answer_is_sorted_and_none_of_it_is_repeated(
    status: int, body: bytes, headers: dict[str, str], act: str
) -> None:
    error = meaning(Answered(status, headers, body), act, NOW)
    assert error.args == (error.code,)
    assert error.code.isascii()
    assert len(error.code) < 20
