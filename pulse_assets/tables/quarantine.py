"""Landed values that do not make sense: what is wrong with each, and what is left of its record."""

import datetime as dt
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulse_assets.tables.values import instant, text

Row = dict[str, Any]
#: How much of a value is kept, in characters.
_LONGEST = 200
#: ISO 8601 as Jira writes it: `2020-06-12T08:13:13.360+0800`, with `+08:00` or `Z` too.
#: Times before and after are typing errors and defaults of programs; one of them would stretch every chart and table.
_FIRST_YEAR, _END_YEAR = 1970, 2200
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)", re.ASCII)
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field of a record.

    Attributes:
        problem: What is said of the value, such as `is missing`.
        value: As it was given.
        is_dropped: Nothing is left of the record; else only the field is null.
    """

    field: str
    problem: str
    value: Any = None
    is_dropped: bool = False


class Reading:
    """One record, or a part of it, whose values are taken one by one; what does not fit is noted and read as null.

    Args:
        payload: Any JSON; what is no object has no field.
        place: Words before the field in a note: `history 123 `.
        notes: Of the record that this is a part of.
    """

    def __init__(self, payload: Any, place: str = "", notes: dict[str, Problem] | None = None) -> None:
        self._payload: Mapping[str, Any] = payload if isinstance(payload, Mapping) else {}
        self._place = place
        self._notes: dict[str, Problem] = {} if notes is None else notes

    @property
    def problems(self) -> tuple[Problem, ...]:
        """In the order in which they were found, one for each field."""
        return tuple(self._notes.values())

    @property
    def is_dropped(self) -> bool:
        """A problem leaves nothing of the record."""
        return any(problem.is_dropped for problem in self._notes.values())

    def part(self, payload: Any, place: str) -> "Reading":
        """A part of this record; its notes are notes of the record."""
        return Reading(payload, f"{self._place}{place}", self._notes)

    def note(self, field: str, problem: str, value: Any = None, *, drops: bool = False) -> None:
        """Of several problems of a field the first is kept, unless a later one drops the record."""
        name = f"{self._place}{field}"
        known = self._notes.get(name)
        if known is None or (drops and not known.is_dropped):
            self._notes[name] = Problem(name, problem, value, drops)

    def given(self, field: str) -> Any:
        """The value as it is; None where there is none."""
        return self._payload.get(field)

    def text(self, field: str, *, is_required: bool = False) -> str | None:
        """A text as far as it can be stored; a required one is not blank."""
        value = self._payload.get(field)
        if value is None:
            if is_required:
                self.note(field, "is missing", drops=True)
            return None
        if not isinstance(value, str):
            self.note(field, "is no text", value, drops=is_required)
            return None
        if is_required and not value.strip():
            self.note(field, "is empty", value, drops=True)
            return None
        return text(value)

    def instant(self, field: str, *, is_required: bool = False) -> dt.datetime | None:
        """An instant in UTC."""
        value = self._payload.get(field)
        if value is None:
            if is_required:
                self.note(field, "is missing", drops=True)
            return None
        if isinstance(value, str) and _INSTANT.fullmatch(value):
            try:
                at = instant(value)
            except (ValueError, OverflowError):  # such as February 30
                at = None
            if at is not None and not _FIRST_YEAR <= at.year < _END_YEAR:
                self.note(field, "is a time that cannot be true", value, drops=is_required)
                return None
            if at is not None:
                return at
        self.note(field, "is no time of ISO 8601 with a zone", value, drops=is_required)
        return None

    def truth(self, field: str) -> bool:
        """Yes or no; no where it is neither."""
        value = self._payload.get(field)
        if isinstance(value, bool):
            return value
        self.note(field, "is missing" if value is None else "is neither true nor false", value)
        return False

    def whole(self, field: str, *, is_required: bool = False) -> int | None:
        """A whole number from 0 that a column can hold."""
        value = self._payload.get(field)
        if value is None:
            if is_required:
                self.note(field, "is missing", drops=True)
            return None
        if is_whole(value):
            return value
        self.note(field, "is no whole number from 0", value, drops=is_required)
        return None

    def number(self, field: str) -> float | None:
        """A number from 0."""
        value = self._payload.get(field)
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                number = float(value)
            except OverflowError:
                number = math.inf
            if math.isfinite(number) and number >= 0:
                return number
        self.note(field, "is no number from 0", value)
        return None

    def items(self, field: str, problem: str = "is no list") -> list[Any]:
        """The elements of a list; none where it is none."""
        value = self._payload.get(field)
        if isinstance(value, list):
            return value
        if value is not None:
            self.note(field, problem, value)
        return []

    def texts(self, field: str) -> list[str]:
        """The texts of a list; none at all where one of them is none."""
        values = self.items(field, "is no list of texts")
        if all(isinstance(value, str) for value in values):
            return [text(value) or "" for value in values]
        self.note(field, "is no list of texts", values)
        return []


def is_whole(value: Any) -> bool:
    """It is a whole number from 0 that a column can hold."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST


def quarantined_row(project: str, record_table: str, record_key: str, problem: Problem) -> Row:
    """A problem as a row of `quarantined_records`."""
    return {
        "project": project,
        "record_table": record_table,
        "record_key": record_key,
        "field": problem.field,
        "problem": problem.problem,
        "value": _shortened(problem.value),
        "is_dropped": problem.is_dropped,
    }


def _shortened(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return text(value[:_LONGEST])
    return text(json.dumps(value, ensure_ascii=False, default=repr)[:_LONGEST])
