from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from statistics import median_high, median_low

import pytest

from pulse_assets.sandbox.truth_statistics import lower_percentile, median_interval, percentile, ratio_interval


def smallest_with(counts: Mapping[float, int], share: Fraction) -> float:
    """The smallest value that a share of all resamples does not exceed."""
    total, reached = sum(counts.values()), 0
    for value in sorted(counts):
        reached += counts[value]
        if reached >= share * total:
            return value
    raise AssertionError


def test_percentiles_interpolate() -> None:
    assert percentile([4, 1, 3, 2], 0.5) == 2.5
    assert percentile([0, 10], 0.9) == 9
    assert percentile([], 0.5) is None


def test_lower_percentiles_are_values_themselves() -> None:
    assert lower_percentile([4, 1, 3, 2], 0.5) == 2
    assert lower_percentile([5, 1, 3], 0.5) == 3
    assert lower_percentile([1, 2, 3, 4, 5], 0.75) == 4
    assert lower_percentile([7], 0.5) == 7
    assert lower_percentile([], 0.5) is None


def test_equal_values_share_the_rank_of_the_first_of_them() -> None:
    """Of 1, 1, 2, 2, 2, 9 two fifths are smaller than 2, all but one smaller than 9."""
    assert lower_percentile([2, 1, 9, 2, 1, 2], 0.5) == 2
    assert lower_percentile([2, 1, 2, 2], 0.5) == 2
    assert lower_percentile([2, 1, 1, 1], 0.5) == 1


@pytest.mark.parametrize(
    "values", [[3.0], [1.0, 2.0], [1.0, 5.0, 9.0], [1.0, 2.0, 2.0, 8.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]
)
def test_the_interval_of_a_median_is_that_of_all_resamples(values: list[float]) -> None:
    resamples = list(product(values, repeat=len(values)))
    low = smallest_with(Counter(map(median_low, resamples)), Fraction(1, 40))
    high = smallest_with(Counter(map(median_high, resamples)), Fraction(39, 40))
    assert median_interval(values) == (low, high)


@pytest.mark.parametrize(("part", "whole"), [(0, 4), (1, 4), (2, 5), (5, 6), (6, 6)])
def test_the_interval_of_a_ratio_is_that_of_all_resamples(part: int, whole: int) -> None:
    resamples = product([1] * part + [0] * (whole - part), repeat=whole)
    counts = Counter(float(sum(resample)) for resample in resamples)
    low, high = smallest_with(counts, Fraction(1, 40)), smallest_with(counts, Fraction(39, 40))
    assert ratio_interval(part, whole) == (low / whole, high / whole)


def test_nothing_has_no_interval() -> None:
    assert median_interval([]) == (None, None)
    assert ratio_interval(0, 0) == (None, None)


def test_beyond_two_hundred_rows_the_normal_distribution_stands_in() -> None:
    """For 400 rows: ranks 200 -/+ 19.6, counts 100 -/+ 1.96 * sqrt(75)."""
    assert median_interval(range(1, 401)) == (180, 220)
    assert ratio_interval(100, 400) == (
        pytest.approx((100 - 1.96 * 75**0.5) / 400),
        pytest.approx((100 + 1.96 * 75**0.5) / 400),
    )
    assert ratio_interval(0, 400) == (0, 0)


def test_the_interval_hardly_jumps_where_the_exact_one_ends() -> None:
    exact, normal = median_interval(range(1, 201)), median_interval(range(1, 202))
    assert exact == pytest.approx(normal, abs=1.5)
