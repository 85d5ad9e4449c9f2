"""The sprint report as one HTML page in the manner of the others: no script, no request, readable on paper."""

from zoneinfo import ZoneInfo

from markupsafe import Markup

from pulse_assets.reports import html, inert, marking, wording
from pulse_assets.reports.sprint import words
from pulse_assets.reports.sprint.burndown import burndown_chart
from pulse_assets.reports.sprint.markdown import estimate
from pulse_assets.reports.sprint.model import OUTCOMES, SprintContent
from pulse_assets.reports.sprint.velocity import velocity_chart


def page(content: SprintContent) -> str:
    """The page as text."""
    zone = ZoneInfo(content.time_zone)
    return html.rendered(
        "sprint.html",
        filters=_FILTERS,
        package="pulse_assets.reports.sprint",
        own_styles=("sprint.css",),
        content=content,
        instant=lambda at: marking.instant(at, zone),
        amount=lambda name: words.amount(words.figure(content.figures, name, content.unit), content.unit),
        outcomes=[each for each in OUTCOMES if content.listed(each)],
        burndown=burndown_chart(content, content.unit),
        velocity=velocity_chart(content),
        estimate=estimate,
        words=words,
        wording=wording,
    )


def points(value: float | None) -> Markup:
    """A figure with the exact number in `value`."""
    if value is None:
        return marking.no_value()
    return Markup('<data value="{0}">{1}</data>').format(repr(value), words.points(round(value, 2)))


_FILTERS = {
    "foreign": marking.foreign,
    "number": marking.number,
    "points": points,
    "exact": marking.exact,
    "unbroken": marking.unbroken,
    "web_address": inert.web_address,
}
