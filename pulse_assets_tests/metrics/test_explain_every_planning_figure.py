"""Every figure of Jira's metrics in a generated site comes out of the rows of its explanation."""

import datetime as dt
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.metrics.engine import build_metrics
from pulse_assets.metrics.explanation import Explanation, explain_period
from pulse_assets.metrics.explanation.words import REASONS
from pulse_assets.sandbox.jira.generator import generate_jira
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import typed_frame
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.metric_columns import value_columns
from pulse_assets_tests.metrics.planning_lives import write_facts, write_project
from pulse_assets_tests.sandbox.jira.site_tables import clean_tables
from pulse_assets_tests.text_tables import records

METRICS = tuple(name for name, table in TABLES.items() if (table.layer, table.family) == ("metrics", "planning"))
UNTIL = dt.datetime(2025, 4, 16, 9, 30, tzinfo=dt.UTC)
MONTHS = [dt.date(2024, 12, 1), *(dt.date(2025, month, 1) for month in (1, 2, 3, 4))]
SEED = 11


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, Settings]:
    """A lake with everything of a site, with two teams, in a zone that changes its clock meanwhile."""
    folder: Path = tmp_path_factory.mktemp("site")
    teams = folder / "teams.toml"
    teams.write_text('[teams.first]\nprojects = ["PAY", "WEB_2"]\n[teams.last]\nprojects = ["OPS"]\n', encoding="utf-8")
    lake, settings = Lake(folder / "lake"), Settings.load(home=folder, timezone="Europe/Berlin", teams_file=teams)
    view = generate_jira(SEED, start=dt.datetime(2025, 2, 3, tzinfo=dt.UTC), until=UNTIL).at()
    for project in view.projects:
        write_project(lake, clean_tables(view, project.key), project.key)
    write_facts(lake, METRICS, settings)
    flows = [row for project in view.projects for row in records(lake.read(TABLES["issue_flow"], project.key))]
    deliveries = [delivery(row) for row in flows if row["started_at"]]
    lake.write(TABLES["issue_deliveries"], "all", [typed_frame(TABLES["issue_deliveries"], deliveries)])
    for name, tables in build_metrics(METRICS, lake, MONTHS, settings):
        for month, table in tables.items():
            lake.write(TABLES[name], month.isoformat(), [table])
    return lake, settings


def delivery(flow: dict[str, Any]) -> dict[str, Any]:
    """As if every issue but defects were in production a day after it was done."""
    done_at = None if flow["is_defect"] else flow["done_at"]
    deployed_at = done_at and done_at + dt.timedelta(days=1)
    return {
        **{name: flow[name] for name in ("project", "key", "started_at", "done_at")},
        "pull_request_count": 1,
        "merged_count": int(deployed_at is not None),
        "deployed_at": deployed_at,
        "start_to_production_hours": deployed_at and (deployed_at - flow["started_at"]) / dt.timedelta(hours=1),
        "is_counted": deployed_at is not None,
        "reason": None if deployed_at else "not_merged",
    }


def key_of(name: str, row: dict[str, Any]) -> tuple[Any, ...]:
    head, rest = TABLES[name].key[:5], TABLES[name].key[5:]
    return (*(row[column] for column in head), *(str(row[column]) for column in rest))


def subject(explanation: Explanation, key: tuple[str, ...]) -> tuple[Any, ...]:
    period = (explanation.grain, explanation.period_start, explanation.scope_kind, explanation.scope)
    return (explanation.definition, *period, *key)


@pytest.mark.parametrize("name", METRICS)
def test_each_stored_figure_is_explained_and_agrees(site: tuple[Lake, Settings], name: str) -> None:
    lake, settings = site
    rows = [row for month in MONTHS for row in records(lake.read(TABLES[name], month.isoformat()))]
    stored = {key_of(name, row): row for row in rows}
    seen = set()
    for grain, start in sorted({(row["grain"], row["period_start"]) for row in rows}):
        for explanation in explain_period(name, lake, settings, period=(grain, start)):
            assert [figure for figure in explanation.figures if not figure.agrees] == []
            seen |= {(subject(explanation, figure.key), figure.name) for figure in explanation.figures}
            assert all(row.reason in REASONS for row in explanation.left_out)
            assert all(row.is_counted for row in explanation.counted)
            assert {row.repository for row in explanation.rows} <= {each.repository for each in explanation.freshness}
    assert stored
    assert seen >= set(product(stored, (*value_columns(TABLES[name]), "row_count")))
