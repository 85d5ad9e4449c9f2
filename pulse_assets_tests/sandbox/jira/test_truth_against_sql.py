"""The SQL of planning and the truth, which share no line, agree in every column of every row, over fifty sites."""

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.metrics.engine import build_metrics
from pulse_assets.sandbox.jira.generator import generate_jira
from pulse_assets.sandbox.jira.truth import JiraRules, JiraTruth, Row
from pulse_assets.sandbox.jira.world import JiraWorld
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.metrics.planning_lives import write_facts, write_project
from pulse_assets_tests.sandbox.jira.site_tables import clean_tables
from pulse_assets_tests.text_tables import records

FACTS = ("issue_status_spans", "issue_flow", "issue_completions", "sprint_scope", "sprint_days")
ZONES = ("UTC", "Europe/Berlin", "America/New_York")
START = dt.datetime(2025, 2, 3, tzinfo=dt.UTC)
UNTIL = dt.datetime(2025, 5, 14, 9, 30, tzinfo=dt.UTC)
WAITING = "wartet auf kunden"
OFFICE = {"working_days": ("mon", "tue", "wed", "thu", "fri"), "holidays": (dt.date(2025, 5, 1),)}


def true_metrics(truth: JiraTruth) -> dict[str, list[Row]]:
    """The rows of every metric of both grains, and those of sprints."""
    by_grain = {
        "flow_cycle_time": truth.cycle_time,
        "flow_throughput": truth.throughput,
        "flow_work_in_progress": truth.work_in_progress,
        "flow_time_in_status": truth.time_in_status,
        "quality_defect_share": truth.defect_share,
        "quality_reopen_rate": truth.reopen_rate,
        "sprint_velocity": truth.velocity,
        "sprint_completion": truth.completion,
    }
    found = {name: [*rows("week"), *rows("month")] for name, rows in by_grain.items()}
    found["sprint_velocity"] += truth.sprint_velocity()
    found["sprint_completion"] += truth.sprint_completion()
    return found | {"sprint_burndown": truth.sprint_burndown()}


def differences(table: str, computed: Iterable[Row], true: Iterable[Row]) -> list[str]:
    """What is in one only, and every value that differs; hours by less than a nanosecond's worth are equal."""
    key = TABLES[table].key
    one, other = ({tuple(row[column] for column in key): row for row in rows} for rows in (computed, true))
    found = [f"{table} {which}: {place}" for place, which in _unmatched(one.keys(), other.keys())]
    for place in one.keys() & other.keys():
        for column in TABLES[table].column_names:
            ours, theirs = one[place][column], other[place][column]
            if not _is_same(ours, theirs):
                found.append(f"{table} {place} {column}: SQL {ours}, truth {theirs}")
    return found


def _unmatched(one: Iterable[Any], other: Iterable[Any]) -> list[tuple[Any, str]]:
    computed, true = set(one), set(other)
    return [*((place, "only SQL") for place in computed - true), *((place, "only truth") for place in true - computed)]


def _is_same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-8)
    return one == other


def months(site: JiraWorld) -> list[dt.date]:
    """From the one before the first issue to that of the collection."""
    month, found = min(issue.created_at for issue in site.issues).date().replace(day=1), list[dt.date]()
    month = (month - dt.timedelta(days=1)).replace(day=1)
    while month <= site.until.date():
        found.append(month)
        month = (month + dt.timedelta(days=32)).replace(day=1)
    return found


@pytest.mark.parametrize("seed", [*range(10), *(pytest.param(seed, marks=pytest.mark.full) for seed in range(10, 50))])
def test_facts_and_metrics_are_true(tmp_path: Path, seed: int) -> None:
    site = generate_jira(seed, start=START, until=UNTIL, projects=3 + seed % 2, issues_per_sprint=4)
    zone, has_office = ZONES[seed % 3], seed % 5 == 0
    calendar: dict[str, Any] = OFFICE | {"working_hours": (dt.time(9), dt.time(17, 30))} if has_office else {}
    chosen = {
        "working_days": ",".join(OFFICE["working_days"]),
        "working_hours": "09:00-17:30",
        "holidays": "2025-05-01",
    }
    settings = Settings.load(
        home=tmp_path, timezone=zone, jira_waiting_statuses=WAITING, **(chosen if has_office else {})
    )
    rules = JiraRules(zone=zone, waiting_statuses=(WAITING,), **calendar)
    truth = JiraTruth(site, teams={"money": ("PAY", "OPS")}, rules=rules)
    lake = Lake(tmp_path / "lake")
    for project in truth.projects:
        write_project(lake, clean_tables(site.at(), project), project)
    wanted = true_metrics(truth)
    write_facts(lake, [*FACTS, *wanted], settings)
    found: Sequence[str] = [
        line
        for fact in FACTS
        for project in truth.projects
        for line in differences(fact, records(lake.read(TABLES[fact], project)), getattr(truth, fact)(project))
    ]
    for name, tables in build_metrics(
        list(wanted), lake, months(site), settings, teams=Teams(projects={"money": ("PAY", "OPS")})
    ):
        computed = [row for table in tables.values() for row in table.to_pylist()]
        found += differences(name, computed, wanted[name])
    assert found == []
