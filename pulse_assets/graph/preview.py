"""Tables and drawings as Markdown, for the metadata of materializations and checks.

Titles and names come from strangers: whatever could end a cell or begin a tag is made inert.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dagster as dg
import pandas as pd

PREVIEW_ROWS = 5
_WIDTH = 80
_INERT = str.maketrans(
    {
        "|": "\\|",
        "<": "&lt;",
        ">": "&gt;",
        "`": "'",
        "[": "\\[",
        "]": "\\]",
        "!": "\\!",
        "*": "\\*",
        "_": "\\_",
        "\\": "\\\\",
    }
)


def markdown_table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> dg.MetadataValue:
    """The rows as one Markdown table; says so when there are none."""
    lines = ["| " + " | ".join(_cell(each) for each in row) + " |" for row in _values(rows, columns)]
    if not lines:
        return dg.MetadataValue.md("No rows.")
    head = ["| " + " | ".join(_cell(column) for column in columns) + " |", "|" + " --- |" * len(columns)]
    return dg.MetadataValue.md("\n".join([*head, *lines]))


def frame_preview(frame: pd.DataFrame) -> dg.MetadataValue:
    """The first rows of a frame."""
    return markdown_table(frame.head(PREVIEW_ROWS).to_dict("records"), [str(name) for name in frame.columns])


def drawing(svg: str, title: str) -> dg.MetadataValue:
    """An SVG as a Markdown image that needs no file and no network."""
    data = base64.b64encode(svg.encode("utf-8")).decode("ascii")
    return dg.MetadataValue.md(f"![{_cell(title)}](data:image/svg+xml;base64,{data})")


def _values(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterable[list[Any]]:
    return ([row.get(column) for column in columns] for row in rows)


def _cell(value: Any) -> str:
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and value != value):  # noqa: PLR0124
        return ""
    if isinstance(value, float):
        return f"{value:.2f}"
    text = " ".join(str(value).split())
    short = text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
    return short.translate(_INERT)
