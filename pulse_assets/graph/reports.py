"""Reports as assets: files in `PULSE_HOME/reports`, one set per week or month.

What a report says does not belong here, but in `reports`.
"""

import datetime as dt
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import dagster as dg

from pulse_assets.errors import PulseError
from pulse_assets.graph.columns import COLUMN_SCHEMA
from pulse_assets.graph.failures import NO_RUN_RETRIES, partitions_failed
from pulse_assets.graph.metrics import METRICS
from pulse_assets.graph.partitions import months, weeks
from pulse_assets.graph.raw_tables import OWNERS
from pulse_assets.graph.resources import Pulse
from pulse_assets.reports import FORMATS, Period, ReportContent, ReportKind, render, report_content, report_path
from pulse_assets.settings import Settings
from pulse_assets.tables.check_history import latest_results
from pulse_assets.tables.contracts import TABLES

KINDS: tuple[ReportKind, ...] = ("weekly", "monthly")
#: Tables whose rows a report shows, beside the metrics.
_TABLES_SHOWN = (
    "change_lead_times",
    "deployment_outcomes",
    "incidents",
    "issue_changes",
    "issue_flow",
    "issue_incidents",
    "issue_links",
    "issues",
    "pull_requests",
    "quarantined_records",
    "sprints",
)
_MONTHS_SHOWN = {"weekly": 4, "monthly": 13}


#: The files of a report.
FILES = dg.TableSchema(
    columns=[
        dg.TableColumn("format", "string", description=f"One of {', '.join(FORMATS)}."),
        dg.TableColumn("path", "string", description="The file, under PULSE_HOME/reports."),
        dg.TableColumn("bytes", "integer", description="Its size."),
    ]
)


def report_name(kind: ReportKind) -> str:
    """Its asset key."""
    return f"{kind}_report"


def _months_shown(kind: ReportKind) -> dg.TimeWindowPartitionMapping:
    with warnings.catch_warnings():
        # The flag is beta; without it the first reports of the history would have no valid upstream partitions.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return dg.TimeWindowPartitionMapping(
            start_offset=1 - _MONTHS_SHOWN[kind], allow_nonexistent_upstream_partitions=True
        )


def _shown(table: str) -> dg.AssetDep:
    if TABLES[table].family == "organization":
        return dg.AssetDep(table)
    return dg.AssetDep(table, partition_mapping=dg.AllPartitionMapping())


def report_asset(kind: ReportKind, settings: Settings) -> dg.AssetsDefinition:
    """The asset of one kind of report."""
    partitions = weeks(settings) if kind == "weekly" else months(settings)
    shown = _months_shown(kind)

    @dg.multi_asset(
        name=f"write_{report_name(kind)}",
        specs=[
            dg.AssetSpec(
                report_name(kind),
                deps=[
                    *(dg.AssetDep(table.name, partition_mapping=shown) for table in METRICS),
                    *map(_shown, _TABLES_SHOWN),
                ],
                description=f"The {kind} report, as {', '.join(FORMATS)}: how long changes and issues took, how often "
                "code reached production, what sprints completed, what was left out and why.",
                group_name="reports",
                kinds={"html", "markdown", "csv", "json"},
                owners=OWNERS,
                partitions_def=partitions,
                skippable=True,
                metadata={COLUMN_SCHEMA: FILES},
            )
        ],
        backfill_policy=dg.BackfillPolicy.single_run(),
        op_tags=dict(NO_RUN_RETRIES),
    )
    def write(context: dg.AssetExecutionContext, pulse: dg.ResourceParam[Pulse]) -> Iterator[dg.MaterializeResult]:
        """Writes the reports of the run's periods."""
        failures: dict[str, PulseError] = {}
        with pulse.store() as store:
            checks = latest_results(store)
        for key in context.partition_keys:
            period = Period.containing(kind, dt.date.fromisoformat(key))
            try:
                content = report_content(kind, period, pulse.lake, pulse.settings, checks=checks)
                files = write_files(content, pulse.settings.home.resolve())
            except PulseError as error:
                failures[key] = error
                continue
            pulse.journal.reports.extend(files.values())
            context.log_event(_materialization(kind, key, content, files))
        if failures:
            pulse.journal.failures.update(failures)
            raise partitions_failed(failures, partitions=context.partition_keys)
        yield from ()

    return write


def write_files(content: ReportContent, home: Path) -> dict[str, Path]:
    """Writes one file per format, each by an atomic rename; names them by format."""
    files = {}
    for name in FORMATS:
        path = report_path(home, content.period, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.unfinished")
        draft.write_text(render(content, name), encoding="utf-8", newline="")
        files[name] = draft.replace(path)
    return files


def file_records(files: Mapping[str, Path]) -> list[dg.TableRecord]:
    """The files by format, as `FILES` describes them."""
    return [
        dg.TableRecord({"format": name, "path": str(path), "bytes": path.stat().st_size})
        for name, path in files.items()
    ]


def _materialization(
    kind: ReportKind, key: str, content: ReportContent, files: dict[str, Path]
) -> dg.AssetMaterialization:
    return dg.AssetMaterialization(
        report_name(kind),
        partition=key,
        metadata={
            "period": content.period.title,
            "files": dg.MetadataValue.table(file_records(files), schema=FILES),
            "html": dg.MetadataValue.url(files["html"].as_uri()),
            "preview": dg.MetadataValue.md(files["md"].read_text(encoding="utf-8")),
            "changes": len(content.changes),
            "left out": len(content.left_out),
        },
    )
