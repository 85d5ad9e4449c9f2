"""The published tables as an asset: clean tables, facts and metrics in a Postgres schema, for whoever wants SQL.

How rows get there does not belong here, but in `tables.publishing`.
"""

import hashlib
import json
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import dagster as dg

from pulse_assets.errors import PulseError
from pulse_assets.graph.columns import COLUMN_SCHEMA
from pulse_assets.graph.failures import NO_RUN_RETRIES
from pulse_assets.graph.inputs import INPUTS
from pulse_assets.graph.raw_tables import OWNERS
from pulse_assets.graph.resources import Pulse
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.publishing import PublishOutcome, place_of, publish, state_of

#: Its asset key.
PUBLISHED_TABLES = "published_tables"
_NOT_SET = "PULSE_PUBLISH_URL is not set: nothing was published."
_COLUMNS = dg.TableSchema(
    columns=[
        dg.TableColumn("table_name", "string", description="Name of the table in the schema."),
        dg.TableColumn("row_count", "integer", description="Rows that it has."),
        dg.TableColumn("written_count", "integer", description="Rows that were written this time."),
        dg.TableColumn("partition_count", "integer", description="Partitions that were written this time."),
    ]
)


def published_tables() -> dg.AssetsDefinition:
    """The asset. It is there without a `publish_url` too, so that the graph is the same everywhere."""

    @dg.multi_asset(
        name="publish",
        specs=[
            dg.AssetSpec(
                PUBLISHED_TABLES,
                deps=[table.name for table in TABLES.values()],
                description="Every clean table, fact and metric, and `scope_members`, in PULSE_PUBLISH_SCHEMA of "
                "the Postgres that PULSE_PUBLISH_URL names: one transaction a table, only what has changed. Nothing "
                "is done while no PULSE_PUBLISH_URL is set.",
                group_name="publish",
                kinds={"postgres"},
                owners=OWNERS,
                skippable=True,
                metadata={COLUMN_SCHEMA: _COLUMNS},
            )
        ],
        op_tags=dict(NO_RUN_RETRIES),
    )
    def write(
        context: dg.AssetExecutionContext, pulse: dg.ResourceParam[Pulse]
    ) -> Iterator[dg.MaterializeResult | dg.AssetObservation]:
        """Publishes, or says why not."""
        if pulse.settings.publish_url is None:
            context.log.warning(_NOT_SET)
            yield dg.AssetObservation(PUBLISHED_TABLES, description=_NOT_SET)
            return
        try:
            inputs = publication_inputs(pulse)
            outcome = publish(pulse.lake, pulse.settings, clock=pulse.clock)
        except PulseError as error:
            pulse.journal.failures[PUBLISHED_TABLES] = error
            # The driver's own words may name the user, which is part of a secret address.
            raise dg.Failure(str(error), allow_retries=False) from None
        pulse.journal.published = outcome
        yield dg.MaterializeResult(metadata={INPUTS: inputs, **_metadata(outcome)})

    return write


def publication_inputs(pulse: Pulse) -> str:
    """What a publication rests on: differs when there is something else to publish, or another place for it.

    Empty when nothing was built.

    Raises:
        ConfigurationError: The file of the teams, or the address of the database, is wrong.
    """
    state = state_of(pulse.lake, pulse.settings)
    parts = (state, place_of(pulse.settings), pulse.settings.publish_schema, version("pulse-assets"))
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16] if state else ""


def _metadata(outcome: PublishOutcome) -> dict[str, Any]:
    records = [
        dg.TableRecord(
            {
                "table_name": table.name,
                "row_count": table.row_count,
                "written_count": table.written_count,
                "partition_count": table.partition_count,
            }
        )
        for table in outcome.tables
    ]
    return {
        "schema": outcome.schema,
        "tables": dg.MetadataValue.table(records, schema=_COLUMNS),
        "changed tables": len(outcome.changed),
        "dagster/row_count": sum(table.row_count for table in outcome.tables),
        "written rows": outcome.written_count,
    }
