"""The raw tables as assets: one per list of a source, partitioned, collected by one step for each source.

How a list is read does not belong here, but in `sync`.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import dagster as dg

from pulse_assets.graph.failures import NO_RUN_RETRIES, partitions_failed
from pulse_assets.graph.preview import markdown_table
from pulse_assets.graph.raw_tables import RawTable, raw_spec
from pulse_assets.graph.resources import Pulse
from pulse_assets.graph.wings import Wing
from pulse_assets.sources.events import HttpCounts, HttpStats
from pulse_assets.store import Store
from pulse_assets.store.landing import UpsertCount
from pulse_assets.sync.engine import sync_partitions
from pulse_assets.sync.outcome import PartitionOutcome
from pulse_assets.sync.stream import State, Stream, StreamPage

_PREVIEW_ROWS = 5


class SyncConfig(dg.Config):
    """How to collect."""

    full: bool = False
    """Forget the checkpoints and read everything again; what is stored stays."""


def ingestion(wing: Wing) -> dg.AssetsDefinition:
    """The step that collects the partitions of a source."""

    @dg.multi_asset(
        name=f"{wing.source}_ingest",
        specs=[raw_spec(table, wing.partitions, wing.source) for table in wing.raw],
        can_subset=True,
        backfill_policy=dg.BackfillPolicy.single_run(),
        op_tags=dict(NO_RUN_RETRIES),
        pool=f"{wing.source}_api",
    )
    def collect(
        context: dg.AssetExecutionContext, config: SyncConfig, pulse: dg.ResourceParam[Pulse]
    ) -> Iterator[dg.MaterializeResult]:
        """Collects the partitions of the run; those that fail leave the others recorded."""
        partitions = context.partition_keys
        tables = [table for table in wing.raw if dg.AssetKey(table.name) in context.selected_asset_keys]
        with pulse.store() as store, wing.client(pulse, store) as client:
            costs = _Costs(client.stats)

            def make_streams(_partition: str) -> list[Stream]:
                streams = list(wing.streams(client, store, pulse.settings))
                if len(tables) < len(wing.raw):
                    wanted = {table.stream for table in tables}
                    streams = [stream for stream in streams if stream.name in wanted]
                return [*streams, costs.watch()]

            def record(outcome: PartitionOutcome) -> None:
                pulse.journal.collected[outcome.partition] = outcome
                if outcome.is_complete:
                    for table in tables:
                        is_first = table is wing.raw[0]
                        context.log_event(_materialization(store, table, outcome, costs, is_first=is_first))

            outcome = sync_partitions(
                store,
                make_streams,
                partitions,
                workers=pulse.settings.sync_workers,
                source=wing.source,
                full=config.full,
                clock=pulse.clock,
                on_progress=pulse.on_progress,
                on_outcome=record,
            )
            pulse.journal.add_http(asdict(client.stats.snapshot()))
            pulse.journal.notices.extend(notice for notice in client.notices if notice not in pulse.journal.notices)
        left = [key for key, each in outcome.outcomes.items() if not each.is_complete and each.error is None]
        if outcome.failures or left:
            raise partitions_failed(outcome.failures, partitions=partitions, not_attempted=left)
        yield from ()

    return collect


def _materialization(
    store: Store, table: RawTable, outcome: PartitionOutcome, costs: "_Costs", *, is_first: bool
) -> dg.AssetMaterialization:
    count = outcome.counts.get(table.name, UpsertCount(0, 0, 0))
    metadata: dict[str, Any] = {
        "dagster/partition_row_count": store.landing.count(table.name, outcome.partition),
        "new": count.inserted,
        "changed": count.changed,
        "unchanged": count.unchanged,
    }
    if is_first:
        metadata |= {"pages": outcome.page_count, "missing": outcome.missing_count}
        metadata |= {"watermark": outcome.watermark or "none", **costs.metadata(outcome.partition)}
    if count.inserted or count.changed:
        batch = next(store.landing.read(table.name, outcome.partition, batch_size=_PREVIEW_ROWS), [])
        metadata["preview"] = markdown_table([record.payload for record in batch], table.preview)
    return dg.AssetMaterialization(table.name, partition=outcome.partition, metadata=metadata)


class _Costs:
    """Counts the requests of each partition; one is collected by one thread."""

    def __init__(self, stats: HttpStats) -> None:
        self._stats = stats
        self._by_partition: dict[str, HttpCounts] = {}

    def watch(self) -> Stream:
        """A stream to read last: it lands nothing, and takes the counts since now."""
        return _Meter(self._stats, self._by_partition)

    def metadata(self, partition: str) -> dict[str, Any]:
        counts = self._by_partition.get(partition, HttpCounts())
        return {
            "requests": counts.requests,
            "requests answered 304": counts.not_modified,
            "requests repeated": counts.retries,
            "seconds waited": counts.waited_seconds,
            "limit left": "unknown" if counts.limit_remaining is None else counts.limit_remaining,
        }


class _Meter:
    name = "costs"
    unit = "requests"

    def __init__(self, stats: HttpStats, sink: dict[str, HttpCounts]) -> None:
        self._stats, self._sink = stats, sink
        self._before = stats.snapshot_of_thread()

    def pages(self, partition: str, _state: State | None) -> Iterator[StreamPage]:
        self._sink[partition] = self._stats.snapshot_of_thread().since(self._before)
        yield from ()
