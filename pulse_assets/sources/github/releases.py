"""Releases with the commits that their tags name."""

import threading
from collections.abc import Iterable, Iterator
from typing import Any

from pulse_assets.sources.github import from_rest
from pulse_assets.sources.github.pages import Page, Record
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
        # The first page begins a new walk, for which tags may have moved.
        records = self._tagged(repository, rows, is_anew=cursor is None)
        return Page(records, following, len(records) if cursor is None and following is None else None)

    def single(self, repository: str, release_id: int) -> Record:
        """One release as it is now."""
        (record,) = self._tagged(repository, [self._lists.release_row(repository, release_id)], is_anew=False)
        return record

    def _tagged(self, repository: str, rows: list[dict[str, Any]], *, is_anew: bool) -> list[Record]:
        with self._lock:
            if is_anew or repository not in self._tags:
                self._tags[repository] = _Tags(self._walk(repository))
            tags = self._tags[repository]
        with promised(f"The list of releases of {repository}"):
            shas = tags.find({row["tag_name"] for row in rows})
            return [from_rest.release(row, shas.get(row["tag_name"])) for row in rows]

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
