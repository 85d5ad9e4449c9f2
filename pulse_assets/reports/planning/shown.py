"""Which figures a report shows of each metric of Jira's projects, what they are called, and which way is better."""

from collections.abc import Mapping
from types import MappingProxyType

from pulse_assets.reports.shown import ShownFigure

_CYCLE, _DONE, _WORK = "flow_cycle_time", "flow_throughput", "flow_work_in_progress"
_STATUS, _DELIVERY = "flow_time_in_status", "flow_delivery_time"
_VELOCITY, _COMPLETION = "sprint_velocity", "sprint_completion"
_DEFECTS, _REOPENED = "quality_defect_share", "quality_reopen_rate"

_FIGURES = (
    ShownFigure(
        _CYCLE, "cycle_median_hours", "Cycle time, median", "hours", "issue", "less",
        "cycle_median_low_hours", "cycle_median_high_hours",
    ),
    ShownFigure(_CYCLE, "cycle_p85_hours", "Cycle time, 85th percentile", "hours", "issue", "less"),
    ShownFigure(_CYCLE, "cycle_p95_hours", "Cycle time, 95th percentile", "hours", "issue", "less"),
    ShownFigure(
        _CYCLE, "cycle_median_business_hours", "Cycle time in working hours, median", "working_hours", "issue", "less"
    ),
    ShownFigure(_CYCLE, "lead_median_hours", "Created to done, median", "hours", "issue", "less"),
    ShownFigure(_CYCLE, "lead_p85_hours", "Created to done, 85th percentile", "hours", "issue", "less"),
    ShownFigure(_CYCLE, "flow_efficiency_ratio", "Flow efficiency", "ratio", "issue", "more"),
    ShownFigure(_CYCLE, "left_out_count", "Issues done, left out", "count", "issue", count_column="left_out_count"),
    ShownFigure(_DONE, "completed_count", "Throughput", "count", "issue", "more"),
    ShownFigure(_DONE, "completed_points", "Story points done", "points", "issue", count_column="estimated_count"),
    ShownFigure(_DONE, "estimated_count", "Issues done with an estimate", "issues", "issue"),
    ShownFigure(
        _DONE, "left_out_count", "Sub-tasks and epics done", "count", "issue", count_column="left_out_count"
    ),
    ShownFigure(_WORK, "average_count", "Work in progress, mean", "issues", "day", count_column="day_count"),
    ShownFigure(_WORK, "end_count", "In progress at the end", "issues", "issue", count_column="end_count"),
    ShownFigure(_WORK, "max_count", "Most in progress", "issues", "day", count_column="day_count"),
    ShownFigure(_WORK, "age_median_hours", "Age of work in progress, median", "hours", "issue", "less"),
    ShownFigure(_WORK, "age_p85_hours", "Age of work in progress, 85th percentile", "hours", "issue", "less"),
    ShownFigure(
        _DELIVERY, "start_to_production_median_hours", "Issue start to production, median", "hours", "issue", "less",
        "start_to_production_median_low_hours", "start_to_production_median_high_hours",
    ),
    ShownFigure(
        _DELIVERY, "start_to_production_p85_hours", "Issue start to production, 85th percentile", "hours", "issue",
        "less",
    ),
    ShownFigure(
        _DELIVERY, "left_out_count", "Issues done, not known in production", "count", "issue",
        count_column="left_out_count",
    ),
    ShownFigure(_VELOCITY, "velocity_mean_points", "Velocity, mean of sprints", "points", "issue"),
    ShownFigure(_VELOCITY, "sprint_count", "Sprints completed", "issues", "sprint", count_column="sprint_count"),
    ShownFigure(_VELOCITY, "committed_points", "Points committed", "points", "issue", count_column="committed_count"),
    ShownFigure(_VELOCITY, "completed_points", "Points completed", "points", "issue"),
    ShownFigure(_COMPLETION, "completion_ratio", "Completed of the committed", "ratio", "issue", "more"),
    ShownFigure(
        _COMPLETION, "points_completion_ratio", "Their points of the committed points", "ratio", "issue", "more"
    ),
    ShownFigure(_COMPLETION, "committed_count", "Issues committed", "issues", "issue"),
    ShownFigure(
        _COMPLETION, "completed_count", "Issues completed", "issues", "issue", count_column="completed_count"
    ),
    ShownFigure(
        _COMPLETION, "carried_over_count", "Issues carried over", "issues", "issue", count_column="carried_over_count"
    ),
    ShownFigure(_COMPLETION, "added_count", "Issues added", "issues", "issue", count_column="added_count"),
    ShownFigure(_COMPLETION, "removed_count", "Issues taken out", "issues", "issue", count_column="removed_count"),
    ShownFigure(
        _COMPLETION, "reestimated_count", "Issues estimated anew", "issues", "issue", count_column="reestimated_count"
    ),
    ShownFigure(_COMPLETION, "carried_over_points", "Points carried over", "points", "issue", count_column=None),
    ShownFigure(_COMPLETION, "added_points", "Points added", "points", "issue", count_column=None),
    ShownFigure(_COMPLETION, "removed_points", "Points taken out", "points", "issue", count_column=None),
    ShownFigure(
        _COMPLETION, "left_out_count", "Issues of sprints, left out", "issues", "issue", count_column="left_out_count"
    ),
    ShownFigure(
        _DEFECTS, "defect_share_ratio", "Defect share", "ratio", "issue", "less",
        "defect_share_low_ratio", "defect_share_high_ratio",
    ),
    ShownFigure(_DEFECTS, "defect_count", "Defects done", "count", "issue"),
    ShownFigure(_DEFECTS, "escaped_count", "Of these, found in production", "count", "issue", "less"),
    ShownFigure(
        _DEFECTS, "created_defect_count", "Defects created", "count", "defect", "less",
        count_column="created_defect_count",
    ),
    ShownFigure(
        _REOPENED, "reopen_ratio", "Re-open rate", "ratio", "completion", None, "reopen_low_ratio",
        "reopen_high_ratio", is_growing=True,
    ),
    ShownFigure(_REOPENED, "reopened_count", "Completions taken back", "count", "completion", is_growing=True),
)  # fmt: skip

