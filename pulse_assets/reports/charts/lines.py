"""A figure over the last periods as a line, with its 95 % interval as a band and a second line beside it."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

from markupsafe import Markup

from pulse_assets.reports import wording
from pulse_assets.reports.charts.plot import (
    Scale,
    draw_axes,
    draw_gaps,
    marks,
    markup,
    n,
    told,
    trend_drawing,
    x_of,
)
from pulse_assets.reports.model import MetricRow, TrendPoint
from pulse_assets.reports.shown import ShownFigure

_LONE_BAND = 7.0
Values = Sequence[float | None]


def line_chart(
    trend: Sequence[TrendPoint], shown: ShownFigure, name: str, *, nothing: str, beside: ShownFigure | None = None
) -> Markup:
    """A figure by period; a period without a value leaves a gap.

    Args:
        trend: The periods, oldest first.
        shown: The figure; its interval becomes a band.
        name: Unique in the page.
        nothing: Why a known period may have no value.
        beside: A figure of the same metric for a thinner second line.
    """
    values = _values(trend, shown.metric, shown.column)
    lows, highs = (_values(trend, shown.metric, column) for column in (shown.low_column, shown.high_column))
    besides = _values(trend, shown.metric, beside.column if beside else None)
    highest = max((value for value in (*values, *highs, *besides) if value is not None), default=0.0)
    scale = Scale.holding(highest, shown.unit)
    svg = trend_drawing(
        name,
        title=f"{shown.title}, by period",
        description=told(trend, shown.metric, lambda row: _tell(row, shown), shown.title),
    )
    draw_axes(svg, trend, scale)
    _band(svg, lows, highs, scale)
    if beside:
        _line(svg, besides, scale, "beside")
        _dots(svg, trend, besides, scale, shown=beside, series="beside")
    _line(svg, values, scale, "main")
    _dots(svg, trend, values, scale, shown=shown, series="main")
    draw_gaps(svg, trend, shown.metric, values, nothing)
    return markup(svg)


def _values(trend: Sequence[TrendPoint], metric: str, column: str | None) -> list[float | None]:
    rows = [each.rows.get(metric) for each in trend]
    return [row.values.get(column) if row and column else None for row in rows]


def _tell(row: MetricRow, shown: ShownFigure) -> str:
    value = row.values.get(shown.column)
    return wording.NONE if value is None else wording.figure(value, shown.unit)


def _band(svg: Element, lows: Values, highs: Values, scale: Scale) -> None:
    """The interval; each run of known neighbours is an area of its own, a lone period a bar."""
    run: list[tuple[float, float, float]] = []
    for index in range(len(lows) + 1):
        low, high = (lows[index], highs[index]) if index < len(lows) else (None, None)
        if low is not None and high is not None:
            run.append((x_of(index, len(lows)), scale.y(low), scale.y(high)))
        elif run:
            SubElement(svg, "path", {"class": "interval", "d": _area(run)})
            run = []


def _area(run: Sequence[tuple[float, float, float]]) -> str:
    if len(run) == 1:
        x, low, high = run[0]
        run = [(x - _LONE_BAND / 2, low, high), (x + _LONE_BAND / 2, low, high)]
    there = [f"{n(x)} {n(high)}" for x, _, high in run]
    back = [f"{n(x)} {n(low)}" for x, low, _ in reversed(run)]
    return f"M{'L'.join([*there, *back])}Z"


def _line(svg: Element, values: Values, scale: Scale, series: str) -> None:
    """One path; each run of known neighbours is a stroke of its own, so that a gap stays a gap."""
    path, is_drawing = [], False
    for index, value in enumerate(values):
        if value is not None:
            path.append(f"{'L' if is_drawing else 'M'}{n(x_of(index, len(values)))} {n(scale.y(value))}")
        is_drawing = value is not None
    if path:
        SubElement(svg, "path", {"class": f"line {series}", "d": "".join(path)})


def _dots(
    svg: Element, trend: Sequence[TrendPoint], values: Values, scale: Scale, *, shown: ShownFigure, series: str
) -> None:
    for index, (value, each) in enumerate(zip(values, trend, strict=True)):
        row = each.rows.get(shown.metric)
        if value is None or row is None:
            continue
        radius = "3.2" if series == "main" else "2.2"
        dot = SubElement(svg, "circle", cx=n(x_of(index, len(trend))), cy=n(scale.y(value)), r=radius)
        dot.set("class", f"dot {series}{marks(row)}")
        words = f"{each.period.title}: {shown.title} {wording.figure(value, shown.unit)}"
        SubElement(dot, "title").text = words + _rest(row, shown)


def _rest(row: MetricRow, shown: ShownFigure) -> str:
    """`, 95 %: 12 to 25 h, 12 changes`."""
    low, high = (row.values.get(column) if column else None for column in (shown.low_column, shown.high_column))
    interval = f", 95 %: {wording.interval(low, high, shown.unit)}" if low is not None and high is not None else ""
    count = row.row_count if shown.count_column == "row_count" else row.values.get(shown.count_column or "")
    return interval if count is None else f"{interval}, {wording.plural(int(count), shown.rows)}"
