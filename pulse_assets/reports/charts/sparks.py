"""A trend in the size of a line of text, beside a figure that says the same; hidden from readers."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

from markupsafe import Markup

from pulse_assets.reports.charts.plot import markup, n
from pulse_assets.reports.model import TrendPoint
from pulse_assets.reports.shown import ShownFigure

_WIDTH, _HEIGHT, _MARGIN = 120.0, 28.0, 4.0


def spark(trend: Sequence[TrendPoint], shown: ShownFigure) -> Markup:
    """The last periods of a figure, from the first known one; gaps stay gaps. Empty when fewer than two are known."""
    rows = [each.rows.get(shown.metric) for each in trend]
    values = [row.values.get(shown.column) if row else None for row in rows]
    while values and values[0] is None:
        values.pop(0)
    known = [value for value in values if value is not None]
    if len(known) < 2:  # noqa: PLR2004 - one point is no trend
        return Markup("")
    highest = max(known) or 1.0
    svg = Element("svg", {"viewBox": f"0 0 {_WIDTH:g} {_HEIGHT:g}", "class": "spark", "aria-hidden": "true"})
    path, is_drawing = [], False
    x = y = 0.0
    for index, value in enumerate(values):
        if value is not None:
            x = _MARGIN + (_WIDTH - 2 * _MARGIN) * index / (len(values) - 1)
            y = _HEIGHT - _MARGIN - (_HEIGHT - 2 * _MARGIN) * value / highest
            path.append(f"{'L' if is_drawing else 'M'}{n(x)} {n(y)}")
        is_drawing = value is not None
    SubElement(svg, "path", {"class": "line main", "d": "".join(path)})
    if values[-1] is not None:
        SubElement(svg, "circle", {"class": "dot main", "cx": n(x), "cy": n(y), "r": "2.6"})
    return markup(svg)
