"""The history of the default branch: all of it at first, then what a new head adds.

A walk is pinned to the head it began with, so that its pages do not move. When the branch was rewritten the new history
is read whole, and landed commits that it does not contain are marked as missing.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping

from pulse_assets.errors import NotFound
from pulse_assets.sources.github.client import GitHub
from pulse_assets.sources.github.pages import Comparison
from pulse_assets.store.database import Store
from pulse_assets.store.landing import Record
from pulse_assets.sync.github.collection import COMMITS, SETTLED_AFTER, Collection, instant, record
from pulse_assets.sync.stream import Missing, State, StreamPage

_COMMITS_PER_PAGE = 500


class Commits:
    """Checkpoint: `head` and `expected` of the landed history; `walk` of the one being read.

    An empty repository has no head but `empty_at`, its last push: GitHub answers 409 to who asks for its commits, which
    is not free, so it is not asked again before another push.
    """

    name = "commits"
    unit = "commits"

    def __init__(self, github: GitHub, store: Store, collection: Collection) -> None:
        self._github = github
        self._store = store
        self._collection = collection

    def pages(self, partition: str, state: State | None, /) -> Iterator[StreamPage]:
        state = state or {"head": None}
        pushed_at = self._collection.pushed_at
        if pushed_at is not None and state.get("empty_at") == pushed_at:
            return
        probe = self._github.head_commit(partition)
        self._collection.saw(probe.server_time)
        head = None if probe.value is None else probe.value["sha"]
        if head is None and state["head"] is None:
            is_settled = pushed_at is not None and instant(pushed_at) < probe.server_time - SETTLED_AFTER
            yield StreamPage((), {"head": None, "empty_at": pushed_at if is_settled else None}, processed=0)
            return
        if "walk" in state:
            try:
                state = yield from self._walk(partition, state)
            except NotFound:
                # The branch was rewritten and the old head collected as garbage: its history cannot be finished.
                state = {name: value for name, value in state.items() if name != "walk"}
        if head is None or head == state["head"]:
            return
        if state["head"] is not None and (news := self._news(partition, state["head"], head)) is not None:
            yield from self._append(state, head, news)
        else:
            walk = {"head": head, "cursor": None, "processed": 0, "total": probe.total_count}
            yield from self._walk(partition, {**state, "walk": walk})

    def _news(self, partition: str, old: str, new: str) -> Comparison | None:
        """What the new head adds to the old one; None when the old one is no longer part of the history."""
        try:
            comparison = self._github.commits_between(partition, old, new)
        except NotFound:
            return None
        return comparison if comparison.status in {"ahead", "identical"} else None

    def _append(self, state: State, head: str, news: Comparison) -> Iterator[StreamPage]:
        records = [record(COMMITS, "sha", payload) for payload in news.commits]
        expected = state.get("expected")
        after = {"head": head, "expected": None if expected is None else expected + len(records)}
        for begin in range(0, len(records) or 1, _COMMITS_PER_PAGE):
            end = begin + _COMMITS_PER_PAGE
            yield StreamPage(
                records[begin:end],
                after if end >= len(records) else state,
                processed=min(end, len(records)),
                total=len(records),
                operation="reading new commits",
            )

    def _walk(self, partition: str, state: State) -> Generator[StreamPage, None, State]:
        """Reads the history of the pinned head on from the cursor; returns the state after the last page."""
        walk = state["walk"]
        while True:
            page = self._github.commits(partition, head_sha=walk["head"], cursor=walk["cursor"])
            records = [record(COMMITS, "sha", payload) for payload in page.records]
            total = page.total_count if page.total_count is not None else walk["total"]
            walk = {
                **walk,
                "cursor": page.next_cursor,
                "processed": walk["processed"] + len(records),
                "total": total,
            }
            is_last = page.next_cursor is None
            missing = self._missing(partition, walk, records) if is_last else ()
            state = {"head": walk["head"], "expected": total} if is_last else {**state, "walk": walk}
            yield StreamPage(
                records,
                state,
                missing=missing,
                processed=walk["processed"],
                total=total,
                operation="reading the history",
            )
            if is_last:
                return state

    def _missing(self, partition: str, walk: State, last: list[Record]) -> tuple[Missing, ...]:
        """Landed commits outside the history that was just read whole; none where its wholeness is not proven."""
        processed = walk["processed"]
        if self._store.landing.count(COMMITS, partition) <= processed - len(last):
            return ()
        parents = {r.key: r.payload["parents"] for batch in self._landed(partition) for r in batch}
        parents |= {r.key: r.payload["parents"] for r in last}
        history = reachable(walk["head"], parents)
        if history is None or len(history) != processed or walk["total"] not in {None, processed}:
            return ()
        gone = sorted(parents.keys() - history)
        proof = f"The whole history of head {walk['head']} ({processed} commits) does not contain it."
        return (Missing(COMMITS, gone, proof),) if gone else ()

    def _landed(self, partition: str) -> Iterator[Iterable[Record]]:
        for batch in self._store.landing.read(COMMITS, partition):
            yield [Record(COMMITS, landed.key, landed.payload) for landed in batch]


def reachable(head: str, parents: Mapping[str, Iterable[str]]) -> set[str] | None:
    """The commits from which `head` descends, itself included; None when one of them is unknown."""
    found: set[str] = set()
    open_ends = [head]
    while open_ends:
        sha = open_ends.pop()
        if sha in found:
            continue
        if sha not in parents:
            return None
        found.add(sha)
        open_ends.extend(parents[sha])
    return found
