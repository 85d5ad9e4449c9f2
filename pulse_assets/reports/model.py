"""What a report says, as plain values; every format shows these and computes nothing of its own."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pulse_assets.reports import wording
from pulse_assets.reports.data_state import Freshness, Quality
from pulse_assets.reports.drilldown import Drilldown
from pulse_assets.reports.listed import Change, Deployment, Incident, ReasonCount
from pulse_assets.reports.periods import Period, ReportKind
from pulse_assets.reports.shown import HEADLINES, ShownFigure

if TYPE_CHECKING:
    from pulse_assets.reports.planning.model import PlanningContent

Verdict = Literal["better", "worse", "unclear", "moved"]


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One row of a metric's table; a withheld one holds no number.

    Attributes:
        values: The value columns; None is unknown, withheld, or has nothing to rest on.
        row_count: Rows of the headline figure; None when withheld.
        status: ok, degraded or withheld.
    """

    metric: str
    definition: str
    scope_kind: str
    scope: str
    period_start: dt.date
    values: Mapping[str, float | None]
    row_count: int | None
    is_low_count: bool
    status: str
    status_reason: str | None

    @property
    def is_final(self) -> bool:
        return self.status == "ok"

    @property
    def headline(self) -> float | None:
        """Value of the metric's headline figure."""
        return self.values.get(HEADLINES[self.metric].column)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a scope in the period, and against what it is to be read.

    Attributes:
        low: Lower end of its 95 % interval; `high` likewise. None where it has none.
        usual_value: Median of the known, final values of the periods of the trend; `usual_count` is their number.
        change: In words, against the period before.
        verdict: better or worse; `unclear` when it moved within what chance explains, `moved` where neither way is
            better; None when it did not move or cannot be compared.
        row_count: Rows that it rests on; None when unknown or withheld.
        status: ok, degraded, withheld or unknown.
    """

    shown_as: ShownFigure
    scope_kind: str
    scope: str
    value: float | None
    low: float | None
    high: float | None
    previous_value: float | None
    usual_value: float | None
    usual_count: int
    change: str
    verdict: Verdict | None
    row_count: int | None
    is_low_count: bool
    status: str
    status_reason: str | None

    @property
    def name(self) -> str:
        return self.shown_as.name

    @property
    def title(self) -> str:
        return self.shown_as.title

    @property
    def unit(self) -> wording.Unit:
        return self.shown_as.unit

    @property
    def shown(self) -> str:
        """`18.7 h`, `14`, `withheld`, `unknown`, or `none` when there was nothing to measure."""
        if self.status == "withheld":
            return wording.WITHHELD
        if self.value is None:
            return wording.UNKNOWN if self.status == "unknown" or self.row_count else wording.NONE
        return wording.figure(self.value, self.unit)

    @property
    def interval(self) -> str | None:
        """`12.0 to 25.1 h`; None where there is none, or its width says nothing (one row, or all rows alike)."""
        if self.low is None or self.high is None or self.low == self.high:
            return None
        return wording.interval(self.low, self.high, self.unit)

    @property
    def basis(self) -> str | None:
        """`12 changes`; None when unknown."""
        return None if self.row_count is None else wording.plural(self.row_count, self.shown_as.rows)


@dataclass(frozen=True, slots=True)
class StageShare:
    """Where the hours of the counted changes went.

    Attributes:
        name: A stage, or `unsplit`: hours of changes of which a stage is unknown (no review, for instance).
        hours: Sum over the changes.
        ratio: Part of all their hours, 0..1.
    """

    name: str
    title: str
    hours: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Scope:
    """All repositories, a team or a repository: its figures by their names.

    Attributes:
        stages: Where the hours of its counted changes went; empty when there are none or the metric is withheld.
    """

    kind: str
    name: str
    figures: Mapping[str, Figure]
    stages: tuple[StageShare, ...]

    @property
    def title(self) -> str:
        return "All repositories" if self.kind == "all" else self.name

    @property
    def has_figures(self) -> bool:
        """It is not unknown altogether."""
        return any(figure.status != "unknown" for figure in self.figures.values())


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One period of the trend: the row of each metric; a metric without one is unknown, which is a gap, not a zero."""

    period: Period
    rows: Mapping[str, MetricRow]


