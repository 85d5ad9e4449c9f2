from pathlib import Path
from typing import Any

import pytest

from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.metrics.planning_lives import fact_rows, lives

FIELDS = ("cycle_hours", "active_hours", "lead_hours", "reopened_count", "reason")


def flow(folder: Path, life: str, issue_type: str = "Story", **chosen: Any) -> dict[str, Any]:
    text = f"key  issue_type  created_at  life\nPAY-1  {issue_type}  2024-05-06 10:00  {life}"
    settings = Settings.load(home=folder, **chosen)
    (row,) = fact_rows("issue_flow", Lake(folder / "lake"), settings, lives(text))
    assert row["is_counted"] == (row["reason"] is None)
    return row


def test_cycle_runs_from_the_first_start_to_the_last_completion(tmp_path: Path) -> None:
    life = "open, doing 2024-05-07 10:00, review 2024-05-08 10:00, done 2024-05-09 10:00"
    row = flow(tmp_path, life)
    assert [row[name] for name in FIELDS] == [48.0, 48.0, 72.0, 0, None]
    assert (str(row["started_at"])[:16], str(row["done_at"])[:16]) == ("2024-05-07 10:00", "2024-05-09 10:00")
    assert row["cycle_business_hours"] == pytest.approx(48.0, abs=1e-9)


def test_reopened_issue_is_one_cycle_until_it_is_done_for_good(tmp_path: Path) -> None:
    life = (
        "open, doing 2024-05-07 10:00, done 2024-05-08 10:00, open 2024-05-09 10:00, doing 2024-05-10 10:00, "
        "done 2024-05-10 22:00, closed 2024-05-20 10:00"
    )
    row = flow(tmp_path, life)
    assert [row[name] for name in FIELDS] == [84.0, 36.0, 108.0, 1, None]


def test_issue_that_is_open_again_is_not_done(tmp_path: Path) -> None:
    row = flow(tmp_path, "open, doing 2024-05-07 10:00, done 2024-05-08 10:00, open 2024-05-09 10:00")
    assert [row[name] for name in FIELDS] == [None, None, None, 1, "not_done"]
    assert row["done_at"] is None
    assert row["started_at"] is not None


def test_leaving_done_for_a_status_of_unknown_category_is_a_reopening(tmp_path: Path) -> None:
    row = flow(tmp_path, "doing, done 2024-05-07 10:00, odd 2024-05-08 10:00")
    assert (row["reopened_count"], row["reason"]) == (1, "not_done")


def test_issue_that_was_never_in_progress_is_not_counted(tmp_path: Path) -> None:
    row = flow(tmp_path, "open, odd 2024-05-07 10:00, done 2024-05-08 10:00")
    assert [row[name] for name in FIELDS] == [None, None, 48.0, 0, "never_in_progress"]


def test_issue_that_is_created_done_is_done_from_its_creation(tmp_path: Path) -> None:
    row = flow(tmp_path, "done")
    assert [row[name] for name in FIELDS] == [None, None, 0.0, 0, "never_in_progress"]


def test_issue_that_is_created_in_progress_begins_then(tmp_path: Path) -> None:
    row = flow(tmp_path, "doing, done 2024-05-06 11:30")
    assert [row[name] for name in FIELDS] == [1.5, 1.5, 1.5, 0, None]


def test_start_and_completion_at_once_are_a_cycle_of_no_time(tmp_path: Path) -> None:
    row = flow(tmp_path, "open, doing 2024-05-07 10:00, done 2024-05-07 10:00")
    assert [row[name] for name in FIELDS] == [0.0, 0.0, 24.0, 0, None]


@pytest.mark.parametrize(("issue_type", "reason"), [("Sub-task", "subtask"), ("Epic", "epic")])
def test_subtasks_and_epics_are_left_out_before_any_other_reason(tmp_path: Path, issue_type: str, reason: str) -> None:
    assert flow(tmp_path, "open", issue_type)["reason"] == reason
    done = flow(tmp_path, "doing, done 2024-05-07 10:00", issue_type)
    assert (done["reason"], done["cycle_hours"]) == (reason, 24.0)


@pytest.mark.parametrize("waiting", ["In Review", "in review", "4"])
def test_waiting_statuses_are_no_active_time_by_name_in_any_case_or_number(tmp_path: Path, waiting: str) -> None:
    life = "open, doing 2024-05-07 10:00, review 2024-05-08 10:00, done 2024-05-10 10:00"
    row = flow(tmp_path, life, jira_waiting_statuses=waiting)
    assert (row["cycle_hours"], row["active_hours"]) == (72.0, 24.0)


def test_time_back_in_todo_is_cycle_but_not_active(tmp_path: Path) -> None:
    row = flow(tmp_path, "doing, open 2024-05-06 12:00, doing 2024-05-07 12:00, done 2024-05-07 15:00")
    assert (row["cycle_hours"], row["active_hours"]) == (29.0, 5.0)


def test_business_hours_of_the_cycle_leave_the_weekend_out(tmp_path: Path) -> None:
    """From Monday 10:00 to the next Monday 12:00, working from 9 to 17 on five days."""
    row = flow(
        tmp_path,
        "doing, open 2024-05-08 10:00, done 2024-05-13 12:00",
        working_days="mon,tue,wed,thu,fri",
        working_hours="09:00-17:00",
    )
    assert row["cycle_business_hours"] == pytest.approx(7 + 4 * 8 + 3, abs=1e-9)
    assert row["cycle_hours"] == 170.0
