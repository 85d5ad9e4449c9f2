"""What Dagster's event log says was built last, and from what."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg

from pulse_assets.graph.inputs import INPUTS
from pulse_assets.graph.wings import WINGS
from pulse_assets.tables.schema import Table

_BATCH = 500
_MATERIALIZED = dg.DagsterEventType.ASSET_MATERIALIZATION


@dataclass(frozen=True, slots=True)
class Built:
    """The last materialization of a partition."""

    storage_id: int
    inputs: str | None


def last_built(instance: dg.DagsterInstance, name: str) -> dict[str, Built]:
    """The last materialization of each partition of an asset."""
    ids = sorted(storage_ids(instance, name).values())
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
            built[materialization.partition] = Built(record.storage_id, str(entry.value) if entry else None)
    return built


def last_inputs(instance: dg.DagsterInstance, name: str) -> Any:
    """The inputs of the last materialization of an asset without partitions."""
    event = instance.get_latest_materialization_event(dg.AssetKey(name))
    entry = event.asset_materialization.metadata.get(INPUTS) if event and event.asset_materialization else None
    return None if entry is None else entry.value


def facts_built(instance: dg.DagsterInstance) -> list[tuple[str, str, str | None]]:
    """Fact, partition and inputs of what was built of both wings; one fact stands for all of its wing."""
    facts = [wing.facts[0].name for wing in WINGS.values()]
    return [(name, key, each.inputs) for name in facts for key, each in last_built(instance, name).items()]


def newest_of(instance: dg.DagsterInstance, tables: Collection[Table]) -> int:
    """The storage id of the newest materialization of any of the tables; 0 without any."""
    return max(newest_by_partition(instance, [table.name for table in tables]).values(), default=0)


def newest_by_partition(instance: dg.DagsterInstance, names: Collection[str]) -> dict[str, int]:
    """The storage id of the newest materialization of any of the assets, by partition."""
    newest: dict[str, int] = {}
    for name in names:
        for partition, storage_id in storage_ids(instance, name).items():
            newest[partition] = max(storage_id, newest.get(partition, 0))
    return newest


def storage_ids(instance: dg.DagsterInstance, name: str) -> Mapping[str, int]:
    """The storage id of the last materialization of each partition of an asset."""
    return instance.event_log_storage.get_latest_storage_id_by_partition(dg.AssetKey(name), _MATERIALIZED)
