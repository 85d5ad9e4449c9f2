"""What stands in Postgres already, as tables beside the published ones, written in the same transactions."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from pulse_assets.errors import ConfigurationError
from pulse_assets.tables.publishing.layout import (
    MARKER,
    comments,
    create_indexes,
    create_table,
    layout_of,
    meaning_of,
)
from pulse_assets.tables.publishing.target import Target
from pulse_assets.tables.schema import Table, count, required

_PUBLISHED = Table(
    "published_tables",
    "One row per table that Pulse publishes here.",
    "facts",
    "publish",
    ("table_name",),
    (
        required("table_name", "string", "Name of the table."),
        count("row_count", "Rows that it has."),
        required("published_at", "timestamp", "When its rows were last replaced."),
        required("layout", "string", "Differs when its key or indexes do."),
        required("meaning", "string", "Differs when its descriptions do."),
    ),
)
_PARTITIONS = Table(
    "published_partitions",
    "One row per partition of a published table: a repository, a project, a month, or all.",
    "facts",
    "publish",
    ("table_name", "partition"),
    (
        required("table_name", "string", "Name of the table."),
        required("partition", "string", "Name of the repository, key of the project, first day of the month, or all."),
        required("fingerprint", "string", "Differs when the file in the lake does."),
        count("row_count", "Rows that it has."),
    ),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A table as it was published last.

    Attributes:
        columns: Their types as they are in Postgres now, in their order; empty: there is no such table.
        layout: See `layout_of`; likewise `meaning`.
        partitions: Fingerprint of each.
    """

    columns: Mapping[str, str]
    layout: str | None = None
    meaning: str | None = None
    row_count: int = 0
    partitions: Mapping[str, str] = field(default_factory=dict)


class Ledger:
    """The two tables."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._tables, self._partitions = (target.table(each) for each in (_PUBLISHED, _PARTITIONS))

    def prepare(self) -> None:
        """Makes schema and tables where they are not there yet.

        Raises:
            ConfigurationError: The rights do not suffice, or the schema holds a table of the same name that Pulse did
                not make.
        """
        target = self._target
        with target.transaction():
            # Even IF NOT EXISTS asks for the right to create, which a schema made by somebody else spares.
            if not target.run("SELECT count(*) FROM pg_namespace WHERE nspname = %s", [target.schema]).scalar():
                target.run(f"CREATE SCHEMA {target.schema}")
        for table in (_PUBLISHED, _PARTITIONS):
            if self.columns(table.name):
                continue
            with target.transaction(table.name):
                for statement in (create_table(table, target.at(table.name)),):
                    target.run(statement)
                for statement in (
                    *create_indexes(table, target.at(table.name)),
                    *comments(table, target.at(table.name)),
                ):
                    target.run(statement)

    def columns(self, name: str) -> dict[str, str]:
        """Columns and types of a table that Pulse made; none when there is no such table.

        Raises:
            ConfigurationError: Somebody else made it.
        """
        target = self._target
        with target.transaction(name):
            found = target.run(
                "SELECT c.relkind = 'r' AND coalesce(obj_description(c.oid, 'pg_class'), '') LIKE '%%' || %s "
                "FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
                "WHERE n.nspname = %s AND c.relname = %s",
                [MARKER, target.schema, name],
            ).scalar()
            if found is None:
                return {}
            if not found:
                raise ConfigurationError(
                    f"{target.schema}.{name} of {target.place.name} is there already, and Pulse did not make it.",
                    hint="Rename or drop it, or set PULSE_PUBLISH_SCHEMA to a schema of Pulse's own.",
                )
            rows = target.run(
                "SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute "
                "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
                [target.at(name)],
            )
            return {row.attname: row.format_type for row in rows}

    def standing(self, name: str) -> Standing:
        """What is known of a table.

        Raises:
            ConfigurationError: As `columns`.
        """
        columns = self.columns(name)
        target, tables, partitions = self._target, self._tables, self._partitions
        with target.transaction(name):
            row = target.run(sa.select(tables).where(tables.c.table_name == name)).one_or_none()
            rows = target.run(sa.select(partitions).where(partitions.c.table_name == name)).all()
        if row is None or not columns:
            return Standing(columns)
        known = {each.partition: each.fingerprint for each in rows}
        return Standing(columns, row.layout, row.meaning, row.row_count, known)

    def record(
        self, table: Table, at: dt.datetime, written: Mapping[str, tuple[str, int]], removed: Collection[str]
    ) -> int:
        """Notes, within the transaction that changes a table, what it holds; gives the number of all its rows.

        Args:
            table: The table.
            at: The present instant (UTC).
            written: Fingerprint and rows of each partition that was written.
            removed: The partitions that are no longer there.
        """
        run, partitions = self._target.run, self._partitions
        name = sa.literal(table.name)
        is_its_own = partitions.c.table_name == name
        if outdated := [*removed, *written]:
            run(sa.delete(partitions).where(is_its_own, partitions.c.partition.in_(outdated)))
        if written:
            rows = [
                {"table_name": table.name, "partition": partition, "fingerprint": fingerprint, "row_count": count}
                for partition, (fingerprint, count) in written.items()
            ]
            run(sa.insert(partitions).values(rows))
        total = run(sa.select(sa.func.coalesce(sa.func.sum(partitions.c.row_count), 0)).where(is_its_own)).scalar_one()
        run(sa.delete(self._tables).where(self._tables.c.table_name == name))
        row = {"table_name": table.name, "row_count": int(total), "published_at": at}
        run(sa.insert(self._tables).values(row | {"layout": layout_of(table), "meaning": meaning_of(table)}))
        return int(total)

    def outdate(self, name: str) -> None:
        """Has every partition of a table written anew the next time, whatever comes in between."""
        partitions = self._partitions
        self._target.run(sa.update(partitions).where(partitions.c.table_name == name).values(fingerprint=""))

    def forget(self, name: str) -> None:
        """Strikes a table, within the transaction that drops it or makes it anew."""
        for table in (self._tables, self._partitions):
            self._target.run(sa.delete(table).where(table.c.table_name == name))

    def names(self) -> list[str]:
        """The tables that were published."""
        with self._target.transaction():
            return list(self._target.run(sa.select(self._tables.c.table_name)).scalars())
