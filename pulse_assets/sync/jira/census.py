"""Counts the issues at Jira in every sync, and lists them all where some may be gone or were overlooked.

They are listed when Jira counts fewer than are landed, once a day when it counts more, and when the last census is
`census_days` old. A landed issue that the list does not show gets a second look: only one that answers 404 by itself,
while the project can be seen, or that is in another project, is gone. One that is listed and not landed is read.
"""

import datetime as dt
import logging
from collections.abc import Generator, Iterator, Mapping
from itertools import pairwise

from pulse_assets.sources.jira.client import Jira
from pulse_assets.sources.jira.pages import IssueStub
from pulse_assets.store.database import Store
from pulse_assets.sync.jira.collection import CENSUS, ISSUES, Collection, instant, is_over, millis, text
from pulse_assets.sync.jira.listing import Listing
from pulse_assets.sync.jira.reading import Reader
from pulse_assets.sync.jira.windows import Window, created_before
from pulse_assets.sync.stream import Missing, State, StreamPage

#: Landed issues in a stretch of the list: with a few new ones they fit on one page.
STRETCH = 90
#: Further ones wait for the next sync.
LOOKS_PER_SYNC = 500
_BATCH = 20
_DAY = dt.timedelta(days=1)
_LOG = logging.getLogger(__name__)


