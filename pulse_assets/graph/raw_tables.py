"""The raw tables: what each is called, which list of the source it holds, and how its records look."""

from dataclasses import dataclass

import dagster as dg

from pulse_assets.graph.columns import COLUMN_SCHEMA, record_schema
from pulse_assets.sources.github import records as github
from pulse_assets.sources.jira import records as jira

OWNERS = ["team:engineering-analytics"]


@dataclass(frozen=True, slots=True)
class RawTable:
    """One list of a source, as it is landed.

    Attributes:
        stream: Its name in the sync.
        shape: The TypedDict of a record.
        key: The field that tells records apart.
    """

    name: str
    stream: str
    shape: type
    key: str
    description: str
    preview: tuple[str, ...]


GITHUB_TABLES = (
    RawTable(
        "raw_github_repositories",
        "repository",
        github.Repository,
        "id",
        "One record per repository, as GitHub describes it.",
        ("id", "full_name", "default_branch", "pushed_at"),
    ),
    RawTable(
        "raw_github_pull_requests",
        "pull_requests",
        github.PullRequest,
        "number",
        "One record per pull request, with its commits and reviews.",
        ("number", "state", "title", "author", "updated_at"),
    ),
    RawTable(
        "raw_github_commits",
        "commits",
        github.Commit,
        "sha",
        "One record per commit of the default branch's history.",
        ("sha", "committed_at", "author", "message_headline"),
    ),
    RawTable(
        "raw_github_releases",
        "releases",
        github.Release,
        "id",
        "One record per release, with the commit of its tag.",
        ("id", "tag", "is_prerelease", "published_at"),
    ),
    RawTable(
        "raw_github_deployments",
        "deployments",
        github.Deployment,
        "id",
        "One record per deployment, with all its statuses.",
        ("id", "environment", "sha", "created_at"),
    ),
    RawTable(
        "raw_github_issues",
        "incidents",
        github.Issue,
        "number",
        "One record per issue with one of the incident labels.",
        ("number", "state", "title", "created_at", "closed_at"),
    ),
    RawTable(
        "raw_github_workflow_runs",
        "workflow_runs",
        github.WorkflowRun,
        "id",
        "One record per run of a workflow that fits `workflow_pattern`, where `deployment_source` is workflow_runs.",
        ("id", "name", "status", "conclusion", "run_attempt", "created_at"),
    ),
)
JIRA_TABLES = (
    RawTable(
        "raw_jira_projects",
        "projects",
        jira.Project,
        "id",
        "One record per project, as Jira describes it.",
        ("id", "key", "name", "style"),
    ),
    RawTable(
        "raw_jira_fields",
        "fields",
        jira.Field,
        "id",
        "One record per field of the site; those for sprints and estimates are found among them.",
        ("id", "name", "schema_type", "schema_custom"),
    ),
    RawTable(
        "raw_jira_statuses",
        "statuses",
        jira.Status,
        "id",
        "One record per status of the site, with its category.",
        ("id", "name", "category"),
    ),
    RawTable(
        "raw_jira_workflows",
        "workflows",
        jira.Workflow,
        "id",
        "One record per workflow, where the account may see them.",
        ("id", "name", "status_ids"),
    ),
    RawTable(
        "raw_jira_boards",
        "boards",
        jira.Board,
        "id",
        "One record per board of the project, with its configuration.",
        ("id", "name", "board_type", "estimation_field"),
    ),
    RawTable(
        "raw_jira_sprints",
        "sprints",
        jira.Sprint,
        "id",
        "One record per sprint of the project's boards.",
        ("id", "name", "state", "started_at", "completed_at"),
    ),
    RawTable(
        "raw_jira_issues",
        "issues",
        jira.Issue,
        "id",
        "One record per issue, with its whole history.",
        ("id", "key", "issue_type", "status", "updated"),
    ),
    RawTable(
        "raw_jira_board_issues",
        "board_issues",
        jira.BoardIssues,
        "board_id",
        "One record per board: the issues that it shows.",
        ("board_id",),
    ),
    RawTable(
        "raw_jira_users",
        "users",
        jira.User,
        "account_id",
        "One record per account that appears in an issue of the project.",
        ("account_id", "display_name", "account_type", "is_active"),
    ),
)


def raw_spec(table: RawTable, partitions: dg.PartitionsDefinition, source: str) -> dg.AssetSpec:
    """The raw table as an asset; its step records each finished partition by itself."""
    return dg.AssetSpec(
        table.name,
        description=f"{table.description} Updated page by page; the checkpoint is committed with each page.",
        group_name=f"raw_{source}",
        kinds={source, "sqlalchemy"},
        owners=OWNERS,
        partitions_def=partitions,
        # The step records each finished partition by itself, so Dagster must not expect an output.
        skippable=True,
        metadata={COLUMN_SCHEMA: record_schema(table.shape, key=table.key), "landing table": table.name},
    )
