"""How the figures of the time from an issue's start to production come out of their rows."""

from pulse_assets.metrics.explanation.recipe import Recipe, Rule, count, middle, quantiles, within
from pulse_assets.metrics.statistics import median_interval

_COUNTED = within()
_HOURS = "start_to_production_hours"


def _interval(end: int) -> Rule:
    return Rule(_COUNTED, lambda rows, _: median_interval(row[_HOURS] for row in rows)[end])


DELIVERY_TIME = Recipe(
    formula="median of start_to_production_hours, from started_at to deployed_at, over the issues of which the last "
    "change was deployed in the period",
    rules={
        "start_to_production_median_hours": middle(_COUNTED, _HOURS),
        "start_to_production_p85_hours": quantiles(_COUNTED, _HOURS, 0.85),
        "start_to_production_median_low_hours": _interval(0),
        "start_to_production_median_high_hours": _interval(1),
        "left_out_count": count(within(is_counted=False)),
        "row_count": count(_COUNTED),
    },
)
