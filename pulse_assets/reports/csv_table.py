"""The report as one CSV table, in which no cell is a formula."""

import csv
import dataclasses
import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

from pulse_assets.reports.anchors import figure_anchor
from pulse_assets.reports.data_state import CheckCount, FailedCheck, Freshness
from pulse_assets.reports.drilldown import Drilldown, Item
from pulse_assets.reports.inert import csv_text, web_address
from pulse_assets.reports.listed import Change, Deployment, Incident
from pulse_assets.reports.model import Figure, MetricRow, ReportContent, ReviewsBetween
from pulse_assets.reports.periods import Period
from pulse_assets.reports.planning import csv_rows
from pulse_assets.reports.shown import FIGURES, figures_of
from pulse_assets.reports.wording import instant_utc

_FIGURE_COLUMNS = (
    "definition",
    "metric",
    "figure",
    "unit",
    "scope_kind",
    "scope",
    "value",
    "low",
    "high",
    "previous_value",
    "usual_value",
    "verdict",
    "row_count",
    "is_low_count",
    "status",
    "status_reason",
    "anchor",
)


def _fields(*kinds: type) -> list[str]:
    return [field.name for kind in kinds for field in dataclasses.fields(kind)]


CSV_COLUMNS = tuple(
    dict.fromkeys(
        (
            "record",
            "period",
            *_FIGURE_COLUMNS,
            *_fields(Change, Deployment, Incident, Item, ReviewsBetween, Freshness, FailedCheck, CheckCount),
        )
    )
)


def csv_table(content: ReportContent) -> str:
    """One header and a row for everything that the report holds; `record` says what a row is.

    `figure`: one figure of a scope in a period: every figure of the period, by every definition, and of the trend.
    `change`, `left_out`, `deployment`, `incident`: the rows that the report lists, all of them. `counted_row`,
    `left_out_row`, `other_row`: what a metric of a scope is made of. `reviews`: who reviews whom, by team.
    `freshness`, `checks`, `failed_check`: the data. Projects of Jira add columns and records of their own
    (`planning.csv_rows`). A column that does not belong to a record is empty, and so is an
    unknown or withheld value.
    """
    text = io.StringIO()
    columns = CSV_COLUMNS if content.planning is None else tuple(dict.fromkeys((*CSV_COLUMNS, *csv_rows.COLUMNS)))
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    for record, row in _records(content):
        written = {"record": record, "period": content.period.key, **row}
        writer.writerow({name: _cell(value) for name, value in written.items()})
    return text.getvalue()


def _records(content: ReportContent) -> Iterator[tuple[str, dict[str, Any]]]:
    if content.has_repositories:
        yield from _of_repositories(content)
    yield from (("failed_check", _row(row)) for row in content.quality.failed)
    for partition, counts in content.quality.by_partition.items():
        for dimension, count in counts.items():
            yield "checks", {"partition": partition, "dimension": dimension, **_row(count)}
    for drilldown in content.drilldowns:
        yield from _items(drilldown)
    if content.planning is not None:
        yield from csv_rows.records(content, content.planning)


def _of_repositories(content: ReportContent) -> Iterator[tuple[str, dict[str, Any]]]:
    for scope in content.scopes:
        for figure in scope.figures.values():
            yield "figure", _figure(content, figure)
    for other in content.others:
        yield from (("figure", row) for row in _metric_row(content.period, other))
    for point in content.trend[:-1]:
        for metric_row in point.rows.values():
            yield from (("figure", row) for row in _metric_row(point.period, metric_row))
    lists = {
        "change": content.changes,
        "left_out": content.left_out,
        "deployment": content.deployments,
        "incident": content.incidents,
        "reviews": content.collaboration.rows,
        "freshness": content.freshness,
    }
    for record, rows in lists.items():
        yield from ((record, _row(row)) for row in rows)


def _figure(content: ReportContent, figure: Figure) -> dict[str, Any]:
    own = {name: getattr(figure, name) for name in _FIGURE_COLUMNS if hasattr(figure, name)}
    return own | {
        "definition": content.definition,
        "metric": figure.shown_as.metric,
        "figure": figure.shown_as.column,
        "anchor": figure_anchor(figure.scope_kind, figure.scope, figure.name),
    }


def _metric_row(period: Period, row: MetricRow) -> Iterator[dict[str, Any]]:
    for shown in figures_of(row.metric, period.grain):
        yield {
            "period": period.key,
            "definition": row.definition,
            "metric": row.metric,
            "figure": shown.column,
            "unit": FIGURES[shown.name].unit,
            "scope_kind": row.scope_kind,
            "scope": row.scope,
            "value": row.values.get(shown.column),
            "low": row.values.get(shown.low_column) if shown.low_column else None,
            "high": row.values.get(shown.high_column) if shown.high_column else None,
            "row_count": row.row_count if shown.count_column == "row_count" else None,
            "is_low_count": row.is_low_count if shown.count_column == "row_count" else None,
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
    lists = {
        "counted_row": drilldown.counted,
        "left_out_row": drilldown.left_out,
        "other_row": drilldown.others,
    }
    for record, items in lists.items():
        for item in items:
            yield record, of | _row(item)


def _row(item: Any) -> dict[str, Any]:
    row = {field.name: getattr(item, field.name) for field in dataclasses.fields(item)}
    if "address" in row:
        row["address"] = web_address(row["address"])
    return row


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return instant_utc(value)
    if isinstance(value, tuple):
        return csv_text(", ".join(map(str, value)))
    return csv_text(value) if isinstance(value, str) else str(value)
