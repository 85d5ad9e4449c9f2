"""Sprints by plain loops: asks of every issue at every instant what it was then, and knows nothing of the SQL."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
Change = tuple[dt.datetime, str | None]
_INSTANT = dt.timedelta(microseconds=1)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Story:
    """One issue.

    Attributes:
        sprints: Value of the field Sprint before the first change, and each change's instant and new value.
        points: Likewise of the estimate.
        categories: Likewise of the status's category; the first one from the creation on.
    """

    key: str
    created_at: dt.datetime
    kind: str
    sprints: tuple[str | None, tuple[Change, ...]]
    points: tuple[str | None, tuple[Change, ...]]
    categories: tuple[str | None, tuple[Change, ...]]

    def is_in(self, sprint_id: int, at: dt.datetime) -> bool:
        held = (_value(self.sprints, at) or "").split(",")
        return at >= self.created_at and str(sprint_id) in [each.strip() for each in held]

    def is_done(self, at: dt.datetime) -> bool:
        return at >= self.created_at and _value(self.categories, at) == "done"

    def estimate(self, at: dt.datetime) -> float | None:
        text = _value(self.points, at)
        return None if text is None or text == "?" else float(text)

    def moves(self) -> list[dt.datetime]:
        """The instants from which on it may be in another sprint."""
        return sorted({self.created_at, *(at for at, _ in self.sprints[1] if at >= self.created_at)})

    def completions(self) -> Iterator[dt.datetime]:
        before = None
        for at, category in [(self.created_at, self.categories[0]), *self.categories[1]]:
            if category == "done" and before != "done":
                yield at
            before = category


@dataclass(frozen=True)
class Course:
    """A sprint that was started; `completed_at` is None while it is open."""

    sprint_id: int
    started_at: dt.datetime
    planned_end_at: dt.datetime | None
    completed_at: dt.datetime | None
    stories: Sequence[Story] = field(default_factory=list)
    has_points: bool = True

    def end(self, collected_at: dt.datetime) -> dt.datetime:
        return max(self.started_at, self.completed_at or collected_at)

    def holds(self, story: Story, at: dt.datetime, collected_at: dt.datetime) -> bool:
        """Of a closed sprint's end, the membership just before it."""
        is_end = self.completed_at is not None and at == self.end(collected_at)
        return story.is_in(self.sprint_id, at - _INSTANT if is_end else at)

    def points(self, story: Story, at: dt.datetime) -> float | None:
        return story.estimate(at) if self.has_points else None

    def scope(self, collected_at: dt.datetime) -> list[Row]:
        end = self.end(collected_at)
        rows = []
        for story in self.stories:
            later = [at for at in story.moves() if self.started_at < at <= end and story.is_in(self.sprint_id, at)]
            if story.is_in(self.sprint_id, self.started_at) or later:
                rows.append(self._scope_row(story, later, end, collected_at))
        return sorted(rows, key=lambda row: row["key"])

    def _scope_row(
        self, story: Story, later: Sequence[dt.datetime], end: dt.datetime, collected_at: dt.datetime
    ) -> Row:
        is_committed = story.is_in(self.sprint_id, self.started_at)
        is_last = self.holds(story, end, collected_at)
        was_done, is_done = story.is_done(self.started_at), story.is_done(end)
        inside = [self.started_at, *(at for at in story.moves() if self.started_at < at < end)]
        was_in = self.started_at < end and any(story.is_in(self.sprint_id, at) for at in inside)
        is_removed, is_completed = was_in and not is_last, is_last and is_done and not was_done
        leaving = [
            at
            for at in story.moves()
            if self.started_at < at <= end - (_INSTANT if self.completed_at else dt.timedelta())
            and story.is_in(self.sprint_id, at - _INSTANT)
            and not story.is_in(self.sprint_id, at)
        ]
        first = self.points(story, self.started_at if is_committed else later[0])
        last = self.points(story, end)
        reason = story.kind if story.kind != "story" else "done_before_start" if was_done else None
        return {
            "sprint_id": self.sprint_id,
            "key": story.key,
            "entered_at": next(at for at in story.moves() if story.is_in(self.sprint_id, at)),
            "removed_at": leaving[-1] if is_removed else None,
            "is_committed": is_committed,
            "is_added": not is_committed,
            "is_removed": is_removed,
            "is_completed": is_completed,
            "is_carried_over": (is_last and not is_done) if self.completed_at else None,
            "is_reestimated": (first or 0.0) != (last or 0.0),
            "completed_at": max(at for at in story.completions() if at <= end) if is_completed else None,
            "points_at_start": first,
            "points_at_end": last,
            "is_counted": reason is None,
            "reason": reason,
        }

    def days(self, collected_at: dt.datetime, zone: ZoneInfo) -> Iterator[Row]:
        end = self.end(collected_at)
        known = max(self.started_at, min(end, collected_at))
        counted = {row["key"]: row for row in self.scope(collected_at) if row["is_counted"]}
        committed = [row["points_at_start"] or 0.0 for row in counted.values() if row["is_committed"]]
        day = self.started_at.astimezone(zone).date()
        while day <= known.astimezone(zone).date():
            day_end = dt.datetime.combine(day + _DAY, dt.time(), zone).astimezone(dt.UTC)
            at = min(day_end, known)
            members = [each for each in self.stories if each.key in counted and self.holds(each, at, collected_at)]
            left = [each for each in members if not each.is_done(at)]
            pace = self._pace(day_end, end)
            yield {
                "sprint_id": self.sprint_id,
                "day": day,
                "at": at,
                "remaining_points": sum(self.points(each, at) or 0.0 for each in left),
                "remaining_count": len(left),
                "scope_points": sum(self.points(each, at) or 0.0 for each in members),
                "scope_count": len(members),
                "ideal_points": pace * sum(committed),
                "ideal_count": pace * len(committed),
            }
            day += _DAY

    def _pace(self, day_end: dt.datetime, end: dt.datetime) -> float:
        due = self.planned_end_at or end
        if due <= self.started_at:
            return 0.0
        return max(0.0, 1 - (min(day_end, due) - self.started_at) / (due - self.started_at))


