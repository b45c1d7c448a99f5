"""Text messages: what leaves for a phone, and what every carrier of them can be asked to do."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

_NUMBER = re.compile(r"\+?[0-9]{7,15}")
_REFERENCE = re.compile(r"[A-Za-z0-9.-]{1,100}")


class UnsafeTextError(ValueError):
    """A field would not be the one meant. The text names it, never what it holds."""


@dataclass(frozen=True)
class Text:
    """One message to one phone, the same each time it is tried. Raises UnsafeTextError.

    ``reference`` is ours, and names nobody: by it the carrier is asked whether it has the message.
    """

    reference: str
    to: str = field(repr=False)
    text: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _REFERENCE.fullmatch(self.reference):
            raise UnsafeTextError("reference")
        if not _NUMBER.fullmatch(self.to):
            raise UnsafeTextError("to")
        if not self.text.isprintable():
            raise UnsafeTextError("text")


class TextCarrier(Protocol):
    """A way to send texts, bounded in time, with no retries of its own.

    ``keeps`` is as a ``Carrier`` of mail has it.
    """

    keeps: timedelta | None

    def send_text(self, text: Text) -> None:
        """Hand the message over; returns when the other side says that it has it.

        May raise NotSent, TryAgainLater, Refused, NotAuthorised or OutcomeUnknown
        (``integrations.errors``) and nothing else.
        """
        ...

    def find_text(self, reference: str) -> bool | None:
        """Whether the message was handed over before; None where that cannot be known."""
        ...

    def check(self) -> tuple[str, ...]:
        """What is wrong and what to do, as sentences; empty when texts can leave."""
        ...
