"""Messages to a chat: what leaves for a team's channel, and what their carrier can be asked."""

import re
from dataclasses import dataclass, field
from typing import Protocol

_REFERENCE = re.compile(r"[A-Za-z0-9.-]{1,100}")
_NAME = re.compile(r"[a-z0-9-]{1,40}")


class UnsafeChatError(ValueError):
    """A field would not be the one meant. The text names it, never what it holds."""


@dataclass(frozen=True)
class ChatMessage:
    """One message to one chat, named as the settings name it. Raises UnsafeChatError."""

    reference: str
    to: str
    text: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _REFERENCE.fullmatch(self.reference):
            raise UnsafeChatError("reference")
        if not _NAME.fullmatch(self.to):
            raise UnsafeChatError("to")
        if not self.text.isprintable():
            raise UnsafeChatError("text")


class ChatCarrier(Protocol):
    """A way to send to chats, bounded in time, with no retries of its own."""

    def send_chat(self, message: ChatMessage) -> None:
        """Hand the message over; returns when the other side says that it has it.

        May raise NotSupported, NotAuthorised or OutcomeUnknown (``integrations.errors``) and
        nothing else. No chat can be asked whether it has a message.
        """
        ...

    def check(self) -> tuple[str, ...]:
        """What is wrong and what to do, as sentences; empty when messages can leave."""
        ...
