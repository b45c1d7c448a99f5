"""What every carrier of mail can be asked to do, and the message that it is given."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from typing import Protocol

from amends.settings import MAILABLE

_MESSAGE_ID = re.compile(r"[A-Za-z0-9._+=-]+@[A-Za-z0-9.-]*[A-Za-z0-9]")
_ON_THE_WIRE = SMTP.clone(cte_type="7bit")
_IN_A_FILE = SMTP.clone(cte_type="8bit")


def utc_now() -> datetime:
    """The machine's clock. Carriers take it as an argument."""
    return datetime.now(UTC)


class UnsafeMailError(ValueError):
    """A header would not be the one meant. The text names the field, never what it holds."""


@dataclass(frozen=True)
class Mail:
    """One message to one address, the same each time it is tried.

    ``message_id`` is ``left@right``, with or without angle brackets. ``date`` is the Date header;
    where it is left out, the carrier's clock gives it. Raises UnsafeMailError.
    """

    message_id: str
    sender: str = field(repr=False)
    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    date: datetime | None = None

    def __post_init__(self) -> None:
        if not _MESSAGE_ID.fullmatch(self.bare_message_id):
            raise UnsafeMailError("message_id")
        for name, address in (("sender", self.sender), ("to", self.to)):
            if not MAILABLE.fullmatch(address):
                raise UnsafeMailError(name)
        if not self.subject.isprintable():
            raise UnsafeMailError("subject")

    @property
    def bare_message_id(self) -> str:
        """The message id without its angle brackets; safe as a file name."""
        return self.message_id.removeprefix("<").removesuffix(">")


class Carrier(Protocol):
    """A way to send mail, bounded in time, with no retries of its own.

    ``keeps`` is how long a message can be found where it went, and that it may show late there;
    None where it shows at once and for good, or never.
    """

    keeps: timedelta | None

    def send(self, mail: Mail) -> None:
        """Hand the message over; returns when the other side says that it has it.

        May raise NotSent, TryAgainLater, Refused, NotAuthorised or OutcomeUnknown
        (``integrations.errors``) and nothing else.
        """
        ...

    def find(self, message_id: str) -> bool | None:
        """Whether the message was handed over before; None where that cannot be known."""
        ...

    def check(self) -> tuple[str, ...]:
        """What is wrong and what to do, as sentences; empty when mail can leave."""
        ...


def wire_bytes(mail: Mail, now: datetime) -> bytes:
    """The message as it travels: plain text first, HTML as the alternative, 7-bit lines."""
    return _message(mail, now, _ON_THE_WIRE, "quoted-printable")


def file_bytes(mail: Mail, now: datetime) -> bytes:
    """The same for a file that a person opens: no line is broken, so that a link can be copied."""
    return _message(mail, now, _IN_A_FILE, "8bit")


def _message(
    mail: Mail, now: datetime, policy: "EmailPolicy[EmailMessage]", encoding: str
) -> bytes:
    message = EmailMessage(policy=policy)
    message["From"] = Address(addr_spec=mail.sender)
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = mail.subject
    message["Date"] = mail.date or now
    message["Message-ID"] = f"<{mail.bare_message_id}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte=encoding)
    message.add_alternative(mail.html, subtype="html", cte=encoding)
    message.set_boundary(f"amends-{mail.bare_message_id.partition('@')[0]}"[:70])
    return message.as_bytes()
