"""Metrics as assets: one per SQL file outside `facts`, partitioned by month.

Partition M holds the month's row and the rows of the weeks whose Monday lies in M. How a figure is computed does not
belong here, but in the SQL file of the metric's name.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import pyarrow as pa

from pulse_assets.errors import PulseError
from pulse_assets.graph import checks
from pulse_assets.graph.columns import COLUMN_SCHEMA, column_schema
from pulse_assets.graph.failures import NO_RUN_RETRIES, partitions_failed
from pulse_assets.graph.frame_types import checked
from pulse_assets.graph.inputs import INPUTS, PresentState, month_inputs, present_state
from pulse_assets.graph.partitions import months
from pulse_assets.graph.preview import PREVIEW_ROWS, drawing, frame_preview
from pulse_assets.graph.raw_tables import OWNERS
from pulse_assets.graph.resources import Pulse
from pulse_assets.graph.transitions import remember
from pulse_assets.graph.trend import trend_svg
from pulse_assets.graph.wings import WINGS, Wing
from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.metrics.engine import build_metrics, tables_read
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import to_frame
from pulse_assets.tables.metric_columns import value_columns
from pulse_assets.tables.quality import CheckResult, Expectations, check_partitions
from pulse_assets.tables.schema import Table

_REASONS_SHOWN = 10
_PERIOD_KEY = ("definition", "grain", "period_start", "scope_kind", "scope")
METRICS = tuple(table for wing in WINGS.values() for table in wing.metrics)


def _spec(table: Table, partitions: dg.PartitionsDefinition) -> dg.AssetSpec:
    entry = CATALOG[table.name]
    return dg.AssetSpec(
        table.name,
        deps=[
            # A month counts every repository or project; what brings both together is not cut at all.
            dg.AssetDep(name)
            if TABLES[name].family == "organization"
            else dg.AssetDep(name, partition_mapping=dg.AllPartitionMapping())
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


def metric_months(wing: Wing, settings: Settings) -> dg.AssetsDefinition:
    """The step that computes the metrics of a wing."""
    partitions = months(settings)

    @dg.multi_asset(
        name=wing.metrics_step,
        specs=[_spec(table, partitions) for table in wing.metrics],
        check_specs=checks.check_specs([table.name for table in wing.metrics], partitions),
        can_subset=True,
        backfill_policy=dg.BackfillPolicy.single_run(),
        op_tags=dict(NO_RUN_RETRIES),
    )
    def build(
        context: dg.AssetExecutionContext, pulse: dg.ResourceParam[Pulse]
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        """Computes the selected metrics for the months of the run."""
        with pulse.store() as store:
            present = present_state(pulse, store, wing, wing.known(context.instance))
            selected = [table for table in wing.metrics if dg.AssetKey(table.name) in context.selected_asset_keys]
            failures = _write_months(context, pulse, wing, selected, present)
            written = [key for key in context.partition_keys if key not in failures]
            results = _checked(context, pulse, wing, written)
            for month in written:
                answers = (each for (_, key), found in results.items() if key == month for each in found)
                if error := checks.gate(answers, month):
                    failures[month] = error
            remember(store, results, pulse, context.log)
        yield from checks.record(context, results)
        if failures:
            pulse.journal.failures.update(failures)
            raise partitions_failed(failures, partitions=context.partition_keys)

    return build


def forget_months(pulse: Pulse, wing: Wing, stale: Collection[str]) -> None:
    """Drops metrics that stand in the lake for months which are computed no more; they would go on being shown."""
    for table in wing.metrics:
        for month in stale:
            pulse.lake.drop_partition(table, month)


def _checked(
    context: dg.AssetExecutionContext, pulse: Pulse, wing: Wing, written: Sequence[str]
) -> dict[tuple[str, str], list[CheckResult]]:
    """What the run's metrics and checks are about, in the months where it is there."""
    chosen = {key.to_user_string() for key in context.selected_asset_keys}
    chosen |= {key.asset_key.to_user_string() for key in context.selected_asset_check_keys}
    results: dict[tuple[str, str], list[CheckResult]] = {}
    for table in (table for table in wing.metrics if table.name in chosen):
        there = sorted(set(written) & set(pulse.lake.partitions(table)))
        results |= check_partitions(
            [table], pulse.lake, there, expected=Expectations(), now=pulse.clock(), settings=pulse.settings
        )
    return results


