"""Deploys what is on the default branch: staging and production, failures and retries, rollbacks and hotfixes."""

import random
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from pulse_assets.sandbox.mainline import Mainline
from pulse_assets.sandbox.organization import Deployment, DeploymentStatus, Person, StatusState
from pulse_assets.sandbox.people import DAY, DEPLOY_BOT, HOUR, instant, weekday
from pulse_assets.sandbox.planning import IssuePlan, PullPlan

Cadence = Literal["on_demand", "daily", "weekly"]
#: When (seconds), what kind, which commit and which branch.
_Event = tuple[int, str, str, str]
PRODUCTION, STAGING = "production", "staging"
_RELEASE_HOUR = 14 * HOUR
_SATURDAY, _TUESDAY = 5, 1
_RECENT = 50


@dataclass(slots=True, eq=False)
class _Draft:
    environment: str
    sha: str
    ref: str
    created: int
    statuses: list[tuple[int, StatusState]] = field(default_factory=list)
    creator: Person = DEPLOY_BOT
    service: str | None = None

    @property
    def succeeded(self) -> int | None:
        return next((at for at, state in self.statuses if state == "success"), None)


def _random(*key: object) -> random.Random:
    return random.Random("/".join(map(str, key)))  # noqa: S311 - an invented world, no secret


class _Heads:
    """Which commit was the default branch's head at a time."""

    def __init__(self, line: Mainline) -> None:
        self._times = [int(landing.landed_at.timestamp()) for landing in line.landings]
        self._shas = [landing.commit.sha for landing in line.landings]

    def at(self, time: int) -> str:
        return self._shas[max(0, bisect_right(self._times, time) - 1)]


def _roll_out(rng: random.Random, drafts: list[_Draft], draft: _Draft) -> int | None:
    """One deployment and, if it fails, its retry; returns when it was live."""
    drafts.append(draft)
    at = draft.created
    began, ended = at + rng.randrange(10, 60), at + rng.randrange(180, 720)
    draft.statuses = [(at + 2, "pending"), (began, "in_progress")]
    fate = rng.random()
    if fate < 0.06:
        draft.statuses.append((ended, "failure" if fate < 0.045 else "error"))
        again = ended + rng.randrange(600, 2400)
        return _roll_out(rng, drafts, _Draft(draft.environment, draft.sha, draft.ref, again, service=draft.service))
    if fate < 0.07:
        return None
    draft.statuses.append((ended, "success"))
    if fate < 0.08:
        draft.statuses.append((ended + 30, "success"))
    return ended


# ruff: noqa: PLR2004 - the numbers are the shares of the invented world
def _triggers(key: str, line: Mainline, cadence: Cadence) -> list[int]:
    landed = sorted({int(landing.landed_at.timestamp()) for landing in line.landings})
    if cadence == "on_demand":
        chances = ((at, _random(key, "trigger", at)) for at in landed)
        return [at + rng.randrange(120, 900) for at, rng in chances if rng.random() < 0.7]
    days = range(landed[0] - landed[0] % DAY, landed[-1] + 7 * DAY, DAY)
    wanted = [day for day in days if (weekday(day) == _TUESDAY if cadence == "weekly" else weekday(day) < _SATURDAY)]
    triggers, done = [], 0
    for day in wanted:
        at = day + _RELEASE_HOUR + _random(key, "trigger", day).randrange(1800)
        until = bisect_right(landed, at)
        if until > done:
            triggers.append(at)
            done = until
    return triggers


def _deactivate(drafts: list[_Draft]) -> None:
    """GitHub marks the environment's former deployment inactive when the next one succeeds."""
    for environment in {draft.environment for draft in drafts}:
        live = sorted(
            (at, order, draft)
            for order, draft in enumerate(drafts)
            if draft.environment == environment and (at := draft.succeeded) is not None
        )
        for (_, _, former), (at, _, _) in pairwise(live):
            former.statuses.append((max(at, former.statuses[-1][0]) + 1, "inactive"))


@dataclass(frozen=True)
class Lane:
    """What is deployed by itself: the only service of a repository (None), or one of several."""

    service: str | None
    cadence: Cadence

    @property
    def environment(self) -> str:
        return f"{PRODUCTION}-{self.service}" if self.service else PRODUCTION


