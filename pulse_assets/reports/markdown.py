"""The report as Markdown, for chats, wikis and pull requests."""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from pulse_assets.reports import wording
from pulse_assets.reports.inert import markdown_text, web_address
from pulse_assets.reports.model import STAGES, Change, Figure, PeriodFigures, ReportContent
from pulse_assets.reports.notices import trend_quality
from pulse_assets.reports.page import LISTED_CHANGES, NOTICE_TITLES

_NOTHING = "Nothing."


def markdown(content: ReportContent) -> str:
    """The report as one text."""
    zone = ZoneInfo(content.time_zone)
    sections = (
        _head(content, zone),
        ["## Figures", _headline(content)],
        ["## Where the time goes", _stages(content)],
        ["## Trend", _trend(content), markdown_text(trend_quality(content.trend))],
        ["## Repositories", _repositories(content)],
        [f"## Deployed changes ({len(content.changes):,})", *_changes(content, zone)],
        [f"## Left out ({len(content.left_out):,})", *_left_out(content, zone)],
        ["## Data", _freshness(content, zone)],
        ["## Definitions", *(f"**{each.title}.** {markdown_text(each.text)}" for each in content.definitions)],
    )
    return "\n\n".join(block for section in sections for block in section) + "\n"


def _head(content: ReportContent, zone: ZoneInfo) -> list[str]:
    facts = (
        f"{wording.plural(len(content.repositories), 'repository', 'repositories')}, "
        f"data as of {wording.instant(content.collected_at, zone)}, times in {content.time_zone}, "
        f"definition {content.definition}"
    )
    notices = [f"> **{NOTICE_TITLES[each.kind]}:** {markdown_text(each.text)}" for each in content.notices]
    return [
        f"# {content.kind.capitalize()} report: {content.period.title}",
        markdown_text(facts),
        markdown_text(content.summary),
        *(["\n>\n".join(notices)] if notices else []),
    ]


def _headline(content: ReportContent) -> str:
    rows = (
        (
            figure.title,
            figure.shown,
            figure.change,
            _rests_on(figure),
            figure.status if not figure.status_reason else f"{figure.status}: {figure.status_reason}",
        )
        for figure in content.headline
    )
    return _table(("Figure", f"This {content.period.grain}", "Change", "Rests on", "Status"), _escaped(rows))


def _rests_on(figure: Figure) -> str:
    if figure.row_count is None:
        return wording.UNKNOWN
    rows = wording.plural(figure.row_count, "change" if figure.unit == "hours" else "deployment")
    return f"{rows} (few)" if figure.is_low_count else rows


def _stages(content: ReportContent) -> str:
    if not content.stages:
        return _NOTHING
    rows = (
        (
            stage.title,
            wording.share(stage.ratio),
            wording.hours(stage.hours),
            stage.median_shown if stage.name in STAGES else "",
            _counted_changes(stage.change_count) if stage.name in STAGES else "",
        )
        for stage in content.stages
    )
    return _table(("Stage", "Part of all hours", "All hours", "Median", "Rests on"), _escaped(rows))


def _counted_changes(count: int | None) -> str:
    return wording.UNKNOWN if count is None else wording.plural(count, "change")


def _trend(content: ReportContent) -> str:
    rows = ((each.period.key, *_figures(each.figures)) for each in content.trend)
    return _table((content.period.grain.capitalize(), *_FIGURE_TITLES), _escaped(rows))


def _repositories(content: ReportContent) -> str:
    rows = ((each.repository, *_figures(each.current)) for each in content.by_repository)
    return _table(("Repository", *_FIGURE_TITLES), _escaped(rows)) if content.by_repository else _NOTHING


_FIGURE_TITLES = ("Lead time, median", "90th percentile", "Changes", "Left out", "Deployments", "Days", "Note")


def _figures(figures: PeriodFigures | None) -> tuple[str, ...]:
    if figures is None:
        return (*[wording.UNKNOWN] * (len(_FIGURE_TITLES) - 1), "")
    notes = [
        *(["provisional"] if figures.is_degraded else []),
        *(["few changes"] if figures.lead_time_is_low_count and figures.change_count else []),
    ]
    lead_times = (figures.lead_time_median_hours, figures.lead_time_p90_hours)
    return (
        *(wording.hours(value) if figures.change_count else wording.NONE for value in lead_times),
        wording.number(figures.change_count),
        wording.number(figures.left_out_count),
        wording.number(figures.deployment_count),
        wording.number(figures.deployment_days_count),
        ", ".join(notes),
    )


def _changes(content: ReportContent, zone: ZoneInfo) -> list[str]:
    if not content.changes:
        return [_NOTHING]
    titles = ("Change", "By", *(stage.capitalize() for stage in STAGES), "Lead time", "Deployed", "Deployment", "Note")
    rows = (
        (
            _linked(change),
            markdown_text(change.author_shown),
            *(wording.hours(change.stage_hours(stage)) for stage in STAGES),
            wording.hours(change.lead_time_hours),
            markdown_text(wording.instant(change.deployed_at, zone)),
            markdown_text(f"{change.environment or ''} {change.deployment_id}"),
            markdown_text("; ".join(_change_notes(change))),
        )
        for change in content.changes[:LISTED_CHANGES]
    )
    return [_table(titles, rows), *_cut(len(content.changes))]


def _change_notes(change: Change) -> list[str]:
    return [wording.in_words(wording.MATCHES, change.matched_by), *wording.flags_in_words(change.flags)]


def _left_out(content: ReportContent, zone: ZoneInfo) -> list[str]:
    if not content.left_out:
        return [_NOTHING]
    counts = "\n".join(f"- {each.count:,}: {markdown_text(each.words)}" for each in content.left_out_reasons)
    rows = (
        (
            _linked(change),
            markdown_text(change.author_shown),
            markdown_text(wording.instant(change.merged_at, zone)),
            markdown_text(wording.in_words(wording.REASONS, change.reason)),
        )
        for change in content.left_out[:LISTED_CHANGES]
    )
    return [counts, _table(("Change", "By", "Merged", "Why"), rows), *_cut(len(content.left_out))]


def _linked(change: Change) -> str:
    name = f"{markdown_text(change.repository)} \\#{change.number}"
    address = web_address(change.address)
    link = f"[{name}](<{address}>)" if address else name
    return f"{link} {markdown_text(change.title or wording.UNKNOWN)}"


def _cut(count: int) -> list[str]:
    return [f"The first {LISTED_CHANGES:,} of {count:,}; CSV and JSON hold all."] if count > LISTED_CHANGES else []


def _freshness(content: ReportContent, zone: ZoneInfo) -> str:
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
    )
    return _table(titles, _escaped(rows)) if content.freshness else _NOTHING


def _escaped(rows: Iterable[Sequence[str]]) -> Iterable[list[str]]:
    return ([markdown_text(cell) for cell in row] for row in rows)


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are Markdown already."""
    rule = ["---"] * len(titles)
    return "\n".join(f"| {' | '.join(row)} |" for row in (titles, rule, *rows))
