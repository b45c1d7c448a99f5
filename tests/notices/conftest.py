"""A real mail server on this machine, which can be told to fail."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from integrations.notices.base import Mail

NOW = datetime(2026, 6, 3, 10, 15, tzinfo=UTC)


class Postbox:
    """Keeps what it is given. ``answers`` maps a command to the answer it gets instead of 250."""

    def __init__(self) -> None:
        self.received: list[Envelope] = []
        self.answers: dict[str, str] = {}
        self.hang_up_after_data = False
        self.release = threading.Event()
        self.silent_after_data = False

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.answers.get("RCPT"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if answer := self.answers.get("DATA"):
            return answer
        self.received.append(envelope)
        if self.hang_up_after_data:
            assert server.transport is not None
            server.transport.abort()
        if self.silent_after_data:
            await server.loop.run_in_executor(None, self.release.wait, 30)
        return self.answers.get("DONE", "250 OK")


class Server:
    """The mail server and where it listens."""

    def __init__(self, postbox: Postbox, controller: Controller, port: int) -> None:
        self.postbox = postbox
        self.port = port
        self.url = f"smtp://127.0.0.1:{port}"
        self._controller = controller
        self.running = True

    def stop(self) -> None:
        if self.running:
            self.running = False
            self.postbox.release.set()
            self._controller.stop()


def _only_amends(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, told: LoginPassword
) -> AuthResult:
    return AuthResult(success=told == LoginPassword(b"amends", b"p@ss"), handled=False)


def _started(**options: Any) -> Server:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    postbox = Postbox()
    controller = Controller(postbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    return Server(postbox, controller, port)


@pytest.fixture
def server() -> Iterator[Server]:
    """A mail server on a free port of 127.0.0.1."""
    started = _started()
    yield started
    started.stop()


@pytest.fixture
def locked_server() -> Iterator[Server]:
    """A mail server that wants the user "amends" and the password "p@ss"."""
    started = _started(authenticator=_only_amends, auth_required=True, auth_require_tls=False)
    yield started
    started.stop()


@pytest.fixture
def mail() -> Mail:
    return Mail(
        message_id="am-7k3q2.0192f3@dept.example",
        sender="amends@dept.example",
        to="bo@dept.example",
        subject="Amends AM-7K3Q2: please read – naïve café",
        text="Żółć and 你好.\n.\nA line that is a full stop stands above.\n" + "long " * 300 + "\n",
        html="<p>Żółć and 你好.</p>",
        date=NOW,
    )
