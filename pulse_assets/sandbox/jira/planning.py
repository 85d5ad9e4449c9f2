"""Lets things happen in a generated Jira, one after the other: the clock, the issues in the making, and their edits.

Instants are whole milliseconds since 1970 (UTC) here and in the other modules `planning*`; `instant` makes a datetime.
"""

import datetime as dt
import heapq
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pulse_assets.sandbox.jira.workflow import Flow
from pulse_assets.sandbox.jira.world import (
    ASSIGNEE,
    FIX_VERSIONS,
    ISSUE_TYPE,
    KEY,
    LABELS,
    PARENT,
    PRIORITY,
    PROJECT,
    RANK,
    REPORTER,
    RESOLUTION,
    SPRINT,
    STATUS,
    STORY_POINT_ESTIMATE,
    STORY_POINTS,
    SUMMARY,
    Change,
    Issue,
    IssueType,
    Item,
    Person,
    Project,
    Status,
    Value,
)

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_SATURDAY = 5
_WORK_BEGINS, _WORK_ENDS = 7 * HOUR, 17 * HOUR
_FIRST_HISTORY_ID = 100_001
_NOTHING: Value = (None, None)
#: What the changelog calls a field, the id that it gives it, and its kind.
_FIELD_OF_SLOT = {
    STATUS: ("status", "status", "jira"),
    PROJECT: ("project", "project", "jira"),
    KEY: ("Key", None, "jira"),
    ISSUE_TYPE: ("issuetype", "issuetype", "jira"),
    SUMMARY: ("summary", "summary", "jira"),
    ASSIGNEE: ("assignee", "assignee", "jira"),
    REPORTER: ("reporter", "reporter", "jira"),
    LABELS: ("labels", "labels", "jira"),
    PRIORITY: ("priority", "priority", "jira"),
    RESOLUTION: ("resolution", "resolution", "jira"),
    PARENT: ("Parent", None, "jira"),
    FIX_VERSIONS: ("Fix Version", "fixVersions", "jira"),
    SPRINT: ("Sprint", SPRINT, "custom"),
    RANK: ("Rank", RANK, "custom"),
    STORY_POINTS: ("Story Points", STORY_POINTS, "custom"),
    STORY_POINT_ESTIMATE: ("Story point estimate", STORY_POINT_ESTIMATE, "custom"),
}
#: The Sprint field and the rank say "" where others say nothing.
_EMPTY: dict[str, Value] = {SPRINT: ("", ""), RANK: ("", "")}


