from pathlib import Path
from typing import Any

import pytest

from pulse_assets_tests.metrics.planning_lives import Rows, figures, lives

COLUMNS = ("row_count", "stay_median_hours", "stay_p85_hours", "open_count", "total_hours")
ISSUES = """
    key    issue_type  created_at        life
    PAY-1  Story       2024-05-01 00:00  open, doing 2024-05-07 12:00, review 2024-05-08 00:00, done 2024-05-14 00:00
    PAY-2  Bug         2024-05-06 12:00  doing, odd 2024-05-07 12:00, done 2024-05-08 12:00, doing 2024-05-09 00:00
    PAY-3  Sub-task    2024-05-06 12:00  doing, done 2024-05-07 12:00
    PAY-4  Epic        2024-05-06 12:00  doing
"""


def periods(folder: Path, tables: Rows, start: str, **chosen: Any) -> dict[tuple[str, str], tuple[Any, ...]]:
    rows = figures(folder, "flow_time_in_status", {"PAY": tables}, **chosen)
    return {
        key[3:]: tuple(row[name] for name in COLUMNS) for key, row in rows.items() if (key[0], key[2]) == ("PAY", start)
    }


def test_stays_that_ended_count_whole_and_all_lie_within_the_period(tmp_path: Path) -> None:
    assert periods(tmp_path, lives(ISSUES), "2024-05-06") == {
        ("Open", "todo"): (1, 156.0, 156.0, 0, 36.0),
        ("In Progress", "in_progress"): (2, 18.0, pytest.approx(22.2), 1, 132.0),
        ("In Review", "in_progress"): (0, None, None, 1, 120.0),
        ("Odd", "unknown"): (1, 24.0, 24.0, 0, 24.0),
    }


def test_open_stays_go_on_to_the_end_of_each_period(tmp_path: Path) -> None:
    assert periods(tmp_path, lives(ISSUES), "2024-05-13") == {
        ("In Progress", "in_progress"): (0, None, None, 1, 168.0),
        ("In Review", "in_progress"): (1, 144.0, 144.0, 0, 24.0),
    }


def test_done_statuses_sub_tasks_and_epics_are_left_out(tmp_path: Path) -> None:
    text = "key  created_at  life\nPAY-1  2024-05-06 12:00  done, closed 2024-05-07, open 2024-05-08, done 2024-05-08"
    assert periods(tmp_path, lives(text), "2024-05-06") == {("Open", "todo"): (1, 0.0, 0.0, 0, 0.0)}


def test_unfinished_period_ends_with_the_collection(tmp_path: Path) -> None:
    text = "key  created_at  life\nPAY-1  2024-05-06 12:00  open, doing 2024-05-07 12:00"
    assert periods(tmp_path, lives(text, "2024-05-08 18:00"), "2024-05-06") == {
        ("Open", "todo"): (1, 24.0, 24.0, 0, 24.0),
        ("In Progress", "in_progress"): (0, None, None, 1, 30.0),
    }


def test_stay_that_ends_with_the_period_is_open_in_it_and_ended_in_the_next(tmp_path: Path) -> None:
    tables = lives("key  created_at  life\nPAY-1  2024-05-12 12:00  open, done 2024-05-13 00:00")
    assert periods(tmp_path, tables, "2024-05-06") == {("Open", "todo"): (0, None, None, 1, 12.0)}
    assert periods(tmp_path, tables, "2024-05-13") == {("Open", "todo"): (1, 12.0, 12.0, 0, 0.0)}


def test_renamed_status_is_two_and_a_nameless_one_has_its_number(tmp_path: Path) -> None:
    tables = lives("""
        key    created_at        life
        PAY-1  2024-05-06 12:00  open, doing 2024-05-06 13:00, done 2024-05-06 15:00
        PAY-2  2024-05-06 12:00  open, doing 2024-05-06 13:00, done 2024-05-06 16:00
    """)
    for change in tables["issue_changes"]:
        if change["key"] == "PAY-1":
            change["from_value"] = {"Open": None, "In Progress": "Doing"}[change["from_value"]]
            change["to_value"] = {"In Progress": "Doing"}.get(change["to_value"], change["to_value"])
    found = periods(tmp_path, tables, "2024-05-06")
    assert {key: row[0] for key, row in found.items()} == {
        ("1", "todo"): 1,
        ("Open", "todo"): 1,
        ("Doing", "in_progress"): 1,
        ("In Progress", "in_progress"): 1,
    }


def test_clock_that_goes_forward_makes_a_week_an_hour_shorter(tmp_path: Path) -> None:
    tables = lives("key  created_at  life\nPAY-1  2024-03-01  open")
    found = periods(tmp_path, tables, "2024-03-25", months=["2024-03-01"], timezone="Europe/Berlin")
    assert found["Open", "todo"] == (0, None, None, 1, 167.0)
