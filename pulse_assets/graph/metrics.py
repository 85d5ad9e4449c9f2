"""Metrics as assets: one per SQL file outside `facts`, partitioned by month.

Partition M holds the month's row and the rows of the weeks whose Monday lies in M. How a figure is computed does not
belong here, but in the SQL file of the metric's name.
"""

from collections.abc import Collection, Iterator
from typing import Any

import dagster as dg
import pandas as pd

from pulse_assets.errors import PulseError
from pulse_assets.graph import checks
from pulse_assets.graph.columns import COLUMN_SCHEMA, column_schema
from pulse_assets.graph.failures import NO_RUN_RETRIES, partitions_failed
from pulse_assets.graph.frame_types import checked
from pulse_assets.graph.ingestion_github import OWNERS
from pulse_assets.graph.inputs import INPUTS, month_inputs
from pulse_assets.graph.partitions import REPOSITORIES, months
from pulse_assets.graph.preview import drawing, frame_preview
from pulse_assets.graph.resources import Pulse
from pulse_assets.graph.trend import trend_svg
from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.metrics.engine import build_metric, tables_read
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.quality import CheckResult, Expectations, check_table
from pulse_assets.tables.schema import Table

METRICS = tuple(table for table in TABLES.values() if table.layer == "metrics")


def _spec(table: Table, partitions: dg.PartitionsDefinition) -> dg.AssetSpec:
    entry = CATALOG[table.name]
    return dg.AssetSpec(
        table.name,
        deps=[
            # A month counts every repository.
            dg.AssetDep(name, partition_mapping=dg.AllPartitionMapping())
            for name in tables_read(table.name)
        ],
        description=f"{entry.title}: {entry.description}\n\n{entry.definition}",
        group_name=table.group,
        kinds={"duckdb", "sql", "parquet"},
        owners=OWNERS,
        partitions_def=partitions,
        skippable=True,
        metadata={COLUMN_SCHEMA: column_schema(table), "unit": entry.unit, "statistic": entry.statistic},
    )


def dora_metrics(settings: Settings) -> dg.AssetsDefinition:
    """The step that computes them."""
    partitions = months(settings)

    @dg.multi_asset(
        name="metric_months",
        specs=[_spec(table, partitions) for table in METRICS],
        check_specs=checks.check_specs([table.name for table in METRICS], partitions),
        can_subset=True,
        backfill_policy=dg.BackfillPolicy.single_run(),
        op_tags=dict(NO_RUN_RETRIES),
    )
    def build(
        context: dg.AssetExecutionContext, pulse: dg.ResourceParam[Pulse]
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        """Computes the selected metrics for the months of the run."""
        repositories = context.instance.get_dynamic_partitions(str(REPOSITORIES.name))
        inputs = month_inputs(pulse, repositories)
        selected = {key.to_user_string() for key in context.selected_asset_keys}
        results: dict[tuple[str, str], list[CheckResult]] = {}
        failures: dict[str, PulseError] = {}
        for month in context.partition_keys:
            try:
                for table in METRICS:
                    if table.name in selected:
                        is_last = month == context.partition_keys[-1]
                        text = inputs.get(month, "")
                        _write(context, pulse, table, month, repositories, inputs=text, is_last=is_last)
                    results[table.name, month] = check_table(
                        table, pulse.lake, month, expected=Expectations(), now=pulse.clock()
                    )
                if error := checks.gate((each for table in METRICS for each in results[table.name, month]), month):
                    raise error
            except PulseError as error:
                failures[month] = error
        yield from checks.record(context, results)
        if failures:
            pulse.journal.failures.update(failures)
            raise partitions_failed(failures, partitions=context.partition_keys)

    return build


def _write(
    context: dg.AssetExecutionContext,
    pulse: Pulse,
    table: Table,
    month: str,
    repositories: Collection[str],
    *,
    inputs: str,
    is_last: bool,
) -> None:
    frame = build_metric(table.name, pulse.lake, month, pulse.settings, expected_repositories=repositories)
    written = pulse.lake.write(table, month, checked(table.name, [frame]))
    pulse.journal.built[table.name, month] = written.rows
    metadata: dict[str, Any] = {
        "dagster/partition_row_count": written.rows,
        "path": dg.MetadataValue.path(str(written.path)),
        INPUTS: inputs,
    }
    if written.rows:
        metadata["preview"] = frame_preview(_headline(frame))
    if is_last:
        metadata["trend"] = _trend(pulse, table)
    context.log_event(dg.AssetMaterialization(table.name, partition=month, metadata=metadata))


def _headline(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(["scope_kind", "grain"], kind="stable")


def _trend(pulse: Pulse, table: Table) -> dg.MetadataValue:
    entry = CATALOG[table.name]
    value = entry.value_columns[0]
    with pulse.lake.connect([table.name]) as connection:
        points = connection.execute(
            f"select strftime(period_start, '%b %y'), {value}::double from {table.name} "  # noqa: S608 - own names
            "where grain = 'month' and scope_kind = 'all' order by period_start"
        ).fetchall()
    return drawing(trend_svg(entry.title, entry.unit, points), entry.title)
