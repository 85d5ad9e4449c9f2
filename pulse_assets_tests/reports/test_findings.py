from pathlib import Path
from typing import Any

import pytest

from pulse_assets.reports import ReportContent
from pulse_assets.settings import Settings
from pulse_assets_tests.reports.conftest import API, WEB, report
from pulse_assets_tests.reports.lakes import Row, build_lake, metric

NOW, BEFORE = "2024-01-29", "2024-01-22"


def lead(start: str, hours: float, count: int, **values: Any) -> Row:
    """A lead time whose interval reaches an hour to each side."""
    ends = {"lead_time_median_low_hours": hours - 1, "lead_time_median_high_hours": hours + 1}
    return metric(start, lead_time_median_hours=hours, row_count=count, **ends, **values)


def repository(name: str) -> dict[str, str]:
    return {"scope_kind": "repository", "scope": name}


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> ReportContent:
    """Lead time rose from 20 to 30 h, most of it in web; deployments went from 50 to 51."""
    team = {"scope_kind": "team", "scope": "payments"}
    earlier = [lead(f"2024-01-{day:02d}", hours, 20) for day, hours in ((1, 18), (8, 19), (15, 26))]
    lake = build_lake(
        tmp_path_factory.mktemp("moved") / "lake",
        dora_lead_time=[
            *earlier,
            lead(NOW, 30, 20),
            lead(BEFORE, 20, 20),
            lead(NOW, 22, 8, **repository(API)),
            lead(BEFORE, 20, 8, **repository(API)),
            lead(NOW, 50, 12, **repository(WEB)),
            lead(BEFORE, 20, 12, **repository(WEB)),
            lead(NOW, 10, 9, **repository("acme/calm")),
            lead(BEFORE, 12, 9, **repository("acme/calm")),
            lead(NOW, 40, 9, **team),
            lead(BEFORE, 20, 9, **team),
        ],
        dora_deployment_frequency=[
            metric(NOW, deployment_count=51, row_count=51),
            metric(BEFORE, deployment_count=50, row_count=50),
        ],
    )
    return report(lake, settings, "2024-W05")


def test_what_moved_clearly_comes_first_with_what_it_is_set_against(moved: ReportContent) -> None:
    (lead_time,) = moved.clear_findings
    assert (lead_time.verdict, lead_time.text) == (
        "worse",
        "Lead time, median: 30.0 h, 10.0 h longer than the week before (+50 %), above the median of 5 weeks (20.0 h).",
    )


def test_who_is_affected_is_what_moved_the_same_way_by_its_rows(moved: ReportContent) -> None:
    assert moved.clear_findings[0].affected == (
        "Most in acme/web (20.0 h \N{RIGHTWARDS ARROW} 2.1 d) and acme/api (20.0 h \N{RIGHTWARDS ARROW} 22.0 h); "
        "of the teams payments (20.0 h \N{RIGHTWARDS ARROW} 40.0 h)."
    )


def test_what_chance_may_explain_is_told_in_brief(moved: ReportContent) -> None:
    assert [(each.brief, each.affected) for each in moved.unclear_findings] == [
        ("deployment frequency 50 \N{RIGHTWARDS ARROW} 51", None)
    ]


def test_the_summary_counts_what_moved(moved: ReportContent) -> None:
    assert moved.summary.startswith("Lead time is clearly worse than the week before. ")


def test_metrics_that_moved_both_ways_are_told_in_one_sentence(tmp_path: Path, settings: Settings) -> None:
    lake = build_lake(
        tmp_path / "lake",
        dora_lead_time=[lead(NOW, 30, 20), lead(BEFORE, 20, 20)],
        dora_deployment_frequency=[
            metric(NOW, deployment_count=90, row_count=90),
            metric(BEFORE, deployment_count=50, row_count=50),
        ],
    )
    content = report(lake, settings, "2024-W05")
    begin = "Lead time is clearly worse than the week before and deployment frequency is clearly better than the week"
    assert content.summary.startswith(begin)
    assert [finding.metric for finding in content.findings] == ["dora_lead_time", "dora_deployment_frequency"]
