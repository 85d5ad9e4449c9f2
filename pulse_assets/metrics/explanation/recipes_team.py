"""How the figures of teams come out of their rows; whose a row is, is told by pseudonyms."""

from pulse_assets.metrics.explanation.recipe import Recipe, Rule, Uses, count, middle, quantiles, within
from pulse_assets.metrics.statistics import balance, largest_share, median_interval

_REVIEWED, _MERGED = within("review"), within("merge")
_COUNTED = within()


def _interval(end: int) -> Rule:
    return Rule(_REVIEWED, lambda rows, _: median_interval(row["pickup_hours"] for row in rows)[end])


def _persons(uses: Uses, column: str, mark: str | None = None) -> Rule:
    """How many different persons there are, of the rows that are marked."""
    return Rule(uses, lambda rows, _: len({row[column] for row in rows if mark is None or row[mark]}))


REVIEW_TIME = Recipe(
    formula="median of pickup_hours, from opened_at to first_review_at, over the pull requests of persons that were "
    "first reviewed in the period",
    rules={
        "pickup_median_hours": middle(_REVIEWED, "pickup_hours"),
        "pickup_p75_hours": quantiles(_REVIEWED, "pickup_hours", 0.75),
        "pickup_p90_hours": quantiles(_REVIEWED, "pickup_hours", 0.9),
        "pickup_median_low_hours": _interval(0),
        "pickup_median_high_hours": _interval(1),
        "review_median_hours": middle(_MERGED, "review_hours"),
        "merged_count": count(_MERGED),
        "unreviewed_count": count(_MERGED, "is_unreviewed"),
        "bot_merged_count": count(within("merge", is_counted=False)),
        "row_count": count(_REVIEWED),
    },
)
REVIEW_LOAD = Recipe(
    formula="number of reviews by persons of other persons' pull requests; balance_ratio: -sum(share * ln(share)) "
    "over the reviewers, divided by ln(number of reviewers)",
    rules={
        "review_count": count(_COUNTED),
        "reviewer_count": _persons(_COUNTED, "reviewer"),
        "busiest_reviewer_ratio": Rule(_COUNTED, lambda rows, _: largest_share([row["reviewer"] for row in rows])),
        "balance_ratio": Rule(_COUNTED, lambda rows, _: balance(row["reviewer"] for row in rows)),
        "bot_review_count": count(
            lambda row, span: row["reason"] == "bot_reviewer" and within(is_counted=False)(row, span)
        ),
        "row_count": count(_COUNTED),
    },
)
CONTRIBUTION = Recipe(
    formula="number of different persons whose pull requests were merged in the period",
    rules={
        "contributor_count": _persons(_MERGED, "author"),
        "merged_count": count(_MERGED),
        "commit_count": count(within("commit")),
        "top_contributor_ratio": Rule(_MERGED, lambda rows, _: largest_share([row["author"] for row in rows])),
        "new_contributor_count": _persons(_MERGED, "author", "is_first"),
        "bot_merged_count": count(within("merge", is_counted=False)),
        "row_count": count(_MERGED),
    },
)
COLLABORATION = Recipe(
    formula="number of reviews, by the team of the pull request's author and the team of the reviewer",
    rules={
        "review_count": count(_COUNTED),
        "pull_request_count": Rule(_COUNTED, lambda rows, _: len({(row["repository"], row["number"]) for row in rows})),
        "row_count": count(_COUNTED),
    },
    key=("author_team", "reviewer_team"),
)
