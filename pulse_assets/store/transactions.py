"""Read and write transactions: the one way from the parts of the store to the database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from pulse_assets.errors import StoreUnavailable
from pulse_assets.store.connections import LOCK_TIMEOUT_SECONDS
from pulse_assets.store.problems import translated_errors


class Transactions:
    """Opens transactions. Safe to share between threads.

    Args:
        place: The database in words, for messages.
    """

    def __init__(self, engine: sa.Engine, place: str) -> None:
        is_sqlite = engine.dialect.name == "sqlite"
        self._place = place
        self._reading = engine if is_sqlite else engine.execution_options(isolation_level="REPEATABLE READ")
        self._writing = engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")
        # SQLite has one writer at a time and waits for it by polling; threads of one process queue here instead.
        self._turns = threading.BoundedSemaphore(1 if is_sqlite else 1024)
        self._thread = threading.local()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection whose every statement sees the database at one instant."""
        with translated_errors(self._place), self._reading.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that commits at the end of the block and rolls back when it raises.

        Raises:
            StoreUnavailable: The database is locked or away, or the disk is full.
            RuntimeError: This thread is inside a write transaction already; SQLite would wait for itself.
        """
        if getattr(self._thread, "is_writing", False):
            raise RuntimeError("this thread is already inside a write transaction")
        with self._turn(), translated_errors(self._place), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=LOCK_TIMEOUT_SECONDS):
            raise StoreUnavailable(
                f"Another thread has been writing to the store {self._place} for {LOCK_TIMEOUT_SECONDS} seconds.",
                hint="Run again.",
            )
        self._thread.is_writing = True
        try:
            yield
        finally:
            self._thread.is_writing = False
            self._turns.release()
