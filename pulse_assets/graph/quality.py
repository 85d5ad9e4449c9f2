"""The data-quality report as an asset: what every check found last, as files in `PULSE_HOME/reports/quality`.

What the report says does not belong here, but in `reports.quality`.
"""

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg

from pulse_assets.errors import ConfigurationError, PulseError
from pulse_assets.graph.columns import COLUMN_SCHEMA
from pulse_assets.graph.discovery import collected_partitions
from pulse_assets.graph.failures import NO_RUN_RETRIES
from pulse_assets.graph.inputs import INPUTS
from pulse_assets.graph.raw_tables import OWNERS
from pulse_assets.graph.resources import Pulse
from pulse_assets.graph.wings import WINGS
from pulse_assets.reports.quality import (
    FORMATS,
    QualityContent,
    quality_content,
    quality_path,
    render_quality,
    standing,
)
from pulse_assets.reports.quality.words import DIMENSIONS, thresholds
from pulse_assets.settings import Settings
from pulse_assets.store import Store
from pulse_assets.tables.check_history import latest_results
from pulse_assets.tables.contracts import TABLES

#: Its asset key.
QUALITY_REPORT = "data_quality_report"
_COLUMNS = dg.TableSchema(
    columns=[
        dg.TableColumn("table", "string", description="Which table was checked."),
        dg.TableColumn("partition", "string", description="Its repository; of a metric its month."),
        dg.TableColumn("name", "string", description="The check."),
        dg.TableColumn("dimension", "string", description=f"One of {', '.join(DIMENSIONS)}."),
        dg.TableColumn("is_passed", "boolean", description="Its latest result."),
        dg.TableColumn("failed_count", "integer", description="Rows that fail, or are missing."),
        dg.TableColumn("checked_count", "integer", description="Rows that were looked at."),
        dg.TableColumn("effect", "string", description="withheld or degraded: what it does to figures."),
    ]
)


def quality_report(settings: Settings) -> dg.AssetsDefinition:
    """The asset."""

    @dg.asset(
        name=QUALITY_REPORT,
        deps=[table.name for table in TABLES.values()],
        description=f"What every check found last, as {', '.join(FORMATS)}: what fails, which figures that withholds "
        "or marks, how it went before, and what to do. Times are of the settings' zone.",
        group_name="quality",
        kinds={"html", "markdown", "csv", "json"},
        owners=OWNERS,
        op_tags=dict(NO_RUN_RETRIES),
        metadata={COLUMN_SCHEMA: _COLUMNS, "time zone": settings.timezone},
    )
    def data_quality_report(pulse: dg.ResourceParam[Pulse]) -> dg.MaterializeResult:
        """Writes it."""
        try:
            with pulse.store() as store:
                inputs = quality_inputs(pulse, store)
                content = _content(pulse, store)
            written = write_quality_files(content, pulse.settings.home.resolve())
        except PulseError as error:
            pulse.journal.failures[QUALITY_REPORT] = error
            raise dg.Failure(str(error), allow_retries=False) from error
        pulse.journal.reports.extend(written.values())
        return dg.MaterializeResult(metadata={INPUTS: inputs, **_metadata(content, written)})

    return data_quality_report


def quality_inputs(pulse: Pulse, store: Store) -> str:
    """What the report rests on: differs when it has to be written anew; empty when no check was ever asked."""
    results = latest_results(store)
    if not results:
        return ""
    found = [
        (each.table, each.partition, each.result.name, each.checked_at.isoformat(), each.result.passed)
        for each in results
    ]
    bounds = [(each.setting, each.value) for name in DIMENSIONS for each in thresholds(name, pulse.settings)]
    parts = (found, bounds, pulse.settings.timezone, version("pulse-assets"))
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def write_quality_files(content: QualityContent, home: Path) -> dict[str, Path]:
    """Writes one file per format, each by an atomic rename; names them by format.

    Raises:
        ConfigurationError: The folder cannot be written.
    """
    written = {}
    for name in FORMATS:
        path = quality_path(home, name)
        draft = path.with_name(f".{path.name}.unfinished")
        text = render_quality(content, name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(text, encoding="utf-8", newline="")
            written[name] = draft.replace(path)
        except OSError as error:
            raise ConfigurationError(
                f"The data-quality report cannot be written to {path.parent}: {error.strerror}.",
                hint="Make the folder writable, or set PULSE_HOME to another one.",
            ) from error
    return written


def _content(pulse: Pulse, store: Store) -> QualityContent:
    now = pulse.clock()
    collected = [
        key
        for wing in WINGS.values()
        for key in collected_partitions(store, wing, store.landing.partitions(wing.raw_names[0]))
    ]
    return quality_content(standing(store, pulse.settings, now, collected=collected), pulse.settings, now)


def _metadata(content: QualityContent, written: Mapping[str, Path]) -> dict[str, Any]:
    return {
        "status": content.status,
        "summary": content.summary,
        "checks": len(content.checks),
        "failing": len(content.failures),
        "blocking": sum(check.is_blocking for check in content.failures),
        "html": dg.MetadataValue.url(written["html"].as_uri()),
        "folder": dg.MetadataValue.path(str(written["html"].parent)),
        "preview": dg.MetadataValue.md(written["md"].read_text(encoding="utf-8")),
    }
