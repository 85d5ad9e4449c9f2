"""The true production deployments of a repository, from any of the sources that a user may choose."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pulse_assets.sandbox.organization import Deployment, Release, WorkflowRun
from pulse_assets.sandbox.truth_rules import Rules
from pulse_assets.sandbox.view import RepositoryView

_CONCLUSIONS = {"success": "success", "failure": "failure", "timed_out": "failure", "startup_failure": "failure"}


@dataclass(frozen=True)
class Shipment:
    """A production deployment, whatever became of it.

    Attributes:
        position: Place of its commit on the default branch, 0 at the root; None off it.
    """

    id: int
    environment: str
    service: str | None
    sha: str | None
    created_at: dt.datetime
    finished_at: dt.datetime | None
    status: str
    position: int | None

    @property
    def end(self) -> tuple[dt.datetime, int]:
        """Where a successful one stands in the order of all."""
        if self.finished_at is None:
            msg = f"deployment {self.id} has not finished"
            raise ValueError(msg)
        return self.finished_at, self.id


def production(view: RepositoryView, rules: Rules) -> list[Shipment]:
    """Every production deployment, in order of its number."""
    sources = {
        "deployments": _from_deployments,
        "releases": _from_releases,
        "workflow_runs": _from_workflow_runs,
        "merges": _from_merges,
    }
    return sorted(sources[rules.deployment_source](view, rules), key=lambda shipment: shipment.id)


def successful(shipments: Sequence[Shipment]) -> list[Shipment]:
    """Those that reached users, in order of their finish."""
    return sorted(
        (shipment for shipment in shipments if shipment.status == "success"), key=lambda shipment: shipment.end
    )


def _from_deployments(view: RepositoryView, _: Rules) -> Iterator[Shipment]:
    for deployment in view.deployments:
        if deployment.is_production:
            status, finished_at = _outcome(view, deployment)
            yield Shipment(
                deployment.id,
                deployment.environment,
                deployment.service,
                deployment.sha,
                deployment.created_at,
                finished_at,
                status,
                view.positions.get(deployment.sha),
            )


def _outcome(view: RepositoryView, deployment: Deployment) -> tuple[str, dt.datetime | None]:
    """The first success counts; a later `inactive` only says that another deployment took its place."""
    last: str | None = None
    finished_at = None
    for status in view.statuses_of(deployment):
        if status.state == "success":
            return "success", status.at
        if status.state != "inactive" or last is None:
            last = status.state
            finished_at = status.at if status.state in {"failure", "error"} else None
    return last or "pending", finished_at


def _from_releases(view: RepositoryView, _: Rules) -> Iterator[Shipment]:
    for release in view.releases:
        if not (release.is_draft or release.is_prerelease):
            yield _released(view, release)


def _released(view: RepositoryView, release: Release) -> Shipment:
    when = release.created_at, release.published_at
    return Shipment(release.id, "production", None, release.sha, *when, "success", view.positions.get(release.sha))


def _from_workflow_runs(view: RepositoryView, rules: Rules) -> Iterator[Shipment]:
    for run in view.workflow_runs:
        if re.search(rules.workflow_pattern, run.name):
            yield _run(view, run)


def _run(view: RepositoryView, run: WorkflowRun) -> Shipment:
    """Only the latest attempt is known."""
    state = view.run_state(run)
    status = state.status
    if status == "completed":
        status = _CONCLUSIONS.get(state.conclusion or "", "inactive")
    finished_at = state.updated_at if status in {"success", "failure"} else None
    position = view.positions.get(run.head_sha)
    return Shipment(run.id, run.name, None, run.head_sha, run.created_at, finished_at, status, position)


def _from_merges(view: RepositoryView, _: Rules) -> Iterator[Shipment]:
    for pull in view.pull_requests:
        merged_at = view.state_of(pull).merged_at
        if merged_at is not None and pull.base_branch == view.repository.default_branch:
            sha = pull.merge_commit_sha
            position = view.positions.get(sha or "")
            yield Shipment(pull.number, pull.base_branch, None, sha, merged_at, merged_at, "success", position)
