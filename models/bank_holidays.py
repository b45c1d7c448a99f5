"""Bank holidays of a country or a part of it, from the library ``holidays``; nothing is fetched."""

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

NONE = "none"
"""The calendar of those who have no bank holidays."""


class NoSuchCalendarError(ValueError):
    """There is no calendar of this name. The text says what to write instead."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"there is no calendar of bank holidays named {name!r}: write a country, like FR, or "
            "one with a part of it, like GB-SCT; or none"
        )


def is_bank_holiday(calendar: str, day: date) -> bool:
    """Whether nobody works that day, by ``COUNTRY`` or ``COUNTRY-PART``. Raises
    NoSuchCalendarError."""
    return calendar.lower() != NONE and day in _calendar(calendar.upper())


def check_calendar(name: str) -> None:
    """Raises NoSuchCalendarError where the library does not know it."""
    if name.lower() != NONE:
        _calendar(name.upper())


@cache
def _calendar(name: str) -> "HolidayBase":
    """Each year is worked out when it is first asked for, and kept."""
    from holidays import country_holidays  # its import costs a fifth of a second

    country, _, part = name.partition("-")
    try:
        return country_holidays(country, subdiv=part or None)
    except NotImplementedError:
        raise NoSuchCalendarError(name) from None
