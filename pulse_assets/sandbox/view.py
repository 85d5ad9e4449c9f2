"""The world as of one instant: what exists then, in which state, in which order.

Orders and indexes are made once per view and on first use, so that serving a page costs only that page.
"""

import datetime as dt
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pulse_assets.sandbox.organization import (
    Commit,
    Conclusion,
    Deployment,
    DeploymentStatus,
    Issue,
    Labelling,
    Landing,
    Organization,
    Person,
    PullRequest,
    Push,
    Release,
    Repository,
    Review,
    RunAttempt,
    WorkflowRun,
    sha_of,
)

_NOTHING_PUSHED = Push(at=dt.datetime.min.replace(tzinfo=dt.UTC), commits=(), additions=0, changed_files=0)


@dataclass(frozen=True, slots=True)
class PullRequestState:
    """A pull request as of an instant."""

    pull: PullRequest
    updated_at: dt.datetime
    closed_at: dt.datetime | None
    merged_at: dt.datetime | None
    is_draft: bool
    push: Push
    reviews: tuple[Review, ...]
    labels: tuple[str, ...]

    @property
    def state(self) -> Literal["OPEN", "CLOSED", "MERGED"]:
        if self.merged_at is not None:
            return "MERGED"
        return "OPEN" if self.closed_at is None else "CLOSED"

    @property
    def head_sha(self) -> str:
        return self.push.commits[-1].sha if self.push.commits else sha_of("no commits", self.pull.id)


@dataclass(frozen=True, slots=True)
class WorkflowRunState:
    """A workflow run as of an instant: only its latest attempt shows.

    Attributes:
        attempt_count: 1 for the first attempt.
        conclusion: None until it is completed.
        updated_at: When the attempt was queued, started or completed.
    """

    run: WorkflowRun
    attempt: RunAttempt
    attempt_count: int
    status: Literal["queued", "in_progress", "completed"]
    conclusion: Conclusion | None
    updated_at: dt.datetime

    @property
    def started_at(self) -> dt.datetime:
        """GitHub shows the queueing until it starts."""
        return self.attempt.queued_at if self.status == "queued" else self.attempt.started_at


@dataclass(frozen=True, slots=True)
class Comparison:
    """`ahead`: commits of the head that the base lacks, oldest first; `behind_count`: the other way round."""

    base: Commit
    head: Commit
    merge_base: Commit
    ahead: Sequence[Commit]
    behind_count: int

    @property
    def status(self) -> Literal["diverged", "ahead", "behind", "identical"]:
        if self.ahead:
            return "diverged" if self.behind_count else "ahead"
        return "behind" if self.behind_count else "identical"


def _labels_at(labellings: Sequence[Labelling], instant: dt.datetime) -> tuple[str, ...]:
    labels: tuple[str, ...] = ()
    for labelling in labellings:
        if labelling.at <= instant:
            labels = labelling.labels
    return labels


def _not_after(event: dt.datetime | None, instant: dt.datetime) -> dt.datetime | None:
    return event if event is not None and event <= instant else None


def _is_gone(thing: Deployment | Issue | Release, instant: dt.datetime) -> bool:
    return thing.deleted_at is not None and thing.deleted_at <= instant


