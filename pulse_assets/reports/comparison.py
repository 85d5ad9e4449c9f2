"""Definitions side by side: what other tools would say of the same period, and why they differ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.reports import wording
from pulse_assets.reports.drilldown import NOT_GIVEN_AGAIN, Drilldown
from pulse_assets.reports.model import ComparedFigure, Comparison, MetricRow
from pulse_assets.tables.metric_columns import DEFINITIONS


@dataclass(frozen=True, slots=True)
class _Compared:
    """A column of a metric, and the definitions that have it."""

    column: str
    title: str
    unit: wording.Unit
    definitions: tuple[str, ...] = DEFINITIONS


_COMPARED = {
    "dora_lead_time": (
        _Compared("lead_time_median_hours", "Median", "hours"),
        _Compared("lead_time_p75_hours", "75th percentile", "hours"),
        _Compared("lead_time_p90_hours", "90th percentile", "hours"),
    ),
    "dora_deployment_frequency": (
        _Compared("deployment_count", "Deployments", "count"),
        _Compared("deployment_days_count", "Deployment days", "days"),
    ),
    "dora_change_failure_rate": (
        _Compared("change_failure_ratio", "Change failure rate", "ratio"),
        _Compared("failed_deployment_count", "Failed deployments", "count"),
    ),
    "dora_recovery_time": (
        _Compared("recovery_median_hours", "Recovery, median", "hours", ("pulse", "devlake")),
        _Compared("restore_median_hours", "Time to restore, median", "hours"),
        _Compared("restore_count", "Incidents resolved", "count"),
    ),
}
#: What the rows of a metric are: by each definition another thing.
_ROWS = {
    "dora_lead_time": {"pulse": "change", "devlake": "change", "fourkeys": "commit"},
    "dora_deployment_frequency": dict.fromkeys(DEFINITIONS, "deployment"),
    "dora_change_failure_rate": dict.fromkeys(DEFINITIONS, "deployment"),
    "dora_recovery_time": {"pulse": "failed deployment", "devlake": "incident", "fourkeys": "incident"},
}
NOT_GIVEN = "not defined"


def comparisons(rows: Iterable[MetricRow], drilldowns: Sequence[Drilldown]) -> tuple[Comparison, ...]:
    """Each metric that several definitions have, all repositories together.

    Args:
        rows: Those of the period, of all definitions.
        drilldowns: They say why a definition differs.
    """
    found = {(row.metric, row.definition): row for row in rows if row.scope_kind == "all"}
    sentences = {
        (each.metric, each.definition): each.difference
        for each in drilldowns
        if each.scope_kind == "all" and each.difference
    }
    return tuple(
        _comparison(metric, compared, found, sentences)
        for metric, compared in _COMPARED.items()
        if any((metric, definition) in found for definition in DEFINITIONS)
    )


def _comparison(
    metric: str,
    compared: Sequence[_Compared],
    rows: dict[tuple[str, str], MetricRow],
    sentences: dict[tuple[str, str], str],
) -> Comparison:
    definitions = tuple(definition for definition in DEFINITIONS if (metric, definition) in rows)
    figures = [
        ComparedFigure(
            each.title,
            {name: _shown(rows[metric, name], each) if name in each.definitions else NOT_GIVEN for name in definitions},
        )
        for each in compared
    ]
    rest = ComparedFigure("Rests on", {name: _basis(rows[metric, name]) for name in definitions})
    reasons = (f"{name}: {sentences[metric, name]}" for name in definitions if (metric, name) in sentences)
    return Comparison(metric, CATALOG[metric].title, definitions, (*figures, rest), tuple(reasons))


def _shown(row: MetricRow, compared: _Compared) -> str:
    if row.status == "withheld":
        return wording.WITHHELD
    value = row.values.get(compared.column)
    if value is None:
        return wording.NONE
    text = wording.figure(value, compared.unit)
    return f"{text}, provisional" if NOT_GIVEN_AGAIN in (row.status_reason or "") else text


def _basis(row: MetricRow) -> str:
    if row.row_count is None:
        return wording.WITHHELD
    return wording.plural(row.row_count, _ROWS[row.metric][row.definition])
