import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.metrics.built import figures
from pulse_assets_tests.text_tables import fill

PULLS = """
    number  author           is_bot  merged_at
    1       ada              no      2024-05-06 18:00
    2       -                no      -
    3       dependabot[bot]  yes     -
"""
REVIEWS = """
    number  review_id  reviewer   is_bot  state              submitted_at
    1       11         ben        no      COMMENTED          2024-05-06 10:00
    1       12         ben        no      APPROVED           2024-05-06 11:00
    1       13         cy         no      APPROVED           2024-05-06 12:00
    1       14         ada        no      COMMENTED          2024-05-06 12:30
    1       15         help[bot]  yes     COMMENTED          2024-05-06 10:01
    2       21         -          no      CHANGES_REQUESTED  2024-05-07 10:00
    2       22         ben        no      DISMISSED          2024-05-12 23:59
    3       31         ben        no      APPROVED           2024-05-07 10:00
    3       32         help[bot]  yes     COMMENTED          2024-05-07 10:01
    1       16         cy         no      COMMENTED          2024-05-13 00:00
"""
Build = Callable[..., dict[tuple[str, str, str], dict[str, Any]]]


@pytest.fixture
def loads(tmp_path: Path) -> Build:
    """Builds the metric of May 2024; rows by (scope, grain, first day)."""

    def build(reviews: str = REVIEWS) -> dict[tuple[str, str, str], Any]:
        lake = Lake(tmp_path / "lake")
        fill(lake, {"pull_requests": PULLS, "pull_request_reviews": reviews})
        rows = figures(lake, "team_review_load", Settings.load(home=tmp_path, timezone="UTC"), teams=Teams())
        return {(row["scope"], row["grain"], str(row["period_start"])): row for row in rows}

    return build


def test_reviews_of_persons_on_other_persons_pull_requests_count(loads: Build) -> None:
    rows = loads()
    week = rows["acme/api", "week", "2024-05-06"]
    assert (week["review_count"], week["row_count"]) == (5, 5)
    assert rows["acme/api", "week", "2024-05-13"]["review_count"] == 1
    assert rows["acme/api", "month", "2024-05-01"]["review_count"] == 6


def test_a_deleted_account_is_another_unknown_person(loads: Build) -> None:
    assert loads()["acme/api", "week", "2024-05-06"]["reviewer_count"] == 3


def test_bots_are_counted_apart(loads: Build) -> None:
    assert loads()["acme/api", "week", "2024-05-06"]["bot_review_count"] == 2


def test_busiest_is_the_largest_share(loads: Build) -> None:
    assert loads()["acme/api", "week", "2024-05-06"]["busiest_reviewer_ratio"] == pytest.approx(3 / 5)


def test_balance_is_the_entropy_of_the_shares_by_its_maximum(loads: Build) -> None:
    entropy = -(0.6 * math.log(0.6) + 2 * 0.2 * math.log(0.2))
    week = loads()["acme/api", "week", "2024-05-06"]
    assert week["balance_ratio"] == pytest.approx(entropy / math.log(3), abs=1e-12)


def test_equal_shares_are_in_balance(loads: Build) -> None:
    text = """
        number  review_id  reviewer  submitted_at
        1       11         ben       2024-05-06 10:00
        1       12         cy        2024-05-06 11:00
        1       13         dan       2024-05-06 12:00
    """
    assert loads(text)["acme/api", "week", "2024-05-06"]["balance_ratio"] == pytest.approx(1.0, abs=1e-12)


def test_one_reviewer_has_all_and_no_balance(loads: Build) -> None:
    text = """
        number  review_id  reviewer  submitted_at
        1       11         ben       2024-05-06 10:00
        1       12         ben       2024-05-06 11:00
    """
    week = loads(text)["acme/api", "week", "2024-05-06"]
    assert (week["reviewer_count"], week["busiest_reviewer_ratio"], week["balance_ratio"]) == (1, 1.0, None)


def test_a_period_without_reviews_is_zero_without_shares(loads: Build) -> None:
    week = loads()["acme/api", "week", "2024-05-20"]
    assert (week["review_count"], week["reviewer_count"], week["bot_review_count"]) == (0, 0, 0)
    assert (week["busiest_reviewer_ratio"], week["balance_ratio"]) == (None, None)
