"""How the figures of flow come out of their rows."""

from pulse_assets.metrics.explanation.recipe import Raw, Recipe, Rows, Rule, Uses, count, middle, quantiles, within
from pulse_assets.metrics.explanation.span import Span
from pulse_assets.metrics.statistics import median_interval, quantile

_COUNTED, _LEFT_OUT = within(), within(is_counted=False)
_MICROSECONDS = 3_600_000_000


def _interval(end: int) -> Rule:
    return Rule(_COUNTED, lambda rows, _: median_interval(row["cycle_hours"] for row in rows)[end])


def _microseconds(rows: Rows, column: str) -> int:
    """Whole microseconds can be added in any order, hours cannot."""
    return sum(round(row[column] * _MICROSECONDS) for row in rows)


def _efficiency(rows: Rows, _: Span) -> float | None:
    cycle = _microseconds(rows, "cycle_hours")
    return _microseconds(rows, "active_hours") / cycle if cycle else None


CYCLE_TIME = Recipe(
    formula="median of cycle_hours, from started_at to at, over the issues that were done last in the period; "
    "flow_efficiency_ratio: sum(active_hours) / sum(cycle_hours) of them",
    rules={
        "cycle_median_hours": middle(_COUNTED, "cycle_hours"),
        "cycle_p85_hours": quantiles(_COUNTED, "cycle_hours", 0.85),
        "cycle_p95_hours": quantiles(_COUNTED, "cycle_hours", 0.95),
        "cycle_median_low_hours": _interval(0),
        "cycle_median_high_hours": _interval(1),
        "cycle_median_business_hours": middle(_COUNTED, "cycle_business_hours"),
        "lead_median_hours": middle(_COUNTED, "lead_hours"),
        "lead_p85_hours": quantiles(_COUNTED, "lead_hours", 0.85),
        "flow_efficiency_ratio": Rule(_COUNTED, _efficiency),
        "left_out_count": count(_LEFT_OUT),
        "row_count": count(_COUNTED),
    },
)


def _points(rows: Rows, _: Span) -> float:
    """In the order of their size, since that of the rows is not fixed."""
    return float(sum(sorted(row["story_points"] or 0 for row in rows)))


THROUGHPUT = Recipe(
    formula="number of issues that were done last in the period, neither sub-tasks nor epics",
    rules={
        "completed_count": count(_COUNTED),
        "completed_points": Rule(_COUNTED, _points),
        "estimated_count": Rule(_COUNTED, lambda rows, _: sum(row["story_points"] is not None for row in rows)),
        "left_out_count": count(_LEFT_OUT),
        "row_count": count(_COUNTED),
    },
    key=("issue_type",),
    total=("all",),
)


def _in_progress(row: Raw, span: Span, days: slice) -> int:
    """At the end of how many of the days it was in progress."""
    if not row["is_counted"]:
        return 0
    return sum(row["at"] <= end and (row["left_at"] is None or row["left_at"] > end) for end in span.day_ends[days])


_EVERY, _LAST = slice(None), slice(-1, None)


def _at_end_of(days: slice) -> Uses:
    return lambda row, span: _in_progress(row, span, days) > 0


def _average(rows: Rows, span: Span) -> float | None:
    if not span.day_ends:
        return None
    return sum(_in_progress(row, span, _EVERY) for row in rows) / len(span.day_ends)


def _most(rows: Rows, span: Span) -> int | None:
    days = (slice(place, place + 1) for place in range(len(span.day_ends)))
    return max((sum(_in_progress(row, span, day) for row in rows) for day in days), default=None)


def _age(share: float) -> Rule:
    def value(rows: Rows, span: Span) -> float | None:
        return quantile(((span.day_ends[-1] - row["started_at"]).total_seconds() / 3600 for row in rows), share)

    return Rule(_at_end_of(_LAST), value)


WORK_IN_PROGRESS = Recipe(
    formula="mean, over the ends of the period's days, of the issues that were in progress then: at was before it, and "
    "left_at is after it or has not come yet",
    rules={
        "average_count": Rule(_at_end_of(_EVERY), _average),
        "max_count": Rule(_at_end_of(_EVERY), _most),
        "end_count": Rule(_at_end_of(_LAST), lambda rows, span: len(rows) if span.day_ends else None),
        "day_count": Rule(lambda _row, _span: False, lambda _, span: len(span.day_ends)),
        "age_median_hours": _age(0.5),
        "age_p85_hours": _age(0.85),
        "row_count": count(_at_end_of(_LAST)),
    },
)


def _within_hours(row: Raw, span: Span) -> float:
    return span.hours_within(row["entered_at"], row["at"]) if row["is_counted"] else 0.0


def _total_hours(rows: Rows, span: Span) -> float:
    return sum(round(_within_hours(row, span) * _MICROSECONDS) for row in rows) / _MICROSECONDS


TIME_IN_STATUS = Recipe(
    formula="median of hours over the stays in the status that ended in the period",
    rules={
        "stay_median_hours": middle(_COUNTED, "hours"),
        "stay_p85_hours": quantiles(_COUNTED, "hours", 0.85),
        "open_count": count(lambda row, span: row["is_counted"] and span.ends_open(row["entered_at"], row["at"])),
        "total_hours": Rule(lambda row, span: _within_hours(row, span) > 0, _total_hours),
        "row_count": count(_COUNTED),
    },
    key=("issue_status", "status_category"),
)
