"""What the checks of the data found, by repository and project, and what each failure does to the figures."""

from collections.abc import Sequence

from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.metrics.engine import inputs_of
from pulse_assets.reports import wording
from pulse_assets.reports.data_state import CheckCount, FailedCheck, Quality
from pulse_assets.reports.planning.shown import METRICS as PLANNING_METRICS
from pulse_assets.reports.shown import COLLABORATION, METRICS
from pulse_assets.tables.check_history import RecordedCheck, gates
from pulse_assets.tables.contracts import TABLES

#: The checks of metrics, whose partitions are months, are counted together.
_METRICS = "metrics"
_DIMENSIONS = ("completeness", "consistency", "accuracy", "timeliness")
_EFFECTS = {"withheld": "withholds", "degraded": "marks as provisional"}


def quality(checks: Sequence[RecordedCheck]) -> Quality:
    """Counts by repository, and the failures; what withholds figures comes first."""
    counts: dict[str, dict[str, list[bool]]] = {}
    for check in checks:
        of_dimension = counts.setdefault(_partition(check), {})
        of_dimension.setdefault(check.result.dimension, []).append(check.result.passed)
    present = {dimension for of_dimension in counts.values() for dimension in of_dimension}
    names = sorted(counts, key=lambda name: (name == _METRICS, name.lower(), name))
    return Quality(
        dimensions=tuple(dimension for dimension in _DIMENSIONS if dimension in present),
        by_partition={
            name: {
                dimension: CheckCount(sum(passed), len(passed) - sum(passed))
                for dimension, passed in counts[name].items()
            }
            for name in names
        },
        failed=_failed(checks),
    )


def _failed(checks: Sequence[RecordedCheck]) -> tuple[FailedCheck, ...]:
    levels = {(gate.repository, gate.table, gate.check): gate.level for gate in gates(checks)}
    ranks = {"withheld": 0, "degraded": 1}
    failed = []
    for check in checks:
        if check.result.passed:
            continue
        level = levels.get((check.partition, check.table, check.result.name))
        row = FailedCheck(
            partition=check.partition,
            table=check.table,
            check=check.result.name,
            dimension=check.result.dimension,
            description=check.result.description,
            failed_count=check.result.failed_count,
            checked_count=check.result.checked_count,
            checked_at=check.checked_at,
            effect=_effect(check.table, level),
            is_holding=level is not None,
        )
        failed.append((ranks.get(level or "", len(ranks)), row))
    failed.sort(key=lambda each: (each[0], each[1].partition.lower(), each[1].table, each[1].check))
    return tuple(row for _, row in failed)


def _effect(table: str, level: str | None) -> str:
    """`withholds change lead time and rework rate`."""
    if level is None:
        return "none on the figures"
    family = TABLES[table].family
    # What fails in one project or repository holds back the figures of scopes with that project or repository.
    metrics = {"delivery": (*METRICS, COLLABORATION), "planning": PLANNING_METRICS}.get(family, ())
    titles = [CATALOG[metric].title for metric in metrics if table in inputs_of(metric)]
    if not titles:
        return "none on the figures"
    if len(titles) == len(metrics):
        return f"{_EFFECTS[level]} every metric{' of projects' if family == 'planning' else ''}"
    return f"{_EFFECTS[level]} {wording.enumeration([title[0].lower() + title[1:] for title in titles])}"


def _partition(check: RecordedCheck) -> str:
    return _METRICS if TABLES[check.table].layer == _METRICS else check.partition
