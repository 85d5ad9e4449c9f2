"""The sandbox's Jira, which changes while its clock moves: increments end where a first sync ends."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import pytest
import requests

from pulse_assets.sandbox import generate, serving
from pulse_assets.sandbox.jira.generator import generate_jira
from pulse_assets.sandbox.jira.world import JiraWorld
from pulse_assets.settings import Settings
from pulse_assets.sources.jira.client import Jira
from pulse_assets.store import Store
from pulse_assets.sync.engine import sync_partitions
from pulse_assets.sync.jira import jira_streams
from pulse_assets.sync.jira.collection import BOARD_ISSUES, ISSUES, SPRINTS
from pulse_assets.sync.jira.discovery import discover_projects
from pulse_assets_tests.sync import dump
from pulse_assets_tests.sync.jira.fake_sync import landed

Flavor = Literal["cloud", "datacenter"]


@pytest.fixture(scope="module")
def world() -> JiraWorld:
    return generate_jira(3, months=2, issues_per_sprint=4)


@pytest.fixture(scope="module")
def sandbox(world: JiraWorld) -> Iterator[str]:
    organization = generate(3, repositories=1, people=3, months=1, pull_requests_per_month=1)
    with serving(organization, jira=world, token="a-token", budget=10_000_000) as address:
        yield address


@pytest.fixture(params=["cloud", "datacenter"])
def collect(request: pytest.FixtureRequest, sandbox: str, tmp_path: Path) -> Callable[[Store], Any]:
    settings = Settings.load(
        home=tmp_path,
        jira_url=f"{sandbox}/jira",
        jira_email="a@example.invalid",
        jira_token="a-token",
        jira_flavor=request.param,
    )

    def run(store: Store) -> Any:
        with closing(Jira(settings, cache=store.http_cache, ledger=store.rate_limits)) as jira:
            names = discover_projects(jira, store, settings).names
            outcome = sync_partitions(
                store, lambda _n: jira_streams(jira, store, settings, page_size=20), names, source="jira"
            )
        assert outcome.status == "completed", outcome.failures
        return outcome

    return run


def move_clock(sandbox: str, at: dt.datetime) -> None:
    requests.post(f"{sandbox}/_clock", json={"at": at.isoformat()}, timeout=30).raise_for_status()


def rows(store: Store) -> list[tuple[Any, ...]]:
    tables = {ISSUES, SPRINTS, BOARD_ISSUES}
    return [row for row in dump.landing(store) if row[0] in tables and not row[-1]]


def test_increments_through_two_months_end_where_a_first_sync_ends(
    collect: Callable[[Store], Any], sandbox: str, world: JiraWorld, sqlite_store: Store, tmp_path: Path
) -> None:
    for days in (40, 25, 10, 3, 1, 0):
        move_clock(sandbox, world.until - dt.timedelta(days=days))
        collect(sqlite_store)
    with Store.open(f"sqlite:///{tmp_path / 'fresh.db'}") as fresh:
        collect(fresh)
        assert rows(sqlite_store) == rows(fresh)
    view = world.at(world.until)
    for key in ("PAY", "WEB_2", "OPS"):
        issues = landed(sqlite_store, ISSUES, key)
        assert {i["key"] for i in issues.values()} == {i.key for i in view.issues if i.project_key == key}
    again = collect(sqlite_store)
    assert ISSUES not in again.counts
    assert all(not outcome.has_changes for outcome in again.outcomes.values())
