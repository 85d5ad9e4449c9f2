"""What a report says, as plain values; every format shows these and computes nothing of its own."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from pulse_assets.reports.periods import Period, ReportKind
from pulse_assets.reports.wording import NONE, UNKNOWN, Unit, figure

StageName = Literal["coding", "pickup", "review", "deploy"]
STAGES: tuple[StageName, ...] = ("coding", "pickup", "review", "deploy")
STAGE_TITLES = {
    "coding": "Coding",
    "pickup": "Pickup",
    "review": "Review",
    "deploy": "Deploy",
    "unsplit": "Not split",
}


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """The metrics of one scope in one period; None is unknown, or has nothing to rest on.

    Attributes:
        scope_kind: `all`, or `repository`.
        change_count: Counted changes that were deployed in the period.
        left_out_count: Changes that were merged in the period and are not counted.
        lead_time_status: ok, degraded or withheld; None when there is no row.
        coding_change_count: Counted changes that have this stage, on which its median rests; likewise the other
            stages. Known only for the period of the report.
    """

    scope_kind: str
    scope: str
    period_start: dt.date
    lead_time_median_hours: float | None
    lead_time_p90_hours: float | None
    coding_median_hours: float | None
    pickup_median_hours: float | None
    review_median_hours: float | None
    deploy_median_hours: float | None
    change_count: int | None
    left_out_count: int | None
    lead_time_is_low_count: bool | None
    lead_time_status: str | None
    lead_time_status_reason: str | None
    deployment_count: int | None
    deployment_days_count: int | None
    deployment_days_per_week_median: float | None
    deployments_is_low_count: bool | None
    deployments_status: str | None
    deployments_status_reason: str | None
    coding_change_count: int | None = None
    pickup_change_count: int | None = None
    review_change_count: int | None = None
    deploy_change_count: int | None = None

    @property
    def is_degraded(self) -> bool:
        return bool({self.lead_time_status, self.deployments_status} & {"degraded", "withheld"})

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is degraded, each reason once."""
        reasons = (self.lead_time_status_reason, self.deployments_status_reason)
        return tuple(dict.fromkeys(reason for reason in reasons if reason))

    def stage_median(self, stage: str) -> float | None:
        """Median hours of a stage."""
        return getattr(self, f"{stage}_median_hours")

    def stage_count(self, stage: str) -> int | None:
        """Changes on which the median of a stage rests."""
        return getattr(self, f"{stage}_change_count")


@dataclass(frozen=True, slots=True)
class Figure:
    """One headline figure.

    Attributes:
        change: In words, against the period before.
        row_count: Rows that it rests on; None when unknown.
        status: ok, degraded, withheld or unknown.
    """

    name: str
    title: str
    unit: Unit
    value: float | None
    previous_value: float | None
    change: str
    row_count: int | None
    is_low_count: bool
    status: str
    status_reason: str | None

    @property
    def shown(self) -> str:
        """`18.7 h`, `14`, `unknown`, or `none` when there was nothing to measure."""
        return _shown(self.value, self.unit, self.row_count)


def _shown(value: float | None, unit: Unit, row_count: int | None) -> str:
    if value is None:
        return NONE if row_count == 0 else UNKNOWN
    return figure(value, unit)


@dataclass(frozen=True, slots=True)
class StageShare:
    """Where the hours of the counted changes went.

    Attributes:
        name: A stage, or `unsplit`: hours of changes of which a stage is unknown (no review, for instance).
        hours: Sum over the changes.
        ratio: Part of all their hours, 0..1.
        median_hours: The metric's median; None for `unsplit`.
        change_count: Changes that the median rests on; None for `unsplit`.
    """

    name: str
    title: str
    hours: float
    ratio: float
    median_hours: float | None
    previous_median_hours: float | None
    change_count: int | None

    @property
    def median_shown(self) -> str:
        """`18.7 h`, `unknown`, or `none` when no change has the stage."""
        return _shown(self.median_hours, "hours", self.change_count)


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One period of the trend; `figures` is None where nothing is known, which is a gap and never a zero."""

    period: Period
    figures: PeriodFigures | None


@dataclass(frozen=True, slots=True)
class RepositoryFigures:
    """One repository in the period and the one before."""

    repository: str
    current: PeriodFigures | None
    previous: PeriodFigures | None
    stages: tuple[StageShare, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One merged pull request; texts are as their authors wrote them."""

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
class ReasonCount:
    """How many changes were left out for one reason."""

    reason: str | None
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class Freshness:
    """How recent and how large the tables of one repository are.

    Attributes:
        collected_at: The server's time when its last complete collection began; None when there was none.
    """

    repository: str
    collected_at: dt.datetime | None
    is_archived: bool
    pull_request_count: int
    commit_count: int
    deployment_count: int
    production_deployment_count: int
    merged_count: int
    counted_count: int


@dataclass(frozen=True, slots=True)
class Environment:
    """How often all repositories deployed to the environments of one name, with whatever result."""

    name: str
    is_production: bool
    deployment_count: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know before the figures are used."""

    kind: Literal["degraded", "low_count", "unknown", "quality"]
    text: str


@dataclass(frozen=True, slots=True)
class Definition:
    """What a figure means and how it is counted; `is_exact` when it is the metric's own, as its SQL states it."""

    title: str
    text: str
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class ReportContent:
    """A whole report.

    Attributes:
        time_zone: IANA zone in which periods begin and times are shown.
        collected_at: The oldest of the repositories' `collected_at`: what is newer may be missing.
        trend: The last periods up to this one, oldest first, all repositories together.
        changes: Counted changes deployed in the period, by time of deployment.
        left_out: Changes merged in the period that are not counted.
    """

    kind: ReportKind
    period: Period
    time_zone: str
    definition: str
    repositories: tuple[str, ...]
    collected_at: dt.datetime | None
    summary: str
    notices: tuple[Notice, ...]
    headline: tuple[Figure, ...]
    stages: tuple[StageShare, ...]
    trend: tuple[TrendPoint, ...]
    by_repository: tuple[RepositoryFigures, ...]
    changes: tuple[Change, ...]
    left_out: tuple[Change, ...]
    left_out_reasons: tuple[ReasonCount, ...]
    freshness: tuple[Freshness, ...]
    definitions: tuple[Definition, ...]
