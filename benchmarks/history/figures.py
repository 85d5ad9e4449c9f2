"""What the contenders are compared by: the headline figures of definition `pulse`, by repository and for all."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

#: Of each row: grain, scope and period, then these.
FIGURES = (
    "deployment_count",
    "lead_time_median_hours",
    "lead_time_p90_hours",
    "change_failure_ratio",
    "recovery_median_hours",
    "rework_ratio",
)


def digest(rows: Iterable[tuple[Any, ...]]) -> str:
    """The same for the same figures: rounded to six places, periods without any deployment or change left out."""
    told = sorted(
        [str(grain), str(scope), str(period), *map(_rounded, values)] for grain, scope, period, *values in rows
    )
    return hashlib.sha256(json.dumps([row for row in told if row[3] or row[4] != "none"]).encode()).hexdigest()


def answer(rows: list[tuple[Any, ...]], seconds: Mapping[str, float]) -> str:
    """What a contender prints: the digest, how many rows, and seconds by stage."""
    return json.dumps({"digest": digest(rows), "row_count": len(rows), "seconds": dict(seconds)})


def _rounded(value: Any) -> Any:
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return "none"
    return int(value) if float(value).is_integer() else round(float(value), 6)
