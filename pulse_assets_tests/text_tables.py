"""Tables of tests, written as aligned text.

The first line names the columns. Cells are separated by two spaces or more; `-` is null. Instants are UTC and may
stop at any place (`2024-05-01`, `2024-05-01 10:30`). Columns of a contract that a text leaves out get a value that
says nothing.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from pulse_assets.tables.contracts import TABLES, Column, Kind
from pulse_assets.tables.frames import typed_frame
from pulse_assets.tables.lake import Lake

REPOSITORY, PROJECT = "acme/api", "PAY"
#: The clean tables of a repository, and of a project.
CLEAN, PLANNING = (
    tuple(table.name for table in TABLES.values() if (table.layer, table.family) == ("clean", family))
    for family in ("delivery", "planning")
)
_LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def cells(text: str) -> list[dict[str, str | None]]:
    """The rows as they are written."""
    lines = [re.split(r"\s{2,}", line.strip()) for line in text.strip().splitlines()]
    names = lines[0] if lines else []
    return [{name: None if cell == "-" else cell for name, cell in zip(names, line, strict=True)} for line in lines[1:]]


def rows(name: str, text: str) -> list[dict[str, Any]]:
    """The rows with the types of the contract, only the columns that are written."""
    columns = TABLES[name].by_name
    return [
        {column: None if cell is None else _PARSERS[columns[column].kind](cell) for column, cell in row.items()}
        for row in cells(text)
    ]


def frame(name: str, text: str, repository: str = REPOSITORY) -> pd.DataFrame:
    """A whole typed frame; of a table of projects, `repository` is the key of the project."""
    return completed(name, rows(name, text), repository)


def completed(name: str, written: list[dict[str, Any]], repository: str = REPOSITORY) -> pd.DataFrame:
    table = TABLES[name]
    defaults = {column.name: _default(column) for column in table.columns}
    defaults |= {"project" if table.family == "planning" else "repository": repository}
    held = {column: defaults[column] for column in table.column_names}
    return typed_frame(table, [held | row for row in written])


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as plain values; every kind of null is None."""
    return pa.Table.from_pandas(frame, preserve_index=False).to_pylist()


def fill(lake: Lake, texts: Mapping[str, str], repository: str = REPOSITORY) -> None:
    """Writes every clean table of a repository; those without text are empty, `repositories` has one row.

    Facts are written where there is a text.
    """
    texts = {"repositories": "default_branch  collected_at\nmain            2024-12-31 23:00"} | dict(texts)
    for name in dict.fromkeys((*CLEAN, *texts)):
        lake.write(TABLES[name], repository, [frame(name, texts.get(name, ""), repository)])


def fill_project(lake: Lake, texts: Mapping[str, str], project: str = PROJECT) -> None:
    """The same for a project: those without text are empty, `projects` has one row."""
    texts = {"projects": "name      collected_at\nPayments  2024-12-31 23:00"} | dict(texts)
    for name in dict.fromkeys((*PLANNING, *texts)):
        lake.write(TABLES[name], project, [frame(name, texts.get(name, ""), project)])


def _default(column: Column) -> Any:
    if not column.is_required:
        return None
    if column.allowed is not None:
        return column.allowed[0]
    blanks: dict[Kind, Any] = {
        "string": "",
        "integer": 0,
        "float": 0.0,
        "boolean": False,
        "timestamp": _LONG_AGO,
        "date": _LONG_AGO.date(),
    }
    return blanks[column.kind]


_PARSERS: dict[Kind, Callable[[str], Any]] = {
    "string": str,
    "integer": int,
    "float": float,
    "boolean": lambda cell: {"yes": True, "no": False}[cell],
    "timestamp": instant,
    "date": dt.date.fromisoformat,
}
