"""Problem details (RFC 9457) for every error: a sentence that says what to do, and no content."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
    TimeoutError,
)
from starlette.exceptions import HTTPException
from starlette.types import Scope

from amends.web.error_pages import SENTENCES as FOR_PEOPLE
from amends.web.error_pages import error_page, wants_page
from flows.refusals import (
    AlreadyDecidedError,
    BadRequestError,
    DigestDiffersError,
    KeyReusedError,
    NotAllowedError,
    NotFoundError,
    NotNowError,
    Refusal,
    UnfinishedError,
)
from flows.reviewing.cabinet import NotRecordedError
from models.store import CommitLostError

log = logging.getLogger("amends.web")

MEDIA_TYPE = "application/problem+json"

REFUSALS: dict[type[Refusal], tuple[int, str]] = {
    NotFoundError: (404, "not-found"),
    NotAllowedError: (403, "not-allowed"),
    BadRequestError: (422, "bad-request"),
    AlreadyDecidedError: (409, "already-decided"),
    DigestDiffersError: (409, "digest-differs"),
    KeyReusedError: (409, "key-reused"),
    UnfinishedError: (409, "unfinished"),
    NotNowError: (409, "not-now"),
}
"""Each refusal's status and code; the code is for scripts and does not change."""

SENTENCES: dict[int, tuple[str, str]] = {
    400: ("bad-request", "The request cannot be read. Send JSON as the API's description says."),
    401: ("not-signed-in", "Sign in: send a token as Authorization: Bearer TOKEN."),
    403: ("not-allowed", "The request came from another site. Send it from where you signed in."),
    404: ("not-found", "There is nothing at this address. Check it and try again."),
    405: ("method-not-allowed", "This address does not take this method."),
    413: ("too-large", "The request is too large. Send less at a time."),
    429: ("too-many", "You have sent very many reports. Wait a minute, then go on."),
    500: ("failed", "Something went wrong here. Try again, or phone the duty officer."),
}  # fmt: skip
"""Statuses that no refusal stands behind."""

NO_DATABASE = (
    "The database does not answer, so nothing of this was kept. Send it again in a moment."
)
COMMIT_LOST = (
    "The database was lost while this was being kept, so nobody knows whether it was. Send it "
    "again: the same report with the same key is never stored twice."
)
CANNOT_WAIT = (
    "If the post cannot wait, phone the duty officer, {number}, and delete it in the platform's "
    "own app."
)
"""Every page of an error says so anyway."""
OUR_MISTAKES = (IntegrityError, DataError, ProgrammingError, NotSupportedError)
"""Errors that a database raises though it is well."""

NOT_RECORDED = (
    "That you looked could not be written down, so nothing is shown. Try again in a moment."
)

RETRY_SECONDS = 5

MISSING = "Enter {field}."
TOO_LONG = "{field}: enter {limit} characters or fewer."
TOO_MANY = "{field}: give {limit} or fewer."
UNKNOWN_FIELD = "The request has a field that is not known here. Remove it, or correct its name."
NOT_JSON = "The body is not JSON. Send a JSON object."
ONE_OF = "{field}: use one of {allowed}."
WRONG = "{field} is not as it must be. See the API's description."


class Problem(BaseModel):
    """What went wrong (RFC 9457). ``code`` is for scripts; ``detail`` says what to do."""

    type: str
    title: str
    status: int
    code: str
    detail: str


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    status: {"description": said, "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}}
    for status, said in (
        (401, "No token, or one that does not work"),
        (403, "Not for this person to decide"),
        (404, "Not there, or not for this person to know of"),
        (409, "It stands in a way in which this cannot be done"),
        (422, "The request is wrong; `detail` says what to enter"),
    )
}
"""The problems that any route may answer, for the API's description."""


