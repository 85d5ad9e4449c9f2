"""What a sprint report holds: plain values, with nothing of the tables left in them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

Unit = Literal["points", "issues"]
Status = Literal["ok", "degraded", "withheld"]
#: What became of an issue. `left`: it is still to do in an open sprint. `too_late`: it came in the instant of the end.
Outcome = Literal["completed", "carried_over", "left", "removed", "too_late", "left_out"]
OUTCOMES: tuple[Outcome, ...] = ("completed", "carried_over", "left", "removed", "too_late", "left_out")


class SprintName(NamedTuple):
    """A sprint of a project; several projects may have the same one."""

    project: str
    sprint_id: int


@dataclass(frozen=True, slots=True)
class Item:
    """One issue that was in the sprint.

    Attributes:
        title: Its summary, as written; may hold anything. So may `issue_type` and `status`.
        address: Its page, as Jira gave it.
        entered_at: When it was put into the sprint first, also before the start (UTC).
        removed_at: When it was taken out for good.
        completed_at: When it became done.
        reason: Why it is not counted; null when it is.
        why: What became of it, in words.
    """

    project: str
    key: str
    title: str
    issue_type: str
    status: str
    address: str | None
    outcome: Outcome
    is_committed: bool
    is_added: bool
    is_reestimated: bool
    points_at_start: float | None
    points_at_end: float | None
    entered_at: dt.datetime
    removed_at: dt.datetime | None
    completed_at: dt.datetime | None
    is_counted: bool
    reason: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Day:
    """One local day of the sprint, as of `at` (UTC)."""

    day: dt.date
    at: dt.datetime
    remaining_points: float
    remaining_count: int
    ideal_points: float
    ideal_count: float
    scope_points: float
    scope_count: int

    def of(self, what: Literal["remaining", "ideal", "scope"], unit: Unit) -> float:
        """A figure in points or issues."""
        return getattr(self, f"{what}_{'points' if unit == 'points' else 'count'}")


@dataclass(frozen=True, slots=True)
class PastSprint:
    """A sprint of the board, with its velocity; figures are None where they are withheld or unknown."""

    sprint_id: int
    name: str
    started_at: dt.datetime
    completed_at: dt.datetime | None
    is_this: bool
    committed_points: float | None
    committed_count: int | None
    completed_points: float | None
    completed_count: int | None
    completion_ratio: float | None
    status: str
    status_reason: str | None

    def of(self, what: Literal["committed", "completed"], unit: Unit) -> float | None:
        """A figure in points or issues."""
        return getattr(self, f"{what}_{'points' if unit == 'points' else 'count'}")


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the account from what was committed to what was left."""

    title: str
    count: int
    points: float
    kind: Literal["sum", "change", "part"]


@dataclass(frozen=True)
class SprintContent:
    """The report of one sprint.

    Attributes:
        name: As written; may hold anything. So may `goal`, `project_name` and `board_name`.
        unit: points where the board estimates, else issues.
        completed_at: None while it is open.
        status: As the metrics say; `withheld` has no figures, days and points.
        figures: Value columns of sprint_velocity and sprint_completion; None where withheld or unknown.
        usual: Mean of what the sprints of the board before it completed, in `unit`; None without any.
        account: From the commitment to the end; empty where withheld.
        past: Up to six sprints of the board, this one last.
    """

    project: str
    project_name: str
    sprint_id: int
    name: str
    goal: str | None
    state: str
    board_id: int
    board_name: str | None
    unit: Unit
    started_at: dt.datetime
    planned_end_at: dt.datetime | None
    completed_at: dt.datetime | None
    collected_at: dt.datetime | None
    time_zone: str
    status: Status
    status_reason: str | None
    summary: str
    figures: Mapping[str, float | int | None]
    usual: float | None
    days: tuple[Day, ...]
    account: tuple[Step, ...]
    items: tuple[Item, ...]
    past: tuple[PastSprint, ...]
    definitions: Mapping[str, str]

    @property
    def is_open(self) -> bool:
        return self.completed_at is None

    @property
    def ends_at(self) -> dt.datetime:
        """Its completion; of an open one the collection."""
        return self.completed_at or self.collected_at or self.started_at

    def listed(self, outcome: Outcome) -> tuple[Item, ...]:
        """The issues with which that happened, in the order of their keys."""
        return tuple(each for each in self.items if each.outcome == outcome)
