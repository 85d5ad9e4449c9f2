"""The two databases that Pulse can live in: how to connect to them, and where they differ."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import tenacity
from sqlalchemy import event, exc
from sqlalchemy.dialects import postgresql, sqlite

from pulse_assets.errors import ConfigurationError

#: Longest wait for another writer, in seconds.
LOCK_TIMEOUT_SECONDS = 30
_CONNECT_TIMEOUT_SECONDS = 5
_POSTGRES = {"postgres", "postgresql", "postgresql+psycopg2"}
_SCHEMES_HINT = "Set PULSE_DATABASE_URL to sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME."


def parse_url(text: str) -> sa.URL:
    """Reads a database address.

    Raises:
        ConfigurationError: It is none, or names a database that Pulse cannot live in; does not repeat the text,
            which may hold a password.
    """
    try:
        url = sa.make_url(text)
    except (exc.ArgumentError, ValueError):
        raise ConfigurationError("PULSE_DATABASE_URL is not a database address.", hint=_SCHEMES_HINT) from None
    if url.drivername in _POSTGRES:
        return url.set(drivername="postgresql+psycopg2")
    if url.drivername != "sqlite":
        raise ConfigurationError(f"PULSE_DATABASE_URL: Pulse cannot use {url.drivername}.", hint=_SCHEMES_HINT)
    if url.database in {None, "", ":memory:"}:
        raise ConfigurationError(
            "PULSE_DATABASE_URL names no file: what Pulse remembers would be lost at its end.", hint=_SCHEMES_HINT
        )
    return url


def place(url: sa.URL) -> str:
    """Where the database is, for messages: file, or host, port and name; never user or password."""
    if url.drivername == "sqlite":
        return str(url.database)
    return f"{url.host or 'localhost'}:{url.port or 5432}/{url.database or ''}"


def create_engine(url: sa.URL) -> sa.Engine:
    """An engine that has not connected yet. Its errors do not repeat the values that were written."""
    common: dict[str, Any] = {
        "hide_parameters": True,  # values are other people's data
        "pool_size": 5,
        "max_overflow": 60,  # 32 workers, each with a reading and a writing connection
        "pool_timeout": LOCK_TIMEOUT_SECONDS,
    }
    if url.drivername == "sqlite":
        # The driver would begin transactions only before some statements; `begin` below does it before the first.
        arguments = {"timeout": LOCK_TIMEOUT_SECONDS, "isolation_level": None}
        engine = sa.create_engine(url, connect_args=arguments, **common)
        event.listen(engine, "connect", _tune_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    # A password in the query would be shown by the address's repr.
    secrets = {name: value for name, value in url.query.items() if "password" in name}
    arguments = {
        "connect_timeout": _CONNECT_TIMEOUT_SECONDS,
        "application_name": "pulse",
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,  # milliseconds; a vanished server is noticed in the middle of a statement
    }
    arguments = {name: value for name, value in arguments.items() if name not in url.query} | secrets
    url = url.difference_update_query(secrets)
    engine = sa.create_engine(url, connect_args=arguments, pool_pre_ping=True, **common)
    event.listen(engine, "connect", _tune_postgres)
    return engine


def prepare_file(url: sa.URL) -> None:
    """Creates the folder of an SQLite file.

    Raises:
        ConfigurationError: The folder cannot be created.
    """
    if url.drivername != "sqlite":
        return
    folder = Path(str(url.database)).resolve().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"The folder {folder} of the store cannot be created: {error.strerror}.",
            hint="Set PULSE_HOME or PULSE_DATABASE_URL to a place where this user may write.",
        ) from error


def use_write_ahead_log(engine: sa.Engine) -> None:
    """Lets readers of an SQLite file go on while somebody writes. The file remembers it."""
    if engine.dialect.name != "sqlite":
        return
    # SQLite does not wait for its lock here: processes that open a new file at once take turns by trying again.
    for attempt in tenacity.Retrying(
        retry=tenacity.retry_if_exception(_is_busy),
        stop=tenacity.stop_after_delay(LOCK_TIMEOUT_SECONDS),
        wait=tenacity.wait_random(0.005, 0.05),
        reraise=True,
    ):
        with attempt, engine.connect() as connection:
            cursor = connection.connection.cursor()
            if cursor.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                cursor.execute("PRAGMA journal_mode = WAL")


def insert(connection: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def save(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> None:
    """Writes a row in place of the one with the same key."""
    key = [column.name for column in table.primary_key]
    rest = {name: value for name, value in row.items() if name not in key}
    # Most often the row is there; SQLAlchemy keeps an update compiled, but compiles ON CONFLICT anew each time.
    if connection.execute(sa.update(table).where(*(table.c[name] == row[name] for name in key)), rest).rowcount:
        return
    statement = insert(connection, table)
    replaced = {name: statement.excluded[name] for name in rest}
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=replaced), row)


def _is_busy(error: BaseException) -> bool:
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    return isinstance(cause, sqlite3.Error) and (getattr(cause, "sqlite_errorcode", 0) & 0xFF) == sqlite3.SQLITE_BUSY


def _tune_sqlite(connection: Any, _record: object) -> None:
    # With the write-ahead log, NORMAL never damages the file; a power cut can undo the last commits, in order.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -16000")  # KiB
    connection.execute("PRAGMA journal_size_limit = 67108864")


def _begin_sqlite(connection: sa.Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


def _tune_postgres(connection: Any, _record: object) -> None:
    # A process that was halted in a transaction must not keep its row of the leases locked for ever.
    with connection.cursor() as cursor:
        cursor.execute(
            f"SET lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'; "
            "SET idle_in_transaction_session_timeout = '600s'; SET TIME ZONE 'UTC'"
        )
    connection.commit()
