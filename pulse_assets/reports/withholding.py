"""Takes the numbers of withheld metrics out of the rows that a report lists; that the rows exist is still told."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping

from pulse_assets.reports.listed import Change, Deployment, Incident
from pulse_assets.reports.model import MetricRow
from pulse_assets.reports.periods import Period
from pulse_assets.reports.scopes import Key

_NO_HOURS = dict.fromkeys(
    ("coding_hours", "pickup_hours", "review_hours", "deploy_hours", "lead_time_hours"),
)


def without_withheld(
    changes: Iterable[Change],
    deployments: Iterable[Deployment],
    incidents: Iterable[Incident],
    rows: Mapping[Key, MetricRow],
    period: Period,
) -> tuple[list[Change], list[Deployment], list[Incident]]:
    """The rows, of which those of a repository have no hours where its metric of the period is withheld."""
    lead_time = _is_withheld(rows, "dora_lead_time", period)
    recovery = _is_withheld(rows, "dora_recovery_time", period)
    return (
        [dataclasses.replace(row, **_NO_HOURS) if lead_time(row.repository) else row for row in changes],
        [dataclasses.replace(row, recovery_hours=None) if recovery(row.repository) else row for row in deployments],
        [dataclasses.replace(row, restore_hours=None) if recovery(row.repository) else row for row in incidents],
    )


def _is_withheld(rows: Mapping[Key, MetricRow], metric: str, period: Period) -> Callable[[str], bool]:
    """Whether a metric of the period is withheld, of all repositories or of the one that is asked for."""

    def held(scope_kind: str, scope: str) -> bool:
        row = rows.get((metric, scope_kind, scope, period.start))
        return row is not None and row.status == "withheld"

    is_whole_withheld = held("all", "all")
    return lambda repository: is_whole_withheld or held("repository", repository)
