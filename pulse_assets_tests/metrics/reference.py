"""A repository's history, and its `change_lead_times` as plain loops over rows, written without a look at the SQL."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

HOUR = dt.timedelta(hours=1)
Row = dict[str, Any]


@dataclass
class Repository:
    """The rows of the clean tables of one repository; only the columns that the definition uses."""

    name: str
    default_branch: str
    collected_at: dt.datetime
    pull_requests: list[Row] = field(default_factory=list)
    commits: list[Row] = field(default_factory=list)
    pull_request_commits: list[Row] = field(default_factory=list)
    pull_request_reviews: list[Row] = field(default_factory=list)
    deployments: list[Row] = field(default_factory=list)
    incident_reports: list[Row] = field(default_factory=list)

    def considered(self) -> list[Row]:
        chosen = [d for d in self.deployments if d["is_production"] and d["status"] == "success"]
        return sorted(chosen, key=lambda d: (d["finished_at"], d["deployment_id"]))

    def sequence_of(self, deployment: Row) -> list[Row]:
        """The successful production deployments of the same service, in their order."""
        return [other for other in self.considered() if other["service"] == deployment["service"]]

    def previous(self, deployment: Row) -> Row | None:
        sequence = self.sequence_of(deployment)
        place = sequence.index(deployment)
        return sequence[place - 1] if place else None

    def position(self, sha: str | None) -> int | None:
        """Of the commit on the mainline; None when it is off it, or unknown."""
        return next((commit["mainline_position"] for commit in self.commits if commit["sha"] == sha), None)


def change_lead_times(repository: Repository) -> list[Row]:
    return [_change(repository, pull) for pull in repository.pull_requests if pull["merged_at"] is not None]


def _change(repository: Repository, pull: Row) -> Row:
    considered = repository.considered()
    deployment, matched_by = None, None
    is_other_branch = pull["base_branch"] != repository.default_branch
    if not is_other_branch:
        deployment, matched_by = _deployment_of(repository, pull, considered)
    deployed_at = deployment["finished_at"] if deployment else None
    flags = set()
    spans = {
        "coding": span(pull["first_commit_at"], pull["created_at"]),
        "pickup": span(pull["created_at"], pull["first_review_at"]),
        "review": span(pull["first_review_at"], pull["merged_at"]),
        "deploy": span(pull["merged_at"], deployed_at),
    }
    for stage, hours in spans.items():
        if hours is not None and hours < 0:
            flags.add(f"negative_{stage}")
            spans[stage] = None
    if deployment and deployment is considered[0]:
        flags.add("first_deployment")
    if matched_by == "time":
        flags.add("matched_by_time")
    lead_time = span(pull["first_commit_at"], deployed_at)
    reason = "other_base_branch" if is_other_branch else _reason(pull, deployed_at)
    return {
        "repository": repository.name,
        "number": pull["number"],
        "first_commit_at": pull["first_commit_at"],
        "opened_at": pull["created_at"],
        "first_review_at": pull["first_review_at"],
        "merged_at": pull["merged_at"],
        "deployed_at": deployed_at,
        **{f"{stage}_hours": hours for stage, hours in spans.items()},
        "lead_time_hours": at_least_nothing(lead_time),
        "deployment_id": deployment["deployment_id"] if deployment else None,
        "matched_by": matched_by,
        "is_counted": reason is None,
        "reason": reason,
        "flags": ",".join(sorted(flags)) or None,
    }


def _reason(pull: Row, deployed_at: dt.datetime | None) -> str | None:
    if deployed_at is None:
        return "not_deployed"
    if deployed_at < pull["merged_at"]:
        return "deployed_before_merge"
    if pull["first_commit_at"] is None:
        return "first_commit_unknown"
    return "negative_lead_time" if deployed_at < pull["first_commit_at"] else None


def _deployment_of(repository: Repository, pull: Row, considered: list[Row]) -> tuple[Row | None, str | None]:
    positions = {commit["sha"]: commit["mainline_position"] for commit in repository.commits}
    own = {commit["sha"] for commit in repository.pull_request_commits if commit["number"] == pull["number"]}
    merged = positions.get(pull["merge_commit_sha"])
    if merged is None or all(positions.get(deployment["sha"]) is None for deployment in considered):
        for deployment in considered:
            if deployment["finished_at"] >= pull["merged_at"]:
                return deployment, "time"
        return None, None
    for deployment in considered:
        deployed = positions.get(deployment["sha"])
        if (deployed is not None and merged <= deployed) or deployment["sha"] in own:
            return deployment, "commit"
    return None, None


def span(start: dt.datetime | None, end: dt.datetime | None) -> float | None:
    """Hours between them."""
    return None if start is None or end is None else (end - start) / HOUR


def at_least_nothing(hours: float | None) -> float | None:
    return None if hours is None or hours < 0 else hours
