"""How the figures of the DORA metrics come out of their rows, by definition."""

from pulse_assets.metrics.explanation.recipe import NOTHING, Recipe, Rule, count, middle, quantiles, within
from pulse_assets.metrics.statistics import (
    days_per_week,
    median_interval,
    rank_quantile,
    ratio,
    ratio_interval,
)

_COUNTED, _LEFT_OUT = within(), within(is_counted=False)
_STAGES = ("coding", "pickup", "review", "deploy")


def _rank(column: str, share: float) -> Rule:
    return Rule(_COUNTED, lambda rows, _: rank_quantile((row[column] for row in rows), share))


def _median_interval(column: str, end: int) -> Rule:
    return Rule(_COUNTED, lambda rows, _: median_interval(row[column] for row in rows)[end])


def _ratio(mark: str) -> Rule:
    return Rule(_COUNTED, lambda rows, _: ratio(sum(row[mark] for row in rows), len(rows)))


def _ratio_interval(mark: str, end: int) -> Rule:
    return Rule(_COUNTED, lambda rows, _: ratio_interval(sum(row[mark] for row in rows), len(rows))[end])


_NO_INTERVAL = {"lead_time_median_low_hours": NOTHING, "lead_time_median_high_hours": NOTHING}
LEAD_TIME = {
    "pulse": Recipe(
        formula="median of lead_time_hours, from first_commit_at to deployed_at, over the pull requests deployed in "
        "the period; of an even number the mean of the two in the middle",
        rules={
            "lead_time_median_hours": middle(_COUNTED, "lead_time_hours"),
            "lead_time_p75_hours": quantiles(_COUNTED, "lead_time_hours", 0.75),
            "lead_time_p90_hours": quantiles(_COUNTED, "lead_time_hours", 0.9),
            "lead_time_median_low_hours": _median_interval("lead_time_hours", 0),
            "lead_time_median_high_hours": _median_interval("lead_time_hours", 1),
            **{f"{stage}_median_hours": middle(_COUNTED, f"{stage}_hours") for stage in _STAGES},
            "left_out_count": count(_LEFT_OUT),
            "row_count": count(_COUNTED),
        },
    ),
    "devlake": Recipe(
        formula="lower median of lead_time_hours (coding, opened to merged, and deploy, each rounded up to minutes) "
        "over the pull requests deployed in the period; of an even number the lower of the two in the middle",
        rules={
            "lead_time_median_hours": _rank("lead_time_hours", 0.5),
            "lead_time_p75_hours": _rank("lead_time_hours", 0.75),
            "lead_time_p90_hours": _rank("lead_time_hours", 0.9),
            **_NO_INTERVAL,
            **{f"{stage}_median_hours": _rank(f"{stage}_hours", 0.5) for stage in _STAGES},
            "left_out_count": count(_LEFT_OUT),
            "row_count": count(_COUNTED),
        },
    ),
    "fourkeys": Recipe(
        formula="median of lead_time_hours, whole minutes from committed_at to deployed_at, over the commits deployed "
        "in the period",
        rules={
            "lead_time_median_hours": middle(_COUNTED, "lead_time_hours"),
            "lead_time_p75_hours": quantiles(_COUNTED, "lead_time_hours", 0.75),
            "lead_time_p90_hours": quantiles(_COUNTED, "lead_time_hours", 0.9),
            **_NO_INTERVAL,
            **{f"{stage}_median_hours": NOTHING for stage in _STAGES},
            "left_out_count": count(_LEFT_OUT),
            "row_count": count(_COUNTED),
        },
    ),
}
_DEPLOYMENTS = Recipe(
    formula="number of successful production deployments that finished in the period; deployment_days_per_week_median: "
    "median, over the weeks whose Monday lies in it, of their days with at least one",
    rules={
        "deployment_count": count(_COUNTED),
        "deployment_days_count": Rule(_COUNTED, lambda rows, span: len({span.day(row["at"]) for row in rows})),
        "deployment_days_per_week_median": Rule(
            lambda row, span: row["is_counted"] and span.has_in_a_week(row["at"]),
            lambda rows, span: days_per_week((span.day(row["at"]) for row in rows), span.mondays),
        ),
        "row_count": count(_COUNTED),
    },
)
DEPLOYMENT_FREQUENCY = {"pulse": _DEPLOYMENTS, "devlake": _DEPLOYMENTS, "fourkeys": _DEPLOYMENTS}
REWORK_RATE = {
    "pulse": Recipe(
        formula="deployments with is_rework / all successful production deployments that finished in the period",
        rules={
            "rework_ratio": _ratio("is_rework"),
            "rework_low_ratio": _ratio_interval("is_rework", 0),
            "rework_high_ratio": _ratio_interval("is_rework", 1),
            "rework_deployment_count": count(_COUNTED, "is_rework"),
            "left_out_count": count(_LEFT_OUT),
            "row_count": count(_COUNTED),
        },
    ),
}
