"""Answers in the words of X's API v2."""

import json
import time
from dataclasses import dataclass, field
from http import HTTPStatus

from amends.sandbox.faults import Fault

PROBLEMS = "https://api.twitter.com/2/problems/"
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."

Json = dict[str, object]


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


def answer(body: Json, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """An answer in JSON."""
    return Answer(status, json.dumps(body, ensure_ascii=False).encode(), headers=headers or {})


def html(text: str, status: int = 200) -> Answer:
    """An answer for a browser."""
    return Answer(status, text.encode(), "text/html; charset=utf-8")


def problem(status: int, detail: str, type_: str = "about:blank", title: str = "") -> Answer:
    """A refusal as X words them."""
    title = title or HTTPStatus(status).phrase
    return answer({"title": title, "type": type_, "status": status, "detail": detail}, status)


def invalid(detail: str) -> Answer:
    """X's refusal of a request that it cannot take."""
    body: Json = {
        "errors": [{"parameters": {}, "message": detail}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": PROBLEMS + "invalid-request",
    }
    return answer(body, 400)


def absent(post_id: str) -> Answer:
    """X's answer about a post that is not there: 200, with errors and without data."""
    error = {
        "value": post_id,
        "detail": f"Could not find tweet with id: [{post_id}].",
        "title": "Not Found Error",
        "resource_type": "tweet",
        "parameter": "id",
        "resource_id": post_id,
        "type": PROBLEMS + "resource-not-found",
    }
    return answer({"errors": [error]})


UNAUTHORISED = problem(401, "Unauthorized")
DUPLICATE_TEXT = problem(403, DUPLICATE)
READ_ONLY_APP = problem(
    403,
    "Your client app is not configured with the appropriate oauth1 app permissions for this "
    "endpoint.",
    PROBLEMS + "oauth1-permissions",
)
NOT_YOURS = problem(403, "You are not authorized to delete this Tweet.")
NO_SUCH_POST = problem(404, "Not Found")
TOO_MANY = problem(429, "Too Many Requests")
LOGIN_PAGE = html("<!doctype html><title>Log in</title><p>Log in to see more.")

TROUBLED: dict[str, Answer] = {
    "400": invalid("The request was invalid."),
    "401": UNAUTHORISED,
    "402": problem(
        402,
        "Your enrolled account does not have any credits to fulfill this request.",
        PROBLEMS + "credits",
        "CreditsDepleted",
    ),
    "403-app": READ_ONLY_APP,
    "403-suspended": problem(
        403, "Your account is suspended and is not permitted to access this feature."
    ),
    "403-duplicate": DUPLICATE_TEXT,
    "403-rules": problem(403, "Your post was not allowed by the rules."),
    "404": NO_SUCH_POST,
    "422": problem(422, "The request could not be followed."),
    "429": TOO_MANY,
    "429-day": TOO_MANY,
    "500": problem(500, "Something went wrong."),
    "503-html": html("<!doctype html><title>Over capacity</title><p>Over capacity.", 503),
    "504": problem(504, "Gateway Timeout"),
    "login-302": Answer(302, b"", headers={"Location": "/i/flow/login"}),
    "login-200": LOGIN_PAGE,
}


def troubled(fault: Fault) -> Answer:
    """What a fault that names a status answers, with its reset time."""
    plain = TROUBLED[fault.trouble.status]
    reset = str(int(time.time() + fault.reset_in))
    headers = dict(plain.headers)
    if fault.trouble.status == "429":
        headers |= {"x-rate-limit-remaining": "0", "x-rate-limit-reset": reset}
    if fault.trouble.status == "429-day":
        headers |= {
            "x-rate-limit-remaining": "7",
            "x-rate-limit-reset": str(int(time.time()) + 60),
            "x-user-limit-24hour-remaining": "0",
            "x-user-limit-24hour-reset": reset,
        }
    return Answer(plain.status, plain.body, plain.content_type, headers)
