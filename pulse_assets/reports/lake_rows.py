"""Reads what a report tells from the tables; the questions stand in `queries/*.sql`."""

import datetime as dt
import math
from importlib.resources import files
from typing import Any

import duckdb

from pulse_assets.reports.model import Change, Environment, Freshness, PeriodFigures
from pulse_assets.reports.periods import Period

DEFINITION = "pulse"
#: Every table that the report of a period reads.
TABLES_READ = (
    "repositories",
    "pull_requests",
    "commits",
    "deployments",
    "change_lead_times",
    "dora_lead_time",
    "dora_deployment_frequency",
)
EVENT_TABLES = ("deployments", "change_lead_times")


def period_figures(
    connection: duckdb.DuckDBPyConnection, periods: tuple[Period, ...]
) -> dict[tuple[str, str, dt.date], PeriodFigures]:
    """The metrics of every scope, by (scope_kind, scope, period_start). A period without a row is unknown."""
    rows = _rows(
        connection,
        "periods",
        definition=DEFINITION,
        grain=periods[0].grain,
        first=periods[0].start,
        last=periods[-1].start,
    )
    figures = (PeriodFigures(**row) for row in rows)
    return {(each.scope_kind, each.scope, each.period_start): each for each in figures}


def changes(connection: duckdb.DuckDBPyConnection, begin: dt.datetime, end: dt.datetime) -> list[Change]:
    """Counted changes deployed, and uncounted ones merged, from `begin` until before `end` (UTC)."""
    return [Change(**row) for row in _rows(connection, "changes", begin=begin, finish=end)]


def freshness(connection: duckdb.DuckDBPyConnection) -> list[Freshness]:
    return [Freshness(**row) for row in _rows(connection, "freshness")]


def environments(connection: duckdb.DuckDBPyConnection) -> list[Environment]:
    """The most used first."""
    return [Environment(**row) for row in _rows(connection, "environments")]


def newest_event_at(connection: duckdb.DuckDBPyConnection) -> dt.datetime | None:
    """The last instant (UTC) at which a change was merged or deployed, or a deployment finished."""
    return _rows(connection, "newest_event")[0]["happened_at"]


def _rows(connection: duckdb.DuckDBPyConnection, query: str, **values: Any) -> list[dict[str, Any]]:
    sql = files("pulse_assets.reports").joinpath("queries", f"{query}.sql").read_text(encoding="utf-8")
    answer = connection.sql(sql, params=values).to_arrow_table() if values else connection.sql(sql).to_arrow_table()
    return [{name: _known(value) for name, value in row.items()} for row in answer.to_pylist()]


def _known(value: Any) -> Any:
    # Frames write a missing float as NaN; a report knows only one way of not knowing.
    return None if isinstance(value, float) and math.isnan(value) else value
