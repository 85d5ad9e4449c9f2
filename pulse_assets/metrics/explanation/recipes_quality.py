"""How the figures of quality come out of their rows."""

from pulse_assets.metrics.explanation.recipe import Recipe, Rule, count, within
from pulse_assets.metrics.statistics import ratio, ratio_interval

_DONE, _COUNTED = within("done"), within()

DEFECT_SHARE = Recipe(
    formula="issues with is_defect / all issues that were done last in the period (kind done)",
    rules={
        "defect_share_ratio": Rule(_DONE, lambda rows, _: ratio(sum(row["is_defect"] for row in rows), len(rows))),
        "defect_share_low_ratio": Rule(
            _DONE, lambda rows, _: ratio_interval(sum(row["is_defect"] for row in rows), len(rows))[0]
        ),
        "defect_share_high_ratio": Rule(
            _DONE, lambda rows, _: ratio_interval(sum(row["is_defect"] for row in rows), len(rows))[1]
        ),
        "defect_count": count(_DONE, "is_defect"),
        "escaped_count": count(_DONE, "is_escaped"),
        "created_defect_count": count(within("created")),
        "row_count": count(_DONE),
    },
)
REOPEN_RATE = Recipe(
    formula="completions with is_reopened / all completions of the period",
    rules={
        "reopen_ratio": Rule(_COUNTED, lambda rows, _: ratio(sum(row["is_reopened"] for row in rows), len(rows))),
        "reopen_low_ratio": Rule(
            _COUNTED, lambda rows, _: ratio_interval(sum(row["is_reopened"] for row in rows), len(rows))[0]
        ),
        "reopen_high_ratio": Rule(
            _COUNTED, lambda rows, _: ratio_interval(sum(row["is_reopened"] for row in rows), len(rows))[1]
        ),
        "reopened_count": count(_COUNTED, "is_reopened"),
        "row_count": count(_COUNTED),
    },
)
