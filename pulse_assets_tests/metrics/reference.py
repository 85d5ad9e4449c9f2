"""The definition `pulse` as plain loops over rows, written without a look at the SQL."""

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

HOUR = dt.timedelta(hours=1)
Row = dict[str, Any]


@dataclass
class Repository:
    """The rows of the clean tables of one repository; only the columns that the definition uses."""

    name: str
    default_branch: str
    collected_at: dt.datetime
    pull_requests: list[Row] = field(default_factory=list)
    commits: list[Row] = field(default_factory=list)
    pull_request_commits: list[Row] = field(default_factory=list)
    deployments: list[Row] = field(default_factory=list)

    def considered(self) -> list[Row]:
        chosen = [d for d in self.deployments if d["is_production"] and d["status"] == "success"]
        return sorted(chosen, key=lambda d: (d["finished_at"], d["deployment_id"]))


def change_lead_times(repository: Repository) -> list[Row]:
    return [_change(repository, pull) for pull in repository.pull_requests if pull["merged_at"] is not None]


def _change(repository: Repository, pull: Row) -> Row:
    considered = repository.considered()
    deployment, matched_by = None, None
    is_other_branch = pull["base_branch"] != repository.default_branch
    if not is_other_branch:
        deployment, matched_by = _deployment_of(repository, pull, considered)
    deployed_at = deployment["finished_at"] if deployment else None
    flags = set()
    spans = {
        "coding": _span(pull["first_commit_at"], pull["created_at"]),
        "pickup": _span(pull["created_at"], pull["first_review_at"]),
        "review": _span(pull["first_review_at"], pull["merged_at"]),
        "deploy": _span(pull["merged_at"], deployed_at),
    }
    for stage, hours in spans.items():
        if hours is not None and hours < 0:
            flags.add(f"negative_{stage}")
            spans[stage] = None
    if deployment and deployment is considered[0]:
        flags.add("first_deployment")
    if matched_by == "time":
        flags.add("matched_by_time")
    lead_time = _span(pull["first_commit_at"], deployed_at)
    reason = "other_base_branch" if is_other_branch else _reason(pull, deployed_at)
    return {
        "repository": repository.name,
        "number": pull["number"],
        "first_commit_at": pull["first_commit_at"],
        "opened_at": pull["created_at"],
        "first_review_at": pull["first_review_at"],
        "merged_at": pull["merged_at"],
        "deployed_at": deployed_at,
        **{f"{stage}_hours": hours for stage, hours in spans.items()},
        "lead_time_hours": None if lead_time is None or lead_time < 0 else lead_time,
        "deployment_id": deployment["deployment_id"] if deployment else None,
        "matched_by": matched_by,
        "is_counted": reason is None,
        "reason": reason,
        "flags": ",".join(sorted(flags)) or None,
    }


def _reason(pull: Row, deployed_at: dt.datetime | None) -> str | None:
    if deployed_at is None:
        return "not_deployed"
    if deployed_at < pull["merged_at"]:
        return "deployed_before_merge"
    if pull["first_commit_at"] is None:
        return "first_commit_unknown"
    return "negative_lead_time" if deployed_at < pull["first_commit_at"] else None


def _deployment_of(repository: Repository, pull: Row, considered: list[Row]) -> tuple[Row | None, str | None]:
    positions = {commit["sha"]: commit["mainline_position"] for commit in repository.commits}
    own = {commit["sha"] for commit in repository.pull_request_commits if commit["number"] == pull["number"]}
    merged = positions.get(pull["merge_commit_sha"])
    if merged is None or all(positions.get(deployment["sha"]) is None for deployment in considered):
        for deployment in considered:
            if deployment["finished_at"] >= pull["merged_at"]:
                return deployment, "time"
        return None, None
    for deployment in considered:
        deployed = positions.get(deployment["sha"])
        if (deployed is not None and merged <= deployed) or deployment["sha"] in own:
            return deployment, "commit"
    return None, None


def _span(start: dt.datetime | None, end: dt.datetime | None) -> float | None:
    return None if start is None or end is None else (end - start) / HOUR


