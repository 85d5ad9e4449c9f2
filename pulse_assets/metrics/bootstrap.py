"""95 % bootstrap intervals without resampling: of infinitely many resamples the distribution is known.

A resample draws n rows with replacement. How many of them are among the k lowest of n sorted values is binomial with
n and k/n; so the quantiles of a resample's median (Efron 1979, Maritz and Jarrett 1978) and of its share of marked rows
stand fixed by n and k alone, and are looked up instead of drawn.
"""

from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

#: Up to so many rows the tables hold the exact ends; above, SQL takes the normal approximation, which by then differs
#: by at most one rank.
MAX_EXACT_ROWS = 200
_LOW, _HIGH = 0.025, 0.975


def bootstrap_ranks() -> pa.Table:
    """The ends of the interval of a median, as ranks in the sorted values.

    Returns:
        `row_count` 1..200; `low_rank`, `high_rank` from 1 to `row_count`. The low end is the smallest value v for which
        at least 2.5 % of the resamples have a (lower) median of at most v, the high end the smallest one for which at
        least 97.5 % have an (upper) median of at most v; both medians are the same for an odd number of rows.
    """
    return _tables()[0]


def bootstrap_counts() -> pa.Table:
    """The ends of the interval of a share k of n, as counts that are to be divided by n.

    Returns:
        `row_count` 1..200 with `part_count` 0..row_count; `low_count`, `high_count`: the smallest counts that at least
        2.5 % and 97.5 % of the resamples do not exceed. No marked row among n gives 0..0, only marked ones n..n: a
        resample cannot show what the sample does not have.
    """
    return _tables()[1]


@cache
def _tables() -> tuple[pa.Table, pa.Table]:
    sizes = np.arange(1, MAX_EXACT_ROWS + 1)
    ranks, low_counts, high_counts = [], [], []
    for size in sizes.tolist():
        distribution = _distribution(size)
        ranks.append(_ranks(size, distribution))
        low_counts.append(_counts(distribution, _LOW))
        high_counts.append(_counts(distribution, _HIGH))
    low_ranks, high_ranks = zip(*ranks, strict=True)
    counts = {
        "row_count": np.repeat(sizes, sizes + 1),
        "part_count": np.concatenate([np.arange(size + 1) for size in sizes]),
        "low_count": np.concatenate(low_counts),
        "high_count": np.concatenate(high_counts),
    }
    return _table({"row_count": sizes, "low_rank": low_ranks, "high_rank": high_ranks}), _table(counts)


def _distribution(size: int) -> NDArray[np.float64]:
    """P(Binomial(n, k/n) <= j) for j 0..n (rows) and k 1..n-1 (columns)."""
    parts = np.arange(1, size) / size
    counts = np.arange(size + 1)[:, None]
    logarithms = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, size + 1)))])
    choices = (logarithms[-1] - logarithms - logarithms[::-1])[:, None]
    terms = choices + counts * np.log(parts) + counts[::-1] * np.log1p(-parts)
    return np.cumsum(np.exp(terms), axis=0)


def _ranks(size: int, distribution: NDArray[np.float64]) -> tuple[int, int]:
    lower_half, upper_half = (size + 1) // 2, size // 2 + 1
    low = int(np.sum(1 - distribution[lower_half - 1] < _LOW)) + 1
    high = int(np.sum(1 - distribution[upper_half - 1] < _HIGH)) + 1
    return low, high


def _counts(distribution: NDArray[np.float64], share: float) -> NDArray[np.int64]:
    size = len(distribution) - 1
    between = np.sum(distribution < share, axis=0)
    return np.concatenate([[0], between, [size]])


def _table(columns: dict[str, object]) -> pa.Table:
    return pa.table({name: pa.array(values, pa.int64()) for name, values in columns.items()})
