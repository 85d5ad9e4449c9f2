"""Generates a Jira site from a seed: furnishes it, and lets its projects live until the end.

Three kinds of projects: company-managed with a scrum board, team-managed with sprints, and one with a kanban board.
"""

import datetime as dt
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pulse_assets.sandbox.generator import DEFAULT_UNTIL
from pulse_assets.sandbox.jira.planning import DAY, HOUR, Clock, Desk, Draft, instant, millisecond
from pulse_assets.sandbox.jira.planning_kanban import Stream
from pulse_assets.sandbox.jira.planning_sprints import Cadence
from pulse_assets.sandbox.jira.planning_work import Work
from pulse_assets.sandbox.jira.workflow import (
    FIELDS,
    SHARED_TYPES,
    Flow,
    kanban_flow,
    scrum_flow,
    statuses_of,
    team_flow,
)
from pulse_assets.sandbox.jira.world import (
    STORY_POINT_ESTIMATE,
    STORY_POINTS,
    Board,
    JiraWorld,
    Person,
    Project,
)
from pulse_assets.sandbox.organization import Organization, sha_of
from pulse_assets.sandbox.people import employee

_MONTH = 30.4375 * DAY
_AGE_AT_START = 60 * DAY
#: What lies after `until` shows when the clock is moved; more is not planned.
_BEYOND = 60 * DAY
_ISSUES_PER_PROJECT = 100_000
_FIRST_ISSUE_ID = 10_001
_QA_DELETED_AFTER = 75 * DAY
_LENGTH = 14 * DAY
#: Central Europe's clocks change then; a sprint may end at that very moment.
_CLOCK_CHANGES = tuple(
    millisecond(dt.datetime(*day, 1, tzinfo=dt.UTC))
    for day in ((2024, 3, 31), (2024, 10, 27), (2025, 3, 30), (2025, 10, 26), (2026, 3, 29), (2026, 10, 25))
)
_NAMES = {"PAY": "Payments", "WEB_2": "Web shop", "OPS": "Operations", "LAB": "Laboratory"}
#: The keys of the first projects, in order.
PROJECT_KEYS = tuple(_NAMES)
AUTOMATION = Person("557058:f58131cb-b67d-43c7-b30d-6b58d40bd077", "Automation for Jira", is_app=True)
FORMER = Person("5f0000000000000000000001", "Former user", is_active=False)
OWNER = Person("5f0000000000000000000002", "Ottilie Planck")


@dataclass
class _Site:
    """Everything that the projects share while they are made."""

    seed: int
    clock: Clock
    begin: int
    people: tuple[Person, ...]
    size: int


def generate_jira(
    seed: int = 1,
    organization: Organization | None = None,
    *,
    start: dt.datetime | None = None,
    until: dt.datetime | None = None,
    projects: int = 3,
    months: float = 6,
    issues_per_sprint: int = 8,
) -> JiraWorld:
    """A site of `projects` projects.

    The same arguments give the same site. With the same `start`, a later `until` adds to it and changes nothing before
    the earlier one. Things happen until 60 days after `until`, which a clock moved beyond `until` shows.

    Args:
        seed: Any integer.
        organization: Whose people have accounts here too; default: those that `generate` makes.
        start: When the first issues are created; default: `months` before `until`.
        until: The instant as of which the site is served by default; default: the organization's, or `DEFAULT_UNTIL`.
        projects: In this order: `PAY` (company-managed, scrum, a second board for its bugs), `WEB_2` (team-managed),
            `OPS` (kanban, incidents), `LAB` (scrum, counts issues instead of points), then others like `PAY`.
        months: Length of the history in months of 30.4375 days; ignored where `start` is given.
        issues_per_sprint: About so many, at least 1.

    Raises:
        ValueError: A size is too small, or `start` is not before `until`.
    """
    until = until or (organization.until if organization else DEFAULT_UNTIL)
    end = millisecond(until)
    begin = millisecond(start) if start else end - int(months * _MONTH)
    if projects < 1 or issues_per_sprint < 1 or begin >= end:
        message = "at least one project, one issue in a sprint and a start before the end are needed"
        raise ValueError(message)
    people = _people(organization)
    site = _Site(seed, Clock(begin, end + _BEYOND, AUTOMATION), begin, people, issues_per_sprint)
    desks = [_desk(site, number) for number in range(projects)]
    boards, cadences = list[Board](), list[Cadence]()
    for number, desk in enumerate(desks):
        cadences += _furnish(site, number, desk, boards)
    _disturb(site, desks)
    site.clock.run()
    flows = [desk.flow for desk in desks]
    return JiraWorld(
        name="acme",
        address_host="acme.atlassian.net",
        people=(*people, OWNER, FORMER, AUTOMATION),
        statuses=statuses_of(flows),
        issue_types=SHARED_TYPES,
        fields=FIELDS,
        projects=tuple(desk.project for desk in desks),
        boards=tuple(boards),
        sprints=tuple(
            sprint.finished(cadence.board.id)
            for cadence in cadences
            for sprint in (*cadence.sprints, *cadence.empty_sprints)
        ),
        issues=tuple(draft.finished() for desk in desks for draft in desk.drafts),
        until=instant(end),
        workflows=tuple({flow.name: flow.workflow(number) for number, flow in enumerate(flows)}.values()),
    )


