"""What a report says of Jira's projects, as plain values."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from pulse_assets.reports.drilldown import Drilldown
from pulse_assets.reports.model import Figure, Finding, Notice, TrendPoint


@dataclass(frozen=True, slots=True)
class Part:
    """One type of issues, or one status, of a scope; texts are in the words of the site.

    Attributes:
        category: Of a status: todo, in_progress or unknown.
        figures: By their names.
    """

    name: str
    category: str | None
    figures: Mapping[str, Figure]

    @property
    def key(self) -> tuple[str, ...]:
        """What tells its rows apart from those of others."""
        return (self.name,) if self.category is None else (self.name, self.category)


@dataclass(frozen=True, slots=True)
class PlanningScope:
    """All projects, a team, a project or a board: its figures by their names.

    Attributes:
        name: Key of the project, name of the team, number of the board.
        label: Name of the board as written; else None.
        types: What was done, by type: the most frequent first.
        statuses: Where issues were, the longest first.
    """

    kind: str
    name: str
    label: str | None
    figures: Mapping[str, Figure]
    types: tuple[Part, ...]
    statuses: tuple[Part, ...]

    @property
    def title(self) -> str:
        return "All projects" if self.kind == "all" else self.label or self.name

    @property
    def has_figures(self) -> bool:
        """It is not unknown altogether."""
        return any(figure.status != "unknown" for figure in self.figures.values())


@dataclass(frozen=True, slots=True)
class CompletedSprint:
    """A sprint that was completed in the period.

    Attributes:
        board: Name of its board as written, or its number.
        report: Where its own report stands, seen from this one.
        figures: By their names; compared with nothing.
    """

    project: str
    sprint_id: int
    name: str
    board: str
    started_at: dt.datetime
    completed_at: dt.datetime
    report: str
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class ProjectFreshness:
    """How recent and how large the tables of one project are.

    Attributes:
        collected_at: The server's time when its last complete collection began; None when there was none.
        quarantined_count: Landed records of which a field does not make sense; of these, `dropped_count` are left out.
    """

    project: str
    name: str
    address: str | None
    collected_at: dt.datetime | None
    is_archived: bool
    issue_count: int
    done_count: int
    change_count: int
    board_count: int
    sprint_count: int
    quarantined_count: int
    dropped_count: int


@dataclass(frozen=True, slots=True)
class HomelessIncident:
    """An incident of Jira that stands in the metrics of no repository."""

    project: str
    key: str
    title: str | None
    address: str | None
    opened_at: dt.datetime
    resolved_at: dt.datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class QuarantinedField:
    """A field of a landed record that does not make sense."""

    project: str
    record_table: str
    record_key: str
    field: str
    problem: str
    value: str | None
    is_dropped: bool


@dataclass(frozen=True, slots=True)
class LinkCoverage:
    """How many of the pull requests that people merged in the period name a collected issue."""

    merged_count: int
    linked_count: int

    @property
    def ratio(self) -> float | None:
        """0..1; None where nothing was merged."""
        return self.linked_count / self.merged_count if self.merged_count else None


@dataclass(frozen=True, slots=True)
class PlanningContent:
    """What a report says of projects; notices, findings and summary stand with those of repositories.

    Attributes:
        collected_at: The oldest of the projects' `collected_at`: what is newer may be missing.
        scopes: All projects together first, then teams, then projects, then boards.
        trend: The last periods up to this one, oldest first, all projects together.
        sprints: Completed in the period, by time.
        incidents: Those of Jira that no repository has; empty where there are no repositories.
        coverage: None where there are no repositories, or the links are not built.
        drilldowns: How the figures of every scope came about, and of every sprint of the list.
    """

    teams: tuple[str, ...]
    collected_at: dt.datetime | None
    scopes: tuple[PlanningScope, ...]
    trend: tuple[TrendPoint, ...]
    sprints: tuple[CompletedSprint, ...]
    incidents: tuple[HomelessIncident, ...]
    coverage: LinkCoverage | None
    freshness: tuple[ProjectFreshness, ...]
    quarantined: tuple[QuarantinedField, ...]
    drilldowns: tuple[Drilldown, ...]

    @property
    def whole(self) -> PlanningScope:
        """All projects together."""
        return self.scopes[0]

    @property
    def projects(self) -> tuple[str, ...]:
        """Their keys."""
        return tuple(each.project for each in self.freshness)

    def of(self, *kinds: str) -> tuple[PlanningScope, ...]:
        """The scopes of these kinds of which something is known."""
        return tuple(scope for scope in self.scopes if scope.kind in kinds and scope.has_figures)


@dataclass(frozen=True, slots=True)
class Told:
    """What projects add to the head of a report.

    Attributes:
        summary: The period in sentences.
        addresses: Where the issues are that are incidents of repositories, by the incident.
    """

    content: PlanningContent
    summary: str
    notices: tuple[Notice, ...]
    findings: tuple[Finding, ...]
    addresses: Mapping[str, str]
