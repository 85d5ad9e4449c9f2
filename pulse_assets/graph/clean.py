"""Clean tables and facts of a wing: one step takes the run's partitions through build, checks and facts.

One step, because a partition with bad rows has to hold back its own facts only: Dagster skips a downstream step as a
whole. How rows are made does not belong here, but in `tables` and `metrics`.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa

from pulse_assets.errors import PulseError
from pulse_assets.graph import checks
from pulse_assets.graph.columns import COLUMN_SCHEMA, column_schema
from pulse_assets.graph.failures import NO_RUN_RETRIES, partitions_failed
from pulse_assets.graph.frame_types import checked
from pulse_assets.graph.inputs import INPUTS, inputs_beside, partition_inputs
from pulse_assets.graph.preview import PREVIEW_ROWS, frame_preview
from pulse_assets.graph.raw_tables import OWNERS
from pulse_assets.graph.resources import Pulse
from pulse_assets.graph.transitions import remember
from pulse_assets.graph.wings import Wing
from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.metrics.engine import build_fact_partitions, tables_read
from pulse_assets.settings import Settings
from pulse_assets.store import Store
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import to_frame
from pulse_assets.tables.quality import CheckResult, check_tables, expectations
from pulse_assets.tables.schema import Table
from pulse_assets.tables.transform import build_table

_RAW = {
    "repositories": "raw_github_repositories",
    "pull_requests": "raw_github_pull_requests",
    "pull_request_commits": "raw_github_pull_requests",
    "pull_request_reviews": "raw_github_pull_requests",
    "commits": "raw_github_commits",
    "releases": "raw_github_releases",
    "incident_reports": "raw_github_issues",
    "pull_request_issue_keys": "raw_github_pull_requests",
    "projects": "raw_jira_projects",
    "statuses": "raw_jira_statuses",
    "boards": "raw_jira_boards",
    "board_issues": "raw_jira_board_issues",
    "sprints": "raw_jira_sprints",
    "issues": "raw_jira_issues",
    "issue_estimates": "raw_jira_issues",
    "issue_changes": "raw_jira_issues",
    "quarantined_records": "raw_jira_issues",
}
_DEPLOYED = {
    "deployments": "raw_github_deployments",
    "releases": "raw_github_releases",
    "workflow_runs": "raw_github_workflow_runs",
    "merges": "raw_github_pull_requests",
}
Results = dict[tuple[str, str], list[CheckResult]]


def _upstream(table: Table, settings: Settings) -> list[dg.AssetDep]:
    if table.layer == "facts":
        return [_dependency(table, TABLES[name]) for name in tables_read(table.name)]
    if table.name == "deployments":
        return [dg.AssetDep(_DEPLOYED[settings.deployment_source])]
    return [dg.AssetDep(_RAW[table.name])]


def _dependency(table: Table, upstream: Table) -> dg.AssetDep:
    """A partition of a fact reads the same one of its family, and all of another family."""
    if upstream.family == table.family:
        return dg.AssetDep(upstream.name)
    return dg.AssetDep(upstream.name, partition_mapping=dg.AllPartitionMapping())


def _spec(table: Table, wing: Wing, settings: Settings) -> dg.AssetSpec:
    metadata: dict[str, Any] = {COLUMN_SCHEMA: column_schema(table)}
    description = table.description
    kinds = {"pandas", "parquet"}
    if table.layer == "facts":
        description += f"\n\n{CATALOG[table.name].definition}"
        kinds = {"duckdb", "sql", "parquet"}
    return dg.AssetSpec(
        table.name,
        deps=_upstream(table, settings),
        description=description,
        group_name=table.group,
        kinds=kinds,
        owners=OWNERS,
        partitions_def=wing.partitions,
        # The step records each finished partition by itself, so Dagster must not expect an output.
        skippable=True,
        metadata=metadata,
    )


def wing_tables(wing: Wing, settings: Settings) -> dg.AssetsDefinition:
    """The step that builds them."""
    tables = (*wing.clean, *wing.facts)

    @dg.multi_asset(
        name=wing.tables_step,
        specs=[_spec(table, wing, settings) for table in tables],
        check_specs=checks.check_specs([table.name for table in tables], wing.partitions),
        can_subset=True,
        backfill_policy=dg.BackfillPolicy.single_run(),
        op_tags=dict(NO_RUN_RETRIES),
    )
    def build(
        context: dg.AssetExecutionContext, pulse: dg.ResourceParam[Pulse]
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        """Builds the selected tables of the run's partitions; those that fail leave the others recorded."""
        with pulse.store() as store:
            step = _Step(context, pulse, store, wing)
            step.build()
            remember(store, step.results, pulse, context.log)
        yield from checks.record(context, step.results)
        if step.failures:
            pulse.journal.failures.update(step.failures)
            raise partitions_failed(step.failures, partitions=context.partition_keys)

    return build