def _people(organization: Organization | None) -> tuple[Person, ...]:
    """The members of the organization, bots left out; the third one is called otherwise here."""
    members = [employee(number) for number in range(8)]
    if organization is not None:
        members = [one for one in organization.people if not one.is_bot and one.association == "MEMBER"]
    return tuple(
        Person(
            account_id=sha_of("jira", one.login)[:24],
            name=(one.name or one.login).split()[0] if number == 2 else one.name or one.login,  # noqa: PLR2004
            login=one.login,
        )
        for number, one in enumerate(members)
    )


def _key(number: int) -> str:
    return PROJECT_KEYS[number] if number < len(PROJECT_KEYS) else f"APP{number + 1}"


def _desk(site: _Site, number: int) -> Desk:
    key, project_id, start = _key(number), str(10_000 + number), instant(site.begin)
    flow: Flow = scrum_flow(start)
    estimation: str | None = STORY_POINTS
    if key == "WEB_2":
        flow, estimation = team_flow(project_id, number), STORY_POINT_ESTIMATE
    elif key == "OPS":
        flow, estimation = kanban_flow(start), None
    elif key == "LAB":
        estimation = None
    project = Project(
        id=project_id,
        key=key,
        name=_NAMES.get(key, f"Application {number + 1}"),
        is_team_managed=key == "WEB_2",
        lead=OWNER,
        created_at=instant(site.begin - _AGE_AT_START),
        workflow_name=flow.name,
    )
    rng = random.Random(f"jira/{site.seed}/{key}")  # noqa: S311 - an invented world, no secret
    first = _FIRST_ISSUE_ID + number * _ISSUES_PER_PROJECT
    return Desk(project, flow, rng, site.people, first, estimation)


def _furnish(site: _Site, number: int, desk: Desk, boards: list[Board]) -> list[Cadence]:
    """Boards, and whatever sets off the work on them."""
    work, key = Work(site.clock, desk), desk.project.key
    board_id = 2 * number + 1
    if key == "OPS":
        boards.append(Board(board_id, "Operations", "kanban", key, None, columns=desk.flow.columns))
        Stream(work, days_between=28 / site.size).begin()
        return []
    kind = "simple" if desk.project.is_team_managed else "scrum"
    board = Board(board_id, f"{key} board", kind, key, desk.estimation, columns=desk.flow.columns)
    boards.append(board)
    if key == "PAY":
        types = ("Bug",)
        boards.append(Board(board_id + 1, "Payments: bugs", "kanban", key, None, types, desk.flow.columns))
    cadence = Cadence(work, board, site.size, frozenset(_CLOCK_CHANGES))
    cadence.begin(_first_sprint(site, desk))
    return [cadence]


def _first_sprint(site: _Site, desk: Desk) -> int:
    """Within the third week; in every second site so that Payments has a sprint that ends as the clocks change."""
    if desk.project.key == "PAY" and site.seed % 2 == 0:
        changes = [time for time in _CLOCK_CHANGES if time > site.begin + 2 * _LENGTH]
        if changes:
            return changes[0] - (changes[0] - site.begin - _LENGTH) // _LENGTH * _LENGTH
    return site.begin + 14 * DAY + desk.rng.randrange(6 * 24) * HOUR + desk.rng.randrange(HOUR)


def _disturb(site: _Site, desks: Sequence[Desk]) -> None:
    """What happens rarely: deletions, moves, a busy issue, a status that is given up."""
    clock = site.clock
    by_key = {desk.project.key: desk for desk in desks}
    for desk in desks:
        work = Work(clock, desk)
        clock.at(site.begin + 20 * DAY, lambda work=work: _again(work, _delete_one, 40 * DAY))
        clock.at(site.begin + 30 * DAY, lambda work=work: work.fiddle(_newest(work.desk)))
        if desk.flow.doomed is not None:
            doomed = desk.flow.doomed
            clock.at(site.begin + _QA_DELETED_AFTER, lambda work=work, doomed=doomed: work.drop_status(doomed))
        if "OPS" in by_key and desk is not by_key["OPS"]:
            target = by_key["OPS"]
            clock.at(site.begin + 18 * DAY, lambda w=work, to=target: _again(w, lambda w: _move_one(w, to), 30 * DAY))


def _newest(desk: Desk) -> Draft:
    return desk.drafts[-1]


def _again(work: Work, action: Callable[[Work], None], every: int) -> None:
    """Now, and again and again at random intervals of about `every`."""
    action(work)
    work.soon(every, lambda: _again(work, action, every))


def _delete_one(work: Work) -> None:
    work.delete(work.rng.choice(work.desk.drafts))


def _move_one(work: Work, target: Desk) -> None:
    """The newest that nobody has taken up."""
    waiting = [draft for draft in work.desk.drafts if draft.project is work.desk and draft.is_in(draft.flow.todo)]
    waiting = [draft for draft in waiting if draft.issue_type.hierarchy_level == 0]
    if waiting:
        work.move_to(waiting[-1], target)
