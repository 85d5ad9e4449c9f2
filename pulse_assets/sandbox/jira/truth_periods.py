"""Scopes of Jira's truth and their weeks and months."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pulse_assets.sandbox.jira.truth_issues import Life, Row
from pulse_assets.sandbox.jira.truth_rules import JiraRules
from pulse_assets.sandbox.jira.truth_sprints import SprintTruth
from pulse_assets.sandbox.truth_periods import LOW_COUNT, NOT_OVER, Grain, days_of, next_period, period_of

ScopeKind = Literal["all", "team", "project", "board"]


@dataclass(frozen=True)
class Scope:
    """A project, a board, a team or all, with what belongs to it."""

    kind: ScopeKind
    name: str
    lives: Sequence[Life]
    sprints: Sequence[SprintTruth]
    rules: JiraRules
    collected_at: dt.datetime

    def period_at(self, instant: dt.datetime, grain: Grain) -> dt.date:
        return period_of(self.rules.local_date(instant), grain)

    def periods(self, grain: Grain) -> Iterator["Period"]:
        """From the first issue's creation to the collection."""
        if not self.lives:
            return
        start = self.period_at(min(life.issue.created_at for life in self.lives), grain)
        while start <= self.period_at(self.collected_at, grain):
            yield Period(self, grain, start)
            start = next_period(start, grain)


@dataclass(frozen=True)
class Period:
    """A week or a month of a scope; it holds its begin, not its end."""

    scope: Scope
    grain: Grain
    start: dt.date

    @property
    def begins_at(self) -> dt.datetime:
        return self.scope.rules.day_begin(self.start)

    @property
    def ends_at(self) -> dt.datetime:
        return self.scope.rules.day_begin(next_period(self.start, self.grain))

    @property
    def day_ends(self) -> list[dt.datetime]:
        """Ends of its days, as far as they are not later than the collection."""
        ends = [self.scope.rules.day_end(day) for day in days_of(self.start, self.grain)]
        return [end for end in ends if end <= self.scope.collected_at]

    def holds(self, instant: dt.datetime | None) -> bool:
        """What has not happened lies in no period."""
        return instant is not None and self.begins_at <= instant < self.ends_at

    def row(self, count: int) -> Row:
        """The columns that all metrics have."""
        is_over = self.start != self.scope.period_at(self.scope.collected_at, self.grain)
        return {
            "definition": "pulse",
            "grain": self.grain,
            "period_start": self.start,
            "scope_kind": self.scope.kind,
            "scope": self.scope.name,
            "row_count": count,
            "is_low_count": count < LOW_COUNT,
            "status": "ok" if is_over else "degraded",
            "status_reason": None if is_over else NOT_OVER,
        }
