"""How the engine puts figures together: gates, teams, slices of the history, facts of several repositories at once."""

import datetime as dt
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from pulse_assets.errors import ConfigurationError, TableNotBuilt
from pulse_assets.metrics import session
from pulse_assets.metrics.engine import (
    build_fact,
    build_fact_partitions,
    build_metric_months,
    build_metrics,
    inputs_of,
)
from pulse_assets.settings import Settings
from pulse_assets.tables.check_history import Gate
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.text_tables import fill, records

FACTS, METRICS = (
    [name for name, table in TABLES.items() if (table.layer, table.family) == (layer, "delivery")]
    for layer in ("facts", "metrics")
)
PULLS = """
    number  base_branch  created_at        merged_at         first_commit_at   merge_commit_sha
    1       main         2024-05-06 08:00  2024-05-06 12:00  2024-05-06 06:00  aaaaaaa1
    2       main         2024-06-03 08:00  2024-06-03 12:00  2024-06-03 02:00  aaaaaaa2
"""
COMMITS = """
    sha       mainline_position
    aaaaaaa1  0
    aaaaaaa2  1
"""
DEPLOYMENTS = """
    deployment_id  is_production  status   sha       created_at        finished_at
    1              yes            success  aaaaaaa1  2024-05-07 12:00  2024-05-07 12:10
    2              yes            success  aaaaaaa2  2024-06-04 12:00  2024-06-04 12:10
"""
HISTORY = {"pull_requests": PULLS, "commits": COMMITS, "deployments": DEPLOYMENTS}
MAY = dt.date(2024, 5, 1)


@pytest.fixture
def lake(tmp_path: Path, settings: Settings) -> Lake:
    lake = Lake(tmp_path / "lake")
    for repository in ("acme/api", "acme/web"):
        fill(lake, HISTORY, repository)
        for name in FACTS:
            lake.write(TABLES[name], repository, build_fact(name, lake, repository, settings))
    return lake


def statuses(lake: Lake, settings: Settings, *gates: Gate, teams: Teams | None = None) -> dict[str, dict[str, Any]]:
    """The month's row of our own definition by scope."""
    ((_, frame),) = build_metric_months("dora_rework_rate", lake, [MAY], settings, gates=gates, teams=teams)
    return {row["scope"]: row for row in records(frame) if row["grain"] == "month"}


def gate(repository: str, level: Literal["degraded", "withheld"], table: str = "deployments") -> Gate:
    return Gate(repository, table, "deployments_are_unique", level, "deployments_are_unique failed: 1 row fails")


def test_a_withheld_repository_has_no_figure_and_says_why(lake: Lake, settings: Settings) -> None:
    rows = statuses(lake, settings, gate("acme/api", "withheld"))
    assert rows["acme/api"]["status"] == "withheld"
    assert rows["acme/api"]["status_reason"] == "acme/api: deployments_are_unique failed: 1 row fails"
    assert rows["acme/api"]["rework_ratio"] is None
    assert rows["acme/api"]["rework_deployment_count"] is None
    assert (rows["acme/api"]["row_count"], rows["acme/api"]["is_low_count"]) == (None, False)
    assert (rows["acme/web"]["row_count"], rows["acme/web"]["is_low_count"]) == (1, True)
    assert rows["acme/web"]["status"] == "ok"
    assert rows["all"]["status"] == "degraded"
    assert rows["all"]["rework_ratio"] == 0


def test_a_scope_is_withheld_when_all_of_its_repositories_are(lake: Lake, settings: Settings) -> None:
    rows = statuses(lake, settings, gate("acme/api", "withheld"), gate("acme/web", "withheld"))
    assert {row["status"] for row in rows.values()} == {"withheld"}


def test_a_check_that_degrades_leaves_the_figures(lake: Lake, settings: Settings) -> None:
    row = statuses(lake, settings, gate("acme/api", "degraded"))["acme/api"]
    assert (row["status"], row["rework_ratio"]) == ("degraded", 0)


def test_a_check_of_a_table_that_the_metric_does_not_rest_on_gates_nothing(lake: Lake, settings: Settings) -> None:
    assert {row["status"] for row in statuses(lake, settings, gate("acme/api", "withheld", "releases")).values()} == {
        "ok"
    }


def test_what_only_the_calendar_reads_gates_nothing() -> None:
    assert "deployments" not in inputs_of("team_review_time")
    assert "deployments" in inputs_of("dora_deployment_frequency")


def test_a_team_with_a_repository_that_is_not_there_is_degraded(lake: Lake, settings: Settings) -> None:
    teams = Teams({"core": ("Acme/API",), "wide": ("acme/web", "acme/other")}, {"core": (), "wide": ()})
    rows = statuses(lake, settings, teams=teams)
    assert (rows["core"]["scope_kind"], rows["core"]["status"], rows["core"]["row_count"]) == ("team", "ok", 1)
    assert rows["wide"]["status_reason"] == "not collected to its end: 1 of 2 repositories (acme/other)"


def test_months_in_slices_have_the_rows_of_all_at_once(
    lake: Lake, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    months = [dt.date(2024, month, 1) for month in range(1, 13)]

    def built() -> dict[str, list[pa.Table]]:
        return {name: list(tables.values()) for name, tables in build_metrics(METRICS, lake, months, settings)}

    whole = built()
    monkeypatch.setattr(session, "_ROWS_AT_A_TIME", 1)
    assert built() == whole
    assert sum(table.num_rows for tables in whole.values() for table in tables) > 0


@pytest.mark.parametrize("name", FACTS)
def test_facts_of_several_repositories_at_once_are_those_of_each(lake: Lake, settings: Settings, name: str) -> None:
    fill(lake, {}, "acme/empty")
    for fact in FACTS:
        lake.write(TABLES[fact], "acme/empty", build_fact(fact, lake, "acme/empty", settings))
    partitions = ["acme/web", "acme/api", "acme/empty"]
    found = {
        partition: [row for batch in batches for row in batch.to_pylist()]
        for partition, batches in build_fact_partitions(name, lake, partitions, settings)
    }
    assert found == {
        partition: lake_rows(lake, name, partition) for partition in ("acme/api", "acme/empty", "acme/web")
    }


def lake_rows(lake: Lake, name: str, partition: str) -> list[dict[str, Any]]:
    with lake.connect([name], partitions=[partition]) as connection:
        return connection.sql(f"SELECT * FROM {name}").to_arrow_table().to_pylist()  # noqa: S608 - own names


def test_zones_that_changed_their_hours_lately_are_computed(lake: Lake, tmp_path: Path) -> None:
    for zone in ("America/Vancouver", "Africa/Casablanca", "Australia/Lord_Howe"):
        chosen = Settings.load(home=tmp_path, timezone=zone)
        assert list(build_metric_months("dora_rework_rate", lake, [dt.date(2026, 11, 1)], chosen))


def test_a_zone_on_which_duckdb_and_python_disagree_is_refused(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Other(ZoneInfo):
        def fromutc(self, instant: dt.datetime) -> dt.datetime:
            return super().fromutc(instant) + dt.timedelta(hours=1)

    monkeypatch.setattr(session, "ZoneInfo", Other)
    chosen = Settings.load(home=tmp_path, timezone="Europe/Berlin")
    with pytest.raises(ConfigurationError, match="disagree about Europe/Berlin on 2024-05-01"):
        list(build_metric_months("dora_rework_rate", lake, [MAY], chosen))


def test_without_any_repository_that_has_all_tables_nothing_is_computed(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(TableNotBuilt, match="No repository has all of"):
        list(build_metric_months("dora_lead_time", Lake(tmp_path / "empty"), [MAY], settings))
