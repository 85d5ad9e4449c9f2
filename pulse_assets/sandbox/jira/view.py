"""Jira as of one instant: which issues are there then, with which values and which histories."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pulse_assets.sandbox.jira.world import (
    ASSIGNEE,
    FIX_VERSIONS,
    ISSUE_TYPE,
    KEY,
    LABELS,
    PARENT,
    PRIORITY,
    PROJECT,
    REPORTER,
    RESOLUTION,
    SPRINT,
    STATUS,
    STORY_POINT_ESTIMATE,
    STORY_POINTS,
    SUMMARY,
    Board,
    Change,
    Issue,
    IssueType,
    JiraWorld,
    Person,
    Project,
    Sprint,
    Status,
    Value,
    Workflow,
)

_EMPTY: Value = (None, None)


@dataclass(frozen=True, slots=True)
class SprintState:
    """A sprint as of an instant; a future one has no times, only a closed one has a `completed_at`."""

    sprint: Sprint
    state: Literal["future", "active", "closed"]
    started_at: dt.datetime | None
    planned_end_at: dt.datetime | None
    completed_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class IssueFields:
    """An issue's values as of an instant.

    Attributes:
        status_name: What the status is called then.
        sprint_ids: All sprints that it is or was in, in the order of joining (Jira's Sprint field).
        estimates: By id of the estimation field; None where it is empty.
        resolved_at: When it was last resolved; None for an unresolved one.
        priority: (id, name), as `resolution`, which is None for an unresolved one.
    """

    key: str
    project: Project
    issue_type: IssueType
    summary: str
    status: Status
    status_name: str
    assignee: Person | None
    reporter: Person
    creator: Person
    priority: tuple[str, str]
    resolution: tuple[str, str] | None
    labels: tuple[str, ...]
    fix_versions: tuple[tuple[str, str], ...]
    parent_id: str | None
    parent_key: str | None
    sprint_ids: tuple[int, ...]
    estimates: dict[str, float | None]
    created_at: dt.datetime
    updated_at: dt.datetime
    resolved_at: dt.datetime | None


class JiraView:
    """The world as of `instant`."""

    def __init__(self, world: JiraWorld, instant: dt.datetime) -> None:
        if instant.tzinfo is None:
            msg = f"the instant {instant} has no time zone"
            raise ValueError(msg)
        self.world = world
        self.instant = instant
        self._fields: dict[str, IssueFields] = {}

    # ------------------------------------------------------------------ issues
    @cached_property
    def issues(self) -> list[Issue]:
        """Those that are there: created and not deleted."""
        now = self.instant
        return [
            issue
            for issue in self.world.issues
            if issue.created_at <= now and (issue.deleted_at is None or now < issue.deleted_at)
        ]

    def changes_of(self, issue: Issue) -> tuple[Change, ...]:
        """Oldest first."""
        return tuple(change for change in issue.changes if change.at <= self.instant)

    def values_of(self, issue: Issue) -> dict[str, Value]:
        """The value of each slot."""
        events = [
            (change.at, item.slot, (item.to_id, item.to_text)) for change in issue.changes for item in change.items
        ]
        happened = sorted((event for event in [*events, *issue.unlogged] if event[0] <= self.instant), key=_time_of)
        return dict(issue.initial) | {slot: value for _, slot, value in happened}

    def fields_of(self, issue: Issue) -> IssueFields:
        """What Jira shows of the issue now; made once per view."""
        if issue.id not in self._fields:
            self._fields[issue.id] = self._replayed(issue)
        return self._fields[issue.id]

    def updated_at(self, issue: Issue) -> dt.datetime:
        """The newest change or comment, or the creation."""
        events = [*(change.at for change in issue.changes), *issue.commented_at, *(row[0] for row in issue.unlogged)]
        return max([issue.created_at, *(at for at in events if at <= self.instant)])

    def issue(self, key_or_id: str) -> Issue | None:
        """By id, by key in any case, or by a key that it had before it was moved."""
        return self._by_name.get(key_or_id.upper())

    @cached_property
    def _by_name(self) -> dict[str, Issue]:
        found: dict[str, Issue] = {}
        for issue in self.issues:
            for change in self.changes_of(issue):
                for item in change.items:
                    if item.slot == KEY and item.from_text:
                        found[item.from_text] = issue
        for issue in self.issues:
            found[issue.id] = found[self.fields_of(issue).key] = issue
        return found

    def _replayed(self, issue: Issue) -> IssueFields:
        values, world = self.values_of(issue), self.world

        def get(slot: str) -> Value:
            return values.get(slot, _EMPTY)

        status = world.statuses_by_id[get(STATUS)[0] or ""]
        parent = self._issues_by_id.get(get(PARENT)[0] or "")
        reporter = get(REPORTER)[0]
        return IssueFields(
            key=get(KEY)[1] or issue.key,
            project=next(project for project in world.projects if project.id == get(PROJECT)[0]),
            issue_type=world.issue_types_by_id[get(ISSUE_TYPE)[0] or ""],
            summary=get(SUMMARY)[1] or "",
            status=status,
            status_name=status.name_at(self.instant),
            assignee=world.people_by_id.get(get(ASSIGNEE)[0] or ""),
            reporter=world.people_by_id[reporter] if reporter else issue.creator,
            creator=issue.creator,
            priority=_pair(get(PRIORITY)) or ("3", "Medium"),
            resolution=_pair(get(RESOLUTION)),
            labels=tuple((get(LABELS)[1] or "").split()),
            fix_versions=tuple(found for found in [_pair(get(FIX_VERSIONS))] if found),
            parent_id=None if parent is None else parent.id,
            parent_key=None if parent is None else self._key_of(parent),
            sprint_ids=tuple(int(one) for one in (get(SPRINT)[0] or "").split(",") if one.strip()),
            estimates={field: _number(get(field)[1]) for field in (STORY_POINTS, STORY_POINT_ESTIMATE)},
            created_at=issue.created_at,
            updated_at=self.updated_at(issue),
            resolved_at=self._resolved_at(issue) if get(RESOLUTION)[0] else None,
        )

    @cached_property
    def _issues_by_id(self) -> dict[str, Issue]:
        return {issue.id: issue for issue in self.issues}

    def _key_of(self, issue: Issue) -> str:
        return self.values_of(issue).get(KEY, _EMPTY)[1] or issue.key

    def _resolved_at(self, issue: Issue) -> dt.datetime:
        resolved = [
            change.at
            for change in self.changes_of(issue)
            if any(item.slot == RESOLUTION and item.to_id for item in change.items)
        ]
        return max([issue.created_at, *resolved])

    # ------------------------------------------------------------------ boards and sprints
    @cached_property
    def boards(self) -> list[Board]:
        keys = {project.key for project in self.projects}
        return [board for board in self.world.boards if board.project_key in keys]

    def board(self, board_id: int) -> Board | None:
        return next((board for board in self.boards if board.id == board_id), None)

    def issues_of_board(self, board: Board) -> list[Issue]:
        """Those that its filter lets through."""
        return [
            issue
            for issue in self.issues
            if (fields := self.fields_of(issue)).project.key == board.project_key
            and (not board.issue_types or fields.issue_type.name in board.issue_types)
        ]

    def sprints_of(self, board: Board) -> list[SprintState]:
        """In order of id."""
        now = self.instant
        return [
            self.sprint_state(sprint)
            for sprint in sorted(self.world.sprints, key=lambda sprint: sprint.id)
            if sprint.board_id == board.id and sprint.created_at <= now
        ]

    def sprint(self, sprint_id: int) -> SprintState | None:
        found = next((sprint for sprint in self.world.sprints if sprint.id == sprint_id), None)
        return None if found is None or found.created_at > self.instant else self.sprint_state(found)

    def issues_of_sprint(self, sprint: Sprint) -> list[Issue]:
        """Those whose Sprint field names it."""
        return [issue for issue in self.issues if sprint.id in self.fields_of(issue).sprint_ids]

    def sprint_state(self, sprint: Sprint) -> SprintState:
        now = self.instant
        if sprint.started_at is None or sprint.started_at > now:
            return SprintState(sprint, "future", None, None, None)
        happened = [closing for closing in sprint.closings if closing[0] <= now]
        if happened:
            closed_at, reopened_at = happened[-1]
            if reopened_at is None or reopened_at > now:
                return SprintState(sprint, "closed", sprint.started_at, sprint.planned_end_at, closed_at)
        return SprintState(sprint, "active", sprint.started_at, sprint.planned_end_at, None)

    # ------------------------------------------------------------------ the site
    @cached_property
    def projects(self) -> list[Project]:
        return [project for project in self.world.projects if project.created_at <= self.instant]

    def project(self, key_or_id: str) -> Project | None:
        wanted = key_or_id.upper()
        return next((project for project in self.projects if wanted in (project.key, project.id)), None)

    @cached_property
    def statuses(self) -> list[tuple[Status, str]]:
        """Those that are not deleted, with the name that they have now."""
        now, ids = self.instant, {project.id for project in self.projects}
        return [
            (status, status.name_at(now))
            for status in self.world.statuses
            if status.is_there_at(now) and (status.project_id is None or status.project_id in ids)
        ]

    @cached_property
    def issue_types(self) -> list[IssueType]:
        ids = {project.id for project in self.projects}
        return [one for one in self.world.issue_types if one.project_id is None or one.project_id in ids]

    @property
    def people(self) -> Sequence[Person]:
        return self.world.people

    @cached_property
    def workflows(self) -> list[Workflow]:
        names = {project.workflow_name for project in self.projects}
        return [workflow for workflow in self.world.workflows if workflow.name in names]


def _time_of(event: tuple[dt.datetime, str, Value]) -> dt.datetime:
    return event[0]


def _pair(value: Value) -> tuple[str, str] | None:
    return None if value[0] is None or value[1] is None else (value[0], value[1])


def _number(text: str | None) -> float | None:
    return None if text is None or not text.strip() else float(text)
