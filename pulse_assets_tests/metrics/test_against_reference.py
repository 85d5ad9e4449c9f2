"""The SQL gives what plain loops give, whatever the history."""

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulse_assets.metrics.engine import build_fact, build_metric_months
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.metrics import reference
from pulse_assets_tests.text_tables import CLEAN, completed, records

BEGIN = dt.datetime(2024, 2, 27, 20, tzinfo=dt.UTC)
MONTHS = [dt.date(2024, month, 1) for month in (2, 3, 4, 5)]
ZONES = ("UTC", "America/New_York", "Asia/Kolkata")
# Few different hours, so that events coincide and cross each other.
MOMENTS = st.integers(0, 60).map(lambda step: BEGIN + step * dt.timedelta(hours=13))
SHAS = st.sampled_from(["m0", "m1", "m2", "m3", "side", "branch", "gone", None])


EXPECTED = st.sets(st.sampled_from(["acme/api", "acme/new", "acme/web"])).map(sorted)


@st.composite
def repositories(draw: st.DrawFn, name: str) -> reference.Repository:
    commits = [{"sha": f"m{place}", "mainline_position": place} for place in range(draw(st.integers(0, 4)))]
    commits.append({"sha": "side", "mainline_position": None})
    pulls = [draw(pull_requests(number)) for number in range(1, draw(st.integers(0, 5)) + 1)]
    own = draw(st.lists(st.tuples(st.integers(1, 5), SHAS.filter(bool)), unique=True, max_size=4))
    numbers = {pull["number"] for pull in pulls}
    return reference.Repository(
        name,
        "main",
        BEGIN + draw(st.integers(0, 60)) * dt.timedelta(days=1),
        pulls,
        commits,
        [{"number": number, "sha": sha} for number, sha in own if number in numbers],
        [draw(deployments(number)) for number in draw(st.lists(st.integers(1, 200), unique=True, max_size=6))],
    )


@st.composite
def pull_requests(draw: st.DrawFn, number: int) -> dict[str, Any]:
    merged_at = draw(st.none() | MOMENTS)
    return {
        "number": number,
        "base_branch": draw(st.sampled_from(["main", "main", "main", "develop"])),
        "created_at": draw(MOMENTS),
        "first_commit_at": draw(st.none() | MOMENTS),
        "first_review_at": draw(st.none() | MOMENTS),
        "merged_at": merged_at,
        "merge_commit_sha": draw(SHAS) if merged_at else None,
    }


@st.composite
def deployments(draw: st.DrawFn, number: int) -> dict[str, Any]:
    status = draw(st.sampled_from(["success", "success", "success", "failure", "pending"]))
    return {
        "deployment_id": number,
        "is_production": draw(st.sampled_from([True, True, False])),
        "status": status,
        "sha": draw(SHAS),
        "finished_at": None if status == "pending" else draw(MOMENTS),
    }


def build(lake: Lake, repository: reference.Repository, chosen: Settings) -> list[dict[str, Any]]:
    head = {"default_branch": repository.default_branch, "collected_at": repository.collected_at}
    rows: dict[str, list[dict[str, Any]]] = {
        "repositories": [head],
        "pull_requests": repository.pull_requests,
        "pull_request_commits": repository.pull_request_commits,
        "commits": repository.commits,
        "deployments": repository.deployments,
    }
    for name in CLEAN:
        lake.write(TABLES[name], repository.name, [completed(name, rows.get(name, []), repository.name)])
    facts = list(build_fact("change_lead_times", lake, repository.name, chosen))
    lake.write(TABLES["change_lead_times"], repository.name, facts)
    return [row for batch in facts for row in records(batch)]


def metric(name: str, lake: Lake, chosen: Settings, expected: list[str]) -> list[dict[str, Any]]:
    built = build_metric_months(name, lake, MONTHS, chosen, expected_repositories=expected)
    rows = [row for _, frame in built for row in records(frame)]
    return sorted(rows, key=in_order)


def in_order(row: dict[str, Any]) -> tuple[str, str, dt.date]:
    return row["grain"], row["scope"], row["period_start"]


def same(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> bool:
    assert [set(row) for row in found] == [set(row) for row in expected]
    return found == [
        {name: pytest.approx(value) if isinstance(value, float) else value for name, value in row.items()}
        for row in expected
    ]


@given(repositories("acme/api"), repositories("acme/web"), EXPECTED, st.sampled_from(ZONES))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_facts_and_metrics_equal_those_of_plain_loops(
    api: reference.Repository, web: reference.Repository, expected: list[str], zone: str
) -> None:
    world = [api, web]
    with TemporaryDirectory() as folder:
        lake, chosen = Lake(folder), Settings.load(home=Path(folder), timezone=zone)
        for repository in world:
            assert build(lake, repository, chosen) == reference.change_lead_times(repository)
        both = [(reference.lead_time, "dora_lead_time"), (reference.deployment_frequency, "dora_deployment_frequency")]
        for loops, name in both:
            rows = [row for grain in ("week", "month") for row in loops(world, expected, grain, zone)]
            assert same(metric(name, lake, chosen, expected), sorted(rows, key=in_order))
