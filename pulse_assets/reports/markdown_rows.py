"""The lists of the Markdown report: failures, changes, deployments, how figures are counted, and the data."""

from zoneinfo import ZoneInfo

from pulse_assets.reports import names, wording
from pulse_assets.reports.drilldown import Drilldown
from pulse_assets.reports.inert import markdown_text
from pulse_assets.reports.listed import Change, Deployment, Incident
from pulse_assets.reports.markdown_text import NOTHING, cut, escaped, linked, table
from pulse_assets.reports.model import ReportContent
from pulse_assets.reports.planning.markdown import data
from pulse_assets.reports.planning.page import metric_drilldowns, scope_title, scope_titles
from pulse_assets.reports.reckoning import LISTED_ROWS, MetricDrilldown, by_metric
from pulse_assets.reports.shown import STAGES


def sections(content: ReportContent, zone: ZoneInfo) -> list[list[str]]:
    """Each as its heading and its blocks."""
    lists = _lists(content, zone) if content.has_repositories else []
    return [
        *lists,
        ["## How it is counted", *_reckonings(content)],
        ["## Data", *_data(content, zone)],
    ]


def _lists(content: ReportContent, zone: ZoneInfo) -> list[list[str]]:
    failed = [each for each in content.deployments if each.is_failure or not each.is_counted]
    return [
        [f"## Failed deployments ({len(failed):,})", *_failed(failed, zone)],
        [f"## Incidents ({len(content.incidents):,})", *_incidents(content, zone)],
        [f"## Deployed changes ({len(content.changes):,})", *_changes(content, zone)],
        [f"## Changes left out ({len(content.left_out):,})", *_left_out(content, zone)],
        [f"## Deployments ({len(content.deployments):,})", *_deployments(content, zone)],
        ["## By other definitions", *_comparisons(content)],
    ]


def _failed(rows: list[Deployment], zone: ZoneInfo) -> list[str]:
    cells = (
        (
            markdown_text(f"{row.repository} {row.environment} {row.deployment_id}"),
            markdown_text(wording.instant(row.finished_at, zone)),
            markdown_text(", ".join(names.kinds_in_words(row.failed_by)) if row.is_counted else row.status),
            _recovered(row, zone),
            markdown_text(wording.hours(row.recovery_hours) if row.recovery_hours is not None else ""),
        )
        for row in rows[:LISTED_ROWS]
    )
    titles = ("Deployment", "Finished", "What happened", "Recovered", "Recovery time")
    return [table(titles, cells), *cut(len(rows), LISTED_ROWS)]


def _recovered(row: Deployment, zone: ZoneInfo) -> str:
    if row.recovered_at is not None:
        return markdown_text(wording.instant(row.recovered_at, zone))
    return "not yet" if row.is_failure else "never reached users"


def _incidents(content: ReportContent, zone: ZoneInfo) -> list[str]:
    cells = (
        (
            f"{linked(row.title, row.address)} {markdown_text(f'({row.repository} {row.incident_id})')}",
            markdown_text(wording.instant(row.opened_at, zone)),
            markdown_text(wording.instant(row.resolved_at, zone) if row.resolved_at else "open"),
            markdown_text(wording.hours(row.restore_hours) if row.restore_hours is not None else ""),
            markdown_text(_cause(row)),
        )
        for row in content.incidents[:LISTED_ROWS]
    )
    titles = ("Incident", "Opened", "Resolved", "Time to restore", "Caused by")
    return [table(titles, cells), *cut(len(content.incidents), LISTED_ROWS)]


def _cause(row: Incident) -> str:
    if row.is_attributed:
        return f"deployment {row.deployment_id}, {names.in_words(names.ATTRIBUTIONS, row.attributed_by)}"
    return names.in_words(names.REASONS, row.reason)


def _changes(content: ReportContent, zone: ZoneInfo) -> list[str]:
    titles = ("Change", "By", *(stage.capitalize() for stage in STAGES), "Lead time", "Deployed", "Deployment", "Note")
    cells = (
        (
            _change(change),
            markdown_text(change.author_shown),
            *(wording.hours(change.stage_hours(stage)) for stage in STAGES),
            wording.hours(change.lead_time_hours),
            markdown_text(wording.instant(change.deployed_at, zone)),
            markdown_text(f"{change.environment or ''} {change.deployment_id}"),
            markdown_text("; ".join(_change_notes(change))),
        )
        for change in content.changes[:LISTED_ROWS]
    )
    return [table(titles, cells), *cut(len(content.changes), LISTED_ROWS)]


def _change_notes(change: Change) -> list[str]:
    return [names.in_words(names.MATCHES, change.matched_by), *names.flags_in_words(change.flags)]


def _left_out(content: ReportContent, zone: ZoneInfo) -> list[str]:
    if not content.left_out:
        return [NOTHING]
    counts = "\n".join(f"- {each.count:,}: {markdown_text(each.words)}" for each in content.left_out_reasons)
    cells = (
        (
            _change(change),
            markdown_text(change.author_shown),
            markdown_text(wording.instant(change.merged_at, zone)),
            markdown_text(names.in_words(names.REASONS, change.reason)),
        )
        for change in content.left_out[:LISTED_ROWS]
    )
    return [counts, table(("Change", "By", "Merged", "Why"), cells), *cut(len(content.left_out), LISTED_ROWS)]


def _change(change: Change) -> str:
    name = linked(f"{change.repository} #{change.number}", change.address)
    return f"{name} {markdown_text(change.title or wording.UNKNOWN)}"


