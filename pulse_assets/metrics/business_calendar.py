"""The hours in which work is done, as stretches of time: the working days and hours of the settings, less holidays."""

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from zoneinfo import ZoneInfo

import pyarrow as pa

from pulse_assets.setting_types import WEEKDAYS
from pulse_assets.settings import Settings

#: Jira is of 2002; a later end costs rows and nothing else.
FIRST_DAY, END_DAY = dt.date(1990, 1, 1), dt.date(2060, 1, 1)
_DAY = dt.timedelta(days=1)
_HOUR = dt.timedelta(hours=1)
_INSTANT = pa.timestamp("us", tz="UTC")
_SCHEMA = pa.schema([("begins_at", _INSTANT), ("ends_at", _INSTANT), ("hours_before", pa.float64())])
Stretch = tuple[dt.datetime, dt.datetime]


def business_calendar(settings: Settings) -> pa.Table:
    """The working stretches in their order, from 1990 to 2059.

    Columns begins_at and ends_at (UTC) and hours_before, the working hours before the stretch. Stretches that touch
    each other are one: with the default settings there is one for the whole time.
    """
    return _calendar(settings.working_days, settings.working_hours, settings.holidays, settings.timezone)


@lru_cache(maxsize=8)
def _calendar(days: tuple[str, ...], hours: str, holidays: tuple[str, ...], zone: str) -> pa.Table:
    begins, ends, before = [], [], []
    total = dt.timedelta()
    for begin, end in _joined(_stretches(days, hours, frozenset(holidays), ZoneInfo(zone))):
        begins.append(begin)
        ends.append(end)
        before.append(total / _HOUR)
        total += end - begin
    columns = [pa.array(begins, _INSTANT), pa.array(ends, _INSTANT), pa.array(before, pa.float64())]
    return pa.table(columns, schema=_SCHEMA)


def _stretches(days: tuple[str, ...], hours: str, holidays: frozenset[str], zone: ZoneInfo) -> Iterator[Stretch]:
    """The working hours of each day by the clock on the wall: a whole day is longer where the clock is put back."""
    weekdays = {WEEKDAYS.index(day) for day in days}
    opens, closes = hours.split("-")
    day = FIRST_DAY
    while day < END_DAY:
        if day.weekday() in weekdays and day.isoformat() not in holidays:
            end = _at(day + _DAY, "00:00", zone) if closes == "24:00" else _at(day, closes, zone)
            yield _at(day, opens, zone), end
        day += _DAY


def _at(day: dt.date, clock: str, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(clock), zone).astimezone(dt.UTC)


def _joined(stretches: Iterator[Stretch]) -> Iterator[Stretch]:
    begin, end = next(stretches)
    for next_begin, next_end in stretches:
        if next_begin > end:
            yield begin, end
            begin = next_begin
        end = max(end, next_end)
    yield begin, end
