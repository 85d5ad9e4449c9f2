"""The data-quality report: what the checks found (`content`) and how it looks (`formats`)."""

from pulse_assets.reports.quality.content import checks, quality_content
from pulse_assets.reports.quality.formats import FORMATS, quality_path, render_quality
from pulse_assets.reports.quality.model import Check, QualityContent
from pulse_assets.reports.quality.standing import Standing, standing

__all__ = [
    "FORMATS",
    "Check",
    "QualityContent",
    "Standing",
    "checks",
    "quality_content",
    "quality_path",
    "render_quality",
    "standing",
]
