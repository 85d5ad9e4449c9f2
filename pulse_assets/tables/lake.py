"""The lake: one Parquet file per table and partition, replaced as a whole, read with DuckDB."""

import os
import re
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import pyarrow as pa
import pyarrow.parquet as pq

from pulse_assets.errors import TableNotBuilt, UsageError
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import arrow_schema, conform, to_frame
from pulse_assets.tables.schema import Table

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

MEMORY_LIMIT = "1GB"
_ROWS_PER_GROUP = 20_000
_SUFFIX = ".parquet"
_HINT = "Run `pulse sync`."


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """What a write left behind.

    Attributes:
        bytes: Size of the file.
    """

    rows: int
    bytes: int
    path: Path


class Lake:
    """The tables under one folder: `LAYER/TABLE/PARTITION.parquet`, the partition percent-encoded.

    A file appears by an atomic rename, so readers see the old rows or the new ones; several processes may write.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def write(self, table: Table, partition: str, batches: "Iterable[pa.Table | pd.DataFrame]") -> WrittenTable:
        """Replaces one partition of a table with the rows of all batches, of which one is held at a time.

        No batch at all writes an empty table, which is different from a table that was not built.

        Raises:
            ContractBroken: A batch does not have the table's columns and types; the old file stays.
        """
        return self.write_all(table, [(partition, batches)])[partition]

    def write_all(
        self, table: Table, partitions: "Iterable[tuple[str, Iterable[pa.Table | pd.DataFrame]]]"
    ) -> dict[str, WrittenTable]:
        """`write` for several partitions, each with its batches: the disk is waited for once, not for each.

        Raises:
            ContractBroken: A batch does not have the table's columns and types; all old files stay.
        """
        folder = self.path / table.layer / table.name
        folder.mkdir(parents=True, exist_ok=True)
        drafts: dict[str, Path] = {}
        written = {}
        try:
            for partition, batches in partitions:
                draft = drafts[partition] = folder / f".{uuid.uuid4().hex}.unfinished"
                with pq.ParquetWriter(draft, arrow_schema(table), compression="zstd") as writer:
                    rows = _write_groups(writer, (conform(table, batch) for batch in batches))
                written[partition] = WrittenTable(rows, draft.stat().st_size, self.file(table, partition))
            for draft in drafts.values():
                _flush(draft)
            for partition, draft in drafts.items():
                draft.replace(self.file(table, partition))
        finally:
            for draft in drafts.values():
                draft.unlink(missing_ok=True)
        _flush(folder)
        return written

    def read(self, table: Table, partition: str) -> "pd.DataFrame":
        """One partition as a typed frame.

        Raises:
            TableNotBuilt: There is no such file.
        """
        try:
            return to_frame(conform(table, pq.ParquetFile(self.file(table, partition)).read()))
        except FileNotFoundError as error:
            raise TableNotBuilt(f"Table {table.name} has not been built for {partition}.", hint=_HINT) from error

    def file(self, table: Table, partition: str) -> Path:
        """Where a partition is or will be."""
        return self.path / table.layer / table.name / f"{quote(partition, safe='')}{_SUFFIX}"

    def partitions(self, table: Table) -> list[str]:
        """The partitions that were built, sorted; none when the table never was."""
        folder = self.path / table.layer / table.name
        return sorted(unquote(path.name.removesuffix(_SUFFIX)) for path in folder.glob(f"[!.]*{_SUFFIX}"))

    def drop_partition(self, table: Table, partition: str) -> bool:
        """Removes one partition; false when it was not there."""
        with suppress(FileNotFoundError):
            self.file(table, partition).unlink()
            return True
        return False

    def connect(
        self,
        tables: Iterable[str] | None = None,
        *,
        partitions: Collection[str] | Mapping[str, Collection[str]] | None = None,
        or_empty: Collection[str] = (),
        memory_limit: str = MEMORY_LIMIT,
    ) -> "duckdb.DuckDBPyConnection":
        """A DuckDB connection with one view per table; the session's time zone is UTC.

        Args:
            tables: Names of the tables to see. Default: every table that was built.
            partitions: Only these partitions of them, or of those tables that a mapping names. Default: all that were
                built.
            or_empty: Tables that may have no file; they are seen without rows.
            memory_limit: As DuckDB writes it; what does not fit is spilled into the lake's folder.

        Raises:
            TableNotBuilt: A named table has no file, or not all of the named partitions.
        """
        import duckdb  # noqa: PLC0415 - 20 MB, which whoever only writes tables is spared

        views = {name: self._chosen(TABLES[name], partitions, or_empty) for name in tables or self._built()}
        connection = duckdb.connect(
            config={
                "memory_limit": memory_limit,
                "temp_directory": str(self.path / ".spilled"),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        for name, files in views.items():
            if not files:
                connection.register(name, arrow_schema(TABLES[name]).empty_table())
                continue
            relation = connection.read_parquet(
                [_without_wildcards(file) for file in files], union_by_name=True, hive_partitioning=False
            )
            relation.create_view(name)
        return connection

    @contextmanager
    def querying(
        self,
        tables: Iterable[str] | None = None,
        *,
        partitions: Collection[str] | None = None,
        memory_limit: str = MEMORY_LIMIT,
    ) -> "Iterator[duckdb.DuckDBPyConnection]":
        """`connect` for a while, with DuckDB's refusals as errors of Pulse.

        Raises:
            TableNotBuilt: The SQL names a table of Pulse that has no file.
            UsageError: The SQL is wrong in another way, or names an unknown table.
        """
        import duckdb  # noqa: PLC0415 - as in `connect`

        with self.connect(tables, partitions=partitions, memory_limit=memory_limit) as connection:
            try:
                yield connection
            except duckdb.CatalogException as error:
                if (match := re.search(r"Table with name (\w+) does not exist", str(error))) and match[1] in TABLES:
                    raise TableNotBuilt(f"Table {match[1]} has not been built.", hint=_HINT) from error
                raise UsageError(_first_line(error), hint=f"Tables: {', '.join(TABLES)}.") from error
            except (duckdb.ParserException, duckdb.BinderException, duckdb.ConversionException) as error:
                raise UsageError(_first_line(error)) from error

    def _built(self) -> list[str]:
        return [name for name, table in TABLES.items() if self.partitions(table)]

    def _chosen(
        self,
        table: Table,
        partitions: Collection[str] | Mapping[str, Collection[str]] | None,
        or_empty: Collection[str],
    ) -> list[Path]:
        if table.name in or_empty and not self.partitions(table):
            return []
        return self._files(table, partitions.get(table.name) if isinstance(partitions, Mapping) else partitions)

    def _files(self, table: Table, partitions: Collection[str] | None) -> list[Path]:
        named = self.partitions(table) if partitions is None else partitions
        files = [self.file(table, partition) for partition in named]
        if not files:
            raise TableNotBuilt(f"Table {table.name} has not been built.", hint=_HINT)
        for partition, file in zip(named, files, strict=True):
            if not file.exists():
                raise TableNotBuilt(f"Table {table.name} has not been built for {partition}.", hint=_HINT)
        return files


def _write_groups(writer: pq.ParquetWriter, batches: Iterable[pa.Table]) -> int:
    rows, pending, waiting = 0, [], 0
    for batch in batches:
        pending.append(batch)
        waiting += batch.num_rows
        if waiting >= _ROWS_PER_GROUP:
            writer.write_table(pa.concat_tables(pending))
            rows, pending, waiting = rows + waiting, [], 0
    if waiting:
        writer.write_table(pa.concat_tables(pending))
    return rows + waiting


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _without_wildcards(path: Path) -> str:
    return re.sub(r"([*?\[])", r"[\1]", str(path.resolve()))


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
