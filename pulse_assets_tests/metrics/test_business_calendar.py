"""Working hours as stretches of time."""

import datetime as dt
from itertools import pairwise
from typing import Any

import duckdb
import pytest

from pulse_assets.metrics.business_calendar import business_calendar
from pulse_assets.settings import Settings

UNTIL = """
    SELECT hours_before + (epoch_us(least(t.at, c.ends_at)) - epoch_us(c.begins_at)) / 3.6e9
    FROM (SELECT ?::TIMESTAMPTZ AS at) AS t ASOF JOIN calendar AS c ON t.at >= c.begins_at
"""


def hours_between(begin: str, end: str, **chosen: Any) -> float:
    """Business hours of a stretch (UTC), asked as the facts ask."""
    with duckdb.connect() as connection:
        connection.register("calendar", business_calendar(Settings(**chosen)))
        low, high = (connection.execute(UNTIL, [f"{each}+00"]).fetchone() for each in (begin, end))
    assert low
    assert high
    return round(high[0] - low[0], 6)


OFFICE: dict[str, Any] = {
    "working_days": "mon,tue,wed,thu,fri",
    "working_hours": "09:00-17:00",
    "timezone": "Europe/Berlin",
}


def test_without_settings_every_hour_counts_also_where_the_clock_is_changed() -> None:
    calendar = business_calendar(Settings(timezone="Europe/Berlin"))
    assert calendar.num_rows == 1
    assert hours_between("2026-03-28 00:00", "2026-03-30 00:00", timezone="Europe/Berlin") == 48


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        ("2026-11-16 08:00", "2026-11-16 16:00", 8),  # Monday 9 to 17 in Berlin
        ("2026-11-16 05:00", "2026-11-16 21:00", 8),
        ("2026-11-16 10:00", "2026-11-16 10:30", 0.5),
        ("2026-11-20 15:00", "2026-11-23 09:00", 2),  # over a weekend
        ("2026-11-21 00:00", "2026-11-22 12:00", 0),
        ("2026-07-06 07:00", "2026-07-06 15:00", 8),  # in summer the day begins an hour earlier by UTC
        ("2026-11-16 00:00", "2026-11-30 00:00", 80),
    ],
)
def test_only_working_hours_of_working_days_count_by_the_clock_on_the_wall(begin: str, end: str, hours: float) -> None:
    assert hours_between(begin, end, **OFFICE) == hours


def test_a_holiday_counts_nothing() -> None:
    week = ("2026-12-21 00:00", "2026-12-28 00:00")
    assert hours_between(*week, **OFFICE) == 40
    assert hours_between(*week, **OFFICE, holidays="2026-12-24,2026-12-25") == 24


def test_a_working_day_on_which_the_clock_is_changed_is_shorter_or_longer() -> None:
    whole_days: dict[str, Any] = {"working_days": "sun", "timezone": "Europe/Berlin"}
    assert hours_between("2026-03-28 00:00", "2026-03-30 00:00", **whole_days) == 23
    assert hours_between("2026-10-24 00:00", "2026-10-27 00:00", **whole_days) == 25


def test_stretches_are_in_order_and_do_not_overlap() -> None:
    rows = business_calendar(Settings(**OFFICE)).slice(0, 3000).to_pylist()
    total = dt.timedelta()
    for before, after in pairwise(rows):
        assert before["ends_at"] < after["begins_at"]
        total += before["ends_at"] - before["begins_at"]
        assert after["hours_before"] == total / dt.timedelta(hours=1)
