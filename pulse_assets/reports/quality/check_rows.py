"""Results of checks as rows: of a CSV table in which no cell is a formula, and of JSON."""

import csv
import dataclasses
import datetime as dt
import io
import json
from collections.abc import Iterable
from typing import Any

from pulse_assets.reports.inert import csv_text
from pulse_assets.reports.quality.model import Check
from pulse_assets.reports.wording import instant_utc

CSV_COLUMNS = tuple(field.name for field in dataclasses.fields(Check))


def check_row(check: Check) -> dict[str, Any]:
    """A check as values that JSON holds; times in UTC."""
    return {name: plain(getattr(check, name)) for name in CSV_COLUMNS}


def csv_table(checks: Iterable[Check]) -> str:
    """One header, and a row for each result; `sample` is JSON, unknown values are empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for check in checks:
        writer.writerow({name: _cell(name, value) for name, value in check_row(check).items()})
    return text.getvalue()


def plain(value: Any) -> Any:
    """A value of the report as JSON holds it."""
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dt.datetime):
        return instant_utc(value)
    return [plain(each) for each in value] if isinstance(value, tuple) else value


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if name == "sample":
        return csv_text(json.dumps(value)) if value else ""
    return csv_text(", ".join(value) if isinstance(value, list) else str(value))
