"""Reads what an explanation is made of: the rows of a metric, its periods, and what stands in its table."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from pulse_assets.errors import TableNotBuilt, UsageError
from pulse_assets.metrics.engine import open_rows
from pulse_assets.metrics.explanation.model import Grain, RepositoryFreshness, Source
from pulse_assets.metrics.explanation.span import Span
from pulse_assets.metrics.scripts import inputs_of, rows_of, tables_read
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams

Raw = dict[str, Any]
Scope = tuple[str, str]
#: A metric's definition and scope.
Subject = tuple[str, str, str]
_MONDAY = 0
_CLEAN = ("repositories", "pull_requests", "deployments")


@dataclass(frozen=True)
class Reader:
    """One metric in one period, over open connections.

    Attributes:
        connection: Has the metric's rows, the periods, and the tables that the metric reads.
        clean: Has the tables that tell of the data as such, whatever the metric reads.
    """

    metric: str
    grain: Grain
    start: dt.date
    lake: Lake
    settings: Settings
    connection: duckdb.DuckDBPyConnection
    clean: duckdb.DuckDBPyConnection

    @cached_property
    def spans(self) -> Mapping[Scope, Span]:
        """The period for each scope that has figures in it."""
        rows = self.rows_where("scope_periods", grain=self.grain, period_start=self.start)
        zone = ZoneInfo(self.settings.timezone)
        return {
            (row["scope_kind"], row["scope"]): Span(self.grain, self.start, zone, row["ends_at"], row["last_monday"])
            for row in rows
        }

    @cached_property
    def members(self) -> Mapping[Scope, tuple[str, ...]]:
        """The repositories of each scope."""
        found: dict[Scope, list[str]] = defaultdict(list)
        for row in self.rows_where("scope_members"):
            found[row["scope_kind"], row["scope"]].append(row["repository"])
        return {scope: tuple(sorted(repositories)) for scope, repositories in found.items()}

    def metric_rows(self, **chosen: str) -> Mapping[Subject, Sequence[Raw]]:
        """The metric's rows by definition and scope; only those whose columns have the chosen values."""
        found: dict[Subject, list[Raw]] = defaultdict(list)
        for row in self.rows_where(rows_of(self.metric), **chosen):
            found[row["definition"], row["scope_kind"], row["scope"]].append(row)
        return found

    def stored(self) -> Mapping[Subject, Sequence[Raw]]:
        """The metric's rows of the period as they stand in its table.

        Raises:
            TableNotBuilt: The metric has not been built for the month in which the period begins.
        """
        month, begin = self.start.replace(day=1), self.settings.history_start
        table = TABLES[self.metric]
        if month < begin.replace(day=1) and month.isoformat() not in self.lake.partitions(table):
            raise TableNotBuilt(
                f"{table.name} is not built for {month}: that lies before PULSE_HISTORY_START ({begin}).",
                hint="Give a later period, or set an earlier PULSE_HISTORY_START.",
            )
        frame = self.lake.read(table, month.isoformat())
        found: dict[Subject, list[Raw]] = defaultdict(list)
        for row in pa.Table.from_pandas(frame, preserve_index=False).to_pylist():
            if (row["grain"], row["period_start"]) == (self.grain, self.start):
                found[row["definition"], row["scope_kind"], row["scope"]].append(row)
        return found

    @cached_property
    def freshness(self) -> Mapping[Scope, tuple[RepositoryFreshness, ...]]:
        """When the repositories of each scope were last collected."""
        found: dict[Scope, list[RepositoryFreshness]] = defaultdict(list)
        for row in _answer(self.clean, "freshness"):
            each = RepositoryFreshness(row["repository"], row["collected_at"])
            found[row["scope_kind"], row["scope"]].append(each)
        return {scope: tuple(repositories) for scope, repositories in found.items()}

    @cached_property
    def environments(self) -> Mapping[Scope, Sequence[Raw]]:
        """Source and environment of the production deployments of each scope, and how many there are."""
        found: dict[Scope, list[Raw]] = defaultdict(list)
        for row in _answer(self.clean, "deployment_sources"):
            found[row["scope_kind"], row["scope"]].append(row)
        return found

    def sources(self, scope: Scope) -> tuple[Source, ...]:
        """The tables that the figures of a scope rest on, and the metric's own."""
        month = self.start.replace(day=1).isoformat()
        tables = (Source(table, self.members[scope]) for table in inputs_of(self.metric))
        return (*tables, Source(self.metric, (month,)))

    def titles(self, items: Iterable[str]) -> Mapping[tuple[str, str], str]:
        """Titles of pull requests (`#12`) and incidents (`issue-12`) by repository and item, of every repository."""
        named = sorted(set(items))
        rows = _answer(self.clean, "titles", items=named)
        if "incidents" in tables_read(self.metric):
            rows += _answer(self.connection, "incident_titles", items=named)
        return {(row["repository"], row["item"]): row["title"] for row in rows}

    def reach(self, scope: Scope) -> tuple[dt.datetime | None, dt.datetime | None]:
        """First event and last collection of a scope (UTC)."""
        (row,) = _answer(self.clean, "scope_reach", scope_kind=scope[0], scope=scope[1])
        return row["first_event_at"], row["collected_at"]

    def answer(self, question: str, **variables: Any) -> list[Raw]:
        """The rows that a SQL file of this folder gives over the tables of the metric."""
        return _answer(self.connection, question, **variables)

    def rows_where(self, relation: str, **chosen: Any) -> list[Raw]:
        """The rows of a relation of ours whose columns have these values."""
        condition = " AND ".join(f"{column} = ${column}" for column in chosen) or "true"
        sql = f"SELECT * FROM {relation} WHERE {condition}"  # noqa: S608 - our own names
        return self.connection.sql(sql, params=chosen).to_arrow_table().to_pylist()


@contextmanager
def reading(
    metric: str, lake: Lake, settings: Settings, *, period: tuple[Grain, dt.date], teams: Teams | None
) -> Iterator[Reader]:
    """Opens the tables of a metric for one period.

    Raises:
        UsageError: The day does not begin such a period.
        TableNotBuilt: No repository has all the tables that the metric reads.
    """
    grain, start = period
    if start.weekday() != _MONDAY if grain == "week" else start.day != 1:
        raise UsageError(f"No {grain} begins on {start}.", hint="A week begins on Monday, a month on its first day.")
    with (
        open_rows(metric, lake, grain, start, settings, teams=teams) as connection,
        lake.connect(_CLEAN) as clean,
    ):
        clean.register("scope_members", connection.sql("FROM scope_members").to_arrow_table())
        yield Reader(metric, grain, start, lake, settings, connection, clean)


def _answer(connection: duckdb.DuckDBPyConnection, question: str, **variables: Any) -> list[Raw]:
    for name, value in variables.items():
        connection.execute(f"SET VARIABLE {name} = ?", [value])
    sql = files("pulse_assets.metrics.explanation").joinpath(f"{question}.sql").read_text(encoding="utf-8")
    return connection.sql(sql).to_arrow_table().to_pylist()
