"""The true figures of flow and quality in one week or month, by plain loops over the issues of its scope."""

from collections.abc import Callable, Iterable, Sequence

from pulse_assets.sandbox.jira.truth_issues import Life, Row, Span
from pulse_assets.sandbox.jira.truth_periods import Period
from pulse_assets.sandbox.jira.truth_rules import hours_between
from pulse_assets.sandbox.truth_statistics import median_interval, percentile, ratio_interval

Figures = Callable[[Period], Iterable[Row]]


def _done_in(period: Period) -> list[Life]:
    return [life for life in period.scope.lives if period.holds(life.done_at)]


def _work(period: Period) -> list[Life]:
    """Neither sub-tasks nor epics."""
    return [life for life in period.scope.lives if life.left_out is None]


def cycle_time(period: Period) -> Iterable[Row]:
    """Of `flow_cycle_time`."""
    done = [life.flow_row for life in _done_in(period)]
    counted = [row for row in done if row["is_counted"]]
    cycles = [row["cycle_hours"] for row in counted]
    leads = [row["lead_hours"] for row in counted]
    low, high = median_interval(cycles)
    yield period.row(len(counted)) | {
        "cycle_median_hours": percentile(cycles, 0.5),
        "cycle_p85_hours": percentile(cycles, 0.85),
        "cycle_p95_hours": percentile(cycles, 0.95),
        "cycle_median_low_hours": low,
        "cycle_median_high_hours": high,
        "cycle_median_business_hours": percentile([row["cycle_business_hours"] for row in counted], 0.5),
        "lead_median_hours": percentile(leads, 0.5),
        "lead_p85_hours": percentile(leads, 0.85),
        "flow_efficiency_ratio": sum(row["active_hours"] for row in counted) / sum(cycles) if sum(cycles) else None,
        "left_out_count": len(done) - len(counted),
    }


def throughput(period: Period) -> Iterable[Row]:
    """Of `flow_throughput`: `all` always, a type where an issue of it was done in the period."""
    done = _done_in(period)
    for issue_type in ("all", *sorted({life.now.issue_type.name for life in done})):
        fitting = [life for life in done if issue_type in ("all", life.now.issue_type.name)]
        counted = [life for life in fitting if life.left_out is None]
        points = [life.story_points for life in counted if life.story_points is not None]
        yield period.row(len(counted)) | {
            "issue_type": issue_type,
            "completed_count": len(counted),
            "completed_points": sum(points),
            "estimated_count": len(points),
            "left_out_count": len(fitting) - len(counted),
        }


def work_in_progress(period: Period) -> Iterable[Row]:
    """Of `flow_work_in_progress`."""
    ends = period.day_ends
    counts = [sum(life.is_in_progress_at(end) for life in _work(period)) for end in ends]
    ages = [
        hours_between(life.started_at, end)
        for end in ends[-1:]
        for life in _work(period)
        if life.is_in_progress_at(end) and life.started_at is not None
    ]
    yield period.row(len(ages)) | {
        "average_count": sum(counts) / len(counts) if counts else None,
        "max_count": max(counts, default=None),
        "end_count": counts[-1] if counts else None,
        "day_count": len(counts),
        "age_median_hours": percentile(ages, 0.5),
        "age_p85_hours": percentile(ages, 0.85),
    }


def time_in_status(period: Period) -> Iterable[Row]:
    """Of `flow_time_in_status`: a status and category (`unknown` for none) in which an issue was in the period."""
    end = min(period.ends_at, period.scope.collected_at)
    stays: dict[tuple[str, str], list[Span]] = {}
    for life in _work(period):
        for span in life.spans:
            is_before = span.left_at is not None and span.left_at < period.begins_at
            if not span.is_done and not is_before and span.entered_at < period.ends_at:
                stays.setdefault((span.name or "", span.category or "unknown"), []).append(span)
    for (status, category), spans in sorted(stays.items()):
        ended = [hours_between(span.entered_at, span.left_at) for span in spans if period.holds(span.left_at)]  # pyright: ignore[reportArgumentType]
        yield period.row(len(ended)) | {
            "issue_status": status,
            "status_category": category,
            "stay_median_hours": percentile(ended, 0.5),
            "stay_p85_hours": percentile(ended, 0.85),
            "open_count": sum(not period.holds(span.left_at) for span in spans),
            "total_hours": sum(hours_between(*span.overlap(period.begins_at, end)) for span in spans),
        }


