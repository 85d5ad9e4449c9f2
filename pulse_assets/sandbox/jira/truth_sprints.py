"""The true course of one sprint: what was in it when, what became of it, and what was left day by day."""

import datetime as dt
from collections.abc import Sequence
from functools import cached_property

from pulse_assets.sandbox.jira.truth_issues import Life, Row
from pulse_assets.sandbox.jira.truth_rules import JiraRules
from pulse_assets.sandbox.jira.view import SprintState
from pulse_assets.sandbox.jira.world import Board


class SprintTruth:
    """A sprint that was started, as of `collected_at`; `lives` are all issues of its project."""

    def __init__(
        self, state: SprintState, board: Board, lives: Sequence[Life], rules: JiraRules, collected_at: dt.datetime
    ) -> None:
        if state.started_at is None:
            message = f"sprint {state.sprint.id} was not started"
            raise ValueError(message)
        self.id = state.sprint.id
        self.board, self.rules, self.collected_at = board, rules, collected_at
        self.begin = state.started_at
        self.planned_end = state.planned_end_at
        self.completed_at = state.completed_at
        self.is_closed = state.completed_at is not None
        self.end = state.completed_at or collected_at
        self._lives = lives

    # ------------------------------------------------------------------ membership
    def has(self, life: Life, instant: dt.datetime) -> bool:
        """At an instant; when it is closed: just before that, for what is left is moved on in that moment."""
        return life.is_in_sprint(self.id, instant, is_inclusive=not self.is_closed or instant != self.end)

    def points(self, life: Life, instant: dt.datetime) -> float:
        """What is not estimated counts nothing."""
        return life.points_at(self.board.estimation_field, instant) or 0.0

    @cached_property
    def scope(self) -> list[tuple[Life, Row]]:
        """Issues that were in it at its start or at some later instant, with their rows of `sprint_scope`."""
        found = []
        for life in self._lives:
            instants = [at for at in life.sprint_instants() if self.begin < at <= self.end]
            later = [at for at in instants if life.is_in_sprint(self.id, at)]
            if life.is_in_sprint(self.id, self.begin) or later:
                found.append((life, self._scope_row(life, later)))
        return found

    def _scope_row(self, life: Life, later: Sequence[dt.datetime]) -> Row:
        """`later`: when it was in the sprint after a change in it."""
        is_committed = life.is_in_sprint(self.id, self.begin)
        is_in_at_end = self.has(life, self.end)
        was_done, is_done = life.is_done_at(self.begin), life.is_done_at(self.end)
        is_removed = not is_in_at_end and self._was_in(life)
        is_completed = is_in_at_end and is_done and not was_done
        field = self.board.estimation_field
        first = self.begin if is_committed else later[0]
        at_start, at_end = life.points_at(field, first), life.points_at(field, self.end)
        entries = [at for at in life.sprint_instants() if life.is_in_sprint(self.id, at)]
        completions = [at for at, _ in life.completions if at <= self.end]
        reason = life.left_out or ("done_before_start" if was_done else None)
        return {
            "project": life.project,
            "sprint_id": self.id,
            "key": life.now.key,
            "board_id": self.board.id,
            "entered_at": entries[0],
            "removed_at": self._removed_at(life) if is_removed else None,
            "is_committed": is_committed,
            "is_added": not is_committed,
            "is_removed": is_removed,
            "is_completed": is_completed,
            "is_carried_over": (is_in_at_end and not is_done) if self.is_closed else None,
            "is_reestimated": (at_start or 0.0) != (at_end or 0.0),
            "completed_at": completions[-1] if is_completed else None,
            "points_at_start": at_start,
            "points_at_end": at_end,
            "is_counted": reason is None,
            "reason": reason,
        }

    def _was_in(self, life: Life) -> bool:
        """At its start or some later instant before its end; one that has only just begun has no such instant."""
        instants = [self.begin, *(at for at in life.sprint_instants() if self.begin < at)]
        return any(life.is_in_sprint(self.id, at) for at in instants if at < self.end)

    def _removed_at(self, life: Life) -> dt.datetime:
        """The last change in the sprint that took it out."""
        return [
            at
            for at in life.sprint_instants()
            if self.begin < at <= self.end
            and life.is_in_sprint(self.id, at, is_inclusive=False)
            and not self.has(life, at)
        ][-1]

    @property
    def rows(self) -> list[Row]:
        """Of `sprint_scope`, in order of key."""
        return sorted((row for _, row in self.scope), key=lambda row: row["key"])

    @property
    def counted(self) -> list[tuple[Life, Row]]:
        return [(life, row) for life, row in self.scope if row["is_counted"]]

    # ------------------------------------------------------------------ day by day
    @cached_property
    def day_rows(self) -> list[Row]:
        """Of `sprint_days`."""
        committed = [row["points_at_start"] or 0.0 for _, row in self.counted if row["is_committed"]]
        rows, day = list[Row](), self.rules.local_date(self.begin)
        while day <= self.rules.local_date(self.end):
            at = min(self.rules.day_end(day), self.end)
            members = [life for life, _ in self.counted if self.has(life, at)]
            left = [life for life in members if not life.is_done_at(at)]
            pace = self._ideal_part(day)
            rows.append(
                {
                    "project": self.board.project_key,
                    "sprint_id": self.id,
                    "board_id": self.board.id,
                    "day": day,
                    "at": at,
                    "remaining_points": sum(self.points(life, at) for life in left),
                    "remaining_count": len(left),
                    "scope_points": sum(self.points(life, at) for life in members),
                    "scope_count": len(members),
                    "ideal_points": sum(committed) * pace,
                    "ideal_count": len(committed) * pace,
                }
            )
            day += dt.timedelta(days=1)
        return rows

    def _ideal_part(self, day: dt.date) -> float:
        """What an even pace leaves at the end of the day, 0..1."""
        end = self.end if self.planned_end is None or self.planned_end <= self.begin else self.planned_end
        if end <= self.begin:
            return 0.0
        elapsed = min(self.rules.day_end(day), end) - self.begin
        return max(0.0, 1 - elapsed / (end - self.begin))

    # ------------------------------------------------------------------ figures
    @cached_property
    def figures(self) -> Row:
        """Sums from which velocity and completion are made; what is carried over is None while it is open."""
        rows = [row for _, row in self.counted]

        def count(flag: str) -> int:
            return sum(bool(row[flag]) for row in rows)

        def points(column: str, *flags: str) -> float:
            return sum(row[column] or 0.0 for row in rows if all(row[flag] for flag in flags))

        return {
            "committed_count": count("is_committed"),
            "committed_points": points("points_at_start", "is_committed"),
            "completed_count": count("is_completed"),
            "completed_points": points("points_at_end", "is_completed"),
            "completed_of_committed_count": sum(row["is_committed"] and row["is_completed"] for row in rows),
            "completed_of_committed_points": points("points_at_end", "is_committed", "is_completed"),
            "added_count": count("is_added"),
            "added_points": points("points_at_start", "is_added"),
            "removed_count": count("is_removed"),
            "removed_points": points("points_at_start", "is_removed"),
            "reestimated_count": count("is_reestimated"),
            "carried_over_count": count("is_carried_over") if self.is_closed else None,
            "carried_over_points": points("points_at_end", "is_carried_over") if self.is_closed else None,
            "left_out_count": len(self.scope) - len(rows),
        }
