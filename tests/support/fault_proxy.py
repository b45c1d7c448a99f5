"""A real server in front of another one: passes every byte on, counts the calls, and goes wrong.

It fails in the practice platform's ways (``amends/sandbox/faults.py``) on servers that nobody here
wrote: the effect takes place at the real server, later, or not at all, as the fault says. What a
refusal looks like, and what each call is, differs by platform: the stage says so in a ``Dialect``.
"""

import http.client
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from urllib.parse import urlsplit

from amends.sandbox import mischief
from amends.sandbox.faults import TROUBLES, Does, Fault, Faults, Says
from amends.sandbox.loopback import LoopbackServer

PATIENCE_SECONDS = 30.0
OF_ONE_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})


@dataclass(frozen=True)
class Request:
    """One call as it came in; ``target`` is the path with its query."""

    method: str
    target: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def path(self) -> str:
        """The path alone."""
        return urlsplit(self.target).path

    @property
    def signed(self) -> bool:
        """Whether it carries credentials."""
        return any(name.lower() in ("authorization", "cookie") for name in self.headers)


@dataclass(frozen=True)
class Reply:
    """One answer, whole."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)


@dataclass
class Call:
    """One call that was made. ``did`` is what the server itself answered, where it was asked."""

    verb: str
    method: str
    target: str
    signed: bool
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    outcome: str = ""
    did: int | None = None


@dataclass(frozen=True)
class Dialect:
    """How one platform speaks, as far as going wrong needs it.

    ``verb_of`` names a call: create, delete, get, timeline, me, media, public (a look without
    credentials), or a platform's own; whatever it leaves empty is passed on uncounted.
    ``refusal`` is the answer that a fault with a status gives; ``fault.trouble.status`` is one of
    the names in ``amends/sandbox/answers.py`` (429, 401, 403-app, 404, 503-html, login-302 …).
    ``lie`` is a well-formed answer that is not true.
    """

    verbs: tuple[str, ...]
    verb_of: Callable[[Request], str]
    refusal: Callable[[Fault], Reply]
    lie: Callable[[str, Request], Reply]


class FaultProxy:
    """Stands before the server at ``upstream``; ``url`` is where callers go instead of there.

    Stopped and started again it has the same address. The server behind it is not its to stop.
    """

    def __init__(self, upstream: str, dialect: Dialect, port: int = 0) -> None:
        self.upstream = upstream.rstrip("/")
        self.dialect = dialect
        self._faults = Faults((*dialect.verbs, "*"))
        self._calls: list[Call] = []
        self._late: list[threading.Timer] = []
        self._last_good: dict[tuple[str, bool], Reply] = {}
        self._port = port
        self._server: _Server | None = None

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> "FaultProxy":
        """Serve, in threads of its own. Raises OSError when the port is taken."""
        self._server = _Server(self, self._port)
        self._port = self._server.server_port
        self._server.serve_in_a_thread()
        return self

    def stop(self) -> None:
        """Refuse every connection from now on, and cut those that are open."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def __enter__(self) -> "FaultProxy":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def fail(
        self,
        verb: str,
        fault: str,
        *,
        times: int | None = 1,
        after: int = 0,
        seconds: float = 1.0,
        reset_in: float = 900.0,
    ) -> None:
        """Make calls fail; see ``faults.py``. Raises ValueError for an unknown verb or fault."""
        self._faults.lay_up(Fault(verb, fault, times, after, seconds, reset_in))

    def heal(self) -> None:
        """Fail no more."""
        self._faults.clear()

    def calls(self, verb: str | None = None) -> list[Call]:
        """The calls that have a verb, oldest first."""
        return [call for call in list(self._calls) if verb in (None, call.verb)]

    def settle(self) -> None:
        """Wait until every late effect has happened."""
        for timer in list(self._late):
            timer.join()

    def met(self, request: Request) -> tuple[Call, Fault | None]:
        """Write the call down, and say what it meets."""
        verb = self.dialect.verb_of(request)
        call = Call(
            verb,
            request.method,
            request.target,
            request.signed,
            request.headers,
            request.body,
        )
        if not verb:
            return call, None
        self._calls.append(call)
        fault = self._faults.next(verb)
        call.outcome = fault.name if fault else "passed on"
        return call, fault

    def passed_on(self, call: Call, request: Request) -> Reply:
        """What the server itself says. A server that is not there is a 502, as behind any proxy."""
        try:
            reply = _forward(self.upstream, request)
        except (OSError, http.client.HTTPException):
            return Reply(HTTPStatus.BAD_GATEWAY)
        call.did = reply.status
        if request.method == "GET" and 200 <= reply.status < 300:
            self._last_good[request.target, request.signed] = reply
        return reply

    def later(self, fault: Fault, call: Call, request: Request) -> None:
        """Pass it on after a while, whatever was answered."""
        timer = threading.Timer(fault.seconds, self.passed_on, (call, request))
        timer.daemon = True
        self._late.append(timer)
        timer.start()

    def stale(self, call: Call, request: Request) -> Reply:
        """The last good answer to the same question, as an old cache gives it."""
        old = self._last_good.get((request.target, request.signed))
        return old or self.passed_on(call, request)


