"""The recorded project, with and without the faults that the replay server can make."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest

from pulse_assets.errors import AuthenticationFailed, ExitCode, NotFound
from pulse_assets.settings import Settings
from pulse_assets.sources.jira.client import Jira
from pulse_assets.store import Store, UpsertCount
from pulse_assets.sync.engine import sync_partitions
from pulse_assets.sync.jira import jira_streams
from pulse_assets.sync.jira.collection import ISSUES, SPRINTS, USERS
from pulse_assets.sync.jira.discovery import discover_projects
from pulse_assets.sync.outcome import SyncOutcome
from pulse_assets_tests.replay import Replay
from pulse_assets_tests.sync import dump
from pulse_assets_tests.sync.jira.fake_sync import landed, proofs
from pulse_assets_tests.sync.jira.state import checkpoints
from pulse_assets_tests.sync.quick_time import QuickTime

NAME = "EE"
Flavor = Literal["cloud", "datacenter"]
Collect = Callable[..., SyncOutcome]
#: Full issues and their histories.
WHOLE = ("bulkfetch", "/changelog", "/issue/{key}")
JIRA_RULE = {"match": "^(GET|POST) /jira/", "then": {"status": 401, "body": {"message": "No."}}}


@pytest.fixture(params=["cloud", "datacenter"])
def flavor(request: pytest.FixtureRequest) -> Flavor:
    return request.param


def settings(replay: Replay, folder: Path, flavor: Flavor) -> Settings:
    return Settings.load(
        home=folder,
        jira_url=f"{replay.url}/jira",
        jira_email="a@example.invalid",
        jira_token="a-token",
        jira_projects=NAME,
        jira_flavor=flavor,
    )


def collected(store: Store, settings: Settings, *projects: str, page_size: int | None = None) -> SyncOutcome:
    time = QuickTime()
    client = Jira(settings, cache=store.http_cache, ledger=store.rate_limits, clock=time.clock, sleep=time.sleep)
    with closing(client) as jira:
        return sync_partitions(
            store,
            lambda _n: jira_streams(jira, store, settings, page_size=page_size),
            projects or [NAME],
            source="jira",
        )


@pytest.fixture
def collect(replay: Replay, sqlite_store: Store, tmp_path: Path, flavor: Flavor) -> Collect:
    return lambda *names, **how: collected(sqlite_store, settings(replay, tmp_path, flavor), *names, **how)


@pytest.fixture(scope="session")
def by_flavor(replay_server: Replay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Flavor], Store]]:
    with ExitStack() as stack:

        @cache
        def undisturbed(flavor: Flavor) -> Store:
            folder = tmp_path_factory.mktemp(flavor)
            store = stack.enter_context(Store.open(f"sqlite:///{folder / 'pulse.db'}"))
            replay_server.reset()
            assert collected(store, settings(replay_server, folder, flavor)).status == "completed"
            replay_server.reset()
            return store

        yield undisturbed


@pytest.fixture
def undisturbed(by_flavor: Callable[[Flavor], Store], flavor: Flavor) -> Store:
    """What a sync without any fault lands."""
    return by_flavor(flavor)


def asked(replay: Replay) -> dict[str, int]:
    """Answers by route since the last reset."""
    return replay.calls()["routes"]


def issues_of(store: Store) -> list[tuple[Any, ...]]:
    """Landed issues and sprints, which both flavors give alike."""
    return [row for row in dump.landing(store) if row[0] in {ISSUES, SPRINTS}]


@pytest.mark.usefixtures("replay")
def test_everything_that_was_recorded_lands(undisturbed: Store) -> None:
    issues = landed(undisturbed, ISSUES).values()
    histories = [history for issue in issues for history in issue["histories"]]
    changes = [item for history in histories for item in history["items"]]
    assert (len(issues), len(histories), len(changes)) == (30, 517, 709)
    assert sum(item["field_id"] == "status" or item["field"] == "status" for item in changes) == 165
    assert len(landed(undisturbed, SPRINTS)) == 30
    assert len(landed(undisturbed, USERS)) == 9
    complete = undisturbed.checkpoints.load(NAME, "complete")
    assert complete is not None
    assert complete["expected"] == {"issues": 30}
    issues_state = undisturbed.checkpoints.load(NAME, "issues")
    assert issues_state is not None
    assert issues_state["watermark"] == "2021-08-06T06:14:54.647Z"


@pytest.mark.usefixtures("replay")
def test_both_flavors_land_the_same_issues(by_flavor: Callable[[Flavor], Store]) -> None:
    assert issues_of(by_flavor("cloud")) == issues_of(by_flavor("datacenter"))


@pytest.mark.parametrize("page_size", [1, 7])
def test_small_pages_land_the_same(collect: Collect, undisturbed: Store, sqlite_store: Store, page_size: int) -> None:
    assert collect(page_size=page_size).status == "completed"
    assert dump.landing(sqlite_store) == dump.landing(undisturbed)
    assert checkpoints(sqlite_store) == checkpoints(undisturbed)


def test_a_second_sync_reads_no_issue_in_full_and_lands_nothing_new(collect: Collect, replay: Replay) -> None:
    assert collect().counts[ISSUES] == UpsertCount(inserted=30)
    first = asked(replay)
    outcome = collect()
    second = asked(replay)
    assert outcome.status == "completed"
    assert not outcome.outcomes[NAME].has_changes
    again = {route: number - first.get(route, 0) for route, number in second.items() if number > first.get(route, 0)}
    assert not [route for route in again if any(part in route for part in WHOLE)]
    assert max(again.values()) <= 2
    assert sum(again.values()) <= 10


@pytest.mark.parametrize("at", ["2021-08-06T06:15:00Z", "2023-05-06T07:08:09.123Z", None])
def test_one_advanced_issue_changes_one_row(
    collect: Collect, replay: Replay, sqlite_store: Store, at: str | None
) -> None:
    collect()
    before = dump.landing(sqlite_store)
    what = {"at": at} if at else {}
    replay.advance(jira_issue="EE-10", set={"summary": "A new title", "status": "Done"}, **what)
    outcome = collect()
    assert outcome.counts[ISSUES] == UpsertCount(changed=1)
    changed = set(dump.landing(sqlite_store)) - set(before)
    assert [row[:3] for row in changed] == [(ISSUES, NAME, "10072")]
    issue = landed(sqlite_store, ISSUES)["10072"]
    assert (issue["summary"], issue["status"], len(issue["histories"])) == ("A new title", "Done", 18)
    assert not collect().outcomes[NAME].has_changes


def test_an_issue_with_more_than_forty_histories_lands_with_all_of_them(
    collect: Collect, replay: Replay, sqlite_store: Store
) -> None:
    collect()
    for number in range(30):
        replay.advance(jira_issue="EE-17", set={"summary": f"Title {number}"}, at=f"2023-01-01T00:{number:02}:00Z")
    assert collect().counts[ISSUES] == UpsertCount(changed=1)
    histories = landed(sqlite_store, ISSUES)["10079"]["histories"]
    assert len(histories) == 61
    assert len({history["id"] for history in histories}) == 61


def test_a_deleted_issue_goes_missing(collect: Collect, replay: Replay, sqlite_store: Store) -> None:
    collect()
    replay.remove(jira_issue="EE-1")
    outcome = collect()
    assert outcome.outcomes[NAME].missing_count == 1
    proof = proofs(sqlite_store)["10063"]
    assert proof.startswith("The whole list (29 issues), read by ")
    assert "it answered 404 by" in proof


def test_a_moved_issue_is_missing_in_one_project_and_lands_in_the_other(
    collect: Collect, replay: Replay, sqlite_store: Store
) -> None:
    assert collect(NAME, "DEV").status == "completed"
    dev = {"id": "10041", "key": "DEV", "name": "DevLake"}
    replay.advance(jira_issue="EE-1", set={"project": dev}, at="2023-01-01T00:00:00Z")
    assert collect(NAME, "DEV").status == "completed"
    assert "10063" not in landed(sqlite_store, ISSUES)
    assert "it was moved to" in proofs(sqlite_store)["10063"]
    assert landed(sqlite_store, ISSUES, "DEV").keys() == {"10063"}


def test_a_sprint_that_is_opened_again_changes_one_row(collect: Collect, replay: Replay, sqlite_store: Store) -> None:
    collect()
    replay.advance(jira_sprint=7, set={"state": "active", "completeDate": None})
    assert collect().counts[SPRINTS] == UpsertCount(changed=1, unchanged=29)
    sprint = landed(sqlite_store, SPRINTS)["7"]
    assert (sprint["state"], sprint["completed_at"]) == ("active", None)


@pytest.mark.parametrize("scenario", ["jira_limits_and_gone", "flaky_server", "broken_bodies", "slow_network"])
def test_faults_of_the_server_leave_no_trace(
    collect: Collect, replay: Replay, undisturbed: Store, sqlite_store: Store, scenario: str
) -> None:
    replay.play(scenario)
    outcome = collect(page_size=10)
    assert outcome.status == "completed", outcome.failures
    # Some rules name an endpoint that Data Center does not have.
    assert replay.calls()["faults"] or "POST /jira/rest/api/2/search" in asked(replay)
    assert dump.landing(sqlite_store) == dump.landing(undisturbed)
    assert checkpoints(sqlite_store) == checkpoints(undisturbed)


def test_a_token_that_expires_during_the_first_sync_keeps_what_was_landed(
    collect: Collect, replay: Replay, undisturbed: Store, sqlite_store: Store
) -> None:
    replay.play("expired_token")
    outcome = collect(page_size=4)
    assert isinstance(outcome.failures[NAME], AuthenticationFailed)
    assert outcome.exit_code == ExitCode.AUTHENTICATION
    rows = dump.landing(sqlite_store)
    assert rows
    assert set(rows) < set(dump.landing(undisturbed))
    replay.scenario([])
    assert collect().status == "completed"
    assert dump.landing(sqlite_store) == dump.landing(undisturbed)
    assert checkpoints(sqlite_store) == checkpoints(undisturbed)


def test_a_token_that_has_expired_leaves_earlier_data_untouched(
    collect: Collect, replay: Replay, sqlite_store: Store
) -> None:
    collect()
    before = dump.landing(sqlite_store), checkpoints(sqlite_store)
    replay.scenario([JIRA_RULE])
    assert isinstance(collect().failures[NAME], AuthenticationFailed)
    assert (dump.landing(sqlite_store), checkpoints(sqlite_store)) == before


def test_a_stranger_is_refused_and_deletes_nothing(collect: Collect, replay: Replay, sqlite_store: Store) -> None:
    """Jira answers a wrong token as it answers strangers: 200, empty, and a header that says so."""
    collect()
    before = dump.landing(sqlite_store)
    stranger = {"status": 200, "headers": {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}, "body": {}}
    replay.scenario([{"match": "^(GET|POST) /jira/", "then": stranger}])
    assert isinstance(collect().failures[NAME], AuthenticationFailed)
    assert dump.landing(sqlite_store) == before


def test_a_missing_project_fails_alone(collect: Collect) -> None:
    outcome = collect("NOWHERE", NAME)
    assert outcome.completed == (NAME,)
    assert isinstance(outcome.failures["NOWHERE"], NotFound)
    assert "NOWHERE" in str(outcome.failures["NOWHERE"])
    assert outcome.exit_code == ExitCode.PARTIAL


def test_all_projects_are_found_where_none_is_named(
    replay: Replay, sqlite_store: Store, tmp_path: Path, flavor: Flavor
) -> None:
    chosen = settings(replay, tmp_path, flavor)
    client = Jira(chosen, cache=sqlite_store.http_cache, ledger=sqlite_store.rate_limits)
    with closing(client) as jira:
        assert discover_projects(jira, sqlite_store, chosen).names == (NAME,)
        everything = discover_projects(jira, sqlite_store, chosen.model_copy(update={"jira_projects": ()}))
    assert len(everything.names) == 12
    assert NAME in everything.names
