"""What the weekly and monthly report says of Jira's projects: flow, sprints, quality and the state of their data."""

from pulse_assets.reports.planning.content import newest_event_at, planning_content
from pulse_assets.reports.planning.lake_rows import has_projects
from pulse_assets.reports.planning.model import PlanningContent

__all__ = ["PlanningContent", "has_projects", "newest_event_at", "planning_content"]
