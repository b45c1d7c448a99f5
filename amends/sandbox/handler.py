"""One connection to the practice platform: routes each request, and goes wrong where told to."""

import time
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from amends.sandbox import api, control, lies, mischief, pages
from amends.sandbox.answers import Answer, answer, troubled
from amends.sandbox.faults import Does, Fault, Says
from amends.sandbox.world import Call

if TYPE_CHECKING:
    from amends.sandbox.server import Server

NOWHERE = answer({"title": "Not Found", "status": 404, "detail": "There is no such call."}, 404)
LONGEST_BODY = 200 * 1024 * 1024


class Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection."""

    protocol_version = "HTTP/1.1"
    server_version = "practice"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    server: "Server"

    def do_GET(self) -> None:
        """Answer one request of any method."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, LONGEST_BODY))
        path = urlsplit(self.path).path
        if found := api.routed(self.command, path):
            signed = self.headers.get("Authorization", "")
            self._call(api.Request(self.command, self.path, signed, body, *found))
            return
        world = self.server.world
        if path.startswith("/sandbox/"):
            shown = control.controlled(world, self.command, path, body)
        else:
            query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
            shown = pages.page(world, path, query) if self.command == "GET" else None
        self._say(shown or NOWHERE)

    do_POST = do_GET
    do_DELETE = do_GET

    def _call(self, request: api.Request) -> None:
        world = self.server.world
        if world.latency:
            time.sleep(world.latency)
        fault = world.faults.next(request.verb)
        call = Call(
            request.verb, request.method, request.path, "", signed=bool(request.authorization)
        )
        if fault is None:
            given = self._done(call, request)
            call.outcome = str(given.status)
            world.note(call)
            self._say(given)
            return
        call.outcome = fault.name
        world.note(call)
        self._go_wrong(fault, call, request)

    def _done(self, call: Call, request: api.Request, *, stale: bool = False) -> Answer:
        given = api.act(self.server.world, request, stale=stale)
        call.did = request.verb in api.WRITES and given.status < 300
        return given

    def _do_late(self, call: Call, request: api.Request) -> None:
        self._done(call, request)

    def _go_wrong(self, fault: Fault, call: Call, request: api.Request) -> None:
        trouble = fault.trouble
        given = answer({})
        if trouble.does is Does.NOW:
            given = self._done(call, request, stale=trouble.stale)
        elif trouble.does is Does.LATER:
            self.server.world.later(fault.seconds, lambda: self._do_late(call, request))
        match trouble.says:
            case Says.TRUTH:
                self._say(given)
            case Says.STATUS:
                self._say(troubled(fault))
            case Says.LIE:
                self._say(lies.lie(self.server.world, request))
            case Says.MALFORMED:
                self._say(Answer(200, b'{"data":{"id":"12'))
            case Says.RESET:
                mischief.reset(self.connection)
                self.close_connection = True
            case Says.HALF:
                self._say(given, half=True)
            case Says.NOTHING:
                mischief.hang(self.connection, self.server.stopping)
                self.close_connection = True
            case Says.DRIP:
                mischief.drip(self.connection, self.server.stopping)
                self.close_connection = True

    def _say(self, given: Answer, *, half: bool = False) -> None:
        self.send_response(given.status)
        self.send_header("Content-Type", given.content_type)
        self.send_header("Content-Length", str(max(len(given.body), 2 if half else 0)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in given.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(given.body[: len(given.body) // 2] if half else given.body)
        self.close_connection = self.close_connection or half

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing: the calls are in ``World.calls``."""
