"""The sandbox's world: an organization, its repositories and everything that ever happened in them.

Each thing carries the instants (aware, UTC, whole seconds) at which it happened or changed, so that the world can be
looked at as of any instant: `Organization.at`. Nothing here knows HTTP, and nothing here computes a metric.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pulse_assets.sandbox.view import OrganizationView

ReviewState = Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"]
StatusState = Literal["error", "failure", "inactive", "in_progress", "pending", "queued", "success"]
Conclusion = Literal["cancelled", "failure", "skipped", "success", "timed_out"]


def sha_of(*parts: object) -> str:
    """A commit id (40 hexadecimal digits) that is the same for the same parts."""
    return hashlib.sha1("/".join(map(str, parts)).encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Person:
    """An account; a bot's `login` ends with `[bot]`, as REST spells it.

    Attributes:
        utc_offset_hours: Where they work; whole hours, from -12 to 14.
        association: Their relation to the repository, as GitHub names it (MEMBER, CONTRIBUTOR, NONE, …).
    """

    id: int
    login: str
    name: str = ""
    is_bot: bool = False
    utc_offset_hours: int = 0
    association: str = "MEMBER"


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit; `author` is None where the author's e-mail belongs to no account."""

    sha: str
    authored_at: dt.datetime
    committed_at: dt.datetime
    author: Person | None = None
    author_name: str = ""
    message: str = ""
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Push:
    """What a pull request's branch holds from `at` on: all its commits, oldest first (a force push replaces them)."""

    at: dt.datetime
    commits: tuple[Commit, ...]
    additions: int = 1
    deletions: int = 0
    changed_files: int = 1


@dataclass(frozen=True, slots=True)
class Review:
    """A review; `reviewer` is None when the account was deleted. A PENDING one has no `submitted_at` over the API."""

    id: int
    reviewer: Person | None
    state: ReviewState
    submitted_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Labelling:
    """The labels that an issue or a pull request wears from `at` on."""

    at: dt.datetime
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request with its whole life.

    Attributes:
        pushes: In order of time; the first one is not later than `opened_at`, or the request has no commits.
        head_repository: `owner/name` of a fork, "" for the repository itself, None for a deleted fork.
        draft_until: It was a draft from its opening to this instant; None if it never was one.
        closed_at: When it was closed or merged; None for one that stays open.
        merge_commit_sha: What the merge put onto the base branch; None if not merged.
        reverts_number: The pull request that `body` says it reverts.
        closes_issues: The numbers of issues that `body` says it closes, ascending.
    """

    id: int
    number: int
    title: str
    author: Person | None
    opened_at: dt.datetime
    base_branch: str
    head_branch: str
    pushes: tuple[Push, ...] = ()
    head_repository: str | None = ""
    reviews: tuple[Review, ...] = ()
    labellings: tuple[Labelling, ...] = ()
    draft_until: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    merged_at: dt.datetime | None = None
    merge_commit_sha: str | None = None
    body: str | None = None
    reverts_number: int | None = None
    closes_issues: tuple[int, ...] = ()

    def updated_at(self, instant: dt.datetime) -> dt.datetime:
        """The newest event not later than `instant`."""
        latest = self.opened_at
        for push in self.pushes:
            if latest < push.at <= instant:
                latest = push.at
        for review in self.reviews:
            if latest < review.submitted_at <= instant:
                latest = review.submitted_at
        for labelling in self.labellings:
            if latest < labelling.at <= instant:
                latest = labelling.at
        for event in (self.draft_until, self.closed_at):
            if event is not None and latest < event <= instant:
                latest = event
        return latest


@dataclass(frozen=True, slots=True)
class Landing:
    """One step of the default branch's first-parent history.

    Attributes:
        landed_at: When it was pushed to the default branch.
        lost_at: When a force push took it off again; None for ever on it.
        side: Commits that a merge commit brought along, oldest first; they are in the history, not on the first-parent
            line.
        pull_request: The number of the pull request that it belongs to; None for a direct push.
    """

    commit: Commit
    landed_at: dt.datetime
    lost_at: dt.datetime | None = None
    side: tuple[Commit, ...] = ()
    pull_request: int | None = None


@dataclass(frozen=True, slots=True)
class DeploymentStatus:
    id: int
    state: StatusState
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment; `statuses` in order of time, the first one not earlier than `created_at`.

    Attributes:
        service: What is deployed, where the repository has several services; its environment is then
            `production-<service>`. None where there is one only, and in staging.
        deleted_at: From then on it is not there.
    """

    id: int
    environment: str
    sha: str
    ref: str
    created_at: dt.datetime
    statuses: tuple[DeploymentStatus, ...]
    is_production: bool
    creator: Person | None = None
    task: str = "deploy"
    service: str | None = None
    deleted_at: dt.datetime | None = None

    def updated_at(self, instant: dt.datetime) -> dt.datetime:
        """The newest status not later than `instant`, or the creation."""
        return max([self.created_at, *(status.at for status in self.statuses if status.at <= instant)])


