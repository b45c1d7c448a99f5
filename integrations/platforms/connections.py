"""Platforms kept warm: one for each account, shared by every thread."""

import threading
from collections.abc import Callable

from integrations.platforms.base import Connection, Platform
from integrations.platforms.registry import connect


class Connections:
    """The platforms in use. Safe to use from several threads."""

    def __init__(self, connect: Callable[[Connection], Platform] = connect) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._warm: dict[tuple[str, str], tuple[Connection, Platform]] = {}

    def get(self, connection: Connection) -> Platform:
        """The account's platform: the same each time, until its credentials or address change.

        Raises what ``connect`` raises.
        """
        key = (connection.platform, connection.handle.lstrip("@").lower())
        with self._lock:
            held = self._warm.get(key)
            if held is not None and held[0] == connection:
                return held[1]
            # The one replaced is not closed: another thread may be in the middle of a call.
            platform = self._connect(connection)
            self._warm[key] = (connection, platform)
            return platform

    def close(self) -> None:
        """Let go of every connection."""
        with self._lock:
            held = list(self._warm.values())
            self._warm.clear()
        for _, platform in held:
            platform.close()
