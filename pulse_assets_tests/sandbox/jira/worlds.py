"""A tiny Jira made by hand: one project, one board, and issues whose histories are written as text."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pulse_assets.sandbox.jira.workflow import BUG, EPIC, FIELDS, SHARED_TYPES, STORY, SUBTASK, TASK
from pulse_assets.sandbox.jira.world import (
    ISSUE_TYPE,
    KEY,
    LABELS,
    PROJECT,
    SPRINT,
    STATUS,
    STORY_POINTS,
    SUMMARY,
    Board,
    Change,
    Issue,
    IssueType,
    Item,
    JiraWorld,
    Person,
    Project,
    Sprint,
    Status,
    Value,
)

ADA = Person("a1", "Ada Lindqvist", login="ada")
PAY = Project(
    "10000",
    "PAY",
    "Payments",
    is_team_managed=False,
    lead=ADA,
    created_at=dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
    workflow_name="Flow",
)
BOARD = Board(1, "PAY board", "scrum", "PAY", STORY_POINTS)
STATUSES = {
    "todo": Status("1", "To Do", "new"),
    "doing": Status("3", "In Progress", "indeterminate"),
    "waiting": Status("4", "Waiting", "indeterminate"),
    "done": Status("5", "Done", "done"),
    "rejected": Status("6", "Rejected", "done"),
}
#: In histories, but in no list.
GONE = Status("9", "Gone", "indeterminate")
TYPES = {"story": STORY, "task": TASK, "bug": BUG, "epic": EPIC, "subtask": SUBTASK}
_FIELDS = {"status": STATUS, "sprint": SPRINT, "points": STORY_POINTS, "labels": LABELS, "type": ISSUE_TYPE, "key": KEY}


def at(text: str) -> dt.datetime:
    """An instant in UTC: `05-03`, `05-03T12:00` or with seconds, of 2024."""
    return dt.datetime.fromisoformat(f"2024-{text}").replace(tzinfo=dt.UTC)


def value(slot: str, text: str) -> Value:
    """`todo` of status, `7,9` of sprint, `3` of points; an empty text empties the field."""
    if slot == "status":
        status = {**STATUSES, "gone": GONE}[text]
        return status.id, status.name
    if slot == "sprint":
        ids = text.replace(",", ", ")
        return ids, ids and ", ".join(f"S{one}" for one in ids.split(", "))
    return None, text or None


def issue(
    number: int,
    created: str,
    *changes: tuple[str, str],
    type: str = "story",  # noqa: A002 - what the field is called
    changed_from: Mapping[str, str] | None = None,
    **initial: str,
) -> Issue:
    """`changes` are (instant, "status=doing status=done sprint=7"), each one history.

    Args:
        changed_from: Instant to the status that its history names as the one before, where that is not so.
    """
    kind: IssueType = TYPES[type]
    values: dict[str, Value] = {
        STATUS: value("status", "todo"),
        PROJECT: (PAY.id, PAY.name),
        KEY: (None, f"PAY-{number}"),
        ISSUE_TYPE: (kind.id, kind.name),
        SUMMARY: (None, f"Issue {number}"),
    }
    values |= {_FIELDS[slot]: value(slot, text) for slot, text in initial.items()}
    now, done = dict(values), list[Change]()
    for place, (instant, what) in enumerate(changes):
        items = []
        for part in what.split():
            slot, _, text = part.partition("=")
            name = _FIELDS[slot]
            before = now.get(name, (None, None))
            if slot == "status" and instant in (changed_from or {}):
                before = value(slot, (changed_from or {})[instant])
            after = value(slot, text)
            items.append(Item(slot.capitalize(), name, "jira", *before, *after))
            now[name] = after
        done.append(Change(number * 1000 + place, at(instant), ADA, tuple(items)))
    return Issue(
        str(number), f"PAY-{number}", "PAY", kind.name, f"Issue {number}", at(created), ADA, values, tuple(done)
    )


def sprint(number: int, started: str | None, planned: str | None, *closings: tuple[str, str | None]) -> Sprint:
    ended = tuple((at(closed), at(reopened) if reopened else None) for closed, reopened in closings)
    return Sprint(
        id=number,
        board_id=BOARD.id,
        name=f"S{number}",
        goal="",
        created_at=at("01-01"),
        started_at=at(started) if started else None,
        planned_end_at=at(planned) if planned else None,
        closings=ended,
    )


def world(until: str, *issues: Issue, sprints: tuple[Sprint, ...] = (), **more: Any) -> JiraWorld:
    parts: dict[str, Any] = {
        "name": "acme",
        "address_host": "acme.atlassian.net",
        "people": (ADA,),
        "statuses": tuple(STATUSES.values()),
        "issue_types": SHARED_TYPES,
        "fields": FIELDS,
        "projects": (PAY,),
        "boards": (BOARD,),
        "sprints": sprints,
        "issues": issues,
        "until": at(until),
    }
    return JiraWorld(**(parts | more))