def lead_time(repositories: list[Repository], expected: list[str], grain: str, zone: str) -> list[Row]:
    rows = []
    changes = {repository.name: change_lead_times(repository) for repository in repositories}
    for scope, members, period, status_reason in _periods(repositories, expected, grain, zone):
        mine = [change for member in members for change in changes[member.name]]
        counted = [
            change for change in mine if change["is_counted"] and _period(change["deployed_at"], grain, zone) == period
        ]
        left_out = [
            change
            for change in mine
            if not change["is_counted"] and _period(change["merged_at"], grain, zone) == period
        ]
        rows.append(
            {
                **_head(scope, grain, period),
                "lead_time_median_hours": _quantile([change["lead_time_hours"] for change in counted], 0.5),
                "lead_time_p90_hours": _quantile([change["lead_time_hours"] for change in counted], 0.9),
                **{
                    f"{stage}_median_hours": _quantile([change[f"{stage}_hours"] for change in counted], 0.5)
                    for stage in ("coding", "pickup", "review", "deploy")
                },
                "left_out_count": len(left_out),
                **_foot(len(counted), status_reason),
            }
        )
    return rows


def deployment_frequency(repositories: list[Repository], expected: list[str], grain: str, zone: str) -> list[Row]:
    rows = []
    for scope, members, period, status_reason in _periods(repositories, expected, grain, zone):
        last_monday = _period(max(member.collected_at for member in members), "week", zone)
        days = [
            deployment["finished_at"].astimezone(zoneinfo.ZoneInfo(zone)).date()
            for member in members
            for deployment in member.considered()
        ]
        inside = [day for day in days if _start(day, grain) == period]
        weeks, monday = [], period + dt.timedelta(days=-period.weekday() % 7)
        while _start(monday, grain) == period and monday <= last_monday:
            weeks.append(len({day for day in days if _start(day, "week") == monday}))
            monday += dt.timedelta(days=7)
        rows.append(
            {
                **_head(scope, grain, period),
                "deployment_count": len(inside),
                "deployment_days_count": len(set(inside)),
                "deployment_days_per_week_median": _quantile(weeks, 0.5),
                **_foot(len(inside), status_reason),
            }
        )
    return rows


def _periods(
    repositories: list[Repository], expected: list[str], grain: str, zone: str
) -> Iterator[tuple[str, list[Repository], dt.date, str | None]]:
    scopes = {repository.name: [repository] for repository in repositories} | {"all": repositories}
    reached = {repository.name: _period(repository.collected_at, grain, zone) for repository in repositories}
    for scope, members in scopes.items():
        events = [pull["merged_at"] for member in members for pull in member.pull_requests if pull["merged_at"]]
        events += [deployment["finished_at"] for member in members for deployment in member.considered()]
        if not events:
            continue
        last = max(reached[member.name] for member in members)
        period = _period(min(events), grain, zone)
        while period <= last:
            reasons = []
            if period == last:
                reasons.append("the period was not over when the data were collected")
            behind = [name for name in expected if not _is_done(reached.get(name), period, last)]
            if scope == "all" and behind:
                names = ", ".join(behind[:3]) + (", …" if len(behind) > 3 else "")
                reasons.append(f"not collected to its end: {len(behind)} of {len(expected)} repositories ({names})")
            yield scope, members, period, "; ".join(reasons) or None
            period = _start(period + dt.timedelta(days=7 if grain == "week" else 31), grain)


def _is_done(reached: dt.date | None, period: dt.date, last: dt.date) -> bool:
    return reached is not None and (reached > period or reached == period == last)


def _period(moment: dt.datetime, grain: str, zone: str) -> dt.date:
    return _start(moment.astimezone(zoneinfo.ZoneInfo(zone)).date(), grain)


def _start(day: dt.date, grain: str) -> dt.date:
    return day - dt.timedelta(days=day.weekday()) if grain == "week" else day.replace(day=1)


def _quantile(values: list[Any], share: float) -> float | None:
    known = sorted(value for value in values if value is not None)
    if not known:
        return None
    place = share * (len(known) - 1)
    low = int(place)
    high = min(low + 1, len(known) - 1)
    return known[low] + (known[high] - known[low]) * (place - low)


def _head(scope: str, grain: str, period: dt.date) -> Row:
    kind = "all" if scope == "all" else "repository"
    return {"definition": "pulse", "grain": grain, "period_start": period, "scope_kind": kind, "scope": scope}


def _foot(row_count: int, status_reason: str | None) -> Row:
    status = "ok" if status_reason is None else "degraded"
    return {"row_count": row_count, "is_low_count": row_count < 5, "status": status, "status_reason": status_reason}
