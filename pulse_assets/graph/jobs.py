"""Jobs: which assets run together. Their order: sync, tables, metrics, reports, publication."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from pulse_assets.graph.failures import NO_RUN_RETRIES
from pulse_assets.graph.organization import ORGANIZATION
from pulse_assets.graph.publish import PUBLISHED_TABLES
from pulse_assets.graph.quality import QUALITY_REPORT
from pulse_assets.graph.reports import KINDS, report_name
from pulse_assets.graph.sprint_reports import SPRINT_REPORT
from pulse_assets.graph.wings import WINGS, Wing
from pulse_assets.reports import ReportKind

ORGANIZATION_TABLES = "build_organization_tables"
REPORTS: dict[ReportKind, str] = {kind: f"write_{report_name(kind)}s" for kind in KINDS}
SPRINT_REPORTS = f"write_{SPRINT_REPORT}s"
QUALITY = f"write_{QUALITY_REPORT}"
PUBLISH = "publish_tables"
_TAGS = dict(NO_RUN_RETRIES)


def _selection(*names: str) -> dg.AssetSelection:
    assets = dg.AssetSelection.assets(*names)
    return assets | dg.AssetSelection.checks_for_assets(*names)


def _jobs_of(wing: Wing) -> list[UnresolvedAssetJobDefinition]:
    return [
        dg.define_asset_job(
            wing.sync_job,
            dg.AssetSelection.assets(*wing.raw_names),
            description=f"Collects what is new at {wing.source.capitalize()}, for the {wing.plural} of the run.",
            tags=_TAGS | {"pulse/exclusive": wing.sync_job},
        ),
        dg.define_asset_job(
            wing.tables_job,
            _selection(*(table.name for table in (*wing.clean, *wing.facts))),
            description=f"Builds and checks the clean tables and facts of the run's {wing.plural}.",
            tags=_TAGS,
        ),
        dg.define_asset_job(
            wing.metrics_job,
            _selection(*(table.name for table in wing.metrics)),
            description=f"Computes the metrics of {wing.plural} for the run's months.",
            tags=_TAGS,
        ),
    ]


def all_jobs() -> list[UnresolvedAssetJobDefinition]:
    """Every job."""
    return [
        *(job for wing in WINGS.values() for job in _jobs_of(wing)),
        dg.define_asset_job(
            ORGANIZATION_TABLES,
            _selection(*(table.name for table in ORGANIZATION)),
            description="Builds and checks the tables that bring GitHub and Jira together.",
            tags=_TAGS,
        ),
        dg.define_asset_job(
            SPRINT_REPORTS,
            dg.AssetSelection.assets(SPRINT_REPORT),
            description="Writes the reports of the run's sprints.",
            tags=_TAGS,
        ),
        *(
            dg.define_asset_job(
                name,
                dg.AssetSelection.assets(report_name(kind)),
                description=f"Writes the {kind} reports of the run's periods.",
                tags=_TAGS,
            )
            for kind, name in REPORTS.items()
        ),
        dg.define_asset_job(
            QUALITY,
            dg.AssetSelection.assets(QUALITY_REPORT),
            description="Writes the data-quality report: what every check found last.",
            tags=_TAGS,
        ),
        dg.define_asset_job(
            PUBLISH,
            dg.AssetSelection.assets(PUBLISHED_TABLES),
            description="Publishes what has changed to the Postgres of PULSE_PUBLISH_URL; without one, nothing.",
            tags=_TAGS | {"pulse/exclusive": PUBLISH},
        ),
    ]
