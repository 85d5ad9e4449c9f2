"""What is published: the tables of the lake, and which repositories belong to which scope."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from pulse_assets.errors import TableNotBuilt, UsageError
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import conform
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.schema import Family, Table, required
from pulse_assets.tables.teams import Teams

#: Made of the settings' teams and the repositories of the lake, so that SQL can join rows to the scope of a metric.
SCOPE_MEMBERS = Table(
    "scope_members",
    "One row per scope and repository that belongs to it: each repository, each team, and all.",
    "facts",
    "publish",
    ("scope_kind", "scope", "repository"),
    (
        required("scope_kind", "string", "repository, team or all.", allowed=("repository", "team", "all")),
        required("scope", "string", "Full name of the repository, name of the team, or all."),
        required("repository", "string", "Full name of a repository that belongs to it, owner/name."),
    ),
)
_ROWS_PER_BATCH = 20_000


@dataclass(frozen=True, slots=True)
class Part:
    """A partition of a table.

    Attributes:
        fingerprint: Differs when its rows do.
        batches: Reads the rows.
    """

    fingerprint: str
    batches: Callable[[], Iterator[pa.RecordBatch]]


@dataclass(frozen=True, slots=True)
class Source:
    """A table and its rows by partition.

    Attributes:
        belong: Condition by which rows belong to the given partitions; null: there is one partition only.
    """

    table: Table
    parts: Mapping[str, Part]
    belong: Callable[[Sequence[str]], sa.ColumnElement[bool]] | None


def published_names() -> tuple[str, ...]:
    """Every table that is published, in the order in which data flows."""
    return (*TABLES, SCOPE_MEMBERS.name)


def sources(lake: Lake, settings: Settings, names: Collection[str] | None) -> list[Source]:
    """The named tables, or all of them: one that was never built is empty then.

    Raises:
        UsageError: There is no such table.
        TableNotBuilt: A named table was never built, or none was.
        ConfigurationError: The file of the teams is wrong.
    """
    if unknown := [name for name in names or () if name not in published_names()]:
        raise UsageError(
            f"There is no table {unknown[0]!r} to publish.", hint=f"Tables: {', '.join(published_names())}."
        )
    found = [_of_lake(lake, table) for table in TABLES.values() if names is None or table.name in names]
    if missing := [each.table.name for each in found if not each.parts]:
        if names is not None:
            raise TableNotBuilt(f"Table {missing[0]} has not been built.", hint="Run `pulse sync`.")
        if len(missing) == len(TABLES):
            raise TableNotBuilt(
                f"No table has been built in {lake.path}: there is nothing to publish.", hint="Run `pulse sync`."
            )
    if names is None or SCOPE_MEMBERS.name in names:
        found.append(_scope_members(lake, settings))
    return found


def state_of(lake: Lake, settings: Settings) -> str:
    """A short text that differs when there is something else to publish; empty when nothing was built.

    Raises:
        ConfigurationError: The file of the teams is wrong.
    """
    try:
        found = sources(lake, settings, None)
    except TableNotBuilt:
        return ""
    parts = [(s.table.name, [(name, part.fingerprint) for name, part in s.parts.items()]) for s in found]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _of_lake(lake: Lake, table: Table) -> Source:
    parts = {}
    for partition in lake.partitions(table):
        file = lake.file(table, partition)
        try:
            # Before the file is read: one that is replaced meanwhile is published again.
            status = file.stat()
        except FileNotFoundError:
            continue
        parts[partition] = Part(f"{status.st_size}-{status.st_mtime_ns}", lambda file=file: _read(table, file))
    return Source(table, parts, _of_months if table.layer == "metrics" else _BELONG[table.family])


def _of_repositories(partitions: Sequence[str]) -> sa.ColumnElement[bool]:
    return sa.column("repository").in_(partitions)


def _of_projects(partitions: Sequence[str]) -> sa.ColumnElement[bool]:
    return sa.column("project").in_(partitions)


def _of_months(partitions: Sequence[str]) -> sa.ColumnElement[bool]:
    """A metric's partition holds the rows of the periods that begin in its month."""
    starts, begins = sa.column("period_start", sa.Date), [dt.date.fromisoformat(each) for each in partitions]
    return sa.or_(*(sa.and_(starts >= begin, starts < _next_month(begin)) for begin in begins))


def _next_month(day: dt.date) -> dt.date:
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


_BELONG: Mapping[Family, Callable[[Sequence[str]], sa.ColumnElement[bool]] | None] = {
    "delivery": _of_repositories,
    "planning": _of_projects,
    "organization": None,
}


def _read(table: Table, file: Path) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(file) as opened:
        for batch in opened.iter_batches(_ROWS_PER_BATCH):
            yield from conform(table, pa.Table.from_batches([batch])).to_batches()


def _scope_members(lake: Lake, settings: Settings) -> Source:
    rows = Teams.load(settings).scope_members(lake.partitions(TABLES["repositories"]))
    text = json.dumps(rows.to_pydict())
    part = Part(hashlib.sha256(text.encode()).hexdigest()[:32], lambda: iter(rows.to_batches()))
    return Source(SCOPE_MEMBERS, {"all": part}, None)
