"""What a sprint report says in words."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from pulse_assets.metrics.explanation.words import reason_in_words
from pulse_assets.reports import wording
from pulse_assets.reports.sprint.model import Outcome, Unit

OUTCOME_TITLES: Mapping[Outcome, str] = {
    "completed": "Completed",
    "carried_over": "Carried over",
    "left": "Still to do",
    "removed": "Removed",
    "too_late": "Added in the moment of its end",
    "left_out": "Not counted",
}
STATES = {"active": "open", "closed": "completed", "future": "not started"}
Figures = Mapping[str, float | int | None]


def amount(value: float | None, unit: Unit) -> str:
    """`13 points`, `1 point`, `2.5 points`, `4 issues` or `unknown`."""
    if value is None:
        return wording.UNKNOWN
    noun = unit.removesuffix("s") if value == 1 else unit
    return f"{points(value)} {noun}"


def points(value: float | None) -> str:
    """`13`, `2.5`, `0.25` or `no estimate`."""
    return "no estimate" if value is None else f"{value:,.2f}".rstrip("0").rstrip(".")


def signed(value: float) -> str:
    """`+3`, `0`, or what is less than nothing with a real minus sign."""
    sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""
    return f"{sign}{points(abs(value))}"


def figure(figures: Figures, name: str, unit: Unit) -> float | int | None:
    """`completed`, `committed`, `added`, `removed` or `carried_over` in points or issues."""
    return figures[f"{name}_{'points' if unit == 'points' else 'count'}"]


def summary(figures: Figures, unit: Unit, usual: float | None, *, is_open: bool, is_withheld: bool) -> str:
    """The sprint in one or two sentences."""
    if is_withheld:
        return "The figures of this sprint are withheld, because checks of its data failed."
    done, committed = (figure(figures, name, unit) for name in ("completed", "committed"))
    begin = f"{amount(done, unit)} {'completed so far' if is_open else 'completed'}, {points(committed)} committed"
    ratio = figures["completion_ratio"]
    if ratio is None:
        text = f"{begin}."
    else:
        text = f"{begin}; of {wording.plural(int(figures['committed_count'] or 0), 'committed issue')} "
        text += f"{wording.percent(ratio)} {'are' if is_open else 'were'} done."
    moves = [
        f"{wording.number(figures[f'{name}_count'])} {word}"
        for name, word in (
            ("added", "added"),
            ("removed", "removed"),
            ("reestimated", "re-estimated"),
            ("carried_over", "carried over"),
        )
        if figures[f"{name}_count"]
    ]
    text += f" Issues: {wording.enumeration(moves)}." if moves else ""
    return (
        text if usual is None else f"{text} The sprints before it completed {amount(round(usual, 1), unit)} on average."
    )


def why(row: Mapping[str, Any], outcome: Outcome, started_at: dt.datetime, zone: ZoneInfo) -> str:
    """What became of an issue, as a row of the scope tells it."""
    if outcome == "left_out":
        return reason_in_words(row["reason"]) or "no reason given"
    came = "committed" if row["is_committed"] else _added(row, started_at, zone)
    if outcome == "completed":
        return f"{came}, done {wording.instant(row['completed_at'], zone)}"
    if outcome == "removed":
        return f"{came}, taken out {wording.instant(row['removed_at'], zone)}"
    ends = {
        "carried_over": "in the sprint at its end, not done",
        "left": "in the sprint, not done yet",
        "too_late": "came as the sprint was completed",
    }
    return f"{came}, {ends[outcome]}"


def _added(row: Mapping[str, Any], started_at: dt.datetime, zone: ZoneInfo) -> str:
    # An issue that was planned, taken out before the start and put back has the time of the planning.
    is_told = row["entered_at"] > started_at
    return f"added {wording.instant(row['entered_at'], zone)}" if is_told else "added after the start"
