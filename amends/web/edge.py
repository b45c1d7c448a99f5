"""The outermost edge: headers of every answer, the size of requests, and what the log says."""

import logging
import time
from collections.abc import Iterable

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from amends.web.origin import is_foreign
from amends.web.problems import for_status
from models.office import Office

log = logging.getLogger("amends.access")

LARGEST_BODY = 512 * 1024

Headers = tuple[tuple[bytes, bytes], ...]

HEADERS: Headers = (
    (b"content-security-policy",
     b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
     b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    # Not no-referrer: with it a browser sends its forms with "Origin: null", as strangers' come.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)  # fmt: skip
DRILL = (b"amends-drill", b"yes")
"""In each answer of a drill, so that no caller takes it for a live one."""

NO_STORE = (b"cache-control", b"no-store")
ONLY_TLS = (b"strict-transport-security", b"max-age=31536000")
"""Where the installation is reached by https: a browser then takes no other way to it."""


class Edge:
    """Wraps the whole app. The log gets the route's pattern: no reference, query or token."""

    def __init__(self, app: ASGIApp, *, drill: bool = False) -> None:
        self._app = app
        self._headers = (*HEADERS, DRILL) if drill else HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        url = _public_url(scope)
        ours = (*self._headers, ONLY_TLS) if url.startswith("https://") else self._headers
        answer = _Answer(send, ours)
        try:
            if is_foreign(scope, url):
                await answer.instead(403, scope, receive)
            elif _announced(scope["headers"]) > LARGEST_BODY:
                await answer.instead(413, scope, receive)
            else:
                await self._app(scope, _bounded(receive), answer)
        except Exception as error:
            # A text of the error may hold what a person wrote: the log gets its type and place.
            log.error("%s at %s", type(error).__name__, _place(error))
            await answer.instead(500, scope, receive)
        finally:
            route = getattr(scope.get("route"), "path", "-")
            milliseconds = (time.monotonic() - started) * 1000
            log.info("%s %s %s %.0f ms", scope["method"], route, answer.status, milliseconds)


class _Answer:
    """Sends with our headers, and remembers whether anything has been sent."""

    def __init__(self, send: Send, headers: Headers) -> None:
        self._send = send
        self._headers = headers
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*_with_ours(message.get("headers", []), self._headers)]
        await self._send(message)

    async def instead(self, status: int, scope: Scope, receive: Receive) -> None:
        """A problem, unless an answer has begun already."""
        if not self.status:
            await for_status(scope, status)(scope, receive, self)


def _with_ours(
    headers: Iterable[tuple[bytes, bytes]], ours: Headers
) -> Iterable[tuple[bytes, bytes]]:
    theirs = list(headers)
    yield from theirs
    yield from ours
    if not any(name.lower() == b"cache-control" for name, _ in theirs):
        yield NO_STORE


def _public_url(scope: Scope) -> str:
    office = scope["app"].state.office
    return office.settings.public_url if isinstance(office, Office) else ""


def _announced(headers: Iterable[tuple[bytes, bytes]]) -> int:
    length = next((value for name, value in headers if name == b"content-length"), b"0")
    return int(length) if length.isdigit() else 0


def _bounded(receive: Receive) -> Receive:
    read = 0

    async def bounded() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > LARGEST_BODY:
            raise HTTPException(413)  # FastAPI lets this through while it reads a body
        return message

    return bounded


def _place(error: BaseException) -> str:
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None:
        return "-"
    return f"{last.tb_frame.f_globals.get('__name__', '-')}:{last.tb_lineno}"
