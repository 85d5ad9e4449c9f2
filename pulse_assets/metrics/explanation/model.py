"""What an explanation is: plain values, with nothing of the tables left in them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

Grain = Literal["week", "month", "sprint"]
Value = float | int | None
#: Floats that differ by less are the same: the order of additions is not fixed.
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class ExplainedRow:
    """One row behind a figure.

    Attributes:
        repository: The partition that it comes from: full name of the repository, of Jira's metrics the project's key.
        item: `#12`, `#12 review 88`, the number of a deployment, a commit or an incident; the key of an issue, the
            number of a sprint.
        title: Of the pull request, incident, issue or sprint, as written; may hold anything.
        at: The instant (UTC) that decides its period; null when it has none yet.
        reason: Why it is left out; null when it is counted.
        reason_words: The reason in words.
        used_by: The figures that are made of it.
        values: The other columns of the metric's rows. Persons are pseudonyms.
    """

    repository: str
    item: str
    title: str | None
    at: dt.datetime | None
    is_counted: bool
    reason: str | None
    reason_words: str | None
    used_by: tuple[str, ...]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ExplainedFigure:
    """One figure as it stands in the table, and as it comes out of the rows.

    Attributes:
        name: Value column of the metric, or `row_count`.
        key: What else it is about: (author_team, reviewer_team) of `team_collaboration`, the type of issues, the
            status, the day; else nothing.
        description: The column's, from the contract.
        stored: Null where it is withheld or there are no rows.
        recomputed: Made of just the rows whose `used_by` names it; null where it is withheld.
    """

    name: str
    key: tuple[str, ...]
    description: str
    stored: Value
    recomputed: Value

    @property
    def agrees(self) -> bool:
        """Both are the same: counts exactly, other numbers within 1e-9."""
        if self.stored is None or self.recomputed is None:
            return self.stored is self.recomputed
        return abs(self.stored - self.recomputed) <= TOLERANCE


@dataclass(frozen=True, slots=True)
class Source:
    """A table that the figures rest on, and its partitions of the scope."""

    table: str
    partitions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RepositoryFreshness:
    """When a repository (a project) of the scope was last collected completely (UTC); null: never."""

    repository: str
    collected_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class DifferentRow:
    """One thing on which a definition and `pulse` differ.

    Attributes:
        why: In words.
        pulse: What `pulse` says of it: hours, or to which deployment it is attributed; null when it does not count it.
        other: What the definition says of it.
    """

    repository: str
    item: str
    why: str
    pulse: Value
    other: Value


@dataclass(frozen=True, slots=True)
class Difference:
    """How a definition differs from `pulse` in the period, and on which rows."""

    sentence: str
    rows: tuple[DifferentRow, ...]


@dataclass(frozen=True)
class Explanation:
    """Where the figures of one metric, definition, scope and period come from.

    Attributes:
        definition_text: The definition in words: the top of the metric's SQL and of its rows.
        formula: How the headline figure comes out of the rows, in one line.
        time_zone: In which weeks and months begin.
        status: As stored: `ok`, `degraded` or `withheld`.
        row_count: Rows of the headline figure; null where it is withheld.
        counted: Rows of the headline figure.
        left_out: Rows of the period that are not counted, each with its reason.
        others: Rows that only other figures use.
        deployments_from: How deployments were found; null where none are needed.
        difference: Against `pulse`; null for `pulse` itself.
    """

    metric: str
    title: str
    unit: str
    definition: str
    definition_text: str
    formula: str
    grain: Grain
    period_start: dt.date
    time_zone: str
    scope_kind: str
    scope: str
    status: str
    status_reason: str | None
    row_count: int | None
    is_low_count: bool
    figures: tuple[ExplainedFigure, ...]
    counted: tuple[ExplainedRow, ...]
    left_out: tuple[ExplainedRow, ...]
    others: tuple[ExplainedRow, ...]
    sources: tuple[Source, ...]
    deployments_from: str | None
    freshness: tuple[RepositoryFreshness, ...]
    difference: Difference | None

    @property
    def agrees(self) -> bool:
        """Every stored figure is what its rows give."""
        return all(figure.agrees for figure in self.figures)

    @cached_property
    def rows(self) -> tuple[ExplainedRow, ...]:
        """All rows: counted, left out, and others."""
        return (*self.counted, *self.left_out, *self.others)

    def figure(self, name: str, key: tuple[str, ...] = ()) -> ExplainedFigure:
        """The figure of that name.

        Raises:
            KeyError: There is none.
        """
        for figure in self.figures:
            if (figure.name, figure.key) == (name, key):
                return figure
        raise KeyError(name)

    def to_plain(self) -> dict[str, Any]:
        """As dicts and lists, with `agrees` of the whole and of each figure; dates and instants stay what they are."""
        figures = [asdict(figure) | {"agrees": figure.agrees} for figure in self.figures]
        return asdict(self) | {"figures": figures, "agrees": self.agrees}
