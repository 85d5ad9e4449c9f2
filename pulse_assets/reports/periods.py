"""Weeks (from Monday) and months: how they are named, counted and where they begin."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from pulse_assets.errors import UsageError

ReportKind = Literal["weekly", "monthly"]
Grain = Literal["week", "month"]

_FORMS = {
    "weekly": "a week such as 2024-W05, or any date in it such as 2024-02-01",
    "monthly": "a month such as 2024-05, or any date in it such as 2024-05-17",
}
_WEEK = re.compile(r"([0-9]{4})-?W([0-9]{1,2})", re.IGNORECASE)
_MONTH = re.compile(r"([0-9]{4})-([0-9]{1,2})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTHS_A_YEAR = 12
#: Neighbouring periods are computed as well, so the calendar's first and last years are left out.
_YEARS = range(1900, 9990)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One week or month.

    Attributes:
        kind: weekly or monthly.
        start: Its first day, in the reports' time zone; a Monday, or the first of a month.
    """

    kind: ReportKind
    start: dt.date

    @classmethod
    def containing(cls, kind: ReportKind, day: dt.date) -> "Period":
        if kind == "weekly":
            return cls(kind, day - dt.timedelta(days=day.weekday()))
        return cls(kind, day.replace(day=1))

    @property
    def grain(self) -> Grain:
        return "week" if self.kind == "weekly" else "month"

    @property
    def key(self) -> str:
        """`2024-W05` or `2024-05`."""
        return _iso_week(self.start) if self.kind == "weekly" else f"{self.start:%Y-%m}"

    @property
    def partition_key(self) -> str:
        """The first day, as Dagster's weekly and monthly partitions are named."""
        return self.start.isoformat()

    @property
    def next(self) -> "Period":
        return self.shifted(1)

    @property
    def previous(self) -> "Period":
        return self.shifted(-1)

    @property
    def last_day(self) -> dt.date:
        return self.next.start - dt.timedelta(days=1)

    @property
    def title(self) -> str:
        """`Week 5, 29 January to 4 February 2024` or `May 2024`."""
        if self.kind == "monthly":
            return f"{calendar.month_name[self.start.month]} {self.start.year}"
        first, last = self.start, self.last_day
        begin = f"{first.day} {calendar.month_name[first.month]}"
        if first.year != last.year:
            begin += f" {first.year}"
        elif first.month == last.month:
            begin = str(first.day)
        end = f"{last.day} {calendar.month_name[last.month]} {last.year}"
        return f"Week {self.start.isocalendar().week}, {begin} to {end}"

    @property
    def short_title(self) -> str:
        """`W05` or `May`, for an axis."""
        if self.kind == "monthly":
            return calendar.month_abbr[self.start.month]
        return f"W{self.start.isocalendar().week:02d}"

    def shifted(self, count: int) -> "Period":
        """The period `count` periods later; earlier when negative."""
        if self.kind == "weekly":
            return Period(self.kind, self.start + dt.timedelta(weeks=count))
        months = self.start.year * _MONTHS_A_YEAR + self.start.month - 1 + count
        return Period(self.kind, dt.date(months // _MONTHS_A_YEAR, months % _MONTHS_A_YEAR + 1, 1))

    def ending_here(self, count: int) -> tuple["Period", ...]:
        """The last `count` periods up to this one, oldest first."""
        return tuple(self.shifted(step) for step in range(1 - count, 1))

    def bounds(self, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
        """Its first instant and the first instant after it, in UTC."""
        begin, end = (dt.datetime.combine(day, dt.time(), zone) for day in (self.start, self.next.start))
        return begin.astimezone(dt.UTC), end.astimezone(dt.UTC)


def parse_period(kind: ReportKind, text: str) -> Period:
    """Reads `2024-W05` (weekly), `2024-05` (monthly) or any date within the period.

    Raises:
        UsageError: The text is none of these, or the kind is unknown.
    """
    if kind not in get_args(ReportKind):
        raise UsageError(f"There is no {kind} report.", hint="Choose weekly or monthly.")
    day = _first_day(kind, text.strip())
    if day is None or day.year not in _YEARS:
        raise UsageError(f"{text!r} is not a period of the {kind} report.", hint=f"Give {_FORMS[kind]}.")
    return Period.containing(kind, day)


def _first_day(kind: ReportKind, text: str) -> dt.date | None:
    try:
        if _DATE.fullmatch(text):
            return dt.date.fromisoformat(text)
        if kind == "weekly" and (match := _WEEK.fullmatch(text)):
            return dt.date.fromisocalendar(int(match[1]), int(match[2]), 1)
        if kind == "monthly" and (match := _MONTH.fullmatch(text)):
            return dt.date(int(match[1]), int(match[2]), 1)
    except ValueError:
        return None
    return None


def _iso_week(day: dt.date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
