"""What the charts of a trend have in common: scale, axes, gaps and words."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from markupsafe import Markup

from pulse_assets.reports import wording
from pulse_assets.reports.inert import plain
from pulse_assets.reports.model import MetricRow, TrendPoint
from pulse_assets.reports.wording import Unit

WIDTH, HEIGHT = 420, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 10, 26
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
BASE = TOP + PLOT_HEIGHT
_TICKS = 4
_EVERY_LABEL_UP_TO = 7
_PERCENT = 0.01


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from 0 to `top`, shown after division by `divisor`."""

    top: float
    step: float
    divisor: float
    suffix: str

    @classmethod
    def holding(cls, highest: float, unit: Unit) -> "Scale":
        """A scale whose round steps hold the highest value, in the unit that reads best."""
        if unit == "ratio":
            return round_scale(highest, divisor=_PERCENT, suffix=" %")
        if unit == "hours":
            is_days = highest >= 2 * wording.HOURS_A_DAY
            return round_scale(highest, divisor=wording.HOURS_A_DAY if is_days else 1, suffix=" d" if is_days else " h")
        return round_scale(highest, whole=True)

    def y(self, value: float) -> float:
        return TOP + PLOT_HEIGHT * (1 - value / self.top)


def round_scale(highest: float, *, divisor: float = 1, suffix: str = "", whole: bool = False) -> Scale:
    """Round steps of 1, 2 or 5 times a power of ten, about four of them."""
    highest = highest or divisor * (10 if divisor < 1 else 1)
    rough = highest / divisor / _TICKS
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    step = max(step, 1) if whole else step
    count = max(math.ceil(highest / divisor / step - 1e-9), 1)
    return Scale(top=count * step * divisor, step=step * divisor, divisor=divisor, suffix=suffix)


def drawing(name: str, *, title: str, description: str, width: float, height: float) -> Element:
    """An SVG that says what it shows; `name` is unique in the page."""
    svg = Element("svg", {"viewBox": f"0 0 {width} {height}", "role": "img"})
    svg.set("aria-labelledby", f"{name}-title {name}-description")
    SubElement(svg, "title", id=f"{name}-title").text = plain(title)
    SubElement(svg, "desc", id=f"{name}-description").text = plain(description)
    return svg


def trend_drawing(name: str, *, title: str, description: str) -> Element:
    """An SVG of the size of a trend."""
    svg = drawing(name, title=title, description=description, width=WIDTH, height=HEIGHT)
    svg.set("class", "chart")
    return svg


def draw_axes(svg: Element, trend: Sequence[TrendPoint], scale: Scale) -> None:
    """The reported period's band, horizontal lines and the names of the periods."""
    slot = PLOT_WIDTH / len(trend)
    band = SubElement(svg, "rect", x=n(WIDTH - RIGHT - slot), y=str(TOP), width=n(slot))
    band.set("height", str(PLOT_HEIGHT))
    band.set("class", "now-band")
    for index in range(round(scale.top / scale.step) + 1):
        value = index * scale.step
        y = n(scale.y(value))
        SubElement(svg, "line", {"class": "grid" if index else "base", "x1": str(LEFT), "y1": y, "y2": y}).set(
            "x2", str(WIDTH - RIGHT)
        )
        label = SubElement(svg, "text", {"class": "tick end", "x": str(LEFT - 6), "y": y, "dy": "0.32em"})
        label.text = f"{round(value / scale.divisor, 6):g}{scale.suffix}"
    last = len(trend) - 1
    for index, each in enumerate(trend):
        if (last - index) % 2 and len(trend) > _EVERY_LABEL_UP_TO:
            continue
        label = SubElement(svg, "text", {"x": n(x_of(index, len(trend))), "y": str(HEIGHT - 8)})
        label.set("class", "tick now" if index == last else "tick")
        label.text = each.period.short_title


def draw_gaps(
    svg: Element, trend: Sequence[TrendPoint], metric: str, values: Sequence[float | None], nothing: str
) -> None:
    """A sign for each period without a value, and the reason in its title."""
    for index, (value, each) in enumerate(zip(values, trend, strict=True)):
        if value is not None:
            continue
        row = each.rows.get(metric)
        mark = SubElement(svg, "text", {"class": "gap", "x": n(x_of(index, len(trend)))})
        mark.set("y", n(BASE - 6))
        sign, words = _gap(row, nothing)
        hover = SubElement(mark, "title")
        hover.text = plain(f"{each.period.title}: {words}")
        hover.tail = sign


def _gap(row: MetricRow | None, nothing: str) -> tuple[str, str]:
    if row is None:
        return "?", wording.UNKNOWN
    if row.status == "withheld":
        return "\N{MULTIPLICATION SIGN}", f"{wording.WITHHELD}: {row.status_reason or 'no reason was recorded'}"
    return "\N{EN DASH}", nothing


def marks(row: MetricRow) -> str:
    """Classes of a value that is provisional or rests on few rows."""
    return ("" if row.is_final else " provisional") + (" few" if row.is_low_count else "")


def told(trend: Sequence[TrendPoint], metric: str, tell: Callable[[MetricRow], str], what: str) -> str:
    """The trend in words, period by period."""
    values = []
    for each in trend:
        row = each.rows.get(metric)
        words = wording.UNKNOWN if row is None else wording.WITHHELD if row.status == "withheld" else tell(row)
        values.append(f"{each.period.key} {words}")
    return f"{what}: {', '.join(values)}."


def x_of(index: int, count: int) -> float:
    return LEFT + PLOT_WIDTH / count * (index + 0.5)


def n(value: float) -> str:
    """A coordinate, as short as it goes."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def markup(svg: Element) -> Markup:
    # ElementTree has escaped every text and attribute.
    return Markup(tostring(svg, encoding="unicode"))  # noqa: S704 - built by ElementTree, not from strings
