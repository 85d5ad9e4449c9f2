"""Releases: the whole list each time; a page that has not changed is answered by 304, which costs nothing."""

from collections.abc import Iterator

from pulse_assets.sources.github.client import GitHub
from pulse_assets.sync.github.collection import RELEASES, record
from pulse_assets.sync.stream import State, StreamPage


class Releases:
    """Checkpoint: how many were `listed`. A resumed sync begins at the first page, since known ones cost nothing."""

    name = "releases"
    unit = "releases"

    def __init__(self, github: GitHub) -> None:
        self._github = github

    def pages(self, partition: str, _state: State | None, /) -> Iterator[StreamPage]:
        page_url = None
        listed = 0
        while True:
            page = self._github.releases(partition, page_url=page_url)
            listed += len(page.records)
            records = [record(RELEASES, "id", payload) for payload in page.records]
            yield StreamPage(records, {"listed": listed}, processed=listed, total=page.total_count)
            page_url = page.next_cursor
            if page_url is None:
                return
