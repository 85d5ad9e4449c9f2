"""Releases: the whole list each time; a page that has not changed is answered by 304, which costs nothing.

A landed release that the list does not show is asked for by its id.
"""

from collections.abc import Iterator

from pulse_assets.sources.github.client import GitHub
from pulse_assets.store.database import Store
from pulse_assets.sync.github.collection import RELEASES, digest, record
from pulse_assets.sync.github.second_look import SecondLook
from pulse_assets.sync.stream import State, StreamPage


class Releases:
    """Checkpoint: how many are `expected`, and the `digest` of their ids.

    A resumed sync begins at the first page, since known ones cost nothing.
    """

    name = "releases"
    unit = "releases"

    def __init__(self, github: GitHub, store: Store) -> None:
        self._github = github
        self._store = store

    def pages(self, partition: str, _state: State | None, /) -> Iterator[StreamPage]:
        page_url = None
        listed: set[str] = set()
        while True:
            page = self._github.releases(partition, page_url=page_url)
            records = [record(RELEASES, "id", payload) for payload in page.records]
            listed.update(r.key for r in records)
            state = {"expected": len(listed), "digest": digest(listed)}
            yield StreamPage(records, state, processed=len(listed), total=page.total_count)
            page_url = page.next_cursor
            if page_url is None:
                break
        look = SecondLook(self._github, RELEASES, "releases", "id", self._github.release)
        for looked in look.at_unlisted(partition, self._store.landing.keys(RELEASES, partition), listed):
            operation = "looking at releases that are not listed"
            yield StreamPage(looked.records, state, missing=looked.missing, operation=operation)
