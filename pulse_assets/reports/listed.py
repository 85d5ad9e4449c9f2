"""The rows that a report lists: changes, deployments and incidents; texts are as their authors wrote them."""

import datetime as dt
from dataclasses import dataclass

from pulse_assets.reports.shown import STAGES


@dataclass(frozen=True, slots=True)
class Change:
    """One merged pull request."""

    repository: str
    number: int
    title: str | None
    author: str | None
    is_bot: bool
    branch: str | None
    address: str | None
    first_commit_at: dt.datetime | None
    opened_at: dt.datetime | None
    first_review_at: dt.datetime | None
    merged_at: dt.datetime | None
    deployed_at: dt.datetime | None
    coding_hours: float | None
    pickup_hours: float | None
    review_hours: float | None
    deploy_hours: float | None
    lead_time_hours: float | None
    deployment_id: int | None
    environment: str | None
    deployed_sha: str | None
    matched_by: str | None
    flags: str | None
    is_counted: bool
    reason: str | None

    def stage_hours(self, stage: str) -> float | None:
        """Hours of a stage."""
        return getattr(self, f"{stage}_hours")

    @property
    def author_shown(self) -> str:
        """The author, marked when a bot whose name does not say so."""
        if self.author is None:
            return "unknown author"
        return f"{self.author} (bot)" if self.is_bot and not self.author.endswith("[bot]") else self.author

    @property
    def unsplit_hours(self) -> float:
        """Hours of the lead time that no known stage explains."""
        known = sum(self.stage_hours(stage) or 0.0 for stage in STAGES)
        is_split = all(self.stage_hours(stage) is not None for stage in STAGES)
        return 0.0 if is_split else max((self.lead_time_hours or 0.0) - known, 0.0)


@dataclass(frozen=True, slots=True)
class Deployment:
    """One production deployment.

    Attributes:
        is_of_period: It finished in the period; one that did not is listed because it failed and was not recovered
            when the period began.
        is_open: It failed, and was not recovered at the end of the period.
    """

    repository: str
    deployment_id: int
    environment: str
    service: str | None
    sha: str | None
    address: str | None
    created_at: dt.datetime
    finished_at: dt.datetime | None
    status: str
    commit_count: int | None
    pull_request_count: int | None
    is_rollback: bool
    is_rework: bool
    rework_by: str | None
    is_failure: bool
    failed_by: str | None
    incident_count: int | None
    first_incident_at: dt.datetime | None
    recovered_at: dt.datetime | None
    recovery_hours: float | None
    is_counted: bool
    reason: str | None
    flags: str | None
    is_of_period: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident: an issue, a revert, a hotfix or a rollback.

    Attributes:
        is_open: It was not resolved at the end of the period.
    """

    repository: str
    incident_id: str
    kind: str
    number: int | None
    title: str
    service: str | None
    address: str | None
    opened_at: dt.datetime
    resolved_at: dt.datetime | None
    deployment_id: int | None
    attributed_by: str | None
    remedy_deployment_id: int | None
    is_attributed: bool
    reason: str | None
    restore_hours: float | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many rows were left out for one reason."""

    reason: str | None
    words: str
    count: int
