"""Platforms in a drill: public words carry the mark where they are seen, and nowhere inside.

What goes out gets it and what is read loses it, so that all checks of the words, and everybody's
yes to them, are those of a live incident.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from amends.settings import DRILL_MARK
from integrations.platforms.base import (
    Captured,
    Connection,
    Health,
    Length,
    Platform,
    Published,
    Words,
)
from models.words import Presence

Connect = Callable[[Connection], Platform]


def marking(connect: Connect) -> Connect:
    """What connects to the same platforms, with the mark on every text. Raises what it raises."""
    return lambda connection: DrillPlatform(connect(connection))


class DrillPlatform:
    """One account of a drill."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self.name = platform.name
        self.key_holds: timedelta | None = platform.key_holds

    def check(self) -> Health:
        """Try the credentials."""
        return self._platform.check()

    def capture(self, remote_id: str, *, media: bool = True) -> Captured | None:
        """Read the post; its text without the mark, its bytes as they came."""
        found = self._platform.capture(remote_id, media=media)
        return replace(found, text=_bare(found.text)) if found else None

    def delete(self, remote_id: str, version: str | None = None) -> None:
        """Take the post down."""
        self._platform.delete(remote_id, version)

    def presence(self, remote_id: str, *, public: bool) -> Presence:
        """Look for the post."""
        return self._platform.presence(remote_id, public=public)

    def measure(self, text: str) -> Length:
        """Count the text as it goes out, with its mark."""
        return self._platform.measure(DRILL_MARK + text)

    def same_words(self, one: str, other: str) -> bool:
        """Whether they are the same but for a mark."""
        return self._platform.same_words(_bare(one), _bare(other))

    def publish(self, words: Words) -> Published:
        """Post the words after their mark."""
        return self._platform.publish(_marked(words))

    def find_published(
        self, words: Words, since: datetime, *, any_key: bool = False
    ) -> tuple[Published, ...]:
        """Our own posts with these words after their mark."""
        return self._platform.find_published(_marked(words), since, any_key=any_key)

    def edit(self, remote_id: str, words: Words) -> None:
        """Put the marked words in the place of the post's own."""
        self._platform.edit(remote_id, _marked(words))

    def close(self) -> None:
        """Let go of the connections."""
        self._platform.close()


def _marked(words: Words) -> Words:
    return replace(words, text=DRILL_MARK + words.text)


def _bare(text: str) -> str:
    return text.removeprefix(DRILL_MARK)