class RepositoryView:
    """A repository as of an instant."""

    def __init__(self, repository: Repository, instant: dt.datetime) -> None:
        self.repository = repository
        self.instant = instant
        known = repository.previous_name if repository.renamed_at and repository.renamed_at > instant else None
        self.full_name = known or repository.full_name
        self.name = self.full_name.partition("/")[2]

    # ------------------------------------------------------------------ pull requests and issues
    @cached_property
    def pull_requests(self) -> list[PullRequest]:
        """In order of opening."""
        return [pull for pull in self.repository.pull_requests if pull.opened_at <= self.instant]

    @cached_property
    def pull_numbers(self) -> dict[int, PullRequest]:
        return {pull.number: pull for pull in self.pull_requests}

    @cached_property
    def pull_updates(self) -> list[tuple[dt.datetime, int]]:
        """(updated_at, number) of every pull request, oldest update first."""
        return sorted((pull.updated_at(self.instant), pull.number) for pull in self.pull_requests)

    def state_of(self, pull: PullRequest) -> PullRequestState:
        now = self.instant
        push = next((push for push in reversed(pull.pushes) if push.at <= now), _NOTHING_PUSHED)
        return PullRequestState(
            pull=pull,
            updated_at=pull.updated_at(now),
            closed_at=_not_after(pull.closed_at, now),
            merged_at=_not_after(pull.merged_at, now),
            is_draft=pull.draft_until is not None and pull.draft_until > now,
            push=push,
            reviews=tuple(review for review in pull.reviews if review.submitted_at <= now),
            labels=_labels_at(pull.labellings, now),
        )

    @cached_property
    def issues(self) -> list[Issue]:
        """Without pull requests and without deleted ones, in order of opening."""
        now = self.instant
        return [issue for issue in self.repository.issues if issue.opened_at <= now and not _is_gone(issue, now)]

    @cached_property
    def issue_numbers(self) -> dict[int, Issue]:
        return {issue.number: issue for issue in self.issues}

    @cached_property
    def deleted_issue_numbers(self) -> frozenset[int]:
        return frozenset(issue.number for issue in self.repository.issues if _is_gone(issue, self.instant))

    def labels_of(self, issue: Issue | PullRequest) -> tuple[str, ...]:
        return _labels_at(issue.labellings, self.instant)

    def closed_at_of(self, issue: Issue) -> dt.datetime | None:
        return _not_after(issue.closed_at, self.instant)

    # ------------------------------------------------------------------ git
    @cached_property
    def mainline(self) -> list[Landing]:
        """The default branch by first parents, oldest first."""
        now = self.instant
        return [
            landing
            for landing in self.repository.landings
            if landing.landed_at <= now and (landing.lost_at is None or landing.lost_at > now)
        ]

    @cached_property
    def positions(self) -> dict[str, int]:
        """Sha → position on the mainline, 0 at the root."""
        return {landing.commit.sha: position for position, landing in enumerate(self.mainline)}

    @cached_property
    def history(self) -> list[Commit]:
        """Everything that the default branch reaches, children before parents."""
        history: list[Commit] = []
        for landing in reversed(self.mainline):
            history.append(landing.commit)
            history.extend(reversed(landing.side))
        return history

    @cached_property
    def _offsets(self) -> dict[str, int]:
        return {commit.sha: offset for offset, commit in enumerate(self.history)}

    @property
    def head(self) -> Commit | None:
        return self.mainline[-1].commit if self.mainline else None

    def commit(self, sha: str) -> Commit | None:
        known = self.repository.known_commits.get(sha)
        return known[0] if known and known[1] <= self.instant else None

    def _own_chain(self, sha: str) -> tuple[list[Commit], int]:
        """The commits from `sha` down to the mainline, and where the history goes on from there."""
        chain: list[Commit] = []
        while sha not in self.positions:
            commit = self.commit(sha)
            if commit is None:
                return chain, len(self.history)
            chain.append(commit)
            if not commit.parents:
                return chain, len(self.history)
            sha = commit.parents[0]
        return chain, self._offsets[sha]

    def history_from(self, sha: str) -> list[Commit]:
        """What `sha` reaches, itself included, children before parents."""
        chain, offset = self._own_chain(sha)
        return self.history if not chain and not offset else chain + self.history[offset:]

    def compare(self, base: Commit, head: Commit) -> Comparison:
        """What `head` has over `base`, and the other way round."""
        base_chain, base_offset = self._own_chain(base.sha)
        head_chain, head_offset = self._own_chain(head.sha)
        if not base_chain and not head_chain:
            ahead = self.history[head_offset:base_offset]
            lower = base if base_offset >= head_offset else head
            return Comparison(base, head, lower, ahead[::-1], max(0, head_offset - base_offset))
        ours, theirs = self.history_from(head.sha), self.history_from(base.sha)
        our_shas, their_shas = {c.sha for c in ours}, {c.sha for c in theirs}
        shared = next((commit for commit in ours if commit.sha in their_shas), base)
        ahead = [commit for commit in reversed(ours) if commit.sha not in their_shas]
        return Comparison(base, head, shared, ahead, len(their_shas - our_shas))

    @cached_property
    def branches(self) -> dict[str, str]:
        """Name → sha: the default branch, those of open pull requests, and others."""
        if self.head is None:
            return {}
        branches = {self.repository.default_branch: self.head.sha}
        branches |= {name: sha for name, sha in self.repository.branches.items() if self.commit(sha)}
        for pull in self.pull_requests:
            if pull.head_repository == "" and (pull.closed_at is None or pull.closed_at > self.instant):
                branches[pull.head_branch] = self.state_of(pull).head_sha
        return branches

    @cached_property
    def tags(self) -> dict[str, str]:
        """Name → sha, newest first; a tag outlives its release."""
        published = (row for row in reversed(self.repository.releases) if row.published_at <= self.instant)
        return {release.tag: release.sha for release in published if not release.is_draft}

    def resolve(self, name: str) -> Commit | None:
        """The commit of a branch, a tag, a full sha or an abbreviated one (at least 7 digits)."""
        name = name.removeprefix("refs/").removeprefix("heads/").removeprefix("tags/")
        if name == "HEAD":
            return self.head
        sha = self.branches.get(name) or self.tags.get(name) or name
        found = self.commit(sha)
        if found is None and 7 <= len(name) < 40:  # noqa: PLR2004 - git abbreviates to seven of forty digits
            candidates = [sha for sha in self.repository.known_commits if sha.startswith(name)]
            found = self.commit(candidates[0]) if len(candidates) == 1 else None
        return found

    # ------------------------------------------------------------------ deployments and releases
    @cached_property
    def deployments(self) -> list[Deployment]:
        """In order of creation, without deleted ones."""
        now = self.instant
        return [row for row in self.repository.deployments if row.created_at <= now and not _is_gone(row, now)]

    def deployment(self, deployment_id: int) -> Deployment | None:
        position = bisect_left(self.deployments, deployment_id, key=lambda deployment: deployment.id)
        found = self.deployments[position : position + 1]
        return found[0] if found and found[0].id == deployment_id else None

    def statuses_of(self, deployment: Deployment) -> list[DeploymentStatus]:
        """Oldest first."""
        return [status for status in deployment.statuses if status.at <= self.instant]

    @cached_property
    def releases(self) -> list[Release]:
        """In order of publication, without deleted ones."""
        now = self.instant
        return [row for row in self.repository.releases if row.published_at <= now and not _is_gone(row, now)]

    @cached_property
    def workflow_runs(self) -> list[WorkflowRun]:
        """In order of creation."""
        return [run for run in self.repository.workflow_runs if run.created_at <= self.instant]

    def run_state(self, run: WorkflowRun) -> WorkflowRunState:
        now = self.instant
        attempts = [attempt for attempt in run.attempts if attempt.queued_at <= now]
        attempt, count = attempts[-1], len(attempts)
        if attempt.completed_at is not None and attempt.completed_at <= now:
            return WorkflowRunState(run, attempt, count, "completed", attempt.conclusion, attempt.completed_at)
        if attempt.started_at <= now:
            return WorkflowRunState(run, attempt, count, "in_progress", None, attempt.started_at)
        return WorkflowRunState(run, attempt, count, "queued", None, attempt.queued_at)

    # ------------------------------------------------------------------ the repository itself
    @cached_property
    def pushed_at(self) -> dt.datetime:
        """The newest push to any branch of the repository, or its creation."""
        latest = self.repository.created_at
        if self.mainline:
            latest = max(latest, *(landing.landed_at for landing in self.mainline))
        for pull in self.pull_requests:
            if pull.head_repository == "":
                latest = max([latest, *(push.at for push in pull.pushes if push.at <= self.instant)])
        return latest

    @cached_property
    def updated_at(self) -> dt.datetime:
        """Creation, renaming, or a push to the default branch."""
        events = [self.repository.created_at, *(landing.landed_at for landing in self.mainline[-1:])]
        if self.repository.renamed_at is not None and self.repository.renamed_at <= self.instant:
            events.append(self.repository.renamed_at)
        return max(events)


