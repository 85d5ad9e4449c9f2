"""DORA metrics from facts that are written as text tables."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pulse_assets.metrics.engine import build_metrics, inputs_of
from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.text_tables import REPOSITORY, fill

Figures = dict[tuple[str, str, str, str], dict[str, Any]]
_MERGED = """
    number  merged_at
    1       2024-05-01 10:00
"""


def dora_figures(
    folder: Path,
    metric: str,
    texts: Mapping[str, str] | None = None,
    *,
    months: Iterable[str] = ("2024-05-01",),
    zone: str = "UTC",
    teams: Teams | None = None,
    others: Mapping[str, Mapping[str, str]] | None = None,
) -> Figures:
    """The rows of a metric by (definition, scope, grain, first day).

    Args:
        folder: Where the lake is made.
        metric: Its name.
        texts: Tables of `acme/api`; what is not named is empty, but for a pull request that was merged on 2024-05-01.
        months: First days.
        zone: Of the settings.
        teams: Default: none.
        others: The tables of more repositories.
    """
    lake = Lake(folder / "lake")
    for name, written in ({REPOSITORY: texts or {}} | dict(others or {})).items():
        fill(lake, dict.fromkeys(inputs_of(metric), "") | _filled() | dict(written), name)
    settings = Settings.load(home=folder, timezone=zone)
    ((_, tables),) = build_metrics([metric], lake, months, settings, teams=teams or Teams())
    rows = [row for table in tables.values() for row in table.to_pylist()]
    return {(row["definition"], row["scope"], row["grain"], str(row["period_start"])): row for row in rows}


def _filled() -> dict[str, str]:
    """What every repository has; the rest of the clean tables is empty."""
    repositories = "default_branch  collected_at\nmain            2024-12-31 23:00"
    return {"repositories": repositories, "pull_requests": _MERGED}
