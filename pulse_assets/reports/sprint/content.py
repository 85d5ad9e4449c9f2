"""Brings what the tables say of one sprint into the form of the report."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from pulse_assets.errors import NotFound
from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.reports.sprint import words
from pulse_assets.reports.sprint.account import account
from pulse_assets.reports.sprint.model import Day, Item, Outcome, PastSprint, SprintContent, SprintName, Status, Unit
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.metric_columns import value_columns

#: Sprints of the board whose velocity is shown, this one included.
PAST_SPRINTS = 6
_METRICS = ("sprint_velocity", "sprint_completion", "sprint_burndown")
_TABLES_READ = ("projects", "boards", "sprints", "issues", "sprint_scope", "sprint_days", *_METRICS)
_DEFINED = ("sprint_velocity", "sprint_completion", "sprint_burndown", "sprint_scope")
_MARKS = ("is_removed", "is_completed", "is_carried_over")


def sprint_content(project: str, sprint_id: int, lake: Lake, settings: Settings) -> SprintContent:
    """The report of a sprint that was started.

    Raises:
        NotFound: The project has no such sprint, it was not started, or its figures have not been built.
    """
    own = {"project": project, "sprint_id": sprint_id}
    with lake.querying(_TABLES_READ) as connection:
        found = _rows(connection, "sprint", **own)
        if not found:
            raise NotFound(
                f"Project {project} has no sprint {sprint_id}.",
                hint='`pulse query "SELECT project, sprint_id, name FROM sprints"` lists them.',
            )
        (sprint,) = found
        figures = _rows(connection, "figures", sprint_id=sprint_id)
        _check(sprint, figures, settings)
        status: Status = figures[0]["status"]
        days = [Day(**row) for row in _rows(connection, "days", sprint_id=sprint_id)]
        issues = _rows(connection, "issues", sprint_id=sprint_id)
        past = [PastSprint(**row) for row in _rows(connection, "past", **own, most=PAST_SPRINTS)]
    is_withheld = status == "withheld"
    unit: Unit = "points" if sprint.pop("is_estimated") else "issues"
    values = _values(figures[0], is_withheld=is_withheld)
    zone = ZoneInfo(settings.timezone)
    is_open = sprint["completed_at"] is None
    items = tuple(_item(row, sprint, zone, is_open=is_open, is_withheld=is_withheld) for row in issues)
    usual = None if is_withheld else _usual(past, unit)
    return SprintContent(
        **sprint,
        unit=unit,
        time_zone=settings.timezone,
        status=status,
        status_reason=figures[0]["status_reason"],
        summary=words.summary(values, unit, usual, is_open=is_open, is_withheld=is_withheld),
        figures=values,
        usual=usual,
        days=() if is_withheld else tuple(days),
        account=() if is_withheld else account(items, is_open=is_open),
        items=items,
        past=tuple(past),
        definitions={CATALOG[name].title: CATALOG[name].definition for name in _DEFINED},
    )


def latest_sprint(lake: Lake, settings: Settings, project: str | None = None) -> SprintName:
    """The sprint that was completed last, of a project or of all; without any, the open one that was started last.

    Raises:
        NotFound: No sprint was started, or no project has been collected.
    """
    with lake.querying(["sprints"]) as connection:
        rows = _rows(connection, "latest", project=project)
    if not rows:
        whose = f"of project {project} " if project else ""
        raise NotFound(
            f"No sprint {whose}was started, as far as Pulse knows (times in {settings.timezone}).",
            hint="A kanban board has no sprints. Else name another project, or run `pulse sync jira`.",
        )
    return SprintName(rows[0]["project"], rows[0]["sprint_id"])


def _check(sprint: Mapping[str, Any], figures: Sequence[Mapping[str, Any]], settings: Settings) -> None:
    if sprint["started_at"] is None:
        raise NotFound(
            f"Sprint {sprint['sprint_id']} of {sprint['project']} has not been started, so there is nothing to report.",
            hint="Name a sprint that was started, or none for the latest.",
        )
    if not figures:
        day = sprint["started_at"].astimezone(ZoneInfo(settings.timezone)).date()
        raise NotFound(
            f"The figures of sprint {sprint['sprint_id']} of {sprint['project']} have not been built.",
            hint="Set an earlier PULSE_HISTORY_START and run `pulse sync jira`."
            if day < settings.history_start.replace(day=1)
            else "Run `pulse sync jira`.",
        )


def _values(row: Mapping[str, Any], *, is_withheld: bool) -> dict[str, float | int | None]:
    names = dict.fromkeys(name for metric in _METRICS[:2] for name in value_columns(TABLES[metric]))
    return {name: None if is_withheld else row[name] for name in names}


def _item(
    row: Mapping[str, Any], sprint: Mapping[str, Any], zone: ZoneInfo, *, is_open: bool, is_withheld: bool
) -> Item:
    outcome = _outcome(row, is_open=is_open)
    told = {name: value for name, value in row.items() if name not in _MARKS}
    if is_withheld:
        told |= {"points_at_start": None, "points_at_end": None, "is_reestimated": False}
    return Item(**told, outcome=outcome, why=words.why(row, outcome, sprint["started_at"], zone))


def _outcome(row: Mapping[str, Any], *, is_open: bool) -> Outcome:
    if not row["is_counted"]:
        return "left_out"
    if row["is_completed"]:
        return "completed"
    if row["is_removed"]:
        return "removed"
    if is_open:
        return "left"
    return "carried_over" if row["is_carried_over"] else "too_late"


def _usual(past: Sequence[PastSprint], unit: Unit) -> float | None:
    known = [value for each in past if not each.is_this and (value := each.of("completed", unit)) is not None]
    return sum(known) / len(known) if known else None


def _rows(connection: duckdb.DuckDBPyConnection, query: str, **values: Any) -> list[dict[str, Any]]:
    sql = files("pulse_assets.reports.sprint").joinpath("queries", f"{query}.sql").read_text(encoding="utf-8")
    rows = connection.sql(sql, params=values).to_arrow_table().to_pylist()
    return [{name: _known(value) for name, value in row.items()} for row in rows]


def _known(value: Any) -> Any:
    """Frames write a missing float as NaN; a report knows only one way of not knowing."""
    if isinstance(value, float) and math.isnan(value):
        return None
    return value.astimezone(dt.UTC) if isinstance(value, dt.datetime) else value
