"""The true lead time of each merged pull request, definition `pulse`."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

from pulse_assets.sandbox.truth_deployments import Shipment
from pulse_assets.sandbox.view import PullRequestState, RepositoryView

Row = dict[str, Any]
MatchedBy = Literal["commit", "time"]


def hours(begin: dt.datetime | None, end: dt.datetime | None) -> float | None:
    """From begin to end; None where either is unknown."""
    return None if begin is None or end is None else (end - begin).total_seconds() / 3600


def change_rows(view: RepositoryView, shipped: Sequence[Shipment]) -> list[Row]:
    """Rows of `change_lead_times`, in order of number; `shipped` are the successful deployments in order."""
    states = [view.state_of(pull) for pull in view.pull_requests]
    rows = [_row(view, state, shipped) for state in states if state.merged_at is not None]
    return sorted(rows, key=lambda row: row["number"])


def first_commit_at(state: PullRequestState) -> dt.datetime | None:
    """The earliest authoring time of its commits."""
    return min((commit.authored_at for commit in state.push.commits), default=None)


def first_review_at(state: PullRequestState, *, with_bots: bool = False) -> dt.datetime | None:
    """The first submitted review by somebody else; one by a deleted account is somebody else's."""
    first = None
    for review in state.reviews:
        is_own = review.reviewer is not None and review.reviewer == state.pull.author
        is_bots = review.reviewer is not None and review.reviewer.is_bot
        if review.state == "PENDING" or is_own or (is_bots and not with_bots):
            continue
        if first is None or review.submitted_at < first:
            first = review.submitted_at
    return first


def _containing(
    view: RepositoryView, state: PullRequestState, shipped: Sequence[Shipment]
) -> tuple[Shipment, MatchedBy] | None:
    """The first deployment that contains the change."""
    change = view.positions.get(state.pull.merge_commit_sha or "")
    is_known = change is not None and any(shipment.position is not None for shipment in shipped)
    own = {commit.sha for commit in state.push.commits}
    for shipment in shipped:
        if not is_known:
            if state.merged_at is not None and shipment.end[0] >= state.merged_at:
                return shipment, "time"
            continue
        if shipment.sha in own or (
            shipment.position is not None and change is not None and change <= shipment.position
        ):
            return shipment, "commit"
    return None


def _row(view: RepositoryView, state: PullRequestState, shipped: Sequence[Shipment]) -> Row:
    pull = state.pull
    is_elsewhere = pull.base_branch != view.repository.default_branch
    found = None if is_elsewhere else _containing(view, state, shipped)
    shipment, matched_by = found or (None, None)
    deployed_at = None if shipment is None else shipment.finished_at
    began_at, reviewed_at = first_commit_at(state), first_review_at(state)
    stages = {
        "coding": hours(began_at, pull.opened_at),
        "pickup": hours(pull.opened_at, reviewed_at),
        "review": hours(reviewed_at, state.merged_at),
        "deploy": hours(state.merged_at, deployed_at),
    }
    flags = {f"negative_{stage}" for stage, length in stages.items() if length is not None and length < 0}
    lead_time = hours(began_at, deployed_at)
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
    if shipment is not None and shipment is shipped[0]:
        flags.add("first_deployment")
    if matched_by == "time":
        flags.add("matched_by_time")
    return {
        "repository": view.full_name,
        "number": pull.number,
        "first_commit_at": began_at,
        "opened_at": pull.opened_at,
        "first_review_at": reviewed_at,
        "merged_at": state.merged_at,
        "deployed_at": deployed_at,
        **{f"{stage}_hours": None if length is None or length < 0 else length for stage, length in stages.items()},
        "lead_time_hours": None if lead_time is None or lead_time < 0 else lead_time,
        "deployment_id": None if shipment is None else shipment.id,
        "matched_by": matched_by,
        "is_counted": reason is None,
        "reason": reason,
        "flags": ",".join(sorted(flags)) or None,
    }
