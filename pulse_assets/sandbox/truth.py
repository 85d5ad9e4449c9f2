"""The true metrics of an organization, by plain loops over what the world knows of itself.

The order of the default branch and the deployed commits are known, so nothing is searched for. This module shares no
line with the code that it judges.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pulse_assets.errors import NotFound
from pulse_assets.sandbox.organization import Deployment, Organization
from pulse_assets.sandbox.truth_periods import Event, Grain, Scope, deployment_frequency_rows, hours, lead_time_rows
from pulse_assets.sandbox.view import PullRequestState, RepositoryView

Row = dict[str, Any]
MatchedBy = Literal["commit", "time"]


class Truth:
    """The metrics, definition `pulse`, as of an instant (default: the organization's `until`), which is `collected_at`.

    Rows are dicts with the columns of the tables; instants are aware datetimes in UTC, `period_start` is a date, hours
    are floats, and what is missing is None (no flags too). A review by a deleted account counts as somebody else's.

    Args:
        at: The instant as of which everything is known.
        repositories: Full names of those that were collected; default: all that are neither forks nor archived.

    Raises:
        NotFound: There is no such repository as of the instant.
    """

    def __init__(
        self, organization: Organization, at: dt.datetime | None = None, *, repositories: Sequence[str] | None = None
    ) -> None:
        world = organization.at(at)
        self.collected_at = world.instant
        if repositories is None:
            views = [v for v in world.repositories if not v.repository.is_fork and not v.repository.is_archived]
        else:
            views = [self._found(world.repository(name), name) for name in repositories]
        self._views = {view.full_name: view for view in views}
        self._rows: dict[str, list[Row]] = {}

    @staticmethod
    def _found(view: RepositoryView | None, name: str) -> RepositoryView:
        if view is None:
            raise NotFound(f"The sandbox has no repository {name}.", hint="Name one as of that instant.")
        return view

    # ------------------------------------------------------------------ one row per change
    def change_lead_times(self, repository: str) -> list[Row]:
        """One row per merged pull request, in order of number."""
        view = self._found(self._views.get(repository), repository)
        if repository not in self._rows:
            shipped = self._shipped(view)
            states = [view.state_of(pull) for pull in view.pull_requests]
            rows = [self._row(view, state, shipped) for state in states if state.merged_at is not None]
            self._rows[repository] = sorted(rows, key=lambda row: row["number"])
        return self._rows[repository]

    @staticmethod
    def _shipped(view: RepositoryView) -> list[tuple[dt.datetime, Deployment]]:
        """Successful production deployments with the instant of their first success, in order of both."""
        shipped = []
        for deployment in view.deployments:
            if deployment.is_production:
                successes = [status.at for status in view.statuses_of(deployment) if status.state == "success"]
                if successes:
                    shipped.append((min(successes), deployment))
        return sorted(shipped, key=lambda pair: (pair[0], pair[1].id))

    @staticmethod
    def _deployed(
        view: RepositoryView, state: PullRequestState, shipped: Sequence[tuple[dt.datetime, Deployment]]
    ) -> tuple[dt.datetime, Deployment, MatchedBy] | None:
        """The first deployment that contains the change."""
        change = view.positions.get(state.pull.merge_commit_sha or "")
        is_known = change is not None and any(deployment.sha in view.positions for _, deployment in shipped)
        own = {commit.sha for commit in state.push.commits}
        for finished_at, deployment in shipped:
            if not is_known:
                if state.merged_at is not None and finished_at >= state.merged_at:
                    return finished_at, deployment, "time"
                continue
            position = view.positions.get(deployment.sha)
            if deployment.sha in own or (position is not None and change is not None and change <= position):
                return finished_at, deployment, "commit"
        return None

    def _row(
        self, view: RepositoryView, state: PullRequestState, shipped: Sequence[tuple[dt.datetime, Deployment]]
    ) -> Row:
        pull = state.pull
        is_elsewhere = pull.base_branch != view.repository.default_branch
        found = None if is_elsewhere else self._deployed(view, state, shipped)
        deployed_at, deployment, matched_by = found or (None, None, None)
        first_commit_at = min((commit.authored_at for commit in state.push.commits), default=None)
        first_review_at = None
        for review in state.reviews:
            by_other = review.reviewer is None or (not review.reviewer.is_bot and review.reviewer != pull.author)
            is_first = first_review_at is None or review.submitted_at < first_review_at
            if by_other and is_first and review.state != "PENDING":
                first_review_at = review.submitted_at
        stages = {
            "coding": hours(first_commit_at, pull.opened_at),
            "pickup": hours(pull.opened_at, first_review_at),
            "review": hours(first_review_at, state.merged_at),
            "deploy": hours(state.merged_at, deployed_at),
        }
        flags = {f"negative_{stage}" for stage, length in stages.items() if length is not None and length < 0}
        lead_time = hours(first_commit_at, deployed_at)
        reason = None
        if is_elsewhere:
            reason = "other_base_branch"
        elif deployed_at is None:
            reason = "not_deployed"
        elif state.merged_at is not None and deployed_at < state.merged_at:
            reason = "deployed_before_merge"
        elif lead_time is None:
            reason = "first_commit_unknown"
        elif lead_time < 0:
            reason = "negative_lead_time"
        if deployment is not None and deployment is shipped[0][1]:
            flags.add("first_deployment")
        if matched_by == "time":
            flags.add("matched_by_time")
        return {
            "repository": view.full_name,
            "number": pull.number,
            "first_commit_at": first_commit_at,
            "opened_at": pull.opened_at,
            "first_review_at": first_review_at,
            "merged_at": state.merged_at,
            "deployed_at": deployed_at,
            **{f"{stage}_hours": None if length is None or length < 0 else length for stage, length in stages.items()},
            "lead_time_hours": None if lead_time is None or lead_time < 0 else lead_time,
            "deployment_id": None if deployment is None else deployment.id,
            "matched_by": matched_by,
            "is_counted": reason is None,
            "reason": reason,
            "flags": ",".join(sorted(flags)) or None,
        }

    # ------------------------------------------------------------------ one row per scope and period
    def _scopes(self, zone: str) -> Iterable[Scope]:
        busy = [view for view in self._views.values() if view.pull_requests or view.deployments]
        timezone = ZoneInfo(zone)
        yield Scope("all", "all", self._events(busy), timezone, self.collected_at)
        for view in sorted(busy, key=lambda view: view.full_name):
            yield Scope("repository", view.full_name, self._events([view]), timezone, self.collected_at)

    def _events(self, views: Sequence[RepositoryView]) -> list[Event]:
        """What happened: every merge and every successful production deployment."""
        events = []
        for view in views:
            events += [Event(row["merged_at"], change=row) for row in self.change_lead_times(view.full_name)]
            events += [Event(finished_at) for finished_at, _ in self._shipped(view)]
        return events

    def lead_time(self, grain: Grain, zone: str = "UTC") -> list[Row]:
        """Rows of `dora_lead_time`: scope `all` first, then by repository; each by period."""
        return [row for scope in self._scopes(zone) for row in lead_time_rows(scope, grain)]

    def deployment_frequency(self, grain: Grain, zone: str = "UTC") -> list[Row]:
        """Rows of `dora_deployment_frequency`: scope `all` first, then by repository; each by period."""
        return [row for scope in self._scopes(zone) for row in deployment_frequency_rows(scope, grain)]