def velocity(scope: Iterable[Row], sprint_count: int) -> Row:
    """Over the issues of one or more sprints."""
    rows = [row for row in scope if row["is_counted"]]
    committed, completed = ([row for row in rows if row[mark]] for mark in ("is_committed", "is_completed"))
    done = _points(completed, "points_at_end")
    return {
        "sprint_count": sprint_count,
        "committed_points": _points(committed, "points_at_start"),
        "committed_count": len(committed),
        "completed_points": done,
        "completed_count": len(completed),
        "velocity_mean_points": done / sprint_count if sprint_count else None,
        "row_count": len(completed),
    }


def completion(scope: Iterable[Row], *, is_over: bool) -> Row:
    """Over the issues of one or more sprints; `is_over`: all of them are completed."""
    every = list(scope)
    rows = [row for row in every if row["is_counted"]]
    committed = [row for row in rows if row["is_committed"]]
    kept = [row for row in committed if row["is_completed"]]
    marked = {name: [row for row in rows if row[f"is_{name}"]] for name in ("added", "removed", "reestimated")}
    left = [row for row in rows if row["is_carried_over"]]
    promised = _points(committed, "points_at_start")
    return {
        "completion_ratio": len(kept) / len(committed) if committed else None,
        "points_completion_ratio": _points(kept, "points_at_end") / promised if promised else None,
        "committed_count": len(committed),
        **{f"{name}_count": len(found) for name, found in marked.items()},
        "completed_count": sum(row["is_completed"] for row in rows),
        "carried_over_count": len(left) if is_over else None,
        "added_points": _points(marked["added"], "points_at_start"),
        "removed_points": _points(marked["removed"], "points_at_start"),
        "carried_over_points": _points(left, "points_at_end") if is_over else None,
        "left_out_count": len(every) - len(rows),
        "row_count": len(committed),
    }


def _points(rows: Iterable[Mapping[str, Any]], column: str) -> float:
    return sum(row[column] or 0.0 for row in rows)


def _value(history: tuple[str | None, tuple[Change, ...]], at: dt.datetime) -> str | None:
    value = history[0]
    for changed_at, after in history[1]:
        if changed_at <= at:
            value = after
    return value
