"""The repository itself, read first, so that what follows has something to belong to."""

from collections.abc import Iterator

from pulse_assets.sources.github.client import GitHub
from pulse_assets.sync.github.collection import REPOSITORIES, Collection, record
from pulse_assets.sync.stream import State, StreamPage


class Repository:
    """One record; its id is the repository's lasting identity."""

    name = "repository"
    unit = "repositories"

    def __init__(self, github: GitHub, collection: Collection) -> None:
        self._github = github
        self._collection = collection

    def pages(self, partition: str, _state: State | None, /) -> Iterator[StreamPage]:
        payload = self._github.repository(partition)
        self._collection.pushed_at = payload["pushed_at"]
        self._collection.created_at = payload["created_at"]
        state = {"id": payload["id"], "full_name": payload["full_name"]}
        yield StreamPage([record(REPOSITORIES, "id", payload)], state, processed=1, total=1)
