"""Decides what a report says of projects: reads the tables and puts the figures of one period together."""

import dataclasses
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from pulse_assets.metrics.explanation import explain_period, explain_sprints
from pulse_assets.reports.doubts import with_doubts
from pulse_assets.reports.drilldown import Drilldown, Explained, drilled_down
from pulse_assets.reports.findings import find_changes
from pulse_assets.reports.model import MetricRow
from pulse_assets.reports.periods import Period
from pulse_assets.reports.planning.lake_rows import KeyedRow, SprintRow, newest_event_at, planning_rows
from pulse_assets.reports.planning.model import PlanningContent, Told
from pulse_assets.reports.planning.notices import find_notices
from pulse_assets.reports.planning.scopes import KINDS, by_key, completed_sprints, first_day, of_all, scopes, trend
from pulse_assets.reports.planning.shown import HEADLINES, METRICS, SPRINTS
from pulse_assets.reports.planning.summary import summary
from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams

__all__ = ["newest_event_at", "planning_content"]

_DEFINITION = "pulse"
_ORDER = (*KINDS, "sprint")


def planning_content(
    periods: tuple[Period, ...], lake: Lake, settings: Settings, teams: Teams, *, has_repositories: bool
) -> Told:
    """What the report of the last of the periods says of projects.

    Args:
        periods: Those of the trend, oldest first.
        lake: Where the tables are.
        settings: For the zone, and whether statuses are known in which work waits.
        teams: Whose projects belong together.
        has_repositories: There is something to link issues and incidents with.

    Raises:
        TableNotBuilt: A metric is built, and a table that it rests on is not.
    """
    period, zone = periods[-1], ZoneInfo(settings.timezone)
    rows = planning_rows(lake, periods, *period.bounds(zone), has_repositories=has_repositories)
    reckoned = _explained(rows.metrics, period, lake, settings, teams)
    of_sprints = _explained_sprints(rows.sprints, rows.sprint_metrics, lake, settings, teams)
    metrics = by_key(_with_doubts(rows.metrics, period, reckoned))
    sprint_metrics = _sprints_with_doubts(rows.sprint_metrics, of_sprints)
    own = of_all(metrics)
    points = trend(own, periods)
    told = scopes(metrics, points, rows.boards)
    sprints = completed_sprints(rows.sprints, sprint_metrics, rows.boards, period, zone)
    drilldowns = tuple(sorted((*reckoned.drilldowns, *of_sprints.drilldowns), key=_place))
    current = [row for key, held in metrics.items() if key[3] == period.start for row in held.values()]
    content = PlanningContent(
        teams=tuple(scope.name for scope in told if scope.kind == "team"),
        collected_at=min((each.collected_at for each in rows.freshness if each.collected_at), default=None),
        scopes=told,
        trend=points,
        sprints=sprints,
        incidents=rows.incidents,
        coverage=rows.coverage,
        freshness=rows.freshness,
        quarantined=rows.quarantined,
        drilldowns=drilldowns,
    )
    return Told(
        content=content,
        summary=summary(period, told[0], sprints),
        notices=find_notices(
            period,
            points,
            told[0],
            rows=[*current, *sprint_metrics],
            drilldowns=drilldowns,
            freshness=rows.freshness,
            incidents=rows.incidents,
            quarantined=rows.quarantined,
            has_waiting_statuses=bool(settings.jira_waiting_statuses),
            zone=zone,
        ),
        findings=find_changes(period, own, told, HEADLINES),
        addresses=rows.addresses,
    )


def _place(drilldown: Drilldown) -> tuple[int, int, str]:
    """The database gives scopes in any order."""
    return METRICS.index(drilldown.metric), _ORDER.index(drilldown.scope_kind), drilldown.scope


def _explained(rows: Iterable[KeyedRow], period: Period, lake: Lake, settings: Settings, teams: Teams) -> Explained:
    """How the figures of metrics that have some of all projects together in the period came about."""
    found = {
        each.row.metric
        for each in rows
        if (each.row.definition, each.row.scope_kind, each.row.period_start) == (_DEFINITION, "all", period.start)
    }
    span = (period.grain, period.start)
    ordered = (name for name in METRICS if name in found)
    return drilled_down(
        found,
        (each for name in ordered for each in explain_period(name, lake, settings, period=span, teams=teams)),
    )


def _explained_sprints(
    sprints: Sequence[SprintRow], rows: Iterable[MetricRow], lake: Lake, settings: Settings, teams: Teams
) -> Explained:
    """Likewise of the sprints that have figures; the others of their days are left out."""
    zone = ZoneInfo(settings.timezone)
    wanted = {(str(each.sprint_id), first_day(each, zone)) for each in sprints}
    known = {(row.metric, row.period_start) for row in rows if (row.scope, row.period_start) in wanted}

    found = (
        each
        for metric in SPRINTS
        for each in explain_sprints(metric, lake, settings, {day for name, day in known if name == metric}, teams=teams)
        if (each.scope, each.period_start) in wanted
    )
    return drilled_down({metric for metric, _ in known}, found)


def _with_doubts(rows: Iterable[KeyedRow], period: Period, explained: Explained) -> list[KeyedRow]:
    """All rows; those of the period that their own rows do not give again are degraded."""
    keyed = list(rows)
    judged = with_doubts((each.row for each in keyed), period.start, explained)
    return [dataclasses.replace(each, row=row) for each, row in zip(keyed, judged, strict=True)]


def _sprints_with_doubts(rows: Iterable[MetricRow], explained: Explained) -> list[MetricRow]:
    judged: list[MetricRow] = []
    for row in rows:
        judged += with_doubts([row], row.period_start, explained)
    return judged
