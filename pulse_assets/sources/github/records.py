"""The canonical records of GitHub: the same dict whether REST or GraphQL was asked.

Times are GitHub's own text (`2024-05-01T10:00:00Z`, UTC). Logins are spelled as REST does (`dependabot[bot]`); a
deleted user is None. E-mail addresses and bodies are not kept.
"""

from typing import Literal, TypedDict

from pulse_assets.sources.github.issue_keys import IssueKey


class Repository(TypedDict):
    """Table raw_github_repositories, key `id`."""

    id: int
    node_id: str
    full_name: str
    name: str
    owner: str
    default_branch: str
    fork: bool
    archived: bool
    private: bool
    created_at: str
    updated_at: str
    pushed_at: str | None
    html_url: str


class PullRequestCommit(TypedDict):
    """A commit of a pull request's branch."""

    sha: str
    authored_at: str
    committed_at: str
    author: str | None
    author_name: str | None


class Review(TypedDict):
    """A submitted review; `state` is APPROVED, CHANGES_REQUESTED, COMMENTED or DISMISSED."""

    id: int
    reviewer: str | None
    reviewer_is_bot: bool
    state: str
    submitted_at: str


class PullRequest(TypedDict):
    """Table raw_github_pull_requests, key `number`.

    `commits` is ordered by committed_at, authored_at, sha; `reviews` by submitted_at, id; both are whole, except that
    REST lists at most 250 commits (`commit_count` is larger then). Pending reviews are left out and not counted.
    `is_cross_repository` says that the branch is in a fork, also in a deleted one. GraphQL's name of the fork is not
    asked for, so there is no `head_repository`. `closes_issues` (ascending) and `reverts_number` are what its body says
    of issues and pull requests of the same repository, `issue_keys` the keys of Jira's issues that it names; records
    that were landed by versions before lack all three.
    """

    number: int
    title: str
    state: Literal["open", "closed"]
    draft: bool
    author: str | None
    author_is_bot: bool
    author_association: str
    created_at: str
    updated_at: str
    closed_at: str | None
    merged_at: str | None
    merge_commit_sha: str | None
    base_branch: str
    head_branch: str
    head_sha: str
    is_cross_repository: bool
    additions: int
    deletions: int
    changed_files: int
    labels: list[str]
    closes_issues: list[int]
    reverts_number: int | None
    issue_keys: list[IssueKey]
    html_url: str
    commit_count: int
    review_count: int
    commits: list[PullRequestCommit]
    reviews: list[Review]


class Commit(TypedDict):
    """Table raw_github_commits, key `sha`; the first parent comes first."""

    sha: str
    authored_at: str
    committed_at: str
    author: str | None
    author_name: str | None
    message_headline: str
    parents: list[str]


class Release(TypedDict):
    """Table raw_github_releases, key `id`; `tag_sha` is the tagged commit, None for a draft without a tag."""

    id: int
    tag: str
    tag_sha: str | None
    name: str | None
    is_draft: bool
    is_prerelease: bool
    created_at: str
    published_at: str | None
    html_url: str


class DeploymentStatus(TypedDict):
    """One status; `state` in lower case."""

    state: str
    created_at: str


class Deployment(TypedDict):
    """Table raw_github_deployments, key `id`; statuses oldest first, all of them.

    Without the branch or tag: GraphQL does not know one that is gone, REST does.
    """

    id: int
    environment: str
    sha: str
    task: str
    creator: str | None
    created_at: str
    updated_at: str
    statuses: list[DeploymentStatus]


class Issue(TypedDict):
    """Table raw_github_issues, key `number`; never a pull request.

    `root_cause_sha` (7 to 40 hexadecimal digits) and `root_cause_number` (a pull request) are what the body gives.
    """

    number: int
    title: str
    state: Literal["open", "closed"]
    author: str | None
    labels: list[str]
    created_at: str
    updated_at: str
    closed_at: str | None
    root_cause_sha: str | None
    root_cause_number: int | None
    html_url: str


class WorkflowRun(TypedDict):
    """Table raw_github_workflow_runs, key `id`: a run of GitHub Actions whose workflow's name fits `workflow_pattern`.

    A re-run keeps id and created_at; `run_attempt`, `run_started_at` and `updated_at` are of the last attempt.
    `conclusion` is None until `status` is completed; `name` is None where GitHub does not know the workflow's.
    """

    id: int
    name: str | None
    workflow_id: int
    path: str
    event: str
    status: str | None
    conclusion: str | None
    head_branch: str | None
    head_sha: str
    run_attempt: int
    created_at: str
    run_started_at: str
    updated_at: str
    html_url: str
