import re

import pytest

from pulse_assets.errors import NotFound, SourceUnavailable
from pulse_assets.store import Store, UpsertCount
from pulse_assets.sync.github.collection import COMMITS, DEPLOYMENTS, ISSUES, PULL_REQUESTS, RELEASES
from pulse_assets_tests.sync.fake_github import FakeGitHub
from pulse_assets_tests.sync.fake_sync import NAME, SETTINGS, assert_landing_is_the_world, landed, proofs, sync

HOUR = 3600
WITHOUT_CENSUS = SETTINGS.model_copy(update={"census_days": 0})
PROBES = ["repository", "probe pulls", "probe head", "releases", "probe deployments", "incidents"]


@pytest.fixture
def github() -> FakeGitHub:
    world = FakeGitHub()
    for number in range(5):
        world.clock += HOUR
        world.open_pull()
        world.push(f"c{number}")
        world.deploy("production", "pending", "success")
    world.make_release()
    world.report_incident()
    world.clock += HOUR
    return world


def test_the_first_sync_lands_everything(sqlite_store: Store, github: FakeGitHub) -> None:
    outcome = sync(sqlite_store, github)
    assert outcome.error is None
    assert outcome.counts[PULL_REQUESTS] == UpsertCount(inserted=5)
    assert outcome.watermark == "2024-01-01T05:00:00Z"
    assert_landing_is_the_world(sqlite_store, github)


def test_no_list_is_read_again_while_nothing_changes(sqlite_store: Store, github: FakeGitHub) -> None:
    sync(sqlite_store, github)
    outcome = sync(sqlite_store, github)
    assert github.requests == PROBES
    assert not outcome.has_changes


def test_a_changed_pull_request_costs_one_page_and_changes_one_row(sqlite_store: Store, github: FakeGitHub) -> None:
    github.page_size = 3
    sync(sqlite_store, github)
    github.change_pull(2, "renamed")
    github.clock += HOUR
    outcome = sync(sqlite_store, github)
    assert github.requests.count("pulls updated_desc") == 1
    assert outcome.counts[PULL_REQUESTS].changed == 1
    assert outcome.counts[PULL_REQUESTS].inserted == 0
    assert_landing_is_the_world(sqlite_store, github)


def test_a_second_change_within_the_second_of_the_probe_is_found(sqlite_store: Store, github: FakeGitHub) -> None:
    github.change_pull(5, "first")
    sync(sqlite_store, github)
    github.change_pull(4, "in the same second, and listed behind the other")
    github.clock += HOUR
    sync(sqlite_store, github)
    assert_landing_is_the_world(sqlite_store, github)
    sync(sqlite_store, github)
    assert github.requests == PROBES


def test_what_changes_during_the_first_walk_is_found_by_the_next_sync(sqlite_store: Store, github: FakeGitHub) -> None:
    github.fails_at = 4
    assert isinstance(sync(sqlite_store, github).error, SourceUnavailable)
    github.fails_at = None
    github.change_pull(1, "changed after its page was read")
    github.clock += HOUR
    sync(sqlite_store, github)
    assert_landing_is_the_world(sqlite_store, github)


@pytest.mark.parametrize("fails_at", range(1, 20))
def test_a_sync_that_failed_at_any_request_is_resumed_without_asking_for_a_page_twice(
    sqlite_store: Store, github: FakeGitHub, fails_at: int
) -> None:
    github.fails_at = fails_at
    failed = sync(sqlite_store, github)
    asked = github.requests[:-1] if failed.error else list(github.requests)
    github.fails_at = None
    assert sync(sqlite_store, github).is_complete
    walks = [r for r in asked + github.requests if r in {"pulls created_asc", "commits", "deployments"}]
    assert len(walks) == 3 * 3
    assert_landing_is_the_world(sqlite_store, github)


def test_new_commits_are_read_by_comparison(sqlite_store: Store, github: FakeGitHub) -> None:
    sync(sqlite_store, github)
    github.push("c5")
    outcome = sync(sqlite_store, github)
    assert "compare" in github.requests
    assert "commits" not in github.requests
    assert outcome.counts[COMMITS] == UpsertCount(inserted=1)
    assert sqlite_store.checkpoints.all(NAME)["commits"] == {"head": "c5", "expected": 6}


