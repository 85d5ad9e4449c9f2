"""Writes the texts that name numbers and commits: bodies of pull requests and issues, and all texts of reverts."""

import random
import zlib
from bisect import bisect_left
from collections.abc import Callable, Sequence

from pulse_assets.sandbox.mainline import Mainline
from pulse_assets.sandbox.organization import Commit, Deployment, Landing, sha_of
from pulse_assets.sandbox.people import DAY, instant
from pulse_assets.sandbox.planning import IssuePlan, PullPlan

_CLOSINGS = ("Fixes #{}", "Mends production for now.\n\nCloses #{}", "resolves #{} and nothing else")
_PROSE = (
    "What was asked for.\n\n- [x] tests\n- [ ] documentation",
    "See #{}.",
    "Prefixes #{} with a zero.",
    "<!-- describe your change -->",
    "A `<script>alert('body')</script>` and a =1+1 that nobody may run.",
)
_REPORTS = (
    "Customers see errors.",
    "The dashboard is empty.\r\n\r\nSteps: none.",
    "The root cause is not known yet.",
    "root cause: unknown",
)
_RECENT = 6


def _gate(*key: object) -> int:
    """A number from 0 to 99; a generator for each pull request would take too long."""
    return zlib.crc32("/".join(map(str, key)).encode()) % 100


# ruff: noqa: PLR2004 - the numbers are the shares of the invented world
def write_pull_texts(
    key: str, plans: Sequence[PullPlan], issues: Sequence[IssuePlan], name_at: Callable[[int], str]
) -> None:
    """Texts of numbered pull requests; `name_at` gives the repository's full name at a time."""
    for plan in plans:
        closing = ""
        if plan.mends is not None and plan.names_issue:
            closing = _CLOSINGS[plan.mends.serial % len(_CLOSINGS)].format(plan.mends.number)
            plan.closes = (plan.mends.number,)
        if plan.reverts is not None:
            reverted = plan.reverts
            plan.title = plan.pushes[0].commits[0].message = f'Revert "{reverted.title}"'
            plan.head_branch = f"revert-{reverted.number}-{reverted.head_branch}"
            plan.body = f"Reverts {name_at(plan.opened)}#{reverted.number}" + (closing and f"\n\n{closing}")
        elif closing:
            plan.body = closing
    _close_bugs(key, plans, issues)
    for plan in plans:
        number = _gate(key, "body", plan.serial)
        if plan.body is None and number < 40:
            plan.body = _PROSE[number % len(_PROSE)].format(max(1, plan.number - 1))


def _close_bugs(key: str, plans: Sequence[PullPlan], issues: Sequence[IssuePlan]) -> None:
    """A third of the bug reports is closed by the next change of a person."""
    numbers = [plan.number for plan in plans]
    for issue in issues:
        if issue.is_incident or _gate(key, "bug", issue.serial) >= 33:
            continue
        for plan in plans[bisect_left(numbers, issue.number) :]:
            if plan.opened > issue.opened + 9 * DAY:
                break
            if plan.body is None and plan.author is not None and not plan.author.is_bot:
                plan.body, plan.closes = f"Resolves #{issue.number}.", (issue.number,)
                break


class Causes:
    """What could be the cause of an incident: what was landed and deployed before it."""

    def __init__(self, key: str, line: Mainline, deployments: Sequence[Deployment]) -> None:
        self._key, self._landings = key, line.landings
        self._times = [landing.landed_at for landing in line.landings]
        places = {landing.commit.sha: place for place, landing in enumerate(line.landings)}
        self._live = sorted(
            (status.at, places[deployment.sha])
            for deployment in deployments
            if deployment.is_production and deployment.sha in places
            for status in deployment.statuses
            if status.state == "success"
        )

    def write_report(self, issue: IssuePlan) -> None:
        """The body of an issue; about half of the incidents name a cause, most of them a known one."""
        rng = random.Random(f"{self._key}/cause/{issue.serial}")  # noqa: S311 - an invented world, no secret
        fate = rng.random()
        issue.body = rng.choice((None, *_REPORTS))
        if not issue.is_incident or fate >= 0.52:
            return
        opened = instant(issue.opened)
        before = bisect_left(self._live, (opened, 0))
        if fate >= 0.47:
            issue.root_cause_sha = sha_of(self._key, "nowhere", issue.serial)
        elif fate >= 0.43:
            landed = bisect_left(self._times, opened)
            issue.root_cause_number = _newest_pull(self._landings[max(0, landed - _RECENT) : landed])
        elif before:
            place = self._live[before - 1][1]
            deployed = self._landings[max(0, place - _RECENT) : place + 1]
            if fate >= 0.34:
                issue.root_cause_number = _newest_pull(deployed[: rng.randrange(1, len(deployed) + 1)])
            else:
                sha = _commit(rng, rng.choice(deployed)).sha
                issue.root_cause_sha = sha if rng.random() < 0.5 else sha[: rng.choice((7, 8, 10, 12))]
        cause = issue.root_cause_sha or (issue.root_cause_number and f"#{issue.root_cause_number}")
        if cause:
            issue.body = f"{_REPORTS[issue.serial % 2]}\n\nroot cause: {cause}\n"


def _newest_pull(landings: Sequence[Landing]) -> int | None:
    return next((row.pull_request for row in reversed(landings) if row.pull_request is not None), None)


def _commit(rng: random.Random, landing: Landing) -> Commit:
    """What landed, or now and then one of the commits that it brought along."""
    return rng.choice(landing.side) if landing.side and rng.random() < 0.4 else landing.commit
