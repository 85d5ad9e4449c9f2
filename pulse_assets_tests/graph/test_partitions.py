import datetime as dt
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_assets.graph.partitions import contiguous_ranges, month_keys, months, partition_tags, weeks
from pulse_assets.settings import Settings

BERLIN = ZoneInfo("Europe/Berlin")


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("wanted", "ranges"),
    [
        ("", []),
        ("a", [("a", "a")]),
        ("abcde", [("a", "e")]),
        ("abde", [("a", "b"), ("d", "e")]),
        ("ace", [("a", "a"), ("c", "c"), ("e", "e")]),
        ("xb", [("b", "b")]),
    ],
)
def test_ranges_are_the_unbroken_stretches(wanted: str, ranges: list[tuple[str, str]]) -> None:
    assert contiguous_ranges(set(wanted), "abcde") == ranges


@given(st.sets(st.sampled_from("abcdefgh")))
def test_ranges_cover_exactly_what_was_asked_for(wanted: set[str]) -> None:
    order = "abcdefgh"
    covered = ""
    for first, last in contiguous_ranges(wanted, order):
        covered += order[order.index(first) : order.index(last) + 1]
    assert covered == "".join(sorted(wanted))


def test_a_single_partition_is_no_range() -> None:
    assert partition_tags("a", "a") == {"dagster/partition": "a"}
    assert set(partition_tags("a", "b").values()) == {"a", "b"}


def test_a_week_belongs_to_the_month_of_its_monday() -> None:
    # 1 May 2024 was a Wednesday, in the week that began on 29 April.
    assert month_keys(utc("2024-05-01T12:00:00"), utc("2024-06-30T12:00:00"), BERLIN) == [
        "2024-04-01",
        "2024-05-01",
        "2024-06-01",
    ]


def test_days_are_those_of_the_zone() -> None:
    # 22:30 UTC on 31 December is already the new year in Berlin, a Monday.
    assert month_keys(utc("2023-12-31T23:30:00"), utc("2023-12-31T23:30:00"), BERLIN) == ["2024-01-01"]


def test_the_month_and_week_that_have_begun_exist() -> None:
    settings = Settings(timezone="Europe/Berlin", history_start=dt.date(2024, 1, 10))
    now = utc("2024-03-07T12:00:00")
    assert months(settings).get_partition_keys(now) == ["2024-01-01", "2024-02-01", "2024-03-01"]
    assert weeks(settings).get_partition_keys(now)[0] == "2024-01-08"
    assert weeks(settings).get_partition_keys(now)[-1] == "2024-03-04"


def test_every_week_key_is_a_monday() -> None:
    keys = weeks(Settings(timezone="America/New_York", history_start=dt.date(2023, 1, 1))).get_partition_keys(
        utc("2024-12-31T12:00:00")
    )
    assert {dt.date.fromisoformat(key).weekday() for key in keys} == {0}
    assert isinstance(weeks(Settings()), dg.WeeklyPartitionsDefinition)
