"""The contract of every table in the lake: clean tables, facts and metrics.

A clean table is built from the landing (`transform`), a fact or a metric by the SQL file of its name (`metrics`).
"""

from collections.abc import Mapping
from types import MappingProxyType

from pulse_assets.tables.schema import Column, Kind, Layer, Reference, Table, count, hours, optional, required

__all__ = ["LOW_COUNT", "METRIC_COLUMNS", "TABLES", "Column", "Kind", "Layer", "Reference", "Table"]

#: A metric's row that counts fewer rows than this is marked `is_low_count`.
LOW_COUNT = 5

_REPOSITORY = required("repository", "string", "Full name of the repository, owner/name.")
_NUMBER = required("number", "integer", "Number of the pull request within its repository.")
_TO_REPOSITORY = Reference(("repository",), "repositories", ("repository",))
_TO_PULL_REQUEST = Reference(("repository", "number"), "pull_requests", ("repository", "number"))

_CLEAN = (
    Table(
        "repositories",
        "One row per repository.",
        "clean",
        "clean",
        ("repository",),
        (
            _REPOSITORY,
            required("repository_id", "integer", "GitHub's number of the repository; survives a rename."),
            optional("default_branch", "string", "Branch that pull requests are merged into."),
            required("is_fork", "boolean", "It is a fork of another repository."),
            required("is_archived", "boolean", "It is read-only."),
            required("is_private", "boolean", "It is not public."),
            required("created_at", "timestamp", "When it was created."),
            optional("updated_at", "timestamp", "When its description or settings last changed."),
            optional("pushed_at", "timestamp", "When something was last pushed to it."),
            optional("collected_at", "timestamp", "Start of the last complete collection, in the server's time."),
            optional("url", "string", "Its page."),
        ),
    ),
    Table(
        "pull_requests",
        "One row per pull request.",
        "clean",
        "clean",
        ("repository", "number"),
        (
            _REPOSITORY,
            _NUMBER,
            required("title", "string", "Title as written; may hold anything."),
            optional("author", "string", "Login; null when the account was deleted."),
            required("is_bot", "boolean", "The author is a bot."),
            required("state", "string", "State; a merged one is closed.", allowed=("open", "closed")),
            required("is_draft", "boolean", "It is marked as a draft."),
            required("created_at", "timestamp", "When it was opened."),
            required("updated_at", "timestamp", "When it last changed."),
            optional("closed_at", "timestamp", "When it was closed or merged."),
            optional("merged_at", "timestamp", "When it was merged."),
            optional("merge_commit_sha", "string", "The commit that merged it; only when merged."),
            required("base_branch", "string", "Branch that it is to be merged into."),
            optional("head_branch", "string", "Branch that it comes from."),
            optional("head_sha", "string", "Newest commit of its branch."),
            required("is_cross_repository", "boolean", "Its branch is in a fork, or in a fork that is gone."),
            optional("labels", "string", "Labels in alphabetic order, comma separated; null when it has none."),
            count("additions", "Lines added.", is_required=False),
            count("deletions", "Lines removed.", is_required=False),
            count("changed_files_count", "Files changed.", is_required=False),
            count("commit_count", "Commits that GitHub says it has."),
            count("review_count", "Reviews that GitHub says it has, pending ones left out."),
            optional("first_commit_at", "timestamp", "Earliest authoring time of its commits."),
            optional("first_review_at", "timestamp", "First review submitted by someone else who is no bot."),
            optional("url", "string", "Its page."),
        ),
        (_TO_REPOSITORY,),
    ),
    Table(
        "pull_request_commits",
        "One row per commit of a pull request, as its branch stands now.",
        "clean",
        "clean",
        ("repository", "number", "sha"),
        (
            _REPOSITORY,
            _NUMBER,
            required("sha", "string", "Hash of the commit."),
            optional("authored_at", "timestamp", "When it was written, by the author's clock."),
            optional("committed_at", "timestamp", "When it was committed; a rebase moves it."),
            optional("author", "string", "Login of the author, where GitHub knows the account."),
            optional("author_name", "string", "The author's name in the commit."),
        ),
        (_TO_PULL_REQUEST,),
    ),
    Table(
        "pull_request_reviews",
        "One row per submitted review of a pull request.",
        "clean",
        "clean",
        ("repository", "review_id"),
        (
            _REPOSITORY,
            _NUMBER,
            required("review_id", "integer", "GitHub's number of the review."),
            optional("reviewer", "string", "Login; null when the account was deleted."),
            required("is_bot", "boolean", "The reviewer is a bot."),
            required(
                "state",
                "string",
                "The verdict.",
                allowed=("APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED"),
            ),
            required("submitted_at", "timestamp", "When it was submitted."),
        ),
        (_TO_PULL_REQUEST,),
    ),
    Table(
        "commits",
        "One row per commit of the default branch's history.",
        "clean",
        "clean",
        ("repository", "sha"),
        (
            _REPOSITORY,
            required("sha", "string", "Hash of the commit."),
            optional("authored_at", "timestamp", "When it was written, by the author's clock."),
            optional("committed_at", "timestamp", "When it was committed, by the committer's clock."),
            optional("author", "string", "Login of the author, where GitHub knows the account."),
            optional("author_name", "string", "The author's name in the commit."),
            optional("message_headline", "string", "First line of the message."),
            count("parent_count", "0 for a root, 2 or more for a merge."),
            optional("first_parent_sha", "string", "The commit that the branch stood at before; null for a root."),
            optional(
                "mainline_position",
                "integer",
                "Place on the chain of first parents that ends at the head, 0 at its root; null off the chain.",
            ),
            required("is_head", "boolean", "No other commit has it as a parent; true for one commit."),
        ),
        (_TO_REPOSITORY,),
    ),
    Table(
        "releases",
        "One row per release.",
        "clean",
        "clean",
        ("repository", "release_id"),
        (
            _REPOSITORY,
            required("release_id", "integer", "GitHub's number of the release."),
            required("tag", "string", "Name of the tag."),
            optional("tag_sha", "string", "Commit that the tag points to."),
            optional("name", "string", "Title of the release."),
            required("is_draft", "boolean", "It is not published."),
            required("is_prerelease", "boolean", "It is marked as not ready for production."),
            optional("created_at", "timestamp", "When its commit was created."),
            optional("published_at", "timestamp", "When it was published."),
            optional("url", "string", "Its page."),
        ),
        (_TO_REPOSITORY,),
    ),
    Table(
        "deployments",
        "One row per deployment, from the source that `deployment_source` names.",
        "clean",
        "clean",
        ("repository", "deployment_id"),
        (
            _REPOSITORY,
            required("deployment_id", "integer", "Number of the deployment, or of the release, at its source."),
            required("source", "string", "Where it comes from.", allowed=("deployments", "releases")),
            required("environment", "string", "Name of the environment."),
            required("is_production", "boolean", "The environment's name fits `production_pattern`."),
            optional("sha", "string", "Commit that was deployed."),
            optional("creator", "string", "Login of who or what started it."),
            required("created_at", "timestamp", "When it was asked for."),
            optional("finished_at", "timestamp", "First success, or the failure that it ended with."),
            required(
                "status",
                "string",
                "success if it ever succeeded, else its last status that is not inactive.",
                allowed=("success", "failure", "error", "pending", "in_progress", "queued", "waiting", "inactive"),
            ),
        ),
        (_TO_REPOSITORY,),
    ),
    Table(
        "incidents",
        "One row per issue that carries one of `incident_labels`.",
        "clean",
        "clean",
        ("repository", "number"),
        (
            _REPOSITORY,
            required("number", "integer", "Number of the issue within its repository."),
            required("title", "string", "Title as written; may hold anything."),
            optional("author", "string", "Login; null when the account was deleted."),
            required("state", "string", "State of the issue.", allowed=("open", "closed")),
            optional("labels", "string", "Labels in alphabetic order, comma separated."),
            required("opened_at", "timestamp", "When the issue was opened."),
            optional("resolved_at", "timestamp", "When it was closed; null while it is open."),
            optional("updated_at", "timestamp", "When it last changed."),
            optional("url", "string", "Its page."),
        ),
        (_TO_REPOSITORY,),
    ),
)

