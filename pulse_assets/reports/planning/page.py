"""What a page or text of the report shows of projects, decided once for all formats."""

from markupsafe import Markup

from pulse_assets.reports import charts, wording
from pulse_assets.reports.drilldown import Drilldown
from pulse_assets.reports.model import ReportContent
from pulse_assets.reports.planning.model import PlanningContent
from pulse_assets.reports.planning.shown import FIGURES, METRICS, OF_REPOSITORIES, TIMES_TABLE
from pulse_assets.reports.reckoning import MetricDrilldown, by_metric
from pulse_assets.reports.shown import ShownFigure

_TREND = (
    "flow_cycle_time.cycle_median_hours",
    "flow_throughput.completed_count",
    "flow_work_in_progress.end_count",
    "flow_delivery_time.start_to_production_median_hours",
    "sprint_velocity.velocity_mean_points",
    "quality_defect_share.defect_share_ratio",
    "quality_reopen_rate.reopen_ratio",
)
_NOTHING = {
    "flow_cycle_time": "no issue was done",
    "flow_work_in_progress": "no day was over",
    "flow_delivery_time": "no issue reached production",
    "sprint_velocity": "no sprint was completed",
    "quality_defect_share": "no issue was done",
    "quality_reopen_rate": "nothing was completed",
}


def is_shown(content: ReportContent, name: str) -> bool:
    """Figures of projects that rest on repositories are told where there are any."""
    return content.has_repositories or name not in FIGURES or FIGURES[name].metric != OF_REPOSITORIES


def times_table(content: ReportContent) -> tuple[str, ...]:
    """The columns of the table of times."""
    return tuple(name for name in TIMES_TABLE if is_shown(content, name))


def trend_figures(content: ReportContent) -> tuple[ShownFigure, ...]:
    """The figures of which the trend is shown."""
    return tuple(FIGURES[name] for name in _TREND if is_shown(content, name))


def trend_charts(content: ReportContent, planning: PlanningContent) -> list[tuple[str, str, str | None, Markup]]:
    """Each with its title, what the line is and what the thin line is, where there are two."""
    drawn = []
    for shown in trend_figures(content):
        if shown.unit == "count":
            drawn.append((shown.title, "", None, charts.bar_chart(planning.trend, shown, shown.metric)))
            continue
        beside = FIGURES["flow_cycle_time.cycle_p85_hours"] if shown.metric == "flow_cycle_time" else None
        drawing = charts.line_chart(planning.trend, shown, shown.metric, nothing=_NOTHING[shown.metric], beside=beside)
        title, _, kind = shown.title.partition(", ")
        drawn.append((title, kind, "85 in 100 within" if beside else None, drawing))
    return drawn


def metric_drilldowns(content: ReportContent, planning: PlanningContent) -> tuple[MetricDrilldown, ...]:
    """The drill-downs of each metric; where there are no repositories, what rests on them only if it has rows."""
    return by_metric((each for each in planning.drilldowns if _is_counted(content, planning, each.metric)), METRICS)


def _is_counted(content: ReportContent, planning: PlanningContent, metric: str) -> bool:
    if content.has_repositories or metric != OF_REPOSITORIES:
        return True
    return any(each.counted for each in planning.drilldowns if each.metric == metric)


def scope_titles(planning: PlanningContent | None) -> dict[tuple[str, str], str]:
    """Names of boards and sprints, whose scopes are called by a number."""
    if planning is None:
        return {}
    boards = {("board", scope.name): f"Board {scope.title}" for scope in planning.scopes if scope.kind == "board"}
    sprints = {("sprint", str(each.sprint_id)): f"Sprint {each.name}" for each in planning.sprints}
    return boards | sprints


def scope_title(drilldown: Drilldown, titles: dict[tuple[str, str], str]) -> str:
    """What the scope of a drill-down is called."""
    if drilldown.scope_kind == "all":
        return "All projects" if drilldown.metric in METRICS else "All repositories"
    return titles.get((drilldown.scope_kind, drilldown.scope), drilldown.scope)


def coverage_in_words(content: ReportContent, planning: PlanningContent) -> str | None:
    """`31 of 42 pull requests that people merged in this week name a collected issue (74 %).`, if any was."""
    coverage = planning.coverage
    if coverage is None or not coverage.merged_count:
        return None
    what = wording.plural(coverage.merged_count, "pull request")
    verb = "names" if coverage.merged_count == 1 else "name"
    return (
        f"{coverage.linked_count:,} of {what} that people merged in this {content.period.grain} {verb} a collected "
        f"issue ({wording.percent(coverage.ratio)})."
    )
