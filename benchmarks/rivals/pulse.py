"""Pulse without Dagster: sync into the store, then the clean tables as Parquet.

It has no list-only way: commits and reviews come in the request that brings the pull requests.
"""

import resource
import time
from collections.abc import Iterator
from typing import Any

from .task import Identity, Rows, Task, pull_request, rows_of

_STREAMS = frozenset({"repository", "pull_requests", "complete"})
_TABLES = ("repositories", "pull_requests", "pull_request_commits", "pull_request_reviews")
_MORE_TABLES = ("commits", "releases", "deployments", "incident_reports")


def collect(task: Task) -> dict[str, float]:
    """Returns what the two halves used: CPU seconds, and the peak of memory after each, in bytes."""
    used = {}
    _sync(task)
    used["sync_cpu_seconds"], used["sync_peak_bytes"] = _usage()
    if task.has_tables:
        _build_tables(task)
        total, used["tables_peak_bytes"] = _usage()
        used["tables_cpu_seconds"] = total - used["sync_cpu_seconds"]
    return used


def _sync(task: Task) -> None:
    from pulse_assets.sources.github.client import GitHub
    from pulse_assets.store.database import Store
    from pulse_assets.sync.engine import sync_partition
    from pulse_assets.sync.github import github_streams

    settings = _settings(task)
    with (
        Store.open(settings.store_url) as store,
        GitHub(settings, cache=store.http_cache, ledger=store.rate_limits) as github,
    ):
        streams = github_streams(github, store, settings)
        chosen = [stream for stream in streams if task.is_whole or stream.name in _STREAMS]
        outcome = sync_partition(store, chosen, task.repository)
    if outcome.error is not None:
        raise outcome.error
    if outcome.status != "completed":
        raise RuntimeError(f"the sync ended as {outcome.status}")


def _build_tables(task: Task) -> None:
    from pulse_assets.store.database import Store
    from pulse_assets.tables.contracts import TABLES
    from pulse_assets.tables.lake import Lake
    from pulse_assets.tables.transform import build_table

    settings = _settings(task)
    lake = Lake(settings.lake_path)
    with Store.open(settings.store_url) as store:
        for name in (*_TABLES, *(_MORE_TABLES if task.is_whole else ())):
            lake.write(TABLES[name], task.repository, build_table(name, store, task.repository, settings))


def rows(task: Task) -> Rows:
    return rows_of(_identities(task), has_details=task.has_details)


def _identities(task: Task) -> Iterator[Identity]:
    from pulse_assets.tables.contracts import TABLES
    from pulse_assets.tables.lake import Lake

    lake = Lake(_settings(task).lake_path)

    def read(table: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        frame = lake.read(TABLES[table], task.repository)
        return zip(*(frame[column].tolist() for column in columns), strict=True)

    for number, merged_at in read("pull_requests", "number", "merged_at"):
        yield pull_request(number, None if merged_at != merged_at else merged_at)  # noqa: PLR0124 - NaT
    for number, sha in read("pull_request_commits", "number", "sha"):
        yield "commit", number, sha
    for number, review_id in read("pull_request_reviews", "number", "review_id"):
        yield "review", number, str(review_id)


def _settings(task: Task) -> Any:
    from pulse_assets.settings import Settings

    return Settings.load(
        home=task.path,
        github_url=task.address,
        github_token=task.token,
        github_repositories=task.repository,
        sync_workers=1,
    )


def _usage() -> tuple[float, float]:
    # Linux gives kibibytes.
    return time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0
