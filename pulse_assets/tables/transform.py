"""Landed records into typed clean tables, batch by batch."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from pulse_assets.errors import ContractBroken, NotFound
from pulse_assets.settings import Settings
from pulse_assets.store import LandedRecord, Store
from pulse_assets.tables import delivery
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import typed_batch
from pulse_assets.tables.incidents import incident_rows
from pulse_assets.tables.mainline import Mainline
from pulse_assets.tables.values import instant

#: What is held in memory at a time.
RECORDS_PER_BATCH = 250
#: The checkpoint stream that a complete collection of a partition leaves behind.
COMPLETE = "complete"

Payload = Mapping[str, Any]
Row = dict[str, Any]
RowsOf = Callable[[str, Payload], Iterable[Row]]


def build_table(name: str, store: Store, partition: str, settings: Settings) -> Iterator[pa.Table]:
    """Batches of one partition of a clean table.

    Raises:
        NotFound: The repository was never collected.
        ContractBroken: A landed record does not fit the table; names the record.
    """
    if store.landing.count("raw_github_repositories", partition) == 0:
        raise NotFound(f"Repository {partition} has not been collected.", hint="Run `pulse sync`.")
    match name:
        case "repositories":
            batches = _repositories(store, partition)
        case "commits":
            batches = _commits(store, partition)
        case "deployments":
            batches = _mapped(store, partition, *_deployment_source(settings))
        case "incidents":
            labels = frozenset(label.casefold() for label in settings.incident_labels)
            batches = _mapped(
                store,
                partition,
                "raw_github_issues",
                lambda repository, issue: incident_rows(repository, issue, labels),
            )
        case _:
            batches = _mapped(store, partition, *_RECORD_BY_RECORD[name])
    for rows in batches:
        yield typed_batch(TABLES[name], rows)


def _mapped(store: Store, partition: str, raw: str, rows_of: RowsOf) -> Iterator[list[Row]]:
    for records in store.landing.read(raw, partition, batch_size=RECORDS_PER_BATCH):
        yield [row for record in records for row in _rows(raw, partition, record, rows_of)]


def _rows(raw: str, partition: str, record: LandedRecord, rows_of: RowsOf) -> list[Row]:
    try:
        return list(rows_of(partition, record.payload))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        problem = f"has no field {error}" if isinstance(error, KeyError) else f"does not have its shape: {error}"
        raise ContractBroken(f"Record {record.key} of {raw} in {partition} {problem}.") from error


def _one(row_of: Callable[[str, Payload], Row]) -> RowsOf:
    return lambda repository, payload: [row_of(repository, payload)]


def _deployment_source(settings: Settings) -> tuple[str, RowsOf]:
    if settings.deployment_source == "releases":
        return "raw_github_releases", delivery.released_deployment_rows
    production = re.compile(settings.production_pattern)
    return "raw_github_deployments", _one(
        lambda repository, record: delivery.deployment_row(repository, record, production)
    )


def _repositories(store: Store, partition: str) -> Iterator[list[Row]]:
    raw = "raw_github_repositories"
    records = [record for batch in store.landing.read(raw, partition) for record in batch]
    # A repository that was deleted and made again under its name has a new id; the old record stays in the landing.
    newest = max(records, key=lambda record: (record.last_seen_at, record.payload.get("id", 0)))
    collected_at = instant((store.checkpoints.load(partition, COMPLETE) or {}).get("collected_at"))
    yield _rows(raw, partition, newest, _one(lambda name, record: delivery.repository_row(name, record, collected_at)))


def _commits(store: Store, partition: str) -> Iterator[list[Row]]:
    raw = "raw_github_commits"
    links = _mapped(store, partition, raw, lambda _, commit: [{"sha": commit["sha"], "parents": commit["parents"]}])
    mainline = Mainline((link["sha"], link["parents"]) for batch in links for link in batch)

    def rows_of(repository: str, commit: Payload) -> Iterator[Row]:
        place = mainline.place(commit["sha"])
        if place is not None:  # else it landed after the first pass, and the next build has it
            yield delivery.commit_row(repository, commit, place.position, is_head=place.is_head)

    yield from _mapped(store, partition, raw, rows_of)


_RECORD_BY_RECORD: Mapping[str, tuple[str, RowsOf]] = {
    "pull_requests": ("raw_github_pull_requests", _one(delivery.pull_request_row)),
    "pull_request_commits": ("raw_github_pull_requests", delivery.pull_request_commit_rows),
    "pull_request_reviews": ("raw_github_pull_requests", delivery.pull_request_review_rows),
    "releases": ("raw_github_releases", _one(delivery.release_row)),
}
