"""Flow, sprints and quality of projects in the Markdown report, and how recent their data are."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from pulse_assets.reports import wording
from pulse_assets.reports.findings import against_usual
from pulse_assets.reports.inert import markdown_text
from pulse_assets.reports.markdown_text import NOTHING, cut, escaped, linked, rests_on, status, table, with_interval
from pulse_assets.reports.model import Figure, MetricRow, ReportContent
from pulse_assets.reports.page import VERDICTS
from pulse_assets.reports.planning.model import Part, PlanningContent, PlanningScope
from pulse_assets.reports.planning.page import coverage_in_words, times_table, trend_figures
from pulse_assets.reports.planning.shown import (
    BOARD_TABLE,
    FIGURES,
    OF_REPOSITORIES,
    QUALITY_TABLE,
    SPRINT_FIGURES,
    STATUS_FIGURES,
    TYPE_FIGURES,
    VELOCITY_TABLE,
    WORK_TABLE,
)
from pulse_assets.reports.reckoning import LISTED_ROWS
from pulse_assets.reports.shown import ShownFigure

_ABOVE_BOARDS = ("all", "team", "project")


def sections(content: ReportContent, planning: PlanningContent, zone: ZoneInfo) -> list[list[str]]:
    """Each as its heading and its blocks."""
    return [
        [
            "## Flow",
            _headline(content, planning),
            *_trend(content, planning),
            "### How long issues took",
            _scopes(planning.of(*_ABOVE_BOARDS), times_table(content)),
            "### Work",
            _scopes(planning.of(*_ABOVE_BOARDS), WORK_TABLE),
            *_parts("### Throughput by type", planning.of(*_ABOVE_BOARDS), "types", TYPE_FIGURES),
            *_parts("### Time in status", planning.of(*_ABOVE_BOARDS), "statuses", STATUS_FIGURES),
            *_boards(planning),
        ],
        [f"## Sprints ({len(planning.sprints):,})", *_sprints(planning, zone)],
        ["## Quality", _scopes(planning.of(*_ABOVE_BOARDS), QUALITY_TABLE)],
    ]


def _headline(content: ReportContent, planning: PlanningContent) -> str:
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
        for figure in planning.whole.figures.values()
        if content.has_repositories or figure.shown_as.metric != OF_REPOSITORIES
    )
    titles = ("Figure", f"This {content.period.grain}", "95 %", "Change", "Verdict", "Usual", "Rests on", "Status")
    return table(titles, escaped(rows))


def _trend(content: ReportContent, planning: PlanningContent) -> list[str]:
    figures = trend_figures(content)
    rows = (
        (each.period.key, *(_point(each.rows.get(shown.metric), shown) for shown in figures)) for each in planning.trend
    )
    titles = (content.period.grain.capitalize(), *(shown.title for shown in figures))
    return ["### Trend of all projects", table(titles, escaped(rows))]


def _point(row: MetricRow | None, shown: ShownFigure) -> str:
    if row is None:
        return wording.UNKNOWN
    if row.status == "withheld":
        return wording.WITHHELD
    value = row.values.get(shown.column)
    text = wording.NONE if value is None else wording.figure(value, shown.unit)
    return text if row.is_final else f"{text}, provisional"


def _scopes(scopes: Sequence[PlanningScope], names: Sequence[str]) -> str:
    rows = (
        (_scope(scope), *(with_interval(scope.figures[name]) for name in names), _doubts(scope, names))
        for scope in scopes
    )
    titles = ("Scope", *(FIGURES[name].title for name in names), "Note")
    return table(titles, escaped(rows))


def _scope(scope: PlanningScope) -> str:
    return f"Team {scope.name}" if scope.kind == "team" else scope.title


def _doubts(scope: PlanningScope, names: Sequence[str]) -> str:
    figures = (scope.figures[name] for name in names)
    return "; ".join(dict.fromkeys(each.status_reason for each in figures if each.status_reason))


def _parts(heading: str, scopes: Sequence[PlanningScope], parts: str, figures: Sequence[ShownFigure]) -> list[str]:
    """With its heading; nothing where no scope has a part."""
    if not any(getattr(scope, parts) for scope in scopes):
        return []
    is_of_status = parts == "statuses"
    rows = (
        (
            _scope(scope),
            part.name,
            *((_category(part),) if is_of_status else ()),
            *(with_interval(figure) for figure in part.figures.values()),
        )
        for scope in scopes
        for part in getattr(scope, parts)
    )
    titles = ("Scope", "Status" if is_of_status else "Type", *(("Category",) if is_of_status else ()))
    return [heading, table((*titles, *(shown.title for shown in figures)), escaped(rows))]


def _category(part: Part) -> str:
    return (part.category or "").replace("_", " ")


def _boards(planning: PlanningContent) -> list[str]:
    boards = planning.of("board")
    return ["### Boards", _scopes(boards, BOARD_TABLE)] if boards else []


def _sprints(planning: PlanningContent, zone: ZoneInfo) -> list[str]:
    rows = (
        (
            f"[{markdown_text(sprint.name)}](<{sprint.report}>)",
            *(
                markdown_text(cell)
                for cell in (
                    sprint.project,
                    sprint.board,
                    wording.instant(sprint.started_at, zone),
                    wording.instant(sprint.completed_at, zone),
                    *(_of_sprint(sprint.figures[name]) for name in SPRINT_FIGURES),
                    "; ".join(dict.fromkeys(each.status_reason or "" for each in sprint.figures.values())).strip("; "),
                )
            ),
        )
        for sprint in planning.sprints[:LISTED_ROWS]
    )
    titles = ("Sprint", "Project", "Board", "Started", "Completed", *(FIGURES[name].title for name in SPRINT_FIGURES))
    return [
        table((*titles, "Note"), rows),
        *cut(len(planning.sprints), LISTED_ROWS),
        _scopes(planning.of(*_ABOVE_BOARDS), VELOCITY_TABLE),
    ]


def _of_sprint(figure: Figure) -> str:
    return f"{figure.shown}, provisional" if figure.status == "degraded" and figure.value is not None else figure.shown


def data(content: ReportContent, planning: PlanningContent, zone: ZoneInfo) -> list[str]:
    """How recent and complete the projects are, and what does not make sense in them."""
    rows = (
        (
            linked(each.project, each.address),
            *(
                markdown_text(cell)
                for cell in (
                    each.name,
                    wording.instant(each.collected_at, zone),
                    wording.number(each.issue_count),
                    wording.number(each.done_count),
                    wording.number(each.change_count),
                    wording.number(each.board_count),
                    wording.number(each.sprint_count),
                    wording.number(each.quarantined_count),
                )
            ),
        )
        for each in planning.freshness
    )
    titles = ("Project", "Name", "Collected", "Issues", "Done", "Changes", "Boards", "Sprints", "Quarantined")
    coverage = coverage_in_words(content, planning)
    return [
        "### Projects",
        table(titles, rows),
        *([markdown_text(coverage)] if coverage else []),
        *_incidents(planning, zone),
        *_quarantined(planning),
    ]


def _incidents(planning: PlanningContent, zone: ZoneInfo) -> list[str]:
    if not planning.incidents:
        return []
    rows = (
        (
            f"{linked(each.key, each.address)} {markdown_text(each.title or wording.UNKNOWN)}",
            markdown_text(wording.instant(each.opened_at, zone)),
            markdown_text(wording.instant(each.resolved_at, zone) if each.resolved_at else "open"),
        )
        for each in planning.incidents[:LISTED_ROWS]
    )
    listed = table(("Incident", "Opened", "Resolved"), rows)
    return ["### Incidents of no repository", listed, *cut(len(planning.incidents), LISTED_ROWS)]


def _quarantined(planning: PlanningContent) -> list[str]:
    if not planning.quarantined:
        return []
    rows = (
        (
            each.project,
            f"{each.record_table} {each.record_key}",
            each.field,
            each.problem,
            each.value or NOTHING,
            "the record" if each.is_dropped else "the field",
        )
        for each in planning.quarantined[:LISTED_ROWS]
    )
    listed = table(("Project", "Record", "Field", "Problem", "Value", "Left out"), escaped(rows))
    return ["### Quarantined records", listed, *cut(len(planning.quarantined), LISTED_ROWS)]
