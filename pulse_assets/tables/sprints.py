"""Jira's sprints as rows."""

from collections.abc import Iterable, Mapping
from typing import Any

from pulse_assets.tables.quarantine import Problem, Reading, Row

STATES = ("future", "active", "closed")


def judged_sprint(project: str, payload: Any, boards: Mapping[int, Row]) -> tuple[Row | None, tuple[Problem, ...]]:
    """A sprint as one board lists it, or what is wrong with it.

    Its board is the one that it was made on, if that is a board of the project. Jira gives planned times to a sprint
    that was not started, and may leave the last completion to one that was opened again: neither has happened.
    """
    reading = Reading(payload)
    sprint_id = reading.whole("id", is_required=True)
    name = reading.text("name", is_required=True)
    state = (reading.text("state", is_required=True) or "").lower()
    if state and state not in STATES:
        reading.note("state", "is neither future, active nor closed", state, drops=True)
    listed_by = reading.whole("board_id", is_required=True)
    origin = reading.whole("origin_board_id")
    chosen = origin if origin in boards else listed_by
    board = None if chosen is None else boards.get(chosen)
    if listed_by is not None and board is None:
        reading.note("board_id", "is no board of the project", listed_by, drops=True)
    started_at = reading.instant("started_at")
    ended_at = reading.instant("ended_at")
    completed_at = reading.instant("completed_at")
    goal = reading.text("goal")
    if reading.is_dropped or board is None:
        return None, reading.problems
    row = {
        "project": project,
        "board_id": board["board_id"],
        "sprint_id": sprint_id,
        "name": name,
        "goal": goal,
        "state": state,
        "started_at": None if state == "future" else started_at,
        "ended_at": ended_at,
        "completed_at": completed_at if state == "closed" else None,
        "estimation_field": board["estimation_field"],
    }
    return row, reading.problems


def once_each(rows: Iterable[Row]) -> list[Row]:
    """Of several boards that list a sprint, the one with the lowest number; in the order of the sprints' numbers."""
    found: dict[int, Row] = {}
    for row in rows:
        known = found.setdefault(row["sprint_id"], row)
        if row["board_id"] < known["board_id"]:
            found[row["sprint_id"]] = row
    return [found[sprint_id] for sprint_id in sorted(found)]
