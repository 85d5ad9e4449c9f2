"""Writes a report as HTML, Markdown, CSV or JSON; all of them hold the same figures."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from pulse_assets.errors import UsageError
from pulse_assets.reports.csv_table import csv_table
from pulse_assets.reports.json_document import json_document
from pulse_assets.reports.markdown import markdown
from pulse_assets.reports.model import ReportContent
from pulse_assets.reports.page import page

_WRITERS: Mapping[str, Callable[[ReportContent], str]] = MappingProxyType(
    {"html": page, "md": markdown, "csv": csv_table, "json": json_document}
)
FORMATS = tuple(_WRITERS)


def render(content: ReportContent, format: str) -> str:  # noqa: A002 - the command's option has this name
    """The report as one text.

    Raises:
        UsageError: The format is unknown.
    """
    try:
        write = _WRITERS[format]
    except KeyError:
        raise UsageError(f"There is no format {format}.", hint=f"Choose one of {', '.join(FORMATS)}.") from None
    return write(content)
