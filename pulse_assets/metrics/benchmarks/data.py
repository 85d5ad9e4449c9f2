"""The published levels as they stand in the TOML files, one a report year."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pulse_assets.errors import NotFound

_Bound = float | None


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Cluster(_Part):
    """What a report says of one group of teams: answers that lie together, not a cut-off.

    Attributes:
        level: Name of the level; null where the report has none (2025).
        published: The report's words.
        above: Values are greater than this; `at_least`: or equal.
        below: Values are lower than this; `at_most`: or equal.
        share_percent: Part of the teams; null where it is not published.
    """

    published: str
    level: str | None = None
    above: _Bound = None
    at_least: _Bound = None
    below: _Bound = None
    at_most: _Bound = None
    share_percent: Annotated[float, Field(ge=0, le=100)] | None = None

    def holds(self, value: float) -> bool:
        """The value lies in it."""
        return not (self.is_above(value) or self.is_below(value))

    def is_above(self, value: float) -> bool:
        """The whole cluster lies above the value."""
        too_low = self.above is not None and value <= self.above
        return too_low or (self.at_least is not None and value < self.at_least)

    def is_below(self, value: float) -> bool:
        """The whole cluster lies below the value."""
        too_high = self.below is not None and value >= self.below
        return too_high or (self.at_most is not None and value > self.at_most)

    @property
    def lowest(self) -> float:
        """Its lower end; minus infinity when it has none."""
        return _first(self.above, self.at_least, default=float("-inf"))

    @property
    def highest(self) -> float:
        """Its upper end; infinity when it has none."""
        return _first(self.below, self.at_most, default=float("inf"))

    @model_validator(mode="after")
    def _is_a_range(self) -> "Cluster":
        if self.lowest > self.highest:
            raise ValueError(f"{self.published!r} ends before it begins.")
        return self


class Scale(_Part):
    """What a report says of one metric.

    Attributes:
        unit: Of the bounds and of the values to compare.
        clusters: From the best to the lowest level; in 2025, statements on the distribution.
    """

    unit: str
    clusters: tuple[Cluster, ...]


class Benchmark(_Part):
    """One report.

    Attributes:
        source: Where its numbers were read.
        is_primary: They were read in the report itself, and not in a page about it.
        has_levels: It sorts teams into levels; else it gives shares of teams.
        metrics: By the metric's name.
    """

    year: int
    title: str
    source: str
    is_primary: bool
    has_levels: bool
    metrics: Mapping[str, Scale]


@cache
def benchmark(year: int) -> Benchmark:
    """The published levels of a report year.

    Raises:
        NotFound: There is no file of that year.
    """
    folder = files("pulse_assets.metrics.benchmarks")
    path = folder / f"dora_{year}.toml"
    if not path.is_file():
        known = sorted(item.name.removeprefix("dora_")[:4] for item in folder.iterdir() if item.name.endswith(".toml"))
        raise NotFound(f"There are no published levels of {year}.", hint=f"There are: {', '.join(known)}.")
    return Benchmark.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def _first(*bounds: _Bound, default: float) -> float:
    return next((bound for bound in bounds if bound is not None), default)
