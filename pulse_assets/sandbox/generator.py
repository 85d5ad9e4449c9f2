"""Generates an organization from a seed: chooses the repositories' roles and puts planned lives together."""

import datetime as dt
import gc
from collections.abc import Iterator
from contextlib import contextmanager

from pulse_assets.sandbox.builder import Builder, Role
from pulse_assets.sandbox.organization import Organization
from pulse_assets.sandbox.people import Team, employee, instant
from pulse_assets.sandbox.planning import MONTH
from pulse_assets.sandbox.rollout import Cadence

DEFAULT_UNTIL = dt.datetime(2025, 6, 30, 12, tzinfo=dt.UTC)
_FEWEST_PEOPLE = 2
_ROLES = (
    Role("api", has_oddities=True, days_between_releases=30, incidents_per_month=1, has_workflow_runs=True),
    Role(
        "web",
        methods=("merge",),
        cadence="daily",
        previous_name="website",
        incidents_per_month=1,
        has_workflow_runs=True,
    ),
    Role(
        "worker",
        methods=("squash", "squash", "rebase"),
        services=(("worker", "weekly"), ("web", "daily")),
        incidents_per_month=2,
        is_force_pushed=True,
    ),
    Role("docs", methods=("squash",), cadence=None, days_between_releases=10),
    Role("handbook", has_pulls=False, cadence="weekly"),
    Role("scratch", has_pulls=False, cadence=None, is_empty=True),
)
#: What the organization is called, and its repositories in their order, today's names.
ORGANIZATION = "acme"
REPOSITORY_NAMES = tuple(role.name for role in _ROLES)
_EXTRAS = (
    Role("legacy", has_pulls=False, cadence="weekly", is_archived=True),
    Role("sdk", has_pulls=False, cadence=None, is_fork=True),
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
    login: str = ORGANIZATION,
    has_deletions: bool = False,
) -> Organization:
    """An organization of `repositories` repositories (from six on with an archived one and a fork beside them).

    The same arguments give the same world. With the same `start`, a later `until` adds to the world and changes
    nothing before it; more repositories leave the others as they are. What was opened before `until` ends after it,
    which a clock moved beyond `until` shows.

    Args:
        seed: Any integer.
        repositories: Repositories that are neither forks nor archived, at least 1. In this order: `api` (all oddities
            of pull requests), `web` (renamed after 20 days, formerly `website`), `worker` (two services, deployed each
            by itself; default branch force-pushed after 40 days), `docs` (releases, no deployments), `handbook` (no
            pull requests), `scratch` (empty), then services. `api` and `web` have workflow runs.
        people: Persons who write and review, at least 2; bots and outsiders come on top.
        months: Length of the history, in months of 30.4375 days; ignored where `start` is given.
        until: The instant as of which the world is served by default; default: `DEFAULT_UNTIL`.
        pull_requests_per_month: Mean for each repository that has pull requests.
        start: The begin of the history; default: `months` before `until`.
        login: The organization's name.
        has_deletions: Some issues, releases and deployments are deleted some days after their end. A tool that
            collects step by step sees that late, so the other worlds have none.

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
        Role(f"service-{number:02}", cadence=_CADENCES[number % len(_CADENCES)])
        for number in range(len(_ROLES) + 1, repositories + 1)
    )
    roles = [*_ROLES[:repositories], *services]
    if repositories >= len(_ROLES):
        roles += _EXTRAS
    builders = [Builder(seed, role, team, login, begin, end, pull_requests_per_month, has_deletions) for role in roles]
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
