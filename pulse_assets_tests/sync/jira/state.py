"""The checkpoints of a store without the times of asking, so that two syncs can be compared."""

import re

import sqlalchemy as sa

from pulse_assets.store import Store

_CHECKPOINTS = sa.text("SELECT partition, stream, state FROM checkpoints ORDER BY partition, stream")
_TIMES = re.compile(r'"(collected_at|censused_at|refreshed_at|asked_at|changed_at)":"[^"]*"|"until_ms":\d+')


def checkpoints(store: Store) -> list[tuple[str, ...]]:
    with store.engine.connect() as connection:
        rows = connection.execute(_CHECKPOINTS).all()
    return [(partition, stream, _TIMES.sub("", state)) for partition, stream, state in rows]
