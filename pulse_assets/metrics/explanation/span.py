"""The period of an explanation, and which instants lie in it."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from pulse_assets.metrics.explanation.model import Grain

_WEEK, _DAY = dt.timedelta(days=7), dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """One week (from Monday) or month of one scope, or one sprint.

    Attributes:
        end: The first day after it.
        zone: In which its days begin.
        begins_at: Its begin; of a sprint the instant at which it was started (UTC).
        ends_at: Its end, or the scope's collection where that was earlier (UTC).
        last_monday: Of the week in which the scope was collected; later weeks are unknown.
    """

    grain: Grain
    start: dt.date
    end: dt.date
    zone: ZoneInfo
    begins_at: dt.datetime
    ends_at: dt.datetime
    last_monday: dt.date

    @property
    def mondays(self) -> tuple[dt.date, ...]:
        """The Mondays in it, up to `last_monday`."""
        first = self.start + dt.timedelta(days=-self.start.weekday() % 7)
        weeks = range((self.end - first).days // 7 + 1)
        days = (first + week * _WEEK for week in weeks)
        return tuple(day for day in days if day < self.end and day <= self.last_monday)

    @property
    def day_ends(self) -> tuple[dt.datetime, ...]:
        """The ends (24:00) of its local days that were over at `ends_at`."""
        return _day_ends(self.start, self.end, self.zone, self.ends_at)

    def day(self, at: dt.datetime) -> dt.date:
        """The local day of an instant."""
        return at.astimezone(self.zone).date()

    def holds(self, at: dt.datetime | None) -> bool:
        """The instant lies in the period; what has none does not. A sprint holds all of its rows, whenever they are."""
        return self.grain == "sprint" or (at is not None and self.start <= self.day(at) < self.end)

    def has_in_a_week(self, at: dt.datetime | None) -> bool:
        """The instant lies in a week whose Monday lies in the period."""
        return at is not None and any(monday <= self.day(at) < monday + _WEEK for monday in self.mondays)

    def hours_within(self, begin: dt.datetime, end: dt.datetime | None) -> float:
        """The hours of a stretch, which may have no end yet, that lie in the period."""
        last = self.ends_at if end is None else min(end, self.ends_at)
        return max((last - max(begin, self.begins_at)) / dt.timedelta(hours=1), 0.0)

    def ends_open(self, begin: dt.datetime, end: dt.datetime | None) -> bool:
        """A stretch had begun before the period ended, and had not ended before it."""
        return begin < self.ends_at and (end is None or end >= self.ends_at)


@lru_cache(maxsize=64)
def _day_ends(start: dt.date, end: dt.date, zone: ZoneInfo, until: dt.datetime) -> tuple[dt.datetime, ...]:
    days = (start + (day + 1) * _DAY for day in range((end - start).days))
    midnights = (dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC) for day in days)
    return tuple(midnight for midnight in midnights if midnight <= until)
