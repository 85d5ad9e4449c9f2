"""Dagster's SQLite storage with connections that stay open, for runs within the process of a command.

Dagster 1.13 makes an engine and a connection for each event and flushes each statement of each run's new database to
the disk: 13 ms of CPU an event, and a second a run. Here it is about half of that, with the same files. It is not used
by the UI's processes: they watch for changes of the database file, which now come when a run has ended.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import event
from sqlalchemy.pool import StaticPool

from pulse_assets.graph.storage import PulseStorage

#: The index and the newest runs; Dagster keeps one database per run.
_OPEN_DATABASES = 4


class QuickEventLog(SqliteEventLogStorage):
    """The event log; its one lock, which Dagster holds around each use, makes sharing a connection safe."""

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def dispose(self) -> None:
        """Closes the connections, by which the databases become single files again."""
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()
        super().dispose()

    @property
    def _engines(self) -> OrderedDict[str, sa.Engine]:
        # The base class connects before a subclass could set anything.
        return vars(self).setdefault("_open_engines", OrderedDict())

    def _engine(self, shard: str) -> sa.Engine:
        engines = self._engines
        if shard not in engines:
            engines[shard] = sa.create_engine(
                self.conn_string_for_shard(shard),
                poolclass=StaticPool,
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            event.listen(engines[shard], "connect", _write_ahead)
        engines.move_to_end(shard)
        while len(engines) > _OPEN_DATABASES:
            engines.popitem(last=False)[1].dispose()
        return engines[shard]


class QuickSqliteStorage(DagsterSqliteStorage):
    """Runs, events and schedules in the files that `DagsterSqliteStorage` uses."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = QuickEventLog(str(Path(base_dir, "history", "runs")))


class QuickPulseStorage(PulseStorage):
    """Like `PulseStorage`; Postgres is left as it is."""

    sqlite = QuickSqliteStorage


def _write_ahead(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
