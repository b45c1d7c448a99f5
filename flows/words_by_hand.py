"""Words that a person published by hand: read back at the link that they pasted.

Own credentials come first, for only they read the words. Where nobody can read them, the words
stand on the word of the person who published them, and are shown so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.acts.base import Receipt
from flows.audience import HIDDEN
from flows.hands import Hands
from flows.outside_look import seen_from_outside
from integrations.errors import (
    NotAuthorised,
    NotSent,
    NotSupported,
    OutcomeUnknown,
    OutsideError,
    Refused,
    TryAgainLater,
)
from integrations.platforms.base import Connection, Length, Platform, Words
from integrations.platforms.registry import REGISTRY, connect
from models.links import ParsedLink
from models.people import Account
from models.words import Because, Presence

CLOCKS_APART = timedelta(minutes=2)
"""How far a platform's clock may be off ours."""

PASSING = (NotSent, TryAgainLater, OutcomeUnknown)
"""What may be over in a minute: then the words can be read after all."""


@dataclass(frozen=True)
class ReadBack:
    """What was found at the link. ``because`` says why it is not accepted; ``read`` that these very
    words were read there; ``later`` that they may be readable soon."""

    receipt: Receipt
    read: bool = False
    because: Because | None = None
    later: bool = False


def read_words_back(
    hands: Hands, account: Account, link: ParsedLink, words: Words, since: datetime
) -> ReadBack:
    """Look at the link for exactly these words. Raises nothing."""
    receipt = Receipt(link.remote_id, link.url)
    try:
        platform = hands.platform(account)
    except OutsideError:
        outside = seen_from_outside(
            account.platform, account.handle, link.remote_id, account.base_url
        )
        return ReadBack(receipt, because=_unless_gone(outside, words))
    try:
        because = _read(platform, link, words, since)
        return ReadBack(receipt, read=because is None, because=because)
    except OutsideError as error:
        outside = platform.presence(link.remote_id, public=True)
        return ReadBack(
            receipt, because=_unless_gone(outside, words), later=isinstance(error, PASSING)
        )


def _unless_gone(outside: Presence, words: Words) -> Because | None:
    """What was not meant for strangers is none of theirs to find."""
    missed = outside == Presence.GONE and words.audience not in HIDDEN
    return Because.NOT_THERE if missed else None


def _read(platform: Platform, link: ParsedLink, words: Words, since: datetime) -> Because | None:
    """Why the link is not accepted, by our own reads. Raises OutsideError where none can be had."""
    try:
        captured = platform.capture(link.remote_id, media=False)
    except (NotAuthorised, NotSupported):
        if _is_found(platform, link, words, since):
            return None
        raise
    except Refused as error:
        if error.code == "another-account":
            return Because.ANOTHER_ACCOUNT
        raise
    if captured is None:
        return Because.NOT_THERE
    if captured.posted_at is not None and captured.posted_at < since - CLOCKS_APART:
        return Because.OLDER  # the same words, said of an earlier mistake
    same = platform.same_words(_as_copied(captured.text), _as_copied(words.text))
    return None if same else Because.WORDS_DIFFER


def _as_copied(text: str) -> str:
    """Without the spaces and lines that a person's copying may change."""
    return " ".join(text.split())


def _is_found(platform: Platform, link: ParsedLink, words: Words, since: datetime) -> bool:
    found = platform.find_published(words, since - CLOCKS_APART)
    return any(one.remote_id == link.remote_id for one in found)


def length_of(hands: Hands, account: Account, text: str) -> Length | None:
    """How long the words are as the platform counts; None for one that we do not know."""
    if account.platform not in REGISTRY:
        return None
    try:
        return hands.platform(account).measure(text)
    except OutsideError:
        return _measured_unsigned(account, text)


def _measured_unsigned(account: Account, text: str) -> Length | None:
    try:
        platform = connect(Connection(account.platform, account.handle, "{}", account.base_url))
    except OutsideError:
        return None
    try:
        return platform.measure(text)
    finally:
        platform.close()
