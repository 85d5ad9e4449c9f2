"""The records of projects in the CSV table."""

import dataclasses
from collections.abc import Iterator
from typing import Any

from pulse_assets.reports.anchors import figure_anchor
from pulse_assets.reports.drilldown import Drilldown
from pulse_assets.reports.inert import web_address
from pulse_assets.reports.model import Figure, MetricRow, ReportContent
from pulse_assets.reports.periods import Period
from pulse_assets.reports.planning.model import (
    HomelessIncident,
    LinkCoverage,
    Part,
    PlanningContent,
    ProjectFreshness,
    QuarantinedField,
)
from pulse_assets.reports.planning.shown import FIGURES, THROUGHPUT

#: Figures as they are written for repositories.
_OF_FIGURES = ("unit", "value", "low", "high", "previous_value", "usual_value", "verdict", "row_count", "is_low_count")
_STATUS = ("status", "status_reason")
_KEYS = ("issue_type", "issue_status", "status_category")
_SPRINT = ("project", "sprint_id", "name", "board", "started_at", "completed_at", "report")
_KINDS = (ProjectFreshness, HomelessIncident, QuarantinedField, LinkCoverage)
#: The columns that a report of projects has beside those of repositories.
COLUMNS = tuple(
    dict.fromkeys(("label", *_KEYS, *_SPRINT, *(field.name for kind in _KINDS for field in dataclasses.fields(kind))))
)


def records(content: ReportContent, planning: PlanningContent) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each with what it is.

    `figure`: a figure of a scope, of a type or status of it, or of a completed sprint; and of the trend. `sprint`,
    `project`, `incident_without_repository`, `quarantined_field`, `link_coverage`: the lists. `counted_row`,
    `left_out_row`, `other_row`: what a metric of a scope is made of.
    """
    yield from (("figure", row) for row in _figures(content, planning))
    for sprint in planning.sprints:
        yield "sprint", {name: getattr(sprint, name) for name in _SPRINT}
    lists = {
        "project": planning.freshness,
        "incident_without_repository": planning.incidents,
        "quarantined_field": planning.quarantined,
        "link_coverage": (planning.coverage,) if planning.coverage else (),
    }
    for record, rows in lists.items():
        yield from ((record, _row(row)) for row in rows)
    for drilldown in planning.drilldowns:
        yield from _items(drilldown)


def _figures(content: ReportContent, planning: PlanningContent) -> Iterator[dict[str, Any]]:
    for scope in planning.scopes:
        for part in (None, *scope.types, *scope.statuses):
            figures = scope.figures if part is None else part.figures
            yield from ({"label": scope.label} | _figure(content, figure, part) for figure in figures.values())
    for point in planning.trend[:-1]:
        for row in point.rows.values():
            yield from _metric_row(point.period, row)
    for sprint in planning.sprints:
        of = {"label": sprint.name, "project": sprint.project}
        yield from (of | _figure(content, figure) for figure in sprint.figures.values())


def _figure(content: ReportContent, figure: Figure, part: Part | None = None) -> dict[str, Any]:
    key = part.key if part else ()
    return {name: getattr(figure, name) for name in (*_OF_FIGURES, *_STATUS)} | {
        "definition": content.definition,
        "metric": figure.shown_as.metric,
        "figure": figure.shown_as.column,
        "scope_kind": figure.scope_kind,
        "scope": figure.scope,
        "anchor": figure_anchor(figure.scope_kind, figure.scope, figure.name, *key),
        **_key(figure.shown_as.metric, part),
    }


def _key(metric: str, part: Part | None) -> dict[str, str | None]:
    if part is None:
        return {}
    if metric == THROUGHPUT:
        return {"issue_type": part.name}
    return {"issue_status": part.name, "status_category": part.category}


def _metric_row(period: Period, row: MetricRow) -> Iterator[dict[str, Any]]:
    for shown in (each for each in FIGURES.values() if each.metric == row.metric):
        is_of_rows = shown.count_column == "row_count"
        yield {
            "period": period.key,
            "definition": row.definition,
            "metric": row.metric,
            "figure": shown.column,
            "unit": shown.unit,
            "scope_kind": row.scope_kind,
            "scope": row.scope,
            "value": row.values.get(shown.column),
            "low": row.values.get(shown.low_column) if shown.low_column else None,
            "high": row.values.get(shown.high_column) if shown.high_column else None,
            "row_count": row.row_count if is_of_rows else None,
            "is_low_count": row.is_low_count if is_of_rows else None,
            "status": row.status,
            "status_reason": row.status_reason,
        }


def _items(drilldown: Drilldown) -> Iterator[tuple[str, dict[str, Any]]]:
    of = {
        "definition": drilldown.definition,
        "metric": drilldown.metric,
        "scope_kind": drilldown.scope_kind,
        "scope": drilldown.scope,
    }
    lists = {"counted_row": drilldown.counted, "left_out_row": drilldown.left_out, "other_row": drilldown.others}
    for record, items in lists.items():
        for item in items:
            row = _row(item)
            yield record, {**of, "project": row.pop("repository"), **row}


def _row(item: Any) -> dict[str, Any]:
    row = {field.name: getattr(item, field.name) for field in dataclasses.fields(item)}
    if "address" in row:
        row["address"] = web_address(row["address"])
    return row
