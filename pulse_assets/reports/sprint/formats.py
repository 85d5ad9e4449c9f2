"""Writes the sprint report as HTML, Markdown, CSV or JSON; all of them hold the same figures."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from pulse_assets.errors import UsageError
from pulse_assets.reports.sprint.content import sprint_content
from pulse_assets.reports.sprint.csv_table import csv_table
from pulse_assets.reports.sprint.json_document import json_document
from pulse_assets.reports.sprint.markdown import markdown
from pulse_assets.reports.sprint.model import SprintContent
from pulse_assets.reports.sprint.page import page
from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake

_WRITERS: Mapping[str, Callable[[SprintContent], str]] = MappingProxyType(
    {"html": page, "md": markdown, "csv": csv_table, "json": json_document}
)
FORMATS = tuple(_WRITERS)


def sprint_report(project: str, sprint_id: int, lake: Lake, settings: Settings, format: str) -> str:  # noqa: A002 - as in `reports.render`
    """The report of a sprint as one text.

    Raises:
        UsageError: The format is unknown.
        NotFound: The project has no such sprint, it was not started, or its figures have not been built.
    """
    write = _writer(format)
    return write(sprint_content(project, sprint_id, lake, settings))


def render_sprint(content: SprintContent, format: str) -> str:  # noqa: A002 - as in `reports.render`
    """The report as one text.

    Raises:
        UsageError: The format is unknown.
    """
    return _writer(format)(content)


def sprint_path(home: Path, project: str, sprint_id: int, format: str) -> Path:  # noqa: A002 - as in `reports.report_path`
    """`HOME/reports/sprint/PAY-sprint-7.html`."""
    return home / "reports" / "sprint" / f"{project}-sprint-{sprint_id}.{format}"


def _writer(name: str) -> Callable[[SprintContent], str]:
    try:
        return _WRITERS[name]
    except KeyError:
        raise UsageError(f"There is no format {name}.", hint=f"Choose one of {', '.join(FORMATS)}.") from None
