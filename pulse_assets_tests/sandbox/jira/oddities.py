"""What is odd about the sprints and the issues of a generated site, told from their raw events."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

from pulse_assets.sandbox.jira.view import IssueFields
from pulse_assets.sandbox.jira.world import (
    KEY,
    SPRINT,
    STATUS,
    STORY_POINT_ESTIMATE,
    STORY_POINTS,
    Issue,
    Item,
    JiraWorld,
    Sprint,
)

_CLOCK_CHANGES = {dt.datetime(2025, 3, 30, 1, tzinfo=dt.UTC), dt.datetime(2024, 10, 27, 1, tzinfo=dt.UTC)}
_BERLIN = ZoneInfo("Europe/Berlin")
_ESTIMATES = (STORY_POINTS, STORY_POINT_ESTIMATE)
_RENAMED_STATUS = "10006"


def slot_values(issue: Issue, slot: str) -> Iterator[tuple[dt.datetime, str | None]]:
    """(from when, id) of each value."""
    yield issue.created_at, issue.initial.get(slot, (None, None))[0]
    for at, item in items_of(issue):
        if item.slot == slot:
            yield at, item.to_id


def items_of(issue: Issue) -> Iterator[tuple[dt.datetime, Item]]:
    for change in issue.changes:
        for item in change.items:
            yield change.at, item


def _done_values(site: JiraWorld, issue: Issue) -> list[tuple[dt.datetime, bool]]:
    """(from when, is done)."""
    values = slot_values(issue, STATUS)
    return [(at, status is not None and site.statuses_by_id[status].category == "done") for at, status in values]


# ------------------------------------------------------------------ issues
@dataclass(frozen=True)
class _Odd:
    site: JiraWorld
    issue: Issue
    fields: IssueFields | None

    @cached_property
    def done(self) -> list[bool]:
        return [is_done for _, is_done in _done_values(self.site, self.issue)]

    @property
    def type_name(self) -> str | None:
        return self.fields and self.fields.issue_type.name

    @property
    def was_in_deleted_status(self) -> bool:
        statuses = [self.site.statuses_by_id[status] for _, status in slot_values(self.issue, STATUS) if status]
        return not all(status.is_there_at(self.site.until) for status in statuses)


_OF_ISSUES: dict[str, Callable[[_Odd], object]] = {
    "re-opened": lambda odd: any(was and not now for was, now in pairwise(odd.done)),
    "from done to done": lambda odd: any(was and now for was, now in pairwise(odd.done)),
    "created as done": lambda odd: odd.done[0],
    "two changes of status in one history": lambda odd: any(
        sum(item.slot == STATUS for item in change.items) > 1 for change in odd.issue.changes
    ),
    "more than 40 histories": lambda odd: len(odd.issue.changes) > 40,
    "moved from PAY": lambda odd: any(
        item.from_text and item.slot == KEY and item.from_text.startswith("PAY-") for _, item in items_of(odd.issue)
    ),
    "moved from WEB_2": lambda odd: any(
        item.from_text and item.slot == KEY and item.from_text.startswith("WEB_2-") for _, item in items_of(odd.issue)
    ),
    "deleted": lambda odd: odd.issue.deleted_at,
    "status changed without a history": lambda odd: odd.issue.unlogged,
    "commented": lambda odd: odd.issue.commented_at,
    "in several sprints": lambda odd: any(", " in (ids or "") for _, ids in slot_values(odd.issue, SPRINT)),
    "without an estimate": lambda odd: (
        odd.fields and odd.type_name == "Story" and not any(odd.fields.estimates.values())
    ),
    "escaped": lambda odd: odd.fields and odd.type_name == "Bug" and {"escaped", "production"} & set(odd.fields.labels),
    "in an epic": lambda odd: odd.fields and odd.fields.parent_key and odd.type_name != "Sub-task",
    "was in a deleted status": lambda odd: odd.was_in_deleted_status,
    "status under two names": lambda odd: (
        len({item.to_text for _, item in items_of(odd.issue) if item.to_id == _RENAMED_STATUS}) > 1
    ),
    **{name: lambda odd, name=name: odd.type_name == name for name in ("Sub-task", "Epic", "Incident", "Bug")},
}


# ------------------------------------------------------------------ sprints
@dataclass(frozen=True)
class _Stay:
    """An issue with the values of its Sprint field: (from when, it names the sprint)."""

    site: JiraWorld
    issue: Issue
    start: dt.datetime
    end: dt.datetime
    values: Sequence[tuple[dt.datetime, bool]]

    @property
    def was_in(self) -> bool:
        return [is_in for at, is_in in self.values if at <= self.start][-1:] == [True]

    @property
    def turns(self) -> list[tuple[dt.datetime, bool]]:
        return [(at, is_in) for at, is_in in self.values if self.start < at < self.end]


_OF_STAYS: dict[str, Callable[[_Stay], object]] = {
    "created in a running sprint": lambda stay: (
        stay.issue.created_at > stay.start and stay.values[0][1] and stay.issue.issue_type != "Sub-task"
    ),
    "added after the start": lambda stay: (
        not stay.was_in and any(is_in for at, is_in in stay.turns if at > stay.issue.created_at)
    ),
    "added at the very start": lambda stay: any(at == stay.start and is_in for at, is_in in stay.values),
    "removed": lambda stay: stay.was_in and not all(is_in for _, is_in in stay.turns),
    "taken out at the very end": lambda stay: any(at == stay.end and not is_in for at, is_in in stay.values),
    "removed and re-added": lambda stay: (
        stay.was_in and not all(is_in for _, is_in in stay.turns) and stay.turns[-1][1]
    ),
    "done before the start": lambda stay: (
        stay.was_in and any(is_done and at <= stay.start for at, is_done in _done_values(stay.site, stay.issue))
    ),
    "re-estimated in the sprint": lambda stay: (
        stay.was_in and any(stay.start < at < stay.end and item.slot in _ESTIMATES for at, item in items_of(stay.issue))
    ),
}


def _of_sprint(site: JiraWorld, sprint: Sprint, members: Sequence[Issue]) -> Iterator[str]:
    start = sprint.started_at
    if start is None or start > site.until:
        yield "future sprint"
        return
    end = sprint.closings[-1][0] if sprint.closings else site.until
    oddities = {
        "sprint without a planned end": sprint.planned_end_at is None,
        "sprint closed and re-opened": len(sprint.closings) > 1,
        "sprint without issues": not members,
        "boundary at a change of the clocks": {start, end} & _CLOCK_CHANGES,
        "sprint across a change of the clocks": (
            start.astimezone(_BERLIN).utcoffset() != end.astimezone(_BERLIN).utcoffset()
        ),
    }
    yield from (name for name, is_so in oddities.items() if is_so)
    for issue in members:
        values = [(at, str(sprint.id) in (ids or "").split(", ")) for at, ids in slot_values(issue, SPRINT)]
        stay = _Stay(site, issue, start, end, values)
        yield from (name for name, is_so in _OF_STAYS.items() if is_so(stay))


def oddities_of(site: JiraWorld) -> Counter[str]:
    """How often each of them occurs."""
    found, view, members = Counter[str](), site.at(), dict[int, list[Issue]]()
    there = {issue.id for issue in view.issues}
    for issue in site.issues:
        odd = _Odd(site, issue, view.fields_of(issue) if issue.id in there else None)
        found.update(name for name, is_so in _OF_ISSUES.items() if is_so(odd))
        for number in {int(one) for _, text in slot_values(issue, SPRINT) for one in (text or "").split(", ") if one}:
            members.setdefault(number, []).append(issue)
    for sprint in site.sprints:
        found.update(_of_sprint(site, sprint, members.get(sprint.id, [])))
    return found
