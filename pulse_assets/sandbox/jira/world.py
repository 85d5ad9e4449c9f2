"""The sandbox's Jira: its projects, boards, sprints and issues, and every change that ever happened to them.

Instants are aware, UTC and whole milliseconds. Nothing here knows HTTP, and nothing here computes a metric.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pulse_assets.sandbox.jira.view import JiraView

#: A field's value as the changelog tells it: (id, text); a number has only a text, a cleared field neither.
Value = tuple[str | None, str | None]
Category = Literal["new", "indeterminate", "done"]

#: Slots of `Issue.initial`, beside the ids of estimation fields.
STATUS, PROJECT, KEY, ISSUE_TYPE, SUMMARY = "status", "project", "Key", "issuetype", "summary"
ASSIGNEE, REPORTER, LABELS, PRIORITY = "assignee", "reporter", "labels", "priority"
RESOLUTION, PARENT, FIX_VERSIONS = "resolution", "Parent", "fixVersions"
SPRINT, RANK = "customfield_10020", "customfield_10019"
#: The estimation fields: of company-managed projects, and of team-managed ones.
STORY_POINTS, STORY_POINT_ESTIMATE = "customfield_10026", "customfield_10016"


@dataclass(frozen=True, slots=True)
class Person:
    """An account; `login` is the same person's account on GitHub, where there is one."""

    account_id: str
    name: str
    is_app: bool = False
    is_active: bool = True
    login: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """A status; `name` is the first one, `renamed` says from when on it has another one.

    Attributes:
        project_id: Of the team-managed project that alone has it; None for everybody's.
        deleted_at: From then on it is in no list; no issue is in it any more, but histories tell of it.
    """

    id: str
    name: str
    category: Category
    project_id: str | None = None
    renamed: tuple[tuple[dt.datetime, str], ...] = ()
    deleted_at: dt.datetime | None = None

    def name_at(self, instant: dt.datetime) -> str:
        return [self.name, *(name for at, name in self.renamed if at <= instant)][-1]

    def is_there_at(self, instant: dt.datetime) -> bool:
        return self.deleted_at is None or instant < self.deleted_at


@dataclass(frozen=True, slots=True)
class Transition:
    """A step of a workflow; without `from_ids` it begins anywhere."""

    id: str
    name: str
    from_ids: tuple[str, ...]
    to_id: str


@dataclass(frozen=True, slots=True)
class Workflow:
    id: str
    name: str
    status_ids: tuple[str, ...]
    transitions: tuple[Transition, ...] = ()


@dataclass(frozen=True, slots=True)
class IssueType:
    """`hierarchy_level`: -1 sub-task, 0 story, task, bug, …, 1 epic; `project_id` as of `Status`."""

    id: str
    name: str
    is_subtask: bool = False
    hierarchy_level: int = 0
    project_id: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """`schema_custom` is the type that an app gave the field."""

    id: str
    name: str
    is_custom: bool = False
    schema_type: str | None = None
    schema_items: str | None = None
    schema_custom: str | None = None


@dataclass(frozen=True, slots=True)
class Project:
    id: str
    key: str
    name: str
    is_team_managed: bool
    lead: Person
    created_at: dt.datetime
    workflow_name: str


@dataclass(frozen=True, slots=True)
class Board:
    """A board over one project.

    Attributes:
        estimation_field: Id of the field that it estimates with; None where it counts issues.
        issue_types: Names of the types that its filter lets through; empty for all.
        columns: (name, status ids) from left to right.
    """

    id: int
    name: str
    kind: Literal["scrum", "kanban", "simple"]
    project_key: str
    estimation_field: str | None
    issue_types: tuple[str, ...] = ()
    columns: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def has_sprints(self) -> bool:
        """A kanban board answers 400 to the question for its sprints."""
        return self.kind != "kanban"

    @property
    def jql(self) -> str:
        """Its filter."""
        types = f" AND issuetype in ({', '.join(self.issue_types)})" if self.issue_types else ""
        return f'project = "{self.project_key}"{types} ORDER BY Rank ASC'


@dataclass(frozen=True, slots=True)
class Sprint:
    """A sprint; `started_at` None: never started. `closings` are (closed_at, reopened_at or None) in order of time."""

    id: int
    board_id: int
    name: str
    goal: str
    created_at: dt.datetime
    started_at: dt.datetime | None
    planned_end_at: dt.datetime | None
    closings: tuple[tuple[dt.datetime, dt.datetime | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One changed field; a changed number has texts and no ids, `field_id` is None where Jira gives none."""

    field: str
    field_id: str | None
    field_type: Literal["jira", "custom"]
    from_id: str | None
    from_text: str | None
    to_id: str | None
    to_text: str | None

    @property
    def slot(self) -> str:
        """Which value of `Issue.initial` it replaces."""
        return self.field_id or self.field


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody changed at once: a history of the changelog; `id` grows with the time within a project."""

    id: int
    at: dt.datetime
    author: Person
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue with its whole life.

    Attributes:
        key: The last one that it ever has; `JiraView.fields_of` tells the one of an instant.
        project_key: As `key`; `issue_type` and `summary` as well.
        initial: The values at creation by slot (the constants above); what is not there is empty.
        changes: In order of time and id.
        deleted_at: From then on it is not there.
        previous_keys: Keys that it had before `key`, oldest first; Jira still finds it by them.
        commented_at: Comments: they make `updated` newer and leave no history.
        unlogged: Values set without a history, as (instant, slot, value): what migrations and old imports do.
    """

    id: str
    key: str
    project_key: str
    issue_type: str
    summary: str
    created_at: dt.datetime
    creator: Person
    initial: Mapping[str, Value]
    changes: tuple[Change, ...] = ()
    deleted_at: dt.datetime | None = None
    previous_keys: tuple[str, ...] = ()
    commented_at: tuple[dt.datetime, ...] = ()
    unlogged: tuple[tuple[dt.datetime, str, Value], ...] = ()


@dataclass(frozen=True)
class JiraWorld:
    """The whole site.

    Attributes:
        name: What the site is called.
        address_host: The host that the site believes to be at, for links such as `self`.
        issues: In order of creation within a project; ids are unique and ascend there.
        until: The instant as of which the world is served unless another one is asked for.
    """

    name: str
    address_host: str
    people: Sequence[Person]
    statuses: Sequence[Status]
    issue_types: Sequence[IssueType]
    fields: Sequence[Field]
    projects: Sequence[Project]
    boards: Sequence[Board]
    sprints: Sequence[Sprint]
    issues: Sequence[Issue]
    until: dt.datetime
    workflows: Sequence[Workflow] = ()

    @cached_property
    def statuses_by_id(self) -> dict[str, Status]:
        return {status.id: status for status in self.statuses}

    @cached_property
    def people_by_id(self) -> dict[str, Person]:
        return {person.account_id: person for person in self.people}

    @cached_property
    def issue_types_by_id(self) -> dict[str, IssueType]:
        return {issue_type.id: issue_type for issue_type in self.issue_types}

    def at(self, instant: dt.datetime | None = None) -> "JiraView":
        """The world as of `instant` (aware; default: `until`)."""
        from pulse_assets.sandbox.jira.view import JiraView  # noqa: PLC0415 - the view is built on this module

        return JiraView(self, instant or self.until)
