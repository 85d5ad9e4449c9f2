"""What a generated site is furnished with: statuses, workflows, types of issues and fields."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from pulse_assets.sandbox.jira.world import (
    FIX_VERSIONS,
    ISSUE_TYPE,
    RANK,
    SPRINT,
    STORY_POINT_ESTIMATE,
    STORY_POINTS,
    Field,
    IssueType,
    Status,
    Transition,
    Workflow,
)

_SYSTEM_FIELDS = (
    Field("summary", "Summary", schema_type="string"),
    Field("status", "Status", schema_type="status"),
    Field(ISSUE_TYPE, "Issue Type", schema_type="issuetype"),
    Field("project", "Project", schema_type="project"),
    Field("assignee", "Assignee", schema_type="user"),
    Field("reporter", "Reporter", schema_type="user"),
    Field("creator", "Creator", schema_type="user"),
    Field("priority", "Priority", schema_type="priority"),
    Field("resolution", "Resolution", schema_type="resolution"),
    Field("resolutiondate", "Resolved", schema_type="datetime"),
    Field("labels", "Labels", schema_type="array", schema_items="string"),
    Field("components", "Components", schema_type="array", schema_items="component"),
    Field(FIX_VERSIONS, "Fix versions", schema_type="array", schema_items="version"),
    Field("created", "Created", schema_type="datetime"),
    Field("updated", "Updated", schema_type="datetime"),
    Field("parent", "Parent"),
)
FIELDS = (
    *_SYSTEM_FIELDS,
    Field(
        STORY_POINT_ESTIMATE,
        "Story point estimate",
        is_custom=True,
        schema_type="number",
        schema_custom="com.pyxis.greenhopper.jira:jsw-story-points",
    ),
    Field(RANK, "Rank", is_custom=True, schema_type="any", schema_custom="com.pyxis.greenhopper.jira:gh-lexo-rank"),
    Field(
        SPRINT,
        "Sprint",
        is_custom=True,
        schema_type="array",
        schema_items="json",
        schema_custom="com.pyxis.greenhopper.jira:gh-sprint",
    ),
    Field(
        STORY_POINTS,
        "Story Points",
        is_custom=True,
        schema_type="number",
        schema_custom="com.atlassian.jira.plugin.system.customfieldtypes:float",
    ),
)

EPIC, STORY, TASK, SUBTASK = (
    IssueType("10000", "Epic", hierarchy_level=1),
    IssueType("10001", "Story"),
    IssueType("10002", "Task"),
    IssueType("10003", "Sub-task", is_subtask=True, hierarchy_level=-1),
)
BUG, INCIDENT = IssueType("10004", "Bug"), IssueType("10005", "Incident")
SHARED_TYPES = (EPIC, STORY, TASK, SUBTASK, BUG, INCIDENT)


@dataclass(frozen=True)
class Flow:
    """The statuses that a project's issues go through, by role.

    Attributes:
        checks: In progress, after `doing`: review, test.
        waiting: In progress, and nobody works; None where there is none.
        rejected: Done, and nothing was done; None where there is none.
        doomed: A status of `checks` that will be deleted.
    """

    name: str
    todo: Status
    doing: Status
    checks: tuple[Status, ...]
    done: Status
    waiting: Status | None = None
    rejected: Status | None = None
    doomed: Status | None = None

    @property
    def statuses(self) -> tuple[Status, ...]:
        found = (self.todo, self.doing, *self.checks, self.waiting, self.done, self.rejected)
        return tuple(status for status in found if status is not None)

    @property
    def columns(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Of a board: without the deleted status, rejected things beside done ones."""
        middle = [self.doing, *self.checks, *([self.waiting] if self.waiting else [])]
        done = (self.done.id, *([self.rejected.id] if self.rejected else []))
        between = [(status.name, (status.id,)) for status in middle if status != self.doomed]
        return (self.todo.name, (self.todo.id,)), *between, (self.done.name, done)

    def workflow(self, number: int) -> Workflow:
        """Anything may follow anything, but for the deleted status."""
        kept = [status for status in self.statuses if status != self.doomed]
        steps = (Transition(str(10 * place + 11), status.name, (), status.id) for place, status in enumerate(kept))
        return Workflow(f"workflow-{number}", self.name, tuple(status.id for status in kept), tuple(steps))


def scrum_flow(start: dt.datetime) -> Flow:
    """Of company-managed projects; In Review gets another name after 50 days, Waiting for QA is deleted after 75."""
    day = dt.timedelta(days=1)
    qa = Status("10007", "Waiting for QA", "indeterminate", deleted_at=start + 75 * day)
    review = Status("10006", "In Review", "indeterminate", renamed=((start + 50 * day, "Peer Review"),))
    return Flow(
        name="Software workflow v3",
        todo=Status("10005", "To Do", "new"),
        doing=Status("3", "In Progress", "indeterminate"),
        checks=(review, qa),
        done=Status("10008", "Done", "done"),
        rejected=Status("10009", "Won't Do", "done"),
        doomed=qa,
    )


def team_flow(project_id: str, number: int) -> Flow:
    """Of a team-managed project: its own statuses, with names that others have as well."""
    first = 10100 + 10 * number
    return Flow(
        name=f"Workflow of project {project_id}",
        todo=Status(str(first), "To Do", "new", project_id),
        doing=Status(str(first + 1), "In Progress", "indeterminate", project_id),
        checks=(Status(str(first + 2), "Testing", "indeterminate", project_id),),
        done=Status(str(first + 3), "Done", "done", project_id),
    )


def kanban_flow(start: dt.datetime) -> Flow:
    """Of operations, in German; one status gets an English name after 100 days."""
    later = start + dt.timedelta(days=100)
    return Flow(
        name="Betrieb",
        todo=Status("10030", "Gemeldet", "new"),
        doing=Status("10031", "In Bearbeitung", "indeterminate", renamed=((later, "Working on it"),)),
        checks=(),
        waiting=Status("10032", "Wartet auf Kunden", "indeterminate"),
        done=Status("10033", "Erledigt", "done"),
        rejected=Status("10034", "Abgelehnt", "done"),
    )


def statuses_of(flows: Sequence[Flow]) -> tuple[Status, ...]:
    """Each once, in order of their numbers."""
    found = {status.id: status for flow in flows for status in flow.statuses}
    return tuple(sorted(found.values(), key=lambda status: int(status.id)))
