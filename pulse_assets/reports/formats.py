"""Writes a report as HTML, Markdown, CSV or JSON; all of them hold the same figures."""

import csv
import dataclasses
import datetime as dt
import io
import json
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from pulse_assets.errors import UsageError
from pulse_assets.reports.inert import csv_text, web_address
from pulse_assets.reports.markdown import markdown
from pulse_assets.reports.model import Change, Figure, PeriodFigures, ReportContent
from pulse_assets.reports.page import page
from pulse_assets.reports.periods import Period
from pulse_assets.reports.wording import instant_utc

JSON_SCHEMA = "pulse-report/1"

_FIGURE_COLUMNS = tuple(field.name for field in dataclasses.fields(PeriodFigures))
_CHANGE_COLUMNS = tuple(field.name for field in dataclasses.fields(Change))
CSV_COLUMNS = ("record", "period", *_FIGURE_COLUMNS, *_CHANGE_COLUMNS)


def csv_table(content: ReportContent) -> str:
    """One header, three kinds of record: `figures` of a scope and period, `change` and `left_out`.

    The figures hold the whole trend of all repositories, and each repository in this period and the one before.
    A column that does not belong to a record is empty, and so is an unknown value. How many changes a stage rests on
    is known for this period only.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, CSV_COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _csv_cell(value) for name, value in row.items()} for row in _csv_rows(content))
    return text.getvalue()


def json_document(content: ReportContent) -> str:
    """Everything the report holds, exact, in printable ASCII.

    `<`, `>` and `&` are written as escapes, so that HTML cannot begin, and so are all control characters.
    """
    document = {"schema": JSON_SCHEMA, **_plain_fields(content)}
    text = json.dumps(document, ensure_ascii=True, indent=2, allow_nan=False)
    return (
        "".join({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\x7f": "\\u007f"}.get(sign, sign) for sign in text)
        + "\n"
    )


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


def _csv_rows(content: ReportContent) -> Iterator[dict[str, Any]]:
    for point in content.trend:
        unknown = {"scope_kind": "all", "scope": "all", "period_start": point.period.start}
        yield (
            _figures_row(point.period, point.figures)
            if point.figures
            else {
                "record": "figures",
                "period": point.period.key,
                **unknown,
            }
        )
    for row in content.by_repository:
        for period, figures in ((content.period, row.current), (content.period.previous, row.previous)):
            if figures:
                yield _figures_row(period, figures)
    for record, changes in (("change", content.changes), ("left_out", content.left_out)):
        for change in changes:
            columns = {name: getattr(change, name) for name in _CHANGE_COLUMNS}
            columns["address"] = web_address(change.address)
            yield {"record": record, "period": content.period.key, **columns}


def _figures_row(period: Period, figures: PeriodFigures) -> dict[str, Any]:
    columns = {name: getattr(figures, name) for name in _FIGURE_COLUMNS}
    return {"record": "figures", "period": period.key, **columns}


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return instant_utc(value)
    return csv_text(value) if isinstance(value, str) else str(value)


def _plain_fields(item: Any) -> dict[str, Any]:
    fields = {field.name: _json_value(getattr(item, field.name)) for field in dataclasses.fields(item)}
    if isinstance(item, Figure):
        fields["shown"] = item.shown
    if isinstance(item, Change):
        fields["address"] = web_address(item.address)
    return fields


def _json_value(value: Any) -> Any:
    if isinstance(value, Period):
        return {
            "key": value.key,
            "title": value.title,
            "start": value.start.isoformat(),
            "last_day": value.last_day.isoformat(),
        }
    if dataclasses.is_dataclass(value):
        return _plain_fields(value)
    if isinstance(value, tuple):
        return [_json_value(each) for each in value]
    if isinstance(value, dt.datetime):
        return instant_utc(value)
    return value.isoformat() if isinstance(value, dt.date) else value
