"""Reads what a report tells from the tables; the questions stand in `queries/*.sql`."""

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any

import duckdb

from pulse_assets.reports.data_state import Environment, Freshness
from pulse_assets.reports.listed import Change, Deployment, Incident
from pulse_assets.reports.model import Collaboration, MetricRow, ReviewsBetween
from pulse_assets.reports.periods import Period
from pulse_assets.reports.shown import COLLABORATION, METRICS
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.metric_columns import value_columns

DEFINITION = "pulse"
#: Every table that the report of a period reads.
TABLES_READ = (
    "repositories",
    "pull_requests",
    "commits",
    "deployments",
    "releases",
    "incident_reports",
    "jira_incidents",
    "change_lead_times",
    "deployment_outcomes",
    "incidents",
    *METRICS,
    COLLABORATION,
)
EVENT_TABLES = ("deployments", "change_lead_times")


def metric_rows(connection: duckdb.DuckDBPyConnection, periods: tuple[Period, ...]) -> list[MetricRow]:
    """The rows of every metric: of all repositories together in each period, of other scopes in the last two."""
    return [
        metric_row(metric, row) for metric in METRICS for row in figure_rows(connection, metric, periods, periods[-2])
    ]


def collaboration(connection: duckdb.DuckDBPyConnection, period: Period) -> Collaboration:
    """Who reviewed whom in the period, all repositories together."""
    rows = [
        row
        for row in figure_rows(connection, COLLABORATION, (period,), period)
        if row["scope_kind"] == "all" and row["definition"] == DEFINITION
    ]
    statuses = {row["status"]: row["status_reason"] for row in rows}
    status = next((name for name in ("withheld", "degraded", "ok") if name in statuses), "unknown")
    between = (
        ReviewsBetween(row["author_team"], row["reviewer_team"], row["review_count"], row["pull_request_count"])
        for row in rows
        if status != "withheld" and row["review_count"]
    )
    return Collaboration(status, statuses.get(status), tuple(between))


def changes(connection: duckdb.DuckDBPyConnection, begin: dt.datetime, end: dt.datetime) -> list[Change]:
    """Counted changes deployed, and uncounted ones merged, from `begin` until before `end` (UTC)."""
    return [Change(**row) for row in read(connection, "changes", begin=begin, finish=end)]


def deployments(connection: duckdb.DuckDBPyConnection, begin: dt.datetime, end: dt.datetime) -> list[Deployment]:
    """Production deployments from `begin` until before `end` (UTC), and failed ones not recovered before."""
    return [Deployment(**row) for row in read(connection, "deployments", begin=begin, finish=end)]


def incidents(connection: duckdb.DuckDBPyConnection, begin: dt.datetime, end: dt.datetime) -> list[Incident]:
    """Incidents opened or resolved from `begin` until before `end` (UTC), or open then."""
    return [Incident(**row) for row in read(connection, "incidents", begin=begin, finish=end)]


def freshness(connection: duckdb.DuckDBPyConnection) -> list[Freshness]:
    return [Freshness(**row) for row in read(connection, "freshness")]


def environments(connection: duckdb.DuckDBPyConnection) -> list[Environment]:
    """The most used first."""
    return [Environment(**row) for row in read(connection, "environments")]


def newest_event_at(connection: duckdb.DuckDBPyConnection) -> dt.datetime | None:
    """The last instant (UTC) at which a change was merged or deployed, or a deployment finished."""
    return read(connection, "newest_event")[0]["happened_at"]


def figure_rows(
    connection: duckdb.DuckDBPyConnection, metric: str, periods: tuple[Period, ...], previous: Period
) -> list[dict[str, Any]]:
    """The rows of a metric as they are: of the scope `all` in each period, of other scopes from `previous` on."""
    first, last = periods[0], periods[-1]
    return read(
        connection,
        "figures",
        metric=metric,
        grain=last.grain,
        first=first.start,
        last=last.start,
        previous=previous.start,
    )


def metric_row(metric: str, row: dict[str, Any]) -> MetricRow:
    """A row as a report holds it: without numbers where it is withheld."""
    is_withheld = row["status"] == "withheld"
    return MetricRow(
        metric=metric,
        definition=row["definition"],
        scope_kind=row["scope_kind"],
        scope=row["scope"],
        period_start=row["period_start"],
        values={name: None if is_withheld else row[name] for name in value_columns(TABLES[metric])},
        row_count=None if is_withheld else row["row_count"],
        is_low_count=row["is_low_count"] and not is_withheld,
        status=row["status"],
        status_reason=row["status_reason"],
    )


def read(connection: duckdb.DuckDBPyConnection, query: str, **values: Any) -> list[dict[str, Any]]:
    """The rows that a file of `queries` gives."""
    sql = files("pulse_assets.reports").joinpath("queries", f"{query}.sql").read_text(encoding="utf-8")
    answer = connection.sql(sql, params=values).to_arrow_table() if values else connection.sql(sql).to_arrow_table()
    return list(_known(answer.to_pylist()))


def _known(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    # Frames write a missing float as NaN; a report knows only one way of not knowing.
    for row in rows:
        yield {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}
