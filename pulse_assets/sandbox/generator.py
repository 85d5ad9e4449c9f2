"""Generates an organization from a seed: chooses the repositories' roles and puts planned lives together."""

import datetime as dt
import gc
import random
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from pulse_assets.sandbox.mainline import Mainline, MergeMethod, build_mainline
from pulse_assets.sandbox.oddities import make_odd
from pulse_assets.sandbox.organization import (
    Deployment,
    Issue,
    Labelling,
    Organization,
    PullRequest,
    Release,
    Repository,
    Review,
)
from pulse_assets.sandbox.people import DAY, HOUR, Team, employee, instant
from pulse_assets.sandbox.planning import MONTH, IssuePlan, PullPlan, plan_hotfix, plan_issue, plan_pull
from pulse_assets.sandbox.rollout import Cadence, build_deployments

DEFAULT_UNTIL = dt.datetime(2025, 6, 30, 12, tzinfo=dt.UTC)
_FEWEST_PEOPLE = 2
_AGE_AT_START = 60 * DAY
_RENAMED_AFTER = 20 * DAY
_FORCE_PUSHED_AFTER = 40 * DAY
_IDS_PER_REPOSITORY = 1_000_000


@dataclass(frozen=True)
class _Role:
    """What is particular about a repository."""

    name: str
    methods: tuple[MergeMethod, ...] = ("squash", "squash", "squash", "rebase", "merge")
    cadence: Cadence | None = "on_demand"
    has_pulls: bool = True
    has_oddities: bool = False
    days_between_releases: int = 0
    previous_name: str | None = None
    is_force_pushed: bool = False
    is_empty: bool = False
    is_fork: bool = False
    is_archived: bool = False


_ROLES = (
    _Role("api", has_oddities=True, days_between_releases=30),
    _Role("web", methods=("merge",), cadence="daily", previous_name="website"),
    _Role("worker", methods=("squash", "squash", "rebase"), cadence="weekly", is_force_pushed=True),
    _Role("docs", methods=("squash",), cadence=None, days_between_releases=10),
    _Role("handbook", has_pulls=False, cadence="weekly"),
    _Role("scratch", has_pulls=False, cadence=None, is_empty=True),
)
_EXTRAS = (
    _Role("legacy", has_pulls=False, cadence="weekly", is_archived=True),
    _Role("sdk", has_pulls=False, cadence=None, is_fork=True),
)
_CADENCES: tuple[Cadence, ...] = ("on_demand", "daily", "weekly")


def generate(
    seed: int = 1,
    *,
    repositories: int = 6,
    people: int = 8,
    months: int = 6,
    until: dt.datetime | None = None,
    pull_requests_per_month: float = 12,
    start: dt.datetime | None = None,
    login: str = "acme",
) -> Organization:
    """An organization of `repositories` repositories (from six on with an archived one and a fork beside them).

    The same arguments give the same world. With the same `start`, a later `until` adds to the world and changes
    nothing before it; more repositories leave the others as they are. What was opened before `until` ends after it,
    which a clock moved beyond `until` shows.

    Args:
        seed: Any integer.
        repositories: Repositories that are neither forks nor archived, at least 1. In this order: `api` (all oddities
            of pull requests), `web` (renamed after 20 days, formerly `website`), `worker` (default branch force-pushed
            after 40 days), `docs` (releases, no deployments), `handbook` (no pull requests), `scratch` (empty), then
            services.
        people: Persons who write and review, at least 2; bots and outsiders come on top.
        months: Length of the history, in months of 30.4375 days; ignored where `start` is given.
        until: The instant as of which the world is served by default; default: `DEFAULT_UNTIL`.
        pull_requests_per_month: Mean for each repository that has pull requests.
        start: The begin of the history; default: `months` before `until`.
        login: The organization's name.

    Raises:
        ValueError: A size is too small, or `start` is not before `until`.
    """
    until = until or DEFAULT_UNTIL
    end = int(until.timestamp())
    begin = int(start.timestamp()) if start else end - int(months * MONTH)
    if repositories < 1 or people < _FEWEST_PEOPLE or begin >= end or pull_requests_per_month <= 0:
        msg = "at least one repository, two people, a positive rate and a start before the end are needed"
        raise ValueError(msg)
    team = Team(tuple(employee(number) for number in range(people)))
    services = (
        _Role(f"service-{number:02}", cadence=_CADENCES[number % len(_CADENCES)])
        for number in range(len(_ROLES) + 1, repositories + 1)
    )
    roles = [*_ROLES[:repositories], *services]
    if repositories >= len(_ROLES):
        roles += _EXTRAS
    builders = [_Builder(seed, role, team, login, begin, end, pull_requests_per_month) for role in roles]
    with _collector_paused():
        built = tuple(builder.build(number) for number, builder in enumerate(builders))
    return Organization(login=login, until=instant(end), people=team.everybody, repositories=built)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Millions of objects and not one cycle: the collector would take two fifths of the time for nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass(frozen=True)
