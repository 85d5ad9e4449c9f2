"""The tables of intervals against resampling, and against sums of whole numbers."""

import math

import numpy as np
import pytest

from pulse_assets.metrics.bootstrap import MAX_EXACT_ROWS, bootstrap_counts, bootstrap_ranks

RESAMPLES = 20_000
SIZES = (1, 2, 3, 4, 5, 8, 13, 30, 55, 120, 200)


def ranks() -> dict[int, tuple[int, int]]:
    return {row["row_count"]: (row["low_rank"], row["high_rank"]) for row in bootstrap_ranks().to_pylist()}


def counts() -> dict[tuple[int, int], tuple[int, int]]:
    rows = bootstrap_counts().to_pylist()
    return {(row["row_count"], row["part_count"]): (row["low_count"], row["high_count"]) for row in rows}


def at_least(hits: int, part: int, size: int) -> int:
    """In how many of the n**n resamples at least so many draws hit the part."""
    ways = (math.comb(size, j) * part**j * (size - part) ** (size - j) for j in range(hits, size + 1))
    return sum(ways)


def test_tables_hold_every_size_up_to_the_limit() -> None:
    assert list(ranks()) == list(range(1, MAX_EXACT_ROWS + 1))
    assert list(counts()) == [(size, part) for size in range(1, MAX_EXACT_ROWS + 1) for part in range(size + 1)]


@pytest.mark.parametrize(
    ("size", "expected"), [(1, (1, 1)), (2, (1, 2)), (3, (1, 3)), (5, (1, 5)), (10, (2, 9)), (11, (3, 9))]
)
def test_ranks_of_small_samples(size: int, expected: tuple[int, int]) -> None:
    assert ranks()[size] == expected


@pytest.mark.parametrize("size", [*range(1, 41), 99, 100, 199, 200])
def test_ranks_are_the_lowest_that_enough_resamples_reach(size: int) -> None:
    low, high = ranks()[size]
    for rank, half, thousandths in ((low, (size + 1) // 2, 25), (high, size // 2 + 1, 975)):
        assert at_least(half, rank, size) * 1000 >= thousandths * size**size
        assert at_least(half, rank - 1, size) * 1000 < thousandths * size**size


@pytest.mark.parametrize("size", [*range(1, 16), 40, 200])
def test_counts_are_the_fewest_that_enough_resamples_do_not_exceed(size: int) -> None:
    found = counts()
    whole = size**size
    for part in range(size + 1) if size < 16 else (0, 1, 7, size // 2, size - 1, size):
        for count, thousandths in zip(found[size, part], (25, 975), strict=True):
            assert (whole - at_least(count + 1, part, size)) * 1000 >= thousandths * whole
            assert count == 0 or (whole - at_least(count, part, size)) * 1000 < thousandths * whole


@pytest.mark.parametrize("size", SIZES)
def test_ranks_agree_with_resampled_medians(size: int) -> None:
    random = np.random.default_rng(size)
    drawn = np.sort(random.integers(1, size + 1, (RESAMPLES, size)), axis=1)
    lower, upper = drawn[:, (size - 1) // 2], drawn[:, size // 2]
    low, high = ranks()[size]
    assert abs(np.quantile(lower, 0.025, method="inverted_cdf") - low) <= 1
    assert abs(np.quantile(upper, 0.975, method="inverted_cdf") - high) <= 1


@pytest.mark.parametrize("size", SIZES)
def test_counts_agree_with_resampled_shares(size: int) -> None:
    random = np.random.default_rng(size)
    for part in {0, 1, size // 3, size // 2, size - 1, size}:
        hits = (random.integers(1, size + 1, (RESAMPLES, size)) <= part).sum(axis=1)
        low, high = counts()[size, part]
        assert abs(np.quantile(hits, 0.025, method="inverted_cdf") - low) <= 1
        assert abs(np.quantile(hits, 0.975, method="inverted_cdf") - high) <= 1


def test_share_that_no_row_or_every_row_has_is_certain() -> None:
    found = counts()
    assert all(found[size, 0] == (0, 0) for size in range(1, MAX_EXACT_ROWS + 1))
    assert all(found[size, size] == (size, size) for size in range(1, MAX_EXACT_ROWS + 1))


def test_approximation_goes_on_where_the_exact_ends_stop() -> None:
    reach = 0.98 * math.sqrt(MAX_EXACT_ROWS)
    low, high = ranks()[MAX_EXACT_ROWS]
    assert abs(math.floor(MAX_EXACT_ROWS / 2 - reach) - low) <= 1
    assert abs(math.ceil(MAX_EXACT_ROWS / 2 + reach) - high) <= 1
    for part in range(20, MAX_EXACT_ROWS - 20):
        reach = 1.96 * math.sqrt(part * (1 - part / MAX_EXACT_ROWS))
        low_count, high_count = counts()[MAX_EXACT_ROWS, part]
        assert abs(part - reach - low_count) <= 1
        assert abs(part + reach - high_count) <= 1
