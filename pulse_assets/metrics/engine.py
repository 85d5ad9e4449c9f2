"""Runs the SQL files of facts and metrics over the lake."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import sqlglot
from sqlglot import exp

from pulse_assets.errors import TableNotBuilt
from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import conform, to_frame
from pulse_assets.tables.lake import Lake

GRAINS = ("week", "month")
#: What several metrics start from; each is a file here, and a temporary table while a metric is built.
_COMMON = ("period_weeks", "scope_periods")
_ROWS_PER_BATCH = 20_000


def tables_read(name: str) -> tuple[str, ...]:
    """The tables that a fact or metric reads, sorted; taken from its SQL."""
    relations = set(_script(name).relations)
    for common in _COMMON:
        if common in relations:
            relations |= _common_script(common).relations
    return tuple(sorted(relations & TABLES.keys()))


def sql_texts() -> dict[str, str]:
    """Every SQL file on which figures depend, by name."""
    return {entry.name: entry.sql for entry in CATALOG.values()} | {name: _common_script(name).sql for name in _COMMON}


def build_fact(name: str, lake: Lake, partition: str, settings: Settings) -> Iterator[pd.DataFrame]:
    """Batches of a fact for one repository, from that repository's tables alone.

    Raises:
        TableNotBuilt: A table that it reads has no such partition.
    """
    with lake.connect(tables_read(name), partitions=[partition]) as connection:
        script = _script(name)
        parameters = script.bound({"timezone": settings.timezone})
        for batch in connection.sql(script.sql, params=parameters).to_arrow_reader(_ROWS_PER_BATCH):
            yield to_frame(conform(TABLES[name], pa.Table.from_batches([batch])))


def build_metric(
    name: str,
    lake: Lake,
    month: dt.date | str,
    settings: Settings,
    *,
    expected_repositories: Collection[str] | None = None,
) -> pd.DataFrame:
    """The rows of one month: the month itself, and the weeks whose Monday lies in it.

    Only repositories that have all the tables that the metric reads are counted.

    `month` is its first day, as a date or as the partition key `2024-05-01`; `expected_repositories` are those that
    are still collected (default: all in the lake). Scope `all` is degraded where one of them was not collected
    completely up to the end of the period, or lacks a table; the others in the lake are history.

    Raises:
        TableNotBuilt: No repository has all the tables that it reads.
    """
    months = build_metric_months(name, lake, [month], settings, expected_repositories=expected_repositories)
    ((_, frame),) = months
    return frame


def build_metric_months(
    name: str,
    lake: Lake,
    months: Iterable[dt.date | str],
    settings: Settings,
    *,
    expected_repositories: Collection[str] | None = None,
) -> Iterator[tuple[dt.date, pd.DataFrame]]:
    """`build_metric` for each month in turn, over one connection: what is slow is done once.

    Raises:
        TableNotBuilt: No repository has all the tables that it reads.
    """
    reads = tables_read(name)
    built = [set(lake.partitions(TABLES[read])) for read in reads]
    present = sorted(set.intersection(*built))
    expected = sorted(set.union(*built) if expected_repositories is None else set(expected_repositories))
    if not present:
        raise TableNotBuilt(f"No repository has all of {', '.join(reads)}.", hint="Run `pulse sync`.")
    with lake.connect(reads, partitions=present) as connection:
        for month in months:
            first_day = month if isinstance(month, dt.date) else dt.date.fromisoformat(month)
            given = {"month": first_day, "timezone": settings.timezone, "expected_repositories": expected}
            batches = [_run(connection, _script(name), given | {"grain": grain}) for grain in GRAINS]
            yield first_day, to_frame(pa.concat_tables([conform(TABLES[name], batch) for batch in batches]))


@dataclass(frozen=True)
class _Script:
    """A SQL file and what it names: relations that are not its own CTEs, and parameters."""

    sql: str
    relations: frozenset[str]
    parameters: frozenset[str]

    @classmethod
    def of(cls, sql: str) -> "_Script":
        tree = sqlglot.parse_one(sql, dialect="duckdb")
        own = {cte.alias for cte in tree.find_all(exp.CTE)}
        relations = {table.name for table in tree.find_all(exp.Table)} - own
        parameters = {parameter.name for parameter in tree.find_all(exp.Parameter, exp.Placeholder)}
        return cls(sql, frozenset(relations), frozenset(parameters))

    def bound(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the parameters that the SQL names; DuckDB refuses others."""
        return {name: value for name, value in given.items() if name in self.parameters}


@cache
def _script(name: str) -> _Script:
    return _Script.of(CATALOG[name].sql)


@cache
def _common_script(name: str) -> _Script:
    return _Script.of((files("pulse_assets.metrics") / f"{name}.sql").read_text(encoding="utf-8"))


def _run(connection: duckdb.DuckDBPyConnection, script: _Script, given: Mapping[str, Any]) -> pa.Table:
    for name in _COMMON:
        if name in script.relations:
            connection.register(name, _run(connection, _common_script(name), given))
    return connection.sql(script.sql, params=script.bound(given)).to_arrow_table()
