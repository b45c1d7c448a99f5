"""How long a post may be on an instance, by its own word, asked once."""

import threading
import time
from dataclasses import dataclass

from integrations.errors import OutsideError
from integrations.platforms.bounded import Answered
from integrations.platforms.mastodon_client import Instance
from integrations.platforms.mastodon_shapes import InstanceShape
from integrations.platforms.reading import read_as

PATIENCE_SECONDS = 600.0


@dataclass(frozen=True)
class Limits:
    """Mastodon's own limits, where the instance has set no others."""

    characters: int = 500
    link_weighs: int = 23


class AskedLimits:
    """The limits of one instance. One that would not say is asked again after ten minutes."""

    def __init__(self, instance: Instance | None) -> None:
        self._instance = instance
        self._lock = threading.Lock()
        self._known: Limits | None = None
        self._not_before = 0.0

    def get(self) -> Limits:
        """What the instance said, or what is usual. Raises nothing."""
        with self._lock:
            if self._known is None and time.monotonic() >= self._not_before:
                self._known = self._asked()
                self._not_before = time.monotonic() + PATIENCE_SECONDS
            return self._known or Limits()

    def _asked(self) -> Limits | None:
        if self._instance is None:
            return None
        try:
            said = read_as(InstanceShape, _description(self._instance))
        except (Answered, OutsideError):
            return None
        allowed = said.configuration.statuses
        return Limits(allowed.max_characters, allowed.characters_reserved_per_url)


def _description(instance: Instance) -> bytes:
    """What the instance says of itself; before Mastodon 4 under its first address only."""
    try:
        return instance.ask(lambda library: library.instance_v2()).content
    except Answered as answered:
        if answered.status != 404:
            raise
    return instance.ask(lambda library: library.instance_v1()).content