_FACTS = (
    Table(
        "change_lead_times",
        "One row per merged pull request, with the production deployment that brought it to users.",
        "facts",
        "facts",
        ("repository", "number"),
        (
            _REPOSITORY,
            _NUMBER,
            optional("first_commit_at", "timestamp", "The clock starts: earliest authoring time of its commits."),
            required("opened_at", "timestamp", "When the pull request was opened."),
            optional("first_review_at", "timestamp", "First review by someone else who is no bot."),
            required("merged_at", "timestamp", "When it was merged."),
            optional("deployed_at", "timestamp", "The clock stops: finish of the deployment `deployment_id`."),
            hours("coding_hours", "First commit to opened."),
            hours("pickup_hours", "Opened to first review."),
            hours("review_hours", "First review to merged."),
            hours("deploy_hours", "Merged to deployed."),
            hours("lead_time_hours", "First commit to deployed."),
            optional("deployment_id", "integer", "First successful production deployment that contains it."),
            optional("matched_by", "string", "How the deployment was found.", allowed=("commit", "time")),
            required("is_counted", "boolean", "It is part of the metric."),
            optional(
                "reason",
                "string",
                "Why it is not counted; null when it is.",
                allowed=(
                    "other_base_branch",
                    "not_deployed",
                    "deployed_before_merge",
                    "first_commit_unknown",
                    "negative_lead_time",
                ),
            ),
            optional(
                "flags",
                "string",
                "What to know about the row, in alphabetic order, comma separated; null when there is nothing: "
                "first_deployment, matched_by_time, negative_<stage>.",
            ),
        ),
        (_TO_PULL_REQUEST, Reference(("repository", "deployment_id"), "deployments", ("repository", "deployment_id"))),
    ),
)