@dataclass(frozen=True, slots=True)
class Finding:
    """What changed, in a sentence computed from the figures.

    Attributes:
        brief: The same in a few words: `rework rate 12 % → 4.3 %`.
        affected: Repositories or teams that moved it, in words.
        weight: How far it moved, for the order; 1 is the border of what chance explains.
    """

    metric: str
    verdict: Verdict
    text: str
    brief: str
    affected: str | None
    weight: float


@dataclass(frozen=True, slots=True)
class Position:
    """Where a figure stands among the answers of a DORA report.

    Attributes:
        text: In words, such as `high (23 to 45 %)`; None where none is given.
        reason: Why there is none.
    """

    metric: str
    text: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A DORA report with whose answers the headlines are compared.

    Attributes:
        source: Where its numbers were read.
        has_levels: It sorts answers into levels; else it gives parts of the teams.
    """

    year: int
    title: str
    source: str
    has_levels: bool
    positions: tuple[Position, ...]

    def of(self, metric: str) -> Position | None:
        """The position of a metric's headline."""
        return next((position for position in self.positions if position.metric == metric), None)


@dataclass(frozen=True, slots=True)
class ComparedFigure:
    """One figure of a metric by each definition, `—` where a definition does not have it."""

    title: str
    shown: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A metric by several definitions, and in a sentence for each why it differs from the first."""

    metric: str
    title: str
    definitions: tuple[str, ...]
    figures: tuple[ComparedFigure, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReviewsBetween:
    """Reviews by one team of another's pull requests; never by person."""

    author_team: str
    reviewer_team: str
    review_count: int
    pull_request_count: int


@dataclass(frozen=True, slots=True)
class Collaboration:
    """Who reviews whom, by team; None instead of rows means unknown or withheld."""

    status: str
    status_reason: str | None
    rows: tuple[ReviewsBetween, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know before the figures are used."""

    kind: Literal["withheld", "degraded", "low_count", "unknown", "quality"]
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
        collected_at: The oldest `collected_at` of the repositories and projects: what is newer may be missing.
        scopes: All repositories together first, then teams, then repositories.
        others: The rows of the period by other definitions than that of the figures, of every scope.
        trend: The last periods up to this one, oldest first, all repositories together.
        changes: Counted changes deployed in the period, by time of deployment.
        left_out: Changes merged in the period that are not counted.
        deployments: Production deployments that finished in the period, and failed ones not recovered before it.
        incidents: Opened or resolved in the period, or open at its end.
        drilldowns: How the figures of every scope came about.
        planning: What there is to say of Jira's projects; None where none was collected.
    """

    kind: ReportKind
    period: Period
    time_zone: str
    definition: str
    repositories: tuple[str, ...]
    teams: tuple[str, ...]
    collected_at: dt.datetime | None
    summary: str
    notices: tuple[Notice, ...]
    findings: tuple[Finding, ...]
    benchmark: Benchmark
    scopes: tuple[Scope, ...]
    others: tuple[MetricRow, ...]
    trend: tuple[TrendPoint, ...]
    comparisons: tuple[Comparison, ...]
    collaboration: Collaboration
    changes: tuple[Change, ...]
    left_out: tuple[Change, ...]
    left_out_reasons: tuple[ReasonCount, ...]
    deployments: tuple[Deployment, ...]
    incidents: tuple[Incident, ...]
    drilldowns: tuple[Drilldown, ...]
    freshness: tuple[Freshness, ...]
    quality: Quality
    definitions: tuple[Definition, ...]
    planning: "PlanningContent | None" = None

    @property
    def has_repositories(self) -> bool:
        """Repositories are part of the report; they are not where only projects of Jira were collected."""
        return self.planning is None or bool(self.repositories)

    @property
    def clear_findings(self) -> tuple[Finding, ...]:
        """Those that chance does not explain."""
        return tuple(finding for finding in self.findings if finding.verdict != "unclear")

    @property
    def unclear_findings(self) -> tuple[Finding, ...]:
        """Those that chance may explain."""
        return tuple(finding for finding in self.findings if finding.verdict == "unclear")

    @property
    def whole(self) -> Scope:
        """All repositories together."""
        return self.scopes[0]

    def figure(self, name: str) -> Figure:
        """A figure of all repositories together, such as `dora_lead_time.lead_time_median_hours`."""
        return self.whole.figures[name]
