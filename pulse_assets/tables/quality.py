"""The quality checks of a table: pure questions about its Parquet file, answered with counts and samples.

What is asked about single rows is built from the contract (`questions`). The answers are values; what they lead to is
for the asset checks to say.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import duckdb
import pyarrow.parquet as pq
from sqlglot import exp

from pulse_assets.settings import Settings
from pulse_assets.store import Store
from pulse_assets.tables import questions
from pulse_assets.tables.frames import ARROW_TYPES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.schema import Table
from pulse_assets.tables.transform import COMPLETE
from pulse_assets.tables.values import instant

CheckKind = Literal[
    "types", "key", "required", "allowed", "references", "structure", "completeness", "production", "timeliness"
]
SAMPLE_SIZE = 10
#: A daily collection may be late by half a day.
FRESH_FOR = dt.timedelta(hours=36)
_WARNINGS = ("completeness", "production", "timeliness")
_ENVIRONMENTS_NAMED = 5


@dataclass(frozen=True, slots=True)
class PlannedCheck:
    """A check as it is known before any row is.

    Attributes:
        name: A sentence: `pull_requests_are_unique`.
        is_blocking: Rows that fail it must not go on (ERROR); else it warns.
    """

    name: str
    kind: CheckKind
    is_blocking: bool
    description: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found in one partition.

    Attributes:
        failed_count: Rows of the table, or rows missing from it, that fail.
        checked_count: Rows that were looked at.
        sample: At most `SAMPLE_SIZE` of the failing rows; times as ISO text.
        description: What was found, for a person.
    """

    name: str
    kind: CheckKind
    is_blocking: bool
    passed: bool
    failed_count: int
    checked_count: int
    sample: list[dict[str, Any]]
    description: str


@dataclass(frozen=True, slots=True)
class Expectations:
    """What the last complete collection of a partition says about it.

    Attributes:
        collected_at: Its start (UTC); None when there was none.
        counts: Rows that the API says exist, by table, where it says so.
    """

    collected_at: dt.datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


def expectations(store: Store, partition: str, settings: Settings) -> Expectations:
    """Read from the checkpoint stream `complete`."""
    state = store.checkpoints.load(partition, COMPLETE) or {}
    counts = dict(state.get("expected") or {})
    if settings.deployment_source != "deployments":
        counts.pop("deployments", None)
    return Expectations(instant(state.get("collected_at")), counts)


def planned_checks(table: Table) -> tuple[PlannedCheck, ...]:
    """The checks that `check_table` will answer, in its order; known without data."""
    rows = table.name if table.name.endswith("s") else f"{table.name}_rows"
    key = ", ".join(table.key)
    plan: list[tuple[CheckKind, str, str]] = [
        ("types", f"{rows}_match_their_types", "The file has the columns and types of the contract."),
        ("key", f"{rows}_are_unique", f"No two rows share ({key})."),
        ("required", f"{rows}_have_required_fields", "No required column holds a null."),
        ("allowed", f"{rows}_hold_allowed_values", "Values are among the allowed ones and not below their minimum."),
    ]
    if table.references:
        others = ", ".join(reference.table for reference in table.references)
        plan.append(("references", f"{rows}_refer_to_known_rows", f"Every row that is referred to exists: {others}."))
    if table.name == "commits":
        plan.append(("structure", "commits_have_one_head", "One landed commit is nobody's parent, so one is newest."))
    if table.layer == "clean":
        plan.append(("completeness", f"{rows}_are_complete", "As many rows as the API says exist."))
    if table.name == "deployments":
        description = "Some of the deployments that succeeded are to production."
        plan.append(("production", "deployments_reach_production", description))
    if table.name == "repositories":
        hours = FRESH_FOR // dt.timedelta(hours=1)
        plan.append(("timeliness", "repositories_are_fresh", f"Collected completely within the last {hours} hours."))
    return tuple(PlannedCheck(name, kind, kind not in _WARNINGS, description) for kind, name, description in plan)


def check_table(
    table: Table, lake: Lake, partition: str, *, expected: Expectations, now: dt.datetime
) -> list[CheckResult]:
    """Answers every planned check for one partition.

    Raises:
        TableNotBuilt: The partition of the table, or of one that it refers to, was never written.
    """
    reads = [table.name, *(name for name in questions.tables_asked(table) if name != table.name)]
    with lake.connect(reads, partitions=[partition]) as connection:
        examination = _Examination(table, connection, expected, now, _misfits(table, lake, partition))
        return [examination.result(check) for check in planned_checks(table)]


@dataclass(frozen=True, slots=True)
class _Finding:
    failed_count: int
    sample: list[dict[str, Any]]
    description: str


