"""The period of an explanation, and which instants lie in it."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pulse_assets.metrics.explanation.model import Grain

_WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Span:
    """One week (from Monday) or month of one scope.

    Attributes:
        zone: In which its days begin.
        ends_at: Its end, or the scope's collection where that was earlier (UTC).
        last_monday: Of the week in which the scope was collected; later weeks are unknown.
    """

    grain: Grain
    start: dt.date
    zone: ZoneInfo
    ends_at: dt.datetime
    last_monday: dt.date

    @property
    def end(self) -> dt.date:
        """The first day after it."""
        return self.start + _WEEK if self.grain == "week" else (self.start + dt.timedelta(days=31)).replace(day=1)

    @property
    def mondays(self) -> tuple[dt.date, ...]:
        """The Mondays in it, up to `last_monday`."""
        first = self.start + dt.timedelta(days=-self.start.weekday() % 7)
        weeks = range((self.end - first).days // 7 + 1)
        days = (first + week * _WEEK for week in weeks)
        return tuple(day for day in days if day < self.end and day <= self.last_monday)

    def day(self, at: dt.datetime) -> dt.date:
        """The local day of an instant."""
        return at.astimezone(self.zone).date()

    def holds(self, at: dt.datetime | None) -> bool:
        """The instant lies in the period; what has none does not."""
        return at is not None and self.start <= self.day(at) < self.end

    def has_in_a_week(self, at: dt.datetime | None) -> bool:
        """The instant lies in a week whose Monday lies in the period."""
        return at is not None and any(monday <= self.day(at) < monday + _WEEK for monday in self.mondays)
