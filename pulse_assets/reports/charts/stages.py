"""Where the time goes, as bars of the stages of lead time."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

from markupsafe import Markup

from pulse_assets.reports import wording
from pulse_assets.reports.charts.plot import drawing, markup, n
from pulse_assets.reports.listed import Change
from pulse_assets.reports.model import StageShare
from pulse_assets.reports.shown import STAGES

_WIDTH, _HEIGHT = 1000, 10


def stage_bar(stages: Sequence[StageShare], name: str, subject: str) -> Markup:
    """The parts of the stages as one bar; without stages an empty string."""
    if not stages:
        return Markup("")
    told = ", ".join(f"{stage.title} {wording.share(stage.ratio)}" for stage in stages)
    svg = drawing(name, title=f"Where the time goes: {subject}", description=told, width=_WIDTH, height=_HEIGHT)
    svg.set("class", "stage-bar")
    svg.set("preserveAspectRatio", "none")
    _segments(svg, [(stage.name, stage.ratio, f"{stage.title}: {wording.share(stage.ratio)}") for stage in stages], 1.0)
    return markup(svg)


def change_bar(change: Change, longest_hours: float) -> Markup:
    """One change's stages, its length against the longest; decoration beside the figures, hidden from readers."""
    svg = Element("svg", {"viewBox": f"0 0 {_WIDTH} {_HEIGHT}", "class": "change-bar", "aria-hidden": "true"})
    svg.set("preserveAspectRatio", "none")
    parts = [(stage, change.stage_hours(stage) or 0.0, "") for stage in STAGES]
    _segments(svg, [*parts, ("unsplit", change.unsplit_hours, "")], longest_hours)
    return markup(svg)


def _segments(svg: Element, parts: Sequence[tuple[str, float, str]], whole: float) -> None:
    x = 0.0
    for stage, size, words in parts:
        width = size / whole * _WIDTH if whole else 0.0
        if width <= 0:
            continue
        # The style sheet gives the height, which is always the same.
        segment = SubElement(svg, "rect", {"class": f"stage-{stage}", "x": n(x), "width": n(width)})
        if words:
            SubElement(segment, "title").text = words
        x += width
