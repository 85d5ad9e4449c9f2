"""The quality checks of a table: pure questions about its Parquet file, answered with counts and samples.

Which checks there are says `check_plan`, what they find `examination`. The answers are values; what they lead to is
for the asset checks and the gates to say.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import pyarrow.parquet as pq

from pulse_assets.settings import Settings
from pulse_assets.store import Store
from pulse_assets.tables import questions
from pulse_assets.tables.check_plan import CheckKind, Dimension, PlannedCheck, planned_checks
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.examination import SAMPLE_SIZE, Examination, Expectations
from pulse_assets.tables.frames import ARROW_TYPES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.schema import Table
from pulse_assets.tables.transform import COMPLETE
from pulse_assets.tables.values import instant

__all__ = [
    "SAMPLE_SIZE",
    "CheckKind",
    "CheckResult",
    "Dimension",
    "Expectations",
    "PlannedCheck",
    "check_partitions",
    "check_table",
    "check_tables",
    "expectations",
    "planned_checks",
]

#: The table of a stream whose name differs.
_TABLE_OF_STREAM = {"incidents": "incident_reports"}


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found in one partition.

    Attributes:
        passed: May be true though rows fail: a tolerated part of them.
        failed_count: Rows of the table, or rows missing from it, that fail.
        checked_count: Rows that were looked at.
        sample: At most `SAMPLE_SIZE` of the failing rows; times as ISO text.
        description: What was found, for a person.
    """

    name: str
    kind: CheckKind
    dimension: Dimension
    is_blocking: bool
    passed: bool
    failed_count: int
    checked_count: int
    sample: list[dict[str, Any]]
    description: str


def expectations(store: Store, partition: str, settings: Settings) -> Expectations:
    """Read from the checkpoint stream `complete`."""
    state = store.checkpoints.load(partition, COMPLETE) or {}
    expected: dict[str, int] = state.get("expected") or {}
    counts = {_TABLE_OF_STREAM.get(stream, stream): count for stream, count in expected.items()}
    if settings.deployment_source != "deployments":
        counts.pop("deployments", None)
    return Expectations(instant(state.get("collected_at")), counts)


def check_table(
    table: Table, lake: Lake, partition: str, *, expected: Expectations, now: dt.datetime, settings: Settings
) -> list[CheckResult]:
    """Answers every planned check of one table for one partition.

    Raises:
        TableNotBuilt: The partition of the table, or of one that it refers to, was never written.
    """
    return check_tables([table], lake, partition, expected=expected, now=now, settings=settings)[table.name]


def check_tables(
    tables: Iterable[Table],
    lake: Lake,
    partition: str,
    *,
    expected: Expectations,
    now: dt.datetime,
    settings: Settings,
) -> dict[str, list[CheckResult]]:
    """`check_table` for several tables of one partition, over one connection; the results by table.

    Raises:
        TableNotBuilt: The partition of a table, or of one that it refers to, was never written.
    """
    tables = list(tables)
    if not tables:
        return {}
    with _connected(lake, tables, [partition]) as connection:
        results = {}
        for table in tables:
            plan = planned_checks(table)
            misfits = _misfits(table, lake, partition)
            examination = Examination(table, connection, misfits, expected, settings, now)
            results[table.name] = [_result(check, examination) for check in plan]
    return results


def check_partitions(
    tables: Iterable[Table],
    lake: Lake,
    partitions: Sequence[str],
    *,
    expected: Expectations,
    now: dt.datetime,
    settings: Settings,
) -> dict[tuple[str, str], list[CheckResult]]:
    """`check_tables` for several partitions, by table and partition.

    They are asked all at once; only where something fails each is asked by itself, to say in which.

    Raises:
        TableNotBuilt: A partition of a table was never written.
    """
    found: dict[tuple[str, str], list[CheckResult]] = {}
    for table in tables if partitions else ():
        with _connected(lake, [table], partitions) as connection:
            misfits = [each for partition in partitions for each in _misfits(table, lake, partition)]
            examination = Examination(table, connection, misfits, expected, settings, now)
            whole = [_result(check, examination) for check in planned_checks(table)]
        for partition in partitions:
            if any(result.failed_count for result in whole):
                each = check_table(table, lake, partition, expected=expected, now=now, settings=settings)
            else:
                rows = pq.read_metadata(lake.file(table, partition)).num_rows
                each = [replace(result, checked_count=rows) for result in whole]
            found[table.name, partition] = each
    return found


def _connected(lake: Lake, tables: Iterable[Table], partitions: Sequence[str]) -> duckdb.DuckDBPyConnection:
    """Sees the partitions of the tables, and of those that they ask; of another family every partition, if any."""
    families: dict[str, bool] = {}
    for table in tables:
        families[table.name] = True
        for name in questions.tables_asked(table):
            families.setdefault(name, False)
            families[name] = families[name] or TABLES[name].family == table.family
    own = [name for name, is_own in families.items() if is_own]
    others = [name for name in families if name not in own]
    return lake.connect(sorted(families), partitions=dict.fromkeys(own, partitions), or_empty=others)


def _result(check: PlannedCheck, examination: Examination) -> CheckResult:
    finding = examination.finding(check.kind)
    return CheckResult(
        name=check.name,
        kind=check.kind,
        dimension=check.dimension,
        is_blocking=check.is_blocking,
        passed=finding.passed,
        failed_count=finding.failed_count,
        checked_count=examination.row_count,
        sample=finding.sample,
        description=finding.description,
    )


def _misfits(table: Table, lake: Lake, partition: str) -> list[dict[str, Any]]:
    schema = pq.read_schema(lake.file(table, partition))
    held = {name: schema.field(name).type for name in schema.names}
    promised = {column.name: ARROW_TYPES[column.kind] for column in table.columns}
    return [
        {"column": name, "promised": str(promised.get(name)), "held": str(held.get(name))}
        for name in sorted(promised | held)
        if promised.get(name) != held.get(name)
    ]
