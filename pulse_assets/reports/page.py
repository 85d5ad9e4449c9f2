"""The report as one HTML page: no script, no request, readable offline and on paper."""

from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from pulse_assets.reports import anchors, benchmark, charts, findings, html, inert, marking, names, shown, wording
from pulse_assets.reports.model import ReportContent
from pulse_assets.reports.notices import trend_quality
from pulse_assets.reports.planning import page as of_projects
from pulse_assets.reports.planning import shown as planned
from pulse_assets.reports.reckoning import LISTED_ROWS, Places, by_metric, grouped, why
from pulse_assets.reports.shown import CONTRIBUTION_TABLE, DORA, FIGURES, HEADLINES, REVIEW_TABLE, STAGES

NOTICE_TITLES = {
    "withheld": "Withheld",
    "degraded": "Provisional",
    "low_count": "Few rows",
    "unknown": "Unknown",
    "quality": "Data quality",
}
VERDICTS = {"better": "better", "worse": "worse", "unclear": "chance", "moved": "moved"}
#: Figures of all repositories that stand in a card, under the stages or in a table of scopes; the others stand in the
#: table of recomputed figures.
_PLACED = {
    *planned.CARDS,
    *planned.TIMES_TABLE,
    *planned.WORK_TABLE,
    *planned.VELOCITY_TABLE,
    *planned.QUALITY_TABLE,
    *(headline.name for metric, headline in HEADLINES.items() if metric in DORA),
    *(f"dora_lead_time.{stage}_median_hours" for stage in STAGES),
    *REVIEW_TABLE,
    *CONTRIBUTION_TABLE,
}
_CHART_TITLES = {"team_review_time": "Wait for a review"}


def page(content: ReportContent) -> str:
    """The page as text."""
    planning = content.planning
    zone = ZoneInfo(content.time_zone)
    return html.rendered(
        "report.html",
        filters=_FILTERS,
        own_styles=("planning.css",) if planning is not None else (),
        content=content,
        instant=lambda at: marking.instant(at, zone),
        places=Places(content),
        metric_drilldowns=by_metric(content.drilldowns),
        project_drilldowns=of_projects.metric_drilldowns(content, planning) if planning else (),
        titles=of_projects.scope_titles(planning),
        project_charts=of_projects.trend_charts(content, planning) if planning else [],
        trend_charts=_trend_charts(content),
        trend_quality=trend_quality(content.trend),
        listed_rows=LISTED_ROWS,
        longest_hours=max((each.lead_time_hours or 0.0 for each in content.changes[:LISTED_ROWS]), default=0.0),
        placed={name for name in _PLACED if of_projects.is_shown(content, name)},
        failed=[each for each in content.deployments if each.is_failure or not each.is_counted],
        **_VOCABULARY,
    )


#: Metrics whose counted rows are those of a table of the page: its place and title.
_LISTED_IN = {
    "dora_lead_time": ("changes", "Deployed changes"),
    "dora_deployment_frequency": ("deployments", "Deployments"),
    "dora_change_failure_rate": ("deployments", "Deployments"),
    "dora_rework_rate": ("deployments", "Deployments"),
}
_VOCABULARY: dict[str, Any] = {
    "anchors": anchors,
    "charts": charts,
    "about": benchmark.about,
    "findings": findings,
    "names": names,
    "shown": shown,
    "wording": wording,
    "grouped": grouped,
    "listed_in": _LISTED_IN,
    "why": why,
    "planned": planned,
    "of_projects": of_projects,
    "known_figures": {**FIGURES, **planned.FIGURES},
    "notice_titles": NOTICE_TITLES,
    "verdicts": VERDICTS,
}


def _trend_charts(content: ReportContent) -> list[tuple[str, str, str | None, Markup]]:
    """Each with its title, what the line is and what the thin line is, where there are two."""
    lines = (
        ("dora_lead_time", "no change was deployed", "dora_lead_time.lead_time_p90_hours", "9 in 10 within"),
        ("dora_change_failure_rate", "no deployment", None, None),
        ("dora_recovery_time", "nothing recovered", "dora_recovery_time.restore_median_hours", "time to restore"),
        ("dora_rework_rate", "no deployment", None, None),
        ("team_review_time", "no first review", "team_review_time.pickup_p90_hours", "9 in 10 within"),
    )
    drawn = []
    for metric, nothing, beside, words in lines:
        headline = HEADLINES[metric]
        drawing = charts.line_chart(
            content.trend, headline, metric, nothing=nothing, beside=FIGURES[beside] if beside else None
        )
        drawn.append(
            (
                _CHART_TITLES.get(metric, headline.title.removesuffix(", median")),
                "median" if beside else "rate",
                words,
                drawing,
            )
        )
    deployments = HEADLINES["dora_deployment_frequency"]
    bars = charts.bar_chart(content.trend, deployments, deployments.metric)
    drawn.insert(1, ("Deployments to production", "", None, bars))
    return drawn


_FILTERS = {
    "hours": marking.hours,
    "number": marking.number,
    "exact": marking.exact,
    "figure_value": marking.figure_value,
    "foreign": marking.foreign,
    "unbroken": marking.unbroken,
    "web_address": inert.web_address,
    "share": wording.share,
}
