"""Where a figure lies among published levels: a place, and never more of a grade than the report has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from pulse_assets.metrics.benchmarks.data import Benchmark, Cluster

Relation = Literal["within", "between", "beyond", "distribution"]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a figure lies.

    Attributes:
        relation: `within` the published clusters of all `levels`; `between` those of two neighbours; `beyond` the one
            that lies nearest; or, without levels, what the `distribution` says.
        levels: Names, from the best to the lowest. Empty for a distribution.
        words: The place in a few words: `high`, `between high and medium`, or a sentence on the distribution.
        published: The report's words on these levels, or its statements.
        year: Of the report.
    """

    relation: Relation
    levels: tuple[str, ...]
    words: str
    published: tuple[str, ...]
    year: int


def position(benchmark: Benchmark, metric: str, value: float | None, status: str = "ok") -> Position | None:
    """Places a figure.

    Args:
        benchmark: The report.
        metric: Name of the metric.
        value: In the scale's unit: hours, a ratio 0..1, or deployments per week.
        status: Of the figure. One that is degraded or withheld has no place.

    Returns:
        None where there is no figure that can be relied on, or where the report says nothing of the metric.
    """
    scale = benchmark.metrics.get(metric)
    if scale is None or value is None or status != "ok":
        return None
    if not benchmark.has_levels:
        return _in_distribution(benchmark.year, scale.clusters, value)
    return _among_levels(benchmark.year, scale.clusters, value)


def _among_levels(year: int, clusters: Sequence[Cluster], value: float) -> Position:
    fitting = [cluster for cluster in clusters if cluster.holds(value)]
    if fitting:
        return _position("within", year, clusters, fitting, _either(fitting))
    below = _nearest([cluster for cluster in clusters if cluster.is_below(value)], lambda each: -each.highest)
    above = _nearest([cluster for cluster in clusters if cluster.is_above(value)], lambda each: each.lowest)
    if below and above:
        first, second = sorted((below, above), key=lambda side: clusters.index(side[0]))
        return _position(
            "between", year, clusters, [*first, *second], f"between {_either(first)} and {_either(second)}"
        )
    return _position("beyond", year, clusters, below or above, f"beyond {_either(below or above)}")


def _in_distribution(year: int, clusters: Sequence[Cluster], value: float) -> Position:
    statements = [
        f"among the {cluster.share_percent} % of teams that {cluster.published}"
        if cluster.holds(value)
        else f"{cluster.share_percent} % of teams {cluster.published}"
        for cluster in clusters
    ]
    published = tuple(f"{cluster.share_percent} % of teams {cluster.published}" for cluster in clusters)
    return Position("distribution", (), "; ".join(statements), published, year)


def _position(
    relation: Relation, year: int, clusters: Sequence[Cluster], chosen: Sequence[Cluster], words: str
) -> Position:
    ordered = sorted(chosen, key=clusters.index)
    return Position(relation, tuple(map(_level, ordered)), words, tuple(each.published for each in ordered), year)


def _nearest(clusters: Sequence[Cluster], distance: Callable[[Cluster], float]) -> list[Cluster]:
    """All that are as near as the nearest one."""
    least = min(map(distance, clusters), default=0.0)
    return [cluster for cluster in clusters if distance(cluster) == least]


def _either(clusters: Sequence[Cluster]) -> str:
    *first, last = [_level(cluster) for cluster in clusters]
    return f"{', '.join(first)} or {last}" if first else last


def _level(cluster: Cluster) -> str:
    return cluster.level or cluster.published