def _write_months(
    context: dg.AssetExecutionContext, pulse: Pulse, wing: Wing, tables: Sequence[Table], present: PresentState
) -> dict[str, PulseError]:
    """Writes the months of the run, metric by metric; an error is that of the months that lack one then."""
    if not tables:
        return {}
    inputs = month_inputs(pulse, wing, present)
    left = dict.fromkeys(context.partition_keys, len(tables))
    built = build_metrics(
        [table.name for table in tables],
        pulse.lake,
        context.partition_keys,
        pulse.settings,
        expected=present.expected,
        teams=present.teams,
        gates=present.gates,
        beside_at=present.beside_at,
    )
    try:
        for name, months_of_it in built:
            rows = {month.isoformat(): batch for month, batch in months_of_it.items()}
            _write(context, pulse, TABLES[name], rows, inputs)
            for month in rows:
                left[month] -= 1
    except PulseError as error:
        return {month: error for month, count in left.items() if count}
    return {}


def _write(
    context: dg.AssetExecutionContext,
    pulse: Pulse,
    table: Table,
    rows: Mapping[str, pa.Table],
    inputs: Mapping[str, str],
) -> None:
    for _ in checked(table.name, (to_frame(batch) for batch in rows.values())):
        pass  # the type is judged before anything is written
    written = pulse.lake.write_all(table, ((month, [batch]) for month, batch in rows.items()))
    trend = _trend(pulse, table)
    for month, each in written.items():
        pulse.journal.built[table.name, month] = each.rows
        metadata: dict[str, Any] = {
            "dagster/partition_row_count": each.rows,
            "path": dg.MetadataValue.path(str(each.path)),
            INPUTS: inputs.get(month, ""),
            **_statuses(rows[month]),
        }
        if each.rows:
            metadata["preview"] = frame_preview(to_frame(_headline(rows[month])))
        if month == context.partition_keys[-1] and trend is not None:
            metadata["trend"] = trend
        context.log_event(dg.AssetMaterialization(table.name, partition=month, metadata=metadata))


def _statuses(rows: pa.Table) -> dict[str, Any]:
    """How many rows cannot be relied on, and why."""
    statuses = Counter(rows["status"].to_pylist())
    found: dict[str, Any] = {name: statuses[name] for name in ("withheld", "degraded")}
    reasons = sorted({reason for reason in rows["status_reason"].to_pylist() if reason})
    if reasons:
        found["reasons"] = dg.MetadataValue.json(reasons[:_REASONS_SHOWN])
    return found


def _headline(rows: pa.Table) -> pa.Table:
    """The first rows of the month itself, under our own definition, for all before the others."""
    order = [("definition", "descending"), ("grain", "ascending"), ("scope_kind", "ascending"), ("scope", "ascending")]
    return rows.sort_by(order).slice(0, PREVIEW_ROWS)


def _trend(pulse: Pulse, table: Table) -> dg.MetadataValue | None:
    """The headline figure over the months; None where there is no single one a month."""
    further = table.key[len(_PERIOD_KEY) :]
    if further not in {(), ("issue_type",)}:
        return None
    whole = "and issue_type = 'all'" if further else ""
    entry = CATALOG[table.name]
    value = value_columns(table)[0]
    with pulse.lake.connect([table.name]) as connection:
        points = connection.execute(
            f"select strftime(period_start, '%b %y'), {value}::double from {table.name} "  # noqa: S608 - own names
            f"where grain = 'month' and scope_kind = 'all' and definition = 'pulse' {whole} order by period_start"
        ).fetchall()
    return drawing(trend_svg(entry.title, entry.unit, points), entry.title)
