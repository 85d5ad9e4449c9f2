"""The statistics of the truth, by plain loops: percentiles and exact bootstrap intervals."""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from math import ceil, comb, floor, sqrt

Interval = tuple[float | None, float | None]

_EXACT_UP_TO = 200
#: 2.5 % and 97.5 %, in fortieths, so that whole numbers decide.
_LOW_FORTIETHS, _HIGH_FORTIETHS, _FORTIETHS = 1, 39, 40
_NORMAL_QUANTILE = 1.96


def percentile(values: Sequence[float], share: float) -> float | None:
    """With linear interpolation between the two nearest ranks; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def lower_percentile(values: Sequence[float], share: float) -> float | None:
    """The greatest value of which at most `share` of the others are smaller; None of nothing.

    Source: `percent_rank() <= 0.5` on the DORA dashboard of Apache DevLake.
    """
    ordered = sorted(values)
    found = None
    for value in ordered:
        smaller = bisect_left(ordered, value)
        if smaller == 0 or smaller / (len(ordered) - 1) <= share:
            found = value
    return found


def median_interval(values: Sequence[float]) -> Interval:
    """The 95 % percentile interval of the median over all resamples that could be drawn; (None, None) of nothing."""
    if not values:
        return None, None
    ordered = sorted(values)
    low, high = _median_ranks(len(ordered))
    return ordered[low - 1], ordered[high - 1]


def ratio_interval(part: int, whole: int) -> Interval:
    """The 95 % percentile interval of `part` of `whole` over all resamples; (None, None) of nothing."""
    if not whole:
        return None, None
    low, high = _part_counts(part, whole)
    return low / whole, high / whole


@cache
def _weights(part: int, whole: int) -> list[int]:
    """How many of the whole**whole resamples hold 0, 1, … of the part."""
    return [comb(whole, count) * part**count * (whole - part) ** (whole - count) for count in range(whole + 1)]


@cache
def _median_ranks(count: int) -> tuple[int, int]:
    """Ranks from 1. A median's lower half ends at rank ceil(n/2), its upper one begins after floor(n/2)."""
    if count > _EXACT_UP_TO:
        reach = _NORMAL_QUANTILE / 2 * sqrt(count)
        return max(1, floor(count / 2 - reach)), min(count, ceil(count / 2 + reach))
    total = count**count
    low, high = 0, 0
    for rank in range(1, count + 1):
        weights = _weights(rank, count)
        if not low and sum(weights[ceil(count / 2) :]) * _FORTIETHS >= total * _LOW_FORTIETHS:
            low = rank
        if not high and sum(weights[floor(count / 2) + 1 :]) * _FORTIETHS >= total * _HIGH_FORTIETHS:
            high = rank
    return low, high


@cache
def _part_counts(part: int, whole: int) -> tuple[float, float]:
    if whole > _EXACT_UP_TO:
        reach = _NORMAL_QUANTILE * sqrt(part * (1 - part / whole))
        return max(0.0, part - reach), min(float(whole), part + reach)
    total, reached, ends = whole**whole, 0, list[int]()
    for count, weight in enumerate(_weights(part, whole)):
        reached += weight
        if not ends and reached * _FORTIETHS >= total * _LOW_FORTIETHS:
            ends.append(count)
        if reached * _FORTIETHS >= total * _HIGH_FORTIETHS:
            return ends[0], count
    raise AssertionError("the weights of all resamples do not reach their number")
