"""The true life of one issue, by replaying its changes one after the other: statuses, completions, sprints, points."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from pulse_assets.sandbox.jira.truth_rules import Category, JiraRules, hours_between
from pulse_assets.sandbox.jira.view import JiraView
from pulse_assets.sandbox.jira.world import SPRINT, STATUS, Issue, Value

Row = dict[str, Any]

_CATEGORIES: dict[str, Category] = {"new": "todo", "indeterminate": "in_progress", "done": "done"}


class Step(NamedTuple):
    """From `at` on the slot has the value; `before` is what the history says it had until then."""

    at: dt.datetime
    value: Value
    before: Value


@dataclass
class Span:
    """A stay in a status; `left_at` None while it lasts.

    `is_changed_without_history`: it came from another status than that of the stay before, or it is the last one and
    the issue has another status today.
    """

    status_id: str
    name: str | None
    category: Category | None
    entered_at: dt.datetime
    left_at: dt.datetime | None = None
    is_changed_without_history: bool = False

    @property
    def is_done(self) -> bool:
        return self.category == "done"

    def holds(self, instant: dt.datetime) -> bool:
        return self.entered_at <= instant and (self.left_at is None or instant < self.left_at)

    def overlap(self, begin: dt.datetime, end: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
        """Its part between two instants; the end is not before the begin."""
        first = max(self.entered_at, begin)
        return first, max(first, end if self.left_at is None else min(self.left_at, end))


class Life:
    """One issue of a project as of the view's instant.

    Args:
        points_fields: Estimation fields, the first one that has a value counts for `story_points`.
    """

    def __init__(self, view: JiraView, issue: Issue, rules: JiraRules, points_fields: Collection[str]) -> None:
        self.view, self.issue, self.rules = view, issue, rules
        self.now = view.fields_of(issue)
        self.project = self.now.project.key
        self._points_fields = points_fields
        self._steps: dict[str, list[Step]] = {}

    # ------------------------------------------------------------------ replay
    def steps(self, slot: str) -> list[Step]:
        """The changes of one field, in order of time, history and place in it."""
        if slot not in self._steps:
            changes = sorted(self.view.changes_of(self.issue), key=lambda change: (change.at, change.id))
            self._steps[slot] = [
                Step(change.at, (item.to_id, item.to_text), (item.from_id, item.from_text))
                for change in changes
                for item in change.items
                if item.slot == slot
            ]
        return self._steps[slot]

    def value_at(self, slot: str, instant: dt.datetime, *, is_inclusive: bool = True) -> Value:
        """Of a field; before the creation there is none. Not inclusive: just before the instant."""
        created = self.issue.created_at
        if created > instant or (created == instant and not is_inclusive):
            return None, None
        steps = self.steps(slot)
        value = steps[0].before if steps else self.view.values_of(self.issue).get(slot, (None, None))
        for step in steps:
            if step.at < instant or (step.at == instant and is_inclusive):
                value = step.value
        return value

    def is_in_sprint(self, sprint_id: int, instant: dt.datetime, *, is_inclusive: bool = True) -> bool:
        ids = self.value_at(SPRINT, instant, is_inclusive=is_inclusive)[0] or ""
        return str(sprint_id) in [one.strip() for one in ids.split(",")]

    def sprint_instants(self) -> list[dt.datetime]:
        """When its Sprint field got a value: the creation and the changes."""
        return [self.issue.created_at, *(step.at for step in self.steps(SPRINT))]

    def points_at(self, field: str | None, instant: dt.datetime) -> float | None:
        text = None if field is None else self.value_at(field, instant)[1]
        return float(text) if text else None

    # ------------------------------------------------------------------ statuses
    def category(self, status_id: str) -> Category | None:
        """Today's list of the site and the project, else the setting, else unknown."""
        for status, _ in self.view.statuses:
            if status.id == status_id and status.project_id in (None, self.now.project.id):
                return _CATEGORIES[status.category]
        return self.rules.status_categories.get(status_id)

    @cached_property
    def spans(self) -> list[Span]:
        """In order; the first one begins with the creation."""
        steps = self.steps(STATUS)
        status_id, name = steps[0].before if steps else (self.now.status.id, self.now.status_name)
        spans = [self._span(status_id, name, self.issue.created_at)]
        for step in steps:
            spans[-1].left_at = step.at
            opened = self._span(*step.value, step.at)
            opened.is_changed_without_history = step.before[0] != spans[-1].status_id
            spans.append(opened)
        if spans[-1].status_id != self.now.status.id:
            spans[-1].is_changed_without_history = True
        return spans

    def _span(self, status_id: str | None, name: str | None, entered_at: dt.datetime) -> Span:
        return Span(status_id or "", name, self.category(status_id or ""), entered_at)

    def is_done_at(self, instant: dt.datetime) -> bool:
        """After the changes of that very instant."""
        entered = [span for span in self.spans if span.entered_at <= instant]
        return bool(entered) and entered[-1].is_done

    def is_in_progress_at(self, instant: dt.datetime) -> bool:
        return any(span.holds(instant) and span.category == "in_progress" for span in self.spans)

    @cached_property
    def completions(self) -> list[tuple[dt.datetime, dt.datetime | None]]:
        """(completed_at, reopened_at or None), in order."""
        found, was_done = list[tuple[dt.datetime, dt.datetime | None]](), False
        for span in self.spans:
            if span.is_done and not was_done:
                found.append((span.entered_at, None))
            if was_done and not span.is_done:
                found[-1] = (found[-1][0], span.entered_at)
            was_done = span.is_done
        return found

    # ------------------------------------------------------------------ what it is
    @property
    def is_defect(self) -> bool:
        return self.now.issue_type.name in self.rules.defect_types

    @property
    def is_escaped(self) -> bool:
        return self.is_defect and any(label in self.rules.escaped_labels for label in self.now.labels)

    @property
    def left_out(self) -> str | None:
        """Why it is in no figure at all."""
        if self.now.issue_type.is_subtask:
            return "subtask"
        return "epic" if self.now.issue_type.hierarchy_level > 0 else None

    @property
    def story_points(self) -> float | None:
        values = [self.now.estimates.get(field) for field in self._points_fields]
        return next((value for value in values if value is not None), None)

    @property
    def started_at(self) -> dt.datetime | None:
        return next((span.entered_at for span in self.spans if span.category == "in_progress"), None)

    @property
    def done_at(self) -> dt.datetime | None:
        return self.completions[-1][0] if self.spans[-1].is_done else None

    # ------------------------------------------------------------------ rows of the facts
    @cached_property
    def span_rows(self) -> list[Row]:
        """Of `issue_status_spans`."""
        return [
            {
                "project": self.project,
                "key": self.now.key,
                "ordinal": ordinal,
                "status_id": span.status_id,
                "status": span.name,
                "status_category": span.category,
                "entered_at": span.entered_at,
                "left_at": span.left_at,
                "hours": None if span.left_at is None else hours_between(span.entered_at, span.left_at),
                "business_hours": (
                    None if span.left_at is None else self.rules.business_hours(span.entered_at, span.left_at)
                ),
                "is_open": span.left_at is None,
                "flags": "changed_without_history" if span.is_changed_without_history else None,
            }
            for ordinal, span in enumerate(self.spans)
        ]

    @cached_property
    def flow_row(self) -> Row:
        """Of `issue_flow`."""
        started, done, created = self.started_at, self.done_at, self.issue.created_at
        has_cycle = started is not None and done is not None and started <= done
        reason = self.left_out
        if reason is None and not has_cycle:
            reason = "not_done" if done is None else "never_in_progress"
        row: Row = {
            "project": self.project,
            "key": self.now.key,
            "issue_type": self.now.issue_type.name,
            "is_subtask": self.now.issue_type.is_subtask,
            "is_epic": self.now.issue_type.hierarchy_level > 0,
            "is_defect": self.is_defect,
            "is_escaped": self.is_escaped,
            "story_points": self.story_points,
            "created_at": created,
            "started_at": started,
            "done_at": done,
            "cycle_hours": None,
            "cycle_business_hours": None,
            "active_hours": None,
            "lead_hours": None if done is None else hours_between(created, done),
            "reopened_count": sum(reopened is not None for _, reopened in self.completions),
            "is_counted": reason is None,
            "reason": reason,
        }
        if started is not None and done is not None and started <= done:
            row["cycle_hours"] = hours_between(started, done)
            row["cycle_business_hours"] = self.rules.business_hours(started, done)
            row["active_hours"] = sum(
                hours_between(*span.overlap(started, done))
                for span in self.spans
                if span.category == "in_progress" and not self.rules.is_waiting(span.status_id, span.name)
            )
        return row

    @cached_property
    def completion_rows(self) -> list[Row]:
        """Of `issue_completions`."""
        return [
            {
                "project": self.project,
                "key": self.now.key,
                "issue_type": self.now.issue_type.name,
                "completed_at": completed,
                "reopened_at": reopened,
                "is_counted": self.left_out is None,
                "reason": self.left_out,
            }
            for completed, reopened in self.completions
        ]