_METRIC_KEY = (
    required("definition", "string", "Name of the definition."),
    required("grain", "string", "Length of the period.", allowed=("week", "month")),
    required("period_start", "date", "First day of the period in `timezone`; a week begins on Monday."),
    required("scope_kind", "string", "What the row is about.", allowed=("repository", "all")),
    required("scope", "string", "Full name of the repository, or all."),
)
_METRIC_QUALITY = (
    count("row_count", "Rows that the figures are made of."),
    required("is_low_count", "boolean", f"row_count is below {LOW_COUNT}."),
    required("status", "string", "Whether the figures can be relied on.", allowed=("ok", "degraded", "withheld")),
    optional("status_reason", "string", "Why the status is not ok."),
)
#: The columns that every metric has.
METRIC_COLUMNS = tuple(column.name for column in (*_METRIC_KEY, *_METRIC_QUALITY))


def _metric(name: str, description: str, values: tuple[Column, ...]) -> Table:
    key = tuple(column.name for column in _METRIC_KEY)
    group = name.partition("_")[0]
    return Table(name, description, "metrics", group, key, (*_METRIC_KEY, *values, *_METRIC_QUALITY))


_METRICS = (
    _metric(
        "dora_lead_time",
        "One row per scope and period: how long changes took that were deployed in it.",
        (
            hours("lead_time_median_hours", "Median of first commit to deployed."),
            hours("lead_time_p90_hours", "90th percentile of first commit to deployed."),
            hours("coding_median_hours", "Median of first commit to opened."),
            hours("pickup_median_hours", "Median of opened to first review."),
            hours("review_median_hours", "Median of first review to merged."),
            hours("deploy_median_hours", "Median of merged to deployed."),
            count("left_out_count", "Changes merged in the period that are not counted, in whatever period."),
        ),
    ),
    _metric(
        "dora_deployment_frequency",
        "One row per scope and period: how often code reached production in it.",
        (
            count("deployment_count", "Successful production deployments."),
            count("deployment_days_count", "Local days with at least one."),
            Column(
                "deployment_days_per_week_median",
                "float",
                "Median, over the weeks whose Monday lies in the period, of the days with at least one.",
                minimum=0,
            ),
        ),
    ),
)

#: Every table of the lake by its name, in the order in which data flows.
TABLES: Mapping[str, Table] = MappingProxyType({table.name: table for table in (*_CLEAN, *_FACTS, *_METRICS)})
