"""Canonical records out of what Jira's REST APIs answer.

Lists of the site are promised: what lacks its key breaks the contract. Issues are kept as they are; see `records.py`.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from pulse_assets.errors import ContractBroken
from pulse_assets.sources.jira import shapes
from pulse_assets.sources.jira.issue_fields import IssueFields
from pulse_assets.sources.jira.pages import IssueStub
from pulse_assets.sources.jira.records import (
    Board,
    ChangeItem,
    Field,
    History,
    Issue,
    Project,
    Sprint,
    Status,
    User,
    Workflow,
)

Row = dict[str, Any]
Category = Literal["todo", "in_progress", "done", "undefined"]
_CATEGORIES: dict[str, Category] = {
    "new": "todo",
    "todo": "todo",
    "indeterminate": "in_progress",
    "in_progress": "in_progress",
    "done": "done",
}
_EPIC_LEVEL, _SUBTASK_LEVEL = 1, -1


@contextmanager
def promised(what: str) -> Iterator[None]:
    """Reading a record that lacks a promised field is an error that names both.

    Raises:
        ContractBroken: A field is missing or of another kind.
    """
    hint = "Jira, or what answers in its place, has changed its interface."
    try:
        yield
    except KeyError as error:
        raise ContractBroken(f"{what} lacks the field {error}.", hint=hint) from error
    except (TypeError, AttributeError, ValueError, IndexError) as error:
        words = f"{what} has a field of another kind than promised ({type(error).__name__})."
        raise ContractBroken(words, hint=hint) from error


def project(row: Row, *, base_url: str) -> Project:
    with promised(f"The project {row.get('key')}"):
        return {
            "id": str(row["id"]),
            "key": str(row["key"]),
            "name": str(row.get("name") or row["key"]),
            "project_type": row.get("projectTypeKey"),
            "style": row.get("style"),
            "is_archived": row.get("archived") is True,
            "is_private": row.get("isPrivate") is True,
            "url": f"{_site(row, base_url)}/browse/{row['key']}",
        }


def field(row: Row) -> Field:
    with promised(f"The field {row.get('name')}"):
        return {
            "id": str(row["id"]),
            "name": str(row["name"]),
            "is_custom": row.get("custom") is True,
            "schema_type": shapes.inner(row, "schema", "type"),
            "schema_custom": shapes.inner(row, "schema", "custom"),
        }


def status(row: Row) -> Status:
    """Of either list: its category is a word in the one and an object in the other."""
    with promised(f"The status {row.get('name')}"):
        given = row["statusCategory"]
        key = str(given["key"] if isinstance(given, dict) else given).lower()
        is_scoped = shapes.inner(row, "scope", "type") == "PROJECT"
        return {
            "id": str(row["id"]),
            "name": str(row["name"]),
            "category": _CATEGORIES.get(key, "undefined"),
            "project_id": shapes.text_or_none(shapes.inner(row, "scope", "project", "id")) if is_scoped else None,
        }


def workflow(row: Row, statuses: Mapping[str, str]) -> Workflow:
    """One of the search for workflows; `statuses` is status id by the reference that its answer uses."""
    with promised(f"The workflow {row.get('name')}"):
        own = [statuses.get(each["statusReference"], each["statusReference"]) for each in row.get("statuses") or ()]
        return {
            "id": str(row.get("id") or row["name"]),
            "name": str(row["name"]),
            "status_ids": own,
            "transitions": [_transition(each, statuses) for each in row.get("transitions") or ()],
        }


def board(row: Row, configuration: Row) -> Board:
    with promised(f"The board {row.get('id')}"):
        columns = shapes.inner(configuration, "columnConfig", "columns") or []
        return {
            "id": int(row["id"]),
            "name": str(row["name"]),
            "board_type": str(row["type"]),
            "project_key": shapes.text_or_none(shapes.inner(row, "location", "projectKey")),
            "estimation_field": shapes.text_or_none(shapes.inner(configuration, "estimation", "field", "fieldId")),
            "columns": [
                {"name": each.get("name"), "status_ids": [str(one["id"]) for one in each.get("statuses") or ()]}
                for each in columns
            ],
        }


def sprint(row: Row, *, board_id: int) -> Sprint:
    with promised(f"The sprint {row.get('id')}"):
        return {
            "id": int(row["id"]),
            "board_id": board_id,
            "origin_board_id": shapes.whole_number(row.get("originBoardId")),
            "name": str(row["name"]),
            "goal": row.get("goal") or None,
            "state": str(row["state"]).lower(),
            "started_at": row.get("startDate"),
            "ended_at": row.get("endDate"),
            "completed_at": row.get("completeDate"),
        }


def stub(row: Row) -> IssueStub:
    return {
        "id": issue_id(row),
        "key": row.get("key"),
        "project_key": shapes.inner(row, "fields", "project", "key"),
        "updated": shapes.inner(row, "fields", "updated"),
    }


def issue_id(row: Row) -> str:
    """Everything is kept by it, so that without it nothing can be."""
    with promised(f"The issue {row.get('key')}"):
        return str(row["id"])


def issue(row: Row, histories: Iterable[Any], *, asked: IssueFields, base_url: str) -> Issue:
    """Values as they are given, the history in its order."""
    identity = issue_id(row)
    if "fields" not in row:
        raise ContractBroken(f"The issue {row.get('key')} came without its fields.")
    # Of one issue they may be null: it is judged by itself, and stops no other.
    fields = shapes.storable(row["fields"]) if isinstance(row["fields"], dict) else {}
    kind = fields.get("issuetype")
    key = row.get("key")
    return {
        "id": identity,
        "key": key,
        "project_id": shapes.inner(fields, "project", "id"),
        "project_key": shapes.inner(fields, "project", "key"),
        "issue_type": shapes.named(kind),
        "is_subtask": shapes.inner(kind, "subtask") is True,
        "hierarchy_level": _level(kind, fields, asked),
        "summary": fields.get("summary"),
        "status_id": shapes.inner(fields, "status", "id"),
        "status": shapes.named(fields.get("status")),
        "status_category": shapes.inner(fields, "status", "statusCategory", "key"),
        "priority": shapes.named(fields.get("priority")),
        "resolution": shapes.named(fields.get("resolution")),
        "assignee": shapes.person_id(fields.get("assignee")),
        "reporter": shapes.person_id(fields.get("reporter")),
        "creator": shapes.person_id(fields.get("creator")),
        "parent_key": shapes.inner(fields, "parent", "key") or fields.get(asked.epic_link or ""),
        "labels": [] if fields.get("labels") is None else fields["labels"],
        "components": shapes.names(fields.get("components")),
        "fix_versions": shapes.names(fields.get("fixVersions")),
        "sprint_ids": shapes.sprint_ids(fields.get(asked.sprint or "")),
        "estimates": {name: fields.get(name) for name in asked.estimates},
        "created": fields.get("created"),
        "updated": fields.get("updated"),
        "resolved": fields.get("resolutiondate"),
        "url": f"{_site(row, base_url)}/browse/{key}",
        "histories": _ordered([history(each, asked=asked) for each in histories]),
    }


def history(row: Any, *, asked: IssueFields) -> History:
    """One entry of a changelog, without the texts of hidden fields."""
    items = shapes.inner(row, "items")
    return {
        "id": str(shapes.inner(row, "id") or ""),
        "created": shapes.storable(shapes.instant(shapes.inner(row, "created"))),
        "author": shapes.person_id(shapes.inner(row, "author")),
        "items": [_item(each, asked) for each in items] if isinstance(items, list) else [],
    }


def persons(rows: Iterable[Row], histories: Iterable[Any]) -> tuple[User, ...]:
    """Everybody whom the issues and their histories name, each once, by account."""
    found = [shapes.inner(row, "fields", role) for row in rows for role in ("assignee", "reporter", "creator")]
    found += [shapes.inner(each, "author") for each in histories]
    users = {user["account_id"]: user for user in map(shapes.user, found) if user is not None}
    return tuple(users[account_id] for account_id in sorted(users))


def _item(row: Any, asked: IssueFields) -> ChangeItem:
    name, kind = shapes.inner(row, "field"), shapes.inner(row, "fieldtype")
    field_id = shapes.inner(row, "fieldId") or asked.ids.get((str(kind), str(name)))
    is_hidden = str(name).lower() in asked.hidden or str(field_id).lower() in asked.hidden
    return {
        "field": shapes.text_or_none(name),
        "field_id": shapes.text_or_none(field_id),
        "field_type": shapes.text_or_none(kind),
        "from_id": shapes.text_or_none(shapes.inner(row, "from")),
        "from_text": None if is_hidden else shapes.text_or_none(shapes.inner(row, "fromString")),
        "to_id": shapes.text_or_none(shapes.inner(row, "to")),
        "to_text": None if is_hidden else shapes.text_or_none(shapes.inner(row, "toString")),
    }


def _ordered(histories: list[History]) -> list[History]:
    """By (created, id as a number), each id once; those without a readable time come last."""
    kept = {each["id"] or f"#{position}": each for position, each in enumerate(histories)}

    def place(each: History) -> tuple[bool, float, int]:
        at = shapes.moment(each["created"])
        return at is None, 0.0 if at is None else at.timestamp(), shapes.whole_number(each["id"]) or 0

    return sorted(kept.values(), key=place)


def _level(kind: Any, fields: Row, asked: IssueFields) -> int | None:
    """Data Center does not tell the level: there an epic has a name of its own."""
    given = shapes.inner(kind, "hierarchyLevel")
    if isinstance(given, int) or not isinstance(kind, dict):
        return given if isinstance(given, int) else None
    if kind.get("subtask") is True:
        return _SUBTASK_LEVEL
    return _EPIC_LEVEL if fields.get(asked.epic_name or "") else 0


def _transition(row: Row, statuses: Mapping[str, str]) -> dict[str, Any]:
    """No status to come from means from anywhere, or out of nothing where the issue is created."""
    found = [shapes.inner(each, "fromStatusReference") for each in row.get("links") or ()]
    target = row.get("toStatusReference")
    return {
        "name": row.get("name"),
        "from_status_ids": [statuses.get(each, each) for each in found if each],
        "to_status_id": statuses.get(target, target) if target else None,
    }


def _site(row: Row, base_url: str) -> str:
    """The address that people use: Jira names it in `self`, and a gateway of APIs may stand before it."""
    given = str(row.get("self") or "")
    return given.partition("/rest/")[0] if given.startswith(("http://", "https://")) and "/rest/" in given else base_url
