"""A lake with the sprints of one board by hand: six that were completed before, and the one with everything in it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from pulse_assets.metrics.engine import build_metrics
from pulse_assets.settings import Settings
from pulse_assets.tables.check_history import Gate
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.metrics.sprint_built import POINTS, Rows, parsed, write_facts, write_project
from pulse_assets_tests.metrics.sprint_texts import TEXTS

METRICS = ("sprint_velocity", "sprint_completion", "sprint_burndown")
MONTHS = tuple(dt.date(2024, month, 1) for month in (2, 3, 4, 5))
#: Points of the two issues of each earlier sprint, of which the second is done in every other one.
PAST = {1: (3.0, 5.0), 2: (5.0, 8.0), 3: (8.0, 3.0), 4: (5.0, 5.0), 5: (13.0, 2.0), 6: (8.0, 8.0)}
#: Sprint 7 while it is open, and a collection then.
OPEN = """
    sprint_id  board_id  name      goal            state   started_at        ended_at          estimation_field
    7          1         Sprint 7  Pay by a card.  active  2024-05-06 09:00  2024-05-17 17:00  customfield_10026
"""
IN_THE_MIDDLE = "project_id  name      collected_at\n1           Payments  2024-05-13 12:00"
NO_ISSUES = {"issues": "", "issue_changes": "", "issue_estimates": "", "issue_status_spans": ""}
_FIRST = dt.datetime(2024, 2, 12, 9, tzinfo=dt.UTC)
_FORTNIGHT = dt.timedelta(days=14)


def built(
    folder: Path,
    texts: Mapping[str, str] | None = None,
    *,
    change: Mapping[str, Rows] | None = None,
    gates: Sequence[Gate] = (),
    zone: str = "UTC",
) -> tuple[Lake, Settings]:
    """Writes the tables of project PAY, its facts and its metrics.

    Args:
        folder: Where the lake and nothing else goes.
        texts: Replace those of the small world.
        change: Rows that replace those of a table, after the texts.
        gates: What failed checks withhold or degrade.
        zone: In which days begin.
    """
    lake, settings = Lake(folder / "lake"), Settings.load(home=folder, timezone=zone, history_start="2024-02-01")
    tables = {**parsed({**TEXTS, **(texts or {})}), **(change or {})}
    write_project(lake, _with_past(tables))
    write_facts(lake, settings)
    for name in METRICS:
        ((_, found),) = build_metrics([name], lake, MONTHS, settings, gates=gates)
        for month, table in found.items():
            lake.write(TABLES[name], month.isoformat(), [table])
    return lake, settings


def _with_past(tables: dict[str, Rows]) -> dict[str, Rows]:
    added: dict[str, Rows] = {"sprints": [], "issues": [], "issue_estimates": [], "issue_status_spans": []}
    for number, estimates in PAST.items():
        begin = _FIRST + (number - 1) * _FORTNIGHT
        end = begin + _FORTNIGHT - dt.timedelta(days=2)
        added["sprints"].append(
            {
                "sprint_id": number,
                "board_id": 1,
                "name": f"Sprint {number}",
                "state": "closed",
                "started_at": begin,
                "ended_at": end,
                "completed_at": end,
                "estimation_field": tables["sprints"][0].get("estimation_field"),
            }
        )
        for place, points in enumerate(estimates):
            key = f"PAY-{100 + 2 * number + place}"
            added["issues"].append({"key": key, "sprint_ids": str(number), "created_at": begin - _FORTNIGHT})
            added["issue_estimates"].append({"key": key, "field_id": POINTS, "points": points})
            done_at = begin + dt.timedelta(days=3) if place == 0 or number % 2 == 0 else None
            span = {"key": key, "status_category": "todo", "entered_at": begin - _FORTNIGHT}
            added["issue_status_spans"].append({**span, "ordinal": 0, "left_at": done_at})
            if done_at is not None:
                done = {"key": key, "status_category": "done", "entered_at": done_at}
                added["issue_status_spans"].append({**done, "ordinal": 1, "left_at": None})
    return {name: [*tables.get(name, []), *added.get(name, [])] for name in {**tables, **added}}
