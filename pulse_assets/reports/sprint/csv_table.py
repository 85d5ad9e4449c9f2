"""The sprint report as one CSV table, in which no cell is a formula."""

import csv
import dataclasses
import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

from pulse_assets.reports.inert import csv_text, web_address
from pulse_assets.reports.sprint.model import Day, Item, PastSprint, SprintContent, Step
from pulse_assets.reports.wording import instant_utc

_HEAD = ("record", "project", "sprint_id", "sprint", "figure", "value", "status", "status_reason")


def _fields(*kinds: type) -> list[str]:
    return [field.name for kind in kinds for field in dataclasses.fields(kind)]


CSV_COLUMNS = tuple(dict.fromkeys((*_HEAD, *_fields(Item, Day, PastSprint, Step))))


def csv_table(content: SprintContent) -> str:
    """One header and a row for everything that the report holds; `record` says what a row is.

    `figure`: one figure of the sprint. `account`: one line from the commitment to the end. `issue`: one issue that was
    in it; its status is that of Jira. `day`: one day of the burndown. `velocity`: one of the last sprints of the board.
    A column that does not belong to a record is empty, and so is an unknown or withheld value.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, CSV_COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    head = {"project": content.project, "sprint_id": content.sprint_id, "sprint": content.name}
    for record, row in _records(content):
        writer.writerow({name: _cell(value) for name, value in ({"record": record} | head | row).items()})
    return text.getvalue()


def _records(content: SprintContent) -> Iterator[tuple[str, dict[str, Any]]]:
    judged = {"status": content.status, "status_reason": content.status_reason}
    for name, value in content.figures.items():
        yield "figure", {"figure": name, "value": value, **judged}
    lists = {"account": content.account, "issue": content.items, "day": content.days, "velocity": content.past}
    for record, rows in lists.items():
        for each in rows:
            row = {field.name: getattr(each, field.name) for field in dataclasses.fields(each)}
            if "address" in row:
                row["address"] = web_address(row["address"])
            if record == "velocity":
                row["sprint"] = row["name"]
            yield record, row


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return instant_utc(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return csv_text(value) if isinstance(value, str) else str(value)
