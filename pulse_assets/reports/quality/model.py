"""What the data-quality report says, as plain values; every format shows these and computes nothing of its own."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pulse_assets.tables.check_plan import CheckKind, Dimension

Level = Literal["withheld", "degraded"]
#: `withheld`: figures are withheld. `degraded`: figures are marked. `failing`: a check fails, no figure suffers.
Status = Literal["withheld", "degraded", "failing", "passing"]


@dataclass(frozen=True, slots=True)
class Check:
    """The latest result of one check of one partition.

    Attributes:
        partition: The repository; of a metric its month.
        is_passed: May be true though rows fail: a tolerated part of them.
        failing_since: Of the first failure after which none passed (UTC); None when it passes.
        has_passed: A result before that is known, and it passed.
        effect: What it does to figures of the repository; None when it does nothing to them.
        metrics: Titles of those whose figures suffer.
        advice: What a person can do; None when it passes.
        sample: Some of the offending rows, by column; texts in them are foreign.
    """

    table: str
    partition: str
    name: str
    kind: CheckKind
    dimension: Dimension
    is_blocking: bool
    is_passed: bool
    failed_count: int
    checked_count: int
    description: str
    checked_at: dt.datetime
    failing_since: dt.datetime | None
    has_passed: bool
    effect: Level | None
    metrics: tuple[str, ...]
    advice: str | None
    sample: tuple[Mapping[str, Any], ...]

    @property
    def is_tolerated(self) -> bool:
        """It passes though rows fail."""
        return self.is_passed and self.failed_count > 0


@dataclass(frozen=True, slots=True)
class Consequence:
    """Figures that suffer in the same way from the same checks.

    Attributes:
        metrics: Titles, in the order of the catalog.
        is_every_metric: There are no others.
        checks: Names of the failing checks.
    """

    level: Level
    metrics: tuple[str, ...]
    is_every_metric: bool
    repositories: tuple[str, ...]
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A setting that decides whether a check passes.

    Attributes:
        setting: The environment variable.
        value: In force, in words.
        meaning: What it bounds.
    """

    setting: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class DimensionShare:
    """One dimension of data quality over everything that was asked.

    Attributes:
        passed_ratio: Checks that pass, of those that were asked, 0..1; None when none was.
    """

    name: Dimension
    definition: str
    passed_count: int
    failed_count: int
    thresholds: tuple[Threshold, ...]

    @property
    def passed_ratio(self) -> float | None:
        asked = self.passed_count + self.failed_count
        return self.passed_count / asked if asked else None


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check over all partitions of its table.

    Attributes:
        tolerated_count: Partitions that pass though rows fail; they are among `passed_count`.
        passed_trend: Partitions that passed the last times, the oldest first; `failed_trend` likewise.
        checked_at: Of the newest result (UTC).
    """

    table: str
    name: str
    kind: CheckKind
    dimension: Dimension
    is_blocking: bool
    question: str
    passed_count: int
    failed_count: int
    tolerated_count: int
    passed_trend: tuple[int, ...]
    failed_trend: tuple[int, ...]
    checked_at: dt.datetime


@dataclass(frozen=True, slots=True)
class TableState:
    """How much a table holds, as it was when it was checked.

    Attributes:
        oldest_checked_at: Of the partition that was built longest ago (UTC); `newest_checked_at` likewise.
    """

    name: str
    layer: str
    partition_count: int
    row_count: int
    failed_count: int
    oldest_checked_at: dt.datetime
    newest_checked_at: dt.datetime


@dataclass(frozen=True, slots=True)
class RepositoryFreshness:
    """When a repository was last collected completely.

    Attributes:
        collected_at: Begin of that collection (UTC); None when there was none.
        age_hours: At the time of the report.
        is_collected: It still is; the data of the others do not grow old.
    """

    repository: str
    collected_at: dt.datetime | None
    age_hours: float | None
    is_collected: bool
    is_fresh: bool


@dataclass(frozen=True, slots=True)
class QualityContent:
    """The whole report.

    Attributes:
        written_at: UTC; ages count from it.
        checks: The latest result of each check of each partition: failures first, the gravest at the top.
    """

    written_at: dt.datetime
    time_zone: str
    status: Status
    summary: str
    consequences: tuple[Consequence, ...]
    dimensions: tuple[DimensionShare, ...]
    lines: tuple[CheckLine, ...]
    tables: tuple[TableState, ...]
    freshness: tuple[RepositoryFreshness, ...]
    checks: tuple[Check, ...]

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that fail now, the gravest first."""
        return tuple(check for check in self.checks if not check.is_passed)

    @property
    def failing(self) -> tuple[tuple[Check, ...], ...]:
        """The same, those of one name together."""
        return grouped(self.failures)


def grouped(checks: Iterable[Check]) -> tuple[tuple[Check, ...], ...]:
    """The results of each check of a table together, in the order of its first."""
    found: dict[tuple[str, str], list[Check]] = {}
    for check in checks:
        found.setdefault((check.table, check.name), []).append(check)
    return tuple(map(tuple, found.values()))
