"""``amends drill``: a department rehearses a mistake with its own people; nothing is real."""

from amends.drill.holding import Wanted, hold

__all__ = ["Wanted", "hold"]
