"""The true facts and metrics of a Jira site, by replaying the events that the world knows of.

The modules `truth*` share no line with the code that they judge; this one is their door.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping

from pulse_assets.errors import NotFound
from pulse_assets.sandbox.jira import truth_flow as flow
from pulse_assets.sandbox.jira.truth_issues import Life, Row
from pulse_assets.sandbox.jira.truth_periods import Scope, ScopeKind
from pulse_assets.sandbox.jira.truth_rules import JiraRules
from pulse_assets.sandbox.jira.truth_sprints import SprintTruth
from pulse_assets.sandbox.jira.view import JiraView
from pulse_assets.sandbox.jira.world import STORY_POINT_ESTIMATE, STORY_POINTS, JiraWorld
from pulse_assets.sandbox.truth_periods import LOW_COUNT, Grain

__all__ = ["Grain", "JiraRules", "JiraTruth", "Row"]

_NOT_OVER = "the sprint was not over when the data were collected"


class JiraTruth:
    """Facts and metrics as of an instant (default: the world's `until`), which is `collected_at`.

    Rows are dicts with the columns of the tables; instants are aware datetimes in UTC, days are dates, what is missing
    is None (no flags too). Facts are in the order of their keys, issues by number. Metrics are in order of scope (all,
    teams, projects, boards) and period; those of the grain `sprint` in order of sprint.

    Args:
        at: The instant as of which everything is known.
        projects: Keys of those that were collected; default: all.
        teams: Keys of projects by team.
        rules: What a user chose otherwise than by default, the time zone among it.

    Raises:
        NotFound: There is no such project as of the instant.
    """

    def __init__(
        self,
        world: JiraWorld,
        at: dt.datetime | None = None,
        *,
        projects: Collection[str] | None = None,
        teams: Mapping[str, Collection[str]] | None = None,
        rules: JiraRules | None = None,
    ) -> None:
        self.view = world.at(at)
        self.rules = rules or JiraRules()
        self.collected_at = self.view.instant
        there = [project.key for project in self.view.projects]
        self.projects = sorted(there if projects is None else projects)
        for key in self.projects:
            if key not in there:
                raise NotFound(f"The sandbox has no project {key}.", hint="Name one as of that instant.")
        self._teams = teams or {}
        self._lives = {key: _lives(self.view, key, self.rules) for key in self.projects}
        self._sprints = {key: list(self._sprints_of(key)) for key in self.projects}

    def _sprints_of(self, project: str) -> Iterator[SprintTruth]:
        for board in self.view.boards:
            if board.project_key == project:
                for state in self.view.sprints_of(board):
                    if state.started_at is not None:
                        yield SprintTruth(state, board, self._lives[project], self.rules, self.collected_at)

    # ------------------------------------------------------------------ facts
    def issue_status_spans(self, project: str) -> list[Row]:
        """One row per stay of an issue in a status."""
        return [row for life in self._lives[project] for row in life.span_rows]

    def issue_flow(self, project: str) -> list[Row]:
        """One row per issue."""
        return [life.flow_row for life in self._lives[project]]

    def issue_completions(self, project: str) -> list[Row]:
        """One row per completion."""
        return [row for life in self._lives[project] for row in life.completion_rows]

    def sprint_scope(self, project: str) -> list[Row]:
        """One row per started sprint and issue that was in it."""
        return [row for sprint in self._sprints[project] for row in sprint.rows]

    def sprint_days(self, project: str) -> list[Row]:
        """One row per started sprint and day."""
        return [row for sprint in self._sprints[project] for row in sprint.day_rows]

    # ------------------------------------------------------------------ metrics of weeks and months
    def cycle_time(self, grain: Grain) -> list[Row]:
        """Rows of `flow_cycle_time`."""
        return self._rows(flow.cycle_time, grain)

    def throughput(self, grain: Grain) -> list[Row]:
        """Rows of `flow_throughput`."""
        return self._rows(flow.throughput, grain)

    def work_in_progress(self, grain: Grain) -> list[Row]:
        """Rows of `flow_work_in_progress`."""
        return self._rows(flow.work_in_progress, grain)

    def time_in_status(self, grain: Grain) -> list[Row]:
        """Rows of `flow_time_in_status`."""
        return self._rows(flow.time_in_status, grain)

    def defect_share(self, grain: Grain) -> list[Row]:
        """Rows of `quality_defect_share`."""
        return self._rows(flow.defect_share, grain)

    def reopen_rate(self, grain: Grain) -> list[Row]:
        """Rows of `quality_reopen_rate`."""
        return self._rows(flow.reopen_rate, grain)

    def velocity(self, grain: Grain) -> list[Row]:
        """Rows of `sprint_velocity` of weeks or months; `sprint_velocity` gives those of sprints."""
        return self._rows(flow.velocity, grain)

    def completion(self, grain: Grain) -> list[Row]:
        """Rows of `sprint_completion` of weeks or months."""
        return self._rows(flow.completion, grain)

    # ------------------------------------------------------------------ metrics of sprints
    def sprint_velocity(self) -> list[Row]:
        """Rows of `sprint_velocity` of the grain `sprint`."""
        found = [(one, flow.velocity_figures([one.figures])) for one in self.sprints]
        return [self._sprint_row(one, figures["completed_count"]) | figures for one, figures in found]

    def sprint_completion(self) -> list[Row]:
        """Rows of `sprint_completion` of the grain `sprint`."""
        found = [(one, flow.completion_figures([one.figures])) for one in self.sprints]
        return [self._sprint_row(one, figures["committed_count"]) | figures for one, figures in found]

    def sprint_burndown(self) -> list[Row]:
        """Rows of `sprint_burndown`."""
        figures = ("day", "remaining_points", "remaining_count", "ideal_points", "ideal_count")
        figures += ("scope_points", "scope_count")
        return [
            self._sprint_row(one, row["scope_count"]) | {column: row[column] for column in figures}
            for one in self.sprints
            for row in one.day_rows
        ]

    @property
    def sprints(self) -> list[SprintTruth]:
        """The started ones of all collected projects."""
        return [sprint for project in self.projects for sprint in self._sprints[project]]

    def _sprint_row(self, sprint: SprintTruth, count: int) -> Row:
        return {
            "definition": "pulse",
            "grain": "sprint",
            "period_start": self.rules.local_date(sprint.begin),
            "scope_kind": "sprint",
            "scope": str(sprint.id),
            "row_count": count,
            "is_low_count": count < LOW_COUNT,
            "status": "ok" if sprint.is_closed else "degraded",
            "status_reason": None if sprint.is_closed else _NOT_OVER,
        }

    # ------------------------------------------------------------------ scopes
    def _rows(self, figures: flow.Figures, grain: Grain) -> list[Row]:
        return [row for scope in self._scopes() for period in scope.periods(grain) for row in figures(period)]

    def _scopes(self) -> Iterator[Scope]:
        yield self._scope("all", "all", lambda _: True)
        for team in sorted(self._teams):
            yield self._scope("team", team, lambda project, team=team: project in self._teams[team])
        for key in self.projects:
            yield self._scope("project", key, lambda project, key=key: project == key)
        for board in self.view.boards:
            if board.project_key in self.projects:
                ids = {issue.id for issue in self.view.issues_of_board(board)}
                lives = [life for life in self._lives[board.project_key] if life.issue.id in ids]
                sprints = [one for one in self._sprints[board.project_key] if one.board == board]
                yield Scope("board", str(board.id), lives, sprints, self.rules, self.collected_at)

    def _scope(self, kind: ScopeKind, name: str, has: Callable[[str], bool]) -> Scope:
        projects = [project for project in self.projects if has(project)]
        return Scope(
            kind,
            name,
            [life for project in projects for life in self._lives[project]],
            [sprint for project in projects for sprint in self._sprints[project]],
            self.rules,
            self.collected_at,
        )


def _lives(view: JiraView, project: str, rules: JiraRules) -> list[Life]:
    """Of the issues that are in the project now, by number; estimates of the project's boards come first."""
    own = [board.estimation_field for board in view.boards if board.project_key == project]
    fields = [field for field in (*own, STORY_POINTS, STORY_POINT_ESTIMATE) if field is not None]
    lives = [Life(view, issue, rules, fields) for issue in view.issues if view.fields_of(issue).project.key == project]
    return sorted(lives, key=lambda life: int(life.now.key.rpartition("-")[2]))
