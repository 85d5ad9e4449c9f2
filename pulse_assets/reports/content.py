"""Decides what a report says: reads the tables and puts the figures of one period together."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from pulse_assets.errors import NotFound
from pulse_assets.reports import lake_rows, wording
from pulse_assets.reports.glossary import glossary
from pulse_assets.reports.lake_rows import DEFINITION
from pulse_assets.reports.model import (
    STAGE_TITLES,
    STAGES,
    Change,
    Figure,
    PeriodFigures,
    ReasonCount,
    ReportContent,
    RepositoryFigures,
    StageShare,
    TrendPoint,
)
from pulse_assets.reports.notices import find_notices, summary
from pulse_assets.reports.periods import Period, ReportKind
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import LOW_COUNT
from pulse_assets.tables.lake import Lake

TREND_PERIODS = 13


@dataclass(frozen=True, slots=True)
class _Headline:
    name: str
    title: str
    unit: wording.Unit
    metric: str
    count_column: str


_LEAD_TIMES = (
    _Headline("lead_time_median_hours", "Lead time, median", "hours", "lead_time", "change_count"),
    _Headline("lead_time_p90_hours", "Lead time, 90th percentile", "hours", "lead_time", "change_count"),
)
_DEPLOYMENTS = (
    _Headline("deployment_count", "Deployments", "count", "deployments", "deployment_count"),
    _Headline("deployment_days_count", "Deployment days", "days", "deployments", "deployment_count"),
)
_DAYS_PER_WEEK = _Headline(
    "deployment_days_per_week_median",
    "Deployment days a week, median",
    "days_per_week",
    "deployments",
    "deployment_count",
)
_STAGE_MEDIANS = tuple(
    _Headline(f"{stage}_median_hours", f"{STAGE_TITLES[stage]}, median", "hours", "lead_time", f"{stage}_change_count")
    for stage in STAGES
)


def report_content(kind: ReportKind, period: Period, lake: Lake, settings: Settings) -> ReportContent:
    """The report of one period.

    Raises:
        NotFound: A table that it needs has not been built.
        ValueError: The period is of another kind.
    """
    if period.kind != kind:
        raise ValueError(f"{period.key} is not a period of the {kind} report")
    periods = period.ending_here(TREND_PERIODS)
    with lake.querying(lake_rows.TABLES_READ) as connection:
        figures = lake_rows.period_figures(connection, periods)
        rows = lake_rows.changes(connection, *period.bounds(ZoneInfo(settings.timezone)))
        freshness = lake_rows.freshness(connection)
        environments = lake_rows.environments(connection)
    changes, left_out = ([row for row in rows if row.is_counted is kept] for kept in (True, False))
    figures = _with_stage_counts(figures, period, changes)
    trend = tuple(TrendPoint(each, figures.get(("all", "all", each.start))) for each in periods)
    current, previous = trend[-1].figures, trend[-2].figures
    headline = tuple(_figure(entry, period, current, previous) for entry in _headline(kind))
    stages = _stage_shares(changes, current, previous) if current else ()
    collected = [each.collected_at for each in freshness]
    repositories = tuple(each.repository for each in freshness)
    return ReportContent(
        kind=kind,
        period=period,
        time_zone=settings.timezone,
        definition=DEFINITION,
        repositories=repositories,
        collected_at=min((at for at in collected if at), default=None),
        summary=summary(period, headline, stages, environments),
        notices=find_notices(
            period,
            trend,
            changes=changes,
            left_out=left_out,
            freshness=freshness,
            environments=environments,
            zone=ZoneInfo(settings.timezone),
        ),
        headline=headline,
        stages=stages,
        trend=trend,
        by_repository=_by_repository(period, figures, changes),
        changes=tuple(changes),
        left_out=tuple(left_out),
        left_out_reasons=_reasons(left_out),
        freshness=tuple(freshness),
        definitions=glossary(),
    )


def latest_period(kind: ReportKind, lake: Lake, settings: Settings) -> Period:
    """The last period with something to tell: a merged or deployed change, or a production deployment.

    Raises:
        NotFound: There is none, or a table has not been built.
    """
    with lake.querying(lake_rows.EVENT_TABLES) as connection:
        at = lake_rows.newest_event_at(connection)
    if at is None:
        raise NotFound(
            f"There is no period to report: no {kind} report has a merged change or a production deployment.",
            hint="Run `pulse sync`; if it has run, check PULSE_GITHUB_REPOSITORIES and PULSE_PRODUCTION_PATTERN.",
        )
    return Period.containing(kind, at.astimezone(ZoneInfo(settings.timezone)).date())


def _headline(kind: ReportKind) -> tuple[_Headline, ...]:
    # A week's days and their median over that one week are the same number.
    days_per_week = (_DAYS_PER_WEEK,) if kind == "monthly" else ()
    return (*_LEAD_TIMES, *_DEPLOYMENTS, *days_per_week, *_STAGE_MEDIANS)


def _with_stage_counts(
    figures: dict[tuple[str, str, dt.date], PeriodFigures], period: Period, changes: Iterable[Change]
) -> dict[tuple[str, str, dt.date], PeriodFigures]:
    """The figures, of which those of the period say how many changes each stage's median rests on."""
    counts = Counter(
        (scope, stage)
        for change in changes
        for stage in STAGES
        if change.stage_hours(stage) is not None
        for scope in ("all", change.repository)
    )
    return {
        key: replace(row, **{f"{stage}_change_count": counts[row.scope, stage] for stage in STAGES})
        if row.period_start == period.start and row.change_count is not None
        else row
        for key, row in figures.items()
    }


