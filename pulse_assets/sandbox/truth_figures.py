"""The true figures of one week or month, definition `pulse`, by plain loops over the rows of the facts."""

from collections.abc import Callable, Mapping, Sequence

from pulse_assets.sandbox.truth_changes import Row
from pulse_assets.sandbox.truth_periods import Definition, Period, days_of, period_of
from pulse_assets.sandbox.truth_statistics import median_interval, percentile, ratio_interval

STAGES = ("coding", "pickup", "review", "deploy")
Figures = Callable[[Period], Row]


def lead_time(period: Period) -> Row:
    """Of `dora_lead_time`: counted by their deployment, left out by their merge."""
    changes = period.scope.rows(lambda member: member.changes)
    counted = [row for row in changes if row["is_counted"] and period.holds(row["deployed_at"])]
    left_out = [row for row in changes if not row["is_counted"] and period.holds(row["merged_at"])]
    lengths = [row["lead_time_hours"] for row in counted]
    low, high = median_interval(lengths)
    figures: Row = {
        "lead_time_median_hours": percentile(lengths, 0.5),
        "lead_time_p75_hours": percentile(lengths, 0.75),
        "lead_time_p90_hours": percentile(lengths, 0.9),
        "lead_time_median_low_hours": low,
        "lead_time_median_high_hours": high,
        "left_out_count": len(left_out),
    }
    for stage in STAGES:
        figures[f"{stage}_median_hours"] = percentile(known(counted, f"{stage}_hours"), 0.5)
    return period.row("pulse", len(counted)) | figures


def known(rows: Sequence[Mapping[str, float | None]], column: str) -> list[float]:
    """The values of a column that are not null."""
    return [value for row in rows if (value := row[column]) is not None]


def deployment_frequency(period: Period, definition: Definition = "pulse") -> Row:
    """Of `dora_deployment_frequency`, the same under all definitions.

    The median of days a week goes over the weeks whose Monday lies in the period, but for those after the collection:
    they are unknown, not empty. None where no week is left.
    """
    scope = period.scope
    days = [scope.local(shipment.end[0]) for member in scope.members for shipment in member.shipped]
    within = [day for day in days if period_of(day, period.grain) == period.start]
    last_week = scope.period_at(scope.collected_at, "week")
    weeks = [day for day in days_of(period.start, period.grain) if day.weekday() == 0 and day <= last_week]
    weekly = [len({day for day in days if period_of(day, "week") == week}) for week in weeks]
    return period.row(definition, len(within)) | {
        "deployment_count": len(within),
        "deployment_days_count": len(set(within)),
        "deployment_days_per_week_median": percentile(weekly, 0.5),
    }


def finished_in(period: Period) -> tuple[list[Row], list[Row]]:
    """Rows of `deployment_outcomes` that finished in the period: those that count and the others."""
    finished = [row for row in period.scope.rows(lambda member: member.outcomes) if period.holds(row["finished_at"])]
    return [row for row in finished if row["is_counted"]], [row for row in finished if not row["is_counted"]]


def change_failure_rate(period: Period) -> Row:
    """Of `dora_change_failure_rate`."""
    counted, others = finished_in(period)
    failed = [row for row in counted if row["is_failure"]]
    incidents = period.scope.rows(lambda member: member.incidents)
    low, high = ratio_interval(len(failed), len(counted))
    return period.row("pulse", len(counted)) | {
        "change_failure_ratio": len(failed) / len(counted) if counted else None,
        "change_failure_low_ratio": low,
        "change_failure_high_ratio": high,
        "failed_deployment_count": len(failed),
        "unattributed_incident_count": sum(
            not row["is_attributed"] and period.holds(row["opened_at"]) for row in incidents
        ),
        "left_out_count": len(others),
    }


def recovery_time(period: Period) -> Row:
    """Of `dora_recovery_time`: failed deployments by their recovery, reported incidents by their resolution."""
    failed = [row for row in period.scope.rows(lambda member: member.outcomes) if row["is_failure"]]
    recovered = [row for row in failed if row["recovery_hours"] is not None and period.holds(row["recovered_at"])]
    lengths = [row["recovery_hours"] for row in recovered]
    low, high = median_interval(lengths)
    still_open = [
        row
        for row in failed
        if period.ends_after(row["finished_at"])
        and period.ends_after(row["first_incident_at"])
        and not period.ends_after(row["recovered_at"])
    ]
    reports = [row for row in period.scope.rows(lambda member: member.incidents) if row["kind"] == "issue"]
    resolved = [row for row in reports if period.holds(row["resolved_at"])]
    restored = known(resolved, "restore_hours")
    return period.row("pulse", len(recovered)) | {
        "recovery_median_hours": percentile(lengths, 0.5),
        "recovery_p75_hours": percentile(lengths, 0.75),
        "recovery_p90_hours": percentile(lengths, 0.9),
        "recovery_median_low_hours": low,
        "recovery_median_high_hours": high,
        "open_count": len(still_open),
        "restore_median_hours": percentile(restored, 0.5),
        "restore_p75_hours": percentile(restored, 0.75),
        "restore_p90_hours": percentile(restored, 0.9),
        "restore_count": len(resolved),
        "restore_open_count": sum(
            period.ends_after(row["opened_at"]) and not period.ends_after(row["resolved_at"]) for row in reports
        ),
    }


def rework_rate(period: Period) -> Row:
    """Of `dora_rework_rate`."""
    counted, others = finished_in(period)
    rework = [row for row in counted if row["is_rework"]]
    low, high = ratio_interval(len(rework), len(counted))
    return period.row("pulse", len(counted)) | {
        "rework_ratio": len(rework) / len(counted) if counted else None,
        "rework_low_ratio": low,
        "rework_high_ratio": high,
        "rework_deployment_count": len(rework),
        "left_out_count": len(others),
    }
