"""Pull requests: all of them at first, by age; then those that changed, newest change first.

GitHub has no `since` for pull requests. A probe (the most recently changed one, asked for alone and conditionally) is
taken before each walk; where it still stands, nothing has changed and nothing is read. The watermark is the probe's
time of change, never a clock of ours, and moves when the walk is finished.
"""

import datetime as dt
from collections.abc import Generator, Iterator

from pulse_assets.sources.github.client import GitHub
from pulse_assets.sources.github.pages import Probe
from pulse_assets.sync.github.collection import PULL_REQUESTS, SETTLED_AFTER, Collection, instant, record, text
from pulse_assets.sync.stream import State, StreamPage

#: A walk goes this far below the watermark: GitHub's times have whole seconds and its lists lag behind.
OVERLAP = dt.timedelta(seconds=120)
#: A few pull requests change between two syncs; over REST each costs requests of its own.
CHANGED_PAGE_SIZE = 25


class PullRequests:
    """Checkpoint: `probe`, `watermark` and `expected` of the last finished walk; `walk` of the one under way."""

    name = "pull_requests"
    unit = "pull requests"

    def __init__(self, github: GitHub, collection: Collection, *, page_size: int | None = None) -> None:
        self._github = github
        self._collection = collection
        self._page_size = page_size

    def pages(self, partition: str, state: State | None, /) -> Iterator[StreamPage]:
        probe = self._github.newest_pull_request(partition)
        self._collection.saw(probe.server_time)
        newest = _newest(probe)
        if state is not None and "walk" in state:
            state = yield from self._walk(partition, state)
        if newest is None:
            # Pull requests cannot be deleted, so an empty list after a full one is no news.
            if state is None:
                yield StreamPage((), {"probe": None, "watermark": None, "expected": probe.total_count}, processed=0)
            return
        if state is None or state["probe"] is None:
            order = "created_asc"
        elif _stands(state["probe"], newest):
            return
        else:
            order = "updated_desc"
        walk = {"order": order, "cursor": None, "processed": 0, "probe": newest, "total": probe.total_count}
        yield from self._walk(partition, {**(state or {"probe": None, "watermark": None}), "walk": walk})

    def _walk(self, partition: str, state: State) -> Generator[StreamPage, None, State]:
        """Reads on from the cursor; returns the state after the last page."""
        walk = state["walk"]
        is_first = walk["order"] == "created_asc"
        floor = None if is_first else instant(state["watermark"]) - OVERLAP
        while True:
            page = self._github.pull_requests(
                partition,
                order=walk["order"],
                cursor=walk["cursor"],
                page_size=self._page_size if is_first else self._page_size or CHANGED_PAGE_SIZE,
            )
            records = [record(PULL_REQUESTS, "number", payload) for payload in page.records]
            is_below = floor is not None and any(r.updated_at is not None and r.updated_at < floor for r in records)
            is_last = page.next_cursor is None or is_below
            # The count at the begin: what is opened during the walk belongs to the next one.
            total = walk["total"] if walk["total"] is not None else page.total_count
            walk = {
                **walk,
                "cursor": page.next_cursor,
                "processed": walk["processed"] + len(records),
                "total": total,
            }
            if is_last:
                probe = walk["probe"]
                state = {"probe": probe, "watermark": probe["updated_at"], "expected": total}
            else:
                state = {**state, "walk": walk}
            yield StreamPage(
                records,
                state,
                processed=walk["processed"],
                total=total if is_first else None,
                operation="reading all pull requests" if is_first else "reading changed pull requests",
            )
            if is_last:
                return state


def _newest(probe: Probe) -> State | None:
    if probe.value is None:
        return None
    return {
        "number": probe.value["number"],
        "updated_at": probe.value["updated_at"],
        "server_time": text(probe.server_time),
    }


def _stands(before: State, now: State) -> bool:
    """Nothing has changed since the probe of the last walk, which was taken long enough after the change it saw."""
    is_same = (before["number"], before["updated_at"]) == (now["number"], now["updated_at"])
    return is_same and instant(before["server_time"]) - instant(before["updated_at"]) > SETTLED_AFTER
