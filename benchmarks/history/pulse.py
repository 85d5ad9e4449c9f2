"""Pulse: every fact and every metric under all its definitions, by week and month, for each repository and for all."""

import datetime as dt
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from history.figures import FIGURES
from pulse_assets.metrics.engine import build_fact_partitions, build_metrics
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams

FACTS, METRICS = (
    tuple(name for name, table in TABLES.items() if (table.layer, table.family) == (layer, "delivery"))
    for layer in ("facts", "metrics")
)
#: How much of it has to be done again: everything, or what one week of news asks for.
VARIANTS: Mapping[str, dict[str, Any]] = {
    "pulse": {},
    "week in all repositories": {"weeks": 1},
    "week in one repository": {"weeks": 1, "repositories": ("acme/service-0000",)},
}
_FIRST, _LAST = dt.date(2015, 6, 1), dt.date(2025, 7, 1)


def run(folder: Path, *, repositories: Collection[str] | None = None, weeks: int | None = None) -> dict[str, float]:
    """Builds facts and metrics.

    Args:
        folder: The lake.
        repositories: Those that have news. Default: all.
        weeks: Only the months of the last weeks. Default: the whole history.

    Returns:
        Seconds of facts and of metrics.
    """
    lake, settings, seconds = Lake(folder), Settings.load(), dict[str, float]()
    with _timed(seconds, "facts"):
        chosen = repositories or lake.partitions(TABLES["repositories"])
        for name in FACTS:
            lake.write_all(TABLES[name], build_fact_partitions(name, lake, chosen, settings))
    with _timed(seconds, "metrics"):
        for name, months in build_metrics(METRICS, lake, _months(weeks), settings, teams=Teams({}, {})):
            lake.write_all(TABLES[name], ((month.isoformat(), [rows]) for month, rows in months.items()))
    return seconds


def figures(folder: Path) -> list[tuple[Any, ...]]:
    """The figures that were built."""
    with Lake(folder).connect(METRICS) as connection:
        return connection.execute(
            f"SELECT grain, scope, period_start, {', '.join(FIGURES)} FROM dora_lead_time "  # noqa: S608 - own names
            "JOIN dora_deployment_frequency USING (definition, grain, period_start, scope_kind, scope) "
            "JOIN dora_change_failure_rate USING (definition, grain, period_start, scope_kind, scope) "
            "JOIN dora_recovery_time USING (definition, grain, period_start, scope_kind, scope) "
            "JOIN dora_rework_rate USING (definition, grain, period_start, scope_kind, scope) "
            "WHERE definition = 'pulse'"
        ).fetchall()


def _months(weeks: int | None) -> list[dt.date]:
    first = _FIRST if weeks is None else (_LAST - dt.timedelta(weeks=weeks)).replace(day=1)
    months = [first]
    while months[-1] < _LAST:
        months.append((months[-1] + dt.timedelta(days=31)).replace(day=1))
    return months


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    seconds[stage] = time.perf_counter() - began
