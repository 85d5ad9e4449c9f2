"""Raw records as their source gave them: one row per record, its newest version only."""

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from pulse_assets.errors import ContractBroken
from pulse_assets.store.schema import LANDING
from pulse_assets.store.transactions import Transactions

#: Well below the 32,766 values that SQLite takes in one statement.
_KEYS_PER_STATEMENT = 1000
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class Record:
    """One record as the source gave it.

    Args:
        table: Raw table, for example `raw_github_pull_requests`.
        key: What identifies the record within table and partition; not empty.
        payload: JSON-ready; NaN and infinities are refused.
        updated_at: The source's own time of the last change (aware), where it gives one.
    """

    table: str
    key: str
    payload: dict[str, Any]
    updated_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class LandedRecord:
    """A record that landed. All times are UTC.

    Args:
        first_seen_at: When Pulse first read it.
        last_seen_at: When Pulse last read it, changed or not.
        changed_at: When it last landed with another payload, or came back after it was missing.
    """

    key: str
    payload: dict[str, Any]
    updated_at: dt.datetime | None
    first_seen_at: dt.datetime
    last_seen_at: dt.datetime
    changed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class UpsertCount:
    """What an upsert did, in records. A record that came back after it was missing counts as changed."""

    inserted: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "UpsertCount") -> "UpsertCount":
        return UpsertCount(
            self.inserted + other.inserted, self.changed + other.changed, self.unchanged + other.unchanged
        )


class Landing:
    """The landed records. Writes take the caller's transaction, so that page and checkpoint commit together.

    Records that were marked missing are kept, and left out of every read and count.
    """

    def __init__(self, transactions: Transactions, clock: Callable[[], dt.datetime]) -> None:
        self._transactions = transactions
        self._clock = clock

    def upsert(
        self, connection: sa.Connection, partition: str, records: Sequence[Record], *, seen_at: dt.datetime
    ) -> UpsertCount:
        """Lands records.

        A record whose `updated_at` is lower than the landed one's never overwrites it. An equal payload only moves
        `last_seen_at`. A record that was missing is there again. Of duplicates the last wins.

        Raises:
            ContractBroken: A key or a payload cannot be stored.
        """
        if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
            connection.execute(_ONE_WRITER, {"in_partition": partition})
        total = UpsertCount()
        by_table = attrgetter("table")
        for record in records:
            if not (record.key and record.key.isprintable()):
                raise _broken(record, partition, "a key must be printable text")
        for table, group in groupby(sorted(records, key=by_table), key=by_table):
            newest = {record.key: record for record in group}
            for keys in _chunks(sorted(newest)):
                page = [newest[key] for key in keys]
                total += _upsert_page(connection, table, partition, page, seen_at)
        return total

    def read(self, table: str, partition: str, *, batch_size: int = 1000) -> Iterator[list[LandedRecord]]:
        """Yields batches in the order of the keys' bytes, all of one instant however long the reading takes."""
        last_key = ""
        with self._transactions.read() as connection:
            while True:
                place = {"in_table": table, "in_partition": partition, "last_key": last_key, "batch_size": batch_size}
                rows = connection.execute(_NEXT_BATCH, place).all()
                if not rows:
                    return
                yield [_landed(row) for row in rows]
                last_key = rows[-1].record_key

    def get(self, table: str, partition: str, keys: Collection[str]) -> dict[str, LandedRecord]:
        """The records with these keys; unknown keys are absent from the answer."""
        found = {}
        with self._transactions.read() as connection:
            for chunk in _chunks(sorted(keys)):
                place = {"in_table": table, "in_partition": partition, "keys": chunk}
                for row in connection.execute(_BY_KEYS, place):
                    found[row.record_key] = _landed(row)
        return found

    def keys(self, table: str, partition: str) -> set[str]:
        with self._transactions.read() as connection:
            return set(connection.scalars(sa.select(LANDING.c.record_key).where(*_present(table, partition))))

    def count(self, table: str, partition: str) -> int:
        statement = sa.select(sa.func.count()).select_from(LANDING).where(*_present(table, partition))
        with self._transactions.read() as connection:
            return connection.scalar(statement) or 0

    def tables(self) -> dict[str, int]:
        """Records by table, of all partitions."""
        statement = (
            sa.select(LANDING.c.table_name, sa.func.count().label("number"))
            .where(LANDING.c.missing_since.is_(None))
            .group_by(LANDING.c.table_name)
            .order_by(LANDING.c.table_name)
        )
        with self._transactions.read() as connection:
            return {row.table_name: row.number for row in connection.execute(statement)}

    def partitions(self, table: str) -> list[str]:
        """Partitions in which the table has records, sorted."""
        statement = (
            sa.select(LANDING.c.partition)
            .where(LANDING.c.table_name == table, LANDING.c.missing_since.is_(None))
            .distinct()
            .order_by(LANDING.c.partition)
        )
        with self._transactions.read() as connection:
            return list(connection.scalars(statement))

    def newest_change(self, table: str, partition: str) -> dt.datetime | None:
        """When the partition last changed: a record landed, changed, went missing, came back or moved in."""
        statement = sa.select(sa.func.max(LANDING.c.changed_at)).where(
            LANDING.c.table_name == table, LANDING.c.partition == partition
        )
        with self._transactions.read() as connection:
            return connection.scalar(statement)

    def mark_missing(
        self,
        connection: sa.Connection,
        table: str,
        partition: str,
        keys: Collection[str],
        *,
        at: dt.datetime,
        proof: str,
    ) -> int:
        """Marks records that the source no longer has; returns how many were not marked before.

        An empty answer of a source proves nothing: that the keys are gone must be shown by the caller, in `proof`.
        """
        if not proof:
            raise ValueError("records are marked missing only with a proof")
        marked = 0
        for chunk in _chunks(sorted(keys)):
            statement = (
                sa.update(LANDING)
                .where(*_present(table, partition), LANDING.c.record_key.in_(chunk))
                .values(missing_since=at, missing_proof=proof, changed_at=at)
            )
            marked += connection.execute(statement).rowcount
        return marked

    def rename_partition(self, connection: sa.Connection, old: str, new: str) -> None:
        """Moves every record of a renamed repository or project; a record that the new name already has wins."""
        if old == new:
            return
        there = LANDING.alias("there")
        is_taken = sa.exists().where(
            there.c.table_name == LANDING.c.table_name,
            there.c.partition == new,
            there.c.record_key == LANDING.c.record_key,
        )
        moved = sa.update(LANDING).where(LANDING.c.partition == old, ~is_taken)
        connection.execute(moved.values(partition=new, changed_at=self._clock()))
        connection.execute(sa.delete(LANDING).where(LANDING.c.partition == old))


