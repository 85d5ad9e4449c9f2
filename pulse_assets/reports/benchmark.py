"""The headlines set beside the DORA report of the year that the settings choose.

Its levels are clusters of answers. Where its data, or ours, cannot carry a place, none is given and the reason is.
"""

from collections.abc import Sequence
from statistics import median

from pulse_assets.metrics import benchmarks
from pulse_assets.reports import wording
from pulse_assets.reports.model import Benchmark, Figure, Position, Scope
from pulse_assets.reports.periods import Period
from pulse_assets.reports.shown import DORA, HEADLINES
from pulse_assets.settings import Settings

_LEVELS = "Its levels are clusters found in the answers of a survey, not cut-offs and not goals."
_PARTS = "It sorts teams into no levels: shown is the part of the answers, and nothing is graded."
_FREQUENCY = "dora_deployment_frequency"
_DAYS_A_WEEK = 7


def benchmark(scopes: Sequence[Scope], period: Period, settings: Settings) -> Benchmark:
    """The places of the five headlines of all repositories together.

    Raises:
        NotFound: There is no report of that year.
    """
    report = benchmarks.benchmark(settings.benchmark_year)
    return Benchmark(
        year=report.year,
        title=f"DORA report {report.year}, {report.title}",
        source=report.source,
        has_levels=report.has_levels,
        positions=tuple(_position(report, metric, scopes, period) for metric in DORA),
    )


def about(compared: Benchmark) -> str:
    """What a reader must know of the report that figures are compared with."""
    kind = _LEVELS if compared.has_levels else _PARTS
    return f"Compared with the {compared.title} (source: {compared.source}). {kind}"


def _position(report: benchmarks.Benchmark, metric: str, scopes: Sequence[Scope], period: Period) -> Position:
    figure = scopes[0].figures[HEADLINES[metric].name]
    scale = report.metrics.get(metric)
    if reason := _why_not(figure):
        return Position(metric, None, reason)
    if scale is None:
        return Position(metric, None, "the report gives nothing")
    value, note = _comparable(metric, figure, scopes, period)
    found = benchmarks.position(report, metric, value, figure.status)
    if found is None or value is None:
        return Position(metric, None, "nothing can be compared")
    if report.has_levels:
        return Position(metric, f"{found.words} ({'; '.join(found.published)}){note}", None)
    places = (_place(cluster, value) for cluster in scale.clusters)
    return Position(metric, f"{wording.enumeration(list(places))}{note}", None)


def _why_not(figure: Figure) -> str | None:
    if figure.status == "degraded":
        return "no place for a provisional figure"
    if figure.status != "ok":
        return f"no place for what is {figure.status}"
    return "there is nothing to place" if figure.value is None else None


def _comparable(metric: str, figure: Figure, scopes: Sequence[Scope], period: Period) -> tuple[float | None, str]:
    """The value in the report's unit, and what to know about it.

    The survey asks how often the primary application is deployed, so the repositories are not added up.
    """
    if metric != _FREQUENCY:
        return figure.value, ""
    weeks = (period.next.start - period.start).days / _DAYS_A_WEEK
    figures = [scope.figures[figure.name] for scope in scopes if scope.kind == "repository"]
    counts = [each.value for each in figures if each.value is not None and each.status == "ok"]
    if not counts:
        return None, ""
    a_week = median(counts) / weeks
    return a_week, f", for the median repository ({wording.number(round(a_week, 1))} a week)"


def _place(cluster: benchmarks.Cluster, value: float) -> str:
    """`among the 43.5 % of teams that need more than a week`."""
    share = f"{cluster.share_percent:g} %" if cluster.share_percent is not None else "part"
    return f"{'among' if cluster.holds(value) else 'not among'} the {share} of teams that {cluster.published}"
