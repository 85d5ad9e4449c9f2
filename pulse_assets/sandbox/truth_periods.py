"""Scopes and their periods: which rows of the truth belong to which week or month."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from pulse_assets.sandbox.truth_changes import Row
from pulse_assets.sandbox.truth_repository import RepositoryTruth

Grain = Literal["week", "month"]
Definition = Literal["pulse", "devlake"]

LOW_COUNT = 5
NOT_OVER = "the period was not over when the data were collected"


def period_of(day: dt.date, grain: Grain) -> dt.date:
    """The first day of its month, or the Monday of its week."""
    return day.replace(day=1) if grain == "month" else day - dt.timedelta(days=day.weekday())


def next_period(period: dt.date, grain: Grain) -> dt.date:
    """The first day after it."""
    if grain == "week":
        return period + dt.timedelta(days=7)
    return (period.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


def days_of(period: dt.date, grain: Grain) -> list[dt.date]:
    return [period + dt.timedelta(days=number) for number in range((next_period(period, grain) - period).days)]


@dataclass(frozen=True)
class Scope:
    """A repository, a team or all, with the zone in which its days begin."""

    kind: Literal["repository", "team", "all"]
    name: str
    members: Sequence[RepositoryTruth]
    zone: ZoneInfo
    collected_at: dt.datetime

    def rows(self, table: Callable[[RepositoryTruth], Sequence[Row]]) -> list[Row]:
        """The rows of a table, of all members."""
        return [row for member in self.members for row in table(member)]

    def local(self, instant: dt.datetime) -> dt.date:
        return instant.astimezone(self.zone).date()

    def period_at(self, instant: dt.datetime, grain: Grain) -> dt.date:
        return period_of(self.local(instant), grain)

    def periods(self, grain: Grain) -> Iterator["Period"]:
        """From the first merge's or successful production deployment's to the one of the collection."""
        events = [row["merged_at"] for row in self.rows(lambda member: member.changes)]
        events += [shipment.end[0] for member in self.members for shipment in member.shipped]
        if not events:
            return
        start, last = self.period_at(min(events), grain), self.period_at(self.collected_at, grain)
        while start <= last:
            yield Period(self, grain, start)
            start = next_period(start, grain)


@dataclass(frozen=True)
class Period:
    """A week or a month of a scope."""

    scope: Scope
    grain: Grain
    start: dt.date

    @property
    def is_over(self) -> bool:
        return self.start != self.scope.period_at(self.scope.collected_at, self.grain)

    def holds(self, instant: dt.datetime | None) -> bool:
        """The instant lies in it; what has not happened lies in none."""
        return instant is not None and self.scope.period_at(instant, self.grain) == self.start

    def ends_after(self, instant: dt.datetime | None) -> bool:
        """The instant lies before its end, or before the collection where that is earlier."""
        if instant is None or instant >= self.scope.collected_at:
            return False
        return self.scope.local(instant) < next_period(self.start, self.grain)

    def row(self, definition: Definition, count: int) -> Row:
        """The columns that all metrics have."""
        return {
            "definition": definition,
            "grain": self.grain,
            "period_start": self.start,
            "scope_kind": self.scope.kind,
            "scope": self.scope.name,
            "row_count": count,
            "is_low_count": count < LOW_COUNT,
            "status": "ok" if self.is_over else "degraded",
            "status_reason": None if self.is_over else NOT_OVER,
        }
