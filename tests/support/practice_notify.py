"""A practice GOV.UK Notify on this machine: takes mails and texts, keeps them, and goes wrong.

It speaks the part of the API that we use, and answers as Notify's documentation says: send a mail
or a text, messages by reference, a template. What it is given reaches nobody.
"""

import base64
import hashlib
import hmac
import json
import re
import threading
import time
import uuid
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from amends.sandbox import mischief
from amends.sandbox.loopback import LoopbackServer

CLOCKS_APART = 30
MAIL_TEMPLATE = "11111111-1111-4111-8111-111111111111"
TEXT_TEMPLATE = "22222222-2222-4222-8222-222222222222"
TEMPLATES = {
    MAIL_TEMPLATE: {"type": "email", "subject": "((subject))", "body": "((body))"},
    TEXT_TEMPLATE: {"type": "sms", "subject": "", "body": "((text))"},
}
PHONE = re.compile(r"\+?[0-9]{9,15}")

Json = dict[str, object]
Said = tuple[int, Json]


@dataclass(frozen=True)
class Message:
    """One message that Notify took. ``to`` is an address or a number."""

    id: str
    reference: str
    type: str
    to: str
    text: str
    subject: str | None = None
    status: str = "delivered"

    def shown(self) -> Json:
        """As the API lists it."""
        return {
            "id": self.id,
            "reference": self.reference,
            "type": self.type,
            "email_address": self.to if self.type == "email" else None,
            "phone_number": self.to if self.type == "sms" else None,
            "status": self.status,
            "body": self.text,
            "subject": self.subject,
        }


@dataclass
class PracticeNotify:
    """One service at Notify. ``fail`` makes the next sends go wrong, one each:

    ``400``, ``403``, ``429``, ``429-today`` and ``500`` are answered and nothing is taken;
    ``500-after`` takes the message first; ``cut-before`` and ``cut-after`` cut the connection
    before the message is taken or after; ``late`` cuts it and takes the message upon
    ``release``; ``down-after`` takes it and is ``down`` from then on: every connection is cut;
    ``gave-up`` takes it, and lists it as a technical failure. What is sent to an address or number
    of ``fates`` is listed with that status, and all else as delivered.
    """

    port: int = 0
    service: str = field(default_factory=lambda: str(uuid.uuid4()))
    secret: str = field(default_factory=lambda: str(uuid.uuid4()), repr=False)
    messages: list[Message] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    sends: int = 0
    held: list[Message] = field(default_factory=list)
    down: bool = False
    fates: dict[str, str] = field(default_factory=dict)
    _server: "_Server | None" = None
    _guard: threading.Lock = field(default_factory=threading.Lock)

    @property
    def key(self) -> str:
        """The API key, as Notify shows it once."""
        return f"amends-{self.service}-{self.secret}"

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None, "start it first"
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> "PracticeNotify":
        """Listen."""
        self._server = _Server(self.port, self)
        self._server.serve_in_a_thread()
        return self

    def stop(self) -> None:
        """Cut every connection; what was taken is kept."""
        if self._server is not None:
            self.port = self._server.server_port
            self._server.close()
            self._server = None

    def fail(self, *faults: str) -> None:
        """Make the next sends go wrong, one each."""
        self.faults += faults

    def to(self, address: str) -> list[Message]:
        """What this address or number was sent."""
        return [one for one in self.messages if one.to == address]

    def say(self, to: str, status: str) -> None:
        """From now on list what this address or number was sent as having this status."""
        with self._guard:
            self.messages = [
                replace(one, status=status) if one.to == to else one for one in self.messages
            ]

    def next_fault(self) -> str:
        """What is to go wrong with this send; empty for nothing."""
        with self._guard:
            self.sends += 1
            return self.faults.pop(0) if self.faults else ""

    def take(self, message: Message) -> None:
        """Keep it."""
        status = self.fates.get(message.to, message.status)
        with self._guard:
            self.messages.append(replace(message, status=status))

    def release(self) -> None:
        """Take what came late."""
        while self.held:
            self.take(self.held.pop(0))

    def knows(self, authorization: str) -> bool:
        """Whether the token is signed with this service's key, within thirty seconds."""
        head, _, signature = authorization.removeprefix("Bearer ").rpartition(".")
        expected = hmac.new(self.secret.encode(), head.encode(), hashlib.sha256).digest()
        try:
            claims = json.loads(_decoded(head.partition(".")[2]))
            given = _decoded(signature)
        except ValueError:
            return False
        fresh = abs(time.time() - float(claims.get("iat", 0))) <= CLOCKS_APART
        return fresh and claims.get("iss") == self.service and hmac.compare_digest(given, expected)


