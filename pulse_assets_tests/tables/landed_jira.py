"""Canonical records of Jira that say nothing, to be changed in one place by a test; a store and a lake for them."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pulse_assets.settings import Settings
from pulse_assets.store import Record, Store
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.transform import build_table

PROJECT = "PAY"
PROJECT_ID = "10000"
SEEN_AT = dt.datetime(2024, 6, 1, tzinfo=dt.UTC)
COLLECTED_AT = "2024-06-01T00:00:00Z"
#: As Jira writes it.
NOON = "2024-05-01T12:00:00.000+0000"
TODO, IN_PROGRESS, DONE = "1", "3", "5"
_STATUSES = ((TODO, "To Do", "todo"), (IN_PROGRESS, "In Progress", "in_progress"), (DONE, "Done", "done"))
_CATEGORIES = {TODO: "new", IN_PROGRESS: "indeterminate", DONE: "done"}
#: Every clean table of a project, in the order in which they are built.
PLANNING = tuple(table.name for table in TABLES.values() if table.layer == "clean" and table.family == "planning")

BLANK: Mapping[str, dict[str, Any]] = {
    "raw_jira_projects": {
        "id": PROJECT_ID,
        "key": PROJECT,
        "name": "Payments",
        "project_type": "software",
        "style": "classic",
        "is_archived": False,
        "is_private": False,
        "url": "https://example.invalid/browse/PAY",
    },
    "raw_jira_statuses": {"id": TODO, "name": "To Do", "category": "todo", "project_id": None},
    "raw_jira_fields": {
        "id": "customfield_10026",
        "name": "Story Points",
        "is_custom": True,
        "schema_type": "number",
        "schema_custom": None,
    },
    "raw_jira_workflows": {"id": "w1", "name": "Flow", "status_ids": [TODO, IN_PROGRESS, DONE], "transitions": []},
    "raw_jira_boards": {
        "id": 1,
        "name": "Board",
        "board_type": "scrum",
        "project_key": PROJECT,
        "estimation_field": "customfield_10026",
        "columns": [],
    },
    "raw_jira_board_issues": {"board_id": 1, "issue_ids": []},
    "raw_jira_sprints": {
        "id": 7,
        "board_id": 1,
        "origin_board_id": 1,
        "name": "Sprint 7",
        "goal": None,
        "state": "closed",
        "started_at": "2024-05-01T09:00:00.000Z",
        "ended_at": "2024-05-15T09:00:00.000Z",
        "completed_at": "2024-05-15T10:00:00.000Z",
    },
    "raw_jira_users": {"account_id": "u1", "display_name": "Ada", "account_type": "atlassian", "is_active": True},
    "raw_jira_issues": {
        "id": "20001",
        "key": "PAY-1",
        "project_id": PROJECT_ID,
        "project_key": PROJECT,
        "issue_type": "Story",
        "is_subtask": False,
        "hierarchy_level": 0,
        "summary": "Work",
        "status_id": TODO,
        "status": "To Do",
        "status_category": "new",
        "priority": "Medium",
        "resolution": None,
        "assignee": None,
        "reporter": "u1",
        "creator": "u1",
        "parent_key": None,
        "labels": [],
        "components": [],
        "fix_versions": [],
        "sprint_ids": [],
        "estimates": {},
        "created": NOON,
        "updated": NOON,
        "resolved": None,
        "url": "https://example.invalid/browse/PAY-1",
        "histories": [],
    },
}
_KEYS = {"raw_jira_board_issues": "board_id", "raw_jira_users": "account_id"}


def raw(table: str, **changes: Any) -> Record:
    """A record like the blank one, but for the changes."""
    payload = BLANK[table] | changes
    return Record(table, str(payload[_KEYS.get(table, "id")]), payload, SEEN_AT)


def issue(number: int = 1, *histories: dict[str, Any], **changes: Any) -> Record:
    """`PAY-<number>` with these histories; a `status_id` of the usual ones brings its name and category."""
    named = {status: name for status, name, _ in _STATUSES}
    status_id = changes.get("status_id", TODO)
    usual = {
        "id": str(20000 + number),
        "key": f"{PROJECT}-{number}",
        "status": named.get(status_id, status_id),
        "status_category": _CATEGORIES.get(status_id, "undefined"),
        "histories": list(histories),
    }
    return raw("raw_jira_issues", **(usual | changes))


def history(number: int, created: str, *items: dict[str, Any], author: str | None = "u1") -> dict[str, Any]:
    """What was changed at once; `created` as Jira's text."""
    return {"id": str(number), "created": created, "author": author, "items": list(items)}


def item(
    field: str,
    from_id: str | None = None,
    to_id: str | None = None,
    *,
    field_id: str | None = None,
    from_text: str | None = None,
    to_text: str | None = None,
) -> dict[str, Any]:
    """One changed field; texts are those of the ids where none are given."""
    return {
        "field": field,
        "field_id": field_id,
        "field_type": "custom" if (field_id or "").startswith("customfield_") else "jira",
        "from_id": from_id,
        "from_text": from_id if from_text is None else from_text,
        "to_id": to_id,
        "to_text": to_id if to_text is None else to_text,
    }


def status_item(from_id: str, to_id: str) -> dict[str, Any]:
    """A change of the status."""
    named = {status: name for status, name, _ in _STATUSES}
    texts = {"from_text": named.get(from_id, from_id), "to_text": named.get(to_id, to_id)}
    return item("status", from_id, to_id, field_id="status", **texts)


def land(store: Store, *landed: Record, project: str = PROJECT, seen_at: dt.datetime = SEEN_AT) -> None:
    """Lands the records; their project and the usual statuses too, if there are none among them."""
    records = list(landed)
    tables = {record.table for record in records}
    if "raw_jira_projects" not in tables and not store.landing.count("raw_jira_projects", project):
        records.append(raw("raw_jira_projects", key=project))
    if "raw_jira_statuses" not in tables and not store.landing.count("raw_jira_statuses", project):
        records += [raw("raw_jira_statuses", id=each, name=name, category=its) for each, name, its in _STATUSES]
    with store.transaction() as connection:
        store.landing.upsert(connection, project, records, seen_at=seen_at)


def complete(store: Store, *, project: str = PROJECT, collected_at: str = COLLECTED_AT, **expected: int) -> None:
    """Records that the project was collected completely."""
    with store.transaction() as connection:
        store.checkpoints.save(connection, project, "complete", {"collected_at": collected_at, "expected": expected})


def built(name: str, store: Store, settings: Settings, *, project: str = PROJECT) -> list[dict[str, Any]]:
    """The rows of a clean table."""
    return [row for batch in build_table(name, store, project, settings) for row in batch.to_pylist()]


def build_lake(lake: Lake, store: Store, settings: Settings, *, project: str = PROJECT) -> Lake:
    """Writes every clean table of the project."""
    for name in PLANNING:
        lake.write(TABLES[name], project, build_table(name, store, project, settings))
    return lake