_IN_PARTITION = (
    LANDING.c.table_name == sa.bindparam("in_table"),
    LANDING.c.partition == sa.bindparam("in_partition"),
)
_WITH_KEYS = (*_IN_PARTITION, LANDING.c.record_key.in_(sa.bindparam("keys", expanding=True)))
_SHOWN = sa.select(
    LANDING.c.record_key,
    LANDING.c.payload,
    LANDING.c.updated_at,
    LANDING.c.first_seen_at,
    LANDING.c.last_seen_at,
    LANDING.c.changed_at,
).where(LANDING.c.missing_since.is_(None))
_BY_KEYS = _SHOWN.where(*_WITH_KEYS)
_NEXT_BATCH = (
    _SHOWN.where(*_IN_PARTITION, LANDING.c.record_key > sa.bindparam("last_key"))
    .order_by(LANDING.c.record_key)
    .limit(sa.bindparam("batch_size"))
)
_KNOWN = sa.select(
    LANDING.c.record_key,
    LANDING.c.payload_hash,
    LANDING.c.updated_at,
    LANDING.c.first_seen_at,
    LANDING.c.missing_since,
).where(*_WITH_KEYS)
_DROP = sa.delete(LANDING).where(*_WITH_KEYS)
_ADD = sa.insert(LANDING)
_ONE_WRITER = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(sa.bindparam("in_partition"), 0)))
_SEEN = (
    sa.update(LANDING)
    .where(*_WITH_KEYS, LANDING.c.last_seen_at < sa.bindparam("at"))
    .values(last_seen_at=sa.bindparam("at"))
)
_FOUND_AGAIN = (
    sa.update(LANDING)
    .where(*_WITH_KEYS)
    .values(
        missing_since=None,
        missing_proof=None,
        last_seen_at=sa.bindparam("at"),
        changed_at=sa.bindparam("at"),
    )
)


def _upsert_page(
    connection: sa.Connection, table: str, partition: str, page: Sequence[Record], seen_at: dt.datetime
) -> UpsertCount:
    place = {"in_table": table, "in_partition": partition}
    known = {row.record_key: row for row in connection.execute(_KNOWN, place | {"keys": [r.key for r in page]})}
    new, replaced, seen, found_again = [], [], [], []
    for record in page:
        row = known.get(record.key)
        text = _payload_text(record, partition)
        payload_hash = blake2b(text.encode("ascii"), digest_size=16).hexdigest()
        if row is not None and (row.payload_hash == payload_hash or _is_older(record, row.updated_at)):
            (seen if row.missing_since is None else found_again).append(record.key)
            continue
        if row is not None:
            replaced.append(record.key)
        new.append(
            {
                "table_name": table,
                "partition": partition,
                "record_key": record.key,
                "updated_at": record.updated_at,
                "payload": text,
                "payload_hash": payload_hash,
                "first_seen_at": seen_at if row is None else row.first_seen_at,
                "last_seen_at": seen_at,
                "changed_at": seen_at,
            }
        )
    # SQLAlchemy compiles an upsert anew each time, which costs as much as the writing; these it keeps compiled.
    for statement, keys in ((_DROP, replaced), (_SEEN, seen), (_FOUND_AGAIN, found_again)):
        if keys:
            connection.execute(statement, place | {"keys": keys, "at": seen_at})
    if new:
        connection.execute(_ADD, new)
    inserted, changed = len(new) - len(replaced), len(replaced) + len(found_again)
    return UpsertCount(inserted=inserted, changed=changed, unchanged=len(seen))


def _is_older(record: Record, landed_at: dt.datetime | None) -> bool:
    return record.updated_at is not None and landed_at is not None and record.updated_at < landed_at


def _payload_text(record: Record, partition: str) -> str:
    """ASCII only: text with NUL or half a surrogate pair would be refused by Postgres."""
    try:
        return _encode(record.payload)
    except (TypeError, ValueError) as error:
        raise _broken(record, partition, f"the payload is not JSON: {error}") from error


def _broken(record: Record, partition: str, what: str) -> ContractBroken:
    return ContractBroken(
        f"{record.table} {record.key!a} of {partition} cannot be stored: {what}.",
        hint="The source answers in another shape than Pulse knows; report it.",
    )


def _present(table: str, partition: str) -> tuple[sa.ColumnElement[bool], ...]:
    return LANDING.c.table_name == table, LANDING.c.partition == partition, LANDING.c.missing_since.is_(None)


def _landed(row: sa.Row) -> LandedRecord:
    return LandedRecord(
        key=row.record_key,
        payload=json.loads(row.payload),
        updated_at=row.updated_at,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        changed_at=row.changed_at,
    )


def _chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), _KEYS_PER_STATEMENT):
        yield keys[start : start + _KEYS_PER_STATEMENT]
