"""Decides what a report says: reads the tables and puts the figures of one period together."""

from collections import Counter
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from pulse_assets.errors import NotFound
from pulse_assets.reports import lake_rows, names
from pulse_assets.reports.benchmark import benchmark
from pulse_assets.reports.comparison import comparisons
from pulse_assets.reports.data_quality import quality
from pulse_assets.reports.doubts import collaboration_with_doubt, with_doubts
from pulse_assets.reports.drilldown import explained
from pulse_assets.reports.findings import find_changes
from pulse_assets.reports.glossary import glossary
from pulse_assets.reports.lake_rows import DEFINITION
from pulse_assets.reports.listed import Change, ReasonCount
from pulse_assets.reports.model import Collaboration, MetricRow, ReportContent
from pulse_assets.reports.notices import find_notices
from pulse_assets.reports.periods import Period, ReportKind
from pulse_assets.reports.scopes import by_key, scopes, trend
from pulse_assets.reports.shown import COLLABORATION
from pulse_assets.reports.summary import summary
from pulse_assets.reports.withholding import without_withheld
from pulse_assets.settings import Settings
from pulse_assets.tables.check_history import RecordedCheck
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams

TREND_PERIODS = 13


def report_content(
    kind: ReportKind,
    period: Period,
    lake: Lake,
    settings: Settings,
    checks: Sequence[RecordedCheck] = (),
) -> ReportContent:
    """The report of one period.

    Args:
        kind: weekly or monthly.
        period: Of that kind.
        lake: Where the tables are.
        settings: For the zone, the teams and the DORA report to compare with.
        checks: The latest result of each check of the data.

    Raises:
        NotFound: A table that it needs has not been built.
        ConfigurationError: The teams' file does not fit.
        ValueError: The period is of another kind.
    """
    if period.kind != kind:
        raise ValueError(f"{period.key} is not a period of the {kind} report")
    zone = ZoneInfo(settings.timezone)
    teams = Teams.load(settings)
    periods = period.ending_here(TREND_PERIODS)
    with lake.querying(lake_rows.TABLES_READ) as connection:
        rows = lake_rows.metric_rows(connection, periods)
        changes = lake_rows.changes(connection, *period.bounds(zone))
        deployments = lake_rows.deployments(connection, *period.bounds(zone))
        incidents = lake_rows.incidents(connection, *period.bounds(zone))
        collaboration = lake_rows.collaboration(connection, period)
        freshness = lake_rows.freshness(connection)
        environments = lake_rows.environments(connection)
    reckoned = explained(_to_explain(rows, period, collaboration), period, lake, settings, teams)
    rows = with_doubts(rows, period.start, reckoned)
    collaboration = collaboration_with_doubt(collaboration, DEFINITION, reckoned)
    own = by_key(row for row in rows if row.definition == DEFINITION)
    points = trend(own, periods)
    told = scopes(own, points, [change for change in changes if change.is_counted], teams.repositories)
    changes, deployments, incidents = without_withheld(changes, deployments, incidents, own, period)
    counted, left_out = ([row for row in changes if row.is_counted is kept] for kept in (True, False))
    current = [row for row in rows if row.period_start == period.start]
    checked = quality(checks)
    findings = find_changes(period, own, told)
    return ReportContent(
        kind=kind,
        period=period,
        time_zone=settings.timezone,
        definition=DEFINITION,
        repositories=tuple(each.repository for each in freshness),
        teams=tuple(scope.name for scope in told if scope.kind == "team"),
        collected_at=min((each.collected_at for each in freshness if each.collected_at), default=None),
        summary=summary(period, told[0], findings, environments),
        notices=find_notices(
            period,
            points,
            told,
            rows=current,
            changes=counted,
            drilldowns=reckoned.drilldowns,
            quality=checked,
            freshness=freshness,
            environments=environments,
            zone=zone,
        ),
        findings=findings,
        benchmark=benchmark(told, period, settings),
        scopes=told,
        others=tuple(row for row in current if row.definition != DEFINITION),
        trend=points,
        comparisons=comparisons(current, reckoned.drilldowns),
        collaboration=collaboration,
        changes=tuple(counted),
        left_out=tuple(left_out),
        left_out_reasons=_reasons(left_out),
        deployments=tuple(deployments),
        incidents=tuple(incidents),
        drilldowns=reckoned.drilldowns,
        freshness=tuple(freshness),
        quality=checked,
        definitions=glossary(),
    )


def _to_explain(rows: Iterable[MetricRow], period: Period, collaboration: Collaboration) -> set[str]:
    """The metrics that have a figure of all repositories together in the period."""
    found = {
        row.metric
        for row in rows
        if (row.definition, row.scope_kind, row.period_start) == (DEFINITION, "all", period.start)
    }
    return found | ({COLLABORATION} if collaboration.status != "unknown" else set())


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


def _reasons(left_out: list[Change]) -> tuple[ReasonCount, ...]:
    counts = Counter(change.reason for change in left_out)
    reasons = (
        ReasonCount(reason=reason, words=names.in_words(names.REASONS, reason), count=count)
        for reason, count in counts.items()
    )
    return tuple(sorted(reasons, key=lambda each: (-each.count, each.words)))
