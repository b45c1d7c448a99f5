"""When somebody works: in their zone, through summer time, bank holidays, leave and nights."""

from datetime import UTC, datetime, timedelta

import pytest

from models.hours import BadHoursError, read_days, read_hours
from models.people import Person
from policy.working_time import OfficeTime, WorkingTime, is_away, working_time

OFFICE = OfficeTime()
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def of(
    zone: str = "Europe/London", hours: str | None = None, holidays: str | None = None, *away: str
) -> WorkingTime:
    person = Person(
        email="bo@x", name="Bo", timezone=zone, hours=hours, holidays=holidays, away=list(away)
    )
    return working_time(person, OFFICE)


@pytest.mark.parametrize(
    ("zone", "moment", "works"),
    [
        ("Europe/London", "2026-01-14T09:00", True),
        ("Europe/London", "2026-01-14T08:59", False),
        ("Europe/London", "2026-07-15T08:00", True),  # nine o'clock in summer
        ("Europe/London", "2026-07-15T16:00", False),  # five o'clock in summer
        ("Asia/Tokyo", "2026-01-14T00:30", True),  # half past nine there
        ("Asia/Tokyo", "2026-01-14T09:00", False),  # six in the evening there
        ("America/New_York", "2026-01-14T15:00", True),
        ("Asia/Kathmandu", "2026-01-14T03:15", True),  # nine o'clock, at 5:45 ahead
        ("Europe/London", "2026-01-17T12:00", False),  # a Saturday
        ("Pacific/Auckland", "2026-01-18T21:00", True),  # Monday there, Sunday in Greenwich
    ],
)
def test_whether_somebody_is_at_work_is_asked_where_they_are(
    zone: str, moment: str, works: bool
) -> None:
    assert of(zone, holidays="none").is_at_work(at(moment)) is works


def test_other_days_and_split_hours_are_kept() -> None:
    cairo = of("Africa/Cairo", "Sun-Thu 08:00-12:00, 13:00-16:00", "none")
    assert cairo.is_at_work(at("2026-01-18T06:30"))  # a Sunday, half past eight
    assert not cairo.is_at_work(at("2026-01-18T10:30"))  # lunch
    assert not cairo.is_at_work(at("2026-01-16T08:00"))  # a Friday


def test_a_night_shift_ends_on_the_next_morning() -> None:
    night = of(hours="Mon-Fri 22:00-06:00")
    assert night.is_at_work(at("2026-01-17T05:00"))  # Saturday, from Friday's shift
    assert not night.is_at_work(at("2026-01-17T23:00"))
    assert night.after(at("2026-01-12T23:30"), 2 * HOUR) == at("2026-01-13T01:30")


@pytest.mark.parametrize(
    ("calendar", "moment", "works"),
    [
        ("GB-ENG", "2026-12-28T12:00", False),  # in place of Boxing Day, a Saturday
        ("GB-ENG", "2026-01-02T12:00", True),
        ("GB-SCT", "2026-01-02T12:00", False),  # Scotland's second of January
        ("GB-NIR", "2026-03-17T12:00", False),
        ("FR", "2026-07-14T12:00", False),
        ("GB-ENG", "2026-07-14T12:00", True),
        ("none", "2026-12-25T12:00", True),
    ],
)
def test_bank_holidays_are_those_of_the_place(calendar: str, moment: str, works: bool) -> None:
    assert of(holidays=calendar).is_at_work(at(moment)) is works


def test_working_time_passes_over_the_night_the_weekend_and_the_holiday() -> None:
    """Asked on Maundy Thursday at half past four: half an hour is left, then comes Easter."""
    assert of().after(at("2026-04-02T15:30"), HOUR) == at("2026-04-07T08:30")


