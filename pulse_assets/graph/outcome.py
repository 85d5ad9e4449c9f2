"""What became of a run of the graph, in words that need no Dagster to read."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pulse_assets.errors import ExitCode, PulseError, QualityGateFailed

PartitionStatus = Literal["completed", "unchanged", "partial", "failed", "blocked", "not_attempted"]
Stage = Literal["discovery", "collection", "tables", "metrics", "reports", "publication"]
_DONE = ("completed", "unchanged", "partial")


@dataclass(frozen=True, slots=True)
class PartitionResult:
    """What became of one repository or project.

    Args:
        partition: owner/name, or the key of the project.
        status: `unchanged` was collected and had no news; `partial` is done but for records in quarantine; `blocked`
            was collected, but a check found rows that must not go on; `not_attempted` never began, because another
            partition's error stopped the sync.
        new_count: Raw records that were not there before.
        changed_count: Raw records that are different now.
        unchanged_count: Raw records that were read and are the same.
        error: Why it failed or is blocked.
    """

    partition: str
    status: PartitionStatus
    new_count: int = 0
    changed_count: int = 0
    unchanged_count: int = 0
    error: PulseError | None = None


@dataclass(frozen=True, slots=True)
class GraphOutcome:
    """What became of the graph.

    Args:
        partitions: By repository and project.
        run_ids: Dagster's runs, in the order in which they ran, with their stage.
        row_counts: Rows by table that was built: clean tables, facts and metrics.
        months: Metric partitions that were computed, such as `2024-05-01`.
        reports: Files written.
        messages: What a person should know, one sentence each.
        http: What the requests cost: requests, not_modified, ...
        seconds: Wall time by stage.
        error: What stopped the whole, where it was not a partition.
    """

    partitions: Mapping[str, PartitionResult] = field(default_factory=dict)
    run_ids: tuple[tuple[Stage, str], ...] = ()
    row_counts: Mapping[str, int] = field(default_factory=dict)
    months: tuple[str, ...] = ()
    reports: tuple[Path, ...] = ()
    messages: tuple[str, ...] = ()
    http: Mapping[str, int | float] = field(default_factory=dict)
    seconds: Mapping[Stage, float] = field(default_factory=dict)
    finished_at: dt.datetime | None = None
    error: PulseError | None = None

    @property
    def failures(self) -> dict[str, PulseError]:
        """The error of each repository or project that is not done, or not wholly."""
        return {key: result.error for key, result in self.partitions.items() if result.error is not None}

    @property
    def has_changes(self) -> bool:
        """Something was built."""
        return bool(self.months or self.reports or any(p.status == "completed" for p in self.partitions.values()))

    @property
    def exit_code(self) -> ExitCode:
        """All failed for one reason: its code; some failed: PARTIAL; only blocking checks: QUALITY_GATE."""
        if self.error is not None:
            return self.error.exit_code
        failures = self.failures.values()
        if not failures:
            return ExitCode.OK
        if all(isinstance(error, QualityGateFailed) for error in failures):
            return ExitCode.QUALITY_GATE
        if any(result.status in _DONE for result in self.partitions.values()):
            return ExitCode.PARTIAL
        codes = {error.exit_code for error in failures}
        return codes.pop() if len(codes) == 1 else ExitCode.FAILED
