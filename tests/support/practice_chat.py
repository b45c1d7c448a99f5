"""A practice chat on this machine: takes what apprise's ``json://`` sends, keeps it, or refuses."""

import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from amends.sandbox.loopback import LoopbackServer


@dataclass
class PracticeChat:
    """One channel. ``answer`` is the status that it answers with; what it is sent it keeps."""

    answer: int = 200
    taken: list[bytes] = field(default_factory=list)
    _server: "_Server | None" = None

    def start(self) -> "PracticeChat":
        """Listen."""
        self._server = _Server(0, self)
        self._server.serve_in_a_thread()
        return self

    def stop(self) -> None:
        """Cut every connection."""
        if self._server is not None:
            self._server.close()

    @property
    def url(self) -> str:
        """Its address, as apprise writes it; the last part is a secret."""
        assert self._server is not None, "start it first"
        return f"json://127.0.0.1:{self._server.server_port}/s3cr3t-hook"

    @property
    def texts(self) -> list[str]:
        """What its readers see."""
        return [json.loads(one)["message"] for one in self.taken]


class _Server(LoopbackServer):
    def __init__(self, port: int, chat: PracticeChat) -> None:
        super().__init__(port, _Handler)
        self.chat = chat


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        """Take one message."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.chat.taken.append(body)
        self.send_response(self.server.chat.answer)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing: what was sent is in ``taken``."""
