"""`devlake_changes` as plain loops over rows, written from the definition without a look at the SQL."""

import datetime as dt
import itertools
from math import ceil

from pulse_assets_tests.metrics.reference import Repository, Row, change_lead_times

MINUTE = dt.timedelta(minutes=1)


def devlake_changes(repository: Repository) -> list[Row]:
    """The rows in the order of their numbers."""
    pulses = {change["number"]: change for change in change_lead_times(repository)}
    merged = [pull for pull in repository.pull_requests if pull["merged_at"] is not None]
    rows = [_change(repository, pull, pulses[pull["number"]]) for pull in merged]
    return sorted(rows, key=lambda row: row["number"])


def _change(repository: Repository, pull: Row, pulse: Row) -> Row:
    deployment, reason = _deployment_of(repository, pull)
    deployed_at = deployment["finished_at"] if deployment else None
    reviewed_at = min(
        (
            review["submitted_at"]
            for review in repository.pull_request_reviews
            if review["number"] == pull["number"] and not _is_own(review, pull)
        ),
        default=None,
    )
    coding = _minutes(pull["first_commit_at"], pull["created_at"])
    during = _minutes(pull["created_at"], pull["merged_at"])
    deploy = _minutes(pull["merged_at"], deployed_at)
    cycle = sum(part for part in (coding, during, deploy) if part is not None)
    return {
        "repository": repository.name,
        "number": pull["number"],
        "merged_at": pull["merged_at"],
        "deployment_id": deployment["deployment_id"] if deployment else None,
        "deployed_at": deployed_at,
        "coding_minutes": coding,
        "pickup_minutes": _minutes(pull["created_at"], reviewed_at),
        "review_minutes": _minutes(reviewed_at, pull["merged_at"]),
        "deploy_minutes": deploy,
        "cycle_minutes": cycle,
        "is_counted": deployment is not None,
        "reason": reason,
        "pulse_lead_time_hours": pulse["lead_time_hours"] if pulse["is_counted"] else None,
        "difference": _difference(deployment, cycle, pulse),
    }


def _difference(deployment: Row | None, cycle: int, pulse: Row) -> str | None:
    if deployment is None:
        return "only_pulse" if pulse["is_counted"] else None
    if not pulse["is_counted"]:
        return "only_devlake"
    if deployment["deployment_id"] != pulse["deployment_id"]:
        return "other_deployment"
    apart = abs(cycle * MINUTE - (pulse["deployed_at"] - pulse["first_commit_at"]))
    return None if apart < 3 * MINUTE else "other_stages"


def _deployment_of(repository: Repository, pull: Row) -> tuple[Row | None, str | None]:
    sequence = repository.considered()
    merged = repository.position(pull["merge_commit_sha"])
    having, unknown = [], []
    for before, deployment in itertools.pairwise(sequence):
        low, high = repository.position(before["sha"]), repository.position(deployment["sha"])
        if low is None or high is None:
            unknown.append(deployment)
        elif merged is not None and low < merged <= high:
            having.append(deployment)
    if having:
        found = min(having, key=_asked)
        may_have = [deployment for deployment in unknown if deployment["created_at"] >= pull["merged_at"]]
        is_hidden = any(_asked(deployment) < _asked(found) for deployment in may_have)
        return (None, "commits_unknown") if is_hidden else (found, None)
    first = repository.position(sequence[0]["sha"]) if sequence else None
    if merged is not None and first is not None and merged <= first:
        return None, "first_deployment"
    return None, "commits_unknown" if unknown else "not_deployed"


def _asked(deployment: Row) -> tuple[dt.datetime, int]:
    return deployment["created_at"], deployment["deployment_id"]


def _is_own(review: Row, pull: Row) -> bool:
    return review["reviewer"] is not None and review["reviewer"] == pull["author"]


def _minutes(start: dt.datetime | None, end: dt.datetime | None) -> int | None:
    if start is None or end is None:
        return None
    minutes = ceil((end - start) / MINUTE)
    return None if minutes < 0 else minutes
