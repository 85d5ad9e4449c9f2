"""Which figures a report shows of each metric, what they are called, and which way is better."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from pulse_assets.reports.wording import Unit

Better = Literal["less", "more"]
StageName = Literal["coding", "pickup", "review", "deploy"]
STAGES: tuple[StageName, ...] = ("coding", "pickup", "review", "deploy")
STAGE_TITLES = {
    "coding": "Coding",
    "pickup": "Pickup",
    "review": "Review",
    "deploy": "Deploy",
    "unsplit": "Not split",
}


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """One figure of a metric.

    Attributes:
        column: The value column of the metric's table.
        rows: What it rests on, in the singular: change, deployment, ….
        better: Which way is better; None where neither is.
        low_column: Lower end of its 95 % interval, where it has one; `high_column` likewise.
        count_column: Says on how many rows it rests; None where only the drill-down knows.
        is_monthly: Only months show it: within one week it says what another figure says.
        is_growing: What comes later can still raise it, so a younger period is not set against an older one.
    """

    metric: str
    column: str
    title: str
    unit: Unit
    rows: str
    better: Better | None = None
    low_column: str | None = None
    high_column: str | None = None
    count_column: str | None = "row_count"
    is_monthly: bool = False
    is_growing: bool = False

    @property
    def name(self) -> str:
        """`dora_lead_time.lead_time_median_hours`: columns of two metrics may have the same name."""
        return f"{self.metric}.{self.column}"


_LEAD, _DEPLOYS, _FAILURES = "dora_lead_time", "dora_deployment_frequency", "dora_change_failure_rate"
_RECOVERY, _REWORK = "dora_recovery_time", "dora_rework_rate"
_REVIEW, _LOAD, _CONTRIBUTION = "team_review_time", "team_review_load", "team_contribution"

_FIGURES = (
    ShownFigure(
        _LEAD, "lead_time_median_hours", "Lead time, median", "hours", "change", "less",
        "lead_time_median_low_hours", "lead_time_median_high_hours",
    ),
    ShownFigure(_LEAD, "lead_time_p75_hours", "Lead time, 75th percentile", "hours", "change", "less"),
    ShownFigure(_LEAD, "lead_time_p90_hours", "Lead time, 90th percentile", "hours", "change", "less"),
    *(
        ShownFigure(
            _LEAD, f"{stage}_median_hours", f"{STAGE_TITLES[stage]}, median", "hours", "change", "less",
            count_column=None,
        )
        for stage in STAGES
    ),
    ShownFigure(_LEAD, "left_out_count", "Changes left out", "count", "change", count_column="left_out_count"),
    ShownFigure(_DEPLOYS, "deployment_count", "Deployments", "count", "deployment", "more"),
    ShownFigure(_DEPLOYS, "deployment_days_count", "Deployment days", "days", "deployment", "more"),
    ShownFigure(
        _DEPLOYS, "deployment_days_per_week_median", "Deployment days a week, median", "days_per_week", "deployment",
        "more", is_monthly=True,
    ),
    ShownFigure(
        _FAILURES, "change_failure_ratio", "Change failure rate", "ratio", "deployment", "less",
        "change_failure_low_ratio", "change_failure_high_ratio",
    ),
    ShownFigure(_FAILURES, "failed_deployment_count", "Failed deployments", "count", "deployment", "less"),
    ShownFigure(
        _FAILURES, "unattributed_incident_count", "Incidents of no deployment", "count", "incident",
        count_column="unattributed_incident_count",
    ),
    ShownFigure(
        _FAILURES, "left_out_count", "Deployments that did not succeed", "count", "deployment",
        count_column="left_out_count",
    ),
    ShownFigure(
        _RECOVERY, "recovery_median_hours", "Recovery time, median", "hours", "recovered deployment", "less",
        "recovery_median_low_hours", "recovery_median_high_hours",
    ),
    ShownFigure(
        _RECOVERY, "recovery_p75_hours", "Recovery time, 75th percentile", "hours", "recovered deployment", "less"
    ),
    ShownFigure(
        _RECOVERY, "recovery_p90_hours", "Recovery time, 90th percentile", "hours", "recovered deployment", "less"
    ),
    ShownFigure(
        _RECOVERY, "open_count", "Not recovered at the end", "count", "deployment", "less",
        count_column="open_count",
    ),
    ShownFigure(
        _RECOVERY, "restore_median_hours", "Time to restore, median", "hours", "incident", "less",
        count_column="restore_count",
    ),
    ShownFigure(
        _RECOVERY, "restore_p75_hours", "Time to restore, 75th percentile", "hours", "incident", "less",
        count_column="restore_count",
    ),
    ShownFigure(
        _RECOVERY, "restore_p90_hours", "Time to restore, 90th percentile", "hours", "incident", "less",
        count_column="restore_count",
    ),
    ShownFigure(_RECOVERY, "restore_count", "Incidents resolved", "count", "incident", count_column="restore_count"),
    ShownFigure(
        _RECOVERY, "restore_open_count", "Incidents open at the end", "count", "incident", "less",
        count_column="restore_open_count",
    ),
    ShownFigure(
        _REWORK, "rework_ratio", "Rework rate", "ratio", "deployment", "less", "rework_low_ratio", "rework_high_ratio"
    ),
    ShownFigure(_REWORK, "rework_deployment_count", "Rework deployments", "count", "deployment", "less"),
    ShownFigure(
        _REWORK, "left_out_count", "Deployments that did not succeed", "count", "deployment",
        count_column="left_out_count",
    ),
    ShownFigure(
        _REVIEW, "pickup_median_hours", "Wait for the first review, median", "hours", "pull request", "less",
        "pickup_median_low_hours", "pickup_median_high_hours",
    ),
    ShownFigure(_REVIEW, "pickup_p75_hours", "Wait, 75th percentile", "hours", "pull request", "less"),
    ShownFigure(_REVIEW, "pickup_p90_hours", "Wait, 90th percentile", "hours", "pull request", "less"),
    ShownFigure(
        _REVIEW, "review_median_hours", "First review to merge, median", "hours", "pull request", "less",
        count_column=None,
    ),
    ShownFigure(_REVIEW, "merged_count", "Merged", "count", "pull request", count_column="merged_count"),
    ShownFigure(
        _REVIEW, "unreviewed_count", "Merged without a review", "count", "pull request", "less",
        count_column="merged_count",
    ),
    ShownFigure(
        _REVIEW, "bot_merged_count", "Merged by bots' authors", "count", "pull request",
        count_column="bot_merged_count",
    ),
    ShownFigure(_LOAD, "review_count", "Reviews", "count", "review"),
    ShownFigure(_LOAD, "reviewer_count", "Reviewers", "count", "review"),
    ShownFigure(_LOAD, "balance_ratio", "Balance of reviews", "ratio", "review", "more"),
    ShownFigure(_LOAD, "busiest_reviewer_ratio", "Busiest reviewer's part", "ratio", "review", "less"),
    ShownFigure(_LOAD, "bot_review_count", "Reviews by bots", "count", "review", count_column="bot_review_count"),
    ShownFigure(_CONTRIBUTION, "merged_count", "Merged pull requests", "count", "pull request"),
    ShownFigure(_CONTRIBUTION, "contributor_count", "Contributors", "count", "pull request"),
    ShownFigure(_CONTRIBUTION, "new_contributor_count", "New contributors", "count", "pull request"),
    ShownFigure(_CONTRIBUTION, "commit_count", "Commits", "count", "commit", count_column="commit_count"),
    ShownFigure(_CONTRIBUTION, "top_contributor_ratio", "Largest part of one person", "ratio", "pull request"),
    ShownFigure(
        _CONTRIBUTION, "bot_merged_count", "Merged, written by bots", "count", "pull request",
        count_column="bot_merged_count",
    ),
)  # fmt: skip

#: Every figure of a report by its name, in the order in which they are shown.
FIGURES: Mapping[str, ShownFigure] = MappingProxyType({figure.name: figure for figure in _FIGURES})
#: The metrics of which a report shows figures.
METRICS = tuple(dict.fromkeys(figure.metric for figure in _FIGURES))
DORA = (_LEAD, _DEPLOYS, _FAILURES, _RECOVERY, _REWORK)
TEAM = (_REVIEW, _LOAD, _CONTRIBUTION)
COLLABORATION = "team_collaboration"
#: The figure that stands for its metric.
HEADLINES: Mapping[str, ShownFigure] = MappingProxyType(
    {metric: next(figure for figure in _FIGURES if figure.metric == metric) for metric in METRICS}
)
#: Figures of the two tables about reviews and contribution.
REVIEW_TABLE = (
    f"{_REVIEW}.pickup_median_hours",
    f"{_REVIEW}.pickup_p90_hours",
    f"{_REVIEW}.review_median_hours",
    f"{_REVIEW}.unreviewed_count",
    f"{_LOAD}.review_count",
    f"{_LOAD}.reviewer_count",
    f"{_LOAD}.balance_ratio",
    f"{_LOAD}.busiest_reviewer_ratio",
    f"{_LOAD}.bot_review_count",
)
CONTRIBUTION_TABLE = (
    f"{_CONTRIBUTION}.merged_count",
    f"{_CONTRIBUTION}.contributor_count",
    f"{_CONTRIBUTION}.new_contributor_count",
    f"{_CONTRIBUTION}.commit_count",
    f"{_CONTRIBUTION}.top_contributor_ratio",
    f"{_CONTRIBUTION}.bot_merged_count",
)


def figures_of(metric: str, grain: str) -> tuple[ShownFigure, ...]:
    """The figures that the report of a week or a month shows of a metric."""
    return tuple(each for each in _FIGURES if each.metric == metric and (grain == "month" or not each.is_monthly))
