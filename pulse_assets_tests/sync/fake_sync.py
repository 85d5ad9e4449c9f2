"""Syncs the repository in memory and compares what landed with what it holds."""

from typing import Any

import sqlalchemy as sa

from pulse_assets.settings import Settings
from pulse_assets.store import Store
from pulse_assets.store.schema import LANDING
from pulse_assets.sync.engine import sync_partition
from pulse_assets.sync.github import github_streams
from pulse_assets.sync.github.collection import COMMITS, DEPLOYMENTS, ISSUES, PULL_REQUESTS, RELEASES
from pulse_assets.sync.github.commits import reachable
from pulse_assets.sync.outcome import PartitionOutcome
from pulse_assets_tests.sync.fake_github import FakeGitHub

NAME = "acme/api"
SETTINGS = Settings.load(github_repositories=(NAME,))


def sync(store: Store, github: FakeGitHub, *, full: bool = False, settings: Settings = SETTINGS) -> PartitionOutcome:
    github.requests.clear()
    return sync_partition(store, github_streams(github.as_client(), store, settings), NAME, full=full)


def proofs(store: Store) -> list[str]:
    """Why records are missing, each proof as often as it serves."""
    with store.engine.connect() as connection:
        found = connection.scalars(sa.select(LANDING.c.missing_proof).where(LANDING.c.missing_since.is_not(None)))
        return sorted(found)


def landed(store: Store, table: str) -> dict[str, dict[str, Any]]:
    return {row.key: row.payload for batch in store.landing.read(table, NAME) for row in batch}


def assert_landing_is_the_world(store: Store, github: FakeGitHub) -> None:
    history = reachable(github.head, github.parents) if github.head else set()
    assert landed(store, PULL_REQUESTS) == {str(n): p for n, p in github.pulls.items()}
    assert landed(store, COMMITS).keys() == history
    assert landed(store, DEPLOYMENTS) == {str(n): d for n, d in github.deployed.items()}
    assert landed(store, RELEASES) == {str(n): r for n, r in github.released.items()}
    labelled = {str(n): i for n, i in github.issues.items() if "incident" in i["labels"]}
    assert {n: i for n, i in landed(store, ISSUES).items() if "incident" in i["labels"]} == labelled
