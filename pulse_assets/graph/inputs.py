"""What a partition rests on, as a short text that differs when the partition has to be built anew.

The text stands in the metadata of each materialization. `due` compares it with the present one; times of writing are
not compared, so clocks and the order of runs do not matter.
"""

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Collection
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from pulse_assets.graph.ingestion_github import RAW_NAMES
from pulse_assets.graph.partitions import monday, month_keys
from pulse_assets.graph.resources import Pulse
from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.store import Store
from pulse_assets.tables.contracts import TABLES

#: Key of the metadata entry.
INPUTS = "inputs"
#: The checkpoint that a complete collection leaves behind.
_COMPLETE = "complete"
_READ = ("change_lead_times", "deployments", "repositories")


def repository_inputs(pulse: Pulse, store: Store, partition: str) -> str:
    """For the clean tables and facts of one repository: its landed rows, the period of its collection, the settings.

    Only the period counts, not the instant: a sync without news must not rebuild anything, but a new week has a row.
    """
    settings = pulse.settings
    complete = store.checkpoints.load(partition, _COMPLETE) or {}
    return _text(
        [(store.landing.newest_change(name, partition), store.landing.count(name, partition)) for name in RAW_NAMES],
        _periods(pulse, _instant(complete.get("collected_at"))),
        (settings.deployment_source, settings.production_pattern, settings.incident_labels, version("pulse-assets")),
    )


def month_inputs(pulse: Pulse, expected_repositories: Collection[str]) -> dict[str, str]:
    """For the metrics of each month that has a row; none when no repository has all tables.

    A row of a fact belongs to the months of its own days, and to the months of the Mondays before them.
    """
    lake = pulse.lake
    built = [set(lake.partitions(TABLES[name])) for name in _READ]
    present = sorted(set.intersection(*built))
    missing = sorted(set(expected_repositories).union(*built).difference(present))
    if not present:
        return {}
    sql = (files("pulse_assets.graph") / "month_inputs.sql").read_text(encoding="utf-8")
    with lake.connect(_READ, partitions=present) as connection:
        rows = connection.execute(sql, {"timezone": pulse.settings.timezone}).fetchall()
    months: dict[str, list[Any]] = defaultdict(list)
    for repository, first_at, collected_at, hashes in rows:
        if first_at is None or collected_at is None:
            continue
        last = _periods(pulse, collected_at)
        for key in month_keys(first_at, collected_at, pulse.zone):
            months[key].append([repository, [each for each in last if each[:7] == key[:7]], hashes.get(key)])
    definitions = [(entry.name, entry.sql) for entry in CATALOG.values()]
    common = (definitions, pulse.settings.timezone, version("pulse-assets"), missing)
    return {key: _text(common, parts) for key, parts in sorted(months.items())}


def _periods(pulse: Pulse, at: dt.datetime | None) -> list[str]:
    if at is None:
        return []
    day = at.astimezone(pulse.zone).date()
    return [day.replace(day=1).isoformat(), monday(day).isoformat()]


def _instant(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)


def _text(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, default=str, sort_keys=True).encode()).hexdigest()[:16]