def instant(millisecond: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(millisecond // SECOND, dt.UTC) + dt.timedelta(milliseconds=millisecond % SECOND)


def millisecond(at: dt.datetime) -> int:
    return (at - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(milliseconds=1)


def at_work(rng: random.Random, time: int) -> int:
    """The given instant, or some time in the first hour of the next working day."""
    midnight = time - time % DAY
    if time - midnight >= _WORK_ENDS:
        midnight, time = midnight + DAY, midnight + DAY
    weekday = (midnight // DAY + 3) % 7
    if weekday >= _SATURDAY:
        midnight += (7 - weekday) * DAY
        time = midnight
    return time if time - midnight >= _WORK_BEGINS else midnight + _WORK_BEGINS + rng.randrange(HOUR)


@dataclass
class Draft:
    """An issue in the making; `values` are those of now.

    Attributes:
        estimation: Slot of the field that its project estimates with; None where it does not estimate.
        flow: The statuses of the project where it is now.
    """

    id: int
    project: "Desk"
    issue_type: IssueType
    created: int
    creator: Person
    initial: dict[str, Value]
    values: dict[str, Value]
    changes: list[Change] = field(default_factory=list)
    previous_keys: list[str] = field(default_factory=list)
    comments: list[int] = field(default_factory=list)
    unlogged: list[tuple[dt.datetime, str, Value]] = field(default_factory=list)
    deleted: int | None = None
    is_stepping: bool = False

    @property
    def flow(self) -> Flow:
        return self.project.flow

    @property
    def status_id(self) -> str | None:
        return self.values[STATUS][0]

    def is_in(self, *statuses: Status | None) -> bool:
        return any(status is not None and status.id == self.status_id for status in statuses)

    @property
    def is_done(self) -> bool:
        return self.is_in(self.flow.done, self.flow.rejected)

    @property
    def sprint_ids(self) -> list[int]:
        return [int(one) for one in (self.values.get(SPRINT, _NOTHING)[0] or "").split(",") if one.strip()]

    def finished(self) -> Issue:
        return Issue(
            id=str(self.id),
            key=self.values[KEY][1] or "",
            project_key=self.project.project.key,
            issue_type=self.values[ISSUE_TYPE][1] or "",
            summary=self.values[SUMMARY][1] or "",
            created_at=instant(self.created),
            creator=self.creator,
            initial=self.initial,
            changes=tuple(self.changes),
            deleted_at=None if self.deleted is None else instant(self.deleted),
            previous_keys=tuple(self.previous_keys),
            commented_at=tuple(map(instant, self.comments)),
            unlogged=tuple(self.unlogged),
        )


@dataclass
class Desk:
    """A project in the making: its randomness, its people, its numbers."""

    project: Project
    flow: Flow
    rng: random.Random
    people: Sequence[Person]
    first_issue_id: int
    estimation: str | None = None
    drafts: list[Draft] = field(default_factory=list)
    numbers: int = 0

    def next_key(self) -> str:
        self.numbers += 1
        return f"{self.project.key}-{self.numbers}"

    def anybody(self) -> Person:
        return self.rng.choice(self.people)


class Clock:
    """What will happen, in order of time; of two things at the same instant the one that was asked for first."""

    def __init__(self, begin: int, end: int, automation: Person) -> None:
        self.now = begin
        self.automation = automation
        self._end = end
        self._waiting: list[tuple[int, int, Callable[[], None]]] = []
        self._asked = 0
        self._history_ids = _FIRST_HISTORY_ID

    def at(self, time: int, action: Callable[[], None]) -> None:
        """Not before now."""
        heapq.heappush(self._waiting, (max(time, self.now), self._asked, action))
        self._asked += 1

    def run(self) -> None:
        """Until the end; what would happen later does not."""
        while self._waiting and self._waiting[0][0] <= self._end:
            self.now, _, action = heapq.heappop(self._waiting)
            action()

    # ------------------------------------------------------------------ what people do
    def create(self, desk: Desk, issue_type: IssueType, summary: str, **values: Value) -> Draft:
        """A new issue; `values` by slot, the status is the flow's first one unless given."""
        creator = desk.anybody()
        initial: dict[str, Value] = {
            STATUS: self.status(desk.flow.todo),
            PROJECT: (desk.project.id, desk.project.name),
            KEY: (None, desk.next_key()),
            ISSUE_TYPE: (issue_type.id, issue_type.name),
            SUMMARY: (None, summary),
            REPORTER: (creator.account_id, creator.name),
            PRIORITY: ("3", "Medium"),
        }
        initial |= values
        number = desk.first_issue_id + len(desk.drafts)
        draft = Draft(number, desk, issue_type, self.now, creator, initial, dict(initial))
        desk.drafts.append(draft)
        return draft

    def edit(self, draft: Draft, author: Person, *values: tuple[str, Value]) -> None:
        """One history, an item for each (slot, value) in order; nothing happens to a deleted issue."""
        if draft.deleted is not None:
            return
        items = []
        for slot, value in values:
            name, field_id, kind = _FIELD_OF_SLOT[slot]
            before = draft.values.get(slot, _EMPTY.get(slot, _NOTHING))
            items.append(Item(name, field_id, kind, *before, *value))  # pyright: ignore[reportArgumentType]
            draft.values[slot] = value
        draft.changes.append(Change(self._history_ids, instant(self.now), author, tuple(items)))
        self._history_ids += 1

    def status(self, status: Status) -> Value:
        """With the name that it has now."""
        return status.id, status.name_at(instant(self.now))

    def move(self, draft: Draft, author: Person, status: Status, *more: tuple[str, Value]) -> None:
        """To a status; entering a done one resolves the issue, leaving it takes the resolution back."""
        values = [(STATUS, self.status(status)), *more]
        is_resolved = draft.values.get(RESOLUTION, _NOTHING)[0] is not None
        if status.category == "done" and not is_resolved:
            is_rejected = status == draft.flow.rejected
            values.append((RESOLUTION, ("10001", "Won't Do") if is_rejected else ("10000", "Done")))
        if status.category != "done" and is_resolved:
            values.append((RESOLUTION, _NOTHING))
        self.edit(draft, author, *values)
