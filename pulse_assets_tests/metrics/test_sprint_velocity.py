import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.metrics.sprint_built import figures, parsed, write_facts, write_project
from pulse_assets_tests.metrics.sprint_texts import TEXTS

Figures = dict[tuple[str, str, dt.date], dict[str, Any]]
Build = Callable[..., Figures]
START, WEEK, MONTH = dt.date(2024, 5, 6), dt.date(2024, 5, 13), dt.date(2024, 5, 1)
TEAMS = Teams(projects={"core": ("PAY",), "edge": ("WEB_2",)})


@pytest.fixture
def velocity(tmp_path: Path) -> Build:
    """Builds the metric of May 2024; rows by (scope, grain, first day)."""

    def build(zone: str = "UTC", web: dict[str, str] | None = None, **texts: str) -> Figures:
        lake, settings = Lake(tmp_path / "lake"), Settings.load(home=tmp_path, timezone=zone)
        write_project(lake, parsed(TEXTS | texts))
        projects = ["PAY"]
        if web is not None:
            write_project(lake, parsed(TEXTS | web), "WEB_2")
            projects.append("WEB_2")
        write_facts(lake, settings, projects)
        return figures(lake, "sprint_velocity", settings, teams=TEAMS)

    return build


def shown(row: dict[str, Any]) -> dict[str, Any]:
    columns = ("sprint_count", "committed_points", "committed_count", "completed_points", "completed_count")
    return {name: row[name] for name in (*columns, "velocity_mean_points", "row_count", "status")}


SPRINT_7 = {
    "sprint_count": 1,
    "committed_points": 23.0,
    "committed_count": 8,
    "completed_points": 14.0,
    "completed_count": 5,
    "velocity_mean_points": 14.0,
    "row_count": 5,
    "status": "ok",
}


def test_a_sprint_is_a_scope_of_its_own(velocity: Build) -> None:
    row = velocity()["7", "sprint", START]
    assert shown(row) == SPRINT_7
    assert (row["scope_kind"], row["status_reason"]) == ("sprint", None)


def test_completed_points_are_those_of_the_end_committed_ones_those_of_the_start(velocity: Build) -> None:
    changes = """
        key    ordinal  field         field_id           from_id  to_id  from_value  to_value  changed_at
        PAY-1  0        Story Points  customfield_10026  -        -      1           5         2024-05-06 20:00
    """
    issues = """
        key    sprint_ids  created_at
        PAY-1  7           2024-05-01 10:00
    """
    row = velocity(issues=issues, issue_changes=changes)["7", "sprint", START]
    assert (row["committed_points"], row["completed_points"]) == (1.0, 5.0)


@pytest.mark.parametrize(("scope", "kind"), [("PAY", "project"), ("1", "board"), ("core", "team"), ("all", "all")])
def test_sprint_belongs_to_the_week_and_month_of_its_completion(velocity: Build, scope: str, kind: str) -> None:
    shows = """
        board_id  key
        1         PAY-1
    """
    rows = velocity(board_issues=shows)
    assert shown(rows[scope, "week", WEEK]) == SPRINT_7
    assert shown(rows[scope, "month", MONTH])["sprint_count"] == 1
    assert rows[scope, "week", WEEK]["scope_kind"] == kind


def test_period_without_a_completed_sprint_has_none_and_no_mean(velocity: Build) -> None:
    row = velocity()["all", "week", START]
    assert shown(row) == dict.fromkeys(SPRINT_7, 0) | {
        "committed_points": 0.0,
        "completed_points": 0.0,
        "velocity_mean_points": None,
        "status": "ok",
    }


def test_mean_is_over_the_sprints_of_a_period_with_those_that_completed_nothing(velocity: Build) -> None:
    sprints = """
        sprint_id  board_id  state   started_at        completed_at      estimation_field
        7          1         closed  2024-05-06 09:00  2024-05-17 16:00  customfield_10026
        8          1         closed  2024-05-18 09:00  2024-05-19 09:00  customfield_10026
    """
    row = velocity(sprints=sprints)["PAY", "week", WEEK]
    assert (row["sprint_count"], row["completed_points"], row["velocity_mean_points"]) == (2, 14.0, 7.0)


def test_open_sprint_is_provisional_and_in_no_period(velocity: Build) -> None:
    sprints = """
        sprint_id  board_id  state   started_at        completed_at  estimation_field
        7          1         active  2024-05-06 09:00  -             customfield_10026
    """
    rows = velocity(sprints=sprints)
    row = rows["7", "sprint", START]
    assert (row["status"], row["completed_points"]) == ("degraded", 14.0)
    assert row["status_reason"] == "the sprint was not over when the data were collected"
    assert {row["sprint_count"] for key, row in rows.items() if key[1] != "sprint"} == {0}


def test_sprint_that_was_not_started_has_no_row(velocity: Build) -> None:
    assert {key[0] for key in velocity() if key[1] == "sprint"} == {"7"}


def test_sprint_that_two_projects_share_is_one(velocity: Build) -> None:
    issues = """
        key      sprint_ids  created_at
        WEB_2-1  7           2024-05-01 10:00
    """
    spans = """
        key      ordinal  status_category  entered_at        left_at
        WEB_2-1  0        todo             2024-05-01 10:00  2024-05-08 10:00
        WEB_2-1  1        done             2024-05-08 10:00  -
    """
    estimates = """
        key      field_id           points
        WEB_2-1  customfield_10026  6
    """
    web = {"issues": issues, "issue_status_spans": spans, "issue_estimates": estimates, "issue_changes": ""}
    rows = velocity(web=web)
    assert shown(rows["all", "week", WEEK]) == SPRINT_7 | {
        "committed_points": 29.0,
        "committed_count": 9,
        "completed_points": 20.0,
        "completed_count": 6,
        "velocity_mean_points": 20.0,
        "row_count": 6,
    }
    assert rows["7", "sprint", START]["completed_points"] == 20.0
    assert rows["edge", "week", WEEK]["velocity_mean_points"] == 6.0


@pytest.mark.parametrize(("zone", "week"), [("America/New_York", "2024-05-13"), ("Europe/Berlin", "2024-05-20")])
def test_weeks_begin_on_local_monday(velocity: Build, zone: str, week: str) -> None:
    sprints = """
        sprint_id  board_id  state   started_at        completed_at      estimation_field
        7          1         closed  2024-05-06 09:00  2024-05-19 22:30  customfield_10026
    """
    rows = velocity(zone, sprints=sprints)
    assert [str(key[2]) for key, row in rows.items() if key[:2] == ("all", "week") and row["sprint_count"]] == [week]


def test_sprint_begins_on_its_local_day(velocity: Build) -> None:
    sprints = """
        sprint_id  board_id  state   started_at        completed_at      estimation_field
        7          1         closed  2024-05-05 23:30  2024-05-17 16:00  customfield_10026
    """
    rows = velocity("Europe/Berlin", sprints=sprints)
    assert [key for key in rows if key[1] == "sprint"] == [("7", "sprint", START)]
