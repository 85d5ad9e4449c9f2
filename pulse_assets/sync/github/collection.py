"""One sync of one repository as a whole: when it began at the server, and what should be landed after it."""

import datetime as dt
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any

from pulse_assets.store.database import Store
from pulse_assets.store.landing import Record
from pulse_assets.sync.stream import State, StreamPage

COMPLETE = "complete"
CENSUS = "census"
REPOSITORIES = "raw_github_repositories"
PULL_REQUESTS = "raw_github_pull_requests"
COMMITS = "raw_github_commits"
RELEASES = "raw_github_releases"
DEPLOYMENTS = "raw_github_deployments"
ISSUES = "raw_github_issues"
WORKFLOW_RUNS = "raw_github_workflow_runs"
RAW_TABLES = (REPOSITORIES, PULL_REQUESTS, COMMITS, RELEASES, DEPLOYMENTS, ISSUES, WORKFLOW_RUNS)

#: Within this time of a change another one may carry the same second, and what is looked at would look the same.
SETTLED_AFTER = dt.timedelta(seconds=60)


def instant(text: str) -> dt.datetime:
    """GitHub's text of a time (`2024-05-01T10:00:00Z`) as an instant."""
    return dt.datetime.fromisoformat(text)


def text(instant: dt.datetime) -> str:
    """An instant as GitHub writes it, in whole seconds."""
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def record(table: str, key: str, payload: dict[str, Any]) -> Record:
    """A canonical record for the landing; commits and releases have no time of change."""
    updated_at = payload.get("updated_at")
    return Record(table, str(payload[key]), payload, None if updated_at is None else instant(updated_at))


def digest(keys: Iterable[str]) -> str:
    """Tells one set of keys from another, in any order."""
    return blake2b("\n".join(sorted(keys)).encode(), digest_size=8).hexdigest()


class Collection:
    """What the streams of one sync know of each other.

    Attributes:
        began_at: Begin by the server's clock: what existed then is landed when all streams have ended.
        pushed_at: GitHub's time of the last push to the repository.
        created_at: GitHub's time of its creation.
    """

    def __init__(self) -> None:
        self.began_at: dt.datetime | None = None
        self.pushed_at: str | None = None
        self.created_at: str | None = None

    def saw(self, server_time: dt.datetime) -> None:
        """Keeps the earliest time that the server gave."""
        self.began_at = server_time if self.began_at is None else min(self.began_at, server_time)


class Complete:
    """The last stream: says that everything before it is landed.

    Its checkpoint is `{"collected_at": ISO time of the server at the begin, "expected": {stream: count}}`; `expected`
    holds what the API says exists, for those lists of which it says so: by the census, else as the list was read.
    """

    name = COMPLETE
    unit = "repositories"

    def __init__(self, store: Store, collection: Collection) -> None:
        self._store = store
        self._collection = collection

    def pages(self, partition: str, _state: State | None, /) -> Iterator[StreamPage]:
        began_at = self._collection.began_at
        if began_at is None:
            return
        states = self._store.checkpoints.all(partition)
        expected = {
            stream: state["expected"]
            for stream, state in sorted(states.items())
            if stream not in {CENSUS, COMPLETE} and state.get("expected") is not None
        }
        expected |= states.get(CENSUS, {}).get("expected", {})
        state = {"collected_at": text(began_at), "expected": expected}
        yield StreamPage((), state, processed=1, total=1, operation="complete")