class _Builder:
    """Makes one repository."""

    seed: int
    role: _Role
    team: Team
    login: str
    begin: int
    end: int
    rate: float

    @property
    def key(self) -> str:
        return f"{self.seed}/{self.role.name}"

    @property
    def created(self) -> int:
        return self.begin - _AGE_AT_START

    def _random(self, *what: object) -> random.Random:
        return random.Random("/".join(map(str, (self.key, *what))))  # noqa: S311 - an invented world, no secret

    def build(self, number: int) -> Repository:
        role, ids = self.role, (number + 1) * _IDS_PER_REPOSITORY
        plans, issues = self._plan() if role.has_pulls else ([], [])
        for position, plan in enumerate(sorted([*plans, *issues], key=lambda plan: (plan.opened, plan.serial))):
            plan.number = position + 1
        plans.sort(key=lambda plan: plan.number)
        line = Mainline(self.key) if role.is_empty else self._mainline(plans)
        deployments = self._deployments(line, plans, issues, ids) if role.cadence else []
        return Repository(
            id=5001 + number,
            owner=self.login,
            name=role.name,
            created_at=instant(self.created),
            description=f"The {role.name} of {self.login}",
            language=None if role.is_empty else "Python",
            is_fork=role.is_fork,
            is_archived=role.is_archived,
            landings=tuple(line.landings),
            pull_requests=tuple(_pull_requests(plans, line, ids)),
            deployments=tuple(deployments),
            releases=tuple(self._releases(line, ids)),
            issues=tuple(_issues(sorted(issues, key=lambda plan: plan.number), deployments, ids)),
            previous_name=role.previous_name and f"{self.login}/{role.previous_name}",
            renamed_at=instant(self.begin + _RENAMED_AFTER) if role.previous_name else None,
            branches=line.branches,
        )

    def _plan(self) -> tuple[list[PullPlan], list[IssuePlan]]:
        arrivals, plans, issues = self._random("arrivals"), list[PullPlan](), list[IssuePlan]()
        now = float(self.begin)
        while (now := now + arrivals.expovariate(self.rate / MONTH)) < self.end:
            serial, at = len(plans), int(now)
            rng = self._random("pull", serial)
            plan = plan_pull(rng, serial, at, self.team)
            if self.role.has_oddities:
                make_odd(rng, plan, self.team)
            plans.append(plan)
            fate = rng.random()
            if fate < 0.14:  # noqa: PLR2004 - a bug report for every ten changes, an incident for every twenty-five
                issue = plan_issue(rng, len(issues), at, self.team, is_incident=fate < 0.04)  # noqa: PLR2004
                if issue.is_incident and not any(earlier.is_incident for earlier in issues):
                    issue.labellings.append((at + DAY, ("bug",)))  # it turns out to be none, and leaves the list
                issues.append(issue)
                if fate < 0.025:  # noqa: PLR2004 - most incidents are mended by a change, the others by a rollback
                    plans.append(plan_hotfix(rng, len(plans), issue, self.team))
                elif issue.is_incident:
                    issue.rollback = at + rng.randrange(HOUR // 3, 2 * HOUR)
        return plans, issues

    def _mainline(self, plans: Sequence[PullPlan]) -> Mainline:
        rng = self._random("direct")
        mean_gap = 25 * DAY if self.role.has_pulls else 4 * DAY
        direct, now = [], self.begin - _AGE_AT_START / 2
        while (now := now + rng.expovariate(1 / mean_gap)) < self.end:
            direct.append(int(now))
        return build_mainline(
            self.key,
            self._random("merges"),
            plans,
            authors=self.team.members,
            created=self.created,
            direct_pushes=direct,
            methods=self.role.methods,
            force_push_at=self.begin + _FORCE_PUSHED_AFTER if self.role.is_force_pushed else None,
        )

    def _deployments(
        self, line: Mainline, plans: Sequence[PullPlan], issues: Sequence[IssuePlan], ids: int
    ) -> list[Deployment]:
        cadence = self.role.cadence or "daily"
        return build_deployments(self.key, line, plans, issues, cadence=cadence, begin=self.begin, first_id=ids + 1)

    def _releases(self, line: Mainline, ids: int) -> list[Release]:
        if not self.role.days_between_releases:
            return []
        releases = list[Release]()
        author = self.team.members[0]
        step = self.role.days_between_releases * DAY
        for minor, at in enumerate(range(self.begin + 5 * DAY, self.end, step)):
            kinds = [(at, f"v1.{minor}.0", False)]
            if minor % 3 == 1:
                kinds.insert(0, (at - 2 * DAY, f"v1.{minor}.0-rc.1", True))
            for time, tag, is_prerelease in kinds:
                published = instant(time + 15 * HOUR)
                landed = [
                    landing for landing in line.landings if landing.landed_at <= published and not landing.lost_at
                ]
                releases.append(
                    Release(
                        id=ids + 1 + len(releases),
                        tag=tag,
                        sha=landed[-1].commit.sha,
                        created_at=published - dt.timedelta(minutes=7),
                        published_at=published,
                        author=author,
                        name=f"Version {tag.removeprefix('v')}",
                        is_prerelease=is_prerelease,
                        is_draft=minor == 2 and not is_prerelease,  # noqa: PLR2004 - one stays a draft
                    )
                )
        return releases


def _labellings(plans: Sequence[tuple[int, tuple[str, ...]]]) -> tuple[Labelling, ...]:
    return tuple(Labelling(instant(at), labels) for at, labels in plans)


def _pull_requests(plans: Sequence[PullPlan], line: Mainline, ids: int) -> list[PullRequest]:
    pulls, review_id = [], ids
    for plan in plans:
        reviews = []
        for at, reviewer, state in sorted(plan.reviews, key=lambda review: review[0]):
            review_id += 1
            reviews.append(Review(review_id, reviewer, state, instant(at)))
        pulls.append(
            PullRequest(
                id=ids + plan.number,
                number=plan.number,
                title=plan.title,
                author=plan.author,
                opened_at=instant(plan.opened),
                base_branch=plan.base_branch,
                head_branch=plan.head_branch,
                pushes=line.pushes[plan.serial],
                head_repository=plan.head_repository,
                reviews=tuple(reviews),
                labellings=_labellings(plan.labellings),
                draft_until=None if plan.draft_until is None else instant(plan.draft_until),
                closed_at=None if plan.closed is None else instant(plan.closed),
                merged_at=instant(plan.closed) if plan.is_merged and plan.closed is not None else None,
                merge_commit_sha=line.merge_shas.get(plan.serial),
                body=plan.body,
            )
        )
    return pulls


def _issues(plans: Sequence[IssuePlan], deployments: Sequence[Deployment], ids: int) -> list[Issue]:
    """An incident is attributed to the latest production deployment that was live when it was opened."""
    live = sorted(
        (status.at, deployment.id)
        for deployment in deployments
        for status in deployment.statuses
        if deployment.is_production and status.state == "success"
    )
    issues = []
    for plan in plans:
        opened = instant(plan.opened)
        before = bisect_left(live, (opened, 0)) if plan.is_incident else 0
        issues.append(
            Issue(
                id=ids
                + 500_000
                + plan.number,  # GitHub gives issues and pull requests one space of numbers, not of ids
                number=plan.number,
                title=plan.title,
                author=plan.author,
                opened_at=opened,
                labellings=_labellings(plan.labellings),
                closed_at=None if plan.closed is None else instant(plan.closed),
                deployment_id=live[before - 1][1] if before else None,
            )
        )
    return issues
