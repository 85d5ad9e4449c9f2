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
from pulse_assets.metrics.families import DELIVERY, PLANNING, Cut, cut_of
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


@dataclass(frozen=True, slots=True)
class _Words:
    """What is asked of the data as such: the tables for it, and names of SQL files of this folder."""

    tables: tuple[str, ...]
    freshness: str
    titles: str
    reach: str


_WORDS: Mapping[str, _Words] = {
    DELIVERY.family: _Words(("repositories", "pull_requests", "deployments"), "freshness", "titles", "scope_reach"),
    PLANNING.family: _Words(
        ("projects", "issues", "board_issues", "sprints"), "planning_freshness", "planning_titles", "planning_reach"
    ),
}


@dataclass(frozen=True)
class Reader:
    """One metric in one period, over open connections.

    Attributes:
        members: The repositories (projects) of each scope.
        connection: Has the metric's rows, the periods, and the tables that the metric reads.
        clean: Has the tables that tell of the data as such, whatever the metric reads.
    """

    metric: str
    grain: Grain
    start: dt.date
    lake: Lake
    settings: Settings
    members: Mapping[Scope, tuple[str, ...]]
    connection: duckdb.DuckDBPyConnection
    clean: duckdb.DuckDBPyConnection

    @cached_property
    def cut(self) -> Cut:
        """Of what the metric counts: repositories or projects."""
        return cut_of(self.metric)

    @cached_property
    def spans(self) -> Mapping[Scope, Span]:
        """The period for each scope that has figures in it, by kind and name: the database has no order."""
        rows = self.rows_where(self.cut.periods, grain=self.grain, period_start=self.start)
        rows.sort(key=lambda row: (row["scope_kind"], row["scope"]))
        zone = ZoneInfo(self.settings.timezone)
        return {
            (row["scope_kind"], row["scope"]): Span(
                grain=self.grain,
                start=self.start,
                end=row["period_end"],
                zone=zone,
                begins_at=row["begins_at"],
                ends_at=row["ends_at"],
                last_monday=row["last_monday"],
            )
            for row in rows
        }

    def metric_rows(self, **chosen: str) -> Mapping[Subject, Sequence[Raw]]:
        """The metric's rows by definition and scope; only those whose columns have the chosen values.

        Their `repository` is the partition, whatever its column is called.
        """
        found: dict[Subject, list[Raw]] = defaultdict(list)
        for row in self.rows_where(rows_of(self.metric), **chosen):
            row["repository"] = row.pop(self.cut.partition)
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
        """When the repositories (projects) of each scope were last collected."""
        found: dict[Scope, list[RepositoryFreshness]] = defaultdict(list)
        for row in _answer(self.clean, _WORDS[self.cut.family].freshness):
            each = RepositoryFreshness(row[self.cut.partition], row["collected_at"])
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
        """The tables that the figures of a scope rest on, and the metric's own.

        Tables of another family are seen whole: all of their partitions.
        """
        month = self.start.replace(day=1).isoformat()
        tables = (
            Source(name, self.members[scope] if table.family == self.cut.family else tuple(self.lake.partitions(table)))
            for name, table in ((name, TABLES[name]) for name in inputs_of(self.metric))
        )
        return (*tables, Source(self.metric, (month,)))

    def titles(self, items: Iterable[str]) -> Mapping[tuple[str, str], str]:
        """Titles by repository (project) and item, of every one of them.

        Of pull requests (`#12`) and incidents (`issue-12`), or of issues (`PAY-3`) and sprints (`12`).
        """
        named = sorted(set(items))
        rows = _answer(self.clean, _WORDS[self.cut.family].titles, items=named)
        if "incidents" in tables_read(self.metric):
            rows += _answer(self.connection, "incident_titles", items=named)
        return {(row[self.cut.partition], row["item"]): row["title"] for row in rows}

    def reach(self, scope: Scope) -> tuple[dt.datetime | None, dt.datetime | None]:
        """First event and last collection of a scope (UTC)."""
        (row,) = _answer(self.clean, _WORDS[self.cut.family].reach, scope_kind=scope[0], scope=scope[1])
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
        TableNotBuilt: No repository (project) has all the tables that the metric reads.
    """
    grain, start = period
    if not {"week": start.weekday() == _MONDAY, "month": start.day == 1, "sprint": True}[grain]:
        raise UsageError(f"No {grain} begins on {start}.", hint="A week begins on Monday, a month on its first day.")
    cut, month = cut_of(metric), start.replace(day=1)
    with (
        open_rows(metric, lake, "month", month, settings, teams=teams) as connection,
        lake.connect(_WORDS[cut.family].tables) as clean,
    ):
        who = connection.sql("FROM scope_members" if cut is DELIVERY else _sql("planning_members")).to_arrow_table()
        clean.register("scope_members", who)
        members: dict[Scope, list[str]] = defaultdict(list)
        for row in who.to_pylist():
            members[row["scope_kind"], row["scope"]].append(row[cut.partition])
        sorted_members = {scope: tuple(sorted(partitions)) for scope, partitions in members.items()}
        yield Reader(metric, grain, start, lake, settings, sorted_members, connection, clean)


def _answer(connection: duckdb.DuckDBPyConnection, question: str, **variables: Any) -> list[Raw]:
    for name, value in variables.items():
        connection.execute(f"SET VARIABLE {name} = ?", [value])
    return connection.sql(_sql(question)).to_arrow_table().to_pylist()


def _sql(question: str) -> str:
    return files("pulse_assets.metrics.explanation").joinpath(f"{question}.sql").read_text(encoding="utf-8")
