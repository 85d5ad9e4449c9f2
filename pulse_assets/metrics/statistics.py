"""The statistics of all metrics as plain loops over numbers, so that a figure can be checked without the SQL.

Nothing here knows of DuckDB, of a table or of how the SQL does it. Every function takes the numbers of the rows and
gives the figure; without a number there is none.
"""

import datetime as dt
import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Sequence

_LOW, _HIGH = (25, 1000), (975, 1000)
#: Up to here intervals are exact; above, the binomial is taken for a normal distribution.
EXACT_ROWS = 200
#: Half of the width of a 95 % interval, in standard deviations of a normal distribution.
_DEVIATIONS = 1.96


def quantile(values: Iterable[float | None], share: float) -> float | None:
    """The quantile with linear interpolation between the two nearest of the sorted values (type 7)."""
    known = _sorted(values)
    if not known:
        return None
    place = share * (len(known) - 1)
    below = math.floor(place)
    above = min(below + 1, len(known) - 1)
    return known[below] + (known[above] - known[below]) * (place - below)


def median(values: Iterable[float | None]) -> float | None:
    """The middle one, or the mean of the two in the middle."""
    return quantile(values, 0.5)


def rank_quantile(values: Iterable[float | None], share: float) -> float | None:
    """DevLake's: the greatest value whose percent rank, (values below it) / (values - 1), is at most `share`.

    With `share` 0.5 this is the lower median: one of the values, never a mean of two.
    """
    known = _sorted(values)
    last = max(len(known) - 1, 1)
    return max((value for value in known if bisect_left(known, value) / last <= share), default=None)


def ratio(part: int, whole: int) -> float | None:
    """`part` of `whole`, 0..1; none of nothing."""
    return part / whole if whole else None


def median_interval(values: Iterable[float | None]) -> tuple[float | None, float | None]:
    """The 95 % bootstrap interval of the median.

    A resample draws as many values, with replacement. Its median is at most the k-th lowest of n values when at least
    half of what it drew is among these k, and each draw is with the probability k / n.
    """
    known = _sorted(values)
    if not known:
        return None, None
    low, high = _ranks(len(known))
    return known[low - 1], known[high - 1]


def ratio_interval(part: int, whole: int) -> tuple[float | None, float | None]:
    """The 95 % bootstrap interval of a ratio: what 2.5 % and 97.5 % of the resamples do not exceed."""
    if not whole:
        return None, None
    if whole > EXACT_ROWS:
        margin = _DEVIATIONS * math.sqrt(part / whole * (1 - part / whole) / whole)
        return max(part / whole - margin, 0.0), min(part / whole + margin, 1.0)
    return _fewest(part, whole, _LOW) / whole, _fewest(part, whole, _HIGH) / whole


def balance(persons: Iterable[Hashable]) -> float | None:
    """How evenly things are shared by persons, 0..1: Shannon entropy of the shares by its maximum.

    Args:
        persons: Whose each thing is; one entry a thing.
    """
    counts = Counter(persons).values()
    if len(counts) <= 1:
        return None
    total = sum(counts)
    entropy = -sum(count / total * math.log(count / total) for count in counts)
    return min(max(entropy / math.log(len(counts)), 0.0), 1.0)


def largest_share(persons: Collection[Hashable]) -> float | None:
    """The part of all things that the person with the most has, 0..1."""
    return max(Counter(persons).values()) / len(persons) if persons else None


def days_per_week(days: Iterable[dt.date], mondays: Iterable[dt.date]) -> float | None:
    """The median, over the weeks that begin on these Mondays, of the different days that lie in each."""
    different = set(days)
    return median(sum(0 <= (day - monday).days < 7 for day in different) for monday in mondays)  # noqa: PLR2004 - a week


def _sorted(values: Iterable[float | None]) -> list[float]:
    return sorted(value for value in values if value is not None)


def _ranks(size: int) -> tuple[int, int]:
    if size > EXACT_ROWS:
        margin = _DEVIATIONS * math.sqrt(size) / 2
        return max(math.floor(size / 2 - margin), 1), min(math.ceil(size / 2 + margin), size)
    return _rank(size, (size + 1) // 2, _LOW), _rank(size, size // 2 + 1, _HIGH)


def _rank(size: int, half: int, share: tuple[int, int]) -> int:
    """The lowest k for which at least `share` of the resamples draw `half` or more values from the k lowest."""
    part, whole = share

    def is_enough(rank: int) -> bool:
        return sum(_draws(size, rank)[half:]) * whole >= part * size**size

    return bisect_left(range(1, size + 1), True, key=is_enough) + 1  # noqa: FBT003 - the first rank that is enough


def _fewest(part: int, size: int, share: tuple[int, int]) -> int:
    sum_of_draws = 0
    for count, ways in enumerate(_draws(size, part)):
        sum_of_draws += ways
        if sum_of_draws * share[1] >= share[0] * size**size:
            return count
    return size


def _draws(size: int, part: int) -> Sequence[int]:
    """In how many of the n ** n resamples exactly j draws hit one of `part` rows, for each j; exact."""
    return [math.comb(size, j) * part**j * (size - part) ** (size - j) for j in range(size + 1)]
