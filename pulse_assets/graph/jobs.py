"""Jobs: which assets run together. Their order: sync, tables, metrics, reports, publication."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from pulse_assets.graph.clean import CLEAN, FACTS
from pulse_assets.graph.failures import NO_RUN_RETRIES
from pulse_assets.graph.ingestion_github import RAW_NAMES
from pulse_assets.graph.metrics import METRICS
from pulse_assets.graph.publish import PUBLISHED_TABLES
from pulse_assets.graph.quality import QUALITY_REPORT
from pulse_assets.graph.reports import KINDS, report_name
from pulse_assets.reports import ReportKind

SYNC = "github_sync"
TABLES = "build_tables"
METRICS_JOB = "build_metrics"
REPORTS: dict[ReportKind, str] = {kind: f"write_{report_name(kind)}s" for kind in KINDS}
QUALITY = f"write_{QUALITY_REPORT}"
PUBLISH = "publish_tables"
_TAGS = dict(NO_RUN_RETRIES)


def _selection(*names: str) -> dg.AssetSelection:
    assets = dg.AssetSelection.assets(*names)
    return assets | dg.AssetSelection.checks_for_assets(*names)


def all_jobs() -> list[UnresolvedAssetJobDefinition]:
    """Every job."""
    return [
        dg.define_asset_job(
            SYNC,
            dg.AssetSelection.assets(*RAW_NAMES),
            description="Collects what is new at GitHub, for the repositories of the run.",
            tags=_TAGS | {"pulse/exclusive": SYNC},
        ),
        dg.define_asset_job(
            TABLES,
            _selection(*(table.name for table in (*CLEAN, *FACTS))),
            description="Builds and checks the clean tables and facts of the run's repositories.",
            tags=_TAGS,
        ),
        dg.define_asset_job(
            METRICS_JOB,
            _selection(*(table.name for table in METRICS)),
            description="Computes the metrics of the run's months.",
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
