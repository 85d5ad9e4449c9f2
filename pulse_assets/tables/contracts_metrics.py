"""The contracts of the metrics: one row per definition, scope and period."""

from pulse_assets.tables.schema import Column, Table, count, hours, optional, required

#: A metric's row that counts fewer rows than this is marked `is_low_count`.
LOW_COUNT = 5
DEFINITIONS = ("pulse", "devlake", "fourkeys")
SCOPE_KINDS = ("repository", "team", "all")

_KEY = (
    required("definition", "string", "Name of the definition.", allowed=DEFINITIONS),
    required("grain", "string", "Length of the period.", allowed=("week", "month")),
    required("period_start", "date", "First day of the period in `timezone`; a week begins on Monday."),
    required("scope_kind", "string", "What the row is about.", allowed=SCOPE_KINDS),
    required("scope", "string", "Full name of the repository, name of the team, or all."),
)
_QUALITY = (
    count("row_count", "Rows that the headline figure is made of; null where withheld.", is_required=False),
    required("is_low_count", "boolean", f"row_count is below {LOW_COUNT}; false where withheld."),
    required("status", "string", "Whether the figures can be relied on.", allowed=("ok", "degraded", "withheld")),
    optional("status_reason", "string", "Why the status is not ok."),
)
#: The columns that every metric has.
METRIC_COLUMNS = tuple(column.name for column in (*_KEY, *_QUALITY))


def _ratio(name: str, description: str) -> Column:
    return Column(name, "float", description, minimum=0)


def _few(name: str, description: str) -> Column:
    """A count that is null where it is withheld."""
    return count(name, description, is_required=False)


def _interval(name: str, of: str) -> tuple[Column, Column]:
    """The ends of a 95 % bootstrap interval; `{}` in the name is low or high."""
    low, high = (name.format(end) for end in ("low", "high"))
    return _ratio(low, f"Lower end of the 95 % bootstrap interval of {of}."), _ratio(high, "Upper end of it.")


def _metric(name: str, description: str, values: tuple[Column, ...], key: tuple[Column, ...] = ()) -> Table:
    columns = (*_KEY, *key)
    group = name.partition("_")[0]
    names = tuple(column.name for column in columns)
    return Table(name, description, "metrics", group, names, (*columns, *values, *_QUALITY))


def value_columns(table: Table) -> tuple[str, ...]:
    """The columns of a metric that hold figures: neither its key nor what every metric says of its quality."""
    quality = {column.name for column in _QUALITY}
    return tuple(name for name in table.column_names if name not in table.key and name not in quality)


