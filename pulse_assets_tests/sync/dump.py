"""Everything that a store has landed, without the times of seeing, so that two stores can be compared."""

import re
from typing import Any

import sqlalchemy as sa

from pulse_assets.store import Store

_LANDING = sa.text(
    "SELECT table_name, partition, record_key, updated_at, payload, payload_hash, missing_since IS NOT NULL "
    "FROM landing ORDER BY table_name, partition, record_key"
)
_CHECKPOINTS = sa.text("SELECT partition, stream, state FROM checkpoints ORDER BY partition, stream")
_SERVER_TIMES = re.compile(r'"(server_time|collected_at|censused_at)":"[^"]*"')


def landing(store: Store) -> list[tuple[Any, ...]]:
    with store.engine.connect() as connection:
        return [(*row[:3], str(row[3]), *row[4:6], bool(row[6])) for row in connection.execute(_LANDING)]


def checkpoints(store: Store) -> list[tuple[str, ...]]:
    with store.engine.connect() as connection:
        rows = connection.execute(_CHECKPOINTS).all()
    return [(partition, stream, _SERVER_TIMES.sub("", state)) for partition, stream, state in rows]
