"""The contracts of the metrics of delivery: one row per definition, scope and period."""

from pulse_assets.tables.metric_columns import few, interval, metric, ratio
from pulse_assets.tables.schema import hours, required

METRICS = (
    metric(
        "dora_lead_time",
        "One row per definition, scope and period: how long changes took that were deployed in it.",
        (
            hours("lead_time_median_hours", "Median of first commit to deployed."),
            hours("lead_time_p75_hours", "75th percentile of first commit to deployed."),
            hours("lead_time_p90_hours", "90th percentile of first commit to deployed."),
            *interval("lead_time_median_{}_hours", "the median"),
            hours("coding_median_hours", "Median of first commit to opened."),
            hours("pickup_median_hours", "Median of opened to first review."),
            hours("review_median_hours", "Median of first review to merged."),
            hours("deploy_median_hours", "Median of merged to deployed."),
            few("left_out_count", "Rows of the period that are not counted, in whatever period."),
        ),
    ),
    metric(
        "dora_deployment_frequency",
        "One row per definition, scope and period: how often code reached production in it.",
        (
            few("deployment_count", "Successful production deployments."),
            few("deployment_days_count", "Local days with at least one."),
            ratio(
                "deployment_days_per_week_median",
                "Median, over the weeks whose Monday lies in the period, of the days with at least one.",
            ),
        ),
    ),
    metric(
        "dora_change_failure_rate",
        "One row per definition, scope and period: which part of its deployments needed intervention.",
        (
            ratio("change_failure_ratio", "Failed deployments per deployment, 0..1."),
            *interval("change_failure_{}_ratio", "the ratio"),
            few("failed_deployment_count", "Deployments with at least one attributed incident."),
            few("unattributed_incident_count", "Incidents opened in the period that belong to no deployment."),
            few("left_out_count", "Production deployments of the period that did not succeed."),
        ),
    ),
    metric(
        "dora_recovery_time",
        "One row per definition, scope and period: how long failed deployments that recovered in it took to.",
        (
            hours("recovery_median_hours", "Median of failed deployment finished to recovered."),
            hours("recovery_p75_hours", "75th percentile of it."),
            hours("recovery_p90_hours", "90th percentile of it."),
            *interval("recovery_median_{}_hours", "the median"),
            few(
                "open_count",
                "Failed deployments that were not recovered at the end of the period; a failure counts as open from "
                "its first incident on, not from the finish of the deployment.",
            ),
            hours("restore_median_hours", "Time to restore, the older metric: median of incident opened to resolved."),
            hours("restore_p75_hours", "75th percentile of it."),
            hours("restore_p90_hours", "90th percentile of it."),
            few("restore_count", "Incidents that were resolved in the period."),
            few("restore_open_count", "Incidents that were open at the end of the period."),
        ),
    ),
    metric(
        "dora_rework_rate",
        "One row per scope and period: which part of its deployments was unplanned and mended production.",
        (
            ratio("rework_ratio", "Rework deployments per deployment, 0..1."),
            *interval("rework_{}_ratio", "the ratio"),
            few("rework_deployment_count", "Unplanned deployments that mended production."),
            few("left_out_count", "Production deployments of the period that did not succeed."),
        ),
    ),
    metric(
        "team_review_time",
        "One row per scope and period: how long pull requests waited for a review that came in it.",
        (
            hours("pickup_median_hours", "Median of opened to first review by another person."),
            hours("pickup_p75_hours", "75th percentile of it."),
            hours("pickup_p90_hours", "90th percentile of it."),
            *interval("pickup_median_{}_hours", "the median"),
            hours("review_median_hours", "Median of first review to merged, of those merged in the period."),
            few("merged_count", "Pull requests of persons that were merged in the period."),
            few("unreviewed_count", "Of these, merged without a review by another person."),
            few("bot_merged_count", "Pull requests of bots that were merged in the period."),
        ),
    ),
    metric(
        "team_review_load",
        "One row per scope and period: how many reviews there were, and how evenly they were shared.",
        (
            few("review_count", "Reviews by persons of other persons' pull requests."),
            few("reviewer_count", "Persons who gave them."),
            ratio("busiest_reviewer_ratio", "Part of the reviews that the person with the most gave, 0..1."),
            ratio(
                "balance_ratio",
                "How evenly they were shared, 0..1: entropy by its maximum; null with fewer than two persons.",
            ),
            few("bot_review_count", "Reviews by bots."),
        ),
    ),
    metric(
        "team_contribution",
        "One row per scope and period: what was contributed, by how many.",
        (
            few("contributor_count", "Persons whose pull requests were merged."),
            few("merged_count", "Their pull requests that were merged."),
            few("commit_count", "Commits of persons that were authored in the period, of merged pull requests."),
            ratio("top_contributor_ratio", "Part of the merged ones by the person with the most, 0..1."),
            few("new_contributor_count", "Persons whose first pull request in the scope was merged."),
            few("bot_merged_count", "Pull requests of bots that were merged."),
        ),
    ),
    metric(
        "team_collaboration",
        "One row per scope, period, author's and reviewer's team: who reviews whom, never by person.",
        (
            few("review_count", "Reviews."),
            few("pull_request_count", "Pull requests that were reviewed."),
        ),
        key=(
            required("author_team", "string", "Team of the author; `bots`, or `others` who are in no team."),
            required("reviewer_team", "string", "Team of the reviewer, likewise."),
        ),
    ),
)
