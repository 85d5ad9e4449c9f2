"""What the quality checks found: for each check of each partition, the last results.

What a check is, and what its result leads to, does not belong here: this is a memory of plain values.
"""

import dataclasses
import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from pulse_assets.store.connections import insert
from pulse_assets.store.schema import CHECK_RESULTS
from pulse_assets.store.transactions import Transactions

#: Results that are kept of each check of each partition.
KEPT = 50
#: What is kept of a sample.
SAMPLE_ROWS, SAMPLE_BYTES = 10, 4096
#: Longest texts of a sample, in characters; the next one is tried when not even one row fits.
_TEXT_LENGTHS = (200, 40, 8)
#: Well below the 32,766 values that SQLite takes in one statement.
_PARTITIONS_PER_STATEMENT = 1000


@dataclass(frozen=True, slots=True)
class CheckRow:
    """What one check found in one partition.

    Args:
        sample: Some of the rows that fail: JSON-ready values by column.
    """

    table_name: str
    partition: str
    check_name: str
    kind: str
    dimension: str
    is_blocking: bool
    passed: bool
    failed_count: int
    checked_count: int
    description: str
    sample: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class RecordedCheckRow(CheckRow):
    """The same, with the time (UTC) at which it was found; of a large sample only a part came back."""

    checked_at: dt.datetime = dataclasses.field(kw_only=True)


@dataclass(frozen=True, slots=True)
class CheckTrend:
    """How one check went in all partitions together.

    Attributes:
        passed_counts: Partitions that passed; the last one counts the newest result of each partition, the one before
            it the result before that, and so on.
        failed_counts: Partitions that failed, likewise.
    """

    table_name: str
    check_name: str
    passed_counts: tuple[int, ...]
    failed_counts: tuple[int, ...]


