"""The SQL of the five DORA metrics gives what plain loops give, under every definition, whatever the facts."""

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulse_assets.metrics.engine import build_metrics
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.metric_columns import value_columns
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.metrics import reference_metrics as reference
from pulse_assets_tests.text_tables import CLEAN, completed

LOOPS = {
    "dora_lead_time": reference.lead_time,
    "dora_deployment_frequency": reference.deployment_frequency,
    "dora_change_failure_rate": reference.change_failure_rate,
    "dora_recovery_time": reference.recovery_time,
    "dora_rework_rate": reference.rework_rate,
}
# Europe/Berlin puts its clocks forward on 2024-03-31 at 01:00 UTC, New York on 2024-03-10 at 07:00.
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata")
BEGIN = dt.datetime(2024, 2, 26, 23, 30, tzinfo=dt.UTC)
MONTHS = [dt.date(2024, month, 1) for month in (1, 2, 3, 4, 5)]
TEAMS = Teams(repositories={"core": ("acme/api", "acme/web"), "edge": ("acme/web", "acme/gone")})
# Few different moments, so that events coincide and cross each other.
MOMENTS = st.integers(0, 100).map(lambda step: BEGIN + step * dt.timedelta(hours=13, minutes=7, seconds=30))
HOURS = st.integers(0, 9).map(lambda tenths: tenths * 1.5)
MINUTES = st.integers(0, 300)
SHAS = st.sampled_from([f"{place:040d}" for place in range(5)])


def hours_between(start: dt.datetime, end: dt.datetime | None) -> float | None:
    return None if end is None or end < start else (end - start) / dt.timedelta(hours=1)


@st.composite
def deployment_outcomes(draw: st.DrawFn, number: int) -> dict[str, Any]:
    is_counted = draw(st.sampled_from([True, True, True, False]))
    finished_at = draw(MOMENTS)
    is_failure = is_counted and draw(st.booleans())
    recovered_at = draw(st.none() | MOMENTS) if is_failure else None
    return {
        "deployment_id": number,
        "finished_at": finished_at if is_counted or draw(st.booleans()) else None,
        "is_counted": is_counted,
        "reason": None if is_counted else "not_successful",
        "is_failure": is_failure,
        "first_incident_at": draw(MOMENTS) if is_failure else None,
        "recovered_at": recovered_at,
        "recovery_hours": hours_between(finished_at, recovered_at),
        "is_rework": is_counted and draw(st.booleans()),
    }


@st.composite
def changes(draw: st.DrawFn, number: int, hours: list[str], values: st.SearchStrategy[Any]) -> dict[str, Any]:
    is_counted = draw(st.booleans())
    spans = {name: draw(st.none() | values) for name in hours[1:]}
    spans[hours[0]] = draw(values) if is_counted else None
    return {
        "number": number,
        "merged_at": draw(MOMENTS),
        "deployed_at": draw(MOMENTS if is_counted else st.none() | MOMENTS),
        "is_counted": is_counted,
        "reason": None if is_counted else "not_deployed",
        **spans,
    }


@st.composite
def incidents(draw: st.DrawFn, number: int) -> dict[str, Any]:
    opened_at, resolved_at = draw(MOMENTS), draw(st.none() | MOMENTS)
    return {
        "incident_id": f"incident-{number}",
        "kind": draw(st.sampled_from(["issue", "issue", "revert", "rollback"])),
        "opened_at": opened_at,
        "resolved_at": resolved_at,
        "restore_hours": hours_between(opened_at, resolved_at),
        "is_attributed": draw(st.booleans()),
    }


def several(draw: st.DrawFn, element: Any, most: int = 5, *arguments: Any) -> list[dict[str, Any]]:
    chosen = draw(st.lists(st.integers(1, 9), unique=True, max_size=most))
    return [draw(element(number, *arguments)) for number in chosen]


@st.composite
def repositories(draw: st.DrawFn, name: str) -> reference.Facts:
    outcomes = several(draw, deployment_outcomes, 6)
    pairs = draw(st.lists(st.tuples(st.integers(1, 3), SHAS), unique=True, max_size=6))
    commits = [(number, sha, draw(MOMENTS), draw(st.integers(-5, 300))) for number, sha in pairs]
    stages = list(reference.STAGES)
    return reference.Facts(
        name,
        BEGIN + draw(st.integers(0, 70)) * dt.timedelta(hours=29),
        draw(st.lists(MOMENTS, max_size=2)),
        [
            {
                "deployment_id": row["deployment_id"],
                "is_production": draw(st.sampled_from([True, True, True, False])),
                "status": "success" if row["is_counted"] else "failure",
                "finished_at": row["finished_at"],
            }
            for row in outcomes
        ],
        several(draw, changes, 5, ["lead_time_hours", *(f"{stage}_hours" for stage in stages)], HOURS),
        several(draw, changes, 5, ["cycle_minutes", *(f"{stage}_minutes" for stage in stages)], MINUTES),
        [
            {
                "deployment_id": number,
                "sha": sha,
                "deployed_at": deployed_at,
                "minutes": minutes,
                "is_counted": minutes > 0,
                "reason": None if minutes > 0 else "not_positive",
            }
            for number, sha, deployed_at, minutes in commits
        ],
        outcomes,
        several(draw, incidents),
        [
            {
                "number": number,
                "opened_at": draw(MOMENTS),
                "resolved_at": draw(st.none() | MOMENTS),
                "root_cause_sha": draw(st.none() | SHAS),
            }
            for number in range(1, draw(st.integers(0, 4)) + 1)
        ],
    )


def fill(lake: Lake, facts: reference.Facts) -> None:
    rows = {
        "repositories": [{"collected_at": facts.collected_at}],
        "pull_requests": [{"number": place, "merged_at": at} for place, at in enumerate(facts.merged_at)],
        **{name: getattr(facts, name) for name in TABLES if hasattr(facts, name)},
    }
    for name in dict.fromkeys((*CLEAN, *rows)):
        lake.write(TABLES[name], facts.name, [completed(name, rows.get(name, []), facts.name)])


def key_of(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("definition", "grain", "period_start", "scope_kind", "scope"))


def of_loops(name: str, world: list[reference.Facts], zone: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    rows = (row for period in reference.periods(world, TEAMS.repositories, zone) for row in LOOPS[name](period))
    return {key_of(row): row for row in rows}


@given(repositories("acme/api"), repositories("acme/web"), repositories("acme/lib"), st.sampled_from(ZONES))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_figures_equal_those_of_plain_loops(
    api: reference.Facts, web: reference.Facts, lib: reference.Facts, zone: str
) -> None:
    world = [api, web, lib]
    with TemporaryDirectory() as folder:
        lake, chosen = Lake(folder), Settings.load(home=Path(folder), timezone=zone)
        for facts in world:
            fill(lake, facts)
        for name, tables in build_metrics(list(LOOPS), lake, MONTHS, chosen, teams=TEAMS):
            found = {key_of(row): row for table in tables.values() for row in table.to_pylist()}
            expected = of_loops(name, world, zone)
            assert found.keys() == expected.keys()
            for key, row in expected.items():
                shown = {column: found[key][column] for column in (*value_columns(TABLES[name]), "row_count")}
                assert shown == pytest.approx({column: row[column] for column in shown}, abs=1e-9), key
