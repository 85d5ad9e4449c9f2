"""Plans what goes wrong besides: more incidents with what was done about them, and changes that are reverted.

All serial numbers here are far above those of ordinary plans, so that these are the same with and without.
"""

import datetime as dt
import random
import zlib
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from pulse_assets.sandbox.people import DAY, HOUR, Team, at_work, instant
from pulse_assets.sandbox.planning import (
    MONTH,
    CommitPlan,
    IssuePlan,
    PullPlan,
    PushPlan,
    deploy_before_merge,
    plan_hotfix,
    plan_issue,
)

NEVER_DEPLOYED = "billing"
_INCIDENTS, _REVERTS = 1_000_000, 2_000_000
_LONGEST_TITLE = 200


@dataclass(frozen=True)
class Troubles:
    """What goes wrong in one repository.

    Args:
        key: Makes its random generators its own.
        incidents_per_month: On top of those that ordinary planning makes.
        services: What incidents may name; empty where the repository is one service.
    """

    key: str
    team: Team
    begin: int
    end: int
    incidents_per_month: float
    services: tuple[str, ...]

    def _random(self, *what: object) -> random.Random:
        return random.Random("/".join(map(str, (self.key, *what))))  # noqa: S311 - an invented world, no secret

    # ruff: noqa: PLR2004 - the numbers are the shares of the invented world
    def add(self, pulls: list[PullPlan], issues: list[IssuePlan]) -> None:
        """Adds incidents, hotfixes and reverts to the ordinary plans, and says which service an incident concerns."""
        pulls += [revert for plan in pulls if (revert := self._regretted(plan)) is not None]
        merged = sorted((plan.closed, plan.serial, plan) for plan in pulls if _is_revertible(plan) and plan.closed)
        for number, at in self._arrivals():
            rng = self._random("incident", number)
            incident = plan_issue(rng, _INCIDENTS + number, at, self.team, is_incident=True)
            self._time(rng, number, incident)
            if incident.opened < self.end:
                issues.append(incident)
                before = merged[: bisect_left(merged, (incident.opened - HOUR,))]
                remedy = self._remedy(rng, number, incident, before[-1][2] if before else None)
                if remedy is not None:
                    pulls.append(remedy)
        if self.services:
            for issue in issues:
                if issue.is_incident:
                    self._name_service(issue)

    def _remedy(self, rng: random.Random, number: int, incident: IssuePlan, latest: PullPlan | None) -> PullPlan | None:
        """What is done about an incident: a rollback, a hotfix, a revert of the latest change, or nothing.

        The first is left alone, the third is mended by a hotfix that is deployed before it is merged.
        """
        fate = {0: 1.0, 2: 0.5}.get(number) or rng.random()
        if fate < 0.3:
            incident.rollback = incident.opened + rng.randrange(HOUR // 3, 2 * HOUR)
        elif fate < 0.6:
            hotfix = plan_hotfix(rng, incident.serial, incident, self.team)
            if number == 2 and hotfix.deployed_from_branch is None:
                deploy_before_merge(rng, hotfix)
            return hotfix
        elif fate < 0.8 and latest is not None:
            revert = self._revert(rng, _REVERTS + incident.serial, latest, incident.opened + rng.randrange(600, HOUR))
            revert.mends, revert.names_issue = incident, rng.random() < 0.5
            return revert
        return None

    def _arrivals(self) -> Iterator[tuple[int, int]]:
        """Number and time; the very first comes when nothing is deployed yet."""
        if not self.incidents_per_month:
            return
        rng, number, now = self._random("incidents"), 0, float(self.begin)
        while now < self.end:
            yield number, int(now)
            number, now = number + 1, now + rng.expovariate(self.incidents_per_month / MONTH)

    def _time(self, rng: random.Random, number: int, incident: IssuePlan) -> None:
        """Every third is opened in the last hour of its month and resolved in the next; every fifth stays open."""
        if number % 3 == 1:
            opened = _month_end(incident.opened) - rng.randrange(300, HOUR)
            moved = opened - incident.opened
            incident.opened = opened
            incident.labellings = [(at + moved, labels) for at, labels in incident.labellings]
            incident.closed = opened + rng.randrange(HOUR, 9 * HOUR)
        if number % 5 == 3:
            incident.closed = None

    def _name_service(self, issue: IssuePlan) -> None:
        """The label comes with `incident`, or, in one of three, when somebody has found out."""
        rng = self._random("service", issue.serial)
        fate = rng.random()
        if issue.serial == _INCIDENTS + 1 or fate < 0.1:
            issue.service = NEVER_DEPLOYED
        elif fate < 0.85:
            issue.service = rng.choice(self.services)
        else:
            return
        at, labels = issue.labellings[0]
        named = (*labels, f"service:{issue.service}")
        if rng.random() < 1 / 3:
            issue.labellings.insert(1, (at + rng.randrange(600, 3 * HOUR), named))
        else:
            issue.labellings[0] = (at, named)

    # ------------------------------------------------------------------ reverts
    def _regretted(self, plan: PullPlan) -> PullPlan | None:
        """Reverts one of thirty changes: some at once, before they are deployed, some after days."""
        if zlib.crc32(f"{self.key}/revert/{plan.serial}".encode()) % 30 or not _is_revertible(plan):
            return None
        rng = self._random("revert", plan.serial)
        wait = rng.choice((rng.randrange(600, HOUR), rng.randrange(HOUR, DAY), rng.randrange(DAY, 5 * DAY)))
        opened = (plan.closed or plan.opened) + wait
        return self._revert(rng, _REVERTS + plan.serial, plan, opened) if opened < self.end else None

    def _revert(self, rng: random.Random, serial: int, plan: PullPlan, opened: int) -> PullPlan:
        """The pull request of GitHub's button `Revert`; its texts are written when it has a number.

        One in eight is closed without a merge, one in eight stays open: they are never deployed.
        """
        author = rng.choice(self.team.members)
        commit = CommitPlan(opened - 60, opened - 60, author, author.name, "Revert")
        last = plan.pushes[-1]
        revert = PullPlan(
            serial=serial,
            author=author,
            title="Revert",
            head_branch="revert",
            opened=opened,
            pushes=[PushPlan(opened - 30, [commit], last.deletions, last.additions, last.changed_files)],
            reverts=plan,
        )
        reviewer = rng.choice([person for person in self.team.members if person is not author])
        reviewed = at_work(rng, opened + rng.randrange(120, 2 * HOUR), reviewer)
        fate = rng.random()
        if fate < 0.5:
            revert.reviews.append((reviewed, reviewer, "APPROVED"))
        if fate < 0.75:
            revert.is_merged, revert.closed = True, reviewed + rng.randrange(60, 900)
        elif fate < 0.875:
            revert.closed = reviewed + rng.randrange(60, DAY)
        return revert


def _is_revertible(plan: PullPlan) -> bool:
    return (
        plan.is_merged
        and plan.base_branch == "main"
        and plan.reverts is None
        and bool(plan.pushes)
        and 0 < len(plan.title.strip()) < _LONGEST_TITLE
    )


def _month_end(second: int) -> int:
    """The first instant of the next month, UTC."""
    at = instant(second)
    later = dt.datetime(at.year, at.month, 28, tzinfo=dt.UTC) + dt.timedelta(days=4)
    return int(later.replace(day=1).timestamp())
