"""The five DORA metrics under their three definitions as plain loops over facts, written without a look at the SQL."""

import datetime as dt
import zoneinfo
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulse_assets_tests.metrics.reference_statistics import (
    Quantile,
    interpolated,
    known,
    median_interval,
    quantiles,
    ranked,
    ratio_interval,
    sixtieth,
    whole_hours,
)

DEFINITIONS: tuple[str, ...] = ("pulse", "devlake", "fourkeys")
STAGES = ("coding", "pickup", "review", "deploy")
Row = dict[str, Any]


@dataclass
class Facts:
    """The rows of one repository."""

    name: str
    collected_at: dt.datetime
    merged_at: list[dt.datetime] = field(default_factory=list)
    deployments: list[Row] = field(default_factory=list)
    change_lead_times: list[Row] = field(default_factory=list)
    devlake_changes: list[Row] = field(default_factory=list)
    fourkeys_changes: list[Row] = field(default_factory=list)
    deployment_outcomes: list[Row] = field(default_factory=list)
    incidents: list[Row] = field(default_factory=list)
    incident_reports: list[Row] = field(default_factory=list)

    def successes(self) -> list[Row]:
        return [row for row in self.deployments if row["is_production"] and row["status"] == "success"]


@dataclass(frozen=True)
class Period:
    """One period of one scope."""

    grain: str
    start: dt.date
    scope_kind: str
    scope: str
    members: tuple[Facts, ...]
    zone: str

    @property
    def key(self) -> Row:
        return {
            "grain": self.grain,
            "period_start": self.start,
            "scope_kind": self.scope_kind,
            "scope": self.scope,
        }

    @property
    def collected_at(self) -> dt.datetime:
        return max(member.collected_at for member in self.members)

    @property
    def ends_at(self) -> dt.datetime:
        end = following(self.start, self.grain)
        midnight = dt.datetime.combine(end, dt.time(), zoneinfo.ZoneInfo(self.zone))
        return min(midnight.astimezone(dt.UTC), self.collected_at)

    def holds(self, at: dt.datetime | None) -> bool:
        return at is not None and begin(day_of(at, self.zone), self.grain) == self.start

    def rows(self, table: str) -> Iterator[tuple[str, Row]]:
        for member in self.members:
            for row in getattr(member, table):
                yield member.name, row


def periods(world: list[Facts], teams: Mapping[str, tuple[str, ...]], zone: str) -> Iterator[Period]:
    """Every week and month of every scope, from its first event to its last collection."""
    scopes = [("repository", facts.name, (facts,)) for facts in world]
    scopes += [("team", team, tuple(facts for facts in world if facts.name in names)) for team, names in teams.items()]
    scopes.append(("all", "all", tuple(world)))
    for kind, scope, members in scopes:
        events = [at for member in members for at in member.merged_at]
        events += [row["finished_at"] for member in members for row in member.successes()]
        if not events:
            continue
        for grain in ("week", "month"):
            start = begin(day_of(min(events), zone), grain)
            last = begin(day_of(max(member.collected_at for member in members), zone), grain)
            while start <= last:
                yield Period(grain, start, kind, scope, members, zone)
                start = following(start, grain)