def problem(
    status: int, code: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any
) -> JSONResponse:
    """One problem. ``code`` is for scripts, ``detail`` for people."""
    body = {
        "type": f"urn:amends:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    return JSONResponse(body, status, headers=headers, media_type=MEDIA_TYPE)


def for_status(scope: Scope, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """The problem of a status that needs no more words; a browser gets it as a page."""
    code, detail = SENTENCES.get(status, ("http", HTTPStatus(status).phrase))
    if wants_page(scope):
        return _page(scope, status, FOR_PEOPLE.get(status, detail), headers)
    return problem(status, code, detail, headers)


def install(app: FastAPI) -> None:
    """Turn every error of the app into a problem, or into a page where a browser asks."""

    @app.exception_handler(Refusal)
    def refused(request: Request, error: Refusal) -> Response:
        kind = next(one for one in type(error).__mro__ if one in REFUSALS)
        status, code = REFUSALS[kind]
        if wants_page(request.scope):
            return _page(request.scope, status, str(error))
        if isinstance(error, UnfinishedError):
            undone = [step.value for step in error.steps]
            return problem(status, code, str(error), undone=undone)
        return problem(status, code, str(error))

    @app.exception_handler(NotRecordedError)
    def not_recorded(request: Request, error: NotRecordedError) -> Response:
        log.error("a look could not be recorded")
        headers = {"Retry-After": str(RETRY_SECONDS)}
        if wants_page(request.scope):
            return _page(request.scope, 503, NOT_RECORDED, headers)
        return problem(503, "not-recorded", NOT_RECORDED, headers)

    @app.exception_handler(HTTPException)
    def http_error(request: Request, error: HTTPException) -> Response:
        return for_status(request.scope, error.status_code, error.headers)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        found = [_explain(one) for one in error.errors()]
        if wants_page(request.scope):
            return _page(request.scope, 422, found[0]["message"])
        return problem(422, "bad-request", found[0]["message"], errors=found)

    @app.exception_handler(DBAPIError)
    def database(request: Request, error: DBAPIError) -> Response:
        log.error("the database: %s", type(error.orig).__name__)
        if isinstance(error, OUR_MISTAKES):
            return for_status(request.scope, 500)
        return no_database(request.scope, error)

    @app.exception_handler(TimeoutError)
    def no_connection(request: Request, error: TimeoutError) -> Response:
        log.error("no connection to the database is free")
        return no_database(request.scope, error)


def no_database(scope: Scope, error: Exception) -> Response:
    """503: what was kept, when to come again, and whom to phone (design §9, exit code 69)."""
    words = COMMIT_LOST if isinstance(error, CommitLostError) else NO_DATABASE
    number = scope["app"].state.office.settings.organisation.duty_officer
    headers = {"Retry-After": str(RETRY_SECONDS)}
    if wants_page(scope):
        return _page(scope, 503, words, headers)
    return problem(503, "database", f"{words} {CANNOT_WAIT.format(number=number)}", headers)


def _page(
    scope: Scope, status: int, sentence: str, headers: Mapping[str, str] | None = None
) -> Response:
    page = error_page(scope["app"].state.office, status, sentence)
    page.headers.update(headers or {})
    return page


def _explain(error: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with one field. Nothing of what was sent is said, a field's name apart."""
    known = [str(part) for part in error["loc"] if part not in ("body", "query", "header")]
    context = error.get("ctx") or {}
    kind = error["type"]
    if kind == "extra_forbidden":
        return {"field": "", "message": UNKNOWN_FIELD}
    if kind in ("json_invalid", "model_attributes_type", "dict_type"):
        return {"field": "", "message": NOT_JSON}
    field = known[-1] if known else "the body"
    field = known[-2] if field.isdigit() and len(known) > 1 else field
    sentences = {
        "missing": MISSING.format(field=field),
        "string_too_long": TOO_LONG.format(field=field, limit=context.get("max_length")),
        "too_long": TOO_MANY.format(field=field, limit=context.get("max_length")),
        "string_too_short": MISSING.format(field=field),
        "too_short": MISSING.format(field=field),
        "value_error": str(context.get("error", "")),
        "enum": ONE_OF.format(field=field, allowed=context.get("expected")),
        "literal_error": ONE_OF.format(field=field, allowed=context.get("expected")),
        "union_tag_invalid": ONE_OF.format(field="type", allowed=context.get("expected_tags")),
        "union_tag_not_found": MISSING.format(field="type"),
    }
    return {"field": field, "message": sentences.get(kind) or WRONG.format(field=field)}
