"""What has to be built now, from what is recorded about the last time; used by the command line and by the sensor.

Asking for the same thing twice gives the same answer until it was built, so a crash at any point is made good by the
next run. Nothing is built because time has passed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg

from pulse_assets.errors import NotFound
from pulse_assets.graph.clean import FACTS
from pulse_assets.graph.ingestion_github import RAW_NAMES
from pulse_assets.graph.inputs import INPUTS, month_inputs, present_state, repository_inputs
from pulse_assets.graph.metrics import METRICS
from pulse_assets.graph.partitions import REPOSITORIES, months, weeks
from pulse_assets.graph.publish import PUBLISHED_TABLES, publication_inputs
from pulse_assets.graph.quality import QUALITY_REPORT, quality_inputs
from pulse_assets.graph.reports import KINDS, report_name
from pulse_assets.graph.resources import Pulse
from pulse_assets.reports import Period, ReportKind, latest_period
from pulse_assets.store import Store
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.schema import Table

_BATCH = 500
_MATERIALIZED = dg.DagsterEventType.ASSET_MATERIALIZATION


@dataclass(frozen=True, slots=True)
class _Built:
    """The last materialization of a partition."""

    storage_id: int
    inputs: str | None


@dataclass(frozen=True, slots=True)
class MonthsDue:
    """Which metric partitions have to be computed.

    Args:
        versions: By month, such as `2024-05-01`.
        left_out_count: Months with data that are never computed, because the history begins after them.
        stale: Months that are in the lake and have no place there any more: another zone or begin of the history.
    """

    versions: Mapping[str, str]
    left_out_count: int
    stale: tuple[str, ...] = ()


def repositories_due(
    pulse: Pulse, store: Store, instance: dg.DagsterInstance, repositories: Collection[str]
) -> dict[str, str]:
    """Repositories that were collected completely and have news since their facts were built.

    Each with a version: the same one is not worth a second attempt before the repository was collected again.

    A repository whose last sync failed halfway is not due: its landed rows are of two times.
    """
    collected = _newest(instance, RAW_NAMES)
    built = [_last_built(instance, table.name) for table in FACTS]
    in_lake = [set(pulse.lake.partitions(TABLES[table.name])) for table in FACTS]
    due = {}
    for key in repositories:
        last = [each.get(key) for each in built]
        is_built = all(last) and all(key in names for names in in_lake)
        if key not in collected or (is_built and collected[key] < min(each.storage_id for each in last if each)):
            continue
        inputs = repository_inputs(pulse, store, key)
        if not is_built or any(each.inputs != inputs for each in last if each):
            due[key] = f"{inputs}@{collected[key]}"
    return due


def months_due(pulse: Pulse, instance: dg.DagsterInstance) -> MonthsDue:
    """Months whose facts differ from those that their metrics were computed from, each with a version likewise."""
    with pulse.store() as store:
        present = present_state(pulse, store, instance.get_dynamic_partitions(str(REPOSITORIES.name)))
    inputs = month_inputs(pulse, present)
    start = pulse.settings.history_start.replace(day=1).isoformat()
    # A month that has not begun here, because the source's clock is ahead, is due as soon as it has.
    computed = set(months(pulse.settings).get_partition_keys(pulse.clock()))
    built = [_last_built(instance, table.name) for table in METRICS]
    in_lake = [set(pulse.lake.partitions(table)) for table in METRICS]
    newest = _newest_of(instance, FACTS)
    due = {
        month: f"{text}@{newest}"
        for month, text in inputs.items()
        if month in computed
        and (
            any(month not in names for names in in_lake)
            or any(month not in each or each[month].inputs != text for each in built)
        )
    }
    kept = {month for month in inputs if month >= start}
    # Without any input nothing is known, and nothing is dropped.
    stale = sorted(set().union(*in_lake) - kept) if inputs else []
    return MonthsDue(due, sum(month < start for month in inputs), tuple(stale))


def reports_due(pulse: Pulse, instance: dg.DagsterInstance) -> dict[ReportKind, tuple[Period, str]]:
    """The latest period of each kind, unless its report is newer than every table that it shows; with a version.

    None of a period before the history: there are no metrics to show.
    """
    newest = _newest_of(instance, (*FACTS, *METRICS))
    due: dict[ReportKind, tuple[Period, str]] = {}
    for kind in KINDS:
        try:
            period = latest_period(kind, pulse.lake, pulse.settings)
        except NotFound:
            # Nothing was merged or deployed yet: a report would have nothing to tell.
            continue
        is_older = _ids(instance, report_name(kind)).get(period.partition_key, 0) < newest
        if is_older and _is_in_history(pulse, period):
            due[kind] = period, str(newest)
    return due


def quality_report_due(pulse: Pulse, instance: dg.DagsterInstance) -> str | None:
    """A version, when checks were asked, or their thresholds changed, since the data-quality report was written."""
    with pulse.store() as store:
        inputs = quality_inputs(pulse, store)
    return inputs if inputs and _last_inputs(instance, QUALITY_REPORT) != inputs else None


def publication_due(pulse: Pulse, instance: dg.DagsterInstance) -> str | None:
    """A version, when tables have changed since they were published; none without a database to publish to."""
    if pulse.settings.publish_url is None:
        return None
    inputs = publication_inputs(pulse)
    return inputs if inputs and _last_inputs(instance, PUBLISHED_TABLES) != inputs else None


def _is_in_history(pulse: Pulse, period: Period) -> bool:
    settings, now = pulse.settings, pulse.clock()
    month = period.start.replace(day=1).isoformat()
    partitions = weeks(settings) if period.kind == "weekly" else months(settings)
    return month in months(settings).get_partition_keys(now) and period.partition_key in (
        partitions.get_partition_keys(now)
    )


def _newest_of(instance: dg.DagsterInstance, tables: Collection[Table]) -> int:
    return max(_newest(instance, [table.name for table in tables]).values(), default=0)


def _newest(instance: dg.DagsterInstance, names: Collection[str]) -> dict[str, int]:
    newest: dict[str, int] = {}
    for name in names:
        for partition, storage_id in _ids(instance, name).items():
            newest[partition] = max(storage_id, newest.get(partition, 0))
    return newest


def _ids(instance: dg.DagsterInstance, name: str) -> Mapping[str, int]:
    return instance.event_log_storage.get_latest_storage_id_by_partition(dg.AssetKey(name), _MATERIALIZED)


def _last_inputs(instance: dg.DagsterInstance, name: str) -> Any:
    """Those of the last materialization of an asset without partitions."""
    event = instance.get_latest_materialization_event(dg.AssetKey(name))
    entry = event.asset_materialization.metadata.get(INPUTS) if event and event.asset_materialization else None
    return None if entry is None else entry.value


def _last_built(instance: dg.DagsterInstance, name: str) -> dict[str, _Built]:
    ids = sorted(_ids(instance, name).values())
    built = {}
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        records = instance.fetch_materializations(
            dg.AssetRecordsFilter(asset_key=dg.AssetKey(name), storage_ids=batch), limit=len(batch)
        ).records
        for record in records:
            materialization = record.asset_materialization
            if materialization is None or materialization.partition is None:
                continue
            entry = materialization.metadata.get(INPUTS)
            built[materialization.partition] = _Built(record.storage_id, str(entry.value) if entry else None)
    return built
