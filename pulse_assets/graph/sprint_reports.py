"""Sprint reports as an asset: files in `PULSE_HOME/reports/sprint`, one set per sprint.

What a report says does not belong here, but in `reports.sprint`.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import dagster as dg

from pulse_assets.errors import PulseError
from pulse_assets.graph.columns import COLUMN_SCHEMA
from pulse_assets.graph.failures import NO_RUN_RETRIES, partitions_failed
from pulse_assets.graph.inputs import INPUTS
from pulse_assets.graph.partitions import SPRINTS
from pulse_assets.graph.raw_tables import OWNERS
from pulse_assets.graph.reports import FILES, file_records
from pulse_assets.graph.resources import Pulse
from pulse_assets.reports import FORMATS
from pulse_assets.reports.sprint import sprint_path, sprint_report
from pulse_assets.tables.contracts import TABLES

#: Its asset key.
SPRINT_REPORT = "sprint_report"
_READ = ("boards", "issues", "sprints", "sprint_scope", "sprint_days", "sprint_velocity", "sprint_completion")
_BETWEEN = "-sprint-"


def sprint_key(project: str, sprint_id: int) -> str:
    """The partition of a sprint, such as `PAY-sprint-12`."""
    return f"{project}{_BETWEEN}{sprint_id}"


def sprint_of(key: str) -> tuple[str, int]:
    """Project and number of a sprint's partition."""
    project, _, number = key.rpartition(_BETWEEN)
    return project, int(number)


def sprint_versions(pulse: Pulse) -> dict[str, str]:
    """The sprints whose reports are kept up to date, each with a text that differs when its report is due."""
    if not all(pulse.lake.partitions(TABLES[name]) for name in _READ):
        return {}
    sql = (files("pulse_assets.graph") / "sprint_versions.sql").read_text(encoding="utf-8")
    with pulse.lake.connect(_READ) as connection:
        rows = connection.execute(sql).fetchall()
    made_with = pulse.settings.timezone, version("pulse-assets")
    return {sprint_key(project, sprint_id): _text(*made_with, number) for project, sprint_id, number in rows}


def sprint_reports() -> dg.AssetsDefinition:
    """The asset."""

    @dg.multi_asset(
        name="write_sprint_report",
        specs=[
            dg.AssetSpec(
                SPRINT_REPORT,
                deps=[dg.AssetDep(name, partition_mapping=dg.AllPartitionMapping()) for name in _READ],
                description=f"The report of one sprint, as {', '.join(FORMATS)}: what was committed, what came and "
                "went, what was completed, and the burndown.",
                group_name="reports",
                kinds={"html", "markdown", "csv", "json"},
                owners=OWNERS,
                partitions_def=SPRINTS,
                skippable=True,
                metadata={COLUMN_SCHEMA: FILES},
            )
        ],
        backfill_policy=dg.BackfillPolicy.single_run(),
        op_tags=dict(NO_RUN_RETRIES),
    )
    def write(context: dg.AssetExecutionContext, pulse: dg.ResourceParam[Pulse]) -> Iterator[dg.MaterializeResult]:
        """Writes the reports of the run's sprints."""
        failures: dict[str, PulseError] = {}
        versions = sprint_versions(pulse)
        for key in context.partition_keys:
            try:
                written = write_sprint_files(pulse, *sprint_of(key))
            except PulseError as error:
                failures[key] = error
                continue
            pulse.journal.reports.extend(written.values())
            context.log_event(_materialization(key, written, versions.get(key, "")))
        if failures:
            pulse.journal.failures.update(failures)
            raise partitions_failed(failures, partitions=context.partition_keys)
        yield from ()

    return write


def write_sprint_files(pulse: Pulse, project: str, sprint_id: int) -> dict[str, Path]:
    """Writes one file per format, each by an atomic rename; names them by format."""
    written = {}
    for name in FORMATS:
        text = sprint_report(project, sprint_id, pulse.lake, pulse.settings, name)
        path = sprint_path(pulse.settings.home.resolve(), project, sprint_id, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.unfinished")
        draft.write_text(text, encoding="utf-8", newline="")
        written[name] = draft.replace(path)
    return written


def _materialization(key: str, written: Mapping[str, Path], inputs: str) -> dg.AssetMaterialization:
    return dg.AssetMaterialization(
        SPRINT_REPORT,
        partition=key,
        metadata={
            INPUTS: inputs,
            "files": dg.MetadataValue.table(file_records(written), schema=FILES),
            "html": dg.MetadataValue.url(written["html"].as_uri()),
            "folder": dg.MetadataValue.path(str(written["html"].parent)),
            "preview": dg.MetadataValue.md(written["md"].read_text(encoding="utf-8")),
        },
    )


def _text(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
