"""Whether a figure moved against the period before by more than chance explains, and whether that is good.

Chance explains a difference up to the root of the sum of the squares of what it explains in each period: of a figure
with a 95 % interval how far that reaches toward the other period's value, of a count 1.96 times its root (deployments
that come at random, Poisson). A ratio of no row or of every row has an interval without width; there three rows by
their number stand in (the rule of three). Of other figures, and of few rows, nothing clear is said.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from pulse_assets.reports.model import MetricRow, Verdict
from pulse_assets.reports.shown import ShownFigure

#: Of fewer known periods no usual value is told.
_USUAL_FROM = 4
_NORMAL_95 = 1.96
#: 95 % upper end of the ratio when none of n rows has it: 3 / n.
_RULE_OF_THREE = 3
_HEAVIEST = 1_000.0


@dataclass(frozen=True, slots=True)
class Movement:
    """How far a figure moved.

    Attributes:
        difference: This period's value less that of the period before.
        weight: The difference by what chance explains, 1 at its border; None where chance cannot be told.
    """

    difference: float
    weight: float | None

    @property
    def is_clear(self) -> bool | None:
        """It is more than chance explains; None where that cannot be told."""
        return None if self.weight is None else self.weight > 1


def movement(shown: ShownFigure, current: MetricRow | None, previous: MetricRow | None) -> Movement | None:
    """From the period before to this one; None where one of them is unknown, provisional or withheld, or has none.

    None also of a figure that can still grow: the younger period had less time for it.
    """
    if shown.is_growing:
        return None
    if current is None or previous is None or not (current.is_final and previous.is_final):
        return None
    value, before = current.values.get(shown.column), previous.values.get(shown.column)
    if value is None or before is None:
        return None
    difference = value - before
    if shown.low_column and shown.high_column:
        reaches = (_reach(current, shown, toward=before), _reach(previous, shown, toward=value))
        weight = _weight(difference, reaches)
        is_few = current.is_low_count or previous.is_low_count
        return Movement(difference, min(weight, 1.0) if is_few else weight)
    if shown.unit == "count":
        return Movement(difference, _weight(difference, [_NORMAL_95 * math.sqrt(each) for each in (value, before)]))
    return Movement(difference, None)


def verdict(shown: ShownFigure, moved: Movement | None, *, is_same: bool) -> Verdict | None:
    """In a word; `is_same` when both values are shown alike."""
    if moved is None or is_same or moved.is_clear is None:
        return None
    if not moved.is_clear:
        return "unclear"
    if shown.better is None:
        return "moved"
    return "better" if (moved.difference < 0) is (shown.better == "less") else "worse"


def usual_value(column: str, rows: Sequence[MetricRow | None]) -> tuple[float | None, int]:
    """Median over the periods whose value is known and final, and their number; None where they are few."""
    values = [row.values[column] for row in rows if row is not None and row.is_final]
    known = [value for value in values if value is not None]
    return (median(known) if len(known) >= _USUAL_FROM else None), len(known)


def _reach(row: MetricRow, shown: ShownFigure, *, toward: float) -> float:
    """How far a row's interval reaches from its value toward another value; 0 where it has none."""
    value, low, high = (
        row.values.get(column) if column else None for column in (shown.column, shown.low_column, shown.high_column)
    )
    if value is None or low is None or high is None:
        return 0.0
    if low == high and shown.unit == "ratio" and row.row_count:
        return min(_RULE_OF_THREE / row.row_count, 1.0)
    return max(high - value, 0.0) if toward > value else max(value - low, 0.0)


def _weight(difference: float, reaches: Sequence[float]) -> float:
    reach = math.hypot(*reaches)
    return min(abs(difference) / reach, _HEAVIEST) if reach else (_HEAVIEST if difference else 0.0)
