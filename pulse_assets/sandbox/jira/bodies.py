"""JSON bodies as Jira shapes them: version 3 of the platform is Jira Cloud, version 2 is Data Center.

The two differ in how persons are told (`accountId`; `key` and `name`), in the Sprint field (objects; texts), and in
what Data Center never got: `fieldId` in histories, `hierarchyLevel` of issue types, styles of projects.
"""

import datetime as dt
import uuid
import zoneinfo
from dataclasses import dataclass
from typing import Any

from pulse_assets.sandbox.jira.view import JiraView, SprintState
from pulse_assets.sandbox.jira.world import (
    Board,
    Category,
    Field,
    IssueType,
    Person,
    Project,
    Status,
    Workflow,
)

RANK_FIELD = 10019
_CATEGORIES: dict[Category, dict[str, Any]] = {
    "new": {"id": 2, "colorName": "blue-gray", "name": "To Do"},
    "indeterminate": {"id": 4, "colorName": "yellow", "name": "In Progress"},
    "done": {"id": 3, "colorName": "green", "name": "Done"},
}
_CATEGORY_NAMES: dict[Category, str] = {"new": "TODO", "indeterminate": "IN_PROGRESS", "done": "DONE"}
_SIZES = (16, 24, 32, 48)
_NAMESPACE = uuid.UUID("6a697261-0000-4000-8000-000000000000")


def utc_text(instant: dt.datetime | None) -> str | None:
    """As boards and sprints write instants: `2025-06-30T12:00:00.000Z`."""
    return None if instant is None else instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.") + _ms(instant) + "Z"


def _ms(instant: dt.datetime) -> str:
    return f"{instant.microsecond // 1000:03d}"


