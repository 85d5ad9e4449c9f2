"""What is deleted at the source goes missing here by two proofs, and by nothing less."""

import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pulse_assets.errors import NotFound, SourceUnavailable
from pulse_assets.store import Store
from pulse_assets.store.schema import LANDING
from pulse_assets.sync.github import census
from pulse_assets.sync.github.collection import DEPLOYMENTS, ISSUES, PULL_REQUESTS, RELEASES
from pulse_assets.sync.github.deployment_list import begun, listing
from pulse_assets_tests.sync.fake_github import FakeGitHub
from pulse_assets_tests.sync.fake_sync import NAME, assert_landing_is_the_world, landed, proofs, sync

HOUR = 3600
WEEK = 7 * 24 * HOUR
PROBES = ["repository", "probe pulls", "probe head", "releases", "probe deployments", "incidents"]


@pytest.fixture
def github() -> FakeGitHub:
    world = FakeGitHub(page_size=3)
    world.push("c0")
    for _ in range(8):
        world.clock += HOUR
        world.open_pull()
        world.deploy("production", "success")
    world.make_release()
    world.report_incident()
    world.clock += 40 * 24 * HOUR
    return world


def deployments(store: Store) -> list[int]:
    return sorted(int(key) for key in landed(store, DEPLOYMENTS))


def state(store: Store) -> dict[str, Any]:
    return store.checkpoints.all(NAME)["census"]


def expected(store: Store) -> dict[str, int]:
    return store.checkpoints.all(NAME)["complete"]["expected"]


def lose(store: Store, table: str, key: int) -> None:
    """As a defect would."""
    with store.transaction() as connection:
        connection.execute(sa.delete(LANDING).where(LANDING.c.table_name == table, LANDING.c.record_key == str(key)))


def news(github: FakeGitHub) -> None:
    github.open_pull()
    github.clock += HOUR


def test_every_list_is_counted_when_something_was_read(sqlite_store: Store, github: FakeGitHub) -> None:
    sync(sqlite_store, github)
    assert github.requests.count("counts") == 1
    assert expected(sqlite_store) == {
        "commits": 1,
        "deployments": 8,
        "incidents": 1,
        "pull_requests": 8,
        "releases": 1,
    }
    sync(sqlite_store, github)
    assert github.requests == PROBES
    news(github)
    sync(sqlite_store, github)
    assert github.requests.count("counts") == 1
    assert expected(sqlite_store)["pull_requests"] == 9


def test_a_count_is_made_up_for_after_a_sync_that_failed_before_it(sqlite_store: Store, github: FakeGitHub) -> None:
    sync(sqlite_store, github)
    news(github)
    github.fails_at = 8
    assert isinstance(sync(sqlite_store, github).error, SourceUnavailable)
    assert github.requests[-1] == "counts"
    github.fails_at = None
    sync(sqlite_store, github)
    assert github.requests == [*PROBES, "counts"]
    assert expected(sqlite_store)["pull_requests"] == 9


