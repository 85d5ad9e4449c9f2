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
    number  author           is_bot  created_at        first_review_at   merged_at
    1       ada              no      2024-05-06 10:00  2024-05-06 12:00  2024-05-06 18:00
    2       ben              no      2024-05-06 10:00  2024-05-07 10:00  2024-05-14 10:00
    3       cy               no      2024-05-02 10:00  2024-05-08 10:00  -
    4       ada              no      2024-05-06 10:00  -                 2024-05-08 10:00
    5       dependabot[bot]  yes     2024-05-06 10:00  2024-05-07 10:00  2024-05-08 10:00
    6       -                no      2024-05-06 10:00  2024-05-09 10:00  2024-05-08 10:00
"""
Build = Callable[..., dict[tuple[str, str, str], dict[str, Any]]]


@pytest.fixture
def review_times(tmp_path: Path) -> Build:
    """Builds the metric of May 2024; rows by (scope, grain, first day)."""

    def build(zone: str = "UTC", teams: Teams | None = None, **pulls: str) -> dict[tuple[str, str, str], Any]:
        lake = Lake(tmp_path / "lake")
        for name, text in (pulls or {"acme_api": PULLS}).items():
            fill(lake, {"pull_requests": text}, name.replace("_", "/"))
        settings = Settings.load(home=tmp_path, timezone=zone)
        rows = figures(lake, "team_review_time", settings, teams=teams or Teams())
        return {(row["scope"], row["grain"], str(row["period_start"])): row for row in rows}

    return build


def test_pickup_runs_from_opened_to_the_first_review_by_another_person(review_times: Build) -> None:
    week = review_times()["acme/api", "week", "2024-05-06"]
    assert week["row_count"] == 4
    assert [week[f"pickup_{name}_hours"] for name in ("median", "p75", "p90")] == pytest.approx([48.0, 90.0, 122.4])


def test_interval_of_the_median_holds_measured_values(review_times: Build) -> None:
    week = review_times()["acme/api", "week", "2024-05-06"]
    assert (week["pickup_median_low_hours"], week["pickup_median_high_hours"]) == (2.0, 144.0)


def test_pickup_belongs_to_the_period_of_the_review(review_times: Build) -> None:
    text = """
        number  created_at        first_review_at   merged_at
        1       2024-05-10 10:00  2024-05-13 10:00  -
        2       2024-05-01 10:00  2024-05-01 11:00  2024-05-02 11:00
    """
    rows = review_times(acme_api=text)
    assert rows["acme/api", "week", "2024-05-06"]["row_count"] == 0
    assert rows["acme/api", "week", "2024-05-13"]["pickup_median_hours"] == 72.0


def test_review_median_is_of_those_merged_in_the_period_after_their_review(review_times: Build) -> None:
    rows = review_times()
    assert rows["acme/api", "week", "2024-05-06"]["review_median_hours"] == 6.0
    assert rows["acme/api", "week", "2024-05-13"]["review_median_hours"] == 168.0
    assert rows["acme/api", "month", "2024-05-01"]["review_median_hours"] == 87.0


def test_merged_without_a_review_before_it_is_unreviewed(review_times: Build) -> None:
    week = review_times()["acme/api", "week", "2024-05-06"]
    assert (week["merged_count"], week["unreviewed_count"]) == (3, 2)


def test_bots_are_counted_apart(review_times: Build) -> None:
    week = review_times()["acme/api", "week", "2024-05-06"]
    assert week["bot_merged_count"] == 1


def test_review_before_the_opening_is_left_out(review_times: Build) -> None:
    text = """
        number  created_at        first_review_at   merged_at
        1       2024-05-08 10:00  2024-05-07 10:00  2024-05-09 10:00
    """
    week = review_times(acme_api=text)["acme/api", "week", "2024-05-06"]
    assert (week["row_count"], week["pickup_median_hours"], week["merged_count"]) == (0, None, 1)


def test_a_period_without_reviews_has_no_median_and_counts_zero(review_times: Build) -> None:
    week = review_times()["acme/api", "week", "2024-05-20"]
    assert week["pickup_median_hours"] is None
    assert (week["row_count"], week["merged_count"], week["unreviewed_count"], week["bot_merged_count"]) == (0, 0, 0, 0)


def test_a_team_has_the_pull_requests_of_its_repositories(review_times: Build) -> None:
    web = """
        number  created_at        first_review_at   merged_at
        1       2024-05-06 10:00  2024-05-10 18:00  2024-05-10 20:00
    """
    teams = Teams({"payments": ("acme/api", "acme/web"), "shop": ("acme/web",)}, {})
    rows = review_times(acme_api=PULLS, acme_web=web, teams=teams)
    weeks = {scope: rows[scope, "week", "2024-05-06"] for scope in ("payments", "shop", "all", "acme/web")}
    assert {scope: row["scope_kind"] for scope, row in weeks.items()} == {
        "payments": "team",
        "shop": "team",
        "all": "all",
        "acme/web": "repository",
    }
    assert {scope: row["row_count"] for scope, row in weeks.items()} == {
        "payments": 5,
        "shop": 1,
        "all": 5,
        "acme/web": 1,
    }
    assert weeks["payments"]["pickup_median_hours"] == 72.0


@pytest.mark.parametrize(("zone", "week"), [("America/New_York", "2024-05-06"), ("Europe/Berlin", "2024-05-13")])
def test_weeks_begin_on_local_monday(review_times: Build, zone: str, week: str) -> None:
    text = """
        number  created_at        first_review_at   merged_at
        1       2024-05-12 20:30  2024-05-12 22:30  2024-05-12 22:45
        2       2024-04-30 08:00  2024-04-30 08:30  2024-04-30 09:00
    """
    rows = review_times(zone, acme_api=text)
    assert [key[2] for key, row in rows.items() if key[:2] == ("all", "week") and row["row_count"]] == [week]