@dataclass(frozen=True)
class Bodies:
    """Shapes one view; `zone` is the reader's (Cloud) or the server's (Data Center), `address` begins all links."""

    view: JiraView
    address: str
    zone: zoneinfo.ZoneInfo
    is_cloud: bool = True

    @property
    def api(self) -> str:
        return f"{self.address}/rest/api/{3 if self.is_cloud else 2}"

    def when(self, instant: dt.datetime | None) -> str | None:
        """As the platform writes instants: `2025-06-30T14:00:00.000+0200`."""
        if instant is None:
            return None
        local = instant.astimezone(self.zone)
        return local.strftime("%Y-%m-%dT%H:%M:%S.") + _ms(instant) + local.strftime("%z")

    # ------------------------------------------------------------------ persons
    def _pictures(self, name: str) -> dict[str, str]:
        return {f"{size}x{size}": f"{self.address}/pictures/{name}/{size}.png" for size in _SIZES}

    def person(self, person: Person | None) -> dict[str, Any] | None:
        if person is None:
            return None
        account = person.account_id
        shared = {
            "avatarUrls": self._pictures(account),
            "displayName": person.name,
            "active": person.is_active,
            "timeZone": self.zone.key,
        }
        if self.is_cloud:
            kind = "app" if person.is_app else "atlassian"
            return {"self": f"{self.api}/user?accountId={account}", "accountId": account, "accountType": kind} | shared
        name = person.login or account
        told = {"self": f"{self.api}/user?username={name}", "key": account, "name": name}
        return told | {"emailAddress": f"{name}@example.invalid"} | shared

    # ------------------------------------------------------------------ projects and what they are made of
    def project(self, project: Project, *, is_whole: bool = False) -> dict[str, Any]:
        """As lists have it; whole with its lead and its issue types."""
        body: dict[str, Any] = {
            "expand": "description,lead,issueTypes,url,projectKeys,permissions,insight",
            **self.short_project(project),
        }
        if self.is_cloud:
            body |= {
                "style": "next-gen" if project.is_team_managed else "classic",
                "isPrivate": False,
                "properties": {},
            }
            if project.is_team_managed:
                body["uuid"] = str(uuid.uuid5(_NAMESPACE, project.id))
        if is_whole:
            types = [one for one in self.view.issue_types if one.project_id in (None, project.id)]
            body |= {"description": "", "lead": self.person(project.lead), "assigneeType": "UNASSIGNED"}
            body |= {
                "components": [],
                "versions": [],
                "roles": {},
                "issueTypes": [self.issue_type(one) for one in types],
            }
        return body

    def short_project(self, project: Project) -> dict[str, Any]:
        body: dict[str, Any] = {
            "self": f"{self.api}/project/{project.id}",
            "id": project.id,
            "key": project.key,
            "name": project.name,
            "avatarUrls": self._pictures(f"project-{project.id}"),
            "projectTypeKey": "software",
        }
        return body | ({"simplified": project.is_team_managed} if self.is_cloud else {})

    def issue_type(self, issue_type: IssueType) -> dict[str, Any]:
        body: dict[str, Any] = {
            "self": f"{self.api}/issuetype/{issue_type.id}",
            "id": issue_type.id,
            "description": "",
            "iconUrl": f"{self.address}/pictures/issuetype-{issue_type.id}.svg",
            "name": issue_type.name,
            "subtask": issue_type.is_subtask,
            "avatarId": 10300,
        }
        if self.is_cloud:
            body["hierarchyLevel"] = issue_type.hierarchy_level
        return body | self._scope(issue_type.project_id)

    @staticmethod
    def _scope(project_id: str | None) -> dict[str, Any]:
        return {} if project_id is None else {"scope": {"type": "PROJECT", "project": {"id": project_id}}}

    def status(self, status: Status, name: str) -> dict[str, Any]:
        category = _CATEGORIES[status.category]
        return {
            "self": f"{self.api}/status/{status.id}",
            "description": "",
            "iconUrl": f"{self.address}/pictures/status.png",
            "name": name,
            "id": status.id,
            "statusCategory": {
                "self": f"{self.api}/statuscategory/{category['id']}",
                "id": category["id"],
                "key": status.category,
                "colorName": category["colorName"],
                "name": category["name"],
            },
            **self._scope(status.project_id),
        }

    def listed_status(self, status: Status, name: str) -> dict[str, Any]:
        """As `statuses/search` has it."""
        scope = self._scope(status.project_id) or {"scope": {"type": "GLOBAL"}}
        category = _CATEGORY_NAMES[status.category]
        return {"id": status.id, "name": name, "description": "", "statusCategory": category, **scope}

    def field(self, field: Field) -> dict[str, Any]:
        number = field.id.rpartition("_")[2]
        schema: dict[str, Any] = {"type": field.schema_type or "string"}
        if field.schema_items:
            schema["items"] = field.schema_items
        if field.is_custom:
            schema |= {"custom": field.schema_custom} if field.schema_custom else {}
            schema |= {"customId": int(number)} if number.isdecimal() else {}
        else:
            schema["system"] = field.id
        return {
            "id": field.id,
            **({"key": field.id} if self.is_cloud else {}),
            "name": field.name,
            "custom": field.is_custom,
            "orderable": True,
            "navigable": True,
            "searchable": True,
            "clauseNames": [f"cf[{number}]", field.name] if field.is_custom else [field.id],
            "schema": schema,
        }

    # ------------------------------------------------------------------ workflows
    def workflow(self, workflow: Workflow, *, has_transitions: bool) -> dict[str, Any]:
        """As `workflows/search` has it: statuses are told by references, transitions only where they are asked for."""
        body: dict[str, Any] = {
            "id": str(uuid.uuid5(_NAMESPACE, workflow.id)),
            "name": workflow.name,
            "description": "",
            "isEditable": True,
            "scope": {"type": "GLOBAL"},
            "version": {"id": str(uuid.uuid5(_NAMESPACE, workflow.name)), "versionNumber": 1},
            "statuses": [
                {"statusReference": self.reference(status_id), "deprecated": False, "properties": {}}
                for status_id in workflow.status_ids
            ],
        }
        if has_transitions:
            body["transitions"] = [
                {
                    "id": transition.id,
                    "name": transition.name,
                    "description": "",
                    "type": "DIRECTED" if transition.from_ids else "GLOBAL",
                    "toStatusReference": self.reference(transition.to_id),
                    "links": [{"fromStatusReference": self.reference(one)} for one in transition.from_ids],
                    "actions": [],
                    "triggers": [],
                    "validators": [],
                    "properties": {},
                }
                for transition in workflow.transitions
            ]
        return body

    @staticmethod
    def reference(status_id: str) -> str:
        return str(uuid.uuid5(_NAMESPACE, f"status {status_id}"))

    def workflow_status(self, status: Status, name: str) -> dict[str, Any]:
        return self.listed_status(status, name) | {"statusReference": self.reference(status.id)}

    # ------------------------------------------------------------------ boards and sprints
    def board(self, board: Board) -> dict[str, Any]:
        project = self.view.project(board.project_key)
        body: dict[str, Any] = {
            "id": board.id,
            "self": f"{self.address}/rest/agile/1.0/board/{board.id}",
            "name": board.name,
            "type": board.kind,
            "isPrivate": False,
        }
        if project is not None:
            body["location"] = {
                "projectId": int(project.id),
                "displayName": f"{project.name} ({project.key})",
                "projectName": project.name,
                "projectKey": project.key,
                "projectTypeKey": "software",
                "avatarURI": f"{self.address}/pictures/project-{project.id}/24.png",
                "name": f"{project.name} ({project.key})",
            }
        return body

    def configuration(self, board: Board) -> dict[str, Any]:
        """Columns with their statuses; `estimation` names the field, or says that issues are counted."""
        body: dict[str, Any] = {
            "id": board.id,
            "name": board.name,
            "type": board.kind,
            "self": f"{self.address}/rest/agile/1.0/board/{board.id}/configuration",
            "location": {"type": "project", "projectKeyOrId": board.project_key},
            "filter": {"id": str(10000 + board.id), "self": f"{self.api}/filter/{10000 + board.id}"},
            "columnConfig": {
                "columns": [
                    {"name": name, "statuses": [{"id": one, "self": f"{self.api}/status/{one}"} for one in status_ids]}
                    for name, status_ids in board.columns
                ],
                "constraintType": "none",
            },
            "ranking": {"rankCustomFieldId": RANK_FIELD},
        }
        if board.has_sprints:
            body["estimation"] = {"type": "issueCount"}
        if board.estimation_field:
            name = next((one.name for one in self.view.world.fields if one.id == board.estimation_field), "")
            field = {"fieldId": board.estimation_field, "displayName": name}
            body["estimation"] = {"type": "field", "field": field}
        return body

    def sprint(self, state: SprintState) -> dict[str, Any]:
        """A future sprint has no times, an active one no `completeDate`."""
        sprint = state.sprint
        return {
            "id": sprint.id,
            "self": f"{self.address}/rest/agile/1.0/sprint/{sprint.id}",
            "state": state.state,
            "name": sprint.name,
            **sprint_times(state),
            "createdDate": utc_text(sprint.created_at),
            "originBoardId": sprint.board_id,
            "goal": sprint.goal,
        }


def sprint_times(state: SprintState) -> dict[str, str]:
    times = {
        "startDate": utc_text(state.started_at),
        "endDate": utc_text(state.planned_end_at),
        "completeDate": utc_text(state.completed_at),
    }
    return {name: text for name, text in times.items() if text is not None}