METRICS = (
    _metric(
        "dora_lead_time",
        "One row per definition, scope and period: how long changes took that were deployed in it.",
        (
            hours("lead_time_median_hours", "Median of first commit to deployed."),
            hours("lead_time_p75_hours", "75th percentile of first commit to deployed."),
            hours("lead_time_p90_hours", "90th percentile of first commit to deployed."),
            *_interval("lead_time_median_{}_hours", "the median"),
            hours("coding_median_hours", "Median of first commit to opened."),
            hours("pickup_median_hours", "Median of opened to first review."),
            hours("review_median_hours", "Median of first review to merged."),
            hours("deploy_median_hours", "Median of merged to deployed."),
            _few("left_out_count", "Rows of the period that are not counted, in whatever period."),
        ),
    ),
    _metric(
        "dora_deployment_frequency",
        "One row per definition, scope and period: how often code reached production in it.",
        (
            _few("deployment_count", "Successful production deployments."),
            _few("deployment_days_count", "Local days with at least one."),
            _ratio(
                "deployment_days_per_week_median",
                "Median, over the weeks whose Monday lies in the period, of the days with at least one.",
            ),
        ),
    ),
    _metric(
        "dora_change_failure_rate",
        "One row per definition, scope and period: which part of its deployments needed intervention.",
        (
            _ratio("change_failure_ratio", "Failed deployments per deployment, 0..1."),
            *_interval("change_failure_{}_ratio", "the ratio"),
            _few("failed_deployment_count", "Deployments with at least one attributed incident."),
            _few("unattributed_incident_count", "Incidents opened in the period that belong to no deployment."),
            _few("left_out_count", "Production deployments of the period that did not succeed."),
        ),
    ),
    _metric(
        "dora_recovery_time",
        "One row per definition, scope and period: how long failed deployments that recovered in it took to.",
        (
            hours("recovery_median_hours", "Median of failed deployment finished to recovered."),
            hours("recovery_p75_hours", "75th percentile of it."),
            hours("recovery_p90_hours", "90th percentile of it."),
            *_interval("recovery_median_{}_hours", "the median"),
            _few(
                "open_count",
                "Failed deployments that were not recovered at the end of the period; a failure counts as open from "
                "its first incident on, not from the finish of the deployment.",
            ),
            hours("restore_median_hours", "Time to restore, the older metric: median of incident opened to resolved."),
            hours("restore_p75_hours", "75th percentile of it."),
            hours("restore_p90_hours", "90th percentile of it."),
            _few("restore_count", "Incidents that were resolved in the period."),
            _few("restore_open_count", "Incidents that were open at the end of the period."),
        ),
    ),
    _metric(
        "dora_rework_rate",
        "One row per scope and period: which part of its deployments was unplanned and mended production.",
        (
            _ratio("rework_ratio", "Rework deployments per deployment, 0..1."),
            *_interval("rework_{}_ratio", "the ratio"),
            _few("rework_deployment_count", "Unplanned deployments that mended production."),
            _few("left_out_count", "Production deployments of the period that did not succeed."),
        ),
    ),
    _metric(
        "team_review_time",
        "One row per scope and period: how long pull requests waited for a review that came in it.",
        (
            hours("pickup_median_hours", "Median of opened to first review by another person."),
            hours("pickup_p75_hours", "75th percentile of it."),
            hours("pickup_p90_hours", "90th percentile of it."),
            *_interval("pickup_median_{}_hours", "the median"),
            hours("review_median_hours", "Median of first review to merged, of those merged in the period."),
            _few("merged_count", "Pull requests of persons that were merged in the period."),
            _few("unreviewed_count", "Of these, merged without a review by another person."),
            _few("bot_merged_count", "Pull requests of bots that were merged in the period."),
        ),
    ),
    _metric(
        "team_review_load",
        "One row per scope and period: how many reviews there were, and how evenly they were shared.",
        (
            _few("review_count", "Reviews by persons of other persons' pull requests."),
            _few("reviewer_count", "Persons who gave them."),
            _ratio("busiest_reviewer_ratio", "Part of the reviews that the person with the most gave, 0..1."),
            _ratio(
                "balance_ratio",
                "How evenly they were shared, 0..1: entropy by its maximum; null with fewer than two persons.",
            ),
            _few("bot_review_count", "Reviews by bots."),
        ),
    ),
    _metric(
        "team_contribution",
        "One row per scope and period: what was contributed, by how many.",
        (
            _few("contributor_count", "Persons whose pull requests were merged."),
            _few("merged_count", "Their pull requests that were merged."),
            _few("commit_count", "Commits of persons that were authored in the period, of merged pull requests."),
            _ratio("top_contributor_ratio", "Part of the merged ones by the person with the most, 0..1."),
            _few("new_contributor_count", "Persons whose first pull request in the scope was merged."),
            _few("bot_merged_count", "Pull requests of bots that were merged."),
        ),
    ),
    _metric(
        "team_collaboration",
        "One row per scope, period, author's and reviewer's team: who reviews whom, never by person.",
        (
            _few("review_count", "Reviews."),
            _few("pull_request_count", "Pull requests that were reviewed."),
        ),
        key=(
            required("author_team", "string", "Team of the author; `bots`, or `others` who are in no team."),
            required("reviewer_team", "string", "Team of the reviewer, likewise."),
        ),
    ),
)
