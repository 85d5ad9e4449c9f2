"""`pulse query`: SQL over every table by its asset name."""

import csv
import json
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import sqlglot
import typer
from sqlglot import exp
from sqlglot.errors import SqlglotError

from pulse_assets.cli.values import plain, printable
from pulse_assets.errors import ExitCode, NotFound, UsageError
from pulse_assets.reports.inert import csv_text
from pulse_assets.settings import Settings
from pulse_assets.store.database import Store
from pulse_assets.sync.github.collection import RAW_TABLES as GITHUB_TABLES
from pulse_assets.sync.jira.collection import RAW_TABLES as JIRA_TABLES
from pulse_assets.tables.lake import Lake

_BATCH = 1000
_SHOWN_ROWS = 200
#: DuckDB makes several statements of a PIVOT that has to look for its columns, and also of what only contains one.
_PIVOTING = frozenset({"pivot", "pivot_wider", "select", "with", "from", "("})
_RAW_SCHEMA = pa.schema(
    [
        ("partition", pa.string()),
        ("record_key", pa.string()),
        ("updated_at", pa.timestamp("us", tz="UTC")),
        ("first_seen_at", pa.timestamp("us", tz="UTC")),
        ("last_seen_at", pa.timestamp("us", tz="UTC")),
        ("changed_at", pa.timestamp("us", tz="UTC")),
        ("payload", pa.string()),
    ]
)


def run(sql: str, *, output: str) -> int:
    """Prints the answer as `table`, `json` or `csv`.

    Raises:
        UsageError: The SQL is wrong, which carries DuckDB's words; or it does more than ask.
        NotFound: Nothing was collected into a raw table.
        TableNotBuilt: Another table has no rows to ask.
    """
    settings = Settings.load()
    raw_tables = sorted(name for name in _tables_in(sql) if name.startswith("raw_"))
    with Lake(settings.lake_path).querying() as connection:
        if not all(_asks(connection, statement) for statement in connection.extract_statements(sql)):
            raise UsageError(
                "`pulse query` only asks: it changes nothing and writes no file.",
                hint="Use SELECT, WITH, FROM, VALUES, PIVOT, SHOW, DESCRIBE, SUMMARIZE or EXPLAIN; "
                "--csv > answer.csv keeps the answer.",
            )
        for name in raw_tables:
            _load_raw(connection, name, settings)
        try:
            answer = connection.execute(sql)
            columns = [column[0] for column in answer.description or []]
            {"json": _print_json, "csv": _print_csv, "table": _print_table}[output](columns, _rows(answer))
        except (duckdb.DataError, duckdb.OperationalError) as error:
            raise UsageError(f"The query does not work: {error}") from error
    return int(ExitCode.OK)


def _asks(connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement) -> bool:
    """It only reads; EXPLAIN ANALYZE runs what it explains, so that has to."""
    if statement.type == duckdb.StatementType.SELECT:
        return True
    text = statement.query.encode()
    starts = [start for start, kind in duckdb.tokenize(statement.query) if kind != duckdb.token_type.comment]
    words = [text[start:end].split()[0].decode() for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    if words[0].lower() != "explain":
        return statement.type == duckdb.StatementType.MULTI and words[0].lower() in _PIVOTING
    for start in starts[1:]:
        try:
            explained = connection.extract_statements(text[start:].decode())
        except duckdb.ParserException:
            continue  # an option of EXPLAIN
        return all(_asks(connection, each) for each in explained)
    return False


def _tables_in(sql: str) -> set[str]:
    try:
        statements = sqlglot.parse(sql, dialect="duckdb")
    except SqlglotError:
        return set()  # DuckDB says better what is wrong
    if not any(statements):
        raise UsageError("The query is empty.", hint='Try: pulse query "SELECT * FROM repositories".')
    return {table.name for statement in statements if statement for table in statement.find_all(exp.Table)}


def _load_raw(connection: duckdb.DuckDBPyConnection, name: str, settings: Settings) -> None:
    with Store.open(settings.store_url) as store:
        partitions = store.landing.partitions(name)
        if not partitions and not _is_collected(store, name):
            known = ", ".join(sorted(store.landing.tables())) or "none yet"
            raise NotFound(f"Nothing has been collected into {name}.", hint=f"Run `pulse sync`. Raw tables: {known}.")
        batches = (batch for partition in partitions for batch in _raw_batches(store, name, partition))
        reader = pa.RecordBatchReader.from_batches(_RAW_SCHEMA, batches)
        connection.register("landed", reader)
        connection.execute(f'CREATE TEMP TABLE "{name}" AS SELECT * REPLACE (payload::JSON AS payload) FROM landed')  # noqa: S608 - a table that exists
        connection.unregister("landed")


def _is_collected(store: Store, name: str) -> bool:
    """A list that was read and is empty is a table without rows."""
    return any(name in tables and store.landing.partitions(tables[0]) for tables in (GITHUB_TABLES, JIRA_TABLES))


def _raw_batches(store: Store, name: str, partition: str) -> Iterator[pa.RecordBatch]:
    for records in store.landing.read(name, partition, batch_size=_BATCH):
        rows = [
            {
                "partition": partition,
                "record_key": record.key,
                "updated_at": record.updated_at,
                "first_seen_at": record.first_seen_at,
                "last_seen_at": record.last_seen_at,
                "changed_at": record.changed_at,
                "payload": json.dumps(record.payload),
            }
            for record in records
        ]
        yield pa.RecordBatch.from_pylist(rows, schema=_RAW_SCHEMA)


def _rows(answer: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := answer.fetchmany(_BATCH):
        yield from rows


def _print_json(columns: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    typer.echo(json.dumps([dict(zip(columns, map(plain, row), strict=True)) for row in rows], indent=1))


def _print_csv(columns: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(map(csv_text, columns))
    writer.writerows([csv_text(value) if isinstance(value, str) else plain(value) for value in row] for row in rows)


def _print_table(columns: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = [row for row, _ in zip(rows, range(_SHOWN_ROWS), strict=False)]
    numeric = [all(isinstance(row[n], int | float | Decimal | None) for row in shown) for n in range(len(columns))]
    table = Table(box=None, pad_edge=False)
    for name, is_numeric in zip(columns, numeric, strict=True):
        table.add_column(name, justify="right" if is_numeric else "left")
    for row in shown:
        table.add_row(*(Text("" if value is None else printable(value)) for value in row))
    console = Console()
    console.print(table)
    if next(rows, None) is not None:
        console.print(f"… the first {_SHOWN_ROWS} rows; --csv or --json prints all of them.", style="dim")