def build_deployments(
    key: str,
    line: Mainline,
    plans: Sequence[PullPlan],
    issues: Sequence[IssuePlan],
    *,
    lanes: Sequence[Lane],
    begin: int,
    first_id: int,
    has_deletions: bool = False,
) -> list[Deployment]:
    """All deployments from `begin` on, in order of creation, ids counted up from `first_id`.

    Each draws from a random generator of its own, so that a longer history leaves the earlier ones as they are. A
    hotfix or a rollback concerns the service of its incident, where that is known.
    """
    heads, drafts = _Heads(line), list[_Draft]()
    for number, lane in enumerate(lanes):
        own_key = f"{key}/{lane.service}" if number else key
        events = [(at, "release", heads.at(at), "main") for at in _triggers(own_key, line, lane.cadence)]
        events += [
            event
            for plan in plans
            if plan.is_hotfix and _concerned(lanes, plan.mends, plan.serial) == number
            for event in _hotfixes(line, heads, plan)
        ]
        events += [
            (issue.rollback, "rollback", "", "main")
            for issue in issues
            if issue.rollback is not None and _concerned(lanes, issue, issue.serial) == number
        ]
        drafts += _lane_drafts(own_key, lane, sorted(event for event in events if event[0] >= begin))
    _deactivate(drafts)
    drafts.sort(key=lambda draft: (draft.created, draft.environment, draft.sha))
    return [
        _finished(draft, first_id + number, is_deletable=has_deletions and _is_chosen(key, draft))
        for number, draft in enumerate(drafts)
    ]


def _concerned(lanes: Sequence[Lane], incident: IssuePlan | None, serial: int) -> int:
    """The place of the lane in which an incident is mended."""
    services = [lane.service for lane in lanes]
    named = incident.service if incident else None
    return services.index(named) if named in services else serial % len(lanes)


def _hotfixes(line: Mainline, heads: _Heads, plan: PullPlan) -> Iterator[_Event]:
    if plan.is_merged and plan.closed:
        at = plan.closed + 180 + plan.serial % 7 * 60
        yield at, "hotfix", heads.at(at), "main"
    if plan.deployed_from_branch is not None:
        yield plan.deployed_from_branch, "hotfix", line.pushes[plan.serial][0].commits[-1].sha, plan.head_branch


def _lane_drafts(key: str, lane: Lane, events: Sequence[_Event]) -> list[_Draft]:
    drafts, live = list[_Draft](), list[tuple[int, str]]()
    for at, kind, sha, ref in events:
        version, when, rng = sha, at, _random(key, kind, at)
        if kind == "rollback":
            former = [shipped for finished, shipped in live[-_RECENT:] if finished < at]
            if len(former) < 2 or former[-2] == former[-1]:
                continue
            version = former[-2]
        elif kind == "release":
            staged = _roll_out(rng, drafts, _Draft(STAGING, sha, ref, at))
            if staged is None or rng.random() < 0.03:
                continue
            when = staged + rng.randrange(60, 900)
        finished = _roll_out(rng, drafts, _Draft(lane.environment, version, ref, when, service=lane.service))
        if finished is not None:
            live.append((finished, version))
    return drafts


def _is_chosen(key: str, draft: _Draft) -> bool:
    """One in twenty-five; a generator of its own for each would take too long."""
    return zlib.crc32(f"{key}/deleted/{draft.created}".encode()) % 25 == 0


def _finished(draft: _Draft, deployment_id: int, *, is_deletable: bool) -> Deployment:
    """GitHub lets a deployment be deleted once it is inactive."""
    statuses = sorted(draft.statuses, key=lambda status: status[0])
    inactive = [at for at, state in statuses if state == "inactive"] if is_deletable else []
    return Deployment(
        id=deployment_id,
        environment=draft.environment,
        sha=draft.sha,
        ref=draft.ref,
        created_at=instant(draft.created),
        statuses=tuple(
            DeploymentStatus(deployment_id * 10 + number, state, instant(at))
            for number, (at, state) in enumerate(statuses)
        ),
        is_production=draft.environment != STAGING,
        creator=draft.creator,
        service=draft.service,
        deleted_at=instant(inactive[0] + (1 + draft.created % 9) * DAY) if inactive else None,
    )
