"""Tiny organizations written by hand, for tests with exact numbers."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pulse_assets.sandbox.organization import (
    Commit,
    Deployment,
    DeploymentStatus,
    Landing,
    Organization,
    Person,
    PullRequest,
    Push,
    Repository,
    Review,
    ReviewState,
    StatusState,
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
    """A pull request of Ada's; commits as (name, authored at); `merged` and `merge` (name of the merge commit)."""
    merged, merge = more.pop("merged", None), more.pop("merge", None)
    branch = tuple(commit(name, authored) for name, authored in commits)
    return PullRequest(
        id=number,
        number=number,
        title=f"Change {number}",
        author=more.pop("author", ADA),
        opened_at=at(opened),
        base_branch=more.pop("base_branch", "main"),
        head_branch=f"ada/{number}",
        pushes=more.pop("pushes", (Push(at(opened), branch),)),
        closed_at=at(merged) if merged else None,
        merged_at=at(merged) if merged else None,
        merge_commit_sha=sha_of(merge) if merge else None,
        **more,
    )


def deployment(number: int, name: str, *states: tuple[StatusState, str], environment: str = "production") -> Deployment:
    """A deployment of the named commit; statuses as (state, at)."""
    statuses = tuple(DeploymentStatus(number * 10 + n, state, at(when)) for n, (state, when) in enumerate(states))
    return Deployment(
        id=number,
        environment=environment,
        sha=sha_of(name),
        ref="main",
        created_at=statuses[0].at,
        statuses=statuses,
        is_production=environment == "production",
        creator=BOT,
    )


def world(until: str = "2024-06-15", **parts: Any) -> Organization:
    """An organization of one repository `acme/api`."""
    repository = Repository(id=5, owner="acme", name="api", created_at=at("2024-01-01"), **parts)
    return Organization("acme", at(until), (ADA, BEN, BOT), (repository,))
