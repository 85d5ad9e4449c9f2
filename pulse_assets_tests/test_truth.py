"""What Pulse computes of a generated organization is what its generator knows: all layers but Dagster, over HTTP."""

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest

from pulse_assets.sandbox.generator import generate
from pulse_assets.sandbox.organization import Organization
from pulse_assets.sandbox.truth import DeploymentSource, Grain, Rules, Truth
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.quality import check_table, expectations
from pulse_assets_tests.collected import FACTS, Collected, Rows, collected, in_order
from pulse_assets_tests.edge_cases import EDGE_CASES, edge_cases
from pulse_assets_tests.sandbox.museum import museum
from pulse_assets_tests.text_tables import CLEAN

SEEDS = range(1, 53)
#: All of them change their clocks, one by half an hour, two while it is autumn in the others.
ZONES = ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Auckland")
#: Ends of histories of ten weeks that hold the change of the clocks in each zone.
ENDS = (dt.datetime(2025, 4, 28, 12, tzinfo=dt.UTC), dt.datetime(2024, 11, 24, 12, tzinfo=dt.UTC))
TEAMS = {"shop": ("acme/api", "acme/web"), "platform": ("acme/worker", "acme/web", "acme/docs")}
GRAINS: tuple[Grain, ...] = get_args(Grain)
#: Part of the changes of which Pulse may say that a deployed commit on no default branch hides what DevLake says.
MOST_UNKNOWN = 0.25
#: Those of the seeds that a usual run tries, so that each zone and each source comes up.
FEW_SEEDS = range(1, 13)


def zone_of(seed: int) -> str:
    return ZONES[seed % len(ZONES)]


def source_of(seed: int) -> DeploymentSource:
    """One in four goes by something else than deployments."""
    others: dict[int, DeploymentSource] = {3: "releases", 6: "workflow_runs", 11: "merges"}
    return others.get(seed % 12, "deployments")


def organization_of(seed: int) -> Organization:
    until = ENDS[seed // len(ZONES) % len(ENDS)]
    start = until - dt.timedelta(days=70)
    return generate(seed, start=start, until=until, pull_requests_per_month=9, people=5, has_deletions=True)


def truth_of(seed: int, organization: Organization) -> Truth:
    return Truth(organization, teams=TEAMS, rules=Rules(deployment_source=source_of(seed)))


def teams_file(folder: Path) -> Path:
    tables = [f"[teams.{name}]\nrepositories = {list(repositories)}\n" for name, repositories in TEAMS.items()]
    file = folder / "teams.toml"
    file.write_text("\n".join(tables), encoding="utf-8")
    return file


def close(rows: Rows) -> list[dict[str, Any]]:
    return [
        {name: pytest.approx(value, abs=1e-9) if isinstance(value, float) else value for name, value in row.items()}
        for row in rows
    ]


def ordered(rows: Rows) -> list[dict[str, Any]]:
    return close(sorted(rows, key=in_order))


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=() if seed in FEW_SEEDS else (pytest.mark.full,)) for seed in SEEDS]
)
def test_every_row_is_the_truth(tmp_path: Path, seed: int) -> None:
    organization, zone = organization_of(seed), zone_of(seed)
    chosen = {"timezone": zone, "deployment_source": source_of(seed), "teams_file": teams_file(tmp_path)}
    with collected(tmp_path, organization, **chosen) as found:
        truth = truth_of(seed, organization)
        compare_facts(found, truth)
        compare_metrics(found, truth)


def test_what_was_written_by_hand_is_the_truth_in_every_zone(tmp_path: Path) -> None:
    organization = museum()
    with collected(tmp_path, organization) as found:
        truth = Truth(organization)
        compare_facts(found, truth)
        for zone in ZONES:
            compare_metrics(found.in_zone(zone), truth)


def compare_facts(found: Collected, truth: Truth) -> None:
    """All rows are true, but those of `devlake_changes` of which Pulse says that it cannot know: few, with a cause."""
    counts = Counter[str]()
    for repository in found.repositories:
        assert found.rows("change_lead_times", repository) == close(truth.change_lead_times(repository))
        assert found.rows("incidents", repository) == close(truth.incidents(repository))
        assert found.rows("deployment_outcomes", repository) == close(truth.deployment_outcomes(repository))
        unknown, rows = commits_unknown(found, repository), found.rows("devlake_changes", repository)
        as_devlake = close(truth.devlake_changes(repository))
        assert [row["number"] for row in rows] == [row["number"] for row in as_devlake]
        assert [row for row in rows if row["number"] not in unknown] == [
            row for row in as_devlake if row["number"] not in unknown
        ]
        flags = [row["flags"] or "" for row in truth.deployment_outcomes(repository)]
        assert not unknown or any("commits_unknown" in names for names in flags)
        counts.update(rows=len(rows), unknown=len(unknown))
    assert counts["unknown"] <= counts["rows"] * MOST_UNKNOWN


def commits_unknown(found: Collected, repository: str) -> set[int]:
    """The changes of which Pulse says that it cannot know what DevLake says, for it has not the graph of commits."""
    rows = found.rows("devlake_changes", repository)
    return {row["number"] for row in rows if row["reason"] == "commits_unknown"}


def compare_metrics(found: Collected, truth: Truth) -> None:
    zone = found.settings.timezone
    unknown = {(name, number) for name in found.repositories for number in commits_unknown(found, name)}
    for grain in GRAINS:
        pulse, devlake = found.metrics(grain, "pulse"), found.metrics(grain, "devlake")
        assert pulse["dora_lead_time"] == ordered(truth.lead_time(grain, zone))
        assert pulse["dora_deployment_frequency"] == ordered(truth.deployment_frequency(grain, zone))
        assert pulse["dora_change_failure_rate"] == ordered(truth.change_failure_rate(grain, zone))
        assert pulse["dora_recovery_time"] == ordered(truth.recovery_time(grain, zone))
        assert pulse["dora_rework_rate"] == ordered(truth.rework_rate(grain, zone))
        assert devlake["dora_lead_time"] == ordered(truth.devlake_lead_time(grain, zone, uncounted=unknown))
        assert devlake["dora_deployment_frequency"] == ordered(truth.devlake_deployment_frequency(grain, zone))
        assert devlake["dora_change_failure_rate"] == ordered(truth.devlake_change_failure_rate(grain, zone))
        assert devlake["dora_recovery_time"] == ordered(truth.devlake_recovery_time(grain, zone))


def test_every_edge_case_occurs_among_the_seeds() -> None:
    counts = Counter[str]()
    for seed in SEEDS:
        organization = organization_of(seed)
        counts.update(edge_cases(organization, truth_of(seed, organization), zone_of(seed)))
    assert {case: counts[case] for case in EDGE_CASES if counts[case] == 0} == {}


def test_every_check_passes_over_a_generated_organization(tmp_path: Path) -> None:
    organization = generate(7, months=3)
    with collected(tmp_path, organization) as found:
        failures = [
            result
            for repository in found.repositories
            for name in (*CLEAN, *FACTS)
            for result in check_table(
                TABLES[name],
                found.lake,
                repository,
                expected=expectations(found.store, repository, found.settings),
                now=organization.until,
                settings=found.settings,
            )
            if not result.passed
        ]
    assert failures == []
