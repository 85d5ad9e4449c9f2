"""Puts the figures of all projects, each team, project and board together, and those of completed sprints."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote
from zoneinfo import ZoneInfo

from pulse_assets.reports.model import Figure, MetricRow, TrendPoint
from pulse_assets.reports.periods import Period
from pulse_assets.reports.planning.lake_rows import KeyedRow, SprintRow
from pulse_assets.reports.planning.model import CompletedSprint, Part, PlanningScope
from pulse_assets.reports.planning.shown import (
    ALL_TYPES,
    FIGURES,
    METRICS,
    SPRINT_FIGURES,
    STATUS_FIGURES,
    THROUGHPUT,
    TIME_IN_STATUS,
    TYPE_FIGURES,
)
from pulse_assets.reports.scopes import figure
from pulse_assets.reports.shown import ShownFigure

#: Scopes in the order in which they are shown.
KINDS = ("all", "team", "project", "board")
_ALL = ("all", "all")
_NOT_COMPARED = "not compared"
#: Metric, kind of scope, scope, first day.
RowKey = tuple[str, str, str, dt.date]
Rows = Mapping[RowKey, Mapping[tuple[str, ...], MetricRow]]


def by_key(rows: Iterable[KeyedRow]) -> Rows:
    """The rows by metric, scope and first day, and in it by what else tells them apart."""
    found: dict[RowKey, dict[tuple[str, ...], MetricRow]] = {}
    for each in rows:
        row = each.row
        found.setdefault((row.metric, row.scope_kind, row.scope, row.period_start), {})[each.key] = row
    return found


def of_all(rows: Rows) -> dict[RowKey, MetricRow]:
    """The row of each metric that holds all of a scope and period."""
    return {key: held[whole] for key, held in rows.items() if (whole := _whole(key[0])) in held}


def trend(rows: Mapping[RowKey, MetricRow], periods: Sequence[Period]) -> tuple[TrendPoint, ...]:
    """All projects together, period by period."""
    return tuple(
        TrendPoint(each, {m: row for m in METRICS if (row := rows.get((m, *_ALL, each.start))) is not None})
        for each in periods
    )


def scopes(rows: Rows, points: Sequence[TrendPoint], boards: Mapping[str, str]) -> tuple[PlanningScope, ...]:
    """All projects together first, then teams, projects and boards that have a row in the period or before it."""
    names = {(kind, scope) for _, kind, scope, _ in rows} | {_ALL}
    wholes = of_all(rows)
    return tuple(
        _scope((kind, name), rows, wholes, points, boards.get(name) if kind == "board" else None)
        for kind, name in sorted(names, key=lambda each: (KINDS.index(each[0]), each[1].lower(), each[1]))
    )


def completed_sprints(
    sprints: Iterable[SprintRow], rows: Iterable[MetricRow], boards: Mapping[str, str], period: Period, zone: ZoneInfo
) -> tuple[CompletedSprint, ...]:
    """The sprints of the period with their own figures."""
    found = {(row.metric, row.scope, row.period_start): row for row in rows}
    return tuple(
        CompletedSprint(
            project=sprint.project,
            sprint_id=sprint.sprint_id,
            name=sprint.name,
            board=boards.get(sprint.board, sprint.board),
            started_at=sprint.started_at,
            completed_at=sprint.completed_at,
            report=f"../sprint/{quote(f'{sprint.project}-sprint-{sprint.sprint_id}.html', safe='')}",
            figures={name: _of_sprint(FIGURES[name], sprint, found, period, zone) for name in SPRINT_FIGURES},
        )
        for sprint in sprints
    )


def first_day(sprint: SprintRow, zone: ZoneInfo) -> dt.date:
    """What the period of a sprint is called by."""
    return sprint.started_at.astimezone(zone).date()


def _of_sprint(
    shown: ShownFigure,
    sprint: SprintRow,
    rows: Mapping[tuple[str, str, dt.date], MetricRow],
    period: Period,
    zone: ZoneInfo,
) -> Figure:
    name = str(sprint.sprint_id)
    row = rows.get((shown.metric, name, first_day(sprint, zone)))
    made = figure(shown, ("sprint", name), period, current=row, previous=None, past=(), counted=None)
    return dataclasses.replace(made, change=_NOT_COMPARED)


def _whole(metric: str) -> tuple[str, ...]:
    return ALL_TYPES if metric == THROUGHPUT else ()


def _scope(
    scope: tuple[str, str],
    rows: Rows,
    wholes: Mapping[RowKey, MetricRow],
    points: Sequence[TrendPoint],
    label: str | None,
) -> PlanningScope:
    period = points[-1].period
    figures = {}
    for shown in FIGURES.values():
        current, previous = (wholes.get((shown.metric, *scope, each.start)) for each in (period, period.previous))
        past = [point.rows.get(shown.metric) for point in points] if scope == _ALL else []
        figures[shown.name] = figure(shown, scope, period, current=current, previous=previous, past=past, counted=None)
    types = _parts(THROUGHPUT, TYPE_FIGURES, scope, rows, period)
    statuses = _parts(TIME_IN_STATUS, STATUS_FIGURES, scope, rows, period)
    return PlanningScope(
        *scope,
        label,
        figures,
        tuple(sorted(types, key=lambda part: (-_size(part, TYPE_FIGURES), part.key))),
        tuple(sorted(statuses, key=lambda part: (-_size(part, STATUS_FIGURES), part.key))),
    )


def _size(part: Part, shown: Sequence[ShownFigure]) -> float:
    return part.figures[shown[0].name].value or 0.0


def _parts(
    metric: str, figures: Sequence[ShownFigure], scope: tuple[str, str], rows: Rows, period: Period
) -> list[Part]:
    """Each type or status of which the scope has a row in the period."""
    current, previous = (rows.get((metric, *scope, each.start), {}) for each in (period, period.previous))
    parts = []
    for key, row in current.items():
        if key == _whole(metric):
            continue
        before = previous.get(key) or _nothing(row, previous)
        made = {
            shown.name: figure(shown, scope, period, current=row, previous=before, past=(), counted=None)
            for shown in figures
        }
        parts.append(Part(key[0], key[1] if len(key) > 1 else None, made))
    return parts


def _nothing(row: MetricRow, others: Mapping[tuple[str, ...], MetricRow]) -> MetricRow | None:
    """What a period says of a type or status of which it has no row, though it has others: there was none of it."""
    other = next(iter(others.values()), None)
    if other is None:
        return None
    is_withheld = other.status == "withheld"
    values = {name: 0.0 if name.endswith("_count") and not is_withheld else None for name in row.values}
    return dataclasses.replace(other, values=values, row_count=None if is_withheld else 0, is_low_count=True)