@pytest.mark.parametrize(
    ("began", "then"),
    [
        ("2026-03-27T16:30", "2026-03-30T08:30"),  # over the change to summer time
        ("2026-10-23T15:30", "2026-10-26T09:30"),  # and back
    ],
)
def test_an_hour_of_working_time_is_an_hour_whatever_the_clocks_do(began: str, then: str) -> None:
    assert of().after(at(began), HOUR) == at(then)


def test_a_shift_through_the_hour_that_comes_twice_is_an_hour_longer() -> None:
    night = of(hours="Sat-Sun 22:00-06:00")
    assert night.after(at("2026-10-24T21:00"), 9 * HOUR) == at("2026-10-25T06:00")
    assert night.after(at("2026-10-24T21:00"), 9 * HOUR + timedelta(minutes=1)) > at(
        "2026-10-25T20:00"
    )


def test_leave_counts_by_the_date_where_they_are_and_both_its_days() -> None:
    person = Person(email="bo@x", name="Bo", timezone="Asia/Tokyo", away=["2026-03-02/2026-03-03"])
    moments = ("2026-03-01T14:59", "2026-03-01T15:00", "2026-03-03T14:59", "2026-03-03T15:00")
    assert [is_away(person, at(moment)) for moment in moments] == [False, True, True, False]
    assert working_time(person, OFFICE).is_away(at("2026-03-02T12:00"))
    assert not working_time(person, OFFICE).is_at_work(at("2026-03-02T03:00"))
    assert working_time(person, OFFICE, leave=False).is_at_work(at("2026-03-02T03:00"))


def test_whoever_never_works_is_not_waited_for() -> None:
    always_away = of("Europe/London", None, None, "2026-01-01/2026-12-31")
    assert always_away.after(at("2026-02-02T12:00"), HOUR) == at("2026-02-02T13:00")


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-01-14T12:00", "2026-01-15T09:00"),
        ("2026-07-17T12:00", "2026-07-20T08:00"),  # a Friday in summer
        ("2026-12-24T12:00", "2026-12-29T09:00"),  # Christmas, a weekend, and a day in its place
        ("2026-01-14T00:10", "2026-01-15T09:00"),  # today's has its own
    ],
)
def test_the_next_morning_is_the_next_working_days(now: str, then: str) -> None:
    assert working_time(None, OFFICE).next_morning(at(now)) == at(then)


@pytest.mark.parametrize(
    "text", ["", "9-17", "09:00", "Mon-Fri", "Mon-Fry 09:00-17:00", "25:00-26:00", "08:00-08:00"]
)
def test_hours_that_cannot_be_read_say_what_to_write(text: str) -> None:
    with pytest.raises(BadHoursError, match="Write hours like"):
        read_hours(text)


@pytest.mark.parametrize("text", ["soon", "2026-02-30", "2026-03-02/2026-03-01", "/"])
def test_leave_that_cannot_be_read_says_what_to_write(text: str) -> None:
    with pytest.raises(BadHoursError, match="Write away as days"):
        read_days(text)


def test_a_zone_that_nobody_knows_is_the_offices() -> None:
    """Whoever has no leave is asked for no zone at all."""
    noon = at("2026-03-02T12:00")
    nobody_knows = Person(email="z@x", name="Z", timezone="GMT+1")
    assert not is_away(nobody_knows, noon)
    tokyo = OfficeTime("Asia/Tokyo")
    late = at("2026-03-01T16:00")  # the second of March in Tokyo alone
    away = Person(email="z@x", name="Z", timezone="GMT+1", away=["2026-03-02"])
    assert is_away(away, late, tokyo)
    assert not is_away(away, late)
    assert working_time(away, tokyo).zone.key == "Asia/Tokyo"


@pytest.mark.parametrize("hours", ["09:00-13:00 12:00-17:00", "09:00-17:00 10:00-11:00"])
def test_spans_that_overlap_count_each_minute_once(hours: str) -> None:
    day = working_time(None, OfficeTime(hours=hours))
    monday = at("2026-03-02T09:00")
    assert day.after(monday, timedelta(hours=6)) == monday + timedelta(hours=6)
