"""The weekly and monthly report: what it says (`content`) and how it looks (`formats`)."""

from pulse_assets.reports.content import latest_period, report_content
from pulse_assets.reports.files import report_path
from pulse_assets.reports.formats import FORMATS, render
from pulse_assets.reports.model import ReportContent
from pulse_assets.reports.periods import Period, ReportKind, parse_period

__all__ = [
    "FORMATS",
    "Period",
    "ReportContent",
    "ReportKind",
    "latest_period",
    "parse_period",
    "render",
    "report_content",
    "report_path",
]
