"""GitHub and Jira of one generated organisation on their way through the graph."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from pulse_assets.errors import ExitCode, RecordsQuarantined, SourceUnavailable
from pulse_assets.graph.instance import lasting_instance
from pulse_assets.graph.runs import run_sprint_report, run_sync
from pulse_assets.sandbox.generator import generate
from pulse_assets.sandbox.jira.generator import generate_jira
from pulse_assets.sandbox.jira.linking import with_issue_keys
from pulse_assets.sandbox.server import serving
from pulse_assets.settings import Settings
from pulse_assets.sources.jira.client import Jira
from pulse_assets.store import Store
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.graph.test_sensors import Graph

UNTIL = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
BOTH = ("github", "jira")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    organization = generate(3, repositories=2, people=4, months=2, until=UNTIL, pull_requests_per_month=4)
    world = generate_jira(3, organization, until=UNTIL, projects=2, months=2, issues_per_sprint=4)
    linked, _ = with_issue_keys(organization, world)
    with serving(linked, jira=world, token="t") as served:
        yield served


@pytest.fixture
def chosen(address: str, tmp_path: Path) -> Settings:
    return Settings.load(
        home=tmp_path,
        github_url=address,
        github_token="t",
        github_organizations="acme",
        jira_url=f"{address}/jira",
        jira_email="a@example.invalid",
        jira_token="t",
    )


def rows(settings: Settings, table: str) -> int:
    lake = Lake(settings.lake_path)
    return sum(len(lake.read(TABLES[table], key)) for key in lake.partitions(TABLES[table]))


def test_both_sources_are_collected_and_brought_together_and_then_there_is_rest(chosen: Settings) -> None:
    first = run_sync(chosen, sources=BOTH)
    assert first.exit_code == ExitCode.OK
    assert {"PAY", "acme/api"} <= set(first.partitions)
    assert set(first.row_counts) == set(TABLES)
    assert all(rows(chosen, name) for name in ("issues", "sprint_scope", "issue_links", "people", "flow_throughput"))
    assert {path.parent.name for path in first.reports} >= {"weekly", "monthly", "sprint", "quality"}
    second = run_sync(chosen, sources=BOTH)
    assert second.messages == ("No news since the last time.",)
    assert second.row_counts == {}


def test_jira_alone_needs_nothing_of_github(chosen: Settings) -> None:
    outcome = run_sync(chosen, sources=("jira",))
    assert outcome.exit_code == ExitCode.OK
    assert all("/" not in key for key in outcome.partitions)
    assert rows(chosen, "flow_cycle_time")
    assert rows(chosen, "issue_links") == 0


def jira_without_answer(settings: Settings, store: Store) -> Jira:
    return Jira(
        settings.model_copy(update={"jira_url": "http://127.0.0.1:9/jira", "http_max_attempts": 1}),
        cache=store.http_cache,
        ledger=store.rate_limits,
    )


def test_a_source_that_is_away_leaves_the_other_done_and_makes_the_result_partial(chosen: Settings) -> None:
    outcome = run_sync(chosen, sources=BOTH, make_jira=jira_without_answer)
    assert outcome.exit_code == ExitCode.PARTIAL
    assert isinstance(outcome.failures["jira"], SourceUnavailable)
    assert outcome.partitions["acme/api"].status == "completed"
    with pytest.raises(SourceUnavailable):
        run_sync(chosen, sources=("jira",), make_jira=jira_without_answer)


@dataclass
class Spoiling:
    """Jira with one issue whose summary is gone and one whose resolution time is no time."""

    spoiled: tuple[str, ...] = ()

    def __call__(self, settings: Settings, store: Store) -> Jira:
        jira = Jira(settings, cache=store.http_cache, ledger=store.rate_limits)
        read = jira.issues

        def issues(*args, **options):  # noqa: ANN002, ANN003, ANN202 - as the client's
            page = read(*args, **options)
            for record in page.records:
                if not self.spoiled and record["project_key"] == "PAY":
                    self.spoiled = (record["key"],)
                    record["summary"] = None
            return page

        jira.issues = issues
        return jira


def test_a_record_that_makes_no_sense_is_kept_apart_and_told_again_by_each_sync(chosen: Settings) -> None:
    first = run_sync(chosen, sources=("jira",), make_jira=Spoiling())
    assert first.exit_code == ExitCode.PARTIAL
    assert first.partitions["PAY"].status == "partial"
    error = first.failures["PAY"]
    assert isinstance(error, RecordsQuarantined)
    assert "1 record of PAY in quarantine, 1 of them left out whole" in str(error)
    assert "quarantined_records" in str(error)
    again = run_sync(chosen, sources=("jira",))
    assert again.exit_code == ExitCode.PARTIAL
    assert again.partitions["OPS" if "OPS" in again.partitions else "WEB_2"].status == "unchanged"


def test_the_daemon_builds_what_jira_has_from_discovery_to_the_reports(chosen: Settings) -> None:
    with lasting_instance(chosen) as instance:
        graph = Graph(chosen, instance)
        result = graph.tick("discover_projects")
        instance.add_dynamic_partitions(
            "jira_projects", [key for r in result.dynamic_partitions_requests for key in r.partition_keys]
        )
        (sync,) = result.run_requests
        assert graph.run(sync, "jira_sync")
        seen = []
        for _ in range(8):
            ticked = graph.tick("build_what_is_due")
            if isinstance(ticked, dg.SkipReason):
                break
            seen += [request.job_name for request in ticked.run_requests]
            assert all(graph.run(request, request.job_name) for request in ticked.run_requests)
        assert seen[:3] == ["build_project_tables", "build_organization_tables", "build_project_metrics"]
        assert "write_sprint_reports" in seen
        assert isinstance(graph.tick("build_what_is_due"), dg.SkipReason)


def test_a_sprint_report_is_written_on_demand(chosen: Settings) -> None:
    run_sync(chosen, sources=("jira",))
    lake = Lake(chosen.lake_path)
    sprints = lake.read(TABLES["sprints"], "PAY")
    first = int(sprints.sort_values("started_at")["sprint_id"].iloc[0])
    outcome = run_sprint_report(chosen, "PAY", first)
    assert outcome.exit_code == ExitCode.OK
    assert {path.name for path in outcome.reports} == {
        f"PAY-sprint-{first}.{ext}" for ext in ("html", "md", "csv", "json")
    }
    assert run_sprint_report(chosen, "PAY", 999_999).exit_code != ExitCode.OK
