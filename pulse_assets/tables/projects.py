"""Jira's projects, and the statuses that their issues can have, as rows."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from pulse_assets.tables.quarantine import Problem, Reading, Row

#: `undefined` is Jira's own word for a status whose category nobody set.
_CATEGORIES: Mapping[str, str | None] = {
    "todo": "todo",
    "in_progress": "in_progress",
    "done": "done",
    "undefined": None,
}


def project_row(
    project: str, key: str, payload: Any, collected_at: dt.datetime | None
) -> tuple[Row, tuple[Problem, ...]]:
    """The project; it is never dropped, since every other row is one of it.

    The key of the landed record is the project's number.
    """
    reading = Reading(payload)
    row = {
        "project": project,
        "project_id": key,
        "name": reading.text("name") or project,
        "project_type": reading.text("project_type"),
        "style": reading.text("style"),
        "is_archived": reading.truth("is_archived"),
        "is_private": reading.truth("is_private"),
        "collected_at": collected_at,
        "url": reading.text("url"),
    }
    return row, reading.problems


def status_row(project: str, key: str, payload: Any, by_setting: Mapping[str, str]) -> tuple[Row, tuple[Problem, ...]]:
    """A status as the site lists it; a setting says the category where the site does not.

    The key of the landed record is the status's number.
    """
    reading = Reading(payload)
    category = reading.text("category")
    if category is not None and category not in _CATEGORIES:
        reading.note("category", "is no category of a status", category)
    known = _CATEGORIES.get(category or "undefined")
    is_set = known is None and key in by_setting
    row = {
        "project": project,
        "status_id": key,
        "name": reading.text("name"),
        "status_category": by_setting[key] if is_set else known,
        "source": "setting" if is_set else "jira",
    }
    return row, reading.problems


def statuses_by_setting(project: str, listed: Iterable[str], by_setting: Mapping[str, str]) -> list[Row]:
    """The statuses that the site lists no more, and of which a setting says the category."""
    known = set(listed)
    return [
        {"project": project, "status_id": status_id, "name": None, "status_category": category, "source": "setting"}
        for status_id, category in sorted(by_setting.items())
        if status_id not in known
    ]
