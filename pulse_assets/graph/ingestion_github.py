"""The raw tables of GitHub: one asset per list, partitioned by repository, collected by one step.

How a list is read does not belong here, but in `sync.github`.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import dagster as dg

from pulse_assets.graph.columns import COLUMN_SCHEMA, record_schema
from pulse_assets.graph.failures import NO_RUN_RETRIES, partitions_failed
from pulse_assets.graph.partitions import REPOSITORIES
from pulse_assets.graph.preview import markdown_table
from pulse_assets.graph.resources import Pulse
from pulse_assets.sources.events import HttpCounts, HttpStats
from pulse_assets.sources.github import records
from pulse_assets.sources.github.client import GitHub
from pulse_assets.store import Store
from pulse_assets.store.landing import UpsertCount
from pulse_assets.sync.engine import sync_partitions
from pulse_assets.sync.github import github_streams
from pulse_assets.sync.outcome import PartitionOutcome
from pulse_assets.sync.stream import State, Stream, StreamPage

GROUP = "raw_github"
OWNERS = ["team:engineering-analytics"]
_PREVIEW_ROWS = 5


@dataclass(frozen=True, slots=True)
class RawTable:
    """One list of GitHub's, as it is landed.

    Attributes:
        stream: Its name in the sync.
        shape: The TypedDict of a record.
        key: The field that tells records apart.
    """

    name: str
    stream: str
    shape: type
    key: str
    description: str
    preview: tuple[str, ...]


RAW_TABLES = (
    RawTable(
        "raw_github_repositories",
        "repository",
        records.Repository,
        "id",
        "One record per repository, as GitHub describes it.",
        ("id", "full_name", "default_branch", "pushed_at"),
    ),
    RawTable(
        "raw_github_pull_requests",
        "pull_requests",
        records.PullRequest,
        "number",
        "One record per pull request, with its commits and reviews.",
        ("number", "state", "title", "author", "updated_at"),
    ),
    RawTable(
        "raw_github_commits",
        "commits",
        records.Commit,
        "sha",
        "One record per commit of the default branch's history.",
        ("sha", "committed_at", "author", "message_headline"),
    ),
    RawTable(
        "raw_github_releases",
        "releases",
        records.Release,
        "id",
        "One record per release, with the commit of its tag.",
        ("id", "tag", "is_prerelease", "published_at"),
    ),
    RawTable(
        "raw_github_deployments",
        "deployments",
        records.Deployment,
        "id",
        "One record per deployment, with all its statuses.",
        ("id", "environment", "sha", "created_at"),
    ),
    RawTable(
        "raw_github_issues",
        "incidents",
        records.Issue,
        "number",
        "One record per issue with one of the incident labels.",
        ("number", "state", "title", "created_at", "closed_at"),
    ),
    RawTable(
        "raw_github_workflow_runs",
        "workflow_runs",
        records.WorkflowRun,
        "id",
        "One record per run of a workflow that fits `workflow_pattern`, where `deployment_source` is workflow_runs.",
        ("id", "name", "status", "conclusion", "run_attempt", "created_at"),
    ),
)
RAW_NAMES = tuple(table.name for table in RAW_TABLES)


class SyncConfig(dg.Config):
    """How to collect."""

    full: bool = False
    """Forget the checkpoints and read everything again; what is stored stays."""


def _spec(table: RawTable) -> dg.AssetSpec:
    return dg.AssetSpec(
        table.name,
        description=f"{table.description} Updated page by page; the checkpoint is committed with each page.",
        group_name=GROUP,
        kinds={"github", "sqlalchemy"},
        owners=OWNERS,
        partitions_def=REPOSITORIES,
        # The step records each finished repository by itself, so Dagster must not expect an output.
        skippable=True,
        metadata={COLUMN_SCHEMA: record_schema(table.shape, key=table.key), "landing table": table.name},
    )


@dg.multi_asset(
    name="github_ingest",
    specs=[_spec(table) for table in RAW_TABLES],
    can_subset=True,
    backfill_policy=dg.BackfillPolicy.single_run(),
    op_tags=dict(NO_RUN_RETRIES),
    pool="github_api",
)
def github_ingest(
    context: dg.AssetExecutionContext, config: SyncConfig, pulse: dg.ResourceParam[Pulse]
) -> Iterator[dg.MaterializeResult]:
    """Collects the repositories of the run; those that fail leave the others recorded."""
    partitions = context.partition_keys
    tables = [table for table in RAW_TABLES if dg.AssetKey(table.name) in context.selected_asset_keys]
    with pulse.store() as store, pulse.github(store) as github:
        costs = _Costs(github)

        def make_streams(_partition: str) -> list[Stream]:
            streams = github_streams(github, store, pulse.settings)
            if len(tables) < len(RAW_TABLES):
                wanted = {table.stream for table in tables}
                streams = [stream for stream in streams if stream.name in wanted]
            return [*streams, costs.watch()]

        def record(outcome: PartitionOutcome) -> None:
            pulse.journal.collected[outcome.partition] = outcome
            if outcome.is_complete:
                for table in tables:
                    context.log_event(_materialization(store, table, outcome, costs))

        outcome = sync_partitions(
            store,
            make_streams,
            partitions,
            workers=pulse.settings.sync_workers,
            full=config.full,
            clock=pulse.clock,
            on_progress=pulse.on_progress,
            on_outcome=record,
        )
        pulse.journal.add_http(asdict(github.stats.snapshot()))
    left = [key for key, each in outcome.outcomes.items() if not each.is_complete and each.error is None]
    if outcome.failures or left:
        raise partitions_failed(outcome.failures, partitions=partitions, not_attempted=left)
    yield from ()


def _materialization(
    store: Store, table: RawTable, outcome: PartitionOutcome, costs: "_Costs"
) -> dg.AssetMaterialization:
    count = outcome.counts.get(table.name, UpsertCount(0, 0, 0))
    metadata: dict[str, Any] = {
        "dagster/partition_row_count": store.landing.count(table.name, outcome.partition),
        "new": count.inserted,
        "changed": count.changed,
        "unchanged": count.unchanged,
    }
    if table.stream == RAW_TABLES[0].stream:
        metadata |= {"pages": outcome.page_count, "missing": outcome.missing_count}
        metadata |= {"watermark": outcome.watermark or "none", **costs.metadata(outcome.partition)}
    if count.inserted or count.changed:
        batch = next(store.landing.read(table.name, outcome.partition, batch_size=_PREVIEW_ROWS), [])
        metadata["preview"] = markdown_table([record.payload for record in batch], table.preview)
    return dg.AssetMaterialization(table.name, partition=outcome.partition, metadata=metadata)


class _Costs:
    """Counts the requests of each repository; one is collected by one thread."""

    def __init__(self, github: GitHub) -> None:
        self._stats = github.stats
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
