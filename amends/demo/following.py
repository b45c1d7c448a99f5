"""Follows an incident over the API and shows each new entry of its timeline as it comes."""

import time
from collections.abc import Callable, Sequence

from amends.demo.failing import DemoError
from amends.demo.people import first_name
from amends.demo.player import Player
from amends.demo.screen import Screen
from flows.shapes import EntryShape, IncidentShape

LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 60.0

OF_MAILS = ("notice-authorised", "notice-sent", "notice-confirmed")
"""How each mail left is in the record; here that it was written is enough."""

BY_THE_WAY = ("authorised", "sent", "asked")
"""How the codes end that say what was about to be done; what was done follows them."""

Line = tuple[float, str, str]


class Follower:
    """One incident, as this person may see it."""

    def __init__(self, by: Player, reference: str, screen: Screen) -> None:
        self._by = by
        self._reference = reference
        self._screen = screen
        self._last = 0

    def until(
        self, true: Callable[[IncidentShape], bool], seconds: float = PATIENCE_SECONDS
    ) -> IncidentShape:
        """Show what happens until it is true of the incident. Raises DemoError after a while."""
        until = time.monotonic() + seconds
        while True:
            seen = self._by.incident(self._reference)
            self._show(seen)
            if true(seen):
                return seen
            if time.monotonic() > until:
                raise DemoError(f"Nothing happened for long: {seen.waiting_for_label}.")
            time.sleep(LOOK_SECONDS)

    def _show(self, seen: IncidentShape) -> None:
        entries = self._by.timeline(self._reference, self._last)
        if entries:
            self._last = entries[-1].id
        for line in lines(entries, seen):
            self._screen.happened(*line)


def lines(entries: Sequence[EntryShape], seen: IncidentShape) -> list[Line]:
    """Seconds since the report, who, and the sentence; the same said twice is said once."""
    kept = [
        (round((one.at - seen.opened_at).total_seconds(), 2), first_name(one.actor), one.sentence)
        for one in entries
        if one.what not in OF_MAILS
    ]
    said: dict[str, Line] = {}
    for line in kept:
        said.setdefault(line[2], line)
    return list(said.values())


def in_short(entries: Sequence[EntryShape]) -> list[EntryShape]:
    """Without the mails, and without what was only about to be done."""
    return [
        one
        for one in entries
        if one.what == "notice-acknowledged"
        or not (one.what.startswith("notice-") or one.what.endswith(BY_THE_WAY))
    ]
