"""Issues and their histories as Jira shapes them; what they are made of is shaped in `bodies`."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pulse_assets.sandbox.jira.bodies import Bodies, sprint_times
from pulse_assets.sandbox.jira.view import IssueFields, SprintState
from pulse_assets.sandbox.jira.world import SPRINT, Change, Field, Issue, Item

#: Histories that `expand=changelog` shows in a list of Jira Cloud, the newest ones; and for a single issue.
HISTORIES_IN_LISTS, HISTORIES_OF_AN_ISSUE = 40, 100
#: Known to the agile API only: the platform's answers have them not.
_AGILE_FIELDS = ("sprint", "closedSprints", "epic", "flagged")
_NOTHING = "<null>"
#: Data Center tells by them which issues are epics, and whose children the others are.
EPIC_LINK = Field(
    "customfield_10014",
    "Epic Link",
    is_custom=True,
    schema_type="any",
    schema_custom="com.pyxis.greenhopper.jira:gh-epic-link",
)
EPIC_NAME = Field(
    "customfield_10011",
    "Epic Name",
    is_custom=True,
    schema_type="string",
    schema_custom="com.pyxis.greenhopper.jira:gh-epic-label",
)


@dataclass(frozen=True)
class IssueBodies(Bodies):
    """Shapes the issues of one view."""

    def issue(
        self,
        issue: Issue,
        fields: Sequence[str],
        expand: Collection[str],
        *,
        is_agile: bool = False,
        histories: int | None = None,
    ) -> dict[str, Any]:
        """The issue with the fields asked for; `histories` is the number that `expand=changelog` shows at most."""
        found = self.view.fields_of(issue)
        body = {
            "expand": "operations,versionedRepresentations,editmeta,changelog,renderedFields",
            "id": issue.id,
            "self": f"{self.api}/issue/{issue.id}",
            "key": found.key,
            "fields": self._chosen(issue, found, fields, is_agile=is_agile),
        }
        if "changelog" in expand:
            body["changelog"] = self.changelog(issue, histories)
        return body

    def _chosen(self, issue: Issue, found: IssueFields, fields: Sequence[str], *, is_agile: bool) -> dict[str, Any]:
        wanted = {name for name in fields if not name.startswith("-")}
        dropped = {name[1:] for name in fields if name.startswith("-")} | (set() if is_agile else set(_AGILE_FIELDS))
        is_all = not wanted or bool(wanted & {"*all", "*navigable"})
        return {
            name: render(issue, found)
            for name, render in self._fields.items()
            if (is_all or name in wanted) and name not in dropped
        } | {
            name: value for name, value in found.estimates.items() if (is_all or name in wanted) and name not in dropped
        }

    @cached_property
    def _fields(self) -> dict[str, Callable[[Issue, IssueFields], Any]]:
        """How each field is shown; the estimation fields come on top of these."""
        return {
            "summary": lambda _, one: one.summary,
            "description": lambda _, __: None,
            "issuetype": lambda _, one: self.issue_type(one.issue_type),
            "project": lambda _, one: self.short_project(one.project),
            "status": lambda _, one: self.status(one.status, one.status_name),
            "priority": lambda _, one: self._named("priority", one.priority),
            "resolution": lambda _, one: one.resolution and self._named("resolution", one.resolution),
            "resolutiondate": lambda _, one: self.when(one.resolved_at),
            "assignee": lambda _, one: self.person(one.assignee),
            "reporter": lambda _, one: self.person(one.reporter),
            "creator": lambda _, one: self.person(one.creator),
            "labels": lambda _, one: list(one.labels),
            "components": lambda _, __: [],
            "fixVersions": lambda _, one: [self._named("version", version) for version in one.fix_versions],
            "created": lambda _, one: self.when(one.created_at),
            "updated": lambda _, one: self.when(one.updated_at),
            "subtasks": lambda issue, _: [self._relative(one) for one in self._subtasks.get(issue.id, ())],
            "parent": lambda _, one: self._parent(one),
            EPIC_LINK.id: lambda _, one: None if self.is_cloud or one.issue_type.is_subtask else one.parent_key,
            EPIC_NAME.id: lambda _, one: (
                one.summary if not self.is_cloud and one.issue_type.hierarchy_level > 0 else None
            ),
            SPRINT: lambda _, one: [self._sprint_value(state) for state in self._sprints_of(one)] or None,
            "sprint": lambda _, one: next(
                (self.sprint(state) for state in self._sprints_of(one) if state.state != "closed"), None
            ),
            "closedSprints": lambda _, one: [self.sprint(s) for s in self._sprints_of(one) if s.state == "closed"],
        }

    def _named(self, kind: str, pair: tuple[str, str]) -> dict[str, str]:
        return {"self": f"{self.api}/{kind}/{pair[0]}", "id": pair[0], "name": pair[1]}

    def _parent(self, found: IssueFields) -> dict[str, Any] | None:
        """On Data Center only sub-tasks have a parent; the others have a link to their epic."""
        if not self.is_cloud and not found.issue_type.is_subtask:
            return None
        parent = self.view.issue(found.parent_id) if found.parent_id else None
        return None if parent is None else self._relative(parent)

    def _relative(self, issue: Issue) -> dict[str, Any]:
        found = self.view.fields_of(issue)
        fields = {
            "summary": found.summary,
            "status": self.status(found.status, found.status_name),
            "priority": self._named("priority", found.priority),
            "issuetype": self.issue_type(found.issue_type),
        }
        return {"id": issue.id, "key": found.key, "self": f"{self.api}/issue/{issue.id}", "fields": fields}

    @cached_property
    def _subtasks(self) -> dict[str, list[Issue]]:
        found: dict[str, list[Issue]] = {}
        for issue in self.view.issues:
            fields = self.view.fields_of(issue)
            if fields.parent_id and fields.issue_type.is_subtask:
                found.setdefault(fields.parent_id, []).append(issue)
        return found

    def _sprints_of(self, found: IssueFields) -> list[SprintState]:
        return [state for one in found.sprint_ids if (state := self.view.sprint(one)) is not None]

    # ------------------------------------------------------------------ histories
    def changelog(self, issue: Issue, at_most: int | None) -> dict[str, Any]:
        """The newest histories, newest first on Cloud; Data Center shows all, oldest first."""
        changes = list(self.view.changes_of(issue))
        shown = changes[::-1][:at_most] if self.is_cloud else changes
        histories = [self.history(change) for change in shown]
        return {"startAt": 0, "maxResults": len(histories), "total": len(changes), "histories": histories}

    def history(self, change: Change) -> dict[str, Any]:
        author, items = self.person(change.author), [self._item(item) for item in change.items]
        return {"id": str(change.id), "author": author, "created": self.when(change.at), "items": items}

    def _item(self, item: Item) -> dict[str, Any]:
        body: dict[str, Any] = {"field": item.field, "fieldtype": item.field_type}
        if self.is_cloud and item.field_id is not None:
            body["fieldId"] = item.field_id
        texts = {"from": item.from_id, "fromString": item.from_text, "to": item.to_id, "toString": item.to_text}
        return body | texts

    # ------------------------------------------------------------------ the Sprint field
    def _sprint_value(self, state: SprintState) -> dict[str, Any] | str:
        """As the Sprint field of an issue has it: Data Center shows the words of a Java object."""
        sprint = state.sprint
        if self.is_cloud:
            body = {"id": sprint.id, "name": sprint.name, "state": state.state, "boardId": sprint.board_id}
            return body | {"goal": sprint.goal, **sprint_times(state)}
        parts = {
            "id": sprint.id,
            "rapidViewId": sprint.board_id,
            "state": state.state.upper(),
            "name": sprint.name,
            "startDate": self._java_time(state.started_at),
            "endDate": self._java_time(state.planned_end_at),
            "completeDate": self._java_time(state.completed_at),
            "activatedDate": self._java_time(state.started_at),
            "sequence": sprint.id,
            "goal": sprint.goal,
            "autoStartStop": "false",
            "synced": "false",
        }
        inner = ",".join(f"{name}={value}" for name, value in parts.items())
        return f"com.atlassian.greenhopper.service.sprint.Sprint@{sprint.id + 4096:x}[{inner}]"

    def _java_time(self, instant: dt.datetime | None) -> str:
        return _NOTHING if instant is None else instant.astimezone(self.zone).isoformat(timespec="milliseconds")
