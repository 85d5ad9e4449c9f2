import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.metrics.engine import build_metric
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.text_tables import fill, frame, records

Build = Callable[..., dict[tuple[str, str, str], dict[str, Any]]]
CHANGES = """
    number  merged_at         deployed_at       lead_time_hours  is_counted  reason
    1       2024-05-06 10:00  2024-05-07 10:00  10               yes         -
    2       2024-05-06 10:00  2024-05-08 10:00  20               yes         -
    3       2024-05-07 10:00  2024-05-13 10:00  60               yes         -
    4       2024-05-08 10:00  -                 -                no          not_deployed
    5       2024-04-30 10:00  2024-05-06 10:00  40               yes         -
"""
MERGED = """
    number  merged_at
    1       2024-05-06 10:00
"""


@pytest.fixture
def lead_times(tmp_path: Path) -> Build:
    """Builds the metric of a month from facts; rows by (scope, grain, first day)."""

    def build(month: str = "2024-05-01", zone: str = "UTC", **changes: str) -> dict[tuple[str, str, str], Any]:
        lake = Lake(tmp_path / "lake")
        for repository, text in (changes or {"acme_api": CHANGES}).items():
            name = repository.replace("_", "/")
            fill(lake, {"pull_requests": MERGED}, name)
            lake.write(TABLES["change_lead_times"], name, [frame("change_lead_times", text, name)])
        settings = Settings.load(home=tmp_path, timezone=zone)
        result = build_metric("dora_lead_time", lake, month, settings)
        return {(row["scope"], row["grain"], str(row["period_start"])): row for row in records(result)}

    return build


def test_change_belongs_to_the_week_and_month_in_which_it_was_deployed(lead_times: Build) -> None:
    rows = lead_times()
    counts = {key[1:]: row["row_count"] for key, row in rows.items() if key[0] == "acme/api"}
    assert counts == {
        ("month", "2024-05-01"): 4,
        ("week", "2024-05-06"): 3,
        ("week", "2024-05-13"): 1,
        ("week", "2024-05-20"): 0,
        ("week", "2024-05-27"): 0,
    }


def test_quantiles_are_interpolated(lead_times: Build) -> None:
    month = lead_times()["acme/api", "month", "2024-05-01"]
    assert month["lead_time_median_hours"] == 30.0
    assert month["lead_time_p90_hours"] == pytest.approx(54.0)


def test_change_that_is_not_counted_is_left_out_of_the_period_of_its_merge(lead_times: Build) -> None:
    rows = lead_times()
    assert rows["acme/api", "week", "2024-05-06"]["left_out_count"] == 1
    assert rows["acme/api", "week", "2024-05-13"]["left_out_count"] == 0


def test_period_without_changes_has_no_median_and_is_low(lead_times: Build) -> None:
    row = lead_times()["acme/api", "week", "2024-05-20"]
    assert row["lead_time_median_hours"] is None
    assert (row["row_count"], row["is_low_count"], row["status"]) == (0, True, "ok")


def test_five_changes_are_not_low(lead_times: Build) -> None:
    header, *lines = CHANGES.strip().splitlines()
    text = "\n".join([header, *[lines[0].replace("1  ", f"{number}  ", 1) for number in range(1, 6)]])
    assert lead_times(acme_api=text)["acme/api", "week", "2024-05-06"]["is_low_count"] is False


def test_stage_medians_ignore_changes_without_the_stage(lead_times: Build) -> None:
    text = """
        number  deployed_at       lead_time_hours  coding_hours  pickup_hours  review_hours  deploy_hours  is_counted
        1       2024-05-07 10:00  10               1             2             3             4             yes
        2       2024-05-07 10:00  10               3             -             -             8             yes
    """
    row = lead_times(acme_api=text)["acme/api", "week", "2024-05-06"]
    stages = [row[f"{stage}_median_hours"] for stage in ("coding", "pickup", "review", "deploy")]
    assert stages == [2.0, 2.0, 3.0, 6.0]


def test_all_is_made_of_the_changes_and_not_of_the_repositories_figures(lead_times: Build) -> None:
    web = """
        number  deployed_at       lead_time_hours  is_counted
        1       2024-05-07 10:00  100              yes
    """
    rows = lead_times(acme_api=CHANGES, acme_web=web)
    week = rows["all", "week", "2024-05-06"]
    assert (week["scope_kind"], week["row_count"], week["lead_time_median_hours"]) == ("all", 4, 30.0)
    assert rows["acme/web", "week", "2024-05-06"]["row_count"] == 1


@pytest.mark.parametrize(
    ("zone", "week"), [("UTC", "2024-05-06"), ("America/New_York", "2024-05-06"), ("Europe/Berlin", "2024-05-13")]
)
def test_weeks_begin_on_local_monday(lead_times: Build, zone: str, week: str) -> None:
    text = """
        number  deployed_at       lead_time_hours  is_counted
        1       2024-05-12 22:30  10               yes
    """
    rows = lead_times(zone=zone, acme_api=text)
    assert [key[2] for key, row in rows.items() if key[:2] == ("acme/api", "week") and row["row_count"]] == [week]


def test_month_begins_at_local_midnight(lead_times: Build) -> None:
    text = """
        number  deployed_at       lead_time_hours  is_counted
        1       2024-05-31 22:30  10               yes
    """
    june = lead_times(month="2024-06-01", zone="Europe/Berlin", acme_api=text)
    assert june["acme/api", "month", "2024-06-01"]["row_count"] == 1


def test_partition_accepts_a_date(tmp_path: Path, lead_times: Build) -> None:
    of_text = lead_times()
    result = build_metric(
        "dora_lead_time", Lake(tmp_path / "lake"), dt.date(2024, 5, 1), Settings.load(home=tmp_path, timezone="UTC")
    )
    assert len(result) == len(of_text)