class CheckResults:
    """The results. Safe to share between threads."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def record(self, rows: Iterable[CheckRow], at: dt.datetime) -> None:
        """Adds results found at an instant, in one transaction, and forgets those beyond the last `KEPT`.

        A result of the same check, partition and instant is replaced.
        """
        values = {(row.partition, row.table_name, row.check_name): _values(row, at) for row in rows}
        if not values:
            return
        with self._transactions.write() as connection:
            # In the order of the key, so that two processes that write the same rows wait for each other in turn.
            statement = insert(connection, CHECK_RESULTS)
            found = {
                column.name: statement.excluded[column.name] for column in CHECK_RESULTS.columns if column not in _KEY
            }
            upsert = statement.on_conflict_do_update(index_elements=list(_KEY), set_=found)
            connection.execute(upsert, [values[key] for key in sorted(values)])
            partitions = sorted({partition for partition, _, _ in values})
            for start in range(0, len(partitions), _PARTITIONS_PER_STATEMENT):
                connection.execute(_DROP_OLDEST, {"partitions": partitions[start : start + _PARTITIONS_PER_STATEMENT]})

    def latest(self) -> list[RecordedCheckRow]:
        """The newest result of each check of each partition, by table, partition and check."""
        with self._transactions.read() as connection:
            return [_recorded(row) for row in connection.execute(_LATEST)]

    def history(self, table_name: str, partition: str, check_name: str, *, limit: int = KEPT) -> list[RecordedCheckRow]:
        """The results of one check of one partition, the newest first; none when it was never asked."""
        its = CHECK_RESULTS.c
        statement = (
            sa.select(CHECK_RESULTS)
            .where(its.table_name == table_name, its.partition == partition, its.check_name == check_name)
            .order_by(its.checked_at.desc())
            .limit(limit)
        )
        with self._transactions.read() as connection:
            return [_recorded(row) for row in connection.execute(statement)]

    def trend(self, *, limit: int = 10) -> list[CheckTrend]:
        """How each check went the last times, by table and check."""
        with self._transactions.read() as connection:
            rows = connection.execute(_TREND, {"limit": limit}).all()
        trends = []
        for (table_name, check_name), places in groupby(rows, key=lambda row: (row.table_name, row.check_name)):
            counts = [(place.passed_count, place.result_count - place.passed_count) for place in places]
            passed, failed = zip(*counts, strict=True)
            trends.append(CheckTrend(table_name, check_name, passed, failed))
        return trends

    def rename_partition(self, connection: sa.Connection, old: str, new: str) -> None:
        """Moves the results of a renamed repository or project; a result that the new name already has wins."""
        if old == new:
            return
        there = CHECK_RESULTS.alias("there")
        is_taken = sa.exists().where(
            there.c.partition == new,
            there.c.table_name == CHECK_RESULTS.c.table_name,
            there.c.check_name == CHECK_RESULTS.c.check_name,
            there.c.checked_at == CHECK_RESULTS.c.checked_at,
        )
        of_old = CHECK_RESULTS.c.partition == old
        connection.execute(sa.update(CHECK_RESULTS).where(of_old, ~is_taken).values(partition=new))
        connection.execute(sa.delete(CHECK_RESULTS).where(of_old))
        while connection.execute(_DROP_OLDEST, {"partitions": [new]}).rowcount:
            pass


_CHECK = (CHECK_RESULTS.c.partition, CHECK_RESULTS.c.table_name, CHECK_RESULTS.c.check_name)
_KEY = (*_CHECK, CHECK_RESULTS.c.checked_at)
#: 1 for the newest result of a check in a partition.
_PLACE = sa.func.row_number().over(partition_by=_CHECK, order_by=CHECK_RESULTS.c.checked_at.desc()).label("place")


def _drop_oldest() -> sa.Delete:
    """The oldest result of each check that has too many: one for each that was added."""
    in_partitions = CHECK_RESULTS.c.partition.in_(sa.bindparam("partitions", expanding=True))
    oldest_at = sa.func.min(CHECK_RESULTS.c.checked_at)
    # Answered from the key's order alone; numbering the results would sort all of them.
    oldest = sa.select(*_CHECK, oldest_at).where(in_partitions).group_by(*_CHECK).having(sa.func.count() > KEPT)
    return sa.delete(CHECK_RESULTS).where(sa.tuple_(*_KEY).in_(oldest))


def _latest() -> sa.Select[Any]:
    newest = (
        sa.select(*_CHECK, sa.func.max(CHECK_RESULTS.c.checked_at).label("checked_at")).group_by(*_CHECK).subquery()
    )
    is_newest = sa.and_(*(CHECK_RESULTS.c[column.name] == newest.c[column.name] for column in _KEY))
    return (
        sa.select(CHECK_RESULTS)
        .join(newest, is_newest)
        .order_by(CHECK_RESULTS.c.table_name, CHECK_RESULTS.c.partition, CHECK_RESULTS.c.check_name)
    )


def _trend() -> sa.Select[Any]:
    placed = sa.select(*_CHECK, CHECK_RESULTS.c.passed, _PLACE).subquery()
    by_place = (placed.c.table_name, placed.c.check_name, placed.c.place)
    passed = sa.func.sum(sa.case((placed.c.passed, 1), else_=0)).label("passed_count")
    return (
        sa.select(*by_place, passed, sa.func.count().label("result_count"))
        .where(placed.c.place <= sa.bindparam("limit"))
        .group_by(*by_place)
        .order_by(placed.c.table_name, placed.c.check_name, placed.c.place.desc())
    )


_DROP_OLDEST = _drop_oldest()
_LATEST = _latest()
_TREND = _trend()


def _values(row: CheckRow, at: dt.datetime) -> dict[str, Any]:
    fields = {field.name: getattr(row, field.name) for field in dataclasses.fields(CheckRow)}
    return fields | {"sample": _encoded(row.sample), "checked_at": at}


def _recorded(row: sa.Row[Any]) -> RecordedCheckRow:
    fields = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's columns by name
    return RecordedCheckRow(**fields | {"sample": json.loads(fields["sample"])})


def _encoded(sample: Sequence[Mapping[str, Any]]) -> str:
    """As many of the first rows as fit, as JSON in ASCII: it may hold texts of other people, and any character."""
    for length in _TEXT_LENGTHS:
        rows: list[str] = []
        size = len("[]")
        for row in sample[:SAMPLE_ROWS]:
            text = json.dumps({name: _cut(value, length) for name, value in row.items()}, allow_nan=False)
            size += len(text) + len(",")
            if size > SAMPLE_BYTES:
                break
            rows.append(text)
        if rows:
            return f"[{','.join(rows)}]"
    return "[]"


def _cut(value: Any, length: int) -> Any:
    return value[:length] + "…" if isinstance(value, str) and len(value) > length else value
