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
    1       ada              no      2024-04-20 10:00
    2       ada              no      2024-05-06 10:00
    3       ada              no      2024-05-07 10:00
    4       ben              no      2024-05-08 10:00
    5       -                no      2024-05-08 10:00
    6       -                no      2024-05-14 10:00
    7       dependabot[bot]  yes     2024-05-08 10:00
    8       cy               no      -
"""
COMMITS = """
    number  sha  authored_at       author           author_name
    2       a    2024-05-01 10:00  ada              Ada
    2       b    2024-05-06 09:00  ben              Ben
    3       b    2024-05-06 09:00  ben              Ben
    3       c    2024-05-06 09:30  -                dependabot[bot]
    4       d    2024-05-06 09:30  -                Ben at home
    7       e    2024-05-06 09:30  dependabot[bot]  dependabot[bot]
    8       f    2024-05-06 09:30  cy               Cy
    4       g    -                 ben              Ben
"""
Build = Callable[..., dict[tuple[str, str, str], dict[str, Any]]]


@pytest.fixture
def contributions(tmp_path: Path) -> Build:
    """Builds the metric of May 2024; rows by (scope, grain, first day)."""

    def build(**pulls: str) -> dict[tuple[str, str, str], Any]:
        lake = Lake(tmp_path / "lake")
        for name, text in (pulls or {"acme_api": PULLS}).items():
            commits = COMMITS if name == "acme_api" else ""
            fill(lake, {"pull_requests": text, "pull_request_commits": commits}, name.replace("_", "/"))
        rows = figures(lake, "team_contribution", Settings.load(home=tmp_path, timezone="UTC"), teams=Teams())
        return {(row["scope"], row["grain"], str(row["period_start"])): row for row in rows}

    return build


def test_contributors_are_persons_whose_pull_requests_were_merged_in_the_period(contributions: Build) -> None:
    week = contributions()["acme/api", "week", "2024-05-06"]
    assert (week["contributor_count"], week["merged_count"], week["row_count"]) == (3, 4, 4)


def test_top_contributor_is_the_largest_share(contributions: Build) -> None:
    assert contributions()["acme/api", "week", "2024-05-06"]["top_contributor_ratio"] == 0.5


def test_bots_are_counted_apart(contributions: Build) -> None:
    assert contributions()["acme/api", "week", "2024-05-06"]["bot_merged_count"] == 1


def test_new_is_whose_first_merged_pull_request_lies_in_the_period(contributions: Build) -> None:
    rows = contributions()
    assert rows["acme/api", "week", "2024-05-06"]["new_contributor_count"] == 2
    assert rows["acme/api", "week", "2024-05-13"]["new_contributor_count"] == 0


def test_new_in_a_repository_is_not_new_in_all(contributions: Build) -> None:
    web = """
        number  author  merged_at
        1       ada     2024-05-09 10:00
        2       zoe     2024-05-09 10:00
    """
    rows = contributions(acme_api=PULLS, acme_web=web)
    assert rows["acme/web", "week", "2024-05-06"]["new_contributor_count"] == 2
    assert rows["all", "week", "2024-05-06"]["new_contributor_count"] == 3
    assert rows["all", "week", "2024-05-06"]["contributor_count"] == 4


def test_commits_of_persons_count_once_when_they_were_written(contributions: Build) -> None:
    rows = contributions()
    assert rows["acme/api", "week", "2024-05-06"]["commit_count"] == 2
    assert rows["acme/api", "month", "2024-05-01"]["commit_count"] == 3


def test_a_period_without_merges_is_zero_without_a_share(contributions: Build) -> None:
    week = contributions()["acme/api", "week", "2024-05-20"]
    names = ("contributor_count", "merged_count", "commit_count", "new_contributor_count", "bot_merged_count")
    assert [week[name] for name in names] == [0, 0, 0, 0, 0]
    assert week["top_contributor_ratio"] is None
