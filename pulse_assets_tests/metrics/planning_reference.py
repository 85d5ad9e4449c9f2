"""Facts and metrics of flow and quality as plain loops over lives of issues, written without a look at the SQL."""

import datetime as dt
import zoneinfo
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pulse_assets_tests.metrics.planning_lives import STATUSES
from pulse_assets_tests.metrics.reference_metrics import begin, day_of, following
from pulse_assets_tests.metrics.reference_statistics import interpolated, median_interval, ratio_interval

Row = dict[str, Any]
HOUR = dt.timedelta(hours=1)


@dataclass
class Issue:
    """One issue: what it is, and its statuses with the instants at which it got them, the creation first."""

    key: str
    issue_type: str
    is_escaped: bool
    story_points: float | None
    life: list[tuple[str, dt.datetime]]
    boards: frozenset[int]

    @property
    def left_out(self) -> str | None:
        return {"Sub-task": "subtask", "Epic": "epic"}.get(self.issue_type)

    def spans(self) -> Iterator[tuple[str, str | None, dt.datetime, dt.datetime | None]]:
        """Name, category, begin and end."""
        for place, (status, at) in enumerate(self.life):
            _, name, category = STATUSES[status]
            yield name, category, at, self.life[place + 1][1] if place + 1 < len(self.life) else None

    def status_at(self, instant: dt.datetime) -> str | None:
        """The category after all changes up to the instant."""
        found = None
        for status, at in self.life:
            if at <= instant:
                found = STATUSES[status][2]
        return found

    def completions(self) -> list[list[dt.datetime | None]]:
        found: list[list[dt.datetime | None]] = []
        was_done = False
        for _, category, at, _ in self.spans():
            is_done = category == "done"
            if is_done and not was_done:
                found.append([at, None])
            if was_done and not is_done:
                found[-1][1] = at
            was_done = is_done
        last: dict[dt.datetime | None, list[dt.datetime | None]] = {each[0]: each for each in found}
        return list(last.values())

    def flow(self, waiting: str) -> Row:
        started = next((at for _, category, at, _ in self.spans() if category == "in_progress"), None)
        is_done = STATUSES[self.life[-1][0]][2] == "done"
        done = self.completions()[-1][0] if is_done else None
        has_cycle = started is not None and done is not None and started <= done
        active = dt.timedelta()
        for name, category, at, until in self.spans():
            if category == "in_progress" and name.lower() != waiting and until is not None:
                active += until - at
        reason = self.left_out or ("not_done" if done is None else None if has_cycle else "never_in_progress")
        return {
            "started_at": started,
            "done_at": done,
            "cycle_hours": (done - started) / HOUR if has_cycle and done and started else None,
            "active_hours": active / HOUR if has_cycle else None,
            "lead_hours": (done - self.life[0][1]) / HOUR if done else None,
            "reason": reason,
        }


@dataclass(frozen=True)
class Period:
    """One period of one scope."""

    grain: str
    start: dt.date
    scope_kind: str
    scope: str
    issues: tuple[Issue, ...]
    collected_at: dt.datetime
    zone: str
    waiting: str

    def midnight(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), zoneinfo.ZoneInfo(self.zone)).astimezone(dt.UTC)

    @property
    def end(self) -> dt.date:
        return following(self.start, self.grain)

    @property
    def ends_at(self) -> dt.datetime:
        return min(self.midnight(self.end), self.collected_at)

    def day_ends(self) -> list[dt.datetime]:
        ends, day = [], self.start
        while day < self.end:
            day += dt.timedelta(days=1)
            ends.append(self.midnight(day))
        return [end for end in ends if end <= self.collected_at]

    def holds(self, at: dt.datetime | None) -> bool:
        return at is not None and begin(day_of(at, self.zone), self.grain) == self.start

    def key(self, *more: str) -> tuple[Any, ...]:
        return (self.scope, self.grain, str(self.start), *more)


def periods(
    projects: Mapping[str, list[Issue]], teams: Mapping[str, tuple[str, ...]], collected_at: dt.datetime, zone: str
) -> Iterator[Period]:
    every = [issue for issues in projects.values() for issue in issues]
    scopes = [("project", name, issues) for name, issues in projects.items()]
    scopes += [("team", team, [each for name in names for each in projects[name]]) for team, names in teams.items()]
    scopes += [("board", str(board), [each for each in every if board in each.boards]) for board in (7, 8)]
    scopes.append(("all", "all", every))
    for kind, scope, issues in scopes:
        if not issues:
            continue
        for grain in ("week", "month"):
            start = begin(day_of(min(issue.life[0][1] for issue in issues), zone), grain)
            while start <= begin(day_of(collected_at, zone), grain):
                yield Period(grain, start, kind, scope, tuple(issues), collected_at, zone, "in review")
                start = following(start, grain)