class _Server(LoopbackServer):
    def __init__(self, proxy: FaultProxy, port: int) -> None:
        super().__init__(port, _Handler)
        self.proxy = proxy


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def do_GET(self) -> None:
        proxy = self.server.proxy
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, self.path, dict(self.headers.items()), body)
        call, fault = proxy.met(request)
        if fault is None:
            self._say(proxy.passed_on(call, request))
        else:
            self._go_wrong(proxy, fault, call, request)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET

    def _go_wrong(self, proxy: FaultProxy, fault: Fault, call: Call, request: Request) -> None:
        trouble = TROUBLES[fault.name]
        given = Reply(HTTPStatus.OK)
        if trouble.stale:
            given = proxy.stale(call, request)
        elif trouble.does is Does.NOW:
            given = proxy.passed_on(call, request)
        elif trouble.does is Does.LATER:
            proxy.later(fault, call, request)
        match trouble.says:
            case Says.TRUTH:
                self._say(given)
            case Says.STATUS:
                self._say(proxy.dialect.refusal(fault))
            case Says.LIE:
                self._say(proxy.dialect.lie(call.verb, request))
            case Says.MALFORMED:
                self._say(Reply(HTTPStatus.OK, b'{"data":{"id":"12'))
            case Says.HALF:
                self._say(given, half=True)
            case Says.RESET:
                mischief.reset(self.connection)
                self.close_connection = True
            case Says.NOTHING:
                mischief.hang(self.connection, self.server.stopping)
                self.close_connection = True
            case Says.DRIP:
                mischief.drip(self.connection, self.server.stopping)
                self.close_connection = True

    def _say(self, reply: Reply, *, half: bool = False) -> None:
        self.send_response_only(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(max(len(reply.body), 2 if half else 0)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body[: len(reply.body) // 2] if half else reply.body)
        self.close_connection = self.close_connection or half

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing: the calls are in ``FaultProxy.calls``."""


def _forward(upstream: str, request: Request) -> Reply:
    """Ask the server itself. The caller's own Host goes with it: links lead back through us."""
    address = urlsplit(upstream)
    assert address.hostname
    server = http.client.HTTPConnection(
        address.hostname, address.port or 80, timeout=PATIENCE_SECONDS
    )
    try:
        server.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers.items():
            if name.lower() not in OF_ONE_HOP:
                server.putheader(name, value)
        server.putheader("Content-Length", str(len(request.body)))
        server.endheaders(request.body)
        answer = server.getresponse()
        headers = [one for one in answer.getheaders() if one[0].lower() not in OF_ONE_HOP]
        return Reply(answer.status, answer.read(), tuple(headers))
    finally:
        server.close()
