"""Chats through apprise, which speaks to a hundred of them: each is a URL that is a secret."""

import importlib
import logging
from collections.abc import Mapping
from typing import Any

from integrations.deadline import require_time
from integrations.errors import NotAuthorised, NotSupported, OutcomeUnknown
from integrations.notices.chats import ChatMessage

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0


class AppriseCarrier:
    """Sends to chats by name. ``urls`` are Apprise's own; None where the secret is missing."""

    def __init__(self, urls: Mapping[str, str | None]) -> None:
        # It writes addresses with their tokens, and what was sent, into its log.
        logging.getLogger("apprise").setLevel(logging.CRITICAL)
        self._urls = dict(urls)

    def send_chat(self, message: ChatMessage) -> None:
        """Make one call. Apprise says yes or no and not why: a no may have been taken all the
        same."""
        chat = self._chat(message.to)
        require_time()
        if not chat.notify(body=message.text, body_format="text"):
            raise OutcomeUnknown("not-confirmed")

    def check(self) -> tuple[str, ...]:
        """Read the addresses. Nothing is sent: chats cannot be asked anything else."""
        if _library() is None:
            return ("Chats need the library apprise. Install it: pip install 'amends[chat]'.",)
        return tuple(
            f"The address of the chat {name} is missing or cannot be read. Correct what its url "
            "points to."
            for name in self._urls
            if self._opened(name) is None
        )

    def _chat(self, name: str) -> Any:  # apprise has no types of its own
        if _library() is None:
            raise NotSupported("no-chat-library")
        chat = self._opened(name)
        if chat is None:
            raise NotAuthorised("no-token")
        return chat

    def _opened(self, name: str) -> Any:
        """A session for one message: an older one would sleep before it sends again."""
        url, library = self._urls.get(name), _library()
        chat = library.Apprise.instantiate(url, suppress_exceptions=True) if url else None
        if not chat:
            return None
        chat.socket_connect_timeout, chat.socket_read_timeout = CONNECT_SECONDS, READ_SECONDS
        chat.redirects = False
        return chat


def _library() -> Any:
    try:
        return importlib.import_module("apprise")
    except ImportError:
        return None
