import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_assets.errors import UsageError
from pulse_assets.reports import Period, ReportKind, parse_period


@pytest.mark.parametrize(
    ("kind", "text", "key", "partition"),
    [
        ("weekly", "2024-W05", "2024-W05", "2024-01-29"),
        ("weekly", "2024w5", "2024-W05", "2024-01-29"),
        ("weekly", " 2024-02-04 ", "2024-W05", "2024-01-29"),
        ("weekly", "2021-01-01", "2020-W53", "2020-12-28"),
        ("monthly", "2024-05", "2024-05", "2024-05-01"),
        ("monthly", "2024-05-31", "2024-05", "2024-05-01"),
    ],
)
def test_a_period_is_read_by_its_name_or_by_any_date_in_it(
    kind: ReportKind, text: str, key: str, partition: str
) -> None:
    period = parse_period(kind, text)
    assert (period.key, period.partition_key) == (key, partition)


@pytest.mark.parametrize(
    ("kind", "text", "form"),
    [
        ("weekly", "2024-05", "2024-W05"),
        ("weekly", "2023-W53", "2024-W05"),
        ("weekly", "", "2024-W05"),
        ("weekly", "0001-01-01", "2024-W05"),
        ("weekly", "9999-12-31", "2024-W05"),
        ("monthly", "2024-W05", "2024-05"),
        ("monthly", "2024-13", "2024-05"),
        ("monthly", "2024-02-30", "2024-05"),
        ("monthly", "last", "2024-05"),
    ],
)
def test_what_is_no_period_is_refused_with_the_forms(kind: ReportKind, text: str, form: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_period(kind, text)
    assert form in (caught.value.hint or "")


def test_an_unknown_kind_is_refused() -> None:
    kind: Any = "daily"
    with pytest.raises(UsageError, match="Choose weekly or monthly"):
        parse_period(kind, "2024-05-01")


@pytest.mark.parametrize(
    ("kind", "text", "title", "short"),
    [
        ("weekly", "2024-W05", "Week 5, 29 January to 4 February 2024", "W05"),
        ("weekly", "2024-W03", "Week 3, 15 to 21 January 2024", "W03"),
        ("weekly", "2020-W53", "Week 53, 28 December 2020 to 3 January 2021", "W53"),
        ("monthly", "2024-05", "May 2024", "May"),
    ],
)
def test_titles_say_the_days(kind: ReportKind, text: str, title: str, short: str) -> None:
    period = parse_period(kind, text)
    assert (period.title, period.short_title) == (title, short)


def test_bounds_follow_the_zone_through_daylight_saving() -> None:
    begin, end = parse_period("weekly", "2024-W13").bounds(ZoneInfo("Europe/Berlin"))
    assert (begin.isoformat(), end.isoformat()) == ("2024-03-24T23:00:00+00:00", "2024-03-31T22:00:00+00:00")


@given(st.sampled_from(["weekly", "monthly"]), st.dates(dt.date(1900, 2, 1), dt.date(9989, 1, 1)))
def test_periods_follow_each_other_without_gap_or_overlap(kind: ReportKind, day: dt.date) -> None:
    period = Period.containing(kind, day)
    assert period.start <= day <= period.last_day
    assert period.next.previous == period
    assert period.shifted(13).shifted(-13) == period
    assert parse_period(kind, period.key) == parse_period(kind, period.partition_key) == period
