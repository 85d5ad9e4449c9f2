"""The contracts of the metrics of Jira's projects: flow, sprints and quality."""

from pulse_assets.tables.metric_columns import few, interval, metric, ratio
from pulse_assets.tables.schema import Column, hours, required


def _points(name: str, description: str) -> Column:
    return Column(name, "float", description, minimum=0)


_TYPE = required("issue_type", "string", "Type, in the words of the site; `all` for all together.")
_DAY = required("day", "date", "Day in `timezone`.")

PLANNING_METRICS = (
    metric(
        "flow_cycle_time",
        "One row per scope and period: how long issues took that were done in it.",
        (
            hours("cycle_median_hours", "Median of first in progress to done."),
            hours("cycle_p85_hours", "85th percentile of it."),
            hours("cycle_p95_hours", "95th percentile of it."),
            *interval("cycle_median_{}_hours", "the median"),
            hours("cycle_median_business_hours", "Median of it in hours of the business calendar."),
            hours("lead_median_hours", "Median of created to done, of the same issues."),
            hours("lead_p85_hours", "85th percentile of it."),
            ratio("flow_efficiency_ratio", "Active hours by cycle hours of these issues, 0..1."),
            few("left_out_count", "Issues done in the period that are not counted."),
        ),
        family="planning",
    ),
    metric(
        "flow_throughput",
        "One row per scope, period and type: how many issues were done in it.",
        (
            few("completed_count", "Issues that were done last in the period."),
            _points("completed_points", "Their story points."),
            few("estimated_count", "Those of them that have an estimate."),
            few("left_out_count", "Sub-tasks and epics done in the period."),
        ),
        key=(_TYPE,),
        family="planning",
    ),
    metric(
        "flow_work_in_progress",
        "One row per scope and period: how much was in progress at the ends of its days.",
        (
            _points("average_count", "Mean, over the days, of the issues in progress at the day's end."),
            few("max_count", "The most at the end of a day."),
            few("end_count", "At the end of the last day."),
            few("day_count", "Days that were looked at."),
            hours("age_median_hours", "Median age of those at the end of the last day."),
            hours("age_p85_hours", "85th percentile of it."),
        ),
        family="planning",
    ),
    metric(
        "flow_time_in_status",
        "One row per scope, period and status: how long issues stayed in it.",
        (
            hours("stay_median_hours", "Median of the stays that ended in the period."),
            hours("stay_p85_hours", "85th percentile of them."),
            few("open_count", "Stays that had not ended at the end of the period."),
            hours("total_hours", "Hours of all stays that lie within the period."),
        ),
        key=(
            required("issue_status", "string", "Status, in the words of the site at the time."),
            required(
                "status_category",
                "string",
                "Category of the status; done ones are left out.",
                allowed=("todo", "in_progress", "unknown"),
            ),
        ),
        family="planning",
    ),
    metric(
        "flow_delivery_time",
        "One row per scope and period: how long issues took from their start to production, deployed in it.",
        (
            hours("start_to_production_median_hours", "Median of first in progress to all of it in production."),
            hours("start_to_production_p85_hours", "85th percentile of it."),
            *interval("start_to_production_median_{}_hours", "the median"),
            few("left_out_count", "Issues done in the period that are not counted."),
        ),
        family="planning",
    ),
    metric(
        "sprint_velocity",
        "One row per sprint, and per scope and period over the sprints that were completed in it: what they got done.",
        (
            few("sprint_count", "Sprints."),
            _points("committed_points", "Points that were in the sprints at their start."),
            few("committed_count", "Issues likewise."),
            _points("completed_points", "Points that were completed."),
            few("completed_count", "Issues likewise."),
            _points("velocity_mean_points", "Completed points per sprint."),
        ),
        family="planning",
    ),
    metric(
        "sprint_completion",
        "One row per sprint, and per scope and period over the sprints that were completed in it: what became of it.",
        (
            ratio("completion_ratio", "Completed among the committed issues, 0..1."),
            ratio("points_completion_ratio", "Their points by the committed points; above 1 when estimates grew."),
            few("committed_count", "Issues in the sprint at its start."),
            few("added_count", "Issues that came after it."),
            few("removed_count", "Issues that were taken out."),
            few("reestimated_count", "Issues whose points changed."),
            few("completed_count", "Issues that were completed."),
            few("carried_over_count", "Issues that were left at its end; null while it is open."),
            _points("added_points", "Points of the added ones, when they came."),
            _points("removed_points", "Points of the removed ones, at the start or when they came."),
            _points("carried_over_points", "Points that were left at its end; null while it is open."),
            few("left_out_count", "Sub-tasks, epics and what was done before the start."),
        ),
        family="planning",
    ),
    metric(
        "sprint_burndown",
        "One row per sprint and day: what was left to do, beside an even pace.",
        (
            _points("remaining_points", "Points that were left at the end of the day."),
            few("remaining_count", "Issues that were left."),
            _points("ideal_points", "Points that an even pace would leave."),
            _points("ideal_count", "Issues that an even pace would leave."),
            _points("scope_points", "Points of all that was in the sprint."),
            few("scope_count", "Issues that were in the sprint."),
        ),
        key=(_DAY,),
        family="planning",
    ),
    metric(
        "quality_defect_share",
        "One row per scope and period: which part of the issues done in it were defects.",
        (
            ratio("defect_share_ratio", "Defects by issues done, 0..1."),
            *interval("defect_share_{}_ratio", "the ratio"),
            few("defect_count", "Defects done in the period."),
            few("escaped_count", "Of these, found in production."),
            few("created_defect_count", "Defects created in the period."),
        ),
        family="planning",
    ),
    metric(
        "quality_reopen_rate",
        "One row per scope and period: which part of its completions was taken back.",
        (
            ratio("reopen_ratio", "Completions that were taken back by completions, 0..1."),
            *interval("reopen_{}_ratio", "the ratio"),
            few("reopened_count", "Completions of the period that were taken back later."),
        ),
        family="planning",
    ),
)
