"""Decides what a report says: reads the tables and puts the figures of one period together."""

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from zoneinfo import ZoneInfo

import duckdb

from pulse_assets.errors import NotFound
from pulse_assets.reports import lake_rows, names
from pulse_assets.reports.benchmark import benchmark
from pulse_assets.reports.comparison import comparisons
from pulse_assets.reports.data_quality import quality
from pulse_assets.reports.doubts import collaboration_with_doubt, with_doubts
from pulse_assets.reports.drilldown import explained
from pulse_assets.reports.findings import find_changes, in_order
from pulse_assets.reports.glossary import glossary
from pulse_assets.reports.lake_rows import DEFINITION
from pulse_assets.reports.listed import Change, Incident, ReasonCount
from pulse_assets.reports.model import Collaboration, MetricRow, ReportContent
from pulse_assets.reports.notices import failed_checks, find_notices
from pulse_assets.reports.periods import Period, ReportKind
from pulse_assets.reports.planning import has_projects, newest_event_at, planning_content
from pulse_assets.reports.planning.model import Told
from pulse_assets.reports.scopes import by_key, scopes, trend
from pulse_assets.reports.shown import COLLABORATION
from pulse_assets.reports.summary import summary
from pulse_assets.reports.withholding import without_withheld
from pulse_assets.settings import Settings
from pulse_assets.tables.check_history import RecordedCheck
from pulse_assets.tables.contracts import TABLES
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
    planned = None
    is_needed = True
    if has_projects(lake):
        is_needed = _has_events(lake)
        planned = planning_content(periods, lake, settings, teams, has_repositories=_has_repositories(lake))
    with _reading(lake, lake_rows.TABLES_READ, is_needed=is_needed) as connection:
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
    if planned is not None:
        incidents = _with_addresses(incidents, planned.addresses)
    counted, left_out = ([row for row in changes if row.is_counted is kept] for kept in (True, False))
    current = [row for row in rows if row.period_start == period.start]
    checked = quality(checks)
    findings = find_changes(period, own, told)
    content = ReportContent(
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
        definitions=glossary(has_projects=planned is not None),
    )
    return content if planned is None else _with_projects(content, planned)


def _has_repositories(lake: Lake) -> bool:
    return bool(lake.partitions(TABLES["repositories"]))


def _has_events(lake: Lake) -> bool:
    """Something was merged or deployed in a repository; before that there are no metrics of repositories."""
    if not _has_repositories(lake):
        return False
    with lake.querying(lake_rows.EVENT_TABLES) as connection:
        return lake_rows.newest_event_at(connection) is not None


def _reading(
    lake: Lake, tables: Collection[str], *, is_needed: bool
) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
    """The tables of repositories; where there are none and none are needed, they have no rows."""
    return lake.querying(tables) if is_needed else lake.connect(tables, or_empty=tables)


def _with_addresses(incidents: Iterable[Incident], addresses: Mapping[str, str]) -> list[Incident]:
    """Incidents that are issues of Jira, with where they are."""
    return [dataclasses.replace(each, address=each.address or addresses.get(each.incident_id)) for each in incidents]


def _with_projects(content: ReportContent, planned: Told) -> ReportContent:
    """A report with what there is to say of projects; without repositories it says nothing of those."""
    found = dataclasses.replace(content, planning=planned.content)
    teams = tuple(dict.fromkeys((*content.teams, *planned.content.teams)))
    if not found.has_repositories:
        return dataclasses.replace(
            found,
            teams=teams,
            collected_at=planned.content.collected_at,
            summary=planned.summary,
            notices=(*planned.notices, *failed_checks(content.quality)),
            findings=planned.findings,
            definitions=glossary(has_repositories=False, has_projects=True),
        )
    return dataclasses.replace(
        found,
        teams=teams,
        collected_at=min(filter(None, (content.collected_at, planned.content.collected_at)), default=None),
        summary=f"{_of_repositories(content)} {planned.summary}",
        notices=(*content.notices, *planned.notices),
        findings=in_order((*content.findings, *planned.findings)),
    )


def _to_explain(rows: Iterable[MetricRow], period: Period, collaboration: Collaboration) -> set[str]:
    """The metrics that have a figure of all repositories together in the period."""
    found = {
        row.metric
        for row in rows
        if (row.definition, row.scope_kind, row.period_start) == (DEFINITION, "all", period.start)
    }
    return found | ({COLLABORATION} if collaboration.status != "unknown" else set())


def _of_repositories(content: ReportContent) -> str:
    """The summary where it is not the only one: what is not known is not known of repositories alone."""
    if content.whole.has_figures:
        return content.summary
    return f"Nothing is known of repositories in {content.period.title}."


def latest_period(kind: ReportKind, lake: Lake, settings: Settings) -> Period:
    """The last period with something to tell: a merged or deployed change, or a production deployment.

    Where projects of Jira were collected, also an issue that was done, or a sprint that was completed.

    Raises:
        NotFound: There is none, or a table has not been built.
    """
    instants = []
    is_planned = has_projects(lake)
    if is_planned:
        instants.append(newest_event_at(lake))
    if not is_planned or _has_repositories(lake):
        with lake.querying(lake_rows.EVENT_TABLES) as connection:
            instants.append(lake_rows.newest_event_at(connection))
    known = [at for at in instants if at is not None]
    if not known:
        events, settings_named = ["a merged change", "a production deployment"], "PULSE_GITHUB_REPOSITORIES"
        if is_planned:
            events += ["an issue that was done", "a completed sprint"]
            settings_named += ", PULSE_JIRA_PROJECTS"
        raise NotFound(
            f"There is no period to report: no {kind} report has {', '.join(events[:-1])} or {events[-1]}.",
            hint=f"Run `pulse sync`; if it has run, check {settings_named} and PULSE_PRODUCTION_PATTERN.",
        )
    return Period.containing(kind, max(known).astimezone(ZoneInfo(settings.timezone)).date())


def _reasons(left_out: list[Change]) -> tuple[ReasonCount, ...]:
    counts = Counter(change.reason for change in left_out)
    reasons = (
        ReasonCount(reason=reason, words=names.in_words(names.REASONS, reason), count=count)
        for reason, count in counts.items()
    )
    return tuple(sorted(reasons, key=lambda each: (-each.count, each.words)))
