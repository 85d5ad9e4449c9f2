"""Figures in words: durations, counts, changes against the period before, reasons and flags."""

import datetime as dt
from typing import Literal
from zoneinfo import ZoneInfo

#: `working_hours` make no days: how long a working day is, is a setting.
#: `issues` are at hand at one time, or belong to sprints: unlike what `count` counts they do not come at random.
Unit = Literal["hours", "working_hours", "count", "days", "days_per_week", "ratio", "issues", "points"]

UNKNOWN = "unknown"
NONE = "none"
WITHHELD = "withheld"
HOURS_A_DAY = 24
_DAYS_FROM_HOURS = 48
_WHOLE_DAYS_FROM = 100
_MINUTES_AN_HOUR = 60

_DECIMAL_BELOW = 0.0995


def hours(value: float | None) -> str:
    """`42 min`, `18.7 h`, `3.2 d` (days of 24 hours) or `unknown`."""
    if value is None:
        return UNKNOWN
    size = abs(value)
    if size == 0:
        return "0 h"
    if size < 1:
        minutes = round(value * _MINUTES_AN_HOUR)
        if abs(minutes) < _MINUTES_AN_HOUR:
            return f"{minutes} min" if minutes else "under 1 min"
    if round(size, 1) < _DAYS_FROM_HOURS:
        return f"{value:.1f} h"
    days = value / HOURS_A_DAY
    return f"{days:.0f} d" if round(abs(days), 1) >= _WHOLE_DAYS_FROM else f"{days:.1f} d"


def working_hours(value: float | None) -> str:
    """`42 min`, `18.7 h`, `76.5 h` or `unknown`: never days, which would be taken for working days."""
    if value is None or abs(value) < 1:
        return hours(value)
    return f"{value:,.1f} h"


def number(value: float | None) -> str:
    """`1,204`, `2.5` or `unknown`."""
    if value is None:
        return UNKNOWN
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.1f}"


def figure(value: float | None, unit: Unit) -> str:
    if unit == "ratio":
        return percent(value)
    if unit == "working_hours":
        return working_hours(value)
    return hours(value) if unit == "hours" else number(value)


def interval(low: float, high: float, unit: Unit) -> str:
    """`12.0 to 25.1 h`: the unit is said once where both ends have the same."""
    ends = [figure(low, unit).rpartition(" "), figure(high, unit).rpartition(" ")]
    (low_number, _, low_unit), (high_number, _, high_unit) = ends
    begin = low_number if low_unit == high_unit and low_number else figure(low, unit)
    return f"{begin} to {figure(high, unit)}" if high_number else f"{begin} to {high_unit}"


def percent(ratio: float | None) -> str:
    """`5.3 %`, `14 %` or `unknown`: a tenth is told below ten percent only."""
    if ratio is None:
        return UNKNOWN
    if ratio in {0.0, 1.0}:
        return f"{ratio:.0%}".replace("%", " %")
    return f"{ratio * 100:.1f} %" if abs(ratio) < _DECIMAL_BELOW else f"{ratio * 100:.0f} %"


def share(ratio: float | None) -> str:
    """`63 %`, `<1 %` or `unknown`."""
    if ratio is None:
        return UNKNOWN
    percent = round(ratio * 100)
    return "<1 %" if ratio > 0 and percent == 0 else f"{percent} %"


def plural(count: int, noun: str, nouns: str | None = None) -> str:
    """`1 change`, `2 changes`."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def enumeration(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def change(
    value: float | None, previous: float | None, unit: Unit, *, grain: str, is_final: bool, is_previous_final: bool
) -> str:
    """How a figure moved against the period before: `2.1 h longer than the week before (+10 %)`.

    Provisional figures (of a period that was not over, for instance) are set beside each other, not compared.
    """
    before = f"the {grain} before"
    if previous is None:
        return f"{before}: none" if is_previous_final else f"{before} is unknown"
    shown, shown_before = figure(value, unit), figure(previous, unit)
    if value is None or not is_final or not is_previous_final:
        mark = "" if is_previous_final else " (provisional)"
        begin = "" if is_final or value is None else "provisional; "
        return f"{begin}{before}: {shown_before}{mark}"
    if shown == shown_before:
        return f"as in {before}"
    return f"{moved(value - previous, unit)} than {before}{_relative(value, previous, unit)}"


def moved(difference: float, unit: Unit) -> str:
    """`2.1 h longer`, `3 fewer`, `4.2 points higher`."""
    if unit == "ratio":
        points = f"{abs(difference) * 100:.1f}".removesuffix(".0")
        return f"{points} {'point' if points == '1' else 'points'} {'higher' if difference > 0 else 'lower'}"
    words = ("longer", "shorter") if unit in {"hours", "working_hours"} else ("more", "fewer")
    return f"{figure(abs(difference), unit)} {words[0] if difference > 0 else words[1]}"


def _relative(value: float, previous: float, unit: Unit) -> str:
    """` (+10 %)`; of a percentage ` (12 %)`, what it was, for the percent of a percentage misleads."""
    if unit == "ratio":
        return f" ({figure(previous, unit)})"
    percentage = round((value / previous - 1) * 100) if previous else 0
    sign = "+" if percentage > 0 else "\N{MINUS SIGN}"
    return f" ({sign}{abs(percentage):,} %)" if percentage else ""


def instant(at: dt.datetime | None, zone: ZoneInfo) -> str:
    """`1 Feb 2024, 14:03` in the zone, or `unknown`."""
    if at is None:
        return UNKNOWN
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M}"


def instant_utc(at: dt.datetime) -> str:
    """RFC 3339 in UTC: `2024-02-01T13:03:00Z`; fractions of a second only where there are any."""
    return at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