@pytest.mark.parametrize("is_collected", [False, True], ids=["old head known", "old head collected as garbage"])
def test_commits_of_a_rewritten_branch_are_marked_missing(
    sqlite_store: Store, github: FakeGitHub, *, is_collected: bool
) -> None:
    sync(sqlite_store, github)
    github.push("d3", onto="c2")
    github.push("d4")
    if is_collected:
        del github.parents["c3"], github.parents["c4"]
    outcome = sync(sqlite_store, github)
    assert outcome.missing_count == 2
    assert landed(sqlite_store, COMMITS).keys() == {"c0", "c1", "c2", "d3", "d4"}


def test_a_branch_that_was_set_back_loses_its_commits_and_gets_them_again(
    sqlite_store: Store, github: FakeGitHub
) -> None:
    sync(sqlite_store, github)
    github.head = "c2"
    assert sync(sqlite_store, github).missing_count == 2
    github.head = "c4"
    sync(sqlite_store, github)
    assert_landing_is_the_world(sqlite_store, github)


def test_a_branch_rewritten_during_its_first_walk_is_read_from_the_new_head(
    sqlite_store: Store, github: FakeGitHub
) -> None:
    github.fails_at = github_requests_until(github, "commits", 2)
    sync(sqlite_store, github)
    github.fails_at = None
    github.push("d3", onto="c2")
    del github.parents["c3"], github.parents["c4"]
    sync(sqlite_store, github)
    assert_landing_is_the_world(sqlite_store, github)


def github_requests_until(_github: FakeGitHub, request: str, nth: int) -> int:
    """The number of the nth request of a kind in an undisturbed first sync of the fixture's repository."""
    order = ["repository", "probe pulls", *["pulls"] * 3, "probe head", *["commits"] * 3]
    return [n for n, name in enumerate(order, 1) if name == request][nth - 1]


def test_an_emptied_repository_deletes_nothing(sqlite_store: Store, github: FakeGitHub) -> None:
    sync(sqlite_store, github)
    before = {table: sqlite_store.landing.count(table, NAME) for table in (COMMITS, PULL_REQUESTS, DEPLOYMENTS)}
    github.head = None
    github.pulls.clear()
    github.deployed.clear()
    outcome = sync(sqlite_store, github)
    assert outcome.is_complete
    assert {table: sqlite_store.landing.count(table, NAME) for table in before} == before


def test_an_empty_repository_is_complete_and_fills_later(sqlite_store: Store) -> None:
    github = FakeGitHub()
    assert sync(sqlite_store, github).is_complete
    nothing = {"deployments": 0, "incidents": 0, "pull_requests": 0, "releases": 0}
    assert sqlite_store.checkpoints.all(NAME)["complete"]["expected"] == nothing
    github.open_pull()
    github.push("c0")
    github.deploy("production", "success")
    github.clock += HOUR
    sync(sqlite_store, github)
    assert_landing_is_the_world(sqlite_store, github)


def test_an_unfinished_deployment_is_looked_at_until_it_ends(sqlite_store: Store, github: FakeGitHub) -> None:
    unfinished = github.deploy("staging", "pending")
    github.clock += HOUR
    sync(sqlite_store, github)
    sync(sqlite_store, github)
    assert github.requests.count("deployment") == 1
    github.add_status(unfinished, "success")
    github.clock += HOUR
    sync(sqlite_store, github)
    assert_landing_is_the_world(sqlite_store, github)
    sync(sqlite_store, github)
    assert github.requests == PROBES


def test_a_deployment_without_statuses_is_given_up_after_thirty_days(sqlite_store: Store, github: FakeGitHub) -> None:
    github.deploy("staging")
    sync(sqlite_store, github)
    github.clock += 30 * 24 * HOUR + 1
    sync(sqlite_store, github, settings=WITHOUT_CENSUS)
    assert github.requests == PROBES


def test_many_unfinished_deployments_are_read_from_the_list(sqlite_store: Store, github: FakeGitHub) -> None:
    github.page_size = 100
    unfinished = [github.deploy("staging", "pending") for _ in range(25)]
    github.clock += HOUR
    sync(sqlite_store, github)
    github.add_status(unfinished[0], "failure")
    github.clock += HOUR
    sync(sqlite_store, github)
    assert github.requests.count("deployments") == 1
    assert github.requests.count("deployment") == 1  # the one that failed may be run again
    assert_landing_is_the_world(sqlite_store, github)


def test_the_former_deployment_becomes_inactive(sqlite_store: Store, github: FakeGitHub) -> None:
    sync(sqlite_store, github)
    for _ in range(3):
        github.deploy("staging", "success")
    github.deploy("production", "success")
    github.clock += HOUR
    sync(sqlite_store, github)
    assert_landing_is_the_world(sqlite_store, github)
    sync(sqlite_store, github)
    assert github.requests == PROBES


