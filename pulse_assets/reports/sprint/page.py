"""The sprint report as one HTML page in the manner of the others: no script, no request, readable on paper."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pulse_assets.reports import inert, marking, wording
from pulse_assets.reports.sprint import words
from pulse_assets.reports.sprint.burndown import burndown_chart
from pulse_assets.reports.sprint.markdown import estimate
from pulse_assets.reports.sprint.model import OUTCOMES, SprintContent
from pulse_assets.reports.sprint.velocity import velocity_chart

_SHARED_STYLES = ("base.css", "overview.css", "sections.css", "print.css")
_OWN_STYLES = ("sprint.css",)


def page(content: SprintContent) -> str:
    """The page as text."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    zone = ZoneInfo(content.time_zone)
    return (
        _environment()
        .get_template("sprint.html")
        .render(
            content=content,
            style=Markup(style),  # noqa: S704 - the package's own files
            style_hash=f"sha256-{digest}",
            instant=lambda at: marking.instant(at, zone),
            amount=lambda name: words.amount(words.figure(content.figures, name, content.unit), content.unit),
            outcomes=[each for each in OUTCOMES if content.listed(each)],
            burndown=burndown_chart(content, content.unit),
            velocity=velocity_chart(content),
            estimate=estimate,
            words=words,
            wording=wording,
        )
    )


def points(value: float | None) -> Markup:
    """A figure with the exact number in `value`."""
    if value is None:
        return marking.no_value()
    return Markup('<data value="{0}">{1}</data>').format(repr(value), words.points(round(value, 2)))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("pulse_assets.reports.sprint"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "foreign": marking.foreign,
        "number": marking.number,
        "points": points,
        "exact": marking.exact,
        "unbroken": marking.unbroken,
        "web_address": inert.web_address,
    }
    return environment


@cache
def _style() -> str:
    shared = files("pulse_assets.reports") / "templates"
    own = files("pulse_assets.reports.sprint") / "templates"
    texts = [(shared / name).read_text(encoding="utf-8") for name in _SHARED_STYLES]
    return "".join([*texts, *((own / name).read_text(encoding="utf-8") for name in _OWN_STYLES)])
