from pathlib import Path
from typing import Any

import pytest

from pulse_assets.reports import ReportContent
from pulse_assets.settings import Settings
from pulse_assets_tests.reports.conftest import API, WEB, report
from pulse_assets_tests.reports.lakes import build_lake, metric

WEEK = "2024-01-29"


def told(path: Path, year: int, **rows: list[dict[str, Any]]) -> ReportContent:
    settings = Settings.model_construct(timezone="Europe/Berlin", benchmark_year=year)
    return report(build_lake(path / "lake", **rows), settings, "2024-W05")


def place(content: ReportContent, name: str) -> tuple[str | None, str | None]:
    found = content.benchmark.of(name)
    assert found
    return found.text, found.reason


def deployments(count: int, repository: str | None = None) -> dict[str, Any]:
    scope = {"scope_kind": "repository", "scope": repository} if repository else {}
    return dict(metric(WEEK, deployment_count=count, row_count=count, **scope))


def test_a_figure_is_placed_among_the_levels_of_the_year(tmp_path: Path) -> None:
    content = told(tmp_path, 2024, dora_lead_time=[dict(metric(WEEK, lead_time_median_hours=30.0, row_count=9))])
    assert place(content, "dora_lead_time") == ("high (between one day and one week)", None)
    assert content.benchmark.has_levels


def test_without_levels_the_part_of_the_answers_is_told(tmp_path: Path) -> None:
    content = told(tmp_path, 2025, dora_lead_time=[dict(metric(WEEK, lead_time_median_hours=200.0, row_count=9))])
    text, _ = place(content, "dora_lead_time")
    assert text == "among the 43.5 % of teams that need more than a week"
    assert not content.benchmark.has_levels


def test_deployments_are_those_of_the_median_repository_not_of_all_together(tmp_path: Path) -> None:
    rows = [deployments(12), deployments(2, API), deployments(10, WEB)]
    text, _ = place(told(tmp_path, 2024, dora_deployment_frequency=rows), "dora_deployment_frequency")
    assert text == "high (between once a day and once a week), for the median repository (6 a week)"


@pytest.mark.parametrize(
    ("status", "value", "reason"),
    [
        ("degraded", 30.0, "no place for a provisional figure"),
        ("withheld", 30.0, "no place for what is withheld"),
        ("ok", None, "there is nothing to place"),
    ],
)
def test_what_cannot_carry_a_grade_gets_none(tmp_path: Path, status: str, value: float | None, reason: str) -> None:
    rows = [dict(metric(WEEK, lead_time_median_hours=value, row_count=9, status=status))]
    assert place(told(tmp_path, 2024, dora_lead_time=rows), "dora_lead_time") == (None, reason)


def test_a_metric_of_which_the_report_says_nothing_gets_none(tmp_path: Path) -> None:
    rows = [dict(metric(WEEK, recovery_median_hours=3.0, row_count=9))]
    content = told(tmp_path, 2025, dora_recovery_time=rows)
    assert place(content, "dora_recovery_time") == (None, "the report gives nothing")
    assert place(content, "dora_rework_rate") == (None, "no place for what is unknown")
