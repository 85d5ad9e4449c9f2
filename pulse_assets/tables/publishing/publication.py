"""Brings the tables in Postgres to what the lake holds, table by table, in one transaction each.

The rows of partitions that differ are deleted and copied anew, for readers of Postgres see the old rows until the
commit, and neither wait nor find views and grants gone. TRUNCATE would lock them out while the rows are copied, and
a table put in place of the old one would leave the views behind; so that is done only when the columns are others.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import pyarrow as pa
import sqlalchemy as sa

from pulse_assets.errors import ContractBroken, PartialFailure, PermanentError, PulseError, StoreUnavailable
from pulse_assets.settings import Settings
from pulse_assets.store.database import utc_now
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.publishing import layout
from pulse_assets.tables.publishing.ledger import Ledger, Standing
from pulse_assets.tables.publishing.origin import refuse_another_lake
from pulse_assets.tables.publishing.outcome import PublishedTable, PublishOutcome
from pulse_assets.tables.publishing.sources import Part, Source, published_names, sources
from pulse_assets.tables.publishing.target import Target, opened

#: Added to the names of a table that is being made, and of its indexes.
_DRAFT = "__draft"
#: Longest wait, in seconds, for the readers of a table that is to be replaced: new readers queue up behind us.
_SWAP_SECONDS = 5
#: Statements that give the rights on one table to another.
_GRANTS = """
SELECT format(
    'GRANT %%s ON %%s TO %%s%%s', acl.privilege_type, %s, coalesce(quote_ident(role.rolname), 'PUBLIC'),
    CASE WHEN acl.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
)
FROM pg_class AS c
CROSS JOIN LATERAL aclexplode(c.relacl) AS acl
LEFT JOIN pg_roles AS role ON role.oid = acl.grantee
WHERE c.oid = %s::regclass AND acl.grantee <> c.relowner
"""
#: Fingerprint and number of rows by partition.
_Written = dict[str, tuple[str, int]]


def publish(
    lake: Lake,
    settings: Settings,
    tables: Collection[str] | None = None,
    *,
    full: bool = False,
    clock: Callable[[], dt.datetime] = utc_now,
) -> PublishOutcome:
    """Publishes clean tables, facts, metrics and `scope_members`; what has not changed is left alone.

    A table that cannot be published leaves the others published.

    Args:
        lake: Where the rows come from.
        settings: `publish_url` and `publish_schema` say where they go; `teams_file` gives the members of scopes.
        tables: Only these. Default: all, and tables that an older version of Pulse published are dropped.
        full: Write everything anew.
        clock: The present instant (UTC).

    Raises:
        ConfigurationError: `publish_url` is not set or cannot be used, the rights do not suffice, or the schema holds
            something of that name that Pulse did not make, or the tables of another lake.
        StoreUnavailable: The database is away or out of space, or somebody keeps a table locked.
        LeaseHeld: Somebody else publishes to the schema.
        TableNotBuilt: Nothing was built, or a named table was not.
        QualityGateFailed: Postgres refuses rows of a table, as two with the same key.
        PartialFailure: Several tables could not be published, or one of them and others were.
    """
    found = sources(lake, settings, tables)
    done: list[PublishedTable] = []
    failures: dict[str, PulseError] = {}
    with opened(settings) as target:
        ledger = Ledger(target)
        ledger.prepare()
        refuse_another_lake(target, ledger, lake)
        for source in found:
            try:
                done.append(_Publication(target, ledger, source, clock).carry_out(full=full))
            except PermanentError as error:
                failures[source.table.name] = error
        dropped = [] if tables is not None else list(_drop_old(target, ledger))
        outcome = PublishOutcome(target.place.name, target.schema, tuple(done), tuple(dropped))
    _raise(failures, len(found))
    return outcome


def _raise(failures: Mapping[str, PulseError], count: int) -> None:
    if not failures:
        return
    first = next(iter(failures.values()))
    if len(failures) == 1 and count == 1:
        raise first
    message = f"{len(failures)} of {count} tables were not published: {', '.join(failures)}. {first.message}"
    raise PartialFailure(message, failures=failures, hint=first.hint)


def _drop_old(target: Target, ledger: Ledger) -> Iterator[str]:
    for name in ledger.names():
        if name in published_names():
            continue
        is_there = bool(ledger.columns(name))
        with target.transaction(name):
            if is_there:
                target.run(f"DROP TABLE {target.at(name)}")
            ledger.forget(name)
        yield name


class _Publication:
    """One table on its way."""

    def __init__(self, target: Target, ledger: Ledger, source: Source, clock: Callable[[], dt.datetime]) -> None:
        self._target, self._ledger, self._source, self._clock = target, ledger, source, clock
        self._table = source.table
        self._place = target.at(self._table.name)

    def carry_out(self, *, full: bool) -> PublishedTable:
        standing = self._ledger.standing(self._table.name)
        wanted = layout.columns(self._table)
        has_known_columns = wanted.items() >= standing.columns.items()
        if not standing.columns or not has_known_columns or standing.layout != layout.layout_of(self._table):
            return self._make()
        if added := [name for name in wanted if name not in standing.columns]:
            self._add_columns(added)
        parts, known = self._source.parts, standing.partitions
        is_whole = full or bool(added)
        due = {name: part for name, part in parts.items() if is_whole or known.get(name) != part.fingerprint}
        gone = [name for name in known if name not in parts]
        is_described = standing.meaning == layout.meaning_of(self._table)
        if not due and not gone and is_described:
            return PublishedTable(self._table.name, standing.row_count)
        return self._replace(standing, due, gone, is_described=is_described)

    def _make(self) -> PublishedTable:
        """A new table beside the old one, and in its place when it is whole."""
        target, table = self._target, self._table
        draft = target.at(table.name + _DRAFT)
        with target.transaction(table.name):
            target.run(layout.create_table(table, draft))
            written = self._copy(draft, self._source.parts, freeze=True)
            for statement in (*layout.create_indexes(table, draft, _DRAFT), *layout.comments(table, draft)):
                target.run(statement)
            target.run(f"ANALYZE {draft}")
            self._swap(draft)
            self._ledger.forget(table.name)
            total = self._ledger.record(table, self._clock(), written, [])
        return PublishedTable(table.name, total, _rows(written), len(written), is_new=True)

    def _swap(self, draft: str) -> None:
        target, name = self._target, self._table.name
        if target.run("SELECT to_regclass(%s)", [self._place]).scalar() is not None:
            grants = target.run(_GRANTS, [draft, self._place]).scalars().all()
            target.run(f"SET LOCAL lock_timeout = '{_SWAP_SECONDS}s'")
            target.run(f"DROP TABLE {self._place}")
            for grant in grants:
                target.run(grant)
        target.run(f"ALTER TABLE {draft} RENAME TO {layout.quoted(name)}")
        for index in (layout.key_name(self._table), *layout.indexes(self._table)):
            target.run(f"ALTER INDEX {target.at(index + _DRAFT)} RENAME TO {layout.quoted(index)}")

    def _add_columns(self, names: Sequence[str]) -> None:
        """In a moment, and in a transaction of its own: readers cannot enter while columns are added."""
        target, kinds = self._target, layout.columns(self._table)
        added = ", ".join(f"ADD COLUMN {layout.quoted(name)} {kinds[name]}" for name in names)
        with target.transaction(self._table.name):
            target.run(f"SET LOCAL lock_timeout = '{_SWAP_SECONDS}s'")
            target.run(f"ALTER TABLE {self._place} {added}")
            self._ledger.outdate(self._table.name)

    def _replace(
        self, standing: Standing, due: Mapping[str, Part], gone: Sequence[str], *, is_described: bool
    ) -> PublishedTable:
        target, table = self._target, self._table
        with target.transaction(table.name):
            if outdated := [*due, *gone]:
                rows, belong = target.table(table), self._source.belong
                if belong is None or set(standing.partitions) <= set(outdated):
                    target.run(sa.delete(rows))
                else:
                    target.run(sa.delete(rows).where(belong(outdated)))
            written = self._copy(self._place, due, freeze=False) if due else {}
            if not is_described:
                for statement in layout.comments(table, self._place):
                    target.run(statement)
            total = self._ledger.record(table, self._clock(), written, gone)
        return PublishedTable(table.name, total, _rows(written), len(written), len(gone))

    def _copy(self, place: str, parts: Mapping[str, Part], *, freeze: bool) -> _Written:
        counts = dict.fromkeys(parts, 0)

        def batches() -> Iterator[pa.RecordBatch]:
            for name, part in parts.items():
                for batch in part.batches():
                    counts[name] += batch.num_rows
                    yield batch

        try:
            count = self._target.copy(place, self._table.column_names, batches(), freeze=freeze)
        except FileNotFoundError as error:
            raise StoreUnavailable(
                f"A file of table {self._table.name} was removed while the table was published.", hint="Run again."
            ) from error
        except pa.ArrowException as error:
            raise ContractBroken(
                f"A file of table {self._table.name} cannot be read: {error}",
                hint="`pulse sync --full` builds the tables anew.",
            ) from error
        if count != sum(counts.values()):
            raise ContractBroken(f"Postgres took {count} of {sum(counts.values())} rows of {self._table.name}.")
        return {name: (part.fingerprint, counts[name]) for name, part in parts.items()}


def _rows(written: _Written) -> int:
    return sum(count for _, count in written.values())
