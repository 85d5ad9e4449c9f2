from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pulse_assets_tests.metrics.dora_figures import Figures, dora_figures

Build = Callable[..., Figures]
OUTCOMES = """
    deployment_id  status   finished_at       is_counted  reason          is_rework
    1              success  2024-05-06 09:00  yes         -               no
    2              success  2024-05-07 09:00  yes         -               yes
    3              success  2024-05-08 09:00  yes         -               no
    4              failure  2024-05-08 10:00  no          not_successful  no
    5              success  2024-05-14 09:00  yes         -               no
    6              pending  -                 no          not_successful  no
"""
COLUMNS = (
    "rework_ratio",
    "rework_low_ratio",
    "rework_high_ratio",
    "rework_deployment_count",
    "left_out_count",
    "row_count",
)


@pytest.fixture
def rework(tmp_path: Path) -> Build:
    return partial(dora_figures, tmp_path, "dora_rework_rate")


def week(rows: Figures, start: str) -> list[float | None]:
    return [rows["pulse", "acme/api", "week", start][column] for column in COLUMNS]


def test_ratio_is_rework_by_all_that_reached_users(rework: Build) -> None:
    rows = rework({"deployment_outcomes": OUTCOMES})
    assert week(rows, "2024-05-06") == pytest.approx([1 / 3, 0.0, 1.0, 1, 1, 3])


def test_period_without_rework_is_zero_with_an_interval_of_nothing(rework: Build) -> None:
    assert week(rework({"deployment_outcomes": OUTCOMES}), "2024-05-13") == [0.0, 0.0, 0.0, 0, 0, 1]


def test_period_without_deployments_has_no_ratio(rework: Build) -> None:
    assert week(rework({"deployment_outcomes": OUTCOMES}), "2024-05-20") == [None, None, None, 0, 0, 0]


def test_only_pulse_has_a_rework_rate(rework: Build) -> None:
    assert {key[0] for key in rework({"deployment_outcomes": OUTCOMES})} == {"pulse"}


def test_month_holds_the_deployments_that_finished_in_it(rework: Build) -> None:
    row = rework({"deployment_outcomes": OUTCOMES})["pulse", "all", "month", "2024-05-01"]
    assert (row["rework_ratio"], row["row_count"], row["is_low_count"]) == (0.25, 4, True)


@pytest.mark.parametrize(
    ("rework_count", "count", "low", "high"),
    [
        (2, 10, 0.0, 0.5),  # P(Binomial(10, 0.2) <= 4) = 0.967, P(<= 5) = 0.994
        (100, 400, 0.25 - 1.96 * (0.25 * 0.75 / 400) ** 0.5, 0.25 + 1.96 * (0.25 * 0.75 / 400) ** 0.5),
        (1, 201, 0.0, (1 + 1.96 * (1 - 1 / 201) ** 0.5) / 201),
        (201, 201, 1.0, 1.0),
    ],
)
def test_interval_is_exact_for_few_and_normal_for_many(
    rework: Build, rework_count: int, count: int, low: float, high: float
) -> None:
    lines = [f"{place}  2024-05-06 09:00  yes  {'yes' if place < rework_count else 'no'}" for place in range(count)]
    text = "\n".join(["deployment_id  finished_at  is_counted  is_rework", *lines])
    row = rework({"deployment_outcomes": text})["pulse", "acme/api", "week", "2024-05-06"]
    assert (row["rework_low_ratio"], row["rework_high_ratio"]) == pytest.approx((low, high))
