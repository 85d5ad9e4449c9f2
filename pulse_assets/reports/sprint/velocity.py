"""The velocity of the last sprints of a board as SVG: what was completed as full bars, what was committed as frames."""

from xml.etree.ElementTree import Element, SubElement
from zoneinfo import ZoneInfo

from markupsafe import Markup

from pulse_assets.reports import wording
from pulse_assets.reports.charts.plot import Scale, drawing, markup, n
from pulse_assets.reports.inert import plain
from pulse_assets.reports.sprint import words
from pulse_assets.reports.sprint.model import PastSprint, SprintContent

WIDTH, HEIGHT = 420, 290
_LEFT, _RIGHT, _TOP, _BOTTOM = 36, 8, 20, 30
_BASE = HEIGHT - _BOTTOM
_FRAME, _BAR = 0.66, 0.46
_THINNEST = 1.5


def velocity_chart(content: SprintContent) -> Markup:
    """One pair of bars a sprint, the reported one last; a line at the mean of those before it."""
    unit, past = content.unit, content.past
    values = [each.of(what, unit) for each in past for what in ("committed", "completed")]
    scale = Scale.holding(max((float(value) for value in values if value is not None), default=0.0), "count")
    told = "; ".join(in_words(each, content) for each in past)
    svg = drawing(
        "velocity", title=f"Velocity in {unit}, by sprint", description=f"{told}.", width=WIDTH, height=HEIGHT
    )
    svg.set("class", "chart velocity")
    _axis(svg, scale)
    for place, each in enumerate(past):
        _sprint(svg, each, content, (place, len(past)), scale)
    if content.usual is not None:
        y = n(_y(content.usual, scale))
        mean = SubElement(svg, "line", {"class": "line beside", "x1": str(_LEFT), "y1": y, "y2": y})
        mean.set("x2", n(_x(len(past) - 1, len(past)) - _slot(len(past)) / 2))
        SubElement(mean, "title").text = f"Mean of the sprints before: {words.amount(round(content.usual, 1), unit)}"
    return markup(svg)


def in_words(each: PastSprint, content: SprintContent) -> str:
    """`Sprint 7: 14 points completed, 23 committed`."""
    done, committed = (each.of(what, content.unit) for what in ("completed", "committed"))
    name = plain(each.name)
    if done is None:
        return f"{name}: {wording.WITHHELD if each.status == 'withheld' else wording.UNKNOWN}"
    return f"{name}: {words.amount(done, content.unit)} completed, {words.points(committed)} committed"


def _axis(svg: Element, scale: Scale) -> None:
    for index in range(round(scale.top / scale.step) + 1):
        value = index * scale.step
        y = n(_y(value, scale))
        line = SubElement(svg, "line", {"class": "grid" if index else "base", "x1": str(_LEFT), "y1": y, "y2": y})
        line.set("x2", str(WIDTH - _RIGHT))
        label = SubElement(svg, "text", {"class": "tick end", "x": str(_LEFT - 6), "y": y, "dy": "0.32em"})
        label.text = words.points(value)


def _sprint(svg: Element, each: PastSprint, content: SprintContent, place: tuple[int, int], scale: Scale) -> None:
    x, slot = _x(*place), _slot(place[1])
    label = SubElement(svg, "text", {"class": "tick now" if each.is_this else "tick", "x": n(x), "y": str(HEIGHT - 10)})
    label.text = _date(each, content)
    SubElement(label, "title").text = plain(each.name)
    committed, done = (each.of(what, content.unit) for what in ("committed", "completed"))
    if done is None or committed is None:
        gap = SubElement(svg, "text", {"class": "gap", "x": n(x), "y": n(_BASE - 6)})
        gap.text = "\N{MULTIPLICATION SIGN}" if each.status == "withheld" else "?"
        return
    for name, value, part in (("committed", committed, _FRAME), ("bar", done, _BAR)):
        top = min(_y(value, scale), _BASE - _THINNEST)
        bar = SubElement(svg, "rect", {"x": n(x - slot * part / 2), "y": n(top), "width": n(slot * part), "rx": "1.5"})
        bar.set("height", n(_BASE - top))
        bar.set("class", f"{name} provisional" if name == "bar" and each.completed_at is None else name)
        SubElement(bar, "title").text = in_words(each, content)
    number = SubElement(svg, "text", {"class": "tick count now" if each.is_this else "tick count", "x": n(x)})
    number.set("y", n(_y(done, scale) - 6))
    number.text = words.points(done)


def _date(each: PastSprint, content: SprintContent) -> str:
    if each.completed_at is None:
        return "open"
    local = each.completed_at.astimezone(ZoneInfo(content.time_zone))
    return f"{local.day} {local:%b}"


def _slot(count: int) -> float:
    return (WIDTH - _LEFT - _RIGHT) / count


def _x(place: int, count: int) -> float:
    return _LEFT + _slot(count) * (place + 0.5)


def _y(value: float, scale: Scale) -> float:
    return _TOP + (_BASE - _TOP) * (1 - value / scale.top)
