"""What checks found over time, and what the latest results do to the metrics that rest on their tables."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pulse_assets.store import CheckRow, RecordedCheckRow, Store
from pulse_assets.tables.check_plan import PlannedCheck, planned_checks
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.quality import CheckResult
from pulse_assets.tables.schema import Layer

#: Their partitions are repositories or projects. What fails in a metric's own table is held back by its own checks.
_GATED: tuple[Layer, ...] = ("clean", "facts")


@dataclass(frozen=True, slots=True)
class RecordedCheck:
    """A result, and where and when it was found (UTC)."""

    table: str
    partition: str
    checked_at: dt.datetime
    result: CheckResult


@dataclass(frozen=True, slots=True)
class Gate:
    """What a failed check does to the metrics that rest on its table.

    Attributes:
        repository: The partition: a repository, or a project.
        level: `withheld`: no figure of the partition may be shown. `degraded`: they are shown with the reason.
        reason: What was found, for a person.
    """

    repository: str
    table: str
    check: str
    level: Literal["degraded", "withheld"]
    reason: str


def record_results(store: Store, results: Mapping[tuple[str, str], Sequence[CheckResult]], at: dt.datetime) -> None:
    """Remembers what was found, by table and partition, in one transaction."""
    rows = [
        CheckRow(
            table_name=table,
            partition=partition,
            check_name=result.name,
            kind=result.kind,
            dimension=result.dimension,
            is_blocking=result.is_blocking,
            passed=result.passed,
            failed_count=result.failed_count,
            checked_count=result.checked_count,
            description=result.description,
            sample=[{name: _plain(value) for name, value in row.items()} for row in result.sample],
        )
        for (table, partition), found in results.items()
        for result in found
    ]
    store.check_results.record(rows, at)


def latest_results(store: Store) -> list[RecordedCheck]:
    """The newest result of each check in each partition, by table, partition and check.

    Results of tables and checks of an older version of Pulse, which nobody will ask again, are left out.
    """
    plans = {(table.name, check.name): check for table in TABLES.values() for check in planned_checks(table)}
    return [
        _recorded(row, plan)
        for row in store.check_results.latest()
        if (plan := plans.get((row.table_name, row.check_name))) is not None
    ]


def gates(results: Iterable[RecordedCheck]) -> tuple[Gate, ...]:
    """What the latest results hold back or mark."""
    found = []
    for recorded in results:
        level = None if TABLES[recorded.table].layer not in _GATED else _level(recorded.result)
        if level is not None:
            check = recorded.result
            reason = f"{check.name} failed: {check.description.rstrip('.')}"
            found.append(Gate(recorded.partition, recorded.table, check.name, level, reason))
    return tuple(found)


def _level(result: CheckResult) -> Literal["degraded", "withheld"] | None:
    if result.passed:
        return None
    if result.is_blocking or result.kind == "production":
        return "withheld"
    return "degraded" if result.kind in {"completeness", "validation"} else None


def _recorded(row: RecordedCheckRow, plan: PlannedCheck) -> RecordedCheck:
    result = CheckResult(
        name=row.check_name,
        kind=plan.kind,
        dimension=plan.dimension,
        is_blocking=row.is_blocking,
        passed=row.passed,
        failed_count=row.failed_count,
        checked_count=row.checked_count,
        sample=[dict(each) for each in row.sample],
        description=row.description,
    )
    return RecordedCheck(row.table_name, row.partition, row.checked_at, result)


def _plain(value: Any) -> Any:
    """JSON has no word for what is not a finite number."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
