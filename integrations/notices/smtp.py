"""Mail through an SMTP server, one connection a message, every wait bounded."""

import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import parse_qs, unquote, urlsplit

from integrations.deadline import require_time, seconds_left
from integrations.errors import (
    NotAuthorised,
    NotSent,
    OutcomeUnknown,
    OutsideError,
    Refused,
    TryAgainLater,
)
from integrations.notices.base import Mail, utc_now, wire_bytes
from models import faults

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
LATER = timedelta(seconds=60)
PORTS = {"smtp": 25, "smtps": 465}


class BadSmtpAddressError(ValueError):
    """The [mail] smtp setting cannot be used. The text says what to write instead."""


@dataclass(frozen=True)
class SmtpAddress:
    """Where the server is. ``tls`` is off on this machine, and where ``?tls=off`` says so."""

    host: str
    port: int
    implicit_tls: bool
    tls: bool
    user: str | None = field(default=None, repr=False)
    password: str = field(default="", repr=False)


def read_address(url: str) -> SmtpAddress:
    """Read ``smtp://[user:password@]host[:port]`` or ``smtps://…``. Raises BadSmtpAddressError."""
    advice = "Write [mail] smtp as smtp://host:port or smtps://host:port."
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise BadSmtpAddressError(advice) from None
    if not parts.hostname:
        raise BadSmtpAddressError(advice)
    implicit = parts.scheme == "smtps"
    off = parse_qs(parts.query).get("tls") == ["off"] or _is_loopback(parts.hostname)
    return SmtpAddress(
        host=parts.hostname,
        port=port,
        implicit_tls=implicit,
        tls=implicit or not off,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password or ""),
    )


class SmtpCarrier:
    """Sends through one server. Without TLS only to this machine, or where the setting says so."""

    keeps: timedelta | None = None

    def __init__(
        self,
        url: str,
        clock: Callable[[], datetime] = utc_now,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._address = read_address(url)
        self._clock = clock
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds

    def send(self, mail: Mail) -> None:
        """Hand the message to the server; returns when the server has taken it."""
        body = wire_bytes(mail, self._clock())
        with self._session() as server:
            self._take(*server.mail(mail.sender))
            self._take(*server.rcpt(mail.to))
            self._take(*_send_body(server, body))

    def find(self, message_id: str) -> bool | None:
        """None: a mail server does not say what it took."""
        return None

    def check(self) -> tuple[str, ...]:
        """Connect, encrypt, sign in and leave again, without sending anything."""
        try:
            with self._session() as server:
                self._take(*server.noop())
        except NotAuthorised:
            return ("The mail server refused our user name or password. Correct [mail] smtp.",)
        except OutsideError as error:
            return (
                f"The mail server at {self._address.host}:{self._address.port} cannot be used "
                f"({error.code}). Check that it runs, and [mail] smtp.",
            )
        return ()

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """A connection ready for a message. Whatever fails in it before the body was not sent."""
        try:
            server = self._connect()
            try:
                self._prepare(server)
                yield server
                _leave(server)
            finally:
                server.close()
        except OutsideError:
            raise
        except smtplib.SMTPAuthenticationError as error:
            raise NotAuthorised(f"smtp-{error.smtp_code}") from None
        except smtplib.SMTPResponseException as error:
            raise self._answer(error.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            raise NotSent("smtp-not-supported") from None
        except smtplib.SMTPServerDisconnected:
            raise NotSent("disconnected") from None
        except ssl.SSLError:
            raise NotSent("tls") from None
        except socket.gaierror:
            raise NotSent("dns") from None
        except TimeoutError:
            raise NotSent("timeout") from None
        except ConnectionRefusedError:
            raise NotSent("connection-refused") from None
        except (OSError, smtplib.SMTPException):
            raise NotSent("connection-failed") from None

    def _connect(self) -> smtplib.SMTP:
        where = self._address
        if where.implicit_tls:
            return smtplib.SMTP_SSL(
                where.host,
                where.port,
                timeout=self._connect_seconds,
                context=ssl.create_default_context(),
            )
        return smtplib.SMTP(where.host, where.port, timeout=self._connect_seconds)

    def _prepare(self, server: smtplib.SMTP) -> None:
        where = self._address
        if server.sock is not None:
            server.sock.settimeout(self._read_seconds)
        self._take(*server.ehlo())
        if where.tls and not where.implicit_tls:
            if not server.has_extn("starttls"):
                raise NotSent("tls-not-offered")
            self._take(*server.starttls(context=ssl.create_default_context()))
            self._take(*server.ehlo())
        if where.user is not None:
            server.login(where.user, where.password)

    def _take(self, code: int, _answer: bytes) -> None:
        if not 200 <= code < 300:
            raise self._answer(code)

    def _answer(self, code: int) -> OutsideError:
        word = f"smtp-{code}"
        if code in (530, 534, 535):
            return NotAuthorised(word)
        if 400 <= code < 500:
            return TryAgainLater(word, self._clock() + LATER)
        if 500 <= code < 600:
            return Refused(word)
        return NotSent("disconnected" if code == -1 else word)


def _send_body(server: smtplib.SMTP, body: bytes) -> tuple[int, bytes]:
    """From here on silence tells nothing: the server may have the message."""
    require_time()
    _hurry(server)
    faults.point("mail:before-call")
    try:
        code, answer = server.data(body)
    except smtplib.SMTPDataError as error:
        return error.smtp_code, b""
    except (smtplib.SMTPException, OSError):
        raise OutcomeUnknown("no-answer-after-data") from None
    faults.point("mail:after-call")
    if not (200 <= code < 300 or 400 <= code < 600):
        raise OutcomeUnknown("unreadable-answer-after-data")
    return code, answer


def _hurry(server: smtplib.SMTP) -> None:
    """Wait for both answers to come no longer than the act may take."""
    left = seconds_left()
    if left is not None and server.sock is not None:
        server.sock.settimeout(max(min(server.sock.gettimeout() or left, left / 2), 0.01))


def _leave(server: smtplib.SMTP) -> None:
    """Say goodbye. The message is taken by now, so a failure here changes nothing."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        return


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
