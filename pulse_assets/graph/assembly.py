"""Puts the modules of the graph together, in the order in which data flows."""

import dagster as dg

from pulse_assets.graph.clean import wing_tables
from pulse_assets.graph.executors import EXECUTOR
from pulse_assets.graph.ingestion import ingestion
from pulse_assets.graph.jobs import all_jobs
from pulse_assets.graph.metrics import metric_months
from pulse_assets.graph.organization import organization_tables
from pulse_assets.graph.publish import published_tables
from pulse_assets.graph.quality import quality_report
from pulse_assets.graph.reports import KINDS, report_asset
from pulse_assets.graph.resources import RESOURCE, Pulse
from pulse_assets.graph.schedules import schedules
from pulse_assets.graph.sensors import sensors
from pulse_assets.graph.sprint_reports import sprint_reports
from pulse_assets.graph.wings import WINGS
from pulse_assets.settings import Settings


def build_definitions(
    settings: Settings, *, pulse: Pulse | None = None, loggers: dict[str, dg.LoggerDefinition] | None = None
) -> dg.Definitions:
    """The whole graph.

    Args:
        settings: Decide how tables are cut into periods, and what deployments are made from.
        pulse: What the assets are given; tests and the command line bring their own.
        loggers: In place of Dagster's, which write to the terminal.
    """
    jobs = all_jobs()
    return dg.Definitions.merge(
        dg.Definitions(assets=[ingestion(wing) for wing in WINGS.values()]),
        dg.Definitions(assets=[wing_tables(wing, settings) for wing in WINGS.values()]),
        dg.Definitions(assets=[organization_tables()]),
        dg.Definitions(assets=[metric_months(wing, settings) for wing in WINGS.values()]),
        dg.Definitions(assets=[report_asset(kind, settings) for kind in KINDS]),
        dg.Definitions(assets=[sprint_reports()]),
        dg.Definitions(assets=[quality_report(settings)]),
        dg.Definitions(assets=[published_tables()]),
        dg.Definitions(jobs=jobs, schedules=schedules(settings), sensors=sensors(jobs)),
        dg.Definitions(resources={RESOURCE: pulse or Pulse(settings)}, executor=EXECUTOR, loggers=loggers),
    )
