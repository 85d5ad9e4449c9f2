"""Tiny organizations written by hand, for tests with exact numbers."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

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
    Repository,
    Review,
    ReviewState,
    RunAttempt,
    StatusState,
    WorkflowRun,
    sha_of,
)

ADA = Person(id=1, login="ada", name="Ada")
BEN = Person(id=2, login="ben", name="Ben")
BOT = Person(id=3, login="helper[bot]", name="helper[bot]", is_bot=True)


def at(text: str) -> dt.datetime:
    """`2024-05-01` or `2024-05-01T10:30`, UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def commit(name: str, authored: str, *, parents: Sequence[str] = ()) -> Commit:
    when = at(authored)
    shas = tuple(sha_of(parent) for parent in parents)
    return Commit(sha_of(name), when, when, ADA, "Ada", f"Do {name}", shas)


def mainline(*steps: tuple[str, str], lost: dict[str, str] | None = None) -> tuple[Landing, ...]:
    """(name, landed at) of each commit on the default branch; `lost` by a force push at that instant."""
    landings, previous = [], ()
    for name, landed in steps:
        gone = (lost or {}).get(name)
        landings.append(Landing(commit(name, landed, parents=previous), at(landed), at(gone) if gone else None))
        previous = () if gone else (name,)
    return tuple(landings)


def review(number: int, reviewer: Person | None, when: str, state: ReviewState = "APPROVED") -> Review:
    return Review(number, reviewer, state, at(when))


def pull(number: int, opened: str, *commits: tuple[str, str], **more: Any) -> PullRequest:
    """A pull request of Ada's; commits as (name, authored at); `merged` and `merge` (name of the merge commit).

    `labels` are worn from the opening on; `closed` is for one that was not merged; a body says what it `reverts` and
    which issues it `closes`.
    """
    reverts, closes = more.pop("reverts", None), tuple(more.pop("closes", ()))
    says = [f"Reverts acme/api#{reverts}"] if reverts else []
    says += [f"Fixes #{issue_number}" for issue_number in closes]
    labels, closed = tuple(more.pop("labels", ())), more.pop("closed", None) or more.get("merged")
    more.setdefault("labellings", (Labelling(at(opened), labels),) if labels else ())
    merged, merge = more.pop("merged", None), more.pop("merge", None)
    branch = tuple(commit(name, authored) for name, authored in commits)
    return PullRequest(
        id=number,
        number=number,
        title=more.pop("title", f"Change {number}"),
        author=more.pop("author", ADA),
        opened_at=at(opened),
        base_branch=more.pop("base_branch", "main"),
        head_branch=more.pop("head_branch", f"ada/{number}"),
        pushes=more.pop("pushes", (Push(at(opened), branch),)),
        closed_at=at(closed) if closed else None,
        merged_at=at(merged) if merged else None,
        merge_commit_sha=sha_of(merge) if merge else None,
        body=more.pop("body", "\n\n".join(says) or None),
        reverts_number=reverts,
        closes_issues=closes,
        **more,
    )


def deployment(
    number: int,
    name: str,
    *states: tuple[StatusState, str],
    environment: str = "production",
    service: str | None = None,
    deleted: str | None = None,
) -> Deployment:
    """A deployment of the named commit; statuses as (state, at); a service's environment is `production-<service>`."""
    if service:
        environment = f"production-{service}"
    statuses = tuple(DeploymentStatus(number * 10 + n, state, at(when)) for n, (state, when) in enumerate(states))
    return Deployment(
        id=number,
        environment=environment,
        sha=sha_of(name),
        ref="main",
        created_at=statuses[0].at,
        statuses=statuses,
        is_production=environment.startswith("production"),
        creator=BOT,
        service=service,
        deleted_at=at(deleted) if deleted else None,
    )


def issue(
    number: int,
    opened: str,
    *labels: str,
    closed: str | None = None,
    cause: str | int | None = None,
    deleted: str | None = None,
    **more: Any,
) -> Issue:
    """An issue of Ada's with its labels, `incident` unless others are given; `cause` is a sha or a pull request."""
    sha, cause_number = (cause, None) if isinstance(cause, str) else (None, cause)
    says = None if cause is None else f"root cause: {sha or f'#{cause_number}'}"
    return Issue(
        id=number,
        number=number,
        title=f"Incident {number}",
        author=ADA,
        opened_at=at(opened),
        labellings=more.pop("labellings", (Labelling(at(opened), labels or ("incident",)),)),
        closed_at=at(closed) if closed else None,
        body=more.pop("body", says),
        root_cause_sha=sha,
        root_cause_number=cause_number,
        deleted_at=at(deleted) if deleted else None,
        **more,
    )


def attempt(queued: str, completed: str | None = None, conclusion: Conclusion | None = None) -> RunAttempt:
    """An attempt that starts a minute after it is queued."""
    end = at(completed) if completed else None
    return RunAttempt(at(queued), at(queued) + dt.timedelta(minutes=1), end, conclusion)


def run(number: int, name: str, *attempts: RunAttempt, workflow: str = "Deploy to production") -> WorkflowRun:
    """A run of a workflow on the named commit of `main`."""
    return WorkflowRun(
        id=number,
        name=workflow,
        workflow_id=77,
        run_number=number,
        event="push",
        head_branch="main",
        head_sha=sha_of(name),
        created_at=attempts[0].queued_at,
        attempts=attempts,
        actor=ADA,
    )


def world(until: str = "2024-06-15", **parts: Any) -> Organization:
    """An organization of one repository `acme/api`."""
    repository = Repository(id=5, owner="acme", name="api", created_at=at("2024-01-01"), **parts)
    return Organization("acme", at(until), (ADA, BEN, BOT), (repository,))
