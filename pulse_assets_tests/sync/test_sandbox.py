"""Syncs of a generated organization while its history goes on."""

import datetime as dt
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pulse_assets.errors import LeaseHeld
from pulse_assets.sandbox import Organization, generate, serving
from pulse_assets.settings import Settings
from pulse_assets.sources.github.client import GitHub
from pulse_assets.store import Store
from pulse_assets.sync.discovery import Discovered, discover
from pulse_assets.sync.engine import sync_partitions
from pulse_assets.sync.github import github_streams
from pulse_assets.sync.github.collection import DEPLOYMENTS, ISSUES, PULL_REQUESTS, RELEASES, WORKFLOW_RUNS
from pulse_assets.sync.outcome import SyncOutcome
from pulse_assets.sync.progress import Progress
from pulse_assets_tests.sync import dump
from pulse_assets_tests.sync.fake_sync import proofs

TOKEN = "a-token"


class Tenant:
    """A store and a client that collect one organization."""

    def __init__(
        self, address: str, folder: Path, *, api: str = "graphql", login: str = "acme", **settings: Any
    ) -> None:
        self.settings = Settings.load(
            home=folder, github_url=address, github_token=TOKEN, github_organizations=login, github_api=api, **settings
        )
        self.store = Store.open(self.settings.store_url)
        self.github = GitHub(self.settings, cache=self.store.http_cache, ledger=self.store.rate_limits)

    def discover(self) -> Discovered:
        return discover(self.github, self.store)

    def sync(self, *names: str, **options: Any) -> SyncOutcome:
        return sync_partitions(
            self.store,
            lambda _name: github_streams(self.github, self.store, self.settings, page_size=20),
            names or self.discover().names,
            workers=2,
            **options,
        )

    def landing(self) -> list[tuple[Any, ...]]:
        """What is there now. A link keeps the repository's name of the day on which it was read; GitHub redirects it.

        An issue that lost its label before it was ever read is unknown to a later sync.
        """
        rows = [row for row in dump.landing(self.store) if not row[6]]
        return [
            (*row[:4], row[4].replace("/website/", "/web/"))
            for row in rows
            if row[0] != ISSUES or '"incident"' in row[4]
        ]

    def close(self) -> None:
        self.github.close()
        self.store.close()


@contextmanager
def tenant(address: str, *, api: str = "graphql", **settings: Any) -> Iterator[Tenant]:
    with tempfile.TemporaryDirectory() as folder:
        opened = Tenant(address, Path(folder), api=api, **settings)
        try:
            yield opened
        finally:
            opened.close()


def move_clock(address: str, at: dt.datetime) -> None:
    requests.post(f"{address}/_clock", json={"at": at.isoformat()}, timeout=30).raise_for_status()


@pytest.fixture(scope="module")
def organization() -> Organization:
    return generate(7, repositories=6, people=6, months=2)


@pytest.fixture
def address(organization: Organization) -> Iterator[str]:
    with serving(organization, token=TOKEN, budget=1_000_000) as at:
        yield at


@pytest.mark.parametrize("api", ["graphql", "rest"])
def test_a_second_sync_is_answered_by_304_alone_and_lands_nothing_new(address: str, api: str) -> None:
    with tenant(address, api=api) as acme:
        first = acme.sync()
        assert first.status == "completed", first.failures
        calls = requests.get(f"{address}/_calls", timeout=30).json()
        requests.post(f"{address}/_reset", json={}, timeout=30)
        second = acme.sync()
        again = requests.get(f"{address}/_calls", timeout=30).json()
        assert not any(outcome.has_changes for outcome in second.outcomes.values())
        # 409 is what GitHub says of a repository without commits.
        assert set(again["statuses"]) <= {"304", "409"}
        assert again["bytes"] <= calls["bytes"] / 10
        lists = len(first.outcomes)
        assert {route: n for route, n in again["routes"].items() if n > lists} == {}


def test_both_apis_land_the_same(address: str) -> None:
    with tenant(address) as one, tenant(address, api="rest") as other:
        assert one.sync().status == other.sync().status == "completed"
        assert dump.landing(one.store) == dump.landing(other.store)


@pytest.mark.parametrize("api", ["graphql", "rest"])
def test_workflow_runs_are_landed_and_free_while_nothing_changes(address: str, api: str) -> None:
    with tenant(address, api=api, deployment_source="workflow_runs") as acme:
        first = acme.sync()
        assert first.status == "completed", first.failures
        assert first.counts[WORKFLOW_RUNS].inserted > 20
        requests.post(f"{address}/_reset", json={}, timeout=30)
        second = acme.sync()
        assert not any(outcome.has_changes for outcome in second.outcomes.values())
        assert set(requests.get(f"{address}/_calls", timeout=30).json()["statuses"]) <= {"304", "409"}