def cycle_time(period: Period) -> dict[tuple[Any, ...], Row]:
    done = [row for row in (issue.flow(period.waiting) for issue in period.issues) if period.holds(row["done_at"])]
    counted = [row for row in done if row["reason"] is None]
    cycles, leads = ([row[name] for row in counted] for name in ("cycle_hours", "lead_hours"))
    low, high = median_interval(cycles)
    return {
        period.key(): {
            "cycle_median_hours": interpolated(cycles, 50),
            "cycle_p85_hours": interpolated(cycles, 85),
            "cycle_p95_hours": interpolated(cycles, 95),
            "cycle_median_low_hours": low,
            "cycle_median_high_hours": high,
            "cycle_median_business_hours": interpolated(cycles, 50),
            "lead_median_hours": interpolated(leads, 50),
            "lead_p85_hours": interpolated(leads, 85),
            "flow_efficiency_ratio": sum(row["active_hours"] for row in counted) / sum(cycles) if sum(cycles) else None,
            "left_out_count": len(done) - len(counted),
            "row_count": len(counted),
        }
    }


def throughput(period: Period) -> dict[tuple[Any, ...], Row]:
    done = [issue for issue in period.issues if period.holds(issue.flow(period.waiting)["done_at"])]
    found = {}
    for kind in {"all", *(issue.issue_type for issue in done)}:
        own = [issue for issue in done if kind in ("all", issue.issue_type)]
        counted = [issue for issue in own if not issue.left_out]
        points = [issue.story_points for issue in counted if issue.story_points is not None]
        found[period.key(kind)] = {
            "completed_count": len(counted),
            "completed_points": sum(points),
            "estimated_count": len(points),
            "left_out_count": len(own) - len(counted),
            "row_count": len(counted),
        }
    return found


def work_in_progress(period: Period) -> dict[tuple[Any, ...], Row]:
    ends = period.day_ends()
    held = [
        [issue for issue in period.issues if not issue.left_out and issue.status_at(end) == "in_progress"]
        for end in ends
    ]
    counts = [len(each) for each in held]
    ages = [(ends[-1] - issue.flow("")["started_at"]) / HOUR for issue in (held[-1] if held else [])]
    return {
        period.key(): {
            "average_count": sum(counts) / len(counts) if counts else None,
            "max_count": max(counts, default=None),
            "end_count": counts[-1] if counts else None,
            "day_count": len(counts),
            "age_median_hours": interpolated(ages, 50),
            "age_p85_hours": interpolated(ages, 85),
            "row_count": len(ages),
        }
    }


def time_in_status(period: Period) -> dict[tuple[Any, ...], Row]:
    stays: dict[tuple[str, str], list[tuple[dt.datetime, dt.datetime | None]]] = {}
    for issue in period.issues:
        for name, category, at, until in issue.spans():
            if not issue.left_out and category != "done":
                stays.setdefault((name, category or "unknown"), []).append((at, until))
    found = {}
    for key, spans in stays.items():
        ended = [(until - at) / HOUR for at, until in spans if until and period.holds(until)]
        still = [at for at, until in spans if at < period.ends_at and (until is None or until >= period.ends_at)]
        total = dt.timedelta()
        for at, until in spans:
            first, last = max(at, period.midnight(period.start)), min(until or period.ends_at, period.ends_at)
            total += max(last - first, dt.timedelta())
        if ended or still or total:
            found[period.key(*key)] = {
                "stay_median_hours": interpolated(ended, 50),
                "stay_p85_hours": interpolated(ended, 85),
                "open_count": len(still),
                "total_hours": total / HOUR,
                "row_count": len(ended),
            }
    return found


def defect_share(period: Period) -> dict[tuple[Any, ...], Row]:
    done = [issue for issue in period.issues if not issue.left_out and period.holds(issue.flow("")["done_at"])]
    defects = [issue for issue in done if issue.issue_type == "Bug"]
    low, high = ratio_interval(len(defects), len(done))
    created = [issue for issue in period.issues if issue.issue_type == "Bug" and period.holds(issue.life[0][1])]
    return {
        period.key(): {
            "defect_share_ratio": len(defects) / len(done) if done else None,
            "defect_share_low_ratio": low,
            "defect_share_high_ratio": high,
            "defect_count": len(defects),
            "escaped_count": sum(issue.is_escaped for issue in defects),
            "created_defect_count": len(created),
            "row_count": len(done),
        }
    }


def reopen_rate(period: Period) -> dict[tuple[Any, ...], Row]:
    events = [
        each for issue in period.issues if not issue.left_out for each in issue.completions() if period.holds(each[0])
    ]
    reopened = [each for each in events if each[1] is not None]
    low, high = ratio_interval(len(reopened), len(events))
    return {
        period.key(): {
            "reopen_ratio": len(reopened) / len(events) if events else None,
            "reopen_low_ratio": low,
            "reopen_high_ratio": high,
            "reopened_count": len(reopened),
            "row_count": len(events),
        }
    }


LOOPS = {
    "flow_cycle_time": cycle_time,
    "flow_throughput": throughput,
    "flow_work_in_progress": work_in_progress,
    "flow_time_in_status": time_in_status,
    "quality_defect_share": defect_share,
    "quality_reopen_rate": reopen_rate,
}
