"""`incidents` as plain loops over rows, written from the definition without a look at the SQL."""

import datetime as dt

from pulse_assets_tests.metrics.reference import Repository, Row, at_least_nothing, change_lead_times, span

KNOWN_BUT_NOT_DEPLOYED = "cause_not_deployed"


def incidents(repository: Repository) -> list[Row]:
    """The rows in the order of their ids."""
    changes = {change["number"]: change for change in change_lead_times(repository)}
    issues = [_issue(repository, changes, report) for report in repository.incident_reports]
    remedies = [
        _remedy(repository, changes, pull, issues)
        for pull in repository.pull_requests
        if pull["remedy"] is not None and pull["merged_at"] and pull["base_branch"] == repository.default_branch
    ]
    rollbacks = [
        _rollback(repository, deployment, previous)
        for deployment in repository.considered()
        if is_rollback(repository, deployment) and (previous := repository.previous(deployment))
    ]
    return sorted([*issues, *remedies, *rollbacks], key=lambda row: row["incident_id"])


def is_rollback(repository: Repository, deployment: Row) -> bool:
    previous = repository.previous(deployment)
    if previous is None:
        return False
    own, before = repository.position(deployment["sha"]), repository.position(previous["sha"])
    return own is not None and before is not None and own < before


def closed_numbers(pull: Row) -> list[int]:
    return [int(number) for number in (pull["closes_issues"] or "").split(",") if number]


def _issue(repository: Repository, changes: dict[int, Row], report: Row) -> Row:
    is_known, cause = _cause(repository, changes, report)
    reason = None
    if is_known and cause is None:
        reason = KNOWN_BUT_NOT_DEPLOYED
    return _row(
        repository,
        report,
        kind="issue",
        times=(report["opened_at"], report["resolved_at"]),
        linked=cause,
        reason=reason,
        restore_hours=at_least_nothing(span(report["opened_at"], report["resolved_at"])),
    )


def _cause(repository: Repository, changes: dict[int, Row], report: Row) -> tuple[bool, Row | None]:
    """Whether the root cause is known, and the deployment that brought it."""
    commit = _commit(repository, report["root_cause_sha"])
    if commit is not None and commit["mainline_position"] is not None:
        for deployment in repository.considered():
            position = repository.position(deployment["sha"])
            if position is not None and position >= commit["mainline_position"]:
                return True, deployment
        return True, None
    if commit is not None:
        numbers = {own["number"] for own in repository.pull_request_commits if own["sha"] == commit["sha"]}
        brought = [_deployment_of(repository, changes, number) for number in numbers]
        known = [deployment for deployment in brought if deployment is not None]
        return True, min(known, key=lambda d: (d["finished_at"], d["deployment_id"]), default=None)
    numbers = {pull["number"] for pull in repository.pull_requests}
    if report["root_cause_number"] in numbers:
        return True, _deployment_of(repository, changes, report["root_cause_number"])
    return False, None


def _commit(repository: Repository, sha: str | None) -> Row | None:
    if sha is None:
        return None
    for commit in repository.commits:
        if commit["sha"] == sha:
            return commit
    fitting = [commit for commit in repository.commits if len(sha) >= 7 and commit["sha"].startswith(sha)]
    return fitting[0] if len(fitting) == 1 else None


def _remedy(repository: Repository, changes: dict[int, Row], pull: Row, issues: list[Row]) -> Row:
    own = _deployment_of(repository, changes, pull["number"])
    linked, reason = None, None
    if pull["remedy"] == "revert" and pull["reverts_number"] in {each["number"] for each in repository.pull_requests}:
        linked = _deployment_of(repository, changes, pull["reverts_number"])
        if linked is None or (own is not None and _order(linked) >= _order(own)):
            linked, reason = None, "reverted_before_deployment"
    if pull["remedy"] == "hotfix":
        closed = [issue for issue in issues if issue["number"] in closed_numbers(pull) and issue["is_attributed"]]
        if closed:
            first = min(closed, key=lambda issue: issue["number"])
            linked = _deployment(repository, first["deployment_id"])
    return _row(
        repository,
        pull,
        kind=pull["remedy"],
        times=(pull["created_at"], own["finished_at"] if own else None),
        linked=linked,
        reason=reason,
        remedy=own,
    )


def _rollback(repository: Repository, deployment: Row, previous: Row) -> Row:
    return _row(
        repository,
        deployment | {"number": None, "title": deployment["environment"]},
        kind="rollback",
        times=(deployment["created_at"], deployment["finished_at"]),
        linked=previous,
        reason=None,
        remedy=deployment,
    )


def _row(
    repository: Repository,
    source: Row,
    *,
    kind: str,
    times: tuple[dt.datetime, dt.datetime | None],
    linked: Row | None,
    reason: str | None,
    remedy: Row | None = None,
    restore_hours: float | None = None,
) -> Row:
    opened_at, resolved_at = times
    deployment, attributed_by = linked, "link"
    if linked is None and reason is None:
        deployment, attributed_by = _latest(repository, source["service"], opened_at), "time"
        reason = None if deployment else "no_deployment_before"
    number = source["number"]
    return {
        "repository": repository.name,
        "incident_id": f"{kind}-{source['deployment_id'] if number is None else number}",
        "kind": kind,
        "number": number,
        "title": source["title"],
        "service": source["service"],
        "opened_at": opened_at,
        "resolved_at": resolved_at,
        "deployment_id": deployment["deployment_id"] if deployment else None,
        "attributed_by": attributed_by if deployment else None,
        "remedy_deployment_id": remedy["deployment_id"] if remedy else None,
        "is_attributed": deployment is not None,
        "reason": reason,
        "restore_hours": restore_hours,
    }


def _latest(repository: Repository, service: str | None, at: dt.datetime) -> Row | None:
    found = None
    for deployment in repository.considered():
        if deployment["finished_at"] <= at and service in (None, deployment["service"]):
            found = deployment
    return found


def _deployment_of(repository: Repository, changes: dict[int, Row], number: int) -> Row | None:
    change = changes.get(number)
    return _deployment(repository, change["deployment_id"]) if change else None


def _deployment(repository: Repository, deployment_id: int | None) -> Row | None:
    return next((d for d in repository.deployments if d["deployment_id"] == deployment_id), None)


def _order(deployment: Row) -> tuple[dt.datetime, int]:
    return deployment["finished_at"], deployment["deployment_id"]