def _figure(entry: _Headline, period: Period, current: PeriodFigures | None, previous: PeriodFigures | None) -> Figure:
    value, before = (getattr(row, entry.name) if row else None for row in (current, previous))
    status = getattr(current, f"{entry.metric}_status", None) or "unknown"
    status_before = getattr(previous, f"{entry.metric}_status", None) or "unknown"
    row_count = getattr(current, entry.count_column, None)
    is_low_count = (
        row_count is not None and row_count < LOW_COUNT
        if entry in _STAGE_MEDIANS
        else bool(getattr(current, f"{entry.metric}_is_low_count", False))
    )
    return Figure(
        name=entry.name,
        title=entry.title,
        unit=entry.unit,
        value=value,
        previous_value=before,
        change=wording.change(
            value,
            before,
            entry.unit,
            grain=period.grain,
            is_final=status == "ok",
            is_previous_final=status_before == "ok",
        ),
        row_count=row_count,
        is_low_count=is_low_count,
        status=status,
        status_reason=getattr(current, f"{entry.metric}_status_reason", None),
    )


def _stage_shares(
    changes: Iterable[Change], current: PeriodFigures | None, previous: PeriodFigures | None
) -> tuple[StageShare, ...]:
    sums = dict.fromkeys((*STAGES, "unsplit"), 0.0)
    for change in changes:
        for stage in STAGES:
            sums[stage] += change.stage_hours(stage) or 0.0
        sums["unsplit"] += change.unsplit_hours
    total = sum(sums.values())
    if not total:
        return ()
    return tuple(
        StageShare(
            name=name,
            title=STAGE_TITLES[name],
            hours=hours,
            ratio=hours / total,
            median_hours=current.stage_median(name) if current and name in STAGES else None,
            previous_median_hours=previous.stage_median(name) if previous and name in STAGES else None,
            change_count=current.stage_count(name) if current and name in STAGES else None,
        )
        for name, hours in sums.items()
        if hours or name in STAGES
    )


def _by_repository(
    period: Period,
    figures: dict[tuple[str, str, dt.date], PeriodFigures],
    changes: list[Change],
) -> tuple[RepositoryFigures, ...]:
    scopes = {scope for scope_kind, scope, _ in figures if scope_kind == "repository"}
    names = sorted(scopes, key=str.lower)
    deployed: dict[str, list[Change]] = {name: [] for name in names}
    for change in changes:
        deployed.setdefault(change.repository, []).append(change)
    rows = []
    for name in names:
        current, previous = (
            figures.get(("repository", name, start)) for start in (period.start, period.previous.start)
        )
        if current or previous:
            stages = _stage_shares(deployed[name], current, previous) if current else ()
            rows.append(RepositoryFigures(repository=name, current=current, previous=previous, stages=stages))
    return tuple(rows)


def _reasons(left_out: list[Change]) -> tuple[ReasonCount, ...]:
    counts = Counter(change.reason for change in left_out)
    reasons = (
        ReasonCount(reason=reason, words=wording.in_words(wording.REASONS, reason), count=count)
        for reason, count in counts.items()
    )
    return tuple(sorted(reasons, key=lambda each: (-each.count, each.words)))
