"""Sums the truth up by week and month, by plain loops."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from zoneinfo import ZoneInfo

Grain = Literal["week", "month"]
Row = dict[str, Any]

LOW_COUNT = 5
NOT_OVER = "the period was not over when the data were collected"


@dataclass(frozen=True)
class Event:
    """A merge, with its row of `change_lead_times`, or else a successful production deployment."""

    at: dt.datetime
    change: Row | None = None


def hours(begin: dt.datetime | None, end: dt.datetime | None) -> float | None:
    """From begin to end; None where either is unknown."""
    return None if begin is None or end is None else (end - begin).total_seconds() / 3600


def percentile(values: Sequence[float], share: float) -> float | None:
    """With linear interpolation between the two nearest ranks; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def period_of(day: dt.date, grain: Grain) -> dt.date:
    """The first day of its month, or the Monday of its week."""
    return day.replace(day=1) if grain == "month" else day - dt.timedelta(days=day.weekday())


def _next(period: dt.date, grain: Grain) -> dt.date:
    if grain == "week":
        return period + dt.timedelta(days=7)
    return (period.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


def _days(period: dt.date, grain: Grain) -> list[dt.date]:
    return [period + dt.timedelta(days=number) for number in range((_next(period, grain) - period).days)]


@dataclass(frozen=True)
class Scope:
    """A repository, or all of them, with its events and the zone in which its days begin."""

    kind: Literal["repository", "all"]
    name: str
    events: Sequence[Event]
    zone: ZoneInfo
    collected_at: dt.datetime

    def local(self, instant: dt.datetime) -> dt.date:
        return instant.astimezone(self.zone).date()

    def period_at(self, instant: dt.datetime, grain: Grain) -> dt.date:
        return period_of(self.local(instant), grain)

    def periods(self, grain: Grain) -> list[dt.date]:
        """From the first event's period to the one in which the data were collected."""
        if not self.events:
            return []
        period = self.period_at(min(event.at for event in self.events), grain)
        last = self.period_at(self.collected_at, grain)
        periods = []
        while period <= last:
            periods.append(period)
            period = _next(period, grain)
        return periods

    def row(self, grain: Grain, period: dt.date, count: int) -> Row:
        """The columns that all metrics have."""
        is_over = period != self.period_at(self.collected_at, grain)
        return {
            "definition": "pulse",
            "grain": grain,
            "period_start": period,
            "scope_kind": self.kind,
            "scope": self.name,
            "row_count": count,
            "is_low_count": count < LOW_COUNT,
            "status": "ok" if is_over else "degraded",
            "status_reason": None if is_over else NOT_OVER,
        }


def lead_time_rows(scope: Scope, grain: Grain) -> list[Row]:
    """Rows of `dora_lead_time` for one scope."""
    rows = []
    changes = [event.change for event in scope.events if event.change is not None]
    for period in scope.periods(grain):
        counted, left_out = [], 0
        for change in changes:
            if change["is_counted"]:
                if scope.period_at(change["deployed_at"], grain) == period:
                    counted.append(change)
            elif scope.period_at(change["merged_at"], grain) == period:
                left_out += 1
        row = scope.row(grain, period, len(counted))
        lead_times = [change["lead_time_hours"] for change in counted]
        row["lead_time_median_hours"] = percentile(lead_times, 0.5)
        row["lead_time_p90_hours"] = percentile(lead_times, 0.9)
        for stage in ("coding", "pickup", "review", "deploy"):
            known = [change[f"{stage}_hours"] for change in counted if change[f"{stage}_hours"] is not None]
            row[f"{stage}_median_hours"] = percentile(known, 0.5)
        row["left_out_count"] = left_out
        rows.append(row)
    return rows


def deployment_frequency_rows(scope: Scope, grain: Grain) -> list[Row]:
    """Rows of `dora_deployment_frequency` for one scope.

    The median of days a week goes over the weeks whose Monday lies in the period, but for those after the collection:
    they are unknown, not empty. None where no week is left.
    """
    rows = []
    days = [scope.local(event.at) for event in scope.events if event.change is None]
    last_week = scope.period_at(scope.collected_at, "week")
    for period in scope.periods(grain):
        within = [day for day in days if period_of(day, grain) == period]
        weeks = [day for day in _days(period, grain) if day.weekday() == 0 and day <= last_week]
        weekly = [len({day for day in days if period_of(day, "week") == week}) for week in weeks]
        row = scope.row(grain, period, len(within))
        row["deployment_count"] = len(within)
        row["deployment_days_count"] = len(set(within))
        row["deployment_days_per_week_median"] = percentile(weekly, 0.5)
        rows.append(row)
    return rows
