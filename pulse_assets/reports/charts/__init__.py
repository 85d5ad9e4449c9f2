"""Charts as SVG, drawn here so that a report needs no script; what they show is also said in words.

Colours come from the page's style sheet by class name, so that one drawing fits light, dark and print.
"""

from pulse_assets.reports.charts.bars import bar_chart
from pulse_assets.reports.charts.lines import line_chart
from pulse_assets.reports.charts.sparks import spark
from pulse_assets.reports.charts.stages import change_bar, stage_bar

__all__ = ["bar_chart", "change_bar", "line_chart", "spark", "stage_bar"]
