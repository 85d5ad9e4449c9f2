from pathlib import Path
from typing import Any

import pytest

from pulse_assets_tests.metrics.planning_lives import figures, lives

COLUMNS = ("average_count", "max_count", "end_count", "day_count", "age_median_hours", "age_p85_hours", "row_count")


def week(folder: Path, *issues: str, collected_at: str = "2024-06-30 12:00", **chosen: Any) -> tuple[Any, ...]:
    lines = [f"PAY-{number}  {issue}" for number, issue in enumerate(issues, start=1)]
    tables = lives("\n".join(["key  issue_type  created_at  life", *lines]), collected_at)
    row = figures(folder, "flow_work_in_progress", {"PAY": tables}, **chosen)["PAY", "week", "2024-05-06"]
    return tuple(row[name] for name in COLUMNS)


def test_counts_what_is_in_progress_at_the_ends_of_the_days(tmp_path: Path) -> None:
    found = week(
        tmp_path,
        "Story  2024-05-06 10:00  open, doing 2024-05-07 10:00, review 2024-05-08 10:00, done 2024-05-09 10:00",
        "Story  2024-05-01 00:00  doing",
        "Bug    2024-05-06 10:00  doing, odd 2024-05-10 12:00",
        "Story  2024-05-06 10:00  done",
    )
    # Monday to Sunday: 2, 3, 3, 2, 1, 1, 1.
    assert found == (13 / 7, 3, 1, 7, 288.0, 288.0, 1)


def test_what_comes_and_goes_within_a_day_is_not_seen(tmp_path: Path) -> None:
    found = week(tmp_path, "Story  2024-05-06 10:00  doing, done 2024-05-06 23:59")
    assert found == (0.0, 0, 0, 7, None, None, 0)


@pytest.mark.parametrize(
    ("life", "count"),
    [
        ("open, doing 2024-05-08 00:00, done 2024-05-08 12:00", 1),
        ("open, doing 2024-05-07 12:00, done 2024-05-08 00:00", 0),
        ("open, doing 2024-05-08 00:00, done 2024-05-08 00:00", 0),
        ("doing, open 2024-05-07 12:00, doing 2024-05-07 13:00, done 2024-05-08 01:00", 2),
    ],
)
def test_change_at_midnight_has_happened_at_the_end_of_the_day(tmp_path: Path, life: str, count: int) -> None:
    assert week(tmp_path, f"Story  2024-05-06 10:00  {life}")[0] == pytest.approx(count / 7)


def test_sub_tasks_and_epics_are_left_out(tmp_path: Path) -> None:
    found = week(tmp_path, "Sub-task  2024-05-06 10:00  doing", "Epic  2024-05-06 10:00  doing")
    assert found == (0.0, 0, 0, 7, None, None, 0)


def test_age_runs_from_the_first_start_however_often_work_was_interrupted(tmp_path: Path) -> None:
    found = week(
        tmp_path,
        "Story  2024-05-01 00:00  open, doing 2024-05-02, open 2024-05-03, doing 2024-05-10",
        "Story  2024-05-01 00:00  open, doing 2024-05-12",
        "Story  2024-05-01 00:00  open, doing 2024-05-11",
    )
    assert found[4:] == (48.0, pytest.approx(48.0 + 0.7 * (264.0 - 48.0)), 3)


def test_unfinished_period_has_the_days_that_ended_before_the_collection(tmp_path: Path) -> None:
    issues = ("Story  2024-05-06 10:00  doing", "Story  2024-05-08 10:00  doing")
    assert week(tmp_path, *issues, collected_at="2024-05-09 12:00") == (4 / 3, 2, 2, 3, 38.0, pytest.approx(54.8), 2)
    assert week(tmp_path, *issues, collected_at="2024-05-09 00:00")[3] == 3
    assert week(tmp_path, *issues, collected_at="2024-05-06 23:00") == (None, None, None, 0, None, None, 0)


def test_days_are_local_and_as_long_as_they_are(tmp_path: Path) -> None:
    """In Berlin 22:00 UTC is midnight; on 2024-03-31 the clock goes forward."""
    assert week(tmp_path, "Story  2024-05-07 21:00  doing, done 2024-05-07 22:30", timezone="Europe/Berlin")[0] == 1 / 7
    text = "key  created_at  life\nPAY-1  2024-03-25 23:00  doing"
    tables = {"PAY": lives(text)}
    rows = figures(tmp_path, "flow_work_in_progress", tables, months=["2024-03-01"], timezone="Europe/Berlin")
    month = rows["PAY", "month", "2024-03-01"]
    assert (month["day_count"], month["end_count"], month["average_count"]) == (31, 1, 7 / 31)
    assert month["age_median_hours"] == 5 * 24 + 23


def test_long_running_work_is_seen_in_every_later_period(tmp_path: Path) -> None:
    tables = {"PAY": lives("key  created_at  life\nPAY-1  2024-01-10  doing")}
    months = ["2024-03-01", "2024-05-01"]
    rows = figures(tmp_path, "flow_work_in_progress", tables, months=months)
    assert [rows["PAY", "month", month]["average_count"] for month in months] == [1.0, 1.0]
    assert rows["all", "month", "2024-05-01"]["age_median_hours"] == 24.0 * (22 + 29 + 31 + 30 + 31)
