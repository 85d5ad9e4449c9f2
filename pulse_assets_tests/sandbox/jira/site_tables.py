"""The clean tables of a generated Jira, written straight from its view: what collection and cleaning should give."""

from typing import Any

from pulse_assets.sandbox.jira.view import IssueFields, JiraView
from pulse_assets.sandbox.jira.world import Issue

_CATEGORIES = {"new": "todo", "indeterminate": "in_progress", "done": "done"}
_ESCAPED = {"escaped", "production"}
Rows = dict[str, list[dict[str, Any]]]


def clean_tables(view: JiraView, key: str) -> Rows:
    """The rows of one project by table, without the columns that no fact reads."""
    found = view.project(key)
    assert found is not None
    issues = [(issue, fields) for issue in view.issues if (fields := view.fields_of(issue)).project == found]
    boards = [board for board in view.boards if board.project_key == key]
    return {
        "projects": [{"name": found.name, "project_id": found.id, "collected_at": view.instant}],
        "statuses": [
            {"status_id": status.id, "name": name, "status_category": _CATEGORIES[status.category], "source": "jira"}
            for status, name in view.statuses
            if status.project_id in (None, found.id)
        ],
        "boards": [
            {
                "board_id": board.id,
                "name": board.name,
                "board_type": board.kind,
                "estimation_field": board.estimation_field,
            }
            for board in boards
        ],
        "board_issues": [
            {"board_id": board.id, "key": view.fields_of(issue).key}
            for board in boards
            for issue in view.issues_of_board(board)
        ],
        "sprints": [
            {
                "board_id": board.id,
                "sprint_id": state.sprint.id,
                "name": state.sprint.name,
                "state": state.state,
                "started_at": state.started_at,
                "ended_at": state.planned_end_at,
                "completed_at": state.completed_at,
                "estimation_field": board.estimation_field,
            }
            for board in boards
            for state in view.sprints_of(board)
        ],
        "issues": [_issue(issue, fields) for issue, fields in issues],
        "issue_estimates": [
            {"key": fields.key, "field_id": field, "points": points}
            for _, fields in issues
            for field, points in fields.estimates.items()
            if points is not None
        ],
        "issue_changes": [row for issue, fields in issues for row in _changes(view, issue, fields.key)],
    }


def _issue(issue: Issue, fields: IssueFields) -> dict[str, Any]:
    is_defect = fields.issue_type.name == "Bug"
    return {
        "key": fields.key,
        "issue_id": issue.id,
        "issue_type": fields.issue_type.name,
        "is_subtask": fields.issue_type.is_subtask,
        "is_epic": fields.issue_type.hierarchy_level > 0,
        "is_defect": is_defect,
        "is_escaped": is_defect and bool(_ESCAPED & set(fields.labels)),
        "is_incident": fields.issue_type.name == "Incident",
        "summary": fields.summary,
        "status_id": fields.status.id,
        "status": fields.status_name,
        "status_category": _CATEGORIES[fields.status.category],
        "story_points": next((points for points in fields.estimates.values() if points is not None), None),
        "sprint_ids": ",".join(map(str, sorted(fields.sprint_ids))) or None,
        "created_at": fields.created_at,
        "updated_at": fields.updated_at,
        "resolved_at": fields.resolved_at,
    }


def _changes(view: JiraView, issue: Issue, key: str) -> list[dict[str, Any]]:
    items = [(change, place, item) for change in view.changes_of(issue) for place, item in enumerate(change.items)]
    return [
        {
            "key": key,
            "history_id": str(change.id),
            "item": place,
            "ordinal": ordinal,
            "field": item.field,
            "field_id": item.field_id,
            "from_value": item.from_text,
            "to_value": item.to_text,
            "from_id": item.from_id,
            "to_id": item.to_id,
            "author": change.author.account_id,
            "changed_at": change.at,
        }
        for ordinal, (change, place, item) in enumerate(items)
    ]
