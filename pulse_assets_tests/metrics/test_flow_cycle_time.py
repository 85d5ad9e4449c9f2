from pathlib import Path
from typing import Any

import pytest

from pulse_assets.tables.teams import Teams
from pulse_assets_tests.metrics.planning_lives import figures, lives

ISSUES = """
    key     issue_type  created_at        life
    PAY-1   Story       2024-05-06 10:00  open, doing 2024-05-07 10:00, done 2024-05-07 20:00
    PAY-2   Story       2024-05-06 10:00  open, doing 2024-05-07 10:00, done 2024-05-08 06:00
    PAY-3   Story       2024-05-06 10:00  open, doing 2024-05-07 10:00, done 2024-05-08 16:00
    PAY-4   Story       2024-05-06 10:00  open, doing 2024-05-07 10:00, open 2024-05-07 20:00, done 2024-05-09 02:00
    PAY-5   Story       2024-05-06 10:00  open, doing 2024-05-07 10:00, done 2024-05-20 10:00
    PAY-6   Sub-task    2024-05-06 10:00  open, doing 2024-05-07 10:00, done 2024-05-08 10:00
    PAY-7   Epic        2024-05-06 10:00  open, doing 2024-05-07 10:00, done 2024-05-08 10:00
    PAY-8   Story       2024-05-06 10:00  open, done 2024-05-08 10:00
    PAY-9   Story       2024-05-06 10:00  open, doing 2024-05-07 10:00
    PAY-10  Story       2024-05-06 10:00  open, doing 2024-05-07 10:00, done 2024-05-08 10:00, open 2024-05-09 10:00
"""
WEEK = ("PAY", "week", "2024-05-06")


def test_quantiles_are_interpolated_over_issues_done_in_the_period(tmp_path: Path) -> None:
    week = figures(tmp_path, "flow_cycle_time", {"PAY": lives(ISSUES)})[WEEK]
    assert week["row_count"] == 4
    shown = [week[f"cycle_{name}_hours"] for name in ("median", "p85", "p95")]
    assert shown == pytest.approx([25.0, 35.5, 38.5])
    assert (week["cycle_median_low_hours"], week["cycle_median_high_hours"]) == (10.0, 40.0)
    assert (week["lead_median_hours"], week["lead_p85_hours"]) == pytest.approx((49.0, 59.5))


def test_sub_tasks_epics_and_what_never_was_in_progress_are_left_out(tmp_path: Path) -> None:
    rows = figures(tmp_path, "flow_cycle_time", {"PAY": lives(ISSUES)})
    assert rows[WEEK]["left_out_count"] == 3
    assert rows["PAY", "week", "2024-05-13"]["left_out_count"] == 0


def test_flow_efficiency_is_active_time_by_cycle_time_of_all(tmp_path: Path) -> None:
    week = figures(tmp_path, "flow_cycle_time", {"PAY": lives(ISSUES)})[WEEK]
    assert week["flow_efficiency_ratio"] == pytest.approx((10 + 20 + 30 + 10) / (10 + 20 + 30 + 40))


def test_flow_efficiency_of_no_time_is_unknown(tmp_path: Path) -> None:
    text = "key  created_at  life\nPAY-1  2024-05-06 10:00  open, doing 2024-05-07 10:00, done 2024-05-07 10:00"
    week = figures(tmp_path, "flow_cycle_time", {"PAY": lives(text)})[WEEK]
    assert (week["row_count"], week["cycle_median_hours"], week["flow_efficiency_ratio"]) == (1, 0.0, None)


def test_issue_belongs_to_the_period_of_its_last_completion(tmp_path: Path) -> None:
    rows = figures(tmp_path, "flow_cycle_time", {"PAY": lives(ISSUES)})
    assert rows["PAY", "week", "2024-05-20"]["cycle_median_hours"] == 312.0
    assert rows["PAY", "month", "2024-05-01"]["row_count"] == 5
    assert rows["PAY", "month", "2024-05-01"]["cycle_median_hours"] == 30.0


def test_a_period_without_issues_has_no_median(tmp_path: Path) -> None:
    week = figures(tmp_path, "flow_cycle_time", {"PAY": lives(ISSUES)})["PAY", "week", "2024-05-13"]
    assert (week["row_count"], week["left_out_count"], week["cycle_median_hours"]) == (0, 0, None)
    assert (week["is_low_count"], week["status"]) == (True, "ok")


def test_boards_teams_and_all_have_the_issues_of_their_projects(tmp_path: Path) -> None:
    shown = {"boards": "board_id  name\n7  B", "board_issues": "board_id  key\n7  PAY-1\n7  PAY-3\n7  PAY-6"}
    other = "key  created_at  life\nOPS-1  2024-05-06 10:00  open, doing 2024-05-07 10:00, done 2024-05-07 15:00"
    projects = {"PAY": lives(ISSUES, **shown), "OPS": lives(other)}
    teams = Teams(projects={"ops": ("OPS",), "both": ("OPS", "PAY")})
    rows = figures(tmp_path, "flow_cycle_time", projects, teams=teams)
    medians = {scope: rows[scope, "week", "2024-05-06"]["cycle_median_hours"] for scope in ("7", "PAY", "OPS", "all")}
    assert medians == {"7": 20.0, "PAY": 25.0, "OPS": 5.0, "all": 20.0}
    assert [rows[team, "week", "2024-05-06"]["row_count"] for team in ("ops", "both")] == [1, 5]
    assert rows["7", "week", "2024-05-06"]["left_out_count"] == 1
    assert rows["7", "week", "2024-05-06"]["scope_kind"] == "board"


@pytest.mark.parametrize(("zone", "week"), [("America/New_York", "2024-05-06"), ("Europe/Berlin", "2024-05-13")])
def test_weeks_begin_on_local_monday(tmp_path: Path, zone: str, week: str) -> None:
    text = "key  created_at  life\nPAY-1  2024-05-12 10:00  doing, done 2024-05-12 23:00"
    rows = figures(tmp_path, "flow_cycle_time", {"PAY": lives(text)}, timezone=zone)
    assert {start for (scope, grain, start), row in rows.items() if grain == "week" and row["row_count"]} == {week}


def test_business_hours_follow_the_calendar(tmp_path: Path) -> None:
    text = "key  created_at  life\nPAY-1  2024-05-10 10:00  doing, done 2024-05-12 10:00"
    calendar: dict[str, Any] = {"working_days": "mon,tue,wed,thu,fri", "working_hours": "09:00-17:00"}
    week = figures(tmp_path, "flow_cycle_time", {"PAY": lives(text)}, **calendar)[WEEK]
    assert (week["cycle_median_hours"], week["cycle_median_business_hours"]) == (48.0, pytest.approx(7.0, abs=1e-9))
