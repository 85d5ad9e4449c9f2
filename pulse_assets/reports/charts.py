"""Charts as SVG, drawn here so that a report needs no script; what they show is also said in words.

Colours come from the page's style sheet by class name, so that one drawing fits light, dark and print.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from markupsafe import Markup

from pulse_assets.reports import wording
from pulse_assets.reports.inert import plain
from pulse_assets.reports.model import STAGES, Change, PeriodFigures, StageShare, TrendPoint

_WIDTH, _HEIGHT = 560, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 14, 34
_PLOT_WIDTH, _PLOT_HEIGHT = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
_TICKS = 4
_EVERY_LABEL_UP_TO = 7
_BAR_WIDTH, _BAR_HEIGHT = 1000, 10


@dataclass(frozen=True, slots=True)
class _Scale:
    """Values from 0 to `top`, shown after division by `divisor`."""

    top: float
    step: float
    divisor: float
    suffix: str

    def y(self, value: float) -> float:
        return _TOP + _PLOT_HEIGHT * (1 - value / self.top)


def lead_time_chart(trend: Sequence[TrendPoint], name: str) -> Markup:
    """Median and 90th percentile by period; a period without a value leaves a gap."""
    medians = [each.figures.lead_time_median_hours if each.figures else None for each in trend]
    nineties = [each.figures.lead_time_p90_hours if each.figures else None for each in trend]
    highest = max((value for value in (*medians, *nineties) if value is not None), default=0.0)
    is_days = highest >= 2 * wording.HOURS_A_DAY
    scale = _scale(highest, divisor=wording.HOURS_A_DAY if is_days else 1, suffix=" d" if is_days else " h")
    svg = _chart(
        name,
        title="Lead time by period",
        description=_told(trend, lambda figures: wording.hours(figures.lead_time_median_hours), "median"),
    )
    _axes(svg, trend, scale)
    for values, series in ((nineties, "p90"), (medians, "median")):
        _line(svg, values, scale, series)
        for index, (value, each) in enumerate(zip(values, trend, strict=True)):
            if value is None or each.figures is None:
                continue
            marks = _marks(each.figures, is_low=each.figures.lead_time_is_low_count)
            dot = SubElement(svg, "circle", cx=_n(_x(index, len(trend))), cy=_n(scale.y(value)), r="3.6")
            dot.set("class", f"dot {series}{marks}")
            words = "median" if series == "median" else "90th percentile"
            count = wording.plural(each.figures.change_count or 0, "change")
            SubElement(dot, "title").text = f"{each.period.title}: {words} {wording.hours(value)}, {count}"
    _gaps(svg, trend, medians)
    return _markup(svg)


def deployment_chart(trend: Sequence[TrendPoint], name: str) -> Markup:
    """Deployments by period as bars; a known zero is a line on the axis, an unknown period a gap."""
    counts = [each.figures.deployment_count if each.figures else None for each in trend]
    scale = _scale(max((count for count in counts if count is not None), default=0), whole=True)
    svg = _chart(
        name,
        title="Deployments by period",
        description=_told(trend, lambda figures: wording.number(figures.deployment_count), "deployments"),
    )
    _axes(svg, trend, scale)
    width = _PLOT_WIDTH / len(trend) * 0.62
    for index, (count, each) in enumerate(zip(counts, trend, strict=True)):
        if count is None or each.figures is None:
            continue
        top = min(scale.y(count), _TOP + _PLOT_HEIGHT - 1.5)
        bar = SubElement(svg, "rect", x=_n(_x(index, len(trend)) - width / 2), y=_n(top), rx="1.5")
        bar.set("width", _n(width))
        bar.set("height", _n(_TOP + _PLOT_HEIGHT - top))
        bar.set("class", f"bar{_marks(each.figures, is_low=False)}")
        days = wording.plural(each.figures.deployment_days_count or 0, "day")
        SubElement(bar, "title").text = f"{each.period.title}: {wording.plural(count, 'deployment')} on {days}"
    _gaps(svg, trend, counts)
    return _markup(svg)


def stage_bar(stages: Sequence[StageShare], name: str, subject: str) -> Markup:
    """The parts of the stages as one bar; without stages an empty string."""
    if not stages:
        return Markup("")
    told = ", ".join(f"{stage.title} {wording.share(stage.ratio)}" for stage in stages)
    svg = _svg(name, f"Where the time goes: {subject}", told, width=_BAR_WIDTH, height=_BAR_HEIGHT)
    svg.set("class", "stage-bar")
    svg.set("preserveAspectRatio", "none")
    _segments(svg, [(stage.name, stage.ratio, f"{stage.title}: {wording.share(stage.ratio)}") for stage in stages], 1.0)
    return _markup(svg)


def change_bar(change: Change, longest_hours: float) -> Markup:
    """One change's stages, its length against the longest; decoration beside the figures, hidden from readers."""
    svg = Element("svg", {"viewBox": f"0 0 {_BAR_WIDTH} {_BAR_HEIGHT}", "class": "change-bar", "aria-hidden": "true"})
    svg.set("focusable", "false")
    svg.set("preserveAspectRatio", "none")
    parts = [(stage, change.stage_hours(stage) or 0.0, "") for stage in STAGES]
    _segments(svg, [*parts, ("unsplit", change.unsplit_hours, "")], longest_hours)
    return _markup(svg)


