"""How a check went the last times, as a small drawing: one bar a time, the failing partitions at its foot."""

from xml.etree.ElementTree import SubElement

from markupsafe import Markup

from pulse_assets.reports.charts.plot import drawing, markup, n
from pulse_assets.reports.quality.model import CheckLine
from pulse_assets.reports.quality.standing import TREND_LENGTH

_BAR, _GAP, _HEIGHT = 6.0, 2.0, 20.0
#: A failing partition among many must not vanish.
_LEAST = 2.5
_WIDTH = TREND_LENGTH * (_BAR + _GAP) - _GAP


def sparkline(line: CheckLine) -> Markup:
    """The drawing, with the numbers in its description; empty when nothing is known.

    A bar is as high as the number of partitions that were asked then, compared with the most that were.
    """
    places = list(zip(line.passed_trend, line.failed_trend, strict=True))
    if not places:
        return Markup("")
    told = "; ".join(f"{failed:,} of {passed + failed:,}" for passed, failed in places)
    svg = drawing(
        f"trend-{line.table}-{line.name}",
        title=f"{line.name}, the last {len(places)} results",
        description=f"Partitions that failed, the oldest result first: {told}.",
        width=_WIDTH,
        height=_HEIGHT,
    )
    svg.set("class", "results")
    most = max(passed + failed for passed, failed in places)
    passing, failing = [], []
    for place, (passed, failed) in enumerate(places, start=TREND_LENGTH - len(places)):
        x = place * (_BAR + _GAP)
        height = _HEIGHT * (passed + failed) / most
        foot = 0.0 if not failed else height if not passed else max(height * failed / (passed + failed), _LEAST)
        if passed:
            passing.append(_bar(x, _HEIGHT - height, max(height - foot, 0.0)))
        if failed:
            failing.append(_bar(x, _HEIGHT - foot, foot))
    for name, bars in (("passing", passing), ("failing", failing)):
        if bars:
            SubElement(svg, "path", {"class": name, "d": "".join(bars)})
    return markup(svg)


def _bar(x: float, y: float, height: float) -> str:
    return f"M{n(x)} {n(y)}h{n(_BAR)}v{n(height)}h-{n(_BAR)}z"