def defect_share(period: Period) -> Iterable[Row]:
    """Of `quality_defect_share`."""
    done = [life for life in _done_in(period) if life.left_out is None]
    defects = [life for life in done if life.is_defect]
    low, high = ratio_interval(len(defects), len(done))
    yield period.row(len(done)) | {
        "defect_share_ratio": len(defects) / len(done) if done else None,
        "defect_share_low_ratio": low,
        "defect_share_high_ratio": high,
        "defect_count": len(defects),
        "escaped_count": sum(life.is_escaped for life in defects),
        "created_defect_count": sum(life.is_defect and period.holds(life.issue.created_at) for life in _work(period)),
    }


def reopen_rate(period: Period) -> Iterable[Row]:
    """Of `quality_reopen_rate`."""
    completions = [row for life in _work(period) for row in life.completion_rows if period.holds(row["completed_at"])]
    reopened = [row for row in completions if row["reopened_at"] is not None]
    low, high = ratio_interval(len(reopened), len(completions))
    yield period.row(len(completions)) | {
        "reopen_ratio": len(reopened) / len(completions) if completions else None,
        "reopen_low_ratio": low,
        "reopen_high_ratio": high,
        "reopened_count": len(reopened),
    }


def velocity_figures(sprints: Sequence[Row]) -> Row:
    """Of `sprint_velocity`, from the figures of some sprints."""
    return {
        "sprint_count": len(sprints),
        "committed_points": _total(sprints, "committed_points"),
        "committed_count": _total(sprints, "committed_count"),
        "completed_points": _total(sprints, "completed_points"),
        "completed_count": _total(sprints, "completed_count"),
        "velocity_mean_points": _total(sprints, "completed_points") / len(sprints) if sprints else None,
    }


def completion_figures(sprints: Sequence[Row]) -> Row:
    """Of `sprint_completion`; what an open sprint will carry over is not known."""
    committed, points = _total(sprints, "committed_count"), _total(sprints, "committed_points")
    is_known = all(row["carried_over_count"] is not None for row in sprints)
    summed = ("committed_count", "added_count", "removed_count", "reestimated_count", "completed_count")
    figures: Row = {column: _total(sprints, column) for column in (*summed, "added_points", "removed_points")}
    return figures | {
        "completion_ratio": _total(sprints, "completed_of_committed_count") / committed if committed else None,
        "points_completion_ratio": _total(sprints, "completed_of_committed_points") / points if points else None,
        "carried_over_count": _total(sprints, "carried_over_count") if is_known else None,
        "carried_over_points": _total(sprints, "carried_over_points") if is_known else None,
        "left_out_count": _total(sprints, "left_out_count"),
    }


def _total(sprints: Sequence[Row], column: str) -> float:
    return sum(row[column] for row in sprints)


def velocity(period: Period) -> Iterable[Row]:
    """Of `sprint_velocity`: the sprints that were completed in the period."""
    figures = velocity_figures(_completed_in(period))
    yield period.row(figures["completed_count"]) | figures


def completion(period: Period) -> Iterable[Row]:
    """Of `sprint_completion`, as `velocity`."""
    figures = completion_figures(_completed_in(period))
    yield period.row(figures["committed_count"]) | figures


def _completed_in(period: Period) -> list[Row]:
    return [sprint.figures for sprint in period.scope.sprints if period.holds(sprint.completed_at)]