class Census:
    """Checkpoint: `expected` count; `censused_at`, when all were last listed (at first: read).

    `examined` is the (count, landed) that stayed apart after a census: Jira's count is approximate. `listing` is the
    walk under way: `from_ms`, where its next stretch begins, how many were `listed`, and the `suspects` so far.
    `looks` are those that still get a second look, `listed` the words about the list that gave them.

    Args:
        days: Between two censuses; 0: only what the counts give reason to.
    """

    name = CENSUS
    unit = "issues"

    def __init__(self, jira: Jira, store: Store, collection: Collection, *, days: int) -> None:
        self._jira = jira
        self._store = store
        self._collection = collection
        self._days = dt.timedelta(days=days)

    def pages(self, partition: str, state: State | None, /) -> Iterator[StreamPage]:
        counted = self._counted(partition, state)
        if counted != state:
            yield StreamPage((), counted, operation="counting the issues")
        is_begun = "listing" in counted and counted["listing"] != (state or {}).get("listing")
        state = counted
        issues = self._store.checkpoints.load(partition, "issues") or {}
        reader = Reader(self._jira, self._store, self._collection, issues.get("estimate_fields", ()))
        if "listing" in state:
            state = yield from self._list(partition, state, reader)
        state = yield from self._look(partition, state, reader)
        if is_begun and not state["looks"]:
            count, landed = state["expected"]["issues"], self._store.landing.count(ISSUES, partition)
            if count < landed:
                yield StreamPage((), {**state, "examined": [count, landed]}, operation="counting the issues")

    def _counted(self, partition: str, state: State | None) -> State:
        """The state with a new count, and with a begun listing where it or the calendar gives reason to."""
        now = self._collection.began
        landed = self._store.landing.count(ISSUES, partition)
        count = self._jira.count(created_before(partition, self._collection.until_ms))
        if count > landed:
            # Some may have been made after their list was read, in the very second of the begin.
            count = max(landed, self._jira.count(created_before(partition, millis(now))))
        state = {"looks": [], "censused_at": text(now), **(state or {}), "expected": {"issues": count}}
        is_due = is_over(state["censused_at"], now, self._days)
        if state.get("examined") != [count, landed]:
            state.pop("examined", None)
        is_short = count < landed and "examined" not in state
        has_more = count > landed and is_over(state["censused_at"], now, _DAY)
        if (is_due or is_short or has_more) and "listing" not in state and not state["looks"]:
            state |= {"censused_at": text(now), "listing": {"from_ms": None, "listed": 0, "suspects": []}}
        return state

    def _list(self, partition: str, state: State, reader: Reader) -> Generator[StreamPage, None, State]:
        """Lists the issues on from where the walk stands; returns the state after the last page."""
        placed, unplaced = self._landed(partition, state["listing"]["from_ms"])
        total = state["expected"]["issues"]
        for window, landed in _stretches(partition, state["listing"]["from_ms"], placed):
            listed: set[str] = set()
            for stubs in Listing(self._jira, window.jql).pages():
                listed |= {stub["id"] for stub in stubs}
                for batch in reader.in_batches(reader.changed(partition, stubs)):
                    yield StreamPage(batch.records, state, operation="reading issues that were overlooked")
            walk = state["listing"]
            suspects = [*walk["suspects"], *sorted(landed - listed, key=_number)]
            walk = {"from_ms": window.until_ms, "listed": walk["listed"] + len(listed), "suspects": suspects}
            is_last = window.until_ms is None
            state = self._listed(state, walk, unplaced) if is_last else {**state, "listing": walk}
            yield StreamPage((), state, processed=walk["listed"], total=total, operation="listing all issues")
        return state

    def _listed(self, state: State, walk: State, unplaced: list[str]) -> State:
        """The state after the whole list; one that shows nothing proves nothing gone, though some may have moved."""
        state = {name: value for name, value in state.items() if name != "listing"}
        suspects = [*walk["suspects"], *unplaced]
        words = f"The whole list ({walk['listed']} issues), read by {text(self._jira.now())}, does not show it"
        return {**state, "looks": suspects, "listed": words if walk["listed"] else None} if suspects else state

    def _landed(self, partition: str, from_ms: int | None) -> tuple[dict[str, int], list[str]]:
        """Landed issues by time of creation, from `from_ms` on; and those that do not say when they were created."""
        placed: dict[str, int] = {}
        unplaced: list[str] = []
        for batch in self._store.landing.read(ISSUES, partition, batch_size=200):
            for row in batch:
                created = instant(row.payload["created"])
                if created is None:
                    unplaced.append(row.key)
                elif from_ms is None or millis(created) >= from_ms:
                    placed[row.key] = millis(created)
        return placed, unplaced

    def _look(self, partition: str, state: State, reader: Reader) -> Generator[StreamPage, None, State]:
        """Looks at what is left to look at, as far as one sync does; returns the state after it."""
        left: list[str] = state["looks"]
        for begin in range(0, min(len(left), LOOKS_PER_SYNC), _BATCH):
            keys = left[begin : min(begin + _BATCH, LOOKS_PER_SYNC)]
            stubs = {key: self._jira.issue_stub(key) for key in keys}
            gone = [key for key, stub in stubs.items() if stub is None]
            moved = {key: stub for key, stub in stubs.items() if stub is not None and _is_elsewhere(stub, partition)}
            missing = [*self._gone(partition, gone, state["listed"]), *self._moved(moved)]
            here = [stub for key, stub in stubs.items() if stub is not None and key not in moved]
            ids = reader.changed(partition, here)
            records = reader.by_id(ids).records if ids else []
            rest = left[begin + len(keys) :]
            state = {**state, "looks": rest}
            if not rest:
                state = {name: value for name, value in state.items() if name != "listed"}
            yield StreamPage(records, state, missing, operation="looking at issues that may be deleted")
        return state

    def _gone(self, partition: str, keys: list[str], listed: str | None) -> Iterator[Missing]:
        if not keys:
            return
        if listed is None:
            _LOG.warning("%s: Jira lists no issue at all, and %d answer 404. They are kept.", partition, len(keys))
            return
        # Where the account may not see the project any more, all of its issues answer 404.
        self._jira.project(partition)
        at = text(self._jira.now())
        proof = f"{listed}; asked for by itself it answered 404 by {at}, when the project could be seen."
        yield Missing(ISSUES, keys, proof)

    def _moved(self, stubs: Mapping[str, IssueStub]) -> Iterator[Missing]:
        at = text(self._jira.now())
        for key, stub in stubs.items():
            yield Missing(
                ISSUES,
                [key],
                f"The list of the project does not show it; asked for by itself by {at} it was moved to {stub['key']}.",
            )


def _stretches(project: str, from_ms: int | None, placed: dict[str, int]) -> Iterator[tuple[Window, set[str]]]:
    """Windows of creation that together have no gap, the last one without an end, and the landed issues of each."""
    times = sorted(placed.values())
    cuts = sorted({*times[STRETCH::STRETCH]} - {from_ms})
    for begin, end in pairwise([from_ms, *cuts, None]):
        inside = {key for key, at in placed.items() if (begin is None or at >= begin) and (end is None or at < end)}
        yield Window(project, "created", begin, end), inside


def _is_elsewhere(stub: IssueStub, project: str) -> bool:
    """In another project; one that does not say where it is, is not."""
    return isinstance(stub["project_key"], str) and stub["project_key"] != project


def _number(key: str) -> tuple[int, str]:
    return (int(key), key) if key.isdecimal() else (0, key)
