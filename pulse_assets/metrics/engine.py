"""Builds facts and metrics: runs their SQL files over the lake."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from typing import Literal

import duckdb
import pandas as pd
import pyarrow as pa

from pulse_assets.metrics.fact_session import fact_session
from pulse_assets.metrics.families import WHOLE, partition_column
from pulse_assets.metrics.scripts import inputs_of, script, sql_texts, tables_read
from pulse_assets.metrics.session import Session, opened
from pulse_assets.settings import Settings
from pulse_assets.tables.check_history import Gate
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import conform, to_frame
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams

__all__ = [
    "GRAINS",
    "build_fact",
    "build_fact_partitions",
    "build_metric_months",
    "build_metrics",
    "inputs_of",
    "open_rows",
    "sql_texts",
    "tables_read",
]

#: Of periods that are cut by the calendar; a sprint is a period of its own.
Grain = Literal["week", "month"]
GRAINS: tuple[Grain, ...] = ("week", "month")
_ROWS_PER_BATCH = 20_000


def build_fact(name: str, lake: Lake, partition: str, settings: Settings) -> Iterator[pd.DataFrame]:
    """Batches of a fact for one repository or project, from its tables, and from those of the other kind as a whole.

    Raises:
        TableNotBuilt: A table that it reads has no such partition.
    """
    for _, batches in build_fact_partitions(name, lake, [partition], settings):
        yield from map(to_frame, batches)


def build_fact_partitions(
    name: str, lake: Lake, partitions: Collection[str], settings: Settings
) -> Iterator[tuple[str, Iterator[pa.Table]]]:
    """A fact for several partitions by one query: each partition in its order, with batches of its rows.

    The batches of one partition have to be taken before the next one is; one without rows has none. A fact that brings
    repositories and projects together is one partition, `all`.

    Raises:
        TableNotBuilt: A table that it reads lacks one of the partitions.
    """
    with fact_session(name, lake, partitions, settings) as connection:
        reader = connection.sql(script(name).executable).to_arrow_reader(_ROWS_PER_BATCH)
        batches = (pa.Table.from_batches([batch]) for batch in reader)
        column = partition_column(name)
        if column is None:
            yield WHOLE, (conform(TABLES[name], batch) for batch in batches)
            return
        pieces = (piece for batch in batches for piece in _by_partition(batch, column))
        grouped = groupby(pieces, key=lambda piece: piece[0])
        current = next(grouped, None)
        for partition in sorted(partitions):
            if current is not None and current[0] == partition:
                yield partition, (conform(TABLES[name], table) for _, table in current[1])
                current = next(grouped, None)
            else:
                yield partition, iter(())


def build_metric_months(
    name: str,
    lake: Lake,
    months: Iterable[dt.date | str],
    settings: Settings,
    *,
    expected: Collection[str] | None = None,
    teams: Teams | None = None,
    gates: Iterable[Gate] = (),
) -> Iterator[tuple[dt.date, pd.DataFrame]]:
    """`build_metrics` for one metric: each month with its rows."""
    built = build_metrics([name], lake, months, settings, expected=expected, teams=teams, gates=gates)
    for _, rows in built:
        yield from ((month, to_frame(table)) for month, table in rows.items())


def build_metrics(
    names: Collection[str],
    lake: Lake,
    months: Iterable[dt.date | str],
    settings: Settings,
    *,
    expected: Collection[str] | None = None,
    teams: Teams | None = None,
    gates: Iterable[Gate] = (),
    beside_at: dt.datetime | None = None,
) -> Iterator[tuple[str, Mapping[dt.date, pa.Table]]]:
    """Each metric with the rows of each month: the month itself, and the weeks whose Monday lies in it.

    Only repositories (projects) that have all the tables that the metrics read are counted. Scopes of several are
    degraded where one of the expected was not collected completely up to the end of the period, or lacks a table.

    Args:
        names: The metrics, all of one family.
        lake: Where the tables are.
        months: First days, as dates or as partition keys (`2024-05-01`).
        settings: For the zone.
        expected: Repositories (projects) that are still collected; others in the lake are history. Default: all in it.
        teams: Default: those of the settings.
        gates: What failed checks withhold or degrade.
        beside_at: Until when the other source was collected; periods after it are degraded where they rest on it.

    Raises:
        TableNotBuilt: No repository has all the tables that they read.
    """
    session = opened(names, lake, months, settings, expected=expected, teams=teams, gates=gates, beside_at=beside_at)
    with session as opened_session:
        for name in names:
            yield name, _by_month(name, opened_session)


@contextmanager
def open_rows(
    name: str, lake: Lake, grain: Grain, period_start: dt.date, settings: Settings, *, teams: Teams | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in which `<metric>_rows`, `scope_periods`, `period_weeks` and `scope_members` are of that period.

    `scope_periods` holds every period of the month in which it begins.

    Raises:
        TableNotBuilt: No repository has all the tables that it reads.
    """
    month = period_start if grain == "month" else period_start.replace(day=1)
    with opened([name], lake, [month], settings, teams=teams) as session:
        yield session.connection


def _by_partition(table: pa.Table, column: str) -> Iterator[tuple[str, pa.Table]]:
    """The table, which is sorted by its partitions, in one piece for each."""
    begin = 0
    for partition, rows in groupby(table[column].to_pylist()):
        end = begin + sum(1 for _ in rows)
        yield partition, table.slice(begin, end - begin)
        begin = end


def _by_month(name: str, session: Session) -> dict[dt.date, pa.Table]:
    rows = conform(TABLES[name], session.figures(name))
    places: dict[dt.date, list[int]] = {month: [] for month in session.months}
    for place, period_start in enumerate(rows["period_start"].to_pylist()):
        places[period_start.replace(day=1)].append(place)
    return {month: rows.take(pa.array(chosen, pa.int64())) for month, chosen in places.items()}