class _Step:
    """The run's partitions on their way from landed records to facts.

    Attributes:
        results: What the checks found, by table and partition.
        failures: Why a partition did not get to the end.
    """

    def __init__(self, context: dg.AssetExecutionContext, pulse: Pulse, store: Store, wing: Wing) -> None:
        self.results: Results = {}
        self.failures: dict[str, PulseError] = {}
        self._context, self._pulse, self._store, self._wing = context, pulse, store, wing
        beside = inputs_beside(pulse, wing)
        self._inputs = {key: partition_inputs(pulse, store, wing, key, beside) for key in context.partition_keys}
        self._selected = {key.to_user_string() for key in context.selected_asset_keys}
        self._checks = {key.asset_key.to_user_string() for key in context.selected_asset_check_keys}

    def build(self) -> None:
        """Each partition goes as far as its rows allow: tables, their checks, facts, their checks."""
        facts = [table for table in self._wing.facts if table.name in self._selected]
        read = {name for table in facts for name in tables_read(table.name)}
        for partition in self._context.partition_keys:
            with self._failing(partition):
                self._build_clean(partition, read)
        for table in facts:
            self._build_fact(table)
        for partition in self._left():
            with self._failing(partition):
                self._check(
                    partition, [table for table in self._wing.facts if table.name in self._selected | self._checks]
                )

    def _left(self) -> list[str]:
        return [key for key in self._context.partition_keys if key not in self.failures]

    @contextmanager
    def _failing(self, partition: str) -> Iterator[None]:
        """Keeps an error as that of the partition, so that the others go on."""
        try:
            yield
        except PulseError as error:
            self.failures[partition] = error

    def _build_clean(self, partition: str, read: Collection[str]) -> None:
        for table in self._wing.clean:
            if table.name in self._selected:
                batches = build_table(table.name, self._store, partition, self._pulse.settings)
                self._write(table, [(partition, batches)])
        self._check(
            partition, [table for table in self._wing.clean if table.name in {*self._selected, *self._checks, *read}]
        )

    def _build_fact(self, table: Table) -> None:
        """For all partitions by one query, which is quicker; one by one where that fails, to find the culprit."""
        left = self._left()
        try:
            if left:
                self._write_fact(table, left)
        except PulseError:
            for partition in left:
                with self._failing(partition):
                    self._write_fact(table, [partition])

    def _write_fact(self, table: Table, partitions: list[str]) -> None:
        self._write(table, build_fact_partitions(table.name, self._pulse.lake, partitions, self._pulse.settings))

    def _check(self, partition: str, tables: Iterable[Table]) -> None:
        settings = self._pulse.settings
        found = check_tables(
            tables,
            self._pulse.lake,
            partition,
            expected=expectations(self._store, partition, settings),
            now=self._pulse.clock(),
            settings=settings,
        )
        self.results.update({(name, partition): answers for name, answers in found.items()})
        if error := checks.gate((each for answers in found.values() for each in answers), partition):
            raise error

    def _write(self, table: Table, built: Iterable[tuple[str, Iterable[pa.Table]]]) -> None:
        previews: dict[str, pd.DataFrame] = {}

        def frames(partition: str, batches: Iterable[pa.Table]) -> Iterator[pd.DataFrame]:
            for frame in checked(table.name, map(to_frame, batches)):
                previews.setdefault(partition, frame.head(PREVIEW_ROWS))
                yield frame

        pairs = ((partition, frames(partition, batches)) for partition, batches in built)
        for partition, written in self._pulse.lake.write_all(table, pairs).items():
            self._pulse.journal.built[table.name, partition] = written.rows
            metadata: dict[str, Any] = {
                "dagster/partition_row_count": written.rows,
                "bytes": written.bytes,
                "path": dg.MetadataValue.path(str(written.path)),
                INPUTS: self._inputs[partition],
            }
            if written.rows:
                metadata["preview"] = frame_preview(previews[partition])
            self._context.log_event(dg.AssetMaterialization(table.name, partition=partition, metadata=metadata))