def _deployments(content: ReportContent, zone: ZoneInfo) -> list[str]:
    cells = (
        (
            linked(f"{row.repository} {row.deployment_id}", row.address),
            markdown_text(row.environment),
            markdown_text(wording.instant(row.finished_at, zone)),
            wording.number(row.commit_count),
            wording.number(row.pull_request_count),
            markdown_text(_outcome(row)),
        )
        for row in content.deployments[:LISTED_ROWS]
    )
    titles = ("Deployment", "Environment", "Finished", "Commits", "Changes", "Outcome")
    return [table(titles, cells), *cut(len(content.deployments), LISTED_ROWS)]


def _outcome(row: Deployment) -> str:
    parts = [] if row.is_counted else [row.status]
    if row.is_failure:
        parts.append(f"failed ({', '.join(names.kinds_in_words(row.failed_by))})")
    if row.is_rework:
        parts.append(f"rework ({', '.join(names.kinds_in_words(row.rework_by))})")
    return "; ".join([*parts, *names.deployment_flags_in_words(row.flags)])


def _comparisons(content: ReportContent) -> list[str]:
    blocks = []
    for each in content.comparisons:
        rows = ((figure.title, *(figure.shown[name] for name in each.definitions)) for figure in each.figures)
        blocks += [f"### {each.title}", table(("Figure", *each.definitions), escaped(rows))]
        blocks += [markdown_text(reason) for reason in each.reasons]
    return blocks or [NOTHING]


def _reckonings(content: ReportContent) -> list[str]:
    blocks = []
    titles = scope_titles(content.planning)
    of_projects = metric_drilldowns(content, content.planning) if content.planning else ()
    for group in (*by_metric(content.drilldowns), *of_projects):
        whole = group.whole
        rows = (
            (scope_title(each, titles), _counted(each), _reasons(each), _agreement(each))
            for each in (whole, *group.scopes)
        )
        sources = f"Sources: {', '.join(whole.sources)}. {whole.deployments_from or ''}".strip()
        blocks += [
            f"### {whole.title}",
            markdown_text(whole.formula),
            table(("Scope", "Counted", "Left out", "Recomputed from these rows"), escaped(rows)),
            *_listed(group),
            markdown_text(sources),
        ]
    return blocks or [NOTHING]


def _counted(drilldown: Drilldown) -> str:
    return wording.WITHHELD if drilldown.status == "withheld" else wording.number(len(drilldown.counted))


def _reasons(drilldown: Drilldown) -> str:
    if drilldown.status == "withheld":
        return drilldown.status_reason or "no reason was recorded"
    return "; ".join(f"{each.count:,} {each.words}" for each in drilldown.left_out_reasons) or wording.NONE


def _agreement(drilldown: Drilldown) -> str:
    if drilldown.status == "withheld":
        return wording.WITHHELD
    return "agrees" if drilldown.agrees else "does not agree"


def _listed(group: MetricDrilldown) -> list[str]:
    """The counted rows of a metric that has no list of its own above."""
    rows = group.whole.counted
    if not rows or group.metric.startswith("dora_"):
        return []
    items = ", ".join(f"{item.repository} {item.item}" for item in rows[:LISTED_ROWS])
    return [markdown_text(f"Counted: {items}."), *cut(len(rows), LISTED_ROWS)]


def _data(content: ReportContent, zone: ZoneInfo) -> list[str]:
    blocks = [_of_repositories(content, zone)] if content.has_repositories else []
    if content.planning is not None:
        blocks += data(content, content.planning, zone)
    return [*blocks, *_checks(content, zone)]


def _of_repositories(content: ReportContent, zone: ZoneInfo) -> str:
    rows = (
        (
            each.repository,
            wording.instant(each.collected_at, zone),
            *(
                wording.number(count)
                for count in (
                    each.pull_request_count,
                    each.merged_count,
                    each.counted_count,
                    each.commit_count,
                    each.deployment_count,
                    each.production_deployment_count,
                    each.incident_report_count,
                )
            ),
        )
        for each in content.freshness
    )
    titles = (
        "Repository",
        "Collected",
        "Pull requests",
        "Merged",
        "Counted",
        "Commits",
        "Deployments",
        "To production",
        "Incident reports",
    )
    return table(titles, escaped(rows))


def _checks(content: ReportContent, zone: ZoneInfo) -> list[str]:
    quality = content.quality
    if not quality.by_partition:
        return []
    counts = []
    for partition, of_dimension in quality.by_partition.items():
        cells = [of_dimension.get(dimension) for dimension in quality.dimensions]
        shown = (f"{each.passed_count} of {each.passed_count + each.failed_count}" if each else "" for each in cells)
        counts.append((partition, *shown))
    failed = (
        (
            f"{each.check}: {each.description}",
            f"{each.partition}, {each.table}",
            f"{each.failed_count:,} of {each.checked_count:,}",
            each.effect,
            wording.instant(each.checked_at, zone),
        )
        for each in quality.failed[:LISTED_ROWS]
    )
    titles = ("Check", "Of", "Offending rows", "Effect", "Checked")
    return [
        "### Checks that passed",
        table(("Of", *(dimension.capitalize() for dimension in quality.dimensions)), escaped(counts)),
        "### Failing checks",
        table(titles, escaped(failed)),
        *cut(len(quality.failed), LISTED_ROWS),
    ]