def test_what_is_made_after_its_list_was_read_is_not_expected_yet(
    sqlite_store: Store, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = github.counts

    def late(repository: str) -> Any:
        github.open_pull()
        github.deploy("production", "success")
        github.push("c1")
        github.make_release()
        github.report_incident()
        return count(repository)

    monkeypatch.setattr(github, "counts", late)
    sync(sqlite_store, github)
    assert expected(sqlite_store) == {
        "commits": 1,
        "deployments": 8,
        "incidents": 1,
        "pull_requests": 8,
        "releases": 1,
    }


def test_what_the_source_has_and_the_landing_lacks_is_expected(sqlite_store: Store, github: FakeGitHub) -> None:
    sync(sqlite_store, github)
    lose(sqlite_store, PULL_REQUESTS, 3)
    news(github)
    sync(sqlite_store, github)
    assert expected(sqlite_store)["pull_requests"] == 9
    assert len(landed(sqlite_store, PULL_REQUESTS)) == 8


def test_a_deployment_that_the_source_has_no_more_goes_missing_by_both_proofs(
    sqlite_store: Store, github: FakeGitHub
) -> None:
    sync(sqlite_store, github)
    del github.deployed[102]
    news(github)
    github.request_seconds = 1
    assert sync(sqlite_store, github).missing_count == 1
    assert deployments(sqlite_store) == [100, 101, 103, 104, 105, 106, 107]
    assert expected(sqlite_store)["deployments"] == 7
    (proof,) = proofs(sqlite_store)
    time = r"2024-02-10T09:00:\d\dZ"
    assert re.fullmatch(
        rf"The whole list \(7 deployments\), read by {time}, does not show it; asked for by itself it answered 404 "
        rf"by {time}, when the repository could be seen\.",
        proof,
    )
    github.request_seconds = 0
    sync(sqlite_store, github)
    assert github.requests == PROBES


def test_a_deployment_that_comes_back_is_landed_again(sqlite_store: Store, github: FakeGitHub) -> None:
    sync(sqlite_store, github)
    hidden = github.deployed.pop(107)
    news(github)
    sync(sqlite_store, github)
    assert 107 not in deployments(sqlite_store)
    github.deployed[107] = hidden
    sync(sqlite_store, github)
    assert_landing_is_the_world(sqlite_store, github)


@pytest.mark.parametrize(("days", "is_due"), [(6, False), (7, True), (30, True)])
def test_a_census_is_due_after_its_days(sqlite_store: Store, github: FakeGitHub, days: int, *, is_due: bool) -> None:
    sync(sqlite_store, github)
    github.clock += days * 24 * HOUR
    sync(sqlite_store, github)
    assert ("deployment keys" in github.requests) is is_due
    sync(sqlite_store, github)
    assert github.requests == PROBES


def test_a_census_finds_what_no_count_tells(sqlite_store: Store, github: FakeGitHub) -> None:
    sync(sqlite_store, github)
    lose(sqlite_store, DEPLOYMENTS, 105)
    del github.deployed[102]
    news(github)
    sync(sqlite_store, github)
    assert 102 in deployments(sqlite_store), "the counts agree"
    github.clock += WEEK
    assert sync(sqlite_store, github).missing_count == 1
    assert 102 not in deployments(sqlite_store)


def test_a_short_list_whose_records_all_answer_is_listed_once(
    sqlite_store: Store, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(sqlite_store, github)
    hidden = {key: github.deployed[key] for key in (101, 102)}
    single = github.deployment
    monkeypatch.setattr(github, "deployment", lambda name, key: hidden.get(key) or single(name, key))
    for key in hidden:
        del github.deployed[key]
    news(github)
    assert sync(sqlite_store, github).missing_count == 0
    assert "deployment keys" in github.requests
    assert len(deployments(sqlite_store)) == 8
    news(github)
    sync(sqlite_store, github)
    assert "deployment keys" not in github.requests


def test_an_empty_list_of_deployments_deletes_nothing(
    sqlite_store: Store, github: FakeGitHub, caplog: pytest.LogCaptureFixture
) -> None:
    sync(sqlite_store, github)
    github.deployed.clear()
    news(github)
    assert sync(sqlite_store, github).missing_count == 0
    assert "An empty list proves nothing; 8 landed deployments" in caplog.text
    assert len(deployments(sqlite_store)) == 8


def test_a_list_that_contradicts_its_own_count_deletes_nothing(
    sqlite_store: Store, github: FakeGitHub, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(sqlite_store, github)
    del github.deployed[102]
    keys = github.deployment_keys
    monkeypatch.setattr(github, "deployment_keys", lambda name, cursor: keys(name, cursor=cursor or "3"))
    news(github)
    assert sync(sqlite_store, github).missing_count == 0
    assert "GitHub counts 7 deployments and lists 4." in caplog.text


def test_nothing_is_deleted_while_the_repository_cannot_be_seen(
    sqlite_store: Store, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(sqlite_store, github)
    del github.deployed[102], github.deployed[103]
    single = github.deployment

    def lose_rights(repository: str, key: int) -> Any:
        github.is_hidden = True
        return single(repository, key)

    monkeypatch.setattr(github, "deployment", lose_rights)
    news(github)
    assert isinstance(sync(sqlite_store, github).error, NotFound)
    assert len(deployments(sqlite_store)) == 8
    monkeypatch.undo()
    github.is_hidden = False
    assert sync(sqlite_store, github).missing_count == 2


def test_one_that_answers_500_does_not_keep_the_others(sqlite_store: Store, github: FakeGitHub) -> None:
    sync(sqlite_store, github)
    for key in (101, 103, 104):
        del github.deployed[key]
    github.broken = {"deployment 103"}
    news(github)
    failed = sync(sqlite_store, github)
    assert isinstance(failed.error, SourceUnavailable)
    assert failed.missing_count == 1
    assert deployments(sqlite_store) == [100, 102, 103, 104, 105, 106, 107]
    github.broken = set()
    assert sync(sqlite_store, github).missing_count == 2
    assert github.requests.count("deployment") == 2
    assert_landing_is_the_world(sqlite_store, github)


def test_looks_are_bounded_and_go_on_in_the_next_sync(
    sqlite_store: Store, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(census, "LOOKS_PER_SYNC", 3)
    sync(sqlite_store, github)
    for key in range(100, 107):
        del github.deployed[key]
    news(github)
    assert [sync(sqlite_store, github).missing_count for _ in range(4)] == [3, 3, 1, 0]
    assert deployments(sqlite_store) == [107]


@pytest.mark.parametrize("fails_at", range(7, 20))
def test_a_census_that_failed_at_any_request_is_resumed(sqlite_store: Store, github: FakeGitHub, fails_at: int) -> None:
    sync(sqlite_store, github)
    for key in (100, 103, 107):
        del github.deployed[key]
    news(github)
    github.fails_at = fails_at
    asked = []
    sync(sqlite_store, github)
    asked += github.requests[:-1] if len(github.requests) == fails_at else github.requests
    github.fails_at = None
    assert sync(sqlite_store, github).is_complete
    asked += github.requests
    # The last page is in hand until it is judged.
    assert asked.count("deployment keys") in {2, 3}
    assert_landing_is_the_world(sqlite_store, github)
    sync(sqlite_store, github)
    assert github.requests == PROBES


@pytest.mark.parametrize("step", range(1, 12))
def test_what_is_deleted_while_the_census_reads_goes_missing_then_or_later(
    sqlite_store: Store, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    sync(sqlite_store, github)
    del github.deployed[102]
    news(github)
    ask, doomed = github._ask, [100, 105, 107]

    def deleting(request: str) -> Any:
        if len(github.requests) >= 6 + step and doomed:
            del github.deployed[doomed.pop()]
        return ask(request)

    monkeypatch.setattr(github, "_ask", deleting)
    sync(sqlite_store, github)
    monkeypatch.undo()
    for key in doomed:
        del github.deployed[key]
    assert set(github.deployed) <= set(deployments(sqlite_store))
    for _ in range(2):
        github.clock += WEEK
        assert sync(sqlite_store, github).is_complete
    assert_landing_is_the_world(sqlite_store, github)


def test_a_full_sync_finds_what_was_deleted(sqlite_store: Store, github: FakeGitHub) -> None:
    github.report_incident()
    github.make_release()
    sync(sqlite_store, github)
    del github.deployed[102], github.issues[300], github.released[200]
    assert sync(sqlite_store, github, full=True).missing_count == 3
    for table, count in ((DEPLOYMENTS, 7), (ISSUES, 1), (RELEASES, 1)):
        assert len(landed(sqlite_store, table)) == count


ids = st.integers(0, 40)


class Listed(FakeGitHub):
    """Lists ids in an order of the test's, in pages of two."""

    def __init__(self, order: list[int]) -> None:
        super().__init__()
        self.order = order

    def deployment_keys(self, _repository: str, *, cursor: str | None) -> Any:
        return self._page([{"id": key} for key in self.order], cursor)


@given(st.one_of(st.lists(ids, unique=True), st.sets(ids).map(lambda found: sorted(found, reverse=True))), st.sets(ids))
def test_unseen_is_what_is_landed_and_not_listed_in_whatever_order(order: list[int], known: set[int]) -> None:
    *_, last = listing(Listed(order).as_client(), NAME, known, begun(len(order)))
    assert set(last["unseen"]) == known - set(order)
    assert last["listed"] == len(order)


@given(st.sets(st.integers(0, 19), max_size=19), st.integers(1, 6), st.lists(st.integers(1, 40), max_size=3))
@hypothesis_settings(max_examples=40, deadline=None)
def test_whatever_is_deleted_and_whenever_a_sync_fails_the_landing_ends_as_the_source_is(
    deleted: set[int], page_size: int, failures: list[int]
) -> None:
    github = FakeGitHub(page_size=page_size)
    for _ in range(20):
        github.deploy("production", "success")
        github.make_release()
        github.report_incident()
    github.clock += 40 * 24 * HOUR
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{Path(folder) / 'pulse.db'}") as store:
        sync(store, github)
        for number in deleted:
            del github.deployed[100 + number], github.released[200 + number], github.issues[300 + number]
        news(github)
        for failure in failures:
            github.fails_at = failure
            sync(store, github)
        github.fails_at = None
        assert sync(store, github).is_complete
        assert_landing_is_the_world(store, github)
        assert sum(each.startswith("The whole list (") for each in proofs(store)) == 3 * len(deleted)
