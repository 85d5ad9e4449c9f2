"""Incidents: issues with one of the agreed labels, the whole list each time (304 costs nothing).

An issue that lost its label shows in no list any more; it is asked for by its number.
"""

from collections.abc import Iterator, Sequence

from pulse_assets.errors import NotFound
from pulse_assets.sources.github.client import GitHub
from pulse_assets.store.database import Store
from pulse_assets.sync.github.collection import ISSUES, record
from pulse_assets.sync.stream import Missing, State, StreamPage


class Incidents:
    """Checkpoint: how many were `listed`. A resumed sync begins at the first page, since known ones cost nothing."""

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
            yield StreamPage(records, {"listed": len(listed)}, processed=len(listed), total=page.total_count)
            cursor = page.next_cursor
            if cursor is None:
                break
        yield from self._unlisted(partition, listed)

    def _unlisted(self, partition: str, listed: set[str]) -> Iterator[StreamPage]:
        """Looks at landed incidents that the list no longer holds."""
        left = [
            landed.key
            for batch in self._store.landing.read(ISSUES, partition)
            for landed in batch
            if landed.key not in listed and self._labels & {label.casefold() for label in landed.payload["labels"]}
        ]
        state = {"listed": len(listed)}
        for number in sorted(left, key=int):
            try:
                records = [record(ISSUES, "number", self._github.issue(partition, int(number)))]
                missing = ()
            except NotFound:
                records = []
                missing = (Missing(ISSUES, [number], f"Issue {number} left the list of incidents and answers 404."),)
            yield StreamPage(records, state, missing=missing, operation="looking at issues that lost their label")
