"""The tables that bring GitHub and Jira together: links, people, deliveries; each is one whole, built at once.

How rows are made does not belong here, but in `tables` and `metrics`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from pulse_assets.errors import PulseError
from pulse_assets.graph import checks
from pulse_assets.graph.built import facts_built
from pulse_assets.graph.columns import COLUMN_SCHEMA, column_schema
from pulse_assets.graph.failures import NO_RUN_RETRIES
from pulse_assets.graph.frame_types import checked
from pulse_assets.graph.inputs import INPUTS, organization_inputs
from pulse_assets.graph.preview import PREVIEW_ROWS, frame_preview
from pulse_assets.graph.raw_tables import OWNERS
from pulse_assets.graph.resources import Pulse
from pulse_assets.graph.transitions import remember
from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.metrics.engine import build_fact_partitions, tables_read
from pulse_assets.metrics.families import WHOLE
from pulse_assets.store import Store
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import to_frame
from pulse_assets.tables.quality import CheckResult, Expectations, check_tables
from pulse_assets.tables.schema import Table
from pulse_assets.tables.transform import build_table

#: In the order in which they are built.
ORGANIZATION = tuple(table for table in TABLES.values() if table.family == "organization")
#: What a clean table is made of.
_RAW = ("raw_jira_users",)


def _spec(table: Table) -> dg.AssetSpec:
    description, kinds = table.description, {"pandas", "parquet"}
    upstream: tuple[str, ...] = _RAW
    if table.layer == "facts":
        description += f"\n\n{CATALOG[table.name].definition}"
        kinds, upstream = {"duckdb", "sql", "parquet"}, tables_read(table.name)
    return dg.AssetSpec(
        table.name,
        deps=[_dependency(name) for name in upstream],
        description=description,
        group_name=table.group,
        kinds=kinds,
        owners=OWNERS,
        skippable=True,
        metadata={COLUMN_SCHEMA: column_schema(table)},
    )


def _dependency(name: str) -> dg.AssetDep:
    if name in TABLES and TABLES[name].family == "organization":
        return dg.AssetDep(name)
    return dg.AssetDep(name, partition_mapping=dg.AllPartitionMapping())


def organization_tables() -> dg.AssetsDefinition:
    """The step that builds them."""

    @dg.multi_asset(
        name="organization_tables",
        specs=[_spec(table) for table in ORGANIZATION],
        check_specs=checks.check_specs([table.name for table in ORGANIZATION], None),
        can_subset=True,
        op_tags=dict(NO_RUN_RETRIES),
    )
    def build(
        context: dg.AssetExecutionContext, pulse: dg.ResourceParam[Pulse]
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        """Builds the selected tables from all repositories and projects."""
        selected = [table for table in ORGANIZATION if dg.AssetKey(table.name) in context.selected_asset_keys]
        inputs = organization_inputs(pulse, facts_built(context.instance))
        try:
            with pulse.store() as store:
                for table in selected:
                    yield dg.MaterializeResult(asset_key=table.name, metadata=_write(pulse, store, table, inputs))
                results = _check(pulse, selected)
                remember(store, results, pulse, context.log)
        except PulseError as error:
            pulse.journal.failures[WHOLE] = error
            raise dg.Failure(str(error), allow_retries=False) from error
        yield from checks.record_whole(context, results)
        if error := checks.gate((each for found in results.values() for each in found), "the whole of both sources"):
            pulse.journal.failures[WHOLE] = error
            raise dg.Failure(str(error), allow_retries=False)

    return build


def _write(pulse: Pulse, store: Store, table: Table, inputs: str) -> Mapping[str, Any]:
    if table.layer == "facts":
        ((_, batches),) = build_fact_partitions(table.name, pulse.lake, [WHOLE], pulse.settings)
    else:
        batches = build_table(table.name, store, WHOLE, pulse.settings)
    frames = list(checked(table.name, map(to_frame, batches)))
    written = pulse.lake.write(table, WHOLE, frames)
    pulse.journal.built[table.name, WHOLE] = written.rows
    metadata: dict[str, Any] = {
        "dagster/row_count": written.rows,
        "bytes": written.bytes,
        "path": dg.MetadataValue.path(str(written.path)),
        INPUTS: inputs,
    }
    if written.rows:
        metadata["preview"] = frame_preview(frames[0].head(PREVIEW_ROWS))
    return metadata


def _check(pulse: Pulse, tables: list[Table]) -> dict[tuple[str, str], list[CheckResult]]:
    found = check_tables(tables, pulse.lake, WHOLE, expected=Expectations(), now=pulse.clock(), settings=pulse.settings)
    return {(name, WHOLE): answers for name, answers in found.items()}
