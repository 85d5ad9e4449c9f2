"""Writes the data-quality report as HTML, Markdown, CSV or JSON; all of them hold the same results."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from pulse_assets.errors import UsageError
from pulse_assets.reports.quality.check_rows import csv_table
from pulse_assets.reports.quality.json_document import json_document
from pulse_assets.reports.quality.markdown import markdown
from pulse_assets.reports.quality.model import QualityContent
from pulse_assets.reports.quality.page import page

_WRITERS: Mapping[str, Callable[[QualityContent], str]] = MappingProxyType(
    {"html": page, "md": markdown, "csv": lambda content: csv_table(content.checks), "json": json_document}
)
FORMATS = tuple(_WRITERS)


def render_quality(content: QualityContent, format: str) -> str:  # noqa: A002 - as in `reports.render`
    """The report as one text.

    Raises:
        UsageError: The format is unknown.
    """
    try:
        write = _WRITERS[format]
    except KeyError:
        raise UsageError(f"There is no format {format}.", hint=f"Choose one of {', '.join(FORMATS)}.") from None
    return write(content)


def quality_path(home: Path, format: str) -> Path:  # noqa: A002 - as in `reports.report_path`
    """`HOME/reports/quality/data_quality.html`."""
    return home / "reports" / "quality" / f"data_quality.{format}"
