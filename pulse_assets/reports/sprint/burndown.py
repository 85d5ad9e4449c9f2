"""The burndown as SVG: what was left, an even pace beside it, and the scope above; told apart without colour."""

import datetime as dt
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement
from zoneinfo import ZoneInfo

from markupsafe import Markup

from pulse_assets.reports.charts.plot import Scale, drawing, markup, n
from pulse_assets.reports.sprint import words
from pulse_assets.reports.sprint.model import Day, SprintContent, Unit

WIDTH, HEIGHT = 720, 290
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 14, 12, 30
_BASE = HEIGHT - _BOTTOM
_MOST_LABELS = 10
_BELOW, _ABOVE, _CLEAR = 20.0, 9.0, 4.0
_DAY = dt.timedelta(days=1)


def burndown_chart(content: SprintContent, unit: Unit) -> Markup:
    """One chart, in points or in issues; empty where there are no days."""
    if not content.days:
        return Markup("")
    return markup(_Chart(content, unit).drawn())


class _Chart:
    def __init__(self, content: SprintContent, unit: Unit) -> None:
        self.content, self.days = content, content.days
        self.unit: Unit = unit
        self.zone = ZoneInfo(content.time_zone)
        self.begin = content.started_at
        self.due = content.planned_end_at or content.ends_at
        self.end = max(self.due, self.days[-1].at, self.begin + dt.timedelta(hours=1))
        self.committed = float(words.figure(content.figures, "committed", unit) or 0)
        highest = max([self.committed, *(day.of("scope", unit) for day in self.days)])
        self.scale = Scale.holding(highest, "count")

    def drawn(self) -> Element:
        svg = drawing(
            f"burndown-{self.unit}",
            title=f"Burndown in {self.unit}, by day",
            description=self._told(),
            width=WIDTH,
            height=HEIGHT,
        )
        svg.set("class", "chart burndown")
        self._axes(svg)
        ideal = [(self.begin, self.committed), (max(self.due, self.begin), 0.0)]
        SubElement(svg, "path", {"class": "line beside", "d": self._path(ideal)})
        SubElement(svg, "path", {"class": "line scope", "d": self._stairs()})
        left = [(self.begin, self.committed), *((day.at, day.of("remaining", self.unit)) for day in self.days)]
        SubElement(svg, "path", {"class": "line main", "d": self._path(left)})
        self._dot(svg, self.begin, self.committed, f"Start: {words.amount(self.committed, self.unit)} committed")
        for day in self.days:
            self._dot(svg, day.at, day.of("remaining", self.unit), day_in_words(day, self.unit))
        self._label(svg, self.days[-1])
        return svg

    def _axes(self, svg: Element) -> None:
        scale = self.scale
        for index in range(round(scale.top / scale.step) + 1):
            value = index * scale.step
            y = n(self._y(value))
            line = SubElement(svg, "line", {"class": "grid" if index else "base", "x1": str(_LEFT), "y1": y, "y2": y})
            line.set("x2", str(WIDTH - _RIGHT))
            label = SubElement(svg, "text", {"class": "tick end", "x": str(_LEFT - 6), "y": y, "dy": "0.32em"})
            label.text = words.points(value)
        days = self._calendar()
        every = -(-len(days) // _MOST_LABELS)
        for place, day in enumerate(days):
            begin = max(dt.datetime.combine(day, dt.time(), self.zone).astimezone(dt.UTC), self.begin)
            end = min(dt.datetime.combine(day + _DAY, dt.time(), self.zone).astimezone(dt.UTC), self.end)
            if place:
                x = n(self._x(begin))
                SubElement(svg, "line", {"class": "midnight", "x1": x, "x2": x, "y1": str(_TOP), "y2": str(_BASE)})
            if place % every == 0 and self._x(end) - self._x(begin) > WIDTH / len(days) / 3:
                label = SubElement(svg, "text", {"class": "tick", "x": n((self._x(begin) + self._x(end)) / 2)})
                label.set("y", str(HEIGHT - 10))
                label.text = f"{day.day} {day:%b}"
        if self.content.planned_end_at and self.due > self.begin:
            x = n(self._x(self.due))
            line = SubElement(svg, "line", {"class": "due", "x1": x, "x2": x, "y1": str(_TOP), "y2": str(_BASE)})
            SubElement(line, "title").text = "Planned end"

    def _calendar(self) -> list[dt.date]:
        first, last = (at.astimezone(self.zone).date() for at in (self.begin, self.end))
        return [first + place * _DAY for place in range((last - first).days + 1)]

    def _stairs(self) -> str:
        """What came or went did so within a day: the line is level up to the day's end, and steps there."""
        path, height = [f"M{n(self._x(self.begin))} {n(self._y(self.committed))}"], self.committed
        for day in self.days:
            scope = day.of("scope", self.unit)
            path.append(f"H{n(self._x(day.at))}" + (f"V{n(self._y(scope))}" if scope != height else ""))
            height = scope
        return "".join(path)

    def _path(self, points: Sequence[tuple[dt.datetime, float]]) -> str:
        return "M" + "L".join(f"{n(self._x(at))} {n(self._y(value))}" for at, value in points)

    def _dot(self, svg: Element, at: dt.datetime, value: float, told: str) -> None:
        dot = SubElement(
            svg, "circle", {"class": "dot main", "cx": n(self._x(at)), "cy": n(self._y(value)), "r": "3.2"}
        )
        SubElement(dot, "title").text = told

    def _label(self, svg: Element, last: Day) -> None:
        """What is left at the end, under its dot where there is room, else above it."""
        value = last.of("remaining", self.unit)
        x, y = min(self._x(last.at), WIDTH - _RIGHT), self._y(value)
        y = y + _BELOW if y + _BELOW < _BASE - _CLEAR else y - _ABOVE
        label = SubElement(svg, "text", {"class": "tick end now", "x": n(x), "y": n(y)})
        label.text = f"{words.points(value)} left"

    def _told(self) -> str:
        told = "; ".join(day_in_words(day, self.unit) for day in self.days)
        return f"Committed at the start: {words.amount(self.committed, self.unit)}. {told}."

    def _x(self, at: dt.datetime) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * ((at - self.begin) / (self.end - self.begin))

    def _y(self, value: float) -> float:
        return _TOP + (_BASE - _TOP) * (1 - value / self.scale.top)


def day_in_words(day: Day, unit: Unit) -> str:
    """`6 May: 23 points left, 21.8 at an even pace, 27 in the sprint`."""
    return (
        f"{day.day.day} {day.day:%b}: {words.amount(day.of('remaining', unit), unit)} left, "
        f"{words.points(round(day.of('ideal', unit), 1))} at an even pace, "
        f"{words.points(day.of('scope', unit))} in the sprint"
    )
