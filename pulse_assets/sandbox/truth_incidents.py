"""The true incidents of a repository, and the deployments that they are attributed to."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pulse_assets.sandbox.organization import Issue
from pulse_assets.sandbox.truth_changes import Row, hours
from pulse_assets.sandbox.truth_deployments import Shipment
from pulse_assets.sandbox.truth_rules import Remedy, Rules
from pulse_assets.sandbox.view import PullRequestState, RepositoryView

Kind = Literal["issue", "revert", "hotfix", "rollback"]


@dataclass(frozen=True)
class Attribution:
    """The deployment that is held to have caused an incident, or why there is none."""

    deployment_id: int | None
    by: Literal["link", "time"] | None
    reason: str | None = None

    @classmethod
    def none(cls, reason: str) -> "Attribution":
        return cls(None, None, reason)


def previous_of(shipment: Shipment, shipped: Sequence[Shipment]) -> Shipment | None:
    """The successful one of the same service before it; `shipped` is in order."""
    earlier = [one for one in shipped if one.service == shipment.service and one.end < shipment.end]
    return earlier[-1] if earlier else None


def is_rollback(shipment: Shipment, shipped: Sequence[Shipment]) -> bool:
    """It went back behind the one before it."""
    previous = previous_of(shipment, shipped)
    if previous is None or previous.position is None or shipment.position is None:
        return False
    return shipment.position < previous.position


class Incidents:
    """Finds the incidents of one repository.

    Args:
        shipped: Its successful production deployments in order.
        changes: Its rows of `change_lead_times` by number.
    """

    def __init__(
        self, view: RepositoryView, rules: Rules, shipped: Sequence[Shipment], changes: Mapping[int, Row]
    ) -> None:
        self._view, self._rules, self._shipped, self._changes = view, rules, shipped, changes
        self._ends = {shipment.id: shipment.end for shipment in shipped}
        self.reports = [issue for issue in view.issues if rules.is_incident(view.labels_of(issue))]
        #: Kind by number, of every pull request that undoes a change or mends production out of turn.
        self.remedies = dict(self._named_remedies())
        self._attributions = {issue.number: self._of_issue(issue) for issue in self.reports}

    def rows(self) -> list[Row]:
        """Rows of `incidents`, in order of `incident_id`."""
        rows = [*self._issues(), *self._remedies(), *self._rollbacks()]
        return sorted(rows, key=lambda row: row["incident_id"])

    def _named_remedies(self) -> Iterator[tuple[int, Remedy]]:
        for pull in self._view.pull_requests:
            kind = self._rules.remedy(pull, self._view.labels_of(pull))
            if kind is not None:
                yield pull.number, kind

    # ------------------------------------------------------------------ who caused it
    def _by_time(self, opened_at: dt.datetime, service: str | None) -> Attribution:
        """The latest deployment before it, of its service where that is known."""
        found = None
        for shipment in self._shipped:
            if shipment.end[0] <= opened_at and (service is None or shipment.service == service):
                found = shipment
        return Attribution.none("no_deployment_before") if found is None else Attribution(found.id, "time")

    def _of_issue(self, issue: Issue) -> Attribution:
        is_known, cause = self._root_cause(issue)
        if is_known:
            return Attribution.none("cause_not_deployed") if cause is None else Attribution(cause, "link")
        return self._by_time(issue.opened_at, self._rules.service(self._view.labels_of(issue)))

    def _root_cause(self, issue: Issue) -> tuple[bool, int | None]:
        """Whether the cause that the issue names exists, and the deployment that brought it."""
        if issue.root_cause_sha is not None:
            written = issue.root_cause_sha.lower()
            fitting = {commit.sha for commit in self._view.history if commit.sha.startswith(written)}
            if len(fitting) == 1:
                return True, self._first_with_commit(fitting.pop())
        if issue.root_cause_number in self._view.pull_numbers:
            return True, self._change_deployment(issue.root_cause_number)
        return False, None

    def _first_with_commit(self, sha: str) -> int | None:
        position = self._view.positions.get(sha)
        if position is not None:
            after = (one for one in self._shipped if one.position is not None and one.position >= position)
            return next((shipment.id for shipment in after), None)
        ends = []
        for pull in self._view.pull_requests:
            if any(commit.sha == sha for commit in self._view.state_of(pull).push.commits):
                deployment_id = self._change_deployment(pull.number)
                if deployment_id is not None:
                    ends.append(self._ends[deployment_id])
        return min(ends)[1] if ends else None

    def _change_deployment(self, number: int | None) -> int | None:
        return None if number is None or number not in self._changes else self._changes[number]["deployment_id"]

    def _of_remedy(self, state: PullRequestState, kind: Remedy) -> Attribution:
        pull = state.pull
        if kind == "revert" and pull.reverts_number in self._view.pull_numbers:
            undone, undoing = self._change_deployment(pull.reverts_number), self._change_deployment(pull.number)
            if undone is None or (undoing is not None and self._ends[undone] >= self._ends[undoing]):
                return Attribution.none("reverted_before_deployment")
            return Attribution(undone, "link")
        if kind == "hotfix":
            for number in sorted(pull.closes_issues):
                closed = self._attributions.get(number)
                if closed is not None and closed.deployment_id is not None:
                    return Attribution(closed.deployment_id, "link")
        return self._by_time(pull.opened_at, self._rules.service(state.labels))

    # ------------------------------------------------------------------ one row per incident
    def _issues(self) -> Iterator[Row]:
        for issue in self.reports:
            resolved_at = self._view.closed_at_of(issue)
            restore = hours(issue.opened_at, resolved_at)
            yield self._row("issue", issue.number, issue.title, self._attributions[issue.number]) | {
                "service": self._rules.service(self._view.labels_of(issue)),
                "opened_at": issue.opened_at,
                "resolved_at": resolved_at,
                "restore_hours": None if restore is None or restore < 0 else restore,
            }

    def _remedies(self) -> Iterator[Row]:
        for number, kind in self.remedies.items():
            pull = self._view.pull_numbers[number]
            state = self._view.state_of(pull)
            if state.merged_at is None or pull.base_branch != self._view.repository.default_branch:
                continue
            yield self._row(kind, pull.number, pull.title, self._of_remedy(state, kind)) | {
                "service": self._rules.service(state.labels),
                "opened_at": pull.opened_at,
                "resolved_at": self._changes[pull.number]["deployed_at"],
                "remedy_deployment_id": self._change_deployment(pull.number),
            }

    def _rollbacks(self) -> Iterator[Row]:
        for shipment in self._shipped:
            previous = previous_of(shipment, self._shipped)
            if previous is not None and is_rollback(shipment, self._shipped):
                yield self._row("rollback", shipment.id, shipment.environment, Attribution(previous.id, "link")) | {
                    "number": None,
                    "service": shipment.service,
                    "opened_at": shipment.created_at,
                    "resolved_at": shipment.finished_at,
                    "remedy_deployment_id": shipment.id,
                }

    def _row(self, kind: Kind, number: int, title: str, attribution: Attribution) -> Row:
        return {
            "repository": self._view.full_name,
            "incident_id": f"{kind}-{number}",
            "kind": kind,
            "number": number,
            "title": title.replace("\x00", "\ufffd"),  # no database holds a NUL; U+FFFD stands for it
            "deployment_id": attribution.deployment_id,
            "attributed_by": attribution.by,
            "remedy_deployment_id": None,
            "is_attributed": attribution.deployment_id is not None,
            "reason": attribution.reason,
            "restore_hours": None,
        }
