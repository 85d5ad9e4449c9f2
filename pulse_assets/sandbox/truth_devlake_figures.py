"""The figures that Apache DevLake gives for one week or month: lower medians, whole minutes, a project for a scope.

Sources: incident_deploy_connector.go and the DORA dashboard of apache/incubator-devlake.
"""

import datetime as dt
from collections.abc import Collection, Sequence

from pulse_assets.sandbox.truth_changes import Row
from pulse_assets.sandbox.truth_figures import STAGES, finished_in, known
from pulse_assets.sandbox.truth_periods import Period, Scope
from pulse_assets.sandbox.truth_statistics import lower_percentile

#: A repository and the number of a pull request in it.
Change = tuple[str, int]


def lead_time(period: Period, *, uncounted: Collection[Change] = ()) -> Row:
    """Of `dora_lead_time`; of the changes `uncounted` it is supposed that their deployment was not found."""
    counted, left_out = list[Row](), 0
    for row in period.scope.rows(lambda member: member.devlake_changes):
        if row["is_counted"] and (row["repository"], row["number"]) not in uncounted:
            if period.holds(row["deployed_at"]):
                counted.append(row)
        elif period.holds(row["merged_at"]):
            left_out += 1
    figures: Row = {
        "lead_time_median_hours": _hours(known(counted, "cycle_minutes"), 0.5),
        "lead_time_p75_hours": _hours(known(counted, "cycle_minutes"), 0.75),
        "lead_time_p90_hours": _hours(known(counted, "cycle_minutes"), 0.9),
        "lead_time_median_low_hours": None,
        "lead_time_median_high_hours": None,
        "left_out_count": left_out,
    }
    for stage in STAGES:
        figures[f"{stage}_median_hours"] = _hours(known(counted, f"{stage}_minutes"), 0.5)
    return period.row("devlake", len(counted)) | figures


def _hours(minutes: Sequence[float], share: float) -> float | None:
    found = lower_percentile(minutes, share)
    return None if found is None else found / 60


def _reported(scope: Scope) -> list[tuple[Row, Row | None]]:
    """Each incident report with the latest deployment of the whole scope that finished before it."""
    shipped = [row for row in scope.rows(lambda member: member.outcomes) if row["is_counted"]]
    shipped.sort(key=lambda row: (row["finished_at"], row["deployment_id"], row["repository"]))
    reported = []
    for row in scope.rows(lambda member: member.incidents):
        if row["kind"] == "issue":
            earlier = [one for one in shipped if one["finished_at"] <= row["opened_at"]]
            reported.append((row, earlier[-1] if earlier else None))
    return reported


def change_failure_rate(period: Period) -> Row:
    """Of `dora_change_failure_rate`."""
    counted, others = finished_in(period)
    reported = _reported(period.scope)
    failed = [row for row in counted if any(blamed is row for _, blamed in reported)]
    return period.row("devlake", len(counted)) | {
        "change_failure_ratio": len(failed) / len(counted) if counted else None,
        "change_failure_low_ratio": None,
        "change_failure_high_ratio": None,
        "failed_deployment_count": len(failed),
        "unattributed_incident_count": sum(
            blamed is None and period.holds(row["opened_at"]) for row, blamed in reported
        ),
        "left_out_count": len(others),
    }


def recovery_time(period: Period) -> Row:
    """Of `dora_recovery_time`: one row per resolved incident that has a deployment, by the finish of that.

    Time to restore goes over all resolved incidents, by their resolution.
    """
    reported = _reported(period.scope)
    recovery, restore = list[int](), list[int]()
    open_count, restore_open_count = 0, 0
    for row, blamed in reported:
        if period.holds(row["resolved_at"]):
            restore.append(_whole_minutes(row["opened_at"], row["resolved_at"]))
        if blamed is not None and row["resolved_at"] is not None and period.holds(blamed["finished_at"]):
            recovery.append(_whole_minutes(blamed["finished_at"], row["resolved_at"]))
        if period.ends_after(row["opened_at"]) and not period.ends_after(row["resolved_at"]):
            restore_open_count += 1
            open_count += blamed is not None
    return period.row("devlake", len(recovery)) | {
        "recovery_median_hours": _hours(recovery, 0.5),
        "recovery_p75_hours": _hours(recovery, 0.75),
        "recovery_p90_hours": _hours(recovery, 0.9),
        "recovery_median_low_hours": None,
        "recovery_median_high_hours": None,
        "open_count": open_count,
        "restore_median_hours": _hours(restore, 0.5),
        "restore_p75_hours": _hours(restore, 0.75),
        "restore_p90_hours": _hours(restore, 0.9),
        "restore_count": len(restore),
        "restore_open_count": restore_open_count,
    }


def _whole_minutes(begin: dt.datetime, end: dt.datetime) -> int:
    """Cut off, as TIMESTAMPDIFF does; the end never lies before the begin here."""
    return (end - begin) // dt.timedelta(minutes=1)
