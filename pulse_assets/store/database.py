"""The door to the store: opens the database, brings it to the newest schema and hands out its parts."""

import contextlib
import datetime as dt
from collections.abc import Callable
from types import TracebackType
from typing import Self

import sqlalchemy as sa
from pydantic import SecretStr

from pulse_assets.errors import StoreUnavailable
from pulse_assets.store import connections
from pulse_assets.store.check_results import CheckResults
from pulse_assets.store.checkpoints import Checkpoints
from pulse_assets.store.http_cache import HttpCache
from pulse_assets.store.landing import Landing
from pulse_assets.store.leases import Leases
from pulse_assets.store.migration import migrate
from pulse_assets.store.problems import translated_errors
from pulse_assets.store.rate_limits import RateLimitLedger
from pulse_assets.store.transactions import Transactions


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Store:
    """What Pulse remembers. Safe to share between threads; each process opens its own.

    Attributes:
        engine: For reading what no part offers; write through `transaction`.
        place: The database in words: file, or host, port and name.
    """

    def __init__(self, engine: sa.Engine, *, clock: Callable[[], dt.datetime]) -> None:
        self.engine = engine
        self.place = connections.place(engine.url)
        self._transactions = Transactions(engine, self.place)
        self.landing = Landing(self._transactions, clock)
        self.checkpoints = Checkpoints(self._transactions, clock)
        self.check_results = CheckResults(self._transactions)
        self.leases = Leases(self._transactions, clock)
        self.http_cache = HttpCache(self._transactions)
        self.rate_limits = RateLimitLedger(self._transactions, clock)

    @classmethod
    def open(cls, url: SecretStr | str, *, clock: Callable[[], dt.datetime] = utc_now) -> Self:
        """Opens the database, creating an SQLite file and the tables where they do not exist.

        Raises:
            ConfigurationError: PULSE_DATABASE_URL names something that cannot be reached or used.
            StoreUnavailable: The database is there, but locked, starting, crowded or out of space.
        """
        address = connections.parse_url(url.get_secret_value() if isinstance(url, SecretStr) else url)
        connections.prepare_file(address)
        engine = connections.create_engine(address)
        place = connections.place(address)
        try:
            with translated_errors(place, at_open=True):
                connections.use_write_ahead_log(engine)
                migrate(engine, place)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, clock=clock)

    def transaction(self) -> contextlib.AbstractContextManager[sa.Connection]:
        """One write transaction: commits at the end of the block, rolls back when it raises.

        Reads of the store's parts inside the block do not see what the block has written.

        Raises:
            StoreUnavailable: The database is locked or away, or the disk is full.
        """
        return self._transactions.write()

    def close(self) -> None:
        """Ends all connections. Safe to call twice."""
        with contextlib.suppress(StoreUnavailable):  # what is still unwritten is advice
            self.rate_limits.flush()
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({self.place!r})"
