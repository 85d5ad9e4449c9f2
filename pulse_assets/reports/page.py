"""The report as one HTML page: no script, no request, readable offline and on paper."""

import base64
import hashlib
import re
from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from pulse_assets.reports import charts, inert, wording
from pulse_assets.reports.model import STAGE_TITLES, STAGES, ReportContent
from pulse_assets.reports.notices import trend_quality

#: Changes that a page or a Markdown text lists; CSV and JSON hold all.
LISTED_CHANGES = 500
NOTICE_TITLES = {
    "degraded": "Provisional",
    "low_count": "Few rows",
    "unknown": "Unknown",
    "quality": "Data quality",
}
_NUMBER_AND_UNIT = re.compile(r"(?<=\d) (?=(?:h|d|min|%)(?!\w))")
_HEADLINES = (
    "lead_time_median_hours",
    "lead_time_p90_hours",
    "deployment_count",
    "deployment_days_count",
    "deployment_days_per_week_median",
)


def page(content: ReportContent) -> str:
    """The page as text."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    zone = ZoneInfo(content.time_zone)
    listed = content.changes[:LISTED_CHANGES]
    figures = {figure.name: figure for figure in content.headline}
    return (
        _environment()
        .get_template("report.html")
        .render(
            content=content,
            style=Markup(style),  # noqa: S704 - the package's own file
            style_hash=f"sha256-{digest}",
            cards=[figures[name] for name in _HEADLINES if name in figures],
            stage_figures=[(stage, STAGE_TITLES[stage], figures[f"{stage}_median_hours"]) for stage in STAGES],
            stage_ratios={stage.name: stage.ratio for stage in content.stages},
            notice_titles=NOTICE_TITLES,
            lead_time_chart=charts.lead_time_chart(content.trend, "lead-time"),
            deployment_chart=charts.deployment_chart(content.trend, "deployments"),
            stage_bar=charts.stage_bar,
            change_bar=charts.change_bar,
            longest_hours=max((change.lead_time_hours or 0.0 for change in listed), default=0.0),
            changes=listed,
            left_out=content.left_out[:LISTED_CHANGES],
            trend_quality=trend_quality(content.trend),
            stages=STAGES,
            stage_titles=STAGE_TITLES,
            wording=wording,
            instant=lambda at: _instant(at, zone),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("pulse_assets.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "hours": _hours,
        "number": _number,
        "foreign": _foreign,
        "unbroken": lambda text: _NUMBER_AND_UNIT.sub("\N{NO-BREAK SPACE}", text),
        "web_address": inert.web_address,
        "share": wording.share,
        "instant_utc": wording.instant_utc,
    }
    return environment


@cache
def _style() -> str:
    return files("pulse_assets.reports").joinpath("templates", "report.css").read_text(encoding="utf-8")


def _hours(value: float | None) -> Markup:
    """A duration as people say it, with the exact hours in `value` and `title`."""
    if value is None:
        return _no_value()
    shown = wording.hours(value)
    return Markup('<data value="{0}" title="{1} hours">{2}</data>').format(repr(value), f"{value:,.4f}", shown)


def _number(value: float | None) -> Markup:
    if value is None:
        return _no_value()
    return Markup('<data value="{0}">{1}</data>').format(repr(value), wording.number(value))


def _no_value() -> Markup:
    """A dash that is also said: unknown, or nothing to measure."""
    return Markup('<span class="nothing" role="img" aria-label="no value" title="no value">\N{EN DASH}</span>')


def _foreign(text: str | None) -> Markup:
    """Text that others wrote, in an element that keeps its writing direction to itself."""
    return Markup("<bdi>{0}</bdi>").format(escape(inert.isolated(text or "")))


def _instant(at: datetime | None, zone: ZoneInfo) -> Markup:
    if at is None:
        return _no_value()
    return Markup('<time datetime="{0}">{1}</time>').format(wording.instant_utc(at), wording.instant(at, zone))