#: Every figure of a scope by its name, in the order in which they are shown.
FIGURES: Mapping[str, ShownFigure] = MappingProxyType({figure.name: figure for figure in _FIGURES})
#: Figures of one type of issues, and of one status.
TYPE_FIGURES = (
    ShownFigure(_DONE, "completed_count", "Issues done", "count", "issue", "more"),
    ShownFigure(_DONE, "completed_points", "Story points", "points", "issue", count_column="estimated_count"),
    ShownFigure(_DONE, "left_out_count", "Left out", "count", "issue", count_column="left_out_count"),
)
STATUS_FIGURES = (
    ShownFigure(_STATUS, "total_hours", "Hours in the period", "hours", "stay", count_column=None),
    ShownFigure(_STATUS, "stay_median_hours", "A stay, median", "hours", "stay", "less"),
    ShownFigure(_STATUS, "stay_p85_hours", "A stay, 85th percentile", "hours", "stay", "less"),
    ShownFigure(_STATUS, "open_count", "Not ended", "issues", "stay", count_column="open_count"),
)
#: The metrics of which a report shows figures, in the order of the catalog.
METRICS = (_CYCLE, _DONE, _WORK, _STATUS, _DELIVERY, _VELOCITY, _COMPLETION, _DEFECTS, _REOPENED)
#: Those of sprints.
SPRINTS = (_VELOCITY, _COMPLETION)
THROUGHPUT, TIME_IN_STATUS = _DONE, _STATUS
#: What tells the rows of one scope and period apart, and the row that holds all.
KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {_DONE: ("issue_type",), _STATUS: ("issue_status", "status_category")}
)
ALL_TYPES = ("all",)
#: The figure that stands for its metric where what moved is told.
HEADLINES = tuple(
    FIGURES[name]
    for name in (
        f"{_CYCLE}.cycle_median_hours",
        f"{_DONE}.completed_count",
        f"{_DELIVERY}.start_to_production_median_hours",
        f"{_DEFECTS}.defect_share_ratio",
    )
)
#: Figures of all projects that stand in a card.
CARDS = (
    f"{_CYCLE}.cycle_median_hours",
    f"{_DONE}.completed_count",
    f"{_WORK}.end_count",
    f"{_CYCLE}.flow_efficiency_ratio",
    f"{_DEFECTS}.defect_share_ratio",
)
#: Figures of the tables, by scope.
TIMES_TABLE = (
    f"{_CYCLE}.cycle_median_hours",
    f"{_CYCLE}.cycle_p85_hours",
    f"{_CYCLE}.lead_median_hours",
    f"{_CYCLE}.lead_p85_hours",
    f"{_CYCLE}.flow_efficiency_ratio",
    f"{_DELIVERY}.start_to_production_median_hours",
)
WORK_TABLE = (
    f"{_DONE}.completed_count",
    f"{_DONE}.completed_points",
    f"{_WORK}.average_count",
    f"{_WORK}.end_count",
    f"{_WORK}.age_median_hours",
    f"{_WORK}.age_p85_hours",
)
BOARD_TABLE = (
    f"{_CYCLE}.cycle_median_hours",
    f"{_DONE}.completed_count",
    f"{_WORK}.end_count",
    f"{_VELOCITY}.velocity_mean_points",
    f"{_COMPLETION}.completion_ratio",
    f"{_DEFECTS}.defect_share_ratio",
)
VELOCITY_TABLE = (
    f"{_VELOCITY}.sprint_count",
    f"{_VELOCITY}.velocity_mean_points",
    f"{_VELOCITY}.committed_points",
    f"{_VELOCITY}.completed_points",
    f"{_COMPLETION}.completion_ratio",
    f"{_COMPLETION}.carried_over_count",
)
#: Figures of one sprint.
SPRINT_FIGURES = (
    f"{_VELOCITY}.committed_points",
    f"{_VELOCITY}.completed_points",
    f"{_COMPLETION}.committed_count",
    f"{_COMPLETION}.completed_count",
    f"{_COMPLETION}.completion_ratio",
    f"{_COMPLETION}.carried_over_count",
    f"{_COMPLETION}.carried_over_points",
    f"{_COMPLETION}.added_count",
    f"{_COMPLETION}.removed_count",
)
QUALITY_TABLE = (
    f"{_DEFECTS}.defect_share_ratio",
    f"{_DEFECTS}.defect_count",
    f"{_DEFECTS}.escaped_count",
    f"{_DEFECTS}.created_defect_count",
    f"{_REOPENED}.reopen_ratio",
    f"{_REOPENED}.reopened_count",
)
EFFICIENCY = f"{_CYCLE}.flow_efficiency_ratio"
#: Figures that need repositories beside projects.
OF_REPOSITORIES = _DELIVERY
