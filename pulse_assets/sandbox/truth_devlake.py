"""What Apache DevLake makes of the merged pull requests, by its own rules and the world's own graph of commits.

Sources: change_lead_time_calculator.go and prev_deployment_commit_enricher.go of apache/incubator-devlake.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import pairwise

from pulse_assets.sandbox.truth_changes import Row, first_commit_at, first_review_at
from pulse_assets.sandbox.truth_deployments import Shipment
from pulse_assets.sandbox.view import PullRequestState, RepositoryView

_SAME_MINUTES = 3


class _Graph:
    """Which commits a commit reaches, over all parents."""

    def __init__(self, view: RepositoryView) -> None:
        self._view = view
        self._reached: dict[str, frozenset[str]] = {}

    def reached_from(self, sha: str | None) -> frozenset[str]:
        """Itself included; nothing from an unknown one."""
        if sha is None:
            return frozenset()
        if sha not in self._reached:
            found, waiting = set[str](), [sha]
            while waiting:
                commit = self._view.commit(waiting.pop())
                if commit is not None and commit.sha not in found:
                    found.add(commit.sha)
                    waiting.extend(commit.parents)
            self._reached[sha] = frozenset(found)
        return self._reached[sha]


def devlake_rows(view: RepositoryView, shipped: Sequence[Shipment], changes: Sequence[Row]) -> list[Row]:
    """Rows of `devlake_changes`, in order of number; `commits_unknown` never occurs, for the graph is known.

    `shipped` are the successful production deployments in order; one that follows another has what its commit reaches
    and the other's does not. `changes` is what `pulse` says of the same pull requests.
    """
    graph = _Graph(view)
    brought: list[tuple[Shipment, frozenset[str]]] = []
    for earlier, later in pairwise(shipped):
        brought.append((later, graph.reached_from(later.sha) - graph.reached_from(earlier.sha)))
    brought.sort(key=lambda pair: (pair[0].created_at, pair[0].id))
    before_all = graph.reached_from(shipped[0].sha) if shipped else frozenset[str]()
    by_number = {row["number"]: row for row in changes}
    rows = []
    for pull in sorted(view.pull_requests, key=lambda pull: pull.number):
        state = view.state_of(pull)
        if state.merged_at is not None:
            found = next((shipment for shipment, commits in brought if pull.merge_commit_sha in commits), None)
            reason = "first_deployment" if pull.merge_commit_sha in before_all else "not_deployed"
            rows.append(_row(state, found, reason, by_number[pull.number]))
    return rows


def _minutes(begin: dt.datetime | None, end: dt.datetime | None) -> int | None:
    """Rounded up, and only then null when negative: less than a minute back is 0."""
    if begin is None or end is None:
        return None
    minutes = (
        -((begin - end) // dt.timedelta(minutes=1)) if end < begin else -(-(end - begin) // dt.timedelta(minutes=1))
    )
    return None if minutes < 0 else minutes


def _row(state: PullRequestState, found: Shipment | None, reason: str, change: Mapping[str, object]) -> Row:
    opened_at, reviewed_at = state.pull.opened_at, first_review_at(state, with_bots=True)
    finished_at = None if found is None else found.finished_at
    coding, deploy = _minutes(first_commit_at(state), opened_at), _minutes(state.merged_at, finished_at)
    stages = [coding, _minutes(opened_at, state.merged_at), deploy]
    row: Row = {
        "repository": change["repository"],
        "number": state.pull.number,
        "merged_at": state.merged_at,
        "deployment_id": None if found is None else found.id,
        "deployed_at": finished_at,
        "coding_minutes": coding,
        "pickup_minutes": _minutes(opened_at, reviewed_at),
        "review_minutes": _minutes(reviewed_at, state.merged_at),
        "deploy_minutes": deploy,
        "cycle_minutes": sum(stage for stage in stages if stage is not None),
        "is_counted": found is not None,
        "reason": None if found is not None else reason,
        "pulse_lead_time_hours": change["lead_time_hours"] if change["is_counted"] else None,
    }
    return row | {"difference": _difference(row, change)}


def _difference(row: Row, change: Mapping[str, object]) -> str | None:
    """Why it is not what `pulse` says."""
    if not row["is_counted"]:
        return "only_pulse" if change["is_counted"] else None
    if not change["is_counted"]:
        return "only_devlake"
    if row["deployment_id"] != change["deployment_id"]:
        return "other_deployment"
    is_near = abs(row["pulse_lead_time_hours"] * 60 - row["cycle_minutes"]) < _SAME_MINUTES
    return None if is_near else "other_stages"
