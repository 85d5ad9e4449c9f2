"""Deployments: newest first down to the known ones, then a second look at those that can still change."""

from collections.abc import Generator, Iterator

from pulse_assets.errors import NotFound
from pulse_assets.sources.github.client import GitHub
from pulse_assets.sources.github.pages import Probe
from pulse_assets.sync.github.collection import DEPLOYMENTS, Collection, instant, record
from pulse_assets.sync.github.watch import Watch
from pulse_assets.sync.stream import State, StreamPage


class Deployments:
    """Checkpoint: `newest` deployment, those that can still change (see `Watch`); `walk` of the list being read."""

    name = "deployments"
    unit = "deployments"

    def __init__(self, github: GitHub, collection: Collection) -> None:
        self._github = github
        self._collection = collection

    def pages(self, partition: str, state: State | None, /) -> Iterator[StreamPage]:
        probe = self._github.newest_deployment(partition)
        self._collection.saw(probe.server_time)
        newest = _newest(probe)
        state = state or {"newest": None}
        watch = Watch(state, now=probe.server_time)
        if "walk" in state:
            state = yield from self._walk(partition, state, watch)
        if newest is not None and (newest != state["newest"] or watch.is_crowded):
            state = yield from self._walk(partition, _begun(state, newest, watch, probe), watch)
        yield from self._look_again(partition, state, watch)

    def _walk(self, partition: str, state: State, watch: Watch) -> Generator[StreamPage, None, State]:
        """Reads on from the cursor down to the floor; returns the state after the last page."""
        walk = state["walk"]
        floor = None if walk["floor"] is None else instant(walk["floor"])
        while True:
            page = self._github.deployments(partition, cursor=walk["cursor"])
            for payload in page.records:
                watch.saw(payload)
            is_below = floor is not None and any(instant(d["created_at"]) < floor for d in page.records)
            is_last = page.next_cursor is None or is_below
            total = walk["total"] if walk["total"] is not None else page.total_count
            processed = walk["processed"] + len(page.records)
            walk = {**walk, "cursor": page.next_cursor, "processed": processed, "total": total}
            if is_last:
                state = {"newest": walk["newest"], "expected": total, **watch.state()}
            else:
                state = {**state, **watch.state(), "walk": walk}
            records = [record(DEPLOYMENTS, "id", payload) for payload in page.records]
            yield StreamPage(records, state, processed=processed, total=None if floor else total)
            if is_last:
                return state

    def _look_again(self, partition: str, state: State, watch: Watch) -> Iterator[StreamPage]:
        looked = 0
        while (key := watch.next()) is not None:
            looked += 1
            try:
                payload = self._github.deployment(partition, int(key))
            except NotFound:
                # One 404 proves no deletion; the row stays, and is not asked for again.
                watch.drop(key)
                records = []
            else:
                watch.saw(payload)
                records = [record(DEPLOYMENTS, "id", payload)]
            yield StreamPage(
                records, {**state, **watch.state()}, processed=looked, operation="looking at unfinished deployments"
            )


def _newest(probe: Probe) -> State | None:
    if probe.value is None:
        return None
    return {"id": probe.value["id"], "created_at": probe.value["created_at"]}


def _begun(state: State, newest: State, watch: Watch, probe: Probe) -> State:
    """The state at the begin of a walk down to the newest known deployment, or to the oldest of many unfinished."""
    floor = None
    if state["newest"] is not None:
        known = state["newest"]["created_at"]
        floor = min([known, *watch.unfinished.values()]) if watch.is_crowded else known
    walk = {"newest": newest, "floor": floor, "cursor": None, "processed": 0, "total": probe.total_count}
    return {**state, "walk": walk}
