import datetime as dt
from typing import Any

import pytest

from pulse_assets.reports.judgement import movement, usual_value, verdict
from pulse_assets.reports.model import MetricRow
from pulse_assets.reports.shown import FIGURES

RATE = FIGURES["dora_change_failure_rate.change_failure_ratio"]
LEAD = FIGURES["dora_lead_time.lead_time_median_hours"]
DEPLOYS = FIGURES["dora_deployment_frequency.deployment_count"]
P90 = FIGURES["dora_lead_time.lead_time_p90_hours"]


def row(metric: str, count: int = 50, *, status: str = "ok", is_few: bool = False, **values: float | None) -> MetricRow:
    day = dt.date(2024, 1, 1)
    return MetricRow(metric, "pulse", "all", "all", day, values, count, is_few, status, None)


def median(value: float | None, low: float, high: float, **quality: Any) -> MetricRow:
    ends: dict[str, Any] = {"lead_time_median_low_hours": low, "lead_time_median_high_hours": high}
    return row("dora_lead_time", lead_time_median_hours=value, **ends, **quality)


def ratio(value: float, low: float, high: float, count: int) -> MetricRow:
    ends: dict[str, Any] = {"change_failure_low_ratio": low, "change_failure_high_ratio": high}
    return row("dora_change_failure_rate", count, change_failure_ratio=value, **ends)


def deployments(count: int) -> MetricRow:
    return row("dora_deployment_frequency", count, deployment_count=count)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        # 10 h apart; the intervals reach 3 and 4 h toward each other: 5 h together.
        (median(20, 15, 23), median(30, 26, 35), "worse"),
        (median(30, 26, 35), median(20, 15, 23), "better"),
        # 10 h apart; 6 and 8 h: 10 h, which is not more.
        (median(20, 15, 26), median(30, 22, 35), "unclear"),
    ],
)
def test_a_median_moved_clearly_beyond_what_both_intervals_explain(
    before: MetricRow, now: MetricRow, expected: str
) -> None:
    moved = movement(LEAD, now, before)
    assert verdict(LEAD, moved, is_same=False) == expected


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    # 1.96 times the root of the sum: 19.6 of 100, 3.9 of 4.
    [(40, 60, "better"), (60, 40, "worse"), (42, 58, "unclear"), (0, 4, "better"), (0, 3, "unclear")],
)
def test_a_count_moved_clearly_beyond_what_random_arrivals_explain(before: int, now: int, expected: str) -> None:
    moved = movement(DEPLOYS, deployments(now), deployments(before))
    assert verdict(DEPLOYS, moved, is_same=False) == expected


def test_none_of_few_is_not_clearly_better_than_some() -> None:
    # None of 12 may still be 3 of 12; the other interval reaches 0.22 down: 0.33 together, more than 0.29.
    moved = movement(RATE, ratio(0, 0, 0, 12), ratio(0.29, 0.07, 0.5, 14))
    assert verdict(RATE, moved, is_same=False) == "unclear"
    moved = movement(RATE, ratio(0, 0, 0, 120), ratio(0.29, 0.2, 0.38, 120))
    assert verdict(RATE, moved, is_same=False) == "better"


def test_few_rows_never_move_clearly() -> None:
    moved = movement(LEAD, median(90, 90, 90, is_few=True), median(20, 15, 26))
    assert verdict(LEAD, moved, is_same=False) == "unclear"


@pytest.mark.parametrize("status", ["degraded", "withheld"])
def test_what_is_not_final_is_not_judged(status: str) -> None:
    final = median(20, 15, 23)
    assert movement(LEAD, median(90, 80, 99, status=status), final) is None
    assert movement(LEAD, final, median(90, 80, 99, status=status)) is None
    assert movement(LEAD, final, None) is None
    assert movement(LEAD, median(None, 0, 0), final) is None


def test_a_figure_without_an_interval_is_not_judged() -> None:
    now, before = (row("dora_lead_time", lead_time_p90_hours=value) for value in (90.0, 20.0))
    moved = movement(P90, now, before)
    assert moved
    assert moved.difference == 70
    assert verdict(P90, moved, is_same=False) is None


def test_usual_is_the_median_of_known_final_periods() -> None:
    rows = [deployments(count) for count in (1, 2, 9)]
    provisional = row("dora_deployment_frequency", status="degraded", deployment_count=100)
    assert usual_value("deployment_count", [None, *rows, provisional]) == (None, 3)
    assert usual_value("deployment_count", [None, *rows, deployments(4), provisional]) == (3, 4)
