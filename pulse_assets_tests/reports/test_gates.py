"""A withheld figure shows its reason and no number, wherever it stands."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.reports import FORMATS, ReportContent, parse_period, render, report_content
from pulse_assets.reports.shown import DORA, METRICS
from pulse_assets.settings import Settings
from pulse_assets.tables.check_history import Gate
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.metric_columns import value_columns
from pulse_assets_tests.reports.conftest import API, WEB, report
from pulse_assets_tests.reports.lakes import Row, at, build_lake, metric
from pulse_assets_tests.reports.world import build_figures, build_world

REASON = "pull_requests_are_unique failed: 3 rows share their key"
#: In no date, no number of a row and no other figure.
NUMBER = 7654


def withheld(name: str, start: str, **values: Any) -> Row:
    """A row whose writer forgot to take the numbers out."""
    numbers = dict.fromkeys(value_columns(TABLES[name]), NUMBER)
    quality = {"status": "withheld", "status_reason": REASON, "row_count": NUMBER}
    return metric(start, **numbers, **quality, **values)


@pytest.fixture(scope="module")
def silenced(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> ReportContent:
    """Weeks 4 and 5 are withheld, of all repositories and of one."""
    scopes = ({}, {"scope_kind": "repository", "scope": API})
    rows = {
        name: [withheld(name, start, **scope) for start in ("2024-01-29", "2024-01-22") for scope in scopes]
        for name in METRICS
    }
    change = {"repository": API, "number": 1, "is_counted": True, "lead_time_hours": 5.0, "coding_hours": 5.0}
    lake = build_lake(
        tmp_path_factory.mktemp("silenced") / "lake",
        change_lead_times=[{**change, "deployed_at": at("2024-01-30 10:00")}],
        team_collaboration=[
            withheld("team_collaboration", "2024-01-29", author_team="payments", reviewer_team="others")
        ],
        **rows,
    )
    return report(lake, settings, "2024-W05")


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_shows_a_withheld_number(silenced: ReportContent, form: str) -> None:
    text = render(silenced, form)
    assert str(NUMBER) not in text.replace(",", "")
    assert "withheld" in text
    assert REASON in text.replace("\\", "")


def test_every_withheld_figure_says_so(silenced: ReportContent) -> None:
    figures = [figure for scope in silenced.scopes for figure in scope.figures.values()]
    assert {(each.shown, each.value, each.row_count, each.status_reason) for each in figures} == {
        ("withheld", None, None, REASON)
    }
    assert silenced.whole.stages == ()
    assert [(change.number, change.lead_time_hours, change.coding_hours) for change in silenced.changes] == [
        (1, None, None)
    ]
    assert silenced.findings == ()
    assert silenced.collaboration.rows == ()
    assert {each.text or each.reason for each in silenced.benchmark.positions} == {"no place for what is withheld"}


def test_the_reason_is_told_once_for_what_it_withholds(silenced: ReportContent) -> None:
    assert [(notice.kind, notice.text) for notice in silenced.notices] == [
        ("withheld", f"Every metric of all repositories and {API}: {REASON}.")
    ]
    page = render(silenced, "html")
    assert page.count(f"withheld: {REASON}</title>") == 2 * 6


def test_a_withheld_repository_degrades_the_whole_and_lists_nothing_of_its_own(tmp_path: Path) -> None:
    lake, settings = build_world(tmp_path, seed=5, repositories=(API, WEB), changes_per_week=4)
    tables = ("pull_requests", "deployments")
    gates = [Gate(API, table, "pull_requests_are_unique", "withheld", REASON) for table in tables]
    build_figures(lake, (API, WEB), settings, gates=gates)
    content = report_content("monthly", parse_period("monthly", "2024-03"), lake, settings)
    api = next(scope for scope in content.scopes if scope.name == API)
    assert {api.figures[f"{name}.{_first_column(name)}"].shown for name in DORA} == {"withheld"}
    assert {content.figure(f"{name}.{_first_column(name)}").status for name in DORA} == {"degraded"}
    assert [each.text for each in content.notices if each.kind == "withheld"]
    hours = {(each.repository, each.lead_time_hours is None) for each in content.changes}
    assert hours == {(API, True), (WEB, False)}
    counts = {
        content.figure(f"dora_lead_time.{name}_hours").row_count for name in ("lead_time_median", "coding_median")
    }
    assert counts == {len(content.changes)}
    own = [each for each in content.drilldowns if each.scope == API]
    assert own
    assert all((each.counted, each.left_out, each.others, each.figures) == ((), (), (), ()) for each in own)
    rows = list(csv.DictReader(io.StringIO(render(content, "csv"))))
    cells = {row["value"] for row in rows if row["record"] == "figure" and row["scope"] == API}
    assert cells == {""}
    document = json.loads(render(content, "json"))
    scope = next(each for each in document["scopes"] if each["name"] == API)
    assert {figure["value"] for figure in scope["figures"]} == {None}


def _first_column(name: str) -> str:
    return value_columns(TABLES[name])[0]


def test_a_withheld_period_before_is_not_compared_with(tmp_path: Path, settings: Settings) -> None:
    lake = build_lake(
        tmp_path / "lake",
        dora_lead_time=[
            metric("2024-01-29", lead_time_median_hours=30.0, row_count=9),
            withheld("dora_lead_time", "2024-01-22"),
        ],
    )
    content = report(lake, settings, "2024-W05")
    figure = content.figure("dora_lead_time.lead_time_median_hours")
    assert (figure.change, figure.verdict, figure.previous_value) == ("the week before: withheld", None, None)


@pytest.fixture
def degraded(tmp_path: Path) -> Lake:
    row = metric("2024-01-29", lead_time_median_hours=30.0, row_count=9, status="degraded", status_reason=REASON)
    return build_lake(tmp_path / "lake", dora_lead_time=[row])


@pytest.mark.parametrize("form", FORMATS)
def test_a_degraded_figure_is_shown_and_marked(degraded: Lake, settings: Settings, form: str) -> None:
    text = render(report(degraded, settings, "2024-W05"), form)
    assert REASON in text.replace("\\", "")
    assert {"html": ">provisional<", "md": "Provisional", "csv": "degraded", "json": "degraded"}[form] in text
