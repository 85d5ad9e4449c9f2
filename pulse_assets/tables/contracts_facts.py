"""The contracts of the facts: one row per change, incident or deployment, and why it is counted or not."""

from pulse_assets.tables.contracts_clean import NUMBER, REPOSITORY, TO_PULL_REQUEST, TO_REPOSITORY
from pulse_assets.tables.schema import Column, Reference, Table, count, hours, optional, required

_DEPLOYMENT = ("repository", "deployment_id")
_TO_DEPLOYMENT = Reference(_DEPLOYMENT, "deployments", _DEPLOYMENT)


def _minutes(name: str, description: str) -> Column:
    return count(name, description, is_required=False)


FACTS = (
    Table(
        "change_lead_times",
        "One row per merged pull request, with the production deployment that brought it to users.",
        "facts",
        "facts",
        ("repository", "number"),
        (
            REPOSITORY,
            NUMBER,
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
        (TO_PULL_REQUEST, _TO_DEPLOYMENT),
    ),
    Table(
        "jira_incidents",
        "One row per repository and issue of Jira that is an incident there, and why.",
        "facts",
        "facts",
        ("repository", "key"),
        (
            REPOSITORY,
            required("project", "string", "Key of the project."),
            required("key", "string", "Key of the issue."),
            required("title", "string", "Its summary as written; may hold anything."),
            optional("service", "string", "What failed, where a label says so."),
            required("opened_at", "timestamp", "When the issue was created."),
            optional("resolved_at", "timestamp", "Last completion, else when it was resolved; null while it is open."),
            required(
                "taken_by",
                "string",
                "Why it belongs to the repository: the first that fits.",
                allowed=("pull_request", "service", "team"),
            ),
            optional("pull_requests", "string", "Numbers of the pull requests that name it, comma separated."),
            optional("url", "string", "Its page."),
        ),
        (TO_REPOSITORY,),
    ),
    Table(
        "incidents",
        "One row per incident: reported in an issue of GitHub or Jira, or seen in a revert, a hotfix or a rollback.",
        "facts",
        "facts",
        ("repository", "incident_id"),
        (
            REPOSITORY,
            required(
                "incident_id",
                "string",
                "Kind and number, of Jira the key: issue-12, jira-PAY-12, revert-45, hotfix-46, rollback-1003.",
            ),
            required("kind", "string", "What it was seen in.", allowed=("issue", "revert", "hotfix", "rollback")),
            optional("number", "integer", "Number of the issue or pull request at GitHub; null for others."),
            required(
                "title", "string", "Title of the issue or pull request as written; of a rollback its environment."
            ),
            optional("service", "string", "What failed, where a label says so; of a rollback its service."),
            required(
                "opened_at", "timestamp", "When it began, as far as is known: issue, pull request or rollback opened."
            ),
            optional(
                "resolved_at", "timestamp", "Issue closed or done, or remedy in production; null while it is open."
            ),
            optional("deployment_id", "integer", "The successful production deployment that it is attributed to."),
            optional(
                "attributed_by",
                "string",
                "A link (root cause, reverted or closed number, named key, rollback), or the time.",
                allowed=("link", "time"),
            ),
            optional("remedy_deployment_id", "integer", "The deployment that brought the revert, hotfix or rollback."),
            required("is_attributed", "boolean", "A deployment is held to have caused it."),
            optional(
                "reason",
                "string",
                "Why it is attributed to no deployment; null when it is.",
                allowed=("no_deployment_before", "cause_not_deployed", "reverted_before_deployment"),
            ),
            hours("restore_hours", "Of an issue: opened to resolved; null while it is open."),
        ),
        (TO_REPOSITORY, _TO_DEPLOYMENT, Reference(("repository", "remedy_deployment_id"), "deployments", _DEPLOYMENT)),
    ),
    Table(
        "deployment_outcomes",
        "One row per production deployment: what was in it, and what came of it.",
        "facts",
        "facts",
        _DEPLOYMENT,
        (
            REPOSITORY,
            required("deployment_id", "integer", "Number of the deployment at its source."),
            required("environment", "string", "Name of the environment."),
            optional("service", "string", "What was deployed; null where a repository is one service."),
            optional("sha", "string", "Commit that was deployed."),
            required("created_at", "timestamp", "When it was asked for."),
            optional("finished_at", "timestamp", "First success, or the failure that it ended with."),
            required("status", "string", "How it ended, as in `deployments`."),
            optional("previous_deployment_id", "integer", "The successful one of the same service before it."),
            count("commit_count", "Mainline commits that it brought first; null when unknown.", is_required=False),
            count("pull_request_count", "Pull requests that it brought to users first.", is_required=False),
            required("is_rollback", "boolean", "It went back behind the one before it."),
            required("is_rework", "boolean", "Unplanned: it mends production."),
            optional(
                "rework_by",
                "string",
                "How that is known, in alphabetic order, comma separated: hotfix, incident_link, revert, rollback.",
            ),
            required("is_failure", "boolean", "An incident is attributed to it."),
            optional(
                "failed_by",
                "string",
                "Kinds of its incidents, in alphabetic order, comma separated: hotfix, issue, revert, rollback.",
            ),
            count("incident_count", "Incidents attributed to it.", is_required=False),
            optional("first_incident_at", "timestamp", "When the first of its incidents was opened."),
            optional("recovered_at", "timestamp", "When its incidents were resolved; null while one is open."),
            hours("recovery_hours", "Finished to recovered; null while it is open."),
            required("is_counted", "boolean", "It reached users, so it counts in the metrics."),
            optional("reason", "string", "Why it does not count; null when it does.", allowed=("not_successful",)),
            optional(
                "flags",
                "string",
                "What to know about the row, in alphabetic order, comma separated: commits_unknown, first_deployment, "
                "negative_recovery.",
            ),
        ),
        (_TO_DEPLOYMENT,),
    ),
    Table(
        "devlake_changes",
        "One row per merged pull request, by the rules of Apache DevLake, beside what Pulse says of it.",
        "facts",
        "facts",
        ("repository", "number"),
        (
            REPOSITORY,
            NUMBER,
            required("merged_at", "timestamp", "When it was merged."),
            optional("deployment_id", "integer", "The deployment that DevLake finds."),
            optional("deployed_at", "timestamp", "Its finish."),
            _minutes("coding_minutes", "First commit to opened, rounded up; null when negative."),
            _minutes("pickup_minutes", "Opened to the first review by anyone but the author, bots too; rounded up."),
            _minutes("review_minutes", "That review to merged, rounded up; null when negative."),
            _minutes("deploy_minutes", "Merged to deployed, rounded up; null when negative."),
            _minutes("cycle_minutes", "Coding, opened to merged, and deploy together; those that are null left out."),
            required("is_counted", "boolean", "DevLake counts it."),
            optional(
                "reason",
                "string",
                "Why it is not counted; null when it is.",
                allowed=("first_deployment", "commits_unknown", "not_deployed"),
            ),
            hours("pulse_lead_time_hours", "What `pulse` counts; null when it does not."),
            optional(
                "difference",
                "string",
                "Why both differ by three minutes or more; null when they do not.",
                allowed=("only_pulse", "only_devlake", "other_deployment", "other_stages"),
            ),
        ),
        (TO_PULL_REQUEST, _TO_DEPLOYMENT),
    ),
    Table(
        "fourkeys_changes",
        "One row per commit in a successful production deployment, by the rules of Four Keys.",
        "facts",
        "facts",
        ("repository", "deployment_id", "sha"),
        (
            REPOSITORY,
            required("deployment_id", "integer", "Number of the deployment at its source."),
            required("sha", "string", "Hash of the commit."),
            optional("committed_at", "timestamp", "The clock starts."),
            required("deployed_at", "timestamp", "The clock stops: finish of the deployment."),
            Column("minutes", "integer", "Whole minutes between them, cut off; may be negative."),
            required("is_counted", "boolean", "It took more than no minute."),
            optional("reason", "string", "Why it is not counted; null when it is.", allowed=("not_positive",)),
        ),
        (_TO_DEPLOYMENT, Reference(("repository", "sha"), "commits", ("repository", "sha"))),
    ),
    Table(
        "repository_months",
        "One row per repository and month: a number that changes when what the month's metrics rest on does.",
        "facts",
        "facts",
        ("repository", "month"),
        (
            REPOSITORY,
            required("month", "date", "First day of the month in `timezone`."),
            required("row_hashes", "string", "Sum of the hashes of the rows."),
            optional("first_event_at", "timestamp", "First merge or production deployment of the repository."),
        ),
        (TO_REPOSITORY,),
    ),
)
