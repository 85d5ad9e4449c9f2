"""How the figures of a metric come out of its rows: which rows each figure uses, and what it makes of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulse_assets.metrics.explanation.model import Value
from pulse_assets.metrics.explanation.span import Span
from pulse_assets.metrics.statistics import median, quantile

Raw = Mapping[str, Any]
Rows = Sequence[Raw]
Uses = Callable[[Raw, Span], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """One figure.

    Attributes:
        uses: Whether the figure of a period is made of a row.
        value: The figure, made of all such rows.
    """

    uses: Uses
    value: Callable[[Rows, Span], Value]


@dataclass(frozen=True, slots=True)
class Recipe:
    """One metric under one definition.

    Attributes:
        formula: How the headline figure comes about, in one line.
        rules: For each value column, and for `row_count`.
        key: Columns by which the rows are apart from each other; each combination has its own figures.
        total: The combination whose figures are made of all rows, if there is one.
    """

    formula: str
    rules: Mapping[str, Rule]
    key: tuple[str, ...] = ()
    total: tuple[str, ...] | None = None


def within(kind: str | None = None, *, is_counted: bool = True) -> Uses:
    """Rows of the period, of a kind where there are several, that are counted, or that are not."""

    def uses(row: Raw, span: Span) -> bool:
        is_kind = kind is None or row["kind"] == kind
        return is_kind and row["is_counted"] is is_counted and span.holds(row["at"])

    return uses


def count(uses: Uses, column: str | None = None) -> Rule:
    """How many rows there are; with a column, how many of them have it set."""
    return Rule(uses, lambda rows, _: sum(column is None or bool(row[column]) for row in rows))


def middle(uses: Uses, column: str) -> Rule:
    """The median of a column."""
    return Rule(uses, lambda rows, _: median(row[column] for row in rows))


def quantiles(uses: Uses, column: str, share: float) -> Rule:
    """A quantile of a column, with linear interpolation."""
    return Rule(uses, lambda rows, _: quantile((row[column] for row in rows), share))


#: A figure that the definition does not have.
NOTHING = Rule(lambda _row, _span: False, lambda _rows, _span: None)
