"""What became of a sync: counts and errors by partition, and the words and exit code for the whole."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pulse_assets.errors import AuthenticationFailed, ExitCode, PartialFailure, PulseError
from pulse_assets.store.landing import UpsertCount

PartitionStatus = Literal["completed", "failed", "stopped", "not_attempted"]
SyncStatus = Literal["completed", "partial", "failed"]
_NAMED = 5


@dataclass(frozen=True, slots=True)
class PartitionOutcome:
    """What became of one partition; whatever was landed before an error stays landed.

    Args:
        partition: Its key, such as `owner/name`.
        status: `stopped` was asked to end early, `not_attempted` never began.
        counts: Landed records by raw table.
        missing_count: Landed records that were proven to be gone.
        page_count: Committed pages.
        watermark: Newest update of a landed record, as far as the checkpoints say (ISO 8601, data time).
        started_at: Begin (UTC); None when not attempted.
        finished_at: End (UTC); None when not attempted.
        error: Why it failed.
    """

    partition: str
    status: PartitionStatus
    counts: Mapping[str, UpsertCount] = field(default_factory=dict)
    missing_count: int = 0
    page_count: int = 0
    watermark: str | None = None
    started_at: dt.datetime | None = None
    finished_at: dt.datetime | None = None
    error: PulseError | None = None

    @property
    def is_complete(self) -> bool:
        """Everything that existed when it began is landed."""
        return self.status == "completed"

    @property
    def total(self) -> UpsertCount:
        """The counts of all tables together."""
        return sum(self.counts.values(), UpsertCount(0, 0, 0))

    @property
    def has_changes(self) -> bool:
        """A row was inserted, changed or marked as missing."""
        return bool(self.total.inserted or self.total.changed or self.missing_count)


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """What became of all partitions.

    Args:
        outcomes: By partition key, in the order asked for.
    """

    outcomes: Mapping[str, PartitionOutcome]

    @property
    def completed(self) -> tuple[str, ...]:
        """Keys of the partitions that are complete."""
        return tuple(key for key, outcome in self.outcomes.items() if outcome.is_complete)

    @property
    def failures(self) -> dict[str, PulseError]:
        """The error of each failed partition."""
        return {key: outcome.error for key, outcome in self.outcomes.items() if outcome.error is not None}

    @property
    def counts(self) -> dict[str, UpsertCount]:
        """Landed records by raw table, over all partitions."""
        sums: dict[str, UpsertCount] = {}
        for outcome in self.outcomes.values():
            for table, count in outcome.counts.items():
                sums[table] = sums.get(table, UpsertCount(0, 0, 0)) + count
        return sums

    @property
    def status(self) -> SyncStatus:
        """`partial` when some partitions are complete and others are not."""
        if len(self.completed) == len(self.outcomes):
            return "completed"
        return "partial" if self.completed else "failed"

    @property
    def exit_code(self) -> ExitCode:
        """A refused credential wins over `partial`, since it stops every partition after it."""
        if self.status == "completed":
            return ExitCode.OK
        errors = self.failures.values()
        if any(isinstance(error, AuthenticationFailed) for error in errors):
            return ExitCode.AUTHENTICATION
        if self.status == "partial":
            return ExitCode.PARTIAL
        codes = {error.exit_code for error in errors}
        return codes.pop() if len(codes) == 1 else ExitCode.FAILED

    def raise_for_failures(self) -> None:
        """Nothing when all partitions are complete.

        Raises:
            AuthenticationFailed: The credential was refused.
            PartialFailure: Some partitions are complete, others not; carries the errors by partition.
            PulseError: Nothing is complete; the error of the only (or first) partition.
        """
        if self.status == "completed":
            return
        failures = self.failures
        for error in failures.values():
            if isinstance(error, AuthenticationFailed):
                raise error
        first = next(iter(failures.values()), None)
        if self.status == "failed" and first and (len(self.outcomes) == 1 or self.exit_code != ExitCode.FAILED):
            raise first
        names = [key for key, outcome in self.outcomes.items() if not outcome.is_complete]
        shown = ", ".join(names[:_NAMED]) + (" and others" if len(names) > _NAMED else "")
        message = f"{len(names)} of {len(self.outcomes)} partitions are not complete: {shown}."
        hint = "The next sync continues where each of them stopped."
        if self.status == "failed":
            raise PulseError(message, hint=hint) from first
        raise PartialFailure(message, failures=failures, hint=hint)
