"""How far each stream of each partition has been read."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from pulse_assets.store.connections import save
from pulse_assets.store.schema import CHECKPOINTS
from pulse_assets.store.transactions import Transactions


class Checkpoints:
    """The state of streams. Writes take the caller's transaction, so that page and checkpoint commit together."""

    def __init__(self, transactions: Transactions, clock: Callable[[], dt.datetime]) -> None:
        self._transactions = transactions
        self._clock = clock

    def load(self, partition: str, stream: str) -> dict[str, Any] | None:
        """The saved state; None when the stream was never read."""
        statement = sa.select(CHECKPOINTS.c.state).where(
            CHECKPOINTS.c.partition == partition, CHECKPOINTS.c.stream == stream
        )
        with self._transactions.read() as connection:
            state = connection.scalar(statement)
        return None if state is None else json.loads(state)

    def all(self, partition: str) -> dict[str, dict[str, Any]]:
        """The saved states by stream."""
        statement = sa.select(CHECKPOINTS.c.stream, CHECKPOINTS.c.state).where(CHECKPOINTS.c.partition == partition)
        with self._transactions.read() as connection:
            return {stream: json.loads(state) for stream, state in connection.execute(statement)}

    def save(self, connection: sa.Connection, partition: str, stream: str, state: dict[str, Any]) -> None:
        """Replaces the state; it must be JSON-ready."""
        row = {
            "partition": partition,
            "stream": stream,
            "state": json.dumps(state, separators=(",", ":"), allow_nan=False),
            "updated_at": self._clock(),
        }
        save(connection, CHECKPOINTS, row)

    def delete(self, connection: sa.Connection, partition: str, stream: str | None = None) -> None:
        """Forgets one stream of the partition, or all of them."""
        statement = sa.delete(CHECKPOINTS).where(CHECKPOINTS.c.partition == partition)
        if stream is not None:
            statement = statement.where(CHECKPOINTS.c.stream == stream)
        connection.execute(statement)

    def rename_partition(self, connection: sa.Connection, old: str, new: str) -> None:
        """Moves the states of a renamed repository or project; a stream that the new name already has wins."""
        if old == new:
            return
        there = CHECKPOINTS.alias("there")
        is_taken = sa.exists().where(there.c.partition == new, there.c.stream == CHECKPOINTS.c.stream)
        connection.execute(
            sa.update(CHECKPOINTS).where(CHECKPOINTS.c.partition == old, ~is_taken).values(partition=new)
        )
        self.delete(connection, old)
