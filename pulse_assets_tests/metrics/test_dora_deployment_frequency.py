from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.tables.teams import Teams
from pulse_assets_tests.metrics.dora_figures import Figures, dora_figures

Build = Callable[..., Figures]
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
    """Builds the metric of a month from deployments alone."""

    def build(text: str = DEPLOYMENTS, month: str = "2024-05-01", **chosen: Any) -> Figures:
        texts = {"deployments": text, "pull_requests": ""} | chosen.pop("texts", {})
        return dora_figures(tmp_path, "dora_deployment_frequency", texts, months=[month], **chosen)

    return build


def figures(row: dict[str, Any]) -> tuple[int, int, float]:
    return row["deployment_count"], row["deployment_days_count"], row["deployment_days_per_week_median"]


def test_successful_production_deployments_count_on_the_day_they_finished(frequency: Build) -> None:
    rows = frequency()
    assert figures(rows["pulse", "acme/api", "week", "2024-05-06"]) == (3, 2, 2.0)
    assert figures(rows["pulse", "acme/api", "week", "2024-05-13"]) == (1, 1, 1.0)
    assert figures(rows["pulse", "acme/api", "month", "2024-05-01"]) == (4, 3, 1.0)


def test_all_definitions_count_alike(frequency: Build) -> None:
    rows = frequency()
    for (definition, scope, grain, start), row in rows.items():
        assert figures(row) == figures(rows["pulse", scope, grain, start])
        assert row["definition"] == definition
    assert {key[0] for key in rows} == {"pulse", "devlake", "fourkeys"}


def test_period_without_deployments_is_zero_where_collection_was_complete(frequency: Build) -> None:
    row = frequency()["pulse", "acme/api", "week", "2024-05-20"]
    assert figures(row) == (0, 0, 0.0)
    assert (row["status"], row["row_count"], row["is_low_count"]) == ("ok", 0, True)


def test_repository_that_never_deployed_has_zeros_from_its_first_merge_on(frequency: Build) -> None:
    merged = {"pull_requests": "number  merged_at\n1       2024-05-08 10:00"}
    rows = frequency("", texts=merged)
    weeks = {key[3]: figures(row) for key, row in rows.items() if key[:3] == ("pulse", "all", "week")}
    assert weeks == dict.fromkeys(("2024-05-06", "2024-05-13", "2024-05-20", "2024-05-27"), (0, 0, 0.0))


def test_week_counts_with_all_its_days_in_the_month_of_its_monday(frequency: Build) -> None:
    rows = frequency()
    assert figures(rows["pulse", "acme/api", "week", "2024-05-27"]) == (1, 1, 1.0)
    june = frequency(month="2024-06-01")
    assert figures(june["pulse", "acme/api", "month", "2024-06-01"]) == (1, 1, 0.0)


def test_day_with_deployments_of_two_repositories_is_one_day_of_their_team(frequency: Build) -> None:
    web = """
        deployment_id  is_production  status   finished_at
        1              yes            success  2024-05-06 23:00
        2              yes            success  2024-05-07 23:00
    """
    lib = """
        deployment_id  is_production  status   finished_at
        1              yes            success  2024-05-10 23:00
    """
    rows = frequency(
        others={
            name: {"deployments": text, "pull_requests": ""} for name, text in (("acme/web", web), ("acme/lib", lib))
        },
        teams=Teams(repositories={"core": ("acme/api", "acme/web")}),
    )
    assert figures(rows["pulse", "core", "week", "2024-05-06"]) == (5, 3, 3.0)
    assert figures(rows["pulse", "all", "week", "2024-05-06"]) == (6, 4, 4.0)


@pytest.mark.parametrize(("zone", "days"), [("UTC", 1), ("Asia/Tokyo", 2)])
def test_days_are_local(frequency: Build, zone: str, days: int) -> None:
    text = """
        deployment_id  is_production  status   finished_at
        1              yes            success  2024-05-07 14:00
        2              yes            success  2024-05-07 16:00
    """
    row = frequency(text, zone=zone)["pulse", "acme/api", "week", "2024-05-06"]
    assert row["deployment_days_count"] == days


def test_second_deployment_of_the_same_commit_counts_again(frequency: Build) -> None:
    text = """
        deployment_id  is_production  status   sha  finished_at
        1              yes            success  c1   2024-05-07 14:00
        2              yes            success  c1   2024-05-07 14:01
    """
    assert frequency(text)["pulse", "acme/api", "week", "2024-05-06"]["deployment_count"] == 2


def test_days_across_the_change_of_the_clocks_are_whole(frequency: Build) -> None:
    text = """
        deployment_id  is_production  status   finished_at
        1              yes            success  2024-03-30 22:59
        2              yes            success  2024-03-30 23:00
        3              yes            success  2024-03-31 21:59
        4              yes            success  2024-03-31 22:00
    """
    rows = frequency(text, month="2024-03-01", zone="Europe/Berlin")
    assert figures(rows["pulse", "acme/api", "week", "2024-03-25"]) == (3, 2, 2.0)
    assert rows["pulse", "acme/api", "month", "2024-03-01"]["deployment_count"] == 3


@pytest.mark.parametrize(
    ("collected_at", "month", "expected"),
    [("2024-05-15", "2024-05-01", (4, 3, 1.5)), ("2024-06-01", "2024-06-01", (1, 1, None))],
)
def test_weeks_after_the_collection_are_unknown_and_not_empty(
    frequency: Build, collected_at: str, month: str, expected: tuple[int, int, float | None]
) -> None:
    rows = frequency(month=month, texts={"repositories": f"collected_at\n{collected_at} 12:00"})
    assert figures(rows["pulse", "all", "month", month]) == expected