class OrganizationView:
    """The world as of `instant`."""

    def __init__(self, organization: Organization, instant: dt.datetime) -> None:
        if instant.tzinfo is None:
            msg = f"the instant {instant} has no time zone"
            raise ValueError(msg)
        self.organization = organization
        self.instant = instant
        self.repositories = [
            RepositoryView(repository, instant)
            for repository in organization.repositories
            if repository.created_at <= instant
        ]
        self._by_name = {view.full_name.lower(): view for view in self.repositories}
        self._by_former_name = {
            view.repository.previous_name.lower(): view
            for view in self.repositories
            if view.repository.previous_name and view.full_name != view.repository.previous_name
        }
        self._people = {person.login.lower(): person for person in organization.people}

    def repository(self, full_name: str) -> RepositoryView | None:
        return self._by_name.get(full_name.lower())

    def renamed_repository(self, former_name: str) -> RepositoryView | None:
        """The repository that had this name before."""
        return self._by_former_name.get(former_name.lower())

    def repository_by_id(self, repository_id: int) -> RepositoryView | None:
        return next((view for view in self.repositories if view.repository.id == repository_id), None)

    def repositories_of(self, login: str) -> list[RepositoryView]:
        return [view for view in self.repositories if view.repository.owner.lower() == login.lower()]

    def person(self, login: str) -> Person | None:
        return self._people.get(login.lower())

    def is_organization(self, login: str) -> bool:
        return login.lower() == self.organization.login.lower()
