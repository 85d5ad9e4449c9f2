"""Issues with their whole histories: all of them at first, by creation; then those that changed, by their stubs.

Jira has no order that an edit leaves alone but that of creation, so all walks go by it. The watermark is the newest
`updated` that landed, never later than the begin of its sync, so that what was edited meanwhile is found by the next.
What Jira changes without touching `updated`, such as the name of a status in a history, is read by a full sync only.
"""

import datetime as dt
import logging
from collections.abc import Generator, Iterator

from pulse_assets.sources.jira.client import Jira
from pulse_assets.sources.jira.pages import CursorExpired
from pulse_assets.store.database import Store
from pulse_assets.sync.jira.collection import ISSUES, SECOND, Collection, at_millis, instant, millis, parsed, text
from pulse_assets.sync.jira.listing import Listing
from pulse_assets.sync.jira.reading import RESTARTS, Batch, Reader
from pulse_assets.sync.jira.windows import FIRST_WIDTH_MS, OVERLAP, Walk, Window, created_before
from pulse_assets.sync.stream import State, StreamPage

_LOG = logging.getLogger(__name__)


class Issues:
    """Checkpoint: `project` and `estimate_fields` that the landed issues were read with, and `until_ms`, `watermark`.

    While a walk is under way, `window` names the chunk in hand: by `created` in the first one, which goes on there,
    with `width_ms`, `processed`, `total`; by `updated` in an increment, which begins anew, since what it has landed is
    not read again.
    """

    name = "issues"
    unit = "issues"

    def __init__(self, jira: Jira, store: Store, collection: Collection, *, page_size: int | None = None) -> None:
        self._jira = jira
        self._store = store
        self._collection = collection
        self._page_size = page_size

    def pages(self, partition: str, state: State | None, /) -> Iterator[StreamPage]:
        until_ms = self._collection.until_ms
        known = list((state or {}).get("estimate_fields", ()))
        # A field that is no longer named stays: a board that is hidden for a while must not make all be read again.
        fields = known + [f for f in self._jira.estimate_fields(self._collection.boards) if f not in known]
        reader = Reader(self._jira, self._store, self._collection, fields, self._page_size)
        is_new = state is None or fields != known or state["project"] != partition
        if state is not None and not is_new and "window" not in state and state["watermark"] is None:
            # There was no issue yet.
            if self._jira.count(created_before(partition, until_ms)) == 0:
                return
            is_new = True
        if state is None or is_new:
            state = self._begun(partition, fields, until_ms)
        if "window" in state and state["window"]["field"] == "created":
            state = yield from self._all(reader, state)
        if not is_new and state["watermark"] is not None:
            yield from self._changed(partition, reader, state, until_ms)

    def _begun(self, partition: str, fields: list[str], until_ms: int) -> State:
        return {
            "project": partition,
            "estimate_fields": fields,
            "until_ms": until_ms,
            "watermark": None,
            "window": Walk.begun(partition, until_ms).window.state(),
            "width_ms": FIRST_WIDTH_MS,
            "processed": 0,
            "total": self._jira.count(created_before(partition, until_ms)),
        }

    def _all(self, reader: Reader, state: State) -> Generator[StreamPage, None, State]:
        """Reads all issues on from the chunk in hand; returns the state after the last page."""
        while "window" in state:
            walk = Walk(Window.of(state["window"]), state["until_ms"], state["width_ms"])
            walk, batch = _page(reader, walk)
            seen = walk.window.seen
            processed = state["processed"] + sum(issue["id"] not in seen for issue in batch.issues)
            total, watermark = state["total"], _newest(state["watermark"], batch.newest, state["until_ms"])
            state = {**state, "watermark": watermark, "processed": processed}
            following = walk.after(batch.issues, batch.next_cursor)
            if following is not None:
                state |= {"window": following.window.state(), "width_ms": following.width_ms}
            else:
                if processed and watermark is None:
                    state["watermark"] = text(at_millis(state["until_ms"]) - SECOND)
                state = _settled(state)
            records = [each for each in batch.records if each.table != ISSUES or each.key not in seen]
            yield StreamPage(records, state, processed=processed, total=total, operation="reading all issues")
        return state

    def _changed(self, partition: str, reader: Reader, state: State, until_ms: int) -> Iterator[StreamPage]:
        """Reads what has changed since the watermark; where the list was not still, the watermark stays."""
        window = Window(partition, "updated", millis(parsed(state["watermark"]) - OVERLAP), until_ms)
        before, settled = state, _settled(state)
        listing = Listing(self._jira, window.jql)
        watermark: str | None = settled["watermark"]
        processed = 0
        for stubs in listing.pages():
            times = [at for stub in stubs if (at := instant(stub["updated"])) is not None]
            watermark = _newest(watermark, max(times, default=None), until_ms)
            for batch in reader.in_batches(reader.changed(partition, stubs)):
                processed += len(batch.issues)
                state = {**settled, "window": window.state()}
                yield StreamPage(batch.records, state, processed=processed, operation="reading changed issues")
        if not listing.is_whole:
            _LOG.warning("%s: its issues change faster than they are listed; the next sync looks again.", partition)
        elif watermark != settled["watermark"]:
            settled |= {"watermark": watermark, "until_ms": until_ms}
        if settled != before or state != before:
            yield StreamPage((), settled, processed=processed, operation="reading changed issues")


def _page(reader: Reader, walk: Walk) -> tuple[Walk, Batch]:
    """The next page of the chunk in hand, from its begin where a token has expired: the walk's, or one of histories."""
    for _ in range(RESTARTS):
        try:
            return walk, reader.page(walk.window)
        except CursorExpired:
            walk = walk.restarted()
    return walk, reader.page(walk.window)


def _settled(state: State) -> State:
    """The state without a walk under way."""
    return {name: state[name] for name in ("project", "estimate_fields", "until_ms", "watermark")}


def _newest(watermark: str | None, seen: dt.datetime | None, until_ms: int) -> str | None:
    """The watermark after something was seen; what was edited during the sync must not lift it over its begin."""
    if seen is None:
        return watermark
    return max(watermark or "", text(min(seen, at_millis(until_ms) - SECOND)))
