"""Builds one repository from its role: plans lives, numbers them, and lets them happen."""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass

from pulse_assets.sandbox.bodies import Causes, write_pull_texts
from pulse_assets.sandbox.mainline import Mainline, MergeMethod, build_mainline
from pulse_assets.sandbox.oddities import make_odd
from pulse_assets.sandbox.organization import (
    Deployment,
    Issue,
    Labelling,
    PullRequest,
    Release,
    Repository,
    Review,
)
from pulse_assets.sandbox.people import DAY, HOUR, Team, instant
from pulse_assets.sandbox.pipelines import build_runs
from pulse_assets.sandbox.planning import MONTH, IssuePlan, PullPlan, plan_hotfix, plan_issue, plan_pull
from pulse_assets.sandbox.remedies import Troubles
from pulse_assets.sandbox.rollout import Cadence, Lane, build_deployments

_AGE_AT_START = 60 * DAY
_RENAMED_AFTER = 20 * DAY
_FORCE_PUSHED_AFTER = 40 * DAY
_IDS_PER_REPOSITORY = 1_000_000


@dataclass(frozen=True)
class Role:
    """What is particular about a repository.

    Attributes:
        cadence: Of its only service; None where nothing is ever deployed.
        services: Names and cadences where it has several; `cadence` is ignored then.
        incidents_per_month: On top of one for every twenty-five pull requests.
    """

    name: str
    methods: tuple[MergeMethod, ...] = ("squash", "squash", "squash", "rebase", "merge")
    cadence: Cadence | None = "on_demand"
    services: tuple[tuple[str, Cadence], ...] = ()
    has_pulls: bool = True
    has_oddities: bool = False
    days_between_releases: int = 0
    previous_name: str | None = None
    is_force_pushed: bool = False
    is_empty: bool = False
    is_fork: bool = False
    is_archived: bool = False
    incidents_per_month: float = 0
    has_workflow_runs: bool = False

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """What is deployed by itself."""
        if self.services:
            return tuple(Lane(service, cadence) for service, cadence in self.services)
        return (Lane(None, self.cadence),) if self.cadence else ()


@dataclass(frozen=True)
class Builder:
    """Makes one repository."""

    seed: int
    role: Role
    team: Team
    login: str
    begin: int
    end: int
    rate: float
    has_deletions: bool = False

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
        issues.sort(key=lambda plan: plan.number)
        write_pull_texts(self.key, plans, issues, self._name_at)
        line = Mainline(self.key) if role.is_empty else self._mainline(plans)
        deployments = self._deployments(line, plans, issues, ids) if role.lanes else []
        causes = Causes(self.key, line, deployments)
        for issue in issues:
            causes.write_report(issue)
        pulls = tuple(_pull_requests(plans, line, ids))
        runs = build_runs(pulls, line.landings, deployments, first_id=ids + 1) if role.has_workflow_runs else []
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
            pull_requests=pulls,
            deployments=tuple(deployments),
            releases=tuple(self._releases(line, ids)),
            issues=tuple(_issues(issues, ids)),
            workflow_runs=tuple(runs),
            previous_name=role.previous_name and f"{self.login}/{role.previous_name}",
            renamed_at=instant(self._renamed) if role.previous_name else None,
            branches=line.branches,
        )

    @property
    def _renamed(self) -> int:
        return self.begin + _RENAMED_AFTER

    def _name_at(self, time: int) -> str:
        former = self.role.previous_name if time < self._renamed else None
        return f"{self.login}/{former or self.role.name}"

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
        services = tuple(service for service, _ in self.role.services)
        monthly = self.role.incidents_per_month
        Troubles(self.key, self.team, self.begin, self.end, monthly, services).add(plans, issues)
        if self.has_deletions:
            self._delete(issues)
        return plans, issues

    def _delete(self, issues: Sequence[IssuePlan]) -> None:
        """One of ten, days after it was closed; the second incident among them."""
        incidents = [serial for _, serial in sorted((row.opened, row.serial) for row in issues if row.is_incident)]
        for issue in issues:
            if issue.closed is not None and (issue.serial % 10 == 3 or issue.serial in incidents[1:2]):  # noqa: PLR2004
                issue.deleted = issue.closed + (1 + issue.serial % 9) * DAY

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
        return build_deployments(
            self.key,
            line,
            plans,
            issues,
            lanes=self.role.lanes,
            begin=self.begin,
            first_id=ids + 1,
            has_deletions=self.has_deletions,
        )

    def _releases(self, line: Mainline, ids: int) -> list[Release]:
        if not self.role.days_between_releases:
            return []
        releases = list[Release]()
        author = self.team.members[0]
        step = self.role.days_between_releases * DAY
        ahead = 2 * DAY  # of a release comes its candidate
        for minor, at in enumerate(range(self.begin + 5 * DAY, self.end + ahead, step)):
            kinds = [(at, f"v1.{minor}.0", False)]
            if minor % 3 == 1:
                kinds.insert(0, (at - ahead, f"v1.{minor}.0-rc.1", True))
            is_deleted = self.has_deletions and minor % 4 == 1
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
                        deleted_at=published + dt.timedelta(days=9) if is_deleted else None,
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
                reverts_number=None if plan.reverts is None else plan.reverts.number,
                closes_issues=plan.closes,
            )
        )
    return pulls


def _issues(plans: Sequence[IssuePlan], ids: int) -> list[Issue]:
    return [
        Issue(
            id=ids + 500_000 + plan.number,  # GitHub gives issues and pull requests one space of numbers, not of ids
            number=plan.number,
            title=plan.title,
            author=plan.author,
            opened_at=instant(plan.opened),
            labellings=_labellings(plan.labellings),
            closed_at=None if plan.closed is None else instant(plan.closed),
            body=plan.body,
            root_cause_sha=plan.root_cause_sha,
            root_cause_number=plan.root_cause_number,
            deleted_at=None if plan.deleted is None else instant(plan.deleted),
        )
        for plan in plans
    ]
