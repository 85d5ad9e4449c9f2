"""How the figures of failed deployments and of what they take to recover come out of their rows, by definition."""

from collections.abc import Callable, Iterable

from pulse_assets.metrics.explanation.model import Value
from pulse_assets.metrics.explanation.recipe import NOTHING, Raw, Recipe, Rule, Uses, count, within
from pulse_assets.metrics.explanation.span import Span
from pulse_assets.metrics.statistics import median_interval, quantile, rank_quantile, ratio, ratio_interval

_SHARES = {"median": 0.5, "p75": 0.75, "p90": 0.9}
_DEPLOYED = within("deployment")
_RECOVERED, _RESTORED = within("recovery"), within("restore")


def _failures(*, has_interval: bool, formula: str) -> Recipe:
    def interval(end: int) -> Rule:
        return Rule(_DEPLOYED, lambda rows, _: ratio_interval(sum(row["is_failure"] for row in rows), len(rows))[end])

    return Recipe(
        formula=formula,
        rules={
            "change_failure_ratio": Rule(
                _DEPLOYED, lambda rows, _: ratio(sum(row["is_failure"] for row in rows), len(rows))
            ),
            "change_failure_low_ratio": interval(0) if has_interval else NOTHING,
            "change_failure_high_ratio": interval(1) if has_interval else NOTHING,
            "failed_deployment_count": count(_DEPLOYED, "is_failure"),
            "unattributed_incident_count": count(within("incident", is_counted=False)),
            "left_out_count": count(within("deployment", is_counted=False)),
            "row_count": count(_DEPLOYED),
        },
    )


CHANGE_FAILURE_RATE = {
    "pulse": _failures(
        has_interval=True,
        formula="deployments with is_failure (an incident is attributed to them) / all successful production "
        "deployments that finished in the period",
    ),
    "devlake": _failures(
        has_interval=False,
        formula="deployments with is_failure (the latest of the whole scope before an incident report) / all "
        "successful production deployments that finished in the period",
    ),
    "fourkeys": _failures(
        has_interval=False,
        formula="deployments with is_failure (an incident report names one of their commits as root cause) / all "
        "successful production deployments that finished in the period",
    ),
}


def _is_open(kind: str) -> Uses:
    """It had begun before the period's end (or the collection) and had not ended before it."""

    def uses(row: Raw, span: Span) -> bool:
        begin, end = row["open_from"], row["open_until"]
        is_begun = row["kind"] == kind and begin is not None and begin < span.ends_at
        return is_begun and (end is None or end >= span.ends_at)

    return uses


def _spans(name: str, uses: Uses, statistic: Callable[[Iterable[Value], float], Value]) -> dict[str, Rule]:
    def rule(share: float) -> Rule:
        return Rule(uses, lambda rows, _: statistic((row["hours"] for row in rows), share))

    return {f"{name}_{short}_hours": rule(share) for short, share in _SHARES.items()}


def _interval_of_recovery(end: int) -> Rule:
    return Rule(_RECOVERED, lambda rows, _: median_interval(row["hours"] for row in rows)[end])


_RESTORE_COUNTS = {"restore_count": count(_RESTORED), "restore_open_count": count(_is_open("restore"))}
_NO_INTERVAL = {"recovery_median_low_hours": NOTHING, "recovery_median_high_hours": NOTHING}
RECOVERY_TIME = {
    "pulse": Recipe(
        formula="median of hours, from the finish of a failed deployment to its recovery, over the failed deployments "
        "that recovered in the period (kind recovery)",
        rules={
            **_spans("recovery", _RECOVERED, quantile),
            "recovery_median_low_hours": _interval_of_recovery(0),
            "recovery_median_high_hours": _interval_of_recovery(1),
            "open_count": count(_is_open("recovery")),
            **_spans("restore", _RESTORED, quantile),
            **_RESTORE_COUNTS,
            "row_count": count(_RECOVERED),
        },
    ),
    "devlake": Recipe(
        formula="lower median of hours, from the finish of the deployment before an incident report to the report's "
        "resolution, over the reports whose deployment finished in the period (kind recovery)",
        rules={
            **_spans("recovery", _RECOVERED, rank_quantile),
            **_NO_INTERVAL,
            "open_count": count(_is_open("recovery")),
            **_spans("restore", _RESTORED, rank_quantile),
            **_RESTORE_COUNTS,
            "row_count": count(_RECOVERED),
        },
    ),
    "fourkeys": Recipe(
        formula="median of hours, from the begin of an incident (its root cause in production, or the report) to its "
        "resolution, over those that began in the period (kind restore)",
        rules={
            **dict.fromkeys((f"recovery_{short}_hours" for short in _SHARES), NOTHING),
            **_NO_INTERVAL,
            "open_count": NOTHING,
            **_spans("restore", _RESTORED, quantile),
            **_RESTORE_COUNTS,
            "row_count": count(_RESTORED),
        },
    ),
}
