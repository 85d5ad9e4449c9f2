"""The recorded repository, with and without the faults that the replay server can make."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import cache
from itertools import product
from pathlib import Path
from typing import Literal

import pytest

from pulse_assets.errors import AuthenticationFailed, ExitCode, NotFound
from pulse_assets.settings import Settings
from pulse_assets.sources.github.client import GitHub
from pulse_assets.store import Store, UpsertCount
from pulse_assets.sync.engine import sync_partitions
from pulse_assets.sync.github import github_streams
from pulse_assets.sync.outcome import SyncOutcome
from pulse_assets_tests.replay import Replay
from pulse_assets_tests.sync import dump
from pulse_assets_tests.sync.quick_time import QuickTime

NAME = "panjf2000/ants"
API = Literal["graphql", "rest"]
Collect = Callable[..., SyncOutcome]
PULLS = "raw_github_pull_requests"


@pytest.fixture(params=["graphql", "rest"])
def api(request: pytest.FixtureRequest) -> API:
    return request.param


def settings(replay: Replay, folder: Path, api: API) -> Settings:
    return Settings.load(
        home=folder, github_url=replay.github_url, github_token="a-token", github_repositories=NAME, github_api=api
    )


def collected(store: Store, settings: Settings, *repositories: str) -> SyncOutcome:
    time = QuickTime()
    client = GitHub(settings, cache=store.http_cache, ledger=store.rate_limits, clock=time.clock, sleep=time.sleep)
    with closing(client) as github:
        return sync_partitions(store, lambda _n: github_streams(github, store, settings), repositories or [NAME])


@pytest.fixture
def collect(replay: Replay, sqlite_store: Store, tmp_path: Path, api: API) -> Collect:
    return lambda *names: collected(sqlite_store, settings(replay, tmp_path, api), *names)


@pytest.fixture
def spoil(replay: Replay) -> Iterator[Callable[[str], None]]:
    """Lets the server make the faults of a scenario; fails where none of them was met."""
    yield replay.play
    assert replay.calls()["faults"]


@pytest.fixture(scope="session")
def by_api(replay_server: Replay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[API], Store]]:
    with ExitStack() as stack:

        @cache
        def undisturbed(api: API) -> Store:
            folder = tmp_path_factory.mktemp(api)
            store = stack.enter_context(Store.open(f"sqlite:///{folder / 'pulse.db'}"))
            assert collected(store, settings(replay_server, folder, api)).status == "completed"
            replay_server.reset()
            return store

        yield undisturbed


@pytest.fixture
def undisturbed(by_api: Callable[[API], Store], api: API) -> Store:
    """What a sync without any fault lands."""
    return by_api(api)


@pytest.mark.usefixtures("replay")
def test_both_apis_land_the_same(by_api: Callable[[API], Store]) -> None:
    assert dump.landing(by_api("graphql")) == dump.landing(by_api("rest"))


def test_a_second_sync_is_answered_by_304_alone_and_lands_nothing_new(collect: Collect, replay: Replay) -> None:
    assert collect().counts[PULLS] == UpsertCount(inserted=49)
    first = replay.calls()
    outcome = collect()
    second = replay.calls()
    assert outcome.status == "completed"
    assert not outcome.outcomes[NAME].has_changes
    assert second["total"] - first["total"] == second["not_modified"] - first["not_modified"]
    assert second["bytes"] - first["bytes"] <= first["bytes"] / 10
    repeated = {route: n - first["routes"].get(route, 0) for route, n in second["routes"].items()}
    assert max(repeated.values()) == 1


@pytest.mark.parametrize("at", ["2022-04-14T18:00:00Z", "2023-05-06T07:08:09Z"])
def test_one_changed_pull_request_changes_one_row(
    collect: Collect, replay: Replay, sqlite_store: Store, at: str
) -> None:
    collect()
    before = dump.landing(sqlite_store)
    key = before[next(i for i, row in enumerate(before) if row[0] == PULLS)][2]
    replay.advance(github_pull=int(key), set={"title": "A new title"}, at=at)
    outcome = collect()
    assert outcome.counts[PULLS].changed == 1
    assert outcome.counts[PULLS].inserted == 0
    changed = set(dump.landing(sqlite_store)) - set(before)
    assert [row[:3] for row in changed] == [(PULLS, NAME, key)]
    assert sqlite_store.landing.get(PULLS, NAME, [key])[key].payload["title"] == "A new title"


# Half a second for every third of its 163 requests.
SLOW = pytest.param("slow_network", "rest", marks=pytest.mark.full)
SCENARIOS = ["github_limits", "flaky_server", "broken_bodies"]


@pytest.mark.parametrize(
    ("scenario", "api"), [*product(SCENARIOS, ["graphql", "rest"]), ("slow_network", "graphql"), SLOW]
)
def test_faults_of_the_server_leave_no_trace(
    collect: Collect, spoil: Callable[[str], None], undisturbed: Store, sqlite_store: Store, scenario: str
) -> None:
    spoil(scenario)
    outcome = collect()
    assert outcome.status == "completed", outcome.failures
    assert dump.landing(sqlite_store) == dump.landing(undisturbed)
    assert dump.checkpoints(sqlite_store) == dump.checkpoints(undisturbed)


def test_a_token_that_expires_during_the_first_sync_keeps_what_was_landed(
    collect: Collect, replay: Replay, spoil: Callable[[str], None], undisturbed: Store, sqlite_store: Store
) -> None:
    spoil("expired_token")
    outcome = collect()
    assert isinstance(outcome.failures[NAME], AuthenticationFailed)
    assert outcome.exit_code == ExitCode.AUTHENTICATION
    landed = dump.landing(sqlite_store)
    assert landed
    assert set(landed) < set(dump.landing(undisturbed))
    replay.scenario([])
    assert collect().status == "completed"
    assert dump.landing(sqlite_store) == dump.landing(undisturbed)
    assert dump.checkpoints(sqlite_store) == dump.checkpoints(undisturbed)


def test_a_token_that_has_expired_leaves_earlier_data_untouched(
    collect: Collect, replay: Replay, sqlite_store: Store
) -> None:
    collect()
    before = dump.landing(sqlite_store), dump.checkpoints(sqlite_store)
    replay.scenario(
        [{"match": "^(GET|POST) /github/", "then": {"status": 401, "body": {"message": "Bad credentials"}}}]
    )
    assert isinstance(collect().failures[NAME], AuthenticationFailed)
    assert (dump.landing(sqlite_store), dump.checkpoints(sqlite_store)) == before


def test_a_missing_repository_fails_alone(collect: Collect) -> None:
    outcome = collect("nobody/nothing", NAME)
    assert outcome.completed == (NAME,)
    assert isinstance(outcome.failures["nobody/nothing"], NotFound)
    assert "nobody/nothing" in str(outcome.failures["nobody/nothing"])
    assert outcome.exit_code == ExitCode.PARTIAL
