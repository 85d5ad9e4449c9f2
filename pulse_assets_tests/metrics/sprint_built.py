"""Builds the facts of sprints from text tables of one project, or of several, and the metrics on top of them."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from pulse_assets.metrics.engine import build_fact_partitions, build_metrics
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import frame_problems
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.text_tables import completed, records, rows

PROJECT = "PAY"
POINTS = "customfield_10026"
CLEAN = tuple(table.name for table in TABLES.values() if (table.layer, table.family) == ("clean", "planning"))
SPRINT_FACTS = ("issue_field_spans", "sprint_scope", "sprint_days")
Rows = list[dict[str, Any]]


def write_project(lake: Lake, tables: Mapping[str, Rows], project: str = PROJECT) -> None:
    """Writes every clean table of a project, empty where it has no rows; facts where there are rows of them."""
    for name in dict.fromkeys((*CLEAN, "issue_status_spans", *tables)):
        written = [{"project": project, **row} for row in tables.get(name, [])]
        lake.write(TABLES[name], project, [completed(name, written)])


def parsed(texts: Mapping[str, str]) -> dict[str, Rows]:
    """The rows of texts; a project without a text of its own was collected at the end of 2024."""
    texts = {"projects": "collected_at\n2024-12-31 23:00"} | dict(texts)
    return {name: rows(name, text) for name, text in texts.items()}


def write_facts(
    lake: Lake, settings: Settings, projects: Iterable[str] = (PROJECT,), facts: Iterable[str] = SPRINT_FACTS
) -> None:
    """Builds facts of projects."""
    for fact in facts:
        for project, batches in build_fact_partitions(fact, lake, list(projects), settings):
            lake.write(TABLES[fact], project, batches)


def facts_of(
    lake: Lake, settings: Settings, texts: Mapping[str, str], project: str = PROJECT
) -> tuple[dict[str, dict[str, Any]], list[dict[str, Any]]]:
    """The scope of the only sprint by key, and its days."""
    write_project(lake, parsed(texts), project)
    write_facts(lake, settings, (project,))
    scope, days = (read(lake, fact, project) for fact in ("sprint_scope", "sprint_days"))
    return {row["key"]: row for row in scope}, days


def read(lake: Lake, table: str, project: str = PROJECT) -> Rows:
    """The rows of a table, which keep its contract."""
    frame = lake.read(TABLES[table], project)
    assert frame_problems(TABLES[table], frame) == []
    return records(frame)


def figures(
    lake: Lake,
    metric: str,
    settings: Settings,
    months: Iterable[str] = ("2024-05-01",),
    teams: Teams | None = None,
) -> dict[tuple[str, str, dt.date], dict[str, Any]]:
    """The rows of a metric by (scope, grain, first day)."""
    ((_, tables),) = build_metrics([metric], lake, list(months), settings, teams=teams or Teams())
    return {
        (row["scope"], row["grain"], row["period_start"]): row for table in tables.values() for row in table.to_pylist()
    }