@dataclass(frozen=True, slots=True)
class RunAttempt:
    """One attempt of a workflow run, queued, then started, then completed.

    Attributes:
        completed_at: None where it never ends; then there is no conclusion either.
    """

    queued_at: dt.datetime
    started_at: dt.datetime
    completed_at: dt.datetime | None
    conclusion: Conclusion | None


@dataclass(frozen=True, slots=True)
class WorkflowRun:
    """A run of a workflow; a re-run is one more attempt of it and takes the place of the earlier ones over the API.

    Attributes:
        name: The workflow's name, such as `Deploy to production`; `workflow_id` is the workflow's number.
        run_number: Counts the runs of its workflow from 1.
        event: What set it off: `push`, `pull_request`, `workflow_dispatch` or `schedule`.
        head_sha: The commit that it runs on, of `head_branch`.
        attempts: In order of time, at least one; the first is queued at `created_at`.
    """

    id: int
    name: str
    workflow_id: int
    run_number: int
    event: str
    head_branch: str
    head_sha: str
    created_at: dt.datetime
    attempts: tuple[RunAttempt, ...]
    title: str = ""
    actor: Person | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """A release; a draft has no `published_at` over the API and its tag does not exist yet.

    From `deleted_at` on it is not there; its tag stays.
    """

    id: int
    tag: str
    sha: str
    created_at: dt.datetime
    published_at: dt.datetime
    author: Person
    name: str = ""
    is_prerelease: bool = False
    is_draft: bool = False
    deleted_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue; an incident wears the label `incident`, and `service:<name>` where it names what failed.

    Attributes:
        root_cause_sha: The commit that `body` says is the root cause: 40 digits or at least 7; it may be unknown.
        root_cause_number: The pull request that `body` says is the root cause.
        deleted_at: From then on it is not there, and its number is gone.
    """

    id: int
    number: int
    title: str
    author: Person | None
    opened_at: dt.datetime
    labellings: tuple[Labelling, ...] = ()
    closed_at: dt.datetime | None = None
    body: str | None = None
    root_cause_sha: str | None = None
    root_cause_number: int | None = None
    deleted_at: dt.datetime | None = None

    def updated_at(self, instant: dt.datetime) -> dt.datetime:
        """The newest event not later than `instant`."""
        events = [self.opened_at, *(labelling.at for labelling in self.labellings)]
        if self.closed_at is not None:
            events.append(self.closed_at)
        return max(event for event in events if event == self.opened_at or event <= instant)


@dataclass(frozen=True)
class Repository:
    """A repository and all that ever happened in it.

    Attributes:
        landings: The default branch, in the order of landing, lost ones included. An empty repository has none.
        pull_requests: In order of opening (and so of number).
        deployments: In order of creation (and so of id).
        workflow_runs: In order of creation (and so of id).
        previous_name: `owner/name` that it had until `renamed_at`; None if it was never renamed.
        branches: Branches beside the default one and those of open pull requests, with their sha.
    """

    id: int
    owner: str
    name: str
    created_at: dt.datetime
    default_branch: str = "main"
    description: str | None = None
    language: str | None = "Python"
    is_fork: bool = False
    is_archived: bool = False
    is_private: bool = False
    landings: Sequence[Landing] = ()
    pull_requests: Sequence[PullRequest] = ()
    deployments: Sequence[Deployment] = ()
    releases: Sequence[Release] = ()
    issues: Sequence[Issue] = ()
    workflow_runs: Sequence[WorkflowRun] = ()
    previous_name: str | None = None
    renamed_at: dt.datetime | None = None
    branches: dict[str, str] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """`owner/name` of today."""
        return f"{self.owner}/{self.name}"

    @cached_property
    def known_commits(self) -> dict[str, tuple[Commit, dt.datetime]]:
        """Every commit that the repository ever saw, by sha, with the instant from which on it is known."""
        known: dict[str, tuple[Commit, dt.datetime]] = {}
        for pull in self.pull_requests:
            for push in pull.pushes:
                at = max(push.at, pull.opened_at)
                for commit in push.commits:
                    if commit.sha not in known or at < known[commit.sha][1]:
                        known[commit.sha] = (commit, at)
        for landing in self.landings:
            for commit in (landing.commit, *landing.side):
                if commit.sha not in known or landing.landed_at < known[commit.sha][1]:
                    known[commit.sha] = (commit, landing.landed_at)
        return known


@dataclass(frozen=True)
class Organization:
    """The whole world.

    Attributes:
        login: The organization's name; repositories may belong to it or to one of the people.
        until: The instant as of which the world is served unless another one is asked for.
    """

    login: str
    until: dt.datetime
    people: Sequence[Person]
    repositories: Sequence[Repository]
    id: int = 1000

    def at(self, instant: dt.datetime | None = None) -> "OrganizationView":
        """The world as of `instant` (aware; default: `until`)."""
        from pulse_assets.sandbox.view import OrganizationView  # noqa: PLC0415 - the view is built on this module

        return OrganizationView(self, instant or self.until)
