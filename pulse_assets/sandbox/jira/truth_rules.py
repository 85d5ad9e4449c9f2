"""What a user may choose that changes the truth of Jira, with the defaults of the settings of the same names."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Category = Literal["todo", "in_progress", "done"]


@dataclass(frozen=True)
class JiraRules:
    """How types, labels and statuses are read, and when people work; `working_hours` are local wall-clock times."""

    zone: str = "UTC"
    defect_types: Sequence[str] = ("Bug", "Defect")
    escaped_labels: Sequence[str] = ("escaped", "production")
    waiting_statuses: Sequence[str] = ()
    status_categories: Mapping[str, Category] = field(default_factory=dict)
    working_days: Sequence[str] = WEEKDAYS
    working_hours: tuple[dt.time, dt.time | None] = (dt.time(0), None)
    holidays: Sequence[dt.date] = ()

    def local_date(self, instant: dt.datetime) -> dt.date:
        return instant.astimezone(ZoneInfo(self.zone)).date()

    def day_begin(self, day: dt.date, at: dt.time = dt.time(0)) -> dt.datetime:
        """When the day begins, or its wall clock shows `at`."""
        return dt.datetime.combine(day, at, ZoneInfo(self.zone)).astimezone(dt.UTC)

    def day_end(self, day: dt.date) -> dt.datetime:
        return self.day_begin(day + dt.timedelta(days=1))

    def is_waiting(self, status_id: str, name: str | None) -> bool:
        """By name in any case, or by id."""
        waiting = [one.lower() for one in self.waiting_statuses]
        return status_id.lower() in waiting or (name or "").lower() in waiting

    def business_hours(self, begin: dt.datetime, end: dt.datetime) -> float:
        """What lies between two instants, day by day."""
        found, day = dt.timedelta(0), self.local_date(begin)
        opens, closes = self.working_hours
        while day <= self.local_date(end):
            if WEEKDAYS[day.weekday()] in self.working_days and day not in self.holidays:
                from_ = max(begin, self.day_begin(day, opens))
                until = min(end, self.day_end(day) if closes is None else self.day_begin(day, closes))
                found += max(until - from_, dt.timedelta(0))
            day += dt.timedelta(days=1)
        return found / dt.timedelta(hours=1)


def hours_between(begin: dt.datetime, end: dt.datetime) -> float:
    return (end - begin) / dt.timedelta(hours=1)