@dataclass(frozen=True)
class _Examination:
    table: Table
    connection: duckdb.DuckDBPyConnection
    expected: Expectations
    now: dt.datetime
    misfits: list[dict[str, Any]]

    @cached_property
    def row_count(self) -> int:
        return _count(self.connection, questions.all_rows(self.table))

    def result(self, check: PlannedCheck) -> CheckResult:
        finding = self._finding(check.kind)
        return CheckResult(
            name=check.name,
            kind=check.kind,
            is_blocking=check.is_blocking,
            passed=finding.failed_count == 0,
            failed_count=finding.failed_count,
            checked_count=self.row_count,
            sample=finding.sample,
            description=finding.description,
        )

    def _finding(self, kind: CheckKind) -> _Finding:
        if kind == "types":
            return _Finding(len(self.misfits), self.misfits[:SAMPLE_SIZE], f"{len(self.misfits)} columns do not fit.")
        if self.misfits:
            return _Finding(max(self.row_count, 1), [], "Not asked, because the columns of the file do not fit.")
        answers = {
            "completeness": self._completeness,
            "production": self._production,
            "timeliness": self._timeliness,
            "structure": self._one_head,
        }
        if kind in answers:
            return answers[kind]()
        return _ask(self.connection, questions.offending_rows(self.table, kind))

    def _completeness(self) -> _Finding:
        if self.expected.collected_at is None:
            return _Finding(1, [], "No complete collection is recorded.")
        if (query := questions.short_pull_requests(self.table)) is not None:
            found = _ask(self.connection, query)
            description = f"{found.failed_count} pull requests have fewer {self.table.name} than GitHub counts."
            return _Finding(found.failed_count, found.sample, description)
        promised = self.expected.counts.get(self.table.name)
        if promised is None:
            return _Finding(0, [], f"{self.row_count} rows; the API does not say how many exist.")
        missing = max(promised - self.row_count, 0)
        sample = [{"expected_count": promised, "row_count": self.row_count}] if missing else []
        return _Finding(missing, sample, f"{self.row_count} rows; the API says that {promised} exist.")

    def _production(self) -> _Finding:
        succeeded = _count(self.connection, questions.succeeded_deployments())
        beside = _ask(self.connection, questions.environments_beside_production())
        if not beside.failed_count:
            found = "Some are to production." if succeeded else "No deployment that succeeded is known."
            return _Finding(0, [], found)
        # As literals, because a name may hold control characters and descriptions are printed.
        names = [ascii(row["environment"]) for row in beside.sample[:_ENVIRONMENTS_NAMED]]
        if beside.failed_count > len(names):
            names.append(f"{beside.failed_count - len(names)} more")
        description = (
            f"None of {succeeded} deployments that succeeded is to production. Their environments: {', '.join(names)}. "
            "PULSE_PRODUCTION_PATTERN says which environments are production."
        )
        return _Finding(succeeded, beside.sample, description)

    def _timeliness(self) -> _Finding:
        if self.expected.collected_at is None:
            return _Finding(1, [], "No complete collection is recorded.")
        age = self.now - self.expected.collected_at
        sample = [{"collected_at": self.expected.collected_at.isoformat()}] if age > FRESH_FOR else []
        return _Finding(len(sample), sample, f"Collected {age / dt.timedelta(hours=1):.1f} hours ago.")

    def _one_head(self) -> _Finding:
        heads = _ask(self.connection, questions.heads())
        description = f"{heads.failed_count} heads in {self.row_count} commits."
        if heads.failed_count == 1 or self.row_count == 0:
            return _Finding(0, [], description)
        return _Finding(max(heads.failed_count, 1), heads.sample, description)


def _misfits(table: Table, lake: Lake, partition: str) -> list[dict[str, Any]]:
    schema = pq.read_schema(lake.file(table, partition))
    held = {name: schema.field(name).type for name in schema.names}
    promised = {column.name: ARROW_TYPES[column.kind] for column in table.columns}
    return [
        {"column": name, "promised": str(promised.get(name)), "held": str(held.get(name))}
        for name in sorted(promised | held)
        if promised.get(name) != held.get(name)
    ]


def _ask(connection: duckdb.DuckDBPyConnection, query: exp.Query) -> _Finding:
    failed = _count(connection, query)
    if not failed:
        return _Finding(0, [], "No row fails.")
    cursor = connection.execute(questions.sampled(query, SAMPLE_SIZE))
    names = [column[0] for column in cursor.description or ()]
    sample = [dict(zip(names, map(_plain, row), strict=True)) for row in cursor.fetchall()]
    return _Finding(failed, sample, f"{failed} rows fail.")


def _count(connection: duckdb.DuckDBPyConnection, query: exp.Query) -> int:
    row = connection.execute(questions.counted(query)).fetchone()
    return int(row[0]) if row else 0


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
