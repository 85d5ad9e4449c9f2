"""Metrics as assets: one per SQL file outside `facts`, partitioned by month.

Partition M holds the month's row and the rows of the weeks whose Monday lies in M. How a figure is computed does not
belong here, but in the SQL file of the metric's name.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import dagster as dg
import pandas as pd

from pulse_assets.errors import PulseError
from pulse_assets.graph import checks
from pulse_assets.graph.columns import COLUMN_SCHEMA, column_schema
from pulse_assets.graph.discovery import collected_repositories
from pulse_assets.graph.failures import NO_RUN_RETRIES, partitions_failed
from pulse_assets.graph.frame_types import checked
from pulse_assets.graph.ingestion_github import OWNERS
from pulse_assets.graph.inputs import INPUTS, month_inputs
from pulse_assets.graph.partitions import REPOSITORIES, months
from pulse_assets.graph.preview import drawing, frame_preview
from pulse_assets.graph.resources import Pulse
from pulse_assets.graph.trend import trend_svg
from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.metrics.engine import build_metric_months, tables_read
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
        known = context.instance.get_dynamic_partitions(str(REPOSITORIES.name))
        with pulse.store() as store:
            expected = collected_repositories(store, known)
        inputs = month_inputs(pulse, expected)
        selected = {key.to_user_string() for key in context.selected_asset_keys}
        failures: dict[str, PulseError] = {}
        for table in METRICS:
            if table.name in selected:
                failures |= _write_months(context, pulse, table, inputs, expected)
        results: dict[tuple[str, str], list[CheckResult]] = {}
        for month in (key for key in context.partition_keys if key not in failures):
            found = {(table.name, month): _checked(pulse, table, month) for table in METRICS}
            results |= found
            if error := checks.gate((each for answers in found.values() for each in answers), month):
                failures[month] = error
        yield from checks.record(context, results)
        if failures:
            pulse.journal.failures.update(failures)
            raise partitions_failed(failures, partitions=context.partition_keys)

    return build


def _write_months(
    context: dg.AssetExecutionContext,
    pulse: Pulse,
    table: Table,
    inputs: Mapping[str, str],
    expected: Collection[str],
) -> dict[str, PulseError]:
    """Writes the months of the run in their order; an error keeps those that are not written yet from being so."""
    left = list(context.partition_keys)
    built = build_metric_months(
        table.name, pulse.lake, context.partition_keys, pulse.settings, expected_repositories=expected
    )
    try:
        for month, (_, frame) in zip(context.partition_keys, built, strict=True):
            _write(context, pulse, table, month, frame, inputs=inputs.get(month, ""))
            left.remove(month)
    except PulseError as error:
        return dict.fromkeys(left, error)
    return {}


def _write(
    context: dg.AssetExecutionContext, pulse: Pulse, table: Table, month: str, frame: pd.DataFrame, *, inputs: str
) -> None:
    written = pulse.lake.write(table, month, checked(table.name, [frame]))
    pulse.journal.built[table.name, month] = written.rows
    metadata: dict[str, Any] = {
        "dagster/partition_row_count": written.rows,
        "path": dg.MetadataValue.path(str(written.path)),
        INPUTS: inputs,
    }
    if written.rows:
        metadata["preview"] = frame_preview(_headline(frame))
    if month == context.partition_keys[-1]:
        metadata["trend"] = _trend(pulse, table)
    context.log_event(dg.AssetMaterialization(table.name, partition=month, metadata=metadata))


def _checked(pulse: Pulse, table: Table, month: str) -> list[CheckResult]:
    return check_table(table, pulse.lake, month, expected=Expectations(), now=pulse.clock())


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
