"""The sprint report: what it says of one sprint (`content`) and how it looks (`formats`)."""

from pulse_assets.reports.sprint.content import latest_sprint, sprint_content
from pulse_assets.reports.sprint.formats import FORMATS, render_sprint, sprint_path, sprint_report
from pulse_assets.reports.sprint.model import SprintContent, SprintName

__all__ = [
    "FORMATS",
    "SprintContent",
    "SprintName",
    "latest_sprint",
    "render_sprint",
    "sprint_content",
    "sprint_path",
    "sprint_report",
]
