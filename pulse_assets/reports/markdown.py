"""The report as Markdown, for chats, wikis and pull requests."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from pulse_assets.reports import markdown_rows, wording
from pulse_assets.reports.benchmark import about
from pulse_assets.reports.findings import against_usual
from pulse_assets.reports.inert import markdown_text
from pulse_assets.reports.markdown_text import NOTHING, escaped, rests_on, status, table, with_interval
from pulse_assets.reports.model import MetricRow, ReportContent, Scope
from pulse_assets.reports.notices import trend_quality
from pulse_assets.reports.page import NOTICE_TITLES, VERDICTS
from pulse_assets.reports.planning import markdown as planning_markdown
from pulse_assets.reports.shown import CONTRIBUTION_TABLE, DORA, FIGURES, HEADLINES, REVIEW_TABLE

_DORA_FIGURES = tuple(HEADLINES[metric].name for metric in DORA)


def markdown(content: ReportContent) -> str:
    """The report as one text."""
    zone = ZoneInfo(content.time_zone)
    of_repositories = content.has_repositories
    sections = (
        _head(content, zone),
        *([["## The five DORA metrics", _headline(content), *_benchmark(content)]] if of_repositories else []),
        ["## What changed", *_findings(content)],
        *(_of_repositories(content) if of_repositories else []),
        *(planning_markdown.sections(content, content.planning, zone) if content.planning else []),
        *markdown_rows.sections(content, zone),
        ["## Definitions", *(f"**{each.title}.** {markdown_text(each.text)}" for each in content.definitions)],
    )
    return "\n\n".join(block for section in sections for block in section) + "\n"


def _of_repositories(content: ReportContent) -> list[list[str]]:
    return [
        ["## Where the time goes", _stages(content)],
        ["## Trend", _trend(content), markdown_text(trend_quality(content.trend))],
        ["## Teams and repositories", _scopes(content, _DORA_FIGURES)],
        ["## Reviews and contribution", *_reviews(content)],
    ]


def _head(content: ReportContent, zone: ZoneInfo) -> list[str]:
    teams = f"{wording.plural(len(content.teams), 'team')}, " if content.teams else ""
    parts = []
    if content.has_repositories:
        parts.append(wording.plural(len(content.repositories), "repository", "repositories"))
    if content.planning is not None:
        parts.append(wording.plural(len(content.planning.projects), "project"))
    facts = (
        f"{', '.join(parts)}, {teams}"
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
            figure.interval or "",
            figure.change,
            VERDICTS[figure.verdict] if figure.verdict else "",
            against_usual(figure, content.period),
            rests_on(figure),
            status(figure),
        )
        for figure in content.whole.figures.values()
        if figure.shown_as.metric in DORA
    )
    grain = content.period.grain
    titles = ("Figure", f"This {grain}", "95 %", "Change", "Verdict", "Usual", "Rests on", "Status")
    return table(titles, escaped(rows))


def _benchmark(content: ReportContent) -> list[str]:
    lines = [
        f"- {markdown_text(HEADLINES[each.metric].title)}: {markdown_text(each.text or each.reason or wording.UNKNOWN)}"
        for each in content.benchmark.positions
    ]
    return [markdown_text(about(content.benchmark)), "\n".join(lines)]


def _findings(content: ReportContent) -> list[str]:
    if not content.findings:
        return [f"Nothing can be compared with the {content.period.grain} before."]
    lines = [
        f"- **{VERDICTS[each.verdict]}**: {markdown_text(f'{each.text} {each.affected or str()}'.strip())}"
        for each in content.clear_findings
    ]
    if content.unclear_findings:
        briefs = wording.enumeration([each.brief for each in content.unclear_findings])
        lines.append(f"- **{VERDICTS['unclear']}**: {markdown_text(f'Chance may explain: {briefs}.')}")
    return ["\n".join(lines)]


def _stages(content: ReportContent) -> str:
    rows = []
    for stage in content.whole.stages:
        figure = content.whole.figures.get(f"dora_lead_time.{stage.name}_median_hours")
        median = (figure.shown, rests_on(figure)) if figure else ("", "")
        rows.append((stage.title, wording.share(stage.ratio), wording.hours(stage.hours), *median))
    return table(("Stage", "Part of all hours", "All hours", "Median", "Rests on"), escaped(rows))


def _trend(content: ReportContent) -> str:
    metrics = (*DORA, "team_review_time")
    rows = ((each.period.key, *(_point(each.rows.get(metric)) for metric in metrics)) for each in content.trend)
    titles = (content.period.grain.capitalize(), *(HEADLINES[metric].title for metric in metrics))
    return table(titles, escaped(rows))


def _point(row: MetricRow | None) -> str:
    """`18.7 h (12.0 to 25.1 h), provisional`, `none`, `withheld` or `unknown`."""
    if row is None:
        return wording.UNKNOWN
    if row.status == "withheld":
        return wording.WITHHELD
    headline = HEADLINES[row.metric]
    text = wording.NONE if row.headline is None else wording.figure(row.headline, headline.unit)
    if headline.low_column and headline.high_column:
        low, high = row.values[headline.low_column], row.values[headline.high_column]
        if low is not None and high is not None:
            text += f" ({wording.interval(low, high, headline.unit)})"
    return text if row.is_final else f"{text}, provisional"


def _scopes(content: ReportContent, names: Sequence[str]) -> str:
    known = [scope for scope in content.scopes if scope.has_figures]
    rows = (
        (_scope(scope), *(with_interval(scope.figures[name]) for name in names), _doubts(scope, names))
        for scope in known
    )
    titles = ("Scope", *(FIGURES[name].title for name in names), "Note")
    return table(titles, escaped(rows))


def _scope(scope: Scope) -> str:
    return f"Team {scope.name}" if scope.kind == "team" else scope.title


def _doubts(scope: Scope, names: Sequence[str]) -> str:
    return "; ".join(
        dict.fromkeys(scope.figures[name].status_reason or "" for name in names if scope.figures[name].status_reason)
    )


def _reviews(content: ReportContent) -> list[str]:
    between = content.collaboration
    rows = ((each.author_team, each.reviewer_team, wording.number(each.review_count)) for each in between.rows)
    who = (
        markdown_text(f"withheld: {between.status_reason or 'no reason was recorded'}")
        if between.status == "withheld"
        else table(("Written by", "Reviewed by", "Reviews"), escaped(rows))
    )
    return [
        "Of teams and repositories; no person is named or ranked. Bots are set apart.",
        _scopes(content, REVIEW_TABLE),
        _scopes(content, CONTRIBUTION_TABLE),
        "### Who reviews whom",
        who or NOTHING,
    ]