class _Server(LoopbackServer):
    def __init__(self, port: int, notify: PracticeNotify) -> None:
        super().__init__(port, _Handler)
        self.notify = notify


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "practice"
    sys_version = ""
    server: _Server

    def do_GET(self) -> None:
        """Messages by reference, and templates."""
        if self.server.notify.down:
            self._cut()
            return
        if not self.server.notify.knows(self.headers.get("Authorization", "")):
            self._say(403, _error("AuthError", "Invalid token: API key not found"))
            return
        parts = urlsplit(self.path)
        if parts.path == "/v2/notifications":
            self._say(200, self._listed(parse_qs(parts.query)))
            return
        template = TEMPLATES.get(parts.path.removeprefix("/v2/template/"))
        if template is None:
            self._say(404, _error("NoResultFound", "No result found"))
            return
        self._say(200, {"id": parts.path.rpartition("/")[2], **template})

    def do_POST(self) -> None:
        """Send one message."""
        notify = self.server.notify
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if notify.down:
            self._cut()
            return
        if not notify.knows(self.headers.get("Authorization", "")):
            self._say(403, _error("AuthError", "Invalid token: API key not found"))
            return
        read = _message(self.path, json.loads(body))
        if not isinstance(read, Message):
            self._say(*read)
            return
        self._send(read, notify.next_fault())

    def _send(self, message: Message, fault: str) -> None:
        notify = self.server.notify
        if fault in REFUSALS:
            self._say(*REFUSALS[fault])
        elif fault == "late":
            notify.held.append(message)
            self._cut()
        elif fault == "cut-before":
            self._cut()
        elif fault == "gave-up":
            notify.take(_given_up(message))
            self._say(201, {"id": message.id, "reference": message.reference})
        else:
            notify.take(message)
            notify.down = fault == "down-after"
            if fault in ("cut-after", "down-after"):
                self._cut()
            elif fault == "500-after":
                self._say(*REFUSALS["500"])
            else:
                self._say(201, {"id": message.id, "reference": message.reference})

    def _listed(self, query: dict[str, list[str]]) -> Json:
        wanted = query.get("reference")
        found = [
            one.shown()
            for one in self.server.notify.messages
            if wanted is None or one.reference in wanted
        ]
        return {"notifications": found[:250], "links": {"current": self.path}}

    def _cut(self) -> None:
        mischief.reset(self.connection)
        self.close_connection = True

    def _say(self, status: int, answer: Json) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing: what was sent is in ``messages``."""


def _error(kind: str, message: str, status: int = 400) -> Json:
    return {"status_code": status, "errors": [{"error": kind, "message": message}]}


REFUSALS: dict[str, Said] = {
    "400": (400, _error("BadRequestError", "Can't send to this recipient in trial mode")),
    "403": (403, _error("AuthError", "Invalid token: API key not found", 403)),
    "429": (429, _error("RateLimitError", "Exceeded rate limit for key type LIVE", 429)),
    "429-today": (429, _error("TooManyRequestsError", "Exceeded send limits for today", 429)),
    "500": (500, _error("Exception", "Internal server error", 500)),
}


def _message(path: str, asked: Json) -> Message | Said:
    """What is to be sent, or why it is not."""
    kind = path.rpartition("/")[2]
    template = TEMPLATES.get(str(asked.get("template_id")))
    if kind not in ("email", "sms") or template is None or template["type"] != kind:
        return 400, _error("BadRequestError", "Template not found")
    to = str(asked.get("email_address" if kind == "email" else "phone_number"))
    if not ("@" in to if kind == "email" else PHONE.fullmatch(to)):
        return 400, _error("ValidationError", "not a valid recipient")
    given = asked.get("personalisation")
    facts = given if isinstance(given, dict) else {}
    try:
        text = _filled(str(template["body"]), facts)
        subject = _filled(str(template["subject"]), facts) if template["subject"] else None
    except KeyError:
        return 400, _error("BadRequestError", "Missing personalisation")
    return Message(str(uuid.uuid4()), str(asked.get("reference")), kind, to, text, subject)


def _filled(template: str, facts: Json) -> str:
    def one(found: re.Match[str]) -> str:
        return str(facts[found.group(1)])

    return re.sub(r"\(\((\w+)\)\)", one, template)


def _given_up(message: Message) -> Message:
    return replace(message, status="technical-failure")


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