def _segments(svg: Element, parts: Sequence[tuple[str, float, str]], whole: float) -> None:
    x = 0.0
    for stage, size, words in parts:
        width = size / whole * _BAR_WIDTH if whole else 0.0
        if width <= 0:
            continue
        segment = SubElement(svg, "rect", x=_n(x), y="0", width=_n(width), height=str(_BAR_HEIGHT))
        segment.set("class", f"stage-{stage}")
        if words:
            SubElement(segment, "title").text = words
        x += width


def _svg(name: str, title: str, description: str, *, width: int, height: int) -> Element:
    svg = Element("svg", {"viewBox": f"0 0 {width} {height}", "role": "img"})
    svg.set("aria-labelledby", f"{name}-title {name}-description")
    SubElement(svg, "title", id=f"{name}-title").text = plain(title)
    SubElement(svg, "desc", id=f"{name}-description").text = plain(description)
    return svg


def _chart(name: str, *, title: str, description: str) -> Element:
    svg = _svg(name, title, description, width=_WIDTH, height=_HEIGHT)
    svg.set("class", "chart")
    return svg


def _axes(svg: Element, trend: Sequence[TrendPoint], scale: _Scale) -> None:
    """The reported period's band, horizontal lines and the names of the periods."""
    slot = _PLOT_WIDTH / len(trend)
    band = SubElement(svg, "rect", x=_n(_WIDTH - _RIGHT - slot), y=str(_TOP), width=_n(slot))
    band.set("height", str(_PLOT_HEIGHT))
    band.set("class", "band")
    for index in range(round(scale.top / scale.step) + 1):
        value = index * scale.step
        y = _n(scale.y(value))
        SubElement(svg, "line", {"class": "grid" if index else "base", "x1": str(_LEFT), "y1": y, "y2": y}).set(
            "x2", str(_WIDTH - _RIGHT)
        )
        label = SubElement(svg, "text", {"class": "tick end", "x": str(_LEFT - 7), "y": y, "dy": "0.32em"})
        label.text = f"{value / scale.divisor:g}{scale.suffix}"
    last = len(trend) - 1
    for index, each in enumerate(trend):
        if (last - index) % 2 and len(trend) > _EVERY_LABEL_UP_TO:
            continue
        label = SubElement(svg, "text", {"x": _n(_x(index, len(trend))), "y": str(_HEIGHT - _BOTTOM + 18)})
        label.set("class", "tick now" if index == last else "tick")
        label.text = each.period.short_title


def _line(svg: Element, values: Sequence[float | None], scale: _Scale, series: str) -> None:
    """One path; each run of known neighbours is a stroke of its own, so that a gap stays a gap."""
    path, is_drawing = [], False
    for index, value in enumerate(values):
        if value is not None:
            path.append(f"{'L' if is_drawing else 'M'}{_n(_x(index, len(values)))} {_n(scale.y(value))}")
        is_drawing = value is not None
    if path:
        SubElement(svg, "path", {"class": f"line {series}", "d": "".join(path)})


def _gaps(svg: Element, trend: Sequence[TrendPoint], values: Sequence[float | int | None]) -> None:
    for index, (value, each) in enumerate(zip(values, trend, strict=True)):
        if value is not None:
            continue
        mark = SubElement(svg, "text", {"class": "gap", "x": _n(_x(index, len(trend)))})
        mark.set("y", _n(_TOP + _PLOT_HEIGHT - 7))
        words = wording.UNKNOWN if each.figures is None else "nothing was deployed"
        hover = SubElement(mark, "title")
        hover.text = f"{each.period.title}: {words}"
        hover.tail = "?" if each.figures is None else "\N{EN DASH}"


def _marks(figures: PeriodFigures, *, is_low: bool | None) -> str:
    return (" provisional" if figures.is_degraded else "") + (" few" if is_low else "")


def _told(trend: Sequence[TrendPoint], tell: Callable[[PeriodFigures], str], what: str) -> str:
    values = (f"{each.period.key} {tell(each.figures) if each.figures else wording.UNKNOWN}" for each in trend)
    return f"{what.capitalize()}: {', '.join(values)}."


def _x(index: int, count: int) -> float:
    return _LEFT + _PLOT_WIDTH / count * (index + 0.5)


def _scale(highest: float, *, divisor: float = 1, suffix: str = "", whole: bool = False) -> _Scale:
    """Round steps of 1, 2 or 5 times a power of ten, about four of them."""
    highest = highest or divisor
    rough = highest / divisor / _TICKS
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    step = max(step, 1) if whole else step
    count = max(math.ceil(highest / divisor / step - 1e-9), 1)
    return _Scale(top=count * step * divisor, step=step * divisor, divisor=divisor, suffix=suffix)


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _markup(svg: Element) -> Markup:
    # ElementTree has escaped every text and attribute.
    return Markup(tostring(svg, encoding="unicode"))  # noqa: S704 - built by ElementTree, not from strings
