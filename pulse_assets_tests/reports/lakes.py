"""Small lakes for the reports' tests: rows are given by the columns that matter, the rest is filled in."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import typed_frame
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.schema import Column, Table

Row = Mapping[str, Any]

_FILLERS: dict[str, Any] = {
    "string": "",
    "integer": 0,
    "float": 0.0,
    "boolean": False,
    "timestamp": dt.datetime(2023, 1, 1, tzinfo=dt.UTC),
    "date": dt.date(2023, 1, 1),
}
_METRIC = {"definition": "pulse", "scope_kind": "all", "scope": "all", "status": "ok", "row_count": 0}


def at(text: str) -> dt.datetime:
    """`2024-01-31 10:00` in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def build_lake(path: Path, **tables: Sequence[Row]) -> Lake:
    """A lake in which every table is built; those that are not named are empty."""
    lake = Lake(path)
    for name, table in TABLES.items():
        partitioned: dict[str, list[Row]] = defaultdict(list)
        for row in tables.get(name, ()):
            partitioned["2024-01-01" if table.layer == "metrics" else row["repository"]].append(row)
        for partition, rows in (partitioned or {"acme/none": []}).items():
            lake.write(table, partition, [typed_frame(table, [_filled(table, row) for row in rows])])
    return lake


def write_tables(lake: Lake, repository: str, tables: Mapping[str, Sequence[Row]]) -> None:
    """Every clean table of one repository; those that are not named are empty."""
    for name, table in TABLES.items():
        if table.layer == "clean":
            lake.write(table, repository, [typed_frame(table, [_filled(table, row) for row in tables.get(name, ())])])


def metric(period_start: str, **values: Any) -> Row:
    """A row of any metric; by week and for all repositories unless told otherwise."""
    return {**_METRIC, "grain": "week", "period_start": dt.date.fromisoformat(period_start), **values}


def _filled(table: Table, row: Row) -> Row:
    return {column.name: row.get(column.name, _filler(column)) for column in table.columns}


def _filler(column: Column) -> Any:
    if not column.is_required:
        return None
    return column.allowed[0] if column.allowed else _FILLERS[column.kind]
