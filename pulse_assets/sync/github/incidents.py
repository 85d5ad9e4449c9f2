"""Incidents: issues with one of the agreed labels, the whole list each time (304 costs nothing).

An issue that lost its label shows in no list any more; it is asked for by its number.
"""

from collections.abc import Iterator, Sequence

from pulse_assets.sources.github.client import GitHub
from pulse_assets.store.database import Store
from pulse_assets.sync.github.collection import ISSUES, digest, record
from pulse_assets.sync.github.second_look import SecondLook
from pulse_assets.sync.stream import State, StreamPage


class Incidents:
    """Checkpoint: how many are `expected`, and the `digest` of their numbers.

    A resumed sync begins at the first page, since known ones cost nothing.
    """

    name = "incidents"
    unit = "incidents"

    def __init__(self, github: GitHub, store: Store, *, labels: Sequence[str]) -> None:
        self._github = github
        self._store = store
        self._labels = {label.casefold() for label in labels}

    def pages(self, partition: str, _state: State | None, /) -> Iterator[StreamPage]:
        if not self._labels:
            return
        listed: set[str] = set()
        cursor = None
        while True:
            page = self._github.incidents(partition, cursor=cursor)
            records = [record(ISSUES, "number", payload) for payload in page.records]
            listed.update(r.key for r in records)
            state = {"expected": len(listed), "digest": digest(listed)}
            yield StreamPage(records, state, processed=len(listed), total=page.total_count)
            cursor = page.next_cursor
            if cursor is None:
                break
        look = SecondLook(self._github, ISSUES, "incidents", "number", self._github.issue)
        for looked in look.at_unlisted(partition, self._labelled(partition), listed):
            operation = "looking at issues that lost their label"
            yield StreamPage(looked.records, state, missing=looked.missing, operation=operation)

    def _labelled(self, partition: str) -> set[str]:
        """Landed issues that carried one of the labels when they were read."""
        return {
            landed.key
            for batch in self._store.landing.read(ISSUES, partition)
            for landed in batch
            if self._labels & {label.casefold() for label in landed.payload["labels"]}
        }
