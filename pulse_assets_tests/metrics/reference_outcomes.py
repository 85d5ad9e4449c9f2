"""`deployment_outcomes` as plain loops over rows, written from the definition without a look at the SQL."""

import datetime as dt

from pulse_assets_tests.metrics.reference import Repository, Row, at_least_nothing, change_lead_times, span
from pulse_assets_tests.metrics.reference_incidents import closed_numbers, incidents, is_rollback


def deployment_outcomes(repository: Repository) -> list[Row]:
    """The rows in the order of their ids."""
    production = [deployment for deployment in repository.deployments if deployment["is_production"]]
    found = incidents(repository)
    changes = change_lead_times(repository)
    rows = [_outcome(repository, deployment, found, changes) for deployment in production]
    return sorted(rows, key=lambda row: row["deployment_id"])


def _outcome(repository: Repository, deployment: Row, found: list[Row], changes: list[Row]) -> Row:
    number = deployment["deployment_id"]
    head = {"repository": repository.name} | {
        name: deployment[name]
        for name in ("deployment_id", "environment", "service", "sha", "created_at", "finished_at", "status")
    }
    if deployment["status"] != "success":
        return head | _UNSUCCESSFUL
    previous = repository.previous(deployment)
    mine = [incident for incident in found if incident["deployment_id"] == number]
    brought = {change["number"] for change in changes if change["deployment_id"] == number}
    pulls = [pull for pull in repository.pull_requests if pull["number"] in brought]
    rework = _rework(repository, pulls, found) | ({"rollback"} if is_rollback(repository, deployment) else set())
    recovered_at = _recovered_at(mine)
    recovery = span(deployment["finished_at"], recovered_at)
    flags = {
        "commits_unknown": repository.position(deployment["sha"]) is None,
        "first_deployment": previous is None,
        "negative_recovery": recovery is not None and recovery < 0,
    }
    return head | {
        "previous_deployment_id": previous["deployment_id"] if previous else None,
        "commit_count": _commit_count(repository, deployment),
        "pull_request_count": len(pulls),
        "is_rollback": is_rollback(repository, deployment),
        "is_rework": bool(rework),
        "rework_by": _listed(rework),
        "is_failure": bool(mine),
        "failed_by": _listed({incident["kind"] for incident in mine}),
        "incident_count": len(mine),
        "first_incident_at": min((incident["opened_at"] for incident in mine), default=None),
        "recovered_at": recovered_at,
        "recovery_hours": at_least_nothing(recovery),
        "is_counted": True,
        "reason": None,
        "flags": _listed({flag for flag, holds in flags.items() if holds}),
    }


_UNSUCCESSFUL: Row = {
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


def _commit_count(repository: Repository, deployment: Row) -> int | None:
    own = repository.position(deployment["sha"])
    if own is None:
        return None
    reached = -1
    for earlier in repository.sequence_of(deployment):
        if earlier is deployment:
            break
        position = repository.position(earlier["sha"])
        reached = reached if position is None else max(reached, position)
    return max(own - reached, 0)


def _rework(repository: Repository, pulls: list[Row], incidents_found: list[Row]) -> set[str]:
    reported = {report["number"] for report in repository.incident_reports}
    needless = {row["number"] for row in incidents_found if row["reason"] == "reverted_before_deployment"}
    found = {pull["remedy"] for pull in pulls if pull["remedy"] is not None and pull["number"] not in needless}
    if any(number in reported for pull in pulls for number in closed_numbers(pull)):
        found.add("incident_link")
    return found


def _recovered_at(mine: list[Row]) -> dt.datetime | None:
    issues = [incident["resolved_at"] for incident in mine if incident["kind"] == "issue"]
    if issues:
        return None if None in issues else max(issues)
    return min((incident["resolved_at"] for incident in mine if incident["resolved_at"]), default=None)


def _listed(words: set[str]) -> str | None:
    return ",".join(sorted(words)) or None
