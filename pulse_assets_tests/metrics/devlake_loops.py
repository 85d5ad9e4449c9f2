"""What Apache DevLake computes of lead times, as plain loops over clean tables.

Written after its sources: backend/plugins/dora/tasks/prev_deployment_commit_enricher.go (each successful deployment is
paired with the one that finished before it), change_lead_time_calculator.go (the deployment of a merge commit, minutes
rounded up, cycle time) and grafana/dashboards/mysql/DORA.json (month of the deployment's finish, percent_rank).
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Any

Row = Mapping[str, Any]
Rows = Sequence[Row]
MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Change:
    """What DevLake stores of a pull request; minutes, null where it stores none."""

    number: int
    deployment_id: int | None
    deployed_at: dt.datetime | None
    coding: int | None
    pickup: int | None
    review: int | None
    deploy: int | None
    cycle: int


@dataclass(frozen=True)
class World:
    """The clean tables of one repository."""

    pull_requests: Rows
    commits: Rows
    deployments: Rows
    pull_request_commits: Rows
    pull_request_reviews: Rows

    @property
    def sequence(self) -> Rows:
        chosen = [row for row in self.deployments if row["is_production"] and row["status"] == "success"]
        return sorted(chosen, key=lambda row: (row["finished_at"], row["deployment_id"]))

    @property
    def positions(self) -> dict[str, int]:
        return {row["sha"]: row["mainline_position"] for row in self.commits if row["mainline_position"] is not None}

    def brought(self, old: Row, new: Row) -> set[str] | None:
        """The commits that the newer one has and the older one has not; None when one of the two is not known."""
        ends = self.positions.get(old["sha"]), self.positions.get(new["sha"])
        if None in ends:
            return None
        return self._history(ends[1]) - self._history(ends[0])

    def _history(self, position: int | None) -> set[str]:
        return {sha for sha, place in self.positions.items() if position is not None and place <= position}


def changes(world: World) -> Iterator[Change]:
    """Every merged pull request."""
    for pull in world.pull_requests:
        if pull["merged_at"] is not None:
            yield _change(world, pull)


def _change(world: World, pull: Row) -> Change:
    having = [
        new for old, new in pairwise(world.sequence) if pull["merge_commit_sha"] in (world.brought(old, new) or set())
    ]
    found = min(having, key=lambda row: (row["created_at"], row["deployment_id"]), default=None)
    authored = [
        row["authored_at"]
        for row in world.pull_request_commits
        if row["number"] == pull["number"] and row["authored_at"] is not None
    ]
    reviewed = [
        row["submitted_at"]
        for row in world.pull_request_reviews
        if row["number"] == pull["number"] and row["reviewer"] != pull["author"]
    ]
    first_commit_at, first_review_at = min(authored, default=None), min(reviewed, default=None)
    coding = minutes(first_commit_at, pull["created_at"])
    deploy = minutes(pull["merged_at"], found["finished_at"] if found else None)
    return Change(
        pull["number"],
        found["deployment_id"] if found else None,
        found["finished_at"] if found else None,
        coding,
        minutes(pull["created_at"], first_review_at),
        minutes(first_review_at, pull["merged_at"]),
        deploy,
        (coding or 0) + (minutes(pull["created_at"], pull["merged_at"]) or 0) + (deploy or 0),
    )


def minutes(start: dt.datetime | None, end: dt.datetime | None) -> int | None:
    if start is None or end is None:
        return None
    rounded_up = ceil((end - start) / MINUTE)
    return rounded_up if rounded_up >= 0 else None


def median_hours(cycles: Sequence[int]) -> float | None:
    """The dashboard's: the greatest value whose percent_rank is at most a half."""
    last = max(len(cycles) - 1, 1)
    ranks = [(sum(other < cycle for other in cycles) / last, cycle) for cycle in cycles]
    return max((cycle / 60 for rank, cycle in ranks if rank <= 0.5), default=None)
