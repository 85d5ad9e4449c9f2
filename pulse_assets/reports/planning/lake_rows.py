"""Reads what a report tells of projects from the tables; a table that was not built yet has no rows."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pulse_assets.reports import lake_rows
from pulse_assets.reports.model import MetricRow
from pulse_assets.reports.periods import Period
from pulse_assets.reports.planning.model import HomelessIncident, LinkCoverage, ProjectFreshness, QuarantinedField
from pulse_assets.reports.planning.shown import KEYS, METRICS, SPRINTS
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake

_PROJECTS = "projects"
#: Every table that the report of a period reads of projects; a table of repositories may be missing.
_TABLES_READ = (
    _PROJECTS,
    "boards",
    "sprints",
    "issues",
    "issue_changes",
    "quarantined_records",
    "issue_flow",
    "issue_incidents",
    "issue_links",
    "pull_requests",
    *METRICS,
)
_EVENT_TABLES = ("issue_flow", "sprints")
_PULL_REQUESTS = ("pull_requests", "issue_links")
#: Kind and name of a scope, metric, first day, and what else tells rows apart.
Key = tuple[str, str, str, dt.date, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class KeyedRow:
    """A row of a metric, and what tells it apart from others of its scope and period."""

    row: MetricRow
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SprintRow:
    """A sprint that was completed in the period."""

    project: str
    sprint_id: int
    name: str
    board: str
    started_at: dt.datetime
    completed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class PlanningRows:
    """What the tables hold of projects for a period.

    Attributes:
        metrics: Of all projects together in each period of the trend, of other scopes in the last two.
        sprint_metrics: Of the sprints.
        boards: Names by their scope.
        addresses: By what incidents of Jira are called in the tables of repositories.
    """

    metrics: list[KeyedRow]
    sprints: list[SprintRow]
    sprint_metrics: list[MetricRow]
    boards: Mapping[str, str]
    freshness: tuple[ProjectFreshness, ...]
    incidents: tuple[HomelessIncident, ...]
    quarantined: tuple[QuarantinedField, ...]
    coverage: LinkCoverage | None
    addresses: Mapping[str, str]


def has_projects(lake: Lake) -> bool:
    """At least one project of Jira was collected."""
    if not lake.partitions(TABLES[_PROJECTS]):
        return False
    with lake.connect((_PROJECTS,)) as connection:
        return bool(_read(connection, "projects")[0]["project_count"])


def newest_event_at(lake: Lake) -> dt.datetime | None:
    """The last instant (UTC) at which an issue was done or a sprint completed."""
    with lake.connect(_EVENT_TABLES, or_empty=_EVENT_TABLES) as connection:
        return _read(connection, "newest_event")[0]["happened_at"]


def planning_rows(
    lake: Lake, periods: tuple[Period, ...], begin: dt.datetime, end: dt.datetime, *, has_repositories: bool
) -> PlanningRows:
    """What the tables hold for the last of the periods, from `begin` until before `end` (UTC)."""
    is_linked = has_repositories and all(lake.partitions(TABLES[name]) for name in _PULL_REQUESTS)
    with lake.connect(_TABLES_READ, or_empty=_TABLES_READ) as connection:
        sprints = [SprintRow(**row) for row in _read(connection, "sprints", begin=begin, finish=end)]
        incidents = _read(connection, "incidents", begin=begin, finish=end) if has_repositories else []
        coverage = _read(connection, "link_coverage", begin=begin, finish=end)[0] if is_linked else None
        return PlanningRows(
            metrics=[_keyed(metric, row) for metric in METRICS for row in _figures(connection, metric, periods)],
            sprints=sprints,
            sprint_metrics=_sprint_metrics(connection, sprints),
            boards={row["scope"]: row["name"] for row in _read(connection, "boards")},
            freshness=tuple(ProjectFreshness(**row) for row in _read(connection, "freshness")),
            incidents=tuple(HomelessIncident(**row) for row in incidents),
            quarantined=tuple(QuarantinedField(**row) for row in _read(connection, "quarantine")),
            coverage=None if coverage is None else LinkCoverage(**coverage),
            addresses={row["incident_id"]: row["address"] for row in _read(connection, "incident_addresses")},
        )


def _figures(connection: duckdb.DuckDBPyConnection, metric: str, periods: tuple[Period, ...]) -> list[dict[str, Any]]:
    return lake_rows.figure_rows(connection, metric, periods, periods[-2])


def _sprint_metrics(connection: duckdb.DuckDBPyConnection, sprints: Sequence[SprintRow]) -> list[MetricRow]:
    named = [str(each.sprint_id) for each in sprints]
    return [
        lake_rows.metric_row(metric, row)
        for metric in SPRINTS
        for row in _read(connection, "sprint_figures", metric=metric, sprints=named)
    ]


def _keyed(metric: str, row: dict[str, Any]) -> KeyedRow:
    key = tuple(str(row[column]) for column in KEYS.get(metric, ()))
    return KeyedRow(lake_rows.metric_row(metric, row), key)


def _read(connection: duckdb.DuckDBPyConnection, query: str, **values: Any) -> list[dict[str, Any]]:
    return lake_rows.read(connection, f"planning/{query}", **values)
