import datetime as dt
import math
import random
import statistics as standard

import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_assets.metrics.bootstrap import bootstrap_counts, bootstrap_ranks
from pulse_assets.metrics.statistics import (
    EXACT_ROWS,
    balance,
    days_per_week,
    largest_share,
    median,
    median_interval,
    quantile,
    rank_quantile,
    ratio,
    ratio_interval,
)

VALUES = st.lists(st.integers(0, 20).map(float), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1.0), (0.5, 2.5), (0.75, 3.25), (0.9, pytest.approx(3.7)), (1.0, 4.0)]
)
def test_quantile_lies_between_the_two_nearest_values(share: float, expected: float) -> None:
    assert quantile([4.0, 1.0, None, 3.0, 2.0], share) == expected


def test_without_a_value_there_is_no_figure() -> None:
    assert quantile([None], 0.5) is None
    assert rank_quantile([], 0.5) is None
    assert ratio(0, 0) is None
    assert (median_interval([]), ratio_interval(0, 0)) == ((None, None), (None, None))
    assert largest_share([]) is None


@given(VALUES)
def test_median_is_that_of_the_standard_library(values: list[float]) -> None:
    assert median(values) == pytest.approx(standard.median(values))


@given(VALUES)
def test_half_of_the_ranks_is_the_lower_median(values: list[float]) -> None:
    assert rank_quantile(values, 0.5) == standard.median_low(values)


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([10, 20, 30, 40], 0.75, 30), ([10, 20, 30, 40, 50], 0.75, 40), ([7], 0.9, 7), ([1, 5, 5, 5, 9], 0.5, 5)],
)
def test_rank_quantile_is_the_greatest_value_with_that_percent_rank(
    values: list[float], share: float, expected: float
) -> None:
    assert rank_quantile(values, share) == expected


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 10, 11, 50, 101, 200])
def test_exact_ranks_are_those_of_the_table(size: int) -> None:
    (row,) = bootstrap_ranks().filter(pc.field("row_count") == size).to_pylist()
    assert median_interval(range(1, size + 1)) == (row["low_rank"], row["high_rank"])


@pytest.mark.parametrize(("part", "size"), [(0, 7), (7, 7), (1, 2), (3, 10), (1, 40), (100, 200)])
def test_exact_counts_are_those_of_the_table(part: int, size: int) -> None:
    table = bootstrap_counts()
    (row,) = table.filter((pc.field("row_count") == size) & (pc.field("part_count") == part)).to_pylist()
    assert ratio_interval(part, size) == (row["low_count"] / size, row["high_count"] / size)


def test_intervals_are_what_resampling_gives() -> None:
    dice = random.Random(5)
    values = [dice.lognormvariate(3, 1) for _ in range(25)]
    medians = sorted(standard.median(dice.choices(values, k=25)) for _ in range(20_000))
    low, high = median_interval(values)
    assert low is not None
    assert high is not None
    ordered = sorted(values)
    assert abs(ordered.index(low) - ordered.index(medians[500])) <= 1
    assert abs(ordered.index(high) - ordered.index(medians[19_500])) <= 1


def test_above_the_exact_sizes_ranks_follow_the_normal_distribution() -> None:
    size = 400
    assert size > EXACT_ROWS
    assert median_interval(range(1, size + 1)) == (math.floor(200 - 0.98 * 20), math.ceil(200 + 0.98 * 20))
    assert ratio_interval(100, size) == pytest.approx((0.25 - 0.0424352, 0.25 + 0.0424352), abs=1e-6)


def test_balance_is_one_when_all_give_the_same_and_none_for_one_person() -> None:
    assert balance(["a", "b", "c"]) == pytest.approx(1.0)
    assert balance(["a", "a"]) is None
    assert balance(["a", "a", "a", "b"]) == pytest.approx(
        -(0.75 * math.log(0.75) + 0.25 * math.log(0.25)) / math.log(2)
    )
    assert largest_share(["a", "a", "a", "b"]) == 0.75


def test_days_of_each_week_are_counted_once_and_weeks_without_any_as_zero() -> None:
    days = [dt.date(2024, 5, day) for day in (6, 6, 7, 12, 13, 27)]
    mondays = [dt.date(2024, 5, day) for day in (6, 13, 20)]
    assert days_per_week(days, mondays) == 1.0
    assert days_per_week(days, mondays[:2]) == 2.0
