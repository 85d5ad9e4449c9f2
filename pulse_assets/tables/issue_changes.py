"""The history of Jira's issues as rows: one for each field that was changed."""

import re
from collections.abc import Iterator
from typing import Any

from pulse_assets.tables.quarantine import Problem, Reading, Row

_NUMBER = re.compile(r"\d{1,30}", re.ASCII)


def change_rows(project: str, key: str, payload: Any) -> tuple[list[Row], tuple[Problem, ...]]:
    """What was changed of an issue, in the order in which it happened, and what in its history makes no sense.

    A history without a number or a time is left out, and so is an item that names no field; the others stay.
    """
    reading = Reading(payload)
    found: list[tuple[Any, int, int, Row]] = []
    known: dict[str, Any] = {}
    for place, given in enumerate(reading.items("histories")):
        number = given.get("id") if isinstance(given, dict) else None
        if not (isinstance(number, str) and _NUMBER.fullmatch(number)):
            reading.note(f"history #{place}", "has no number", given)
            continue
        if number in known:
            if given != known[number]:
                reading.note(f"history {number}", "is there twice, with another content", given)
            continue
        known[number] = given
        history = reading.part(given, f"history {number} ")
        changed_at = history.instant("created")
        author = history.text("author")
        if changed_at is None:
            history.note("created", "is missing")
            continue
        for item, field in _changed_fields(history):
            row = {
                "project": project,
                "key": key,
                "history_id": number,
                "item": item,
                **field,
                "author": author,
                "changed_at": changed_at,
            }
            found.append((changed_at, int(number), item, row))
    found.sort(key=lambda each: each[:3])
    return [row | {"ordinal": ordinal} for ordinal, (_, _, _, row) in enumerate(found)], reading.problems


def _changed_fields(history: Reading) -> Iterator[tuple[int, Row]]:
    for place, given in enumerate(history.items("items")):
        item = history.part(given, f"item {place} ")
        field = item.text("field")
        if not field:
            item.note("field", "is missing", given)
            continue
        yield (
            place,
            {
                "field": field,
                "field_id": item.text("field_id"),
                "from_value": item.text("from_text"),
                "to_value": item.text("to_text"),
                "from_id": item.text("from_id"),
                "to_id": item.text("to_id"),
            },
        )
