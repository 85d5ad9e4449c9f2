"""A count over the last periods as bars."""

from collections.abc import Sequence
from xml.etree.ElementTree import SubElement

from markupsafe import Markup

from pulse_assets.reports import wording
from pulse_assets.reports.charts.plot import (
    BASE,
    PLOT_WIDTH,
    Scale,
    draw_axes,
    draw_gaps,
    markup,
    n,
    told,
    trend_drawing,
    x_of,
)
from pulse_assets.reports.model import TrendPoint
from pulse_assets.reports.shown import ShownFigure

_WIDTH_RATIO = 0.62
_THINNEST = 1.5


def bar_chart(trend: Sequence[TrendPoint], shown: ShownFigure, name: str) -> Markup:
    """Counts by period; a known zero is a line on the axis, an unknown period a gap."""
    rows = [each.rows.get(shown.metric) for each in trend]
    counts = [row.values.get(shown.column) if row else None for row in rows]
    scale = Scale.holding(max((count for count in counts if count is not None), default=0.0), shown.unit)
    svg = trend_drawing(
        name,
        title=f"{shown.title}, by period",
        description=told(trend, shown.metric, lambda row: wording.number(row.values.get(shown.column)), shown.title),
    )
    draw_axes(svg, trend, scale)
    width = PLOT_WIDTH / len(trend) * _WIDTH_RATIO
    for index, (count, row, each) in enumerate(zip(counts, rows, trend, strict=True)):
        if count is None or row is None:
            continue
        top = min(scale.y(count), BASE - _THINNEST)
        bar = SubElement(svg, "rect", x=n(x_of(index, len(trend)) - width / 2), y=n(top), rx="1.5")
        bar.set("width", n(width))
        bar.set("height", n(BASE - top))
        bar.set("class", f"bar{'' if row.is_final else ' provisional'}")
        SubElement(bar, "title").text = f"{each.period.title}: {wording.plural(int(count), shown.rows)}"
    draw_gaps(svg, trend, shown.metric, counts, wording.NONE)
    return markup(svg)
