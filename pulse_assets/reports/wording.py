"""Figures in words: durations, counts, changes against the period before, reasons and flags."""

import datetime as dt
from typing import Literal
from zoneinfo import ZoneInfo

Unit = Literal["hours", "count", "days", "days_per_week"]

UNKNOWN = "unknown"
NONE = "none"
HOURS_A_DAY = 24
_DAYS_FROM_HOURS = 48
_WHOLE_DAYS_FROM = 100
_MINUTES_AN_HOUR = 60

REASONS = {
    "not_deployed": "not deployed to production yet",
    "deployed_before_merge": "its code was in production before it was merged",
    "first_commit_unknown": "its first commit is not known",
    "negative_lead_time": "its first commit is dated after its deployment",
    "other_base_branch": "merged into another branch than the default branch",
}
FLAGS = {
    "first_deployment": "in the repository's first known deployment",
    "matched_by_time": "first deployment after the merge; commits could not be compared",
    "negative_coding": "opened before its first commit: no coding time",
    "negative_pickup": "reviewed before it was opened: no pickup time",
    "negative_review": "merged before its first review: no review time",
    "negative_deploy": "deployed before the merge: no deploy time",
}
MATCHES = {
    "commit": "matched by commit",
    "time": "matched by time",
}


def in_words(names: dict[str, str], name: str | None) -> str:
    """The words for a reason, flag or match; an unnamed one is shown with spaces for underscores."""
    return names.get(name, name.replace("_", " ")) if name else "no reason given"


def flags_in_words(flags: str | None) -> list[str]:
    return [in_words(FLAGS, flag.strip()) for flag in (flags or "").split(",") if flag.strip()]


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


def number(value: float | None) -> str:
    """`1,204`, `2.5` or `unknown`."""
    if value is None:
        return UNKNOWN
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.1f}"


def figure(value: float | None, unit: Unit) -> str:
    return hours(value) if unit == "hours" else number(value)


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
    """How a figure moved against the period before: `2.1 h shorter than the week before (-10 %)`.

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
    is_more = value > previous
    direction = ("longer" if is_more else "shorter") if unit == "hours" else ("more" if is_more else "fewer")
    difference = figure(abs(value - previous), unit)
    percent = round((value / previous - 1) * 100) if previous else 0
    sign = "+" if percent > 0 else "\N{MINUS SIGN}"
    ratio = f" ({sign}{abs(percent):,} %)" if percent else ""
    return f"{difference} {direction} than {before}{ratio}"


def instant(at: dt.datetime | None, zone: ZoneInfo) -> str:
    """`1 Feb 2024, 14:03` in the zone, or `unknown`."""
    if at is None:
        return UNKNOWN
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M}"


def instant_utc(at: dt.datetime) -> str:
    """RFC 3339 in UTC: `2024-02-01T13:03:00Z`; fractions of a second only where there are any."""
    return at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