def test_former_deployments_that_stay_successful_are_not_asked_for_again(
    sqlite_store: Store, github: FakeGitHub
) -> None:
    for _ in range(10):
        github.clock += HOUR
        github.add_status(github.deploy("live"), "success", is_inactivating=False)
    github.clock += HOUR
    sync(sqlite_store, github)
    assert "deployment" not in github.requests
    assert list(sqlite_store.checkpoints.all(NAME)["deployments"]["active"]["live"]) == ["114"]


def test_one_404_is_no_proof_that_a_deployment_is_gone(sqlite_store: Store, github: FakeGitHub) -> None:
    deleted = github.deploy("staging", "pending")
    newest = github.deploy("staging", "success")
    github.clock += HOUR
    sync(sqlite_store, github)
    del github.deployed[deleted]
    sync(sqlite_store, github)
    assert {str(deleted), str(newest)} < landed(sqlite_store, DEPLOYMENTS).keys()
    sync(sqlite_store, github)
    assert github.requests == PROBES


def test_an_issue_that_lost_its_label_is_read_once_more(sqlite_store: Store, github: FakeGitHub) -> None:
    sync(sqlite_store, github)
    github.change_issue(300, labels=["question"])
    sync(sqlite_store, github)
    assert landed(sqlite_store, ISSUES)["300"]["labels"] == ["question"]
    sync(sqlite_store, github)
    assert github.requests == PROBES


@pytest.mark.parametrize("table", [ISSUES, RELEASES])
def test_what_is_neither_listed_nor_found_is_missing_by_both_proofs(
    sqlite_store: Store, github: FakeGitHub, table: str
) -> None:
    github.report_incident()
    github.make_release()
    sync(sqlite_store, github)
    world = github.issues if table == ISSUES else github.released
    gone, kept = sorted(world)
    del world[gone]
    github.request_seconds = 1
    assert sync(sqlite_store, github).missing_count == 1
    assert landed(sqlite_store, table).keys() == {str(kept)}
    (proof,) = proofs(sqlite_store)
    assert re.fullmatch(
        r"The whole list \(1 (incidents|releases)\), read by 2024-01-01T06:00:\d\dZ, does not show it; "
        r"asked for by itself it answered 404 by 2024-01-01T06:00:\d\dZ, when the repository could be seen.",
        proof,
    )


@pytest.mark.parametrize("table", [ISSUES, RELEASES])
def test_an_empty_list_deletes_nothing(
    sqlite_store: Store, github: FakeGitHub, table: str, caplog: pytest.LogCaptureFixture
) -> None:
    sync(sqlite_store, github)
    (github.issues if table == ISSUES else github.released).clear()
    assert sync(sqlite_store, github).missing_count == 0
    assert len(landed(sqlite_store, table)) == 1
    assert f"of {NAME} answer 404, but no list that holds others proves them gone" in caplog.text


@pytest.mark.parametrize("table", [ISSUES, RELEASES])
def test_nothing_is_missing_while_the_repository_cannot_be_seen(
    sqlite_store: Store, github: FakeGitHub, table: str
) -> None:
    github.report_incident()
    github.make_release()
    sync(sqlite_store, github)
    world = github.issues if table == ISSUES else github.released
    del world[min(world)]
    github.is_hidden = True
    assert isinstance(sync(sqlite_store, github).error, NotFound)
    assert len(landed(sqlite_store, table)) == 2


def test_a_complete_sync_says_when_it_began_and_what_should_be_there(sqlite_store: Store, github: FakeGitHub) -> None:
    github.request_seconds = 1
    sync(sqlite_store, github)
    assert sqlite_store.checkpoints.all(NAME)["complete"] == {
        "collected_at": "2024-01-01T06:00:02Z",
        "expected": {"commits": 5, "deployments": 5, "incidents": 1, "pull_requests": 5, "releases": 1},
    }


def test_a_sync_that_failed_does_not_count_as_complete(sqlite_store: Store, github: FakeGitHub) -> None:
    github.fails_at = 10
    sync(sqlite_store, github)
    assert "complete" not in sqlite_store.checkpoints.all(NAME)


def test_a_full_sync_reads_everything_again_and_changes_nothing(sqlite_store: Store, github: FakeGitHub) -> None:
    sync(sqlite_store, github)
    github.push("d3", onto="c2")
    outcome = sync(sqlite_store, github, full=True)
    assert outcome.counts[PULL_REQUESTS] == UpsertCount(unchanged=5)
    assert outcome.missing_count == 2
    assert_landing_is_the_world(sqlite_store, github)
