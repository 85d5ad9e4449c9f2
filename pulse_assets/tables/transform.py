"""Landed records into typed clean tables, batch by batch."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import pyarrow as pa

from pulse_assets.errors import ContractBroken, NotFound
from pulse_assets.settings import Settings
from pulse_assets.store import LandedRecord, Store
from pulse_assets.tables import delivery, deployments
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import typed_batch
from pulse_assets.tables.incident_reports import incident_report_rows
from pulse_assets.tables.labels import label_prefix
from pulse_assets.tables.mainline import Mainline
from pulse_assets.tables.people import account_batches
from pulse_assets.tables.planning import COMPLETE, planning_batches
from pulse_assets.tables.values import instant

#: What is held in memory at a time.
RECORDS_PER_BATCH = 250
_REPOSITORIES = "raw_github_repositories"
_PULL_REQUESTS = "raw_github_pull_requests"

Payload = Mapping[str, Any]
Row = dict[str, Any]
RowsOf = Callable[[str, Payload], Iterable[Row]]

_PARTS_OF_PULL_REQUESTS: Mapping[str, RowsOf] = {
    "pull_request_commits": delivery.pull_request_commit_rows,
    "pull_request_issue_keys": delivery.pull_request_issue_key_rows,
    "pull_request_reviews": delivery.pull_request_review_rows,
}


def build_table(name: str, store: Store, partition: str, settings: Settings) -> Iterator[pa.Table]:
    """Batches of one partition of a clean table.

    Records of Jira that make no sense do not raise: what is wrong with them stands in `quarantined_records`.

    Raises:
        NotFound: The repository or project was never collected.
        ContractBroken: A landed record of GitHub does not fit the table; names the record.
    """
    for rows in _batches(name, store, partition, settings):
        yield typed_batch(TABLES[name], rows)


def _batches(name: str, store: Store, partition: str, settings: Settings) -> Iterator[list[Row]]:
    if TABLES[name].family == "planning":
        yield from planning_batches(name, store, partition, settings)
        return
    if TABLES[name].family == "organization":
        yield from account_batches(store)
        return
    if store.landing.count(_REPOSITORIES, partition) == 0:
        raise NotFound(f"Repository {partition} has not been collected.", hint="Run `pulse sync`.")
    match name:
        case "repositories":
            yield from _repositories(store, partition)
        case "commits":
            yield from _commits(store, partition)
        case _:
            yield from _mapped(store, partition, *_record_by_record(name, store, partition, settings))


def _record_by_record(name: str, store: Store, partition: str, settings: Settings) -> tuple[str, RowsOf]:
    """The raw table, and what one of its records becomes."""
    service_prefix = label_prefix(settings.service_label_prefix)
    match name:
        case "pull_requests":
            hotfix = re.compile(settings.hotfix_pattern)
            row_of = partial(delivery.pull_request_row, hotfix=hotfix, service_prefix=service_prefix)
            return _PULL_REQUESTS, _one(row_of)
        case _ if name in _PARTS_OF_PULL_REQUESTS:
            return _PULL_REQUESTS, _PARTS_OF_PULL_REQUESTS[name]
        case "releases":
            return "raw_github_releases", _one(delivery.release_row)
        case "deployments":
            return _deployment_source(store, partition, settings)
        case "incident_reports":
            labels = frozenset(label.casefold() for label in settings.incident_labels)
            rows_of = partial(incident_report_rows, incident_labels=labels, service_prefix=service_prefix)
            return "raw_github_issues", rows_of
        case _:
            raise ValueError(f"{name} is no clean table")


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


def _deployment_source(store: Store, partition: str, settings: Settings) -> tuple[str, RowsOf]:
    match settings.deployment_source:
        case "releases":
            return "raw_github_releases", deployments.released_deployment_rows
        case "workflow_runs":
            workflow = re.compile(settings.workflow_pattern)
            return "raw_github_workflow_runs", partial(deployments.run_deployment_rows, workflow=workflow)
        case "merges":
            default_branch = _newest(store, partition).payload["default_branch"]
            branch = re.compile(settings.merge_branch_pattern or _only(default_branch))
            return _PULL_REQUESTS, partial(deployments.merged_deployment_rows, branch=branch)
        case "deployments":
            production, service = re.compile(settings.production_pattern), re.compile(settings.service_pattern)
            row_of = partial(deployments.deployment_row, production=production, service=service)
            return "raw_github_deployments", _one(row_of)


def _only(name: str | None) -> str:
    """A pattern that fits just this name; without a name, nothing."""
    return r"(?!)" if name is None else rf"\A{re.escape(name)}\Z"


def _newest(store: Store, partition: str) -> LandedRecord:
    """The record of the repository. One deleted and made again under its name has two; the old one stays landed."""
    records = [record for batch in store.landing.read(_REPOSITORIES, partition) for record in batch]
    return max(records, key=lambda record: (record.last_seen_at, record.payload.get("id", 0)))


def _repositories(store: Store, partition: str) -> Iterator[list[Row]]:
    collected_at = instant((store.checkpoints.load(partition, COMPLETE) or {}).get("collected_at"))
    row_of = _one(lambda name, record: delivery.repository_row(name, record, collected_at))
    yield _rows(_REPOSITORIES, partition, _newest(store, partition), row_of)


def _commits(store: Store, partition: str) -> Iterator[list[Row]]:
    raw = "raw_github_commits"
    links = _mapped(store, partition, raw, lambda _, commit: [{"sha": commit["sha"], "parents": commit["parents"]}])
    mainline = Mainline((link["sha"], link["parents"]) for batch in links for link in batch)

    def rows_of(repository: str, commit: Payload) -> Iterator[Row]:
        place = mainline.place(commit["sha"])
        if place is not None:  # else it landed after the first pass, and the next build has it
            yield delivery.commit_row(repository, commit, place.position, is_head=place.is_head)

    yield from _mapped(store, partition, raw, rows_of)
