from collections.abc import Callable
from pathlib import Path

import pytest

from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.metrics.built import figures
from pulse_assets_tests.text_tables import fill

PULLS = """
    number  author           is_bot  merged_at
    1       ada              no      2024-05-06 18:00
    2       ben              no      -
    3       dependabot[bot]  yes     -
    4       -                no      -
"""
REVIEWS = """
    number  review_id  reviewer   is_bot  submitted_at
    1       11         ben        no      2024-05-06 10:00
    1       12         ben        no      2024-05-06 11:00
    1       13         CY         no      2024-05-06 12:00
    1       14         ada        no      2024-05-06 12:30
    1       15         help[bot]  yes     2024-05-06 10:01
    2       21         ada        no      2024-05-07 10:00
    2       22         zoe        no      2024-05-08 10:00
    3       31         ada        no      2024-05-07 10:00
    4       41         -          no      2024-05-07 10:00
    1       16         ben        no      2024-05-13 00:00
"""
TEAMS = Teams({"payments": ("acme/api",)}, {"payments": ("Ada", "ben"), "shop": ("cy",)})
Build = Callable[[Teams], dict[tuple[str, str, str], dict[tuple[str, str], tuple[int, int]]]]


@pytest.fixture
def collaborations(tmp_path: Path) -> Build:
    """Builds May 2024; (reviews, pull requests) by teams of author and reviewer, by (scope, grain, first day)."""

    def build(teams: Teams) -> dict[tuple[str, str, str], dict[tuple[str, str], tuple[int, int]]]:
        lake = Lake(tmp_path / "lake")
        fill(lake, {"pull_requests": PULLS, "pull_request_reviews": REVIEWS})
        found: dict[tuple[str, str, str], dict[tuple[str, str], tuple[int, int]]] = {}
        for row in figures(lake, "team_collaboration", Settings.load(home=tmp_path, timezone="UTC"), teams=teams):
            assert row["row_count"] == row["review_count"]
            pairs = found.setdefault((row["scope"], row["grain"], str(row["period_start"])), {})
            pairs[row["author_team"], row["reviewer_team"]] = (row["review_count"], row["pull_request_count"])
        return found

    return build


def test_reviews_are_counted_by_the_teams_of_author_and_reviewer(collaborations: Build) -> None:
    assert collaborations(TEAMS)["acme/api", "week", "2024-05-06"] == {
        ("payments", "payments"): (3, 2),
        ("payments", "shop"): (1, 1),
        ("payments", "bots"): (1, 1),
        ("payments", "others"): (1, 1),
        ("bots", "payments"): (1, 1),
        ("others", "others"): (1, 1),
    }


def test_a_pull_request_that_is_reviewed_again_counts_once(collaborations: Build) -> None:
    assert collaborations(TEAMS)["acme/api", "month", "2024-05-01"]["payments", "payments"] == (4, 2)


def test_only_pairs_that_occur_have_a_row(collaborations: Build) -> None:
    found = collaborations(TEAMS)
    assert found["acme/api", "week", "2024-05-13"] == {("payments", "payments"): (1, 1)}
    assert ("acme/api", "week", "2024-05-20") not in found


def test_the_scope_is_where_the_pull_request_is(collaborations: Build) -> None:
    found = collaborations(TEAMS)
    assert found["payments", "week", "2024-05-06"] == found["all", "week", "2024-05-06"]


def test_without_teams_persons_are_others(collaborations: Build) -> None:
    assert collaborations(Teams())["all", "week", "2024-05-06"] == {
        ("others", "others"): (6, 3),
        ("others", "bots"): (1, 1),
        ("bots", "others"): (1, 1),
    }
