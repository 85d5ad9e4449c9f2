"""Clean tables and facts: one step takes repository after repository through build, checks and facts.

One step, because a partition with bad rows has to hold back its own facts only: Dagster skips a downstream step as a
whole. How rows are made does not belong here, but in `tables` and `metrics`.
"""

import itertools
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import dagster as dg
import pandas as pd

from pulse_assets.errors import PulseError
from pulse_assets.graph import checks
from pulse_assets.graph.columns import COLUMN_SCHEMA, column_schema
from pulse_assets.graph.failures import NO_RUN_RETRIES, partitions_failed
from pulse_assets.graph.frame_types import checked
from pulse_assets.graph.ingestion_github import OWNERS
from pulse_assets.graph.inputs import INPUTS, repository_inputs
from pulse_assets.graph.partitions import REPOSITORIES
from pulse_assets.graph.preview import frame_preview
from pulse_assets.graph.resources import Pulse
from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.metrics.engine import build_fact, tables_read
from pulse_assets.settings import Settings
from pulse_assets.store import Store
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import to_frame
from pulse_assets.tables.quality import CheckResult, check_table, expectations
from pulse_assets.tables.schema import Table
from pulse_assets.tables.transform import build_table

CLEAN = tuple(table for table in TABLES.values() if table.layer == "clean")
FACTS = tuple(table for table in TABLES.values() if table.layer == "facts")
_RAW = {
    "repositories": "raw_github_repositories",
    "pull_requests": "raw_github_pull_requests",
    "pull_request_commits": "raw_github_pull_requests",
    "pull_request_reviews": "raw_github_pull_requests",
    "commits": "raw_github_commits",
    "releases": "raw_github_releases",
    "incidents": "raw_github_issues",
}


def _upstream(table: Table, settings: Settings) -> Collection[str]:
    if table in FACTS:
        return tables_read(table.name)
    if table.name == "deployments":
        return [f"raw_github_{settings.deployment_source}"]
    return [_RAW[table.name]]


def _spec(table: Table, settings: Settings) -> dg.AssetSpec:
    metadata: dict[str, Any] = {COLUMN_SCHEMA: column_schema(table)}
    description = table.description
    kinds = {"pandas", "parquet"}
    if table in FACTS:
        description += f"\n\n{CATALOG[table.name].definition}"
        kinds = {"duckdb", "sql", "parquet"}
    return dg.AssetSpec(
        table.name,
        deps=_upstream(table, settings),
        description=description,
        group_name=table.group,
        kinds=kinds,
        owners=OWNERS,
        partitions_def=REPOSITORIES,
        # The step records each finished repository by itself, so Dagster must not expect an output.
        skippable=True,
        metadata=metadata,
    )


def repository_tables(settings: Settings) -> dg.AssetsDefinition:
    """The step that builds them."""
    tables = (*CLEAN, *FACTS)

    @dg.multi_asset(
        name="repository_tables",
        specs=[_spec(table, settings) for table in tables],
        check_specs=checks.check_specs([table.name for table in tables], REPOSITORIES),
        can_subset=True,
        backfill_policy=dg.BackfillPolicy.single_run(),
        op_tags=dict(NO_RUN_RETRIES),
    )
    def build(
        context: dg.AssetExecutionContext, pulse: dg.ResourceParam[Pulse]
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        """Builds the selected tables of the run's repositories; those that fail leave the others recorded."""
        failures: dict[str, PulseError] = {}
        results: dict[tuple[str, str], list[CheckResult]] = {}
        with pulse.store() as store:
            for partition in context.partition_keys:
                try:
                    _Repository(context, pulse, store, partition, results).build()
                except PulseError as error:
                    failures[partition] = error
        yield from checks.record(context, results)
        if failures:
            pulse.journal.failures.update(failures)
            raise partitions_failed(failures, partitions=context.partition_keys)

    return build


class _Repository:
    """One repository on its way from landed records to facts."""

    def __init__(
        self,
        context: dg.AssetExecutionContext,
        pulse: Pulse,
        store: Store,
        partition: str,
        results: dict[tuple[str, str], list[CheckResult]],
    ) -> None:
        self.context, self.pulse, self.store, self.partition, self.results = context, pulse, store, partition, results
        self.inputs = repository_inputs(pulse, store, partition)
        self.selected = {key.to_user_string() for key in context.selected_asset_keys}
        self.checks = {key.asset_key.to_user_string() for key in context.selected_asset_check_keys}

    def build(self) -> None:
        """Goes as far as the rows allow.

        Raises:
            QualityGateFailed: A blocking check found rows; the facts were not built.
            PulseError: A table could not be built.
        """
        for table in CLEAN:
            if table.name in self.selected:
                batches = build_table(table.name, self.store, self.partition, self.pulse.settings)
                self._write(table, map(to_frame, batches))
        facts = [table for table in FACTS if table.name in self.selected]
        read = {name for table in facts for name in tables_read(table.name)}
        self._check([table for table in CLEAN if table.name in self.selected | self.checks | read])
        for table in facts:
            self._write(table, build_fact(table.name, self.pulse.lake, self.partition, self.pulse.settings))
        self._check([table for table in FACTS if table.name in self.selected | self.checks])

    def _check(self, tables: Iterable[Table]) -> None:
        expected = expectations(self.store, self.partition, self.pulse.settings)
        found = []
        for table in tables:
            answers = check_table(table, self.pulse.lake, self.partition, expected=expected, now=self.pulse.clock())
            self.results[table.name, self.partition] = answers
            found += answers
        if error := checks.gate(found, self.partition):
            raise error

    def _write(self, table: Table, batches: Iterator[pd.DataFrame]) -> None:
        first = next(batches, None)
        whole = batches if first is None else itertools.chain([first], batches)
        written = self.pulse.lake.write(table, self.partition, checked(table.name, whole))
        self.pulse.journal.built[table.name, self.partition] = written.rows
        metadata: dict[str, Any] = {
            "dagster/partition_row_count": written.rows,
            "bytes": written.bytes,
            "path": dg.MetadataValue.path(str(written.path)),
            INPUTS: self.inputs,
        }
        if first is not None and written.rows:
            metadata["preview"] = frame_preview(first)
        self.context.log_event(dg.AssetMaterialization(table.name, partition=self.partition, metadata=metadata))