@pytest.mark.parametrize("api", ["graphql", "rest"])
def test_what_is_deleted_in_the_meantime_is_gone_in_the_end_by_two_proofs(api: str) -> None:
    organization = generate(7, repositories=4, people=4, months=3, pull_requests_per_month=4, has_deletions=True)
    with (
        serving(organization, token=TOKEN, budget=1_000_000) as address,
        tenant(address, api=api, deployment_source="workflow_runs") as acme,
        tenant(address, deployment_source="workflow_runs") as late,
    ):
        for day in (60, 52, 45, 38, 30, 20, 10, 3, -15):
            move_clock(address, organization.until - dt.timedelta(days=day))
            outcome = acme.sync()
            assert outcome.status == "completed", outcome.failures
        late.sync()
        assert acme.landing() == late.landing()
        found = proofs(acme.store)
        assert all(any(f" {noun})" in proof for proof in found) for noun in ("releases", "deployments"))
        assert all("answered 404" in proof for proof in found if "The whole history" not in proof)
        for name in acme.discover().names:
            promised = (acme.store.checkpoints.load(name, "complete") or {})["expected"]
            tables = {"deployments": DEPLOYMENTS, "releases": RELEASES, "pull_requests": PULL_REQUESTS}
            assert {stream: promised[stream] for stream in tables} == {
                stream: acme.store.landing.count(table, name) for stream, table in tables.items()
            }


def test_two_syncs_of_one_repository_at_once_lose_nothing(address: str) -> None:
    with tenant(address) as acme, tenant(address) as undisturbed:
        seconds: list[SyncOutcome] = []
        once = threading.Event()

        def collide(progress: Progress) -> None:
            if progress.stream == "pull_requests" and not once.is_set():
                once.set()
                seconds.append(acme.sync("acme/api"))

        assert acme.sync("acme/api", on_progress=collide).status == "completed"
        assert isinstance(seconds[0].failures["acme/api"], LeaseHeld)
        undisturbed.sync("acme/api")
        assert acme.landing() == undisturbed.landing()


def test_a_renamed_repository_keeps_its_history(address: str, organization: Organization) -> None:
    renamed = next(r for r in organization.repositories if r.previous_name)
    assert renamed.renamed_at is not None
    assert renamed.previous_name is not None
    with tenant(address) as acme, tenant(address) as late:
        move_clock(address, renamed.renamed_at - dt.timedelta(hours=1))
        acme.sync()
        assert renamed.previous_name in acme.store.landing.partitions("raw_github_pull_requests")
        move_clock(address, organization.until)
        assert acme.discover().renamed == {renamed.previous_name: renamed.full_name}
        outcome = acme.sync(renamed.full_name)
        assert outcome.counts["raw_github_commits"].unchanged == 0
        late.sync(renamed.full_name)
        assert [row for row in acme.landing() if row[1] == renamed.full_name] == late.landing()


def test_a_rewritten_default_branch_leaves_only_its_new_history(address: str, organization: Organization) -> None:
    name = "acme/worker"
    with tenant(address) as acme, tenant(address) as late:
        missing = 0
        for day in range(0, 70, 7):
            move_clock(address, organization.until - dt.timedelta(days=70 - day))
            missing += acme.sync(name).outcomes[name].missing_count
        move_clock(address, organization.until)
        missing += acme.sync(name).outcomes[name].missing_count
        late.sync(name)
        assert missing > 0
        assert acme.landing() == late.landing()


def moments(organization: Organization) -> list[dt.datetime]:
    """When something happens to a deployment or pull request, which is when a cut can do harm."""
    times = [
        status.at
        for repository in organization.repositories
        for deployment in repository.deployments
        for status in deployment.statuses
    ]
    times += [pull.merged_at for r in organization.repositories for pull in r.pull_requests if pull.merged_at]
    # What was begun before the end goes on after it.
    return sorted(time for time in times if time < organization.until - dt.timedelta(minutes=2))


cuts = st.lists(st.tuples(st.floats(0, 1), st.integers(-2, 70)), min_size=1, max_size=5)


@given(st.integers(1, 4), cuts)
@hypothesis_settings(max_examples=5, deadline=None)
def test_a_history_read_in_pieces_is_the_history_read_at_once(seed: int, cuts: list[tuple[float, int]]) -> None:
    check_pieces(seed, cuts)


@pytest.mark.full
@given(st.integers(1, 1000), cuts)
@hypothesis_settings(max_examples=60, deadline=None)
def test_many_histories_read_in_pieces_are_the_histories_read_at_once(seed: int, cuts: list[tuple[float, int]]) -> None:
    check_pieces(seed, cuts)


def check_pieces(seed: int, cuts: list[tuple[float, int]]) -> None:
    organization = generate(seed, repositories=3, people=4, months=2, pull_requests_per_month=6)
    events = moments(organization)
    times = sorted(events[int(share * (len(events) - 1))] + dt.timedelta(seconds=after) for share, after in cuts)
    with serving(organization, token=TOKEN, budget=1_000_000) as address, tenant(address) as acme:
        for time in [*times, organization.until]:
            move_clock(address, time)
            assert acme.sync().status == "completed"
        with tenant(address) as late:
            late.sync()
            assert acme.landing() == late.landing()