def lead_time(period: Period) -> Iterator[Row]:
    counted: dict[str, list[Row]] = {definition: [] for definition in DEFINITIONS}
    left_out = dict.fromkeys(DEFINITIONS, 0)
    for definition, table, ending in (
        ("pulse", "change_lead_times", "merged_at"),
        ("devlake", "devlake_changes", "merged_at"),
        ("fourkeys", "fourkeys_changes", "deployed_at"),
    ):
        for _, row in period.rows(table):
            if row["is_counted"] and period.holds(row["deployed_at"]):
                counted[definition].append(row)
            if not row["is_counted"] and period.holds(row[ending]):
                left_out[definition] += 1
    hours: dict[str, list[float]] = {
        "pulse": [row["lead_time_hours"] for row in counted["pulse"]],
        "devlake": [row["cycle_minutes"] / 60 for row in counted["devlake"]],
        "fourkeys": [row["minutes"] / 60 for row in counted["fourkeys"]],
    }
    for definition in DEFINITIONS:
        quantile = ranked if definition == "devlake" else interpolated
        stages: list[list[float | None]] = {
            "pulse": [[row[f"{stage}_hours"] for row in counted["pulse"]] for stage in STAGES],
            "devlake": [[sixtieth(row[f"{stage}_minutes"]) for row in counted["devlake"]] for stage in STAGES],
            "fourkeys": [[] for _ in STAGES],
        }[definition]
        low, high = median_interval(hours[definition]) if definition == "pulse" else (None, None)
        yield {
            "definition": definition,
            **period.key,
            **quantiles("lead_time", hours[definition], quantile),
            "lead_time_median_low_hours": low,
            "lead_time_median_high_hours": high,
            **{f"{stage}_median_hours": quantile(values, 50) for stage, values in zip(STAGES, stages, strict=True)},
            "left_out_count": left_out[definition],
            "row_count": len(hours[definition]),
        }


def deployment_frequency(period: Period) -> Iterator[Row]:
    days = [day_of(row["finished_at"], period.zone) for member in period.members for row in member.successes()]
    inside = [day for day in days if begin(day, period.grain) == period.start]
    weeks, monday = [], period.start + dt.timedelta(days=-period.start.weekday() % 7)
    while monday < following(period.start, period.grain):
        if monday <= begin(day_of(period.collected_at, period.zone), "week"):
            weeks.append(len({day for day in days if begin(day, "week") == monday}))
        monday += dt.timedelta(days=7)
    for definition in DEFINITIONS:
        yield {
            "definition": definition,
            **period.key,
            "deployment_count": len(inside),
            "deployment_days_count": len(set(inside)),
            "deployment_days_per_week_median": interpolated(weeks, 50),
            "row_count": len(inside),
        }


def change_failure_rate(period: Period) -> Iterator[Row]:
    ended = [(name, row) for name, row in period.rows("deployment_outcomes") if period.holds(row["finished_at"])]
    counted = [(name, row) for name, row in ended if row["is_counted"]]
    opened = [(name, row) for name, row in period.rows("incident_reports") if period.holds(row["opened_at"])]
    blamed = {
        (found[0], found[1]["deployment_id"])
        for _, report in period.rows("incident_reports")
        if (found := _blamed(period, report["opened_at"]))
    }
    caused = {
        (name, row["deployment_id"])
        for name, row in period.rows("fourkeys_changes")
        if row["sha"]
        in {report["root_cause_sha"] for other, report in period.rows("incident_reports") if other == name}
    }
    deployed = {(name, row["sha"]) for name, row in period.rows("fourkeys_changes")}
    failed: dict[str, int] = {
        "pulse": sum(row["is_failure"] for _, row in counted),
        "devlake": sum((name, row["deployment_id"]) in blamed for name, row in counted),
        "fourkeys": sum((name, row["deployment_id"]) in caused for name, row in counted),
    }
    unattributed: dict[str, int] = {
        "pulse": sum(
            period.holds(row["opened_at"]) and not row["is_attributed"] for _, row in period.rows("incidents")
        ),
        "devlake": sum(_blamed(period, row["opened_at"]) is None for _, row in opened),
        "fourkeys": sum((name, row["root_cause_sha"]) not in deployed for name, row in opened),
    }
    for definition in DEFINITIONS:
        low, high = ratio_interval(failed[definition], len(counted)) if definition == "pulse" else (None, None)
        yield {
            "definition": definition,
            **period.key,
            "change_failure_ratio": failed[definition] / len(counted) if counted else None,
            "change_failure_low_ratio": low,
            "change_failure_high_ratio": high,
            "failed_deployment_count": failed[definition],
            "unattributed_incident_count": unattributed[definition],
            "left_out_count": len(ended) - len(counted),
            "row_count": len(counted),
        }


