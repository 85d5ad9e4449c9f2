"""Jira's boards, and the issues that they show, as rows."""

from collections.abc import Mapping
from typing import Any

from pulse_assets.tables.quarantine import Problem, Reading, Row, is_whole


def judged_board(project: str, payload: Any) -> tuple[Row | None, tuple[Problem, ...]]:
    """A board, or what is wrong with it."""
    reading = Reading(payload)
    row = {
        "project": project,
        "board_id": reading.whole("id", is_required=True),
        "name": reading.text("name", is_required=True),
        "board_type": reading.text("board_type", is_required=True),
        "estimation_field": reading.text("estimation_field"),
    }
    return None if reading.is_dropped else row, reading.problems


def judged_board_issues(
    project: str, payload: Any, boards: Mapping[int, Row], keys: Mapping[str, str]
) -> tuple[list[Row], tuple[Problem, ...]]:
    """The project's issues that a board shows.

    Those that it shows of other projects, and those that are out of sight, are left out.

    Args:
        project: Its key.
        payload: What was landed for the board.
        boards: The project's boards by their number. One that is gone shows nothing.
        keys: Of the project's issues, by their number.
    """
    reading = Reading(payload)
    board_id = reading.whole("board_id", is_required=True)
    numbers = []
    for place, number in enumerate(reading.items("issue_ids")):
        if isinstance(number, str) or is_whole(number):
            numbers.append(str(number))
        else:
            reading.note(f"issue_ids {place}", "is no number of an issue", number)
    if board_id not in boards:
        return [], reading.problems
    shown = [keys[number] for number in dict.fromkeys(numbers) if number in keys]
    return [{"project": project, "board_id": board_id, "key": key} for key in shown], reading.problems
