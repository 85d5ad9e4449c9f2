"""Puts the figures of all repositories, each team and each repository together."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pulse_assets.reports import judgement, wording
from pulse_assets.reports.listed import Change
from pulse_assets.reports.model import Figure, MetricRow, Scope, StageShare, TrendPoint
from pulse_assets.reports.periods import Period
from pulse_assets.reports.shown import METRICS, STAGE_TITLES, STAGES, ShownFigure, figures_of
from pulse_assets.tables.contracts import LOW_COUNT

Key = tuple[str, str, str, dt.date]
#: Scopes in the order in which they are shown.
_KINDS = ("all", "team", "repository")
_ALL = ("all", "all")


def by_key(rows: Iterable[MetricRow]) -> dict[Key, MetricRow]:
    """The rows by metric, kind of scope, scope and first day."""
    return {(row.metric, row.scope_kind, row.scope, row.period_start): row for row in rows}


def trend(rows: Mapping[Key, MetricRow], periods: Sequence[Period]) -> tuple[TrendPoint, ...]:
    """All repositories together, period by period."""
    return tuple(
        TrendPoint(each, {m: row for m in METRICS if (row := rows.get((m, *_ALL, each.start))) is not None})
        for each in periods
    )


def scopes(
    rows: Mapping[Key, MetricRow],
    points: Sequence[TrendPoint],
    changes: Iterable[Change],
    teams: Mapping[str, Sequence[str]],
) -> tuple[Scope, ...]:
    """All repositories together first, then teams, then repositories that have a row in the period or before it.

    Args:
        rows: Those of the figures' definition.
        points: The trend up to the period.
        changes: Counted changes of the period.
        teams: The repositories of each team.
    """
    names = {(kind, scope) for _, kind, scope, _ in rows} | {_ALL}
    deployed = _deployed(changes, teams)
    return tuple(
        _scope((kind, name), rows, points, deployed.get((kind, name), []))
        for kind, name in sorted(names, key=lambda each: (_KINDS.index(each[0]), each[1].lower(), each[1]))
    )


def stage_shares(changes: Iterable[Change]) -> tuple[StageShare, ...]:
    """Where the hours of changes went; empty when there are none."""
    sums = dict.fromkeys((*STAGES, "unsplit"), 0.0)
    for change in changes:
        for stage in STAGES:
            sums[stage] += change.stage_hours(stage) or 0.0
        sums["unsplit"] += change.unsplit_hours
    total = sum(sums.values())
    if not total:
        return ()
    return tuple(
        StageShare(name=name, title=STAGE_TITLES[name], hours=hours, ratio=hours / total)
        for name, hours in sums.items()
        if hours or name in STAGES
    )


def _deployed(changes: Iterable[Change], teams: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], list[Change]]:
    """The changes of each scope. GitHub's names of repositories ignore case."""
    of_repository: dict[str, list[tuple[str, str]]] = {}
    for team, repositories in teams.items():
        for repository in repositories:
            of_repository.setdefault(repository.casefold(), []).append(("team", team))
    deployed: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        members = (_ALL, ("repository", change.repository), *of_repository.get(change.repository.casefold(), ()))
        for scope in members:
            deployed.setdefault(scope, []).append(change)
    return deployed


def _scope(
    scope: tuple[str, str], rows: Mapping[Key, MetricRow], points: Sequence[TrendPoint], deployed: Sequence[Change]
) -> Scope:
    period = points[-1].period
    counts = Counter(stage for change in deployed for stage in STAGES if change.stage_hours(stage) is not None)
    figures = {}
    for metric in METRICS:
        current, previous = (rows.get((metric, *scope, each.start)) for each in (period, period.previous))
        past = [point.rows.get(metric) for point in points] if scope == _ALL else []
        for shown in figures_of(metric, period.grain):
            count = counts[stage] if (stage := _stage(shown)) else None
            figures[shown.name] = figure(
                shown, scope, period, current=current, previous=previous, past=past, counted=count
            )
    lead_time = rows.get(("dora_lead_time", *scope, period.start))
    is_told = lead_time is not None and lead_time.status != "withheld"
    return Scope(*scope, figures, stage_shares(deployed) if is_told else ())


def _stage(shown: ShownFigure) -> str | None:
    """The stage of a lead time's stage median."""
    stage = shown.column.removesuffix("_median_hours")
    return stage if shown.metric == "dora_lead_time" and stage in STAGES else None


def figure(
    shown: ShownFigure,
    scope: tuple[str, str],
    period: Period,
    *,
    current: MetricRow | None,
    previous: MetricRow | None,
    past: Sequence[MetricRow | None],
    counted: int | None,
) -> Figure:
    """One figure of a scope.

    Args:
        shown: Which.
        scope: Kind and name.
        period: The period.
        current: The metric's row in the period.
        previous: The one in the period before.
        past: Those of the trend, for the usual value.
        counted: On how many rows it rests, where no column says so.
    """
    status = current.status if current else "unknown"
    value, low, high = (
        current.values.get(column) if current and column else None
        for column in (shown.column, shown.low_column, shown.high_column)
    )
    before = previous.values.get(shown.column) if previous else None
    row_count = _row_count(shown, current, counted)
    usual_value, usual_count = judgement.usual_value(shown.column, () if shown.is_growing else past)
    is_same = before is not None and wording.figure(value, shown.unit) == wording.figure(before, shown.unit)
    return Figure(
        shown_as=shown,
        scope_kind=scope[0],
        scope=scope[1],
        value=value,
        low=low,
        high=high,
        previous_value=before,
        usual_value=usual_value,
        usual_count=usual_count,
        change=_change(shown, value, period, current, previous),
        verdict=judgement.verdict(shown, judgement.movement(shown, current, previous), is_same=is_same),
        row_count=row_count,
        is_low_count=bool(row_count is not None and row_count < LOW_COUNT and shown.count_column != shown.column),
        status=status,
        status_reason=current.status_reason if current else None,
    )


def _change(
    shown: ShownFigure, value: float | None, period: Period, current: MetricRow | None, previous: MetricRow | None
) -> str:
    before = f"the {period.grain} before"
    if current is not None and current.status == "withheld":
        return "not compared"
    if previous is not None and previous.status == "withheld":
        return f"{before}: withheld"
    if shown.is_growing and previous is not None and (held := previous.values.get(shown.column)) is not None:
        return f"can still grow; {before}: {wording.figure(held, shown.unit)}"
    return wording.change(
        value,
        previous.values.get(shown.column) if previous else None,
        shown.unit,
        grain=period.grain,
        is_final=current is not None and current.is_final,
        is_previous_final=previous is not None and previous.is_final,
    )


def _row_count(shown: ShownFigure, current: MetricRow | None, counted: int | None) -> int | None:
    if current is None or current.status == "withheld":
        return None
    if shown.count_column is None:
        return counted
    if shown.count_column == "row_count":
        return current.row_count
    count = current.values.get(shown.count_column)
    return None if count is None else int(count)
