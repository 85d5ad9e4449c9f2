"""Releases with the commits that their tags name."""

import threading
from collections.abc import Iterable, Iterator

from pulse_assets.sources.github import from_rest
from pulse_assets.sources.github.pages import Page
from pulse_assets.sources.github.rest_lists import PER_PAGE, RestLists
from pulse_assets.sources.github.shapes import promised
from pulse_assets.sources.pagination import Pages


class Releases:
    """Pages of releases, asked for conditionally; the list of tags is read as far as the releases need it."""

    def __init__(self, pages: Pages, lists: RestLists) -> None:
        self._pages = pages
        self._lists = lists
        self._lock = threading.Lock()
        self._tags: dict[str, _Tags] = {}

    def page(self, repository: str, *, cursor: str | None) -> Page:
        rows, following = self._lists.release_rows(repository, cursor=cursor)
        with self._lock:
            # The first page begins a new walk, for which tags may have moved.
            if cursor is None or repository not in self._tags:
                self._tags[repository] = _Tags(self._walk(repository))
            tags = self._tags[repository]
        with promised(f"The list of releases of {repository}"):
            shas = tags.find({row["tag_name"] for row in rows})
            records = [from_rest.release(row, shas.get(row["tag_name"])) for row in rows]
        return Page(records, following, len(records) if cursor is None and following is None else None)

    def _walk(self, repository: str) -> Iterator[list[tuple[str, str]]]:
        for reply in self._pages.walk(f"/repos/{repository}/tags", {"per_page": PER_PAGE}, conditional=True):
            with promised(f"The list of tags of {repository}"):
                yield [(row["name"], row["commit"]["sha"]) for row in reply.items()]


class _Tags:
    """The tags of one repository, as far as read."""

    def __init__(self, batches: Iterator[list[tuple[str, str]]]) -> None:
        self._batches = batches
        self._known: dict[str, str] = {}

    def find(self, names: Iterable[str]) -> dict[str, str]:
        """Commits by tag; reads on until all are found. A draft's tag need not exist."""
        missing = set(names) - self._known.keys()
        while missing:
            batch = next(self._batches, None)
            if batch is None:
                break
            self._known.update(batch)
            missing -= self._known.keys()
        return self._known
