"""Rotas: whose turn it is to answer for a role, at any moment."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from models.words import Role


@dataclass(frozen=True)
class Rota:
    """People who take turns. ``starts`` is when the first one's begins, by the clock on the wall
    of ``timezone``; each turn begins at that time of day, whatever summer time does."""

    role: Role
    people: tuple[str, ...]
    starts: datetime
    every: timedelta
    timezone: str

    def turn(self, now: datetime) -> int:
        """How many turns have passed since the first began; below zero before it."""
        zone = ZoneInfo(self.timezone)
        turn = (_on_the_wall(now, zone) - _on_the_wall(self.starts, zone)) // self.every
        # In the hour that the clock shows twice, no turn is given back.
        return turn + 1 if self._begins(turn + 1, zone) <= now else turn

    def in_order(self, now: datetime) -> tuple[str, ...]:
        """Whose turn it is, then those whose turn comes after, as they would stand in."""
        first = self.turn(now) % len(self.people)
        return self.people[first:] + self.people[:first]

    def _begins(self, turn: int, zone: ZoneInfo) -> datetime:
        begins = _on_the_wall(self.starts, zone) + turn * self.every
        return begins.replace(tzinfo=zone).astimezone(UTC)


def _on_the_wall(at: datetime, zone: ZoneInfo) -> datetime:
    """What the clock shows there; a time without a zone is that already."""
    return at.astimezone(zone).replace(tzinfo=None) if at.tzinfo else at
