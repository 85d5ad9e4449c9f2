from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.metrics.engine import build_metric
from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.text_tables import fill, records

Build = Callable[..., dict[tuple[str, str, str], dict[str, Any]]]
DEPLOYMENTS = """
    deployment_id  is_production  status   finished_at
    1              yes            success  2024-05-06 09:00
    2              yes            success  2024-05-06 15:00
    3              yes            success  2024-05-08 09:00
    4              yes            success  2024-05-13 09:00
    5              no             success  2024-05-14 09:00
    6              yes            failure  2024-05-15 09:00
    7              yes            pending  -
    8              yes            success  2024-06-01 09:00
"""


@pytest.fixture
def frequency(tmp_path: Path) -> Build:
    """Builds the metric of a month from deployments; rows by (scope, grain, first day)."""

    def build(month: str = "2024-05-01", zone: str = "UTC", **deployments: str) -> dict[tuple[str, str, str], Any]:
        lake = Lake(tmp_path / "lake")
        for repository, text in (deployments or {"acme_api": DEPLOYMENTS}).items():
            fill(lake, {"deployments": text}, repository.replace("_", "/"))
        result = build_metric("dora_deployment_frequency", lake, month, Settings.load(home=tmp_path, timezone=zone))
        return {(row["scope"], row["grain"], str(row["period_start"])): row for row in records(result)}

    return build


def figures(row: dict[str, Any]) -> tuple[int, int, float]:
    return row["deployment_count"], row["deployment_days_count"], row["deployment_days_per_week_median"]


def test_successful_production_deployments_count_on_the_day_they_finished(frequency: Build) -> None:
    rows = frequency()
    assert figures(rows["acme/api", "week", "2024-05-06"]) == (3, 2, 2.0)
    assert figures(rows["acme/api", "week", "2024-05-13"]) == (1, 1, 1.0)
    assert figures(rows["acme/api", "month", "2024-05-01"]) == (4, 3, 1.0)


def test_period_without_deployments_is_zero_where_collection_was_complete(frequency: Build) -> None:
    row = frequency()["acme/api", "week", "2024-05-20"]
    assert figures(row) == (0, 0, 0.0)
    assert (row["status"], row["row_count"], row["is_low_count"]) == ("ok", 0, True)


def test_week_counts_with_all_its_days_in_the_month_of_its_monday(frequency: Build) -> None:
    rows = frequency()
    assert figures(rows["acme/api", "week", "2024-05-27"]) == (1, 1, 1.0)
    june = frequency(month="2024-06-01")
    assert figures(june["acme/api", "month", "2024-06-01"]) == (1, 1, 0.0)


def test_day_with_deployments_of_two_repositories_is_one_day_of_all(frequency: Build) -> None:
    web = """
        deployment_id  is_production  status   finished_at
        1              yes            success  2024-05-06 23:00
        2              yes            success  2024-05-07 23:00
    """
    rows = frequency(acme_api=DEPLOYMENTS, acme_web=web)
    assert figures(rows["all", "week", "2024-05-06"]) == (5, 3, 3.0)


@pytest.mark.parametrize(("zone", "days"), [("UTC", 1), ("Asia/Tokyo", 2)])
def test_days_are_local(frequency: Build, zone: str, days: int) -> None:
    text = """
        deployment_id  is_production  status   finished_at
        1              yes            success  2024-05-07 14:00
        2              yes            success  2024-05-07 16:00
    """
    assert frequency(zone=zone, acme_api=text)["acme/api", "week", "2024-05-06"]["deployment_days_count"] == days


def test_second_deployment_of_the_same_commit_counts_again(frequency: Build) -> None:
    text = """
        deployment_id  is_production  status   sha  finished_at
        1              yes            success  c1   2024-05-07 14:00
        2              yes            success  c1   2024-05-07 14:01
    """
    assert frequency(acme_api=text)["acme/api", "week", "2024-05-06"]["deployment_count"] == 2


def test_days_across_the_change_of_the_clocks_are_whole(frequency: Build) -> None:
    text = """
        deployment_id  is_production  status   finished_at
        1              yes            success  2024-03-30 22:59
        2              yes            success  2024-03-30 23:00
        3              yes            success  2024-03-31 21:59
        4              yes            success  2024-03-31 22:00
    """
    rows = frequency(month="2024-03-01", zone="Europe/Berlin", acme_api=text)
    assert figures(rows["acme/api", "week", "2024-03-25"]) == (3, 2, 2.0)
    assert rows["acme/api", "month", "2024-03-01"]["deployment_count"] == 3


def test_weeks_after_the_collection_are_unknown_and_not_empty(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    fill(lake, {"repositories": "collected_at\n2024-05-15 12:00", "deployments": DEPLOYMENTS})
    month = build_metric("dora_deployment_frequency", lake, "2024-05-01", Settings.load(home=tmp_path))
    row = next(row for row in records(month) if row["grain"] == "month" and row["scope"] == "all")
    assert row["deployment_days_per_week_median"] == 1.5


def test_month_without_a_known_week_has_no_median(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    fill(lake, {"repositories": "collected_at\n2024-06-01 12:00", "deployments": DEPLOYMENTS})
    june = build_metric("dora_deployment_frequency", lake, "2024-06-01", Settings.load(home=tmp_path))
    row = next(row for row in records(june) if row["grain"] == "month" and row["scope"] == "all")
    assert (row["deployment_count"], row["deployment_days_per_week_median"]) == (1, None)
