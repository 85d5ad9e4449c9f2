import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.metric_columns import value_columns
from pulse_assets_tests.metrics.sprint_built import figures, parsed, write_facts, write_project
from pulse_assets_tests.metrics.sprint_texts import TEXTS

Figures = dict[tuple[str, str, dt.date], dict[str, Any]]
Build = Callable[..., Figures]
START, WEEK = dt.date(2024, 5, 6), dt.date(2024, 5, 13)
COLUMNS = value_columns(TABLES["sprint_completion"])


@pytest.fixture
def completion(tmp_path: Path, settings: Settings) -> Build:
    """Builds the metric of May 2024; rows by (scope, grain, first day)."""

    def build(**texts: str) -> Figures:
        lake = Lake(tmp_path / "lake")
        write_project(lake, parsed(TEXTS | texts))
        write_facts(lake, settings)
        return figures(lake, "sprint_completion", settings)

    return build


def shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in (*COLUMNS, "row_count", "status")}


SPRINT_7 = {
    "completion_ratio": 3 / 8,
    "points_completion_ratio": 11 / 23,
    "committed_count": 8,
    "added_count": 2,
    "removed_count": 1,
    "reestimated_count": 1,
    "completed_count": 5,
    "carried_over_count": 4,
    "added_points": 3.0,
    "removed_points": 1.0,
    "carried_over_points": 13.0,
    "left_out_count": 3,
    "row_count": 8,
    "status": "ok",
}


def test_completion_is_of_what_was_committed(completion: Build) -> None:
    assert shown(completion()["7", "sprint", START]) == SPRINT_7


@pytest.mark.parametrize("scope", ["PAY", "all"])
def test_sprint_belongs_to_the_week_of_its_completion(completion: Build, scope: str) -> None:
    assert shown(completion()[scope, "week", WEEK]) == SPRINT_7


def test_without_a_commitment_the_ratios_are_unknown(completion: Build) -> None:
    issues = """
        key    sprint_ids  created_at
        PAY-5  7           2024-05-10 10:00
    """
    row = completion(issues=issues, issue_changes="")["7", "sprint", START]
    assert (row["completion_ratio"], row["points_completion_ratio"], row["row_count"]) == (None, None, 0)
    assert (row["added_count"], row["completed_count"]) == (1, 1)


def test_points_ratio_is_above_one_when_estimates_grew(completion: Build) -> None:
    issues = """
        key    sprint_ids  created_at
        PAY-9  7           2024-05-01 10:00
    """
    row = completion(issues=issues)["7", "sprint", START]
    assert (row["completion_ratio"], row["points_completion_ratio"]) == (1.0, 5 / 3)


def test_open_sprint_carries_nothing_over_yet(completion: Build) -> None:
    sprints = """
        sprint_id  board_id  state   started_at        completed_at  estimation_field
        7          1         active  2024-05-06 09:00  -             customfield_10026
    """
    row = completion(sprints=sprints)["7", "sprint", START]
    assert (row["carried_over_count"], row["carried_over_points"], row["status"]) == (None, None, "degraded")


def test_sprint_without_issues_completed_nothing_of_nothing(completion: Build) -> None:
    row = completion(issues="", issue_changes="", issue_estimates="", issue_status_spans="")["7", "sprint", START]
    zeros = dict.fromkeys(COLUMNS, 0) | {"completion_ratio": None, "points_completion_ratio": None}
    assert {name: row[name] for name in COLUMNS} == zeros


def test_sums_are_over_the_sprints_of_the_period(completion: Build) -> None:
    sprints = """
        sprint_id  board_id  state   started_at        completed_at      estimation_field
        7          1         closed  2024-05-06 09:00  2024-05-13 09:00  customfield_10026
        8          1         closed  2024-05-17 16:00  2024-05-18 16:00  customfield_10026
    """
    rows = completion(sprints=sprints)
    whole = rows["PAY", "week", WEEK]
    parts = [rows["7", "sprint", START], rows["8", "sprint", dt.date(2024, 5, 17)]]
    for name in COLUMNS[2:]:
        assert whole[name] == sum(row[name] for row in parts), name
    assert whole["committed_count"] == 8 + 2
