"""What truly came of each production deployment."""

import datetime as dt
from collections.abc import Mapping, Sequence

from pulse_assets.sandbox.truth_changes import Row, hours
from pulse_assets.sandbox.truth_deployments import Shipment
from pulse_assets.sandbox.truth_incidents import is_rollback, previous_of


def outcome_row(
    repository: str,
    shipment: Shipment,
    shipped: Sequence[Shipment],
    incidents: Sequence[Row],
    rework: Mapping[int, set[str]],
) -> Row:
    """A row of `deployment_outcomes`.

    `shipped` are the successful production deployments of the repository in order, `incidents` the rows of the table
    that are attributed to this one. `rework` says of each change that this one brought first, by number, how it is
    known to be rework; of most it says nothing.
    """
    row: Row = {
        "repository": repository,
        "deployment_id": shipment.id,
        "environment": shipment.environment,
        "service": shipment.service,
        "sha": shipment.sha,
        "created_at": shipment.created_at,
        "finished_at": shipment.finished_at,
        "status": shipment.status,
        "previous_deployment_id": None,
        "commit_count": None,
        "pull_request_count": None,
        "is_rollback": False,
        "is_rework": False,
        "rework_by": None,
        "is_failure": False,
        "failed_by": None,
        "incident_count": None,
        "first_incident_at": None,
        "recovered_at": None,
        "recovery_hours": None,
        "is_counted": False,
        "reason": "not_successful",
        "flags": None,
    }
    if shipment.status != "success":
        return row
    previous = previous_of(shipment, shipped)
    reworked_by = set[str]().union(*rework.values())
    if is_rollback(shipment, shipped):
        reworked_by.add("rollback")
    recovered_at = _recovered_at(incidents)
    recovery = hours(shipment.finished_at, recovered_at)
    flags = set[str]()
    if previous is None:
        flags.add("first_deployment")
    if shipment.position is None:
        flags.add("commits_unknown")
    if recovery is not None and recovery < 0:
        flags.add("negative_recovery")
        recovery = None
    return row | {
        "previous_deployment_id": None if previous is None else previous.id,
        "commit_count": _commit_count(shipment, shipped),
        "pull_request_count": len(rework),
        "is_rollback": "rollback" in reworked_by,
        "is_rework": bool(reworked_by),
        "rework_by": _listed(reworked_by),
        "is_failure": bool(incidents),
        "failed_by": _listed({incident["kind"] for incident in incidents}),
        "incident_count": len(incidents),
        "first_incident_at": min((incident["opened_at"] for incident in incidents), default=None),
        "recovered_at": recovered_at,
        "recovery_hours": recovery,
        "is_counted": True,
        "reason": None,
        "flags": _listed(flags),
    }


def _listed(names: set[str]) -> str | None:
    return ",".join(sorted(names)) or None


def _commit_count(shipment: Shipment, shipped: Sequence[Shipment]) -> int | None:
    """Mainline commits beyond all that its service had in production before."""
    if shipment.position is None:
        return None
    highest = -1
    for one in shipped:
        if one.service == shipment.service and one.end < shipment.end and one.position is not None:
            highest = max(highest, one.position)
    return max(0, shipment.position - highest)


def _recovered_at(incidents: Sequence[Row]) -> dt.datetime | None:
    """When the last report was closed; without a report, when the first remedy was in production."""
    reported = [incident["resolved_at"] for incident in incidents if incident["kind"] == "issue"]
    if reported:
        return None if None in reported else max(reported)
    return min((row["resolved_at"] for row in incidents if row["resolved_at"] is not None), default=None)
