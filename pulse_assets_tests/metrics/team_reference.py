"""The team metrics as plain loops over rows, written without a look at the SQL."""

import datetime as dt
import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

HOUR = dt.timedelta(hours=1)
Row = dict[str, Any]
Holds = Callable[[dt.datetime | None], bool]


@dataclass
class Repository:
    """The rows of the clean tables of one repository; only the columns that the definitions use."""

    name: str
    pull_requests: list[Row] = field(default_factory=list)
    pull_request_commits: list[Row] = field(default_factory=list)
    pull_request_reviews: list[Row] = field(default_factory=list)

    def pull(self, number: int) -> Row:
        return next(pull for pull in self.pull_requests if pull["number"] == number)


def review_time(members: Iterable[Repository], holds: Holds) -> Row:
    """The figures of team_review_time but for the ends of the interval."""
    pulls = [pull for member in members for pull in member.pull_requests]
    persons = [pull for pull in pulls if not pull["is_bot"]]
    waits = [
        (pull["first_review_at"] - pull["created_at"]) / HOUR for pull in persons if holds(pull["first_review_at"])
    ]
    waits = sorted(wait for wait in waits if wait >= 0)
    merged = [pull for pull in persons if holds(pull["merged_at"])]
    reviewed = [pull for pull in merged if pull["first_review_at"] and pull["first_review_at"] <= pull["merged_at"]]
    spans = [(pull["merged_at"] - pull["first_review_at"]) / HOUR for pull in reviewed]
    return {
        "pickup_median_hours": statistics.median(waits) if waits else None,
        "pickup_p75_hours": _quantile(waits, 0.75),
        "pickup_p90_hours": _quantile(waits, 0.9),
        "review_median_hours": statistics.median(spans) if spans else None,
        "merged_count": len(merged),
        "unreviewed_count": len(merged) - len(reviewed),
        "bot_merged_count": sum(pull["is_bot"] and holds(pull["merged_at"]) for pull in pulls),
        "row_count": len(waits),
    }


def review_load(members: Iterable[Repository], holds: Holds) -> Row:
    """The figures of team_review_load."""
    reviews = [each for each in _reviews(members) if holds(each[1]["submitted_at"])]
    given = [
        review["reviewer"]
        for pull, review in reviews
        if not review["is_bot"] and not pull["is_bot"] and not _is_own(pull, review)
    ]
    counts = Counter(given)
    shares = [count / len(given) for count in counts.values()]
    entropy = -sum(share * math.log(share) for share in shares)
    return {
        "review_count": len(given),
        "reviewer_count": len(counts),
        "busiest_reviewer_ratio": max(shares, default=None),
        "balance_ratio": entropy / math.log(len(counts)) if len(counts) > 1 else None,
        "bot_review_count": sum(review["is_bot"] for _, review in reviews),
        "row_count": len(given),
    }


def contribution(members: Iterable[Repository], holds: Holds) -> Row:
    """The figures of team_contribution."""
    members = list(members)
    merged = [pull for member in members for pull in member.pull_requests if pull["merged_at"]]
    of_persons = [pull for pull in merged if not pull["is_bot"]]
    now = [pull for pull in of_persons if holds(pull["merged_at"])]
    counts = Counter(pull["author"] for pull in now)
    first = {
        author: min(pull["merged_at"] for pull in of_persons if pull["author"] == author)
        for author in {pull["author"] for pull in of_persons}
    }
    commits = {
        (member.name, commit["sha"])
        for member in members
        for commit in member.pull_request_commits
        if holds(commit["authored_at"])
        and not (commit["author"] or "").endswith("[bot]")
        and any(
            pull["number"] == commit["number"] and pull["merged_at"] and not pull["is_bot"]
            for pull in member.pull_requests
        )
    }
    return {
        "contributor_count": len(counts),
        "merged_count": len(now),
        "commit_count": len(commits),
        "top_contributor_ratio": max(counts.values()) / len(now) if now else None,
        "new_contributor_count": sum(holds(at) for at in first.values()),
        "bot_merged_count": sum(pull["is_bot"] and holds(pull["merged_at"]) for pull in merged),
        "row_count": len(now),
    }


def collaboration(
    members: Iterable[Repository], holds: Holds, team_of: Mapping[str, str]
) -> dict[tuple[str, str], Row]:
    """The figures of team_collaboration by the teams of author and reviewer."""

    def team(login: str | None, *, is_bot: bool) -> str:
        return "bots" if is_bot else team_of.get(login or "", "others")

    found: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for member in members:
        for pull, review in _reviews([member]):
            if holds(review["submitted_at"]) and not _is_own(pull, review):
                author = team(pull["author"], is_bot=pull["is_bot"])
                reviewer = team(review["reviewer"], is_bot=review["is_bot"])
                found.setdefault((author, reviewer), []).append((member.name, pull["number"]))
    return {
        pair: {"review_count": len(pulls), "pull_request_count": len(set(pulls)), "row_count": len(pulls)}
        for pair, pulls in found.items()
    }


def _reviews(members: Iterable[Repository]) -> Iterator[tuple[Row, Row]]:
    for member in members:
        for review in member.pull_request_reviews:
            yield member.pull(review["number"]), review


def _is_own(pull: Row, review: Row) -> bool:
    return review["reviewer"] is not None and review["reviewer"] == pull["author"]


def _quantile(ordered: list[float], share: float) -> float | None:
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    below, rest = int(place), place - int(place)
    return ordered[below] + (ordered[min(below + 1, len(ordered) - 1)] - ordered[below]) * rest
