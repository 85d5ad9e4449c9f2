"""Values as HTML: figures with their exact numbers, instants, foreign text and links."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from pulse_assets.reports import inert, wording
from pulse_assets.reports.model import Figure
from pulse_assets.reports.wording import Unit

_NUMBER_AND_UNIT = re.compile(r"(?<=\d) (?=(?:h|d|min|%)(?!\w))")


def unbroken(text: str) -> str:
    """The text with a number and its unit on one line."""
    return _NUMBER_AND_UNIT.sub("\N{NO-BREAK SPACE}", text)


def hours(value: float | None) -> Markup:
    """A duration of a row as people say it, with the hours in `value`, to a few milliseconds."""
    if value is None:
        return no_value()
    shown = unbroken(wording.hours(value))
    return Markup('<data value="{0}">{1}</data>').format(f"{value:.6f}".rstrip("0").rstrip("."), shown)


def number(value: float | None) -> Markup:
    return exact(value, "count")


def exact(value: float | None, unit: Unit) -> Markup:
    """A figure as people say it, with the exact number in `value`; of durations also in `title`."""
    if value is None:
        return no_value()
    shown = unbroken(wording.figure(value, unit))
    if unit in {"hours", "working_hours"}:
        return Markup('<data value="{0}" title="{1} hours">{2}</data>').format(repr(value), f"{value:,.4f}", shown)
    return Markup('<data value="{0}">{1}</data>').format(repr(value), shown)


def figure_value(figure: Figure) -> Markup:
    """A figure; one without a number in words, a withheld one with its reason."""
    if figure.value is not None:
        return exact(figure.value, figure.unit)
    if figure.status == "withheld":
        reason = inert.isolated(figure.status_reason or "no reason was recorded")
        return Markup('<span class="mark grave" title="{0}">{1}</span>').format(reason, wording.WITHHELD)
    return Markup('<span class="nothing">{0}</span>').format(figure.shown)


def no_value() -> Markup:
    """A dash that is also said: unknown, or nothing to measure."""
    return Markup('<span class="nothing" role="img" aria-label="no value" title="no value">\N{EN DASH}</span>')


def foreign(text: str | None) -> Markup:
    """Text that others wrote, in an element that keeps its writing direction to itself."""
    return Markup("<bdi>{0}</bdi>").format(escape(inert.isolated(text or "")))


def instant(at: datetime | None, zone: ZoneInfo) -> Markup:
    """A time in the zone, with the instant in UTC in `datetime`."""
    if at is None:
        return no_value()
    return Markup('<time datetime="{0}">{1}</time>').format(wording.instant_utc(at), wording.instant(at, zone))
