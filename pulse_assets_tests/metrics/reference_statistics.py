"""The statistics of the DORA metrics as plain loops."""

import datetime as dt
from collections.abc import Callable, Iterable
from functools import cache
from math import ceil, comb, floor, sqrt
from typing import Any

Quantile = Callable[[Iterable[float | None], int], float | None]


def whole_hours(start: dt.datetime, end: dt.datetime | None) -> float | None:
    if end is None or end < start:
        return None
    return (end - start) // dt.timedelta(minutes=1) / 60


def sixtieth(minutes: int | None) -> float | None:
    return None if minutes is None else minutes / 60


def quantiles(name: str, values: list[float], quantile: Quantile) -> dict[str, Any]:
    parts = (("median", 50), ("p75", 75), ("p90", 90))
    return {f"{name}_{part}_hours": quantile(values, percent) for part, percent in parts}


def interpolated(values: Iterable[float | None], percent: int) -> float | None:
    ordered = sorted(known(values))
    if not ordered:
        return None
    place = percent * (len(ordered) - 1)
    low, rest = place // 100, place % 100
    following_value = ordered[min(low + 1, len(ordered) - 1)]
    return ordered[low] + (following_value - ordered[low]) * rest / 100


def ranked(values: Iterable[float | None], percent: int) -> float | None:
    """The greatest value whose percent_rank, (values below it) / (values - 1), is at most that."""
    all_known = known(values)
    last = len(all_known) - 1
    chosen = [value for value in all_known if 100 * sum(other < value for other in all_known) <= percent * last]
    return max(chosen, default=None)


def median_interval(values: list[float]) -> tuple[float | None, float | None]:
    if not values:
        return None, None
    ordered = sorted(values)
    low, high = median_ranks(len(ordered))
    return ordered[low - 1], ordered[high - 1]


def ratio_interval(part: int, whole: int) -> tuple[float | None, float | None]:
    if whole == 0:
        return None, None
    low, high = counts(part, whole)
    return low / whole, high / whole


@cache
def median_ranks(size: int) -> tuple[int, int]:
    """In whole numbers: of the n**n resamples those whose median is at most the k-th value."""
    if size > 200:
        return max(1, floor(size / 2 - 0.98 * sqrt(size))), min(size, ceil(size / 2 + 0.98 * sqrt(size)))
    ends = []
    for half, percent_tenths in (((size + 1) // 2, 25), (size // 2 + 1, 975)):
        for rank in range(1, size + 1):
            if sum(ways(rank, size)[half:]) * 1000 >= percent_tenths * size**size:
                ends.append(rank)
                break
    return ends[0], ends[1]


@cache
def counts(part: int, whole: int) -> tuple[float, float]:
    if whole > 200:
        reach = 1.96 * sqrt(part * (1 - part / whole))
        return max(0.0, part - reach), min(float(whole), part + reach)
    ends = []
    for percent_tenths in (25, 975):
        reached = 0
        for count, number in enumerate(ways(part, whole)):
            reached += number
            if reached * 1000 >= percent_tenths * whole**whole:
                ends.append(count)
                break
    return ends[0], ends[1]


@cache
def ways(part: int, whole: int) -> list[int]:
    """How many of the whole**whole resamples draw 0, 1, … times from the part."""
    return [comb(whole, count) * part**count * (whole - part) ** (whole - count) for count in range(whole + 1)]


def known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]