def rework_rate(period: Period) -> Iterator[Row]:
    ended = [row for _, row in period.rows("deployment_outcomes") if period.holds(row["finished_at"])]
    counted = [row for row in ended if row["is_counted"]]
    rework = sum(row["is_rework"] for row in counted)
    low, high = ratio_interval(rework, len(counted))
    yield {
        "definition": "pulse",
        **period.key,
        "rework_ratio": rework / len(counted) if counted else None,
        "rework_low_ratio": low,
        "rework_high_ratio": high,
        "rework_deployment_count": rework,
        "left_out_count": len(ended) - len(counted),
        "row_count": len(counted),
    }


def recovery_time(period: Period) -> Iterator[Row]:
    end = period.ends_at
    failures = [row for _, row in period.rows("deployment_outcomes") if row["is_failure"]]
    issues = [row for _, row in period.rows("incidents") if row["kind"] == "issue"]
    reports = list(period.rows("incident_reports"))
    restore_open = sum(_is_open(row["opened_at"], row["resolved_at"], end) for row in issues)
    report_open = sum(_is_open(row["opened_at"], row["resolved_at"], end) for _, row in reports)
    failed_open = sum(
        _is_open(max(row["finished_at"], row["first_incident_at"]), row["recovered_at"], end) for row in failures
    )
    recoveries = [row["recovery_hours"] for row in failures if period.holds(row["recovered_at"])]
    restores = [row["restore_hours"] for row in issues if period.holds(row["resolved_at"])]
    yield _recovery(period, "pulse", interpolated, (recoveries, failed_open), (restores, restore_open))
    recoveries, open_count = [], 0
    for _, row in reports:
        found = _blamed(period, row["opened_at"])
        if found and period.holds(found[1]["finished_at"]):
            recoveries.append(whole_hours(found[1]["finished_at"], row["resolved_at"]))
        open_count += bool(found) and _is_open(row["opened_at"], row["resolved_at"], end)
    restores = [whole_hours(r["opened_at"], r["resolved_at"]) for _, r in reports if period.holds(r["resolved_at"])]
    yield _recovery(period, "devlake", ranked, (recoveries, open_count), (restores, report_open))
    restores = []
    for name, row in reports:
        causes = [
            change["deployed_at"]
            for other, change in period.rows("fourkeys_changes")
            if other == name and change["sha"] == row["root_cause_sha"]
        ]
        begun = min([row["opened_at"], *causes])
        if period.holds(begun):
            restores.append(whole_hours(begun, row["resolved_at"]))
    yield _recovery(period, "fourkeys", interpolated, ([], None), (restores, report_open))


def _recovery(
    period: Period,
    definition: str,
    quantile: Quantile,
    recovery: tuple[list[float | None], int | None],
    restore: tuple[list[float | None], int],
) -> Row:
    recovered, restored = known(recovery[0]), known(restore[0])
    low, high = median_interval(recovered) if definition == "pulse" else (None, None)
    return {
        "definition": definition,
        **period.key,
        **quantiles("recovery", recovered, quantile),
        "recovery_median_low_hours": low,
        "recovery_median_high_hours": high,
        "open_count": recovery[1],
        **quantiles("restore", restored, quantile),
        "restore_count": len(restored),
        "restore_open_count": restore[1],
        "row_count": len(restored if definition == "fourkeys" else recovered),
    }


def _blamed(period: Period, opened_at: dt.datetime) -> tuple[str, Row] | None:
    """DevLake's deployment of an incident: the latest one of the whole scope."""
    before = [
        (name, row)
        for name, row in period.rows("deployment_outcomes")
        if row["is_counted"] and row["finished_at"] <= opened_at
    ]
    return max(before, key=lambda pair: (pair[1]["finished_at"], pair[1]["deployment_id"], pair[0]), default=None)


def _is_open(begun: dt.datetime, ended: dt.datetime | None, at: dt.datetime) -> bool:
    return begun < at and (ended is None or ended >= at)


def day_of(moment: dt.datetime, zone: str) -> dt.date:
    return moment.astimezone(zoneinfo.ZoneInfo(zone)).date()


def begin(day: dt.date, grain: str) -> dt.date:
    return day - dt.timedelta(days=day.weekday()) if grain == "week" else day.replace(day=1)


def following(start: dt.date, grain: str) -> dt.date:
    return begin(start + dt.timedelta(days=7 if grain == "week" else 31), grain)
