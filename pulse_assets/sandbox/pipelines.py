"""Makes workflow runs from what happened in a repository: checks of every push, and the pipelines of deployments."""

import datetime as dt
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pulse_assets.sandbox.organization import (
    Conclusion,
    Deployment,
    Landing,
    Person,
    PullRequest,
    RunAttempt,
    WorkflowRun,
)
from pulse_assets.sandbox.rollout import STAGING

WORKFLOWS: tuple[str, ...] = ("CI", "Deploy to production", "Deploy to staging")
_CHECKS, _TO_PRODUCTION, _TO_STAGING = WORKFLOWS[:3]
_RETRIED_WITHIN = dt.timedelta(hours=1)
_ENDS: dict[str, Conclusion] = {"success": "success", "failure": "failure", "error": "timed_out"}


@dataclass
class _Run:
    name: str
    event: str
    head_branch: str
    head_sha: str
    title: str
    actor: Person | None
    attempts: list[RunAttempt]


def _number(*key: object) -> int:
    """From 0 to 99, the same for the same parts."""
    return zlib.crc32("/".join(map(str, key)).encode()) % 100


def _attempt(queued: dt.datetime, seconds: int | None, conclusion: Conclusion | None, *, waited: int = 8) -> RunAttempt:
    started = queued + dt.timedelta(seconds=waited)
    return RunAttempt(queued, started, None if seconds is None else started + dt.timedelta(seconds=seconds), conclusion)


# ruff: noqa: PLR2004 - the numbers are the shares of the invented world
def _check(sha: str, at: dt.datetime) -> list[RunAttempt]:
    """Most succeed; some fail, are cancelled, or fail first and are run again."""
    fate = _number("check", sha, at)
    end: Conclusion = "failure" if fate < 12 else "cancelled" if fate < 15 else "success"
    attempts = [_attempt(at, 120 + fate * 5, end, waited=2 + fate // 5)]
    if fate < 4:
        attempts.append(_attempt(at + dt.timedelta(minutes=30 + fate), 300 + fate, "success"))
    return attempts


def _checks(pulls: Iterable[PullRequest], landings: Iterable[Landing]) -> Iterator[_Run]:
    for pull in pulls:
        for push in pull.pushes:
            if push.commits:
                at = max(push.at, pull.opened_at) + dt.timedelta(seconds=3)
                sha = push.commits[-1].sha
                attempts = _check(sha, at)
                yield _Run(_CHECKS, "pull_request", pull.head_branch, sha, pull.title, pull.author, attempts)
    pushed = {landing.landed_at: landing.commit for landing in landings}
    for at, commit in pushed.items():
        headline = commit.message.partition("\n")[0]
        attempts = _check(commit.sha, at + dt.timedelta(seconds=2))
        yield _Run(_CHECKS, "push", "main", commit.sha, headline, commit.author, attempts)


def _pipelines(deployments: Sequence[Deployment]) -> Iterator[_Run]:
    """A retry is most often the same run again, else a run of its own; some runs are cancelled before they deploy."""
    former: dict[str, tuple[Deployment, _Run]] = {}
    for deployment in deployments:
        attempt = _pipeline_attempt(deployment)
        before, run = former.get(deployment.environment, (None, None))
        if before and run and _is_retry(before, run, deployment) and _number("again", deployment.id) < 70:
            run.attempts.append(attempt)
            former[deployment.environment] = deployment, run
            continue
        name = _TO_STAGING if deployment.environment == STAGING else _TO_PRODUCTION
        event = "push" if deployment.ref == "main" else "workflow_dispatch"
        title, actor = f"{name}: {deployment.ref}", deployment.creator
        if _number("cancelled", deployment.id) < 4:
            cancelled = _attempt(deployment.created_at, 5, "cancelled")
            yield _Run(name, event, deployment.ref, deployment.sha, title, actor, [cancelled])
        run = _Run(name, event, deployment.ref, deployment.sha, title, actor, [attempt])
        former[deployment.environment] = deployment, run
        yield run


def _is_retry(before: Deployment, run: _Run, deployment: Deployment) -> bool:
    ended = run.attempts[-1].completed_at
    return (
        before.sha == deployment.sha
        and run.attempts[-1].conclusion in {"failure", "timed_out"}
        and ended is not None
        and ended <= deployment.created_at <= ended + _RETRIED_WITHIN
    )


def _pipeline_attempt(deployment: Deployment) -> RunAttempt:
    """Ends when the deployment does; one that never ends is cancelled after six hours, or stands for ever."""
    queued = deployment.created_at
    for status in deployment.statuses:
        if status.state in _ENDS:
            seconds = int((status.at - queued).total_seconds())
            return _attempt(queued, seconds, _ENDS[status.state])
    return (
        _attempt(queued, 6 * 3600, "cancelled")
        if _number("stuck", deployment.id) < 50
        else _attempt(queued, None, None)
    )


def build_runs(
    pulls: Iterable[PullRequest], landings: Iterable[Landing], deployments: Sequence[Deployment], *, first_id: int
) -> list[WorkflowRun]:
    """All runs in order of creation, ids counted up from `first_id`; the workflows' ids stand above all of theirs.

    No draw depends on what comes later, so that a longer history leaves the earlier runs as they are.
    """
    drafts = [*_checks(pulls, landings), *_pipelines(deployments)]
    drafts.sort(key=lambda run: (run.attempts[0].queued_at, run.name, run.head_sha))
    counts = dict.fromkeys(WORKFLOWS, 0)
    runs = []
    for place, run in enumerate(drafts):
        counts[run.name] += 1
        runs.append(
            WorkflowRun(
                id=first_id + place,
                name=run.name,
                workflow_id=first_id + 900_000 + WORKFLOWS.index(run.name),
                run_number=counts[run.name],
                event=run.event,
                head_branch=run.head_branch,
                head_sha=run.head_sha,
                created_at=run.attempts[0].queued_at,
                attempts=tuple(run.attempts),
                title=run.title,
                actor=run.actor,
            )
        )
    return runs
