"""What a partition rests on, as a short text that differs when the partition has to be built anew.

The text stands in the metadata of each materialization. `due` compares it with the present one; times of writing are
not compared, so clocks and the order of runs do not matter.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Collection
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from pulse_assets.graph.ingestion_github import RAW_NAMES
from pulse_assets.graph.partitions import monday, month_keys
from pulse_assets.graph.resources import Pulse
from pulse_assets.metrics.engine import sql_texts
from pulse_assets.store import Store
from pulse_assets.tables.contracts import TABLES

#: Key of the metadata entry.
INPUTS = "inputs"
#: The checkpoint that a complete collection leaves behind.
_COMPLETE = "complete"
_ALL, _NONE = "all", "none"
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

    A row of a fact belongs to the months of its own days, and to the months of the Mondays before them. How far the
    expected repositories were collected belongs to the months up to whose end they were not.
    """
    lake = pulse.lake
    built = [set(lake.partitions(TABLES[name])) for name in _READ]
    present = sorted(set.intersection(*built))
    if not present:
        return {}
    sql = (files("pulse_assets.graph") / "month_inputs.sql").read_text(encoding="utf-8")
    with lake.connect(_READ, partitions=present) as connection:
        rows = connection.execute(sql, {"timezone": pulse.settings.timezone}).fetchall()
    first_at = min((first for _, first, _, _ in rows if first is not None), default=None)
    newest = max((at for _, _, at, _ in rows if at is not None), default=None)
    if first_at is None or newest is None:
        return {}
    months: dict[str, list[Any]] = {key: [] for key in month_keys(first_at, newest, pulse.zone)}
    periods = {repository: _periods(pulse, at) for repository, _, at, _ in rows}
    last = _periods(pulse, newest)
    for repository, first, at, hashes in rows:
        own = set() if first is None else set(month_keys(first, at or newest, pulse.zone))
        for key in own.union(hashes).intersection(months):
            months[key].append([repository, key in own and _reached(periods[repository], key), hashes.get(key)])
    for key, parts in months.items():
        expected = [(name, _reached(periods.get(name, []), key)) for name in sorted(expected_repositories)]
        behind = [each for each in expected if each[1] != _ALL]
        parts.append([_reached(last, key), behind, len(expected) if behind else 0])
    common = (sql_texts(), pulse.settings.timezone, version("pulse-assets"))
    return {key: _text(common, parts) for key, parts in months.items()}


def _reached(periods: list[str], month: str) -> Any:
    """How much of a month's partition was collected: all, nothing, or up to the periods that were under way."""
    under_way = [each for each in periods if each[:7] == month[:7]]
    return under_way or (_ALL if periods and min(periods) > month else _NONE)


def _periods(pulse: Pulse, at: dt.datetime | None) -> list[str]:
    if at is None:
        return []
    day = at.astimezone(pulse.zone).date()
    return [day.replace(day=1).isoformat(), monday(day).isoformat()]


def _instant(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)


def _text(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, default=str, sort_keys=True).encode()).hexdigest()[:16]
