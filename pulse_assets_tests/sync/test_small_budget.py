"""Without a token GitHub allows 60 requests an hour: each hour lands what they pay for, until all is there."""

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from pulse_assets.errors import RateLimited
from pulse_assets.sandbox import Organization, generate, serving
from pulse_assets.settings import Settings
from pulse_assets.sources.github.client import GitHub
from pulse_assets.store import Store
from pulse_assets.sync.engine import sync_partitions
from pulse_assets.sync.github import github_streams
from pulse_assets.sync.github.collection import DEPLOYMENTS, PULL_REQUESTS
from pulse_assets.sync.outcome import SyncOutcome
from pulse_assets_tests.sync import dump

BUDGET = 60


@pytest.fixture(scope="module")
def organization() -> Organization:
    return generate(11, repositories=4, people=5, months=2, pull_requests_per_month=14)


@pytest.fixture
def address(organization: Organization) -> Iterator[str]:
    with serving(organization, budget=1_000_000) as at:
        yield at


@pytest.fixture
def poor_address(organization: Organization) -> Iterator[str]:
    with serving(organization, budget=BUDGET) as at:
        yield at


def synced(store: Store, folder: Path, address: str, names: list[str], *, hour: int, **settings: str) -> SyncOutcome:
    """A sync by a client of its own, as a process begun in that hour has it."""
    loaded = Settings.load(_env_file=None, home=folder, github_url=address, http_max_wait_seconds=2, **settings)

    def clock() -> dt.datetime:
        return dt.datetime.now(dt.UTC) + dt.timedelta(hours=2 * hour)

    client = GitHub(loaded, cache=store.http_cache, ledger=store.rate_limits, clock=clock, sleep=lambda _seconds: None)
    with closing(client) as github:
        return sync_partitions(store, lambda _name: github_streams(github, store, loaded), names, workers=4)


def test_every_hour_lands_more_until_the_rows_are_those_of_graphql(
    sqlite_store: Store, tmp_path: Path, organization: Organization, address: str, poor_address: str
) -> None:
    names = [each.full_name for each in organization.repositories if each.pull_requests]
    landed: list[int] = []
    outcome = SyncOutcome({})
    for hour in range(60):
        outcome = synced(sqlite_store, tmp_path, poor_address, names, hour=hour)
        landed.append(sum(sqlite_store.landing.count(t, name) for t in (PULL_REQUESTS, DEPLOYMENTS) for name in names))
        requests.post(f"{poor_address}/_reset", json={}, timeout=30).raise_for_status()
        if outcome.status == "completed":
            break
        assert all(isinstance(error, RateLimited) for error in outcome.failures.values()), outcome.failures
    assert outcome.completed == tuple(names)
    assert len(landed) > 5, "it took several hours"
    assert landed[0] >= 8, "the first hour already lands something, however many repositories share it"
    with Store.open(f"sqlite:///{tmp_path / 'rich.db'}") as rich:
        undisturbed = synced(rich, tmp_path, address, names, hour=0, github_token="a-token", github_api="graphql")
        assert undisturbed.status == "completed"
        assert dump.landing(sqlite_store) == dump.landing(rich)
