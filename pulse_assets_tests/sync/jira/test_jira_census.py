import pytest

from pulse_assets.errors import NotFound, SourceUnavailable
from pulse_assets.store import Store
from pulse_assets.sync.jira import census
from pulse_assets.sync.jira.collection import ISSUES, record
from pulse_assets_tests.sync.jira.fake_jira import FakeJira, iso
from pulse_assets_tests.sync.jira.fake_sync import NAME, SETTINGS, assert_landing_is_the_world, landed, proofs, sync

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@pytest.fixture
def jira(sqlite_store: Store) -> FakeJira:
    """Six issues, made an hour apart, that have landed; an hour has passed since."""
    jira = FakeJira()
    for _ in range(6):
        jira.make()
        jira.clock += HOUR
    sync(sqlite_store, jira)
    jira.clock += HOUR
    return jira


def state(store: Store) -> dict:
    found = store.checkpoints.load(NAME, "census")
    assert found is not None
    return found


def test_a_deleted_issue_goes_missing_with_both_proofs(jira: FakeJira, sqlite_store: Store) -> None:
    jira.delete("20003")
    outcome = sync(sqlite_store, jira)
    assert outcome.missing_count == 1
    at = iso(7 * HOUR)
    assert proofs(sqlite_store) == {
        "20003": f"The whole list (5 issues), read by {at}, does not show it; asked for by itself it answered 404 "
        f"by {at}, when the project could be seen."
    }
    assert not jira.read_in_full
    assert state(sqlite_store) == {"looks": [], "censused_at": at, "expected": {"issues": 5}}
    assert_landing_is_the_world(sqlite_store, jira)
    sync(sqlite_store, jira)
    assert jira.requests.count("stubs") == 1


def test_a_moved_issue_is_missing_here_and_lands_there(jira: FakeJira, sqlite_store: Store) -> None:
    jira.move("20003", "WEB_2")
    sync(sqlite_store, jira)
    assert proofs(sqlite_store)["20003"].endswith(f"by {iso(7 * HOUR)} it was moved to WEB_2-3.")
    assert_landing_is_the_world(sqlite_store, jira)
    sync(sqlite_store, jira, project="WEB_2")
    assert_landing_is_the_world(sqlite_store, jira, "WEB_2")
    jira.clock += MINUTE
    jira.move("20003", "EE")
    sync(sqlite_store, jira)
    assert_landing_is_the_world(sqlite_store, jira)


def test_an_empty_list_deletes_nothing(jira: FakeJira, sqlite_store: Store) -> None:
    before = landed(sqlite_store, ISSUES)
    for key in list(jira.store):
        jira.delete(key)
    sync(sqlite_store, jira)
    assert landed(sqlite_store, ISSUES) == before
    assert state(sqlite_store)["expected"] == {"issues": 0}
    sync(sqlite_store, jira)
    assert jira.requests.count("stubs") == 1


def test_issues_that_were_all_moved_are_missing_though_the_list_is_empty(jira: FakeJira, sqlite_store: Store) -> None:
    for key in list(jira.store):
        jira.move(key, "WEB_2")
    assert sync(sqlite_store, jira).missing_count == 6


def test_an_account_that_lost_its_rights_during_the_census_deletes_nothing(jira: FakeJira, sqlite_store: Store) -> None:
    jira.delete("20003")
    jira.before["stub"] = [lambda: setattr(jira, "is_hidden", True)]
    assert isinstance(sync(sqlite_store, jira).error, NotFound)
    assert not proofs(sqlite_store)
    jira.is_hidden = False
    sync(sqlite_store, jira)
    assert proofs(sqlite_store).keys() == {"20003"}


def test_a_hidden_project_fails_and_keeps_its_rows(jira: FakeJira, sqlite_store: Store) -> None:
    before = landed(sqlite_store, ISSUES)
    jira.is_hidden = True
    assert isinstance(sync(sqlite_store, jira).error, NotFound)
    assert landed(sqlite_store, ISSUES) == before


def test_a_count_that_is_wrong_for_ever_leads_to_one_census(jira: FakeJira, sqlite_store: Store) -> None:
    jira.miscount = -1
    sync(sqlite_store, jira)
    assert jira.requests.count("stubs") > 1
    assert not proofs(sqlite_store)
    assert state(sqlite_store)["examined"] == [5, 6]
    sync(sqlite_store, jira)
    assert jira.requests.count("stubs") == 1
    jira.miscount = 0
    sync(sqlite_store, jira)
    assert "examined" not in state(sqlite_store)


def test_an_issue_that_was_overlooked_is_read_after_a_day(jira: FakeJira, sqlite_store: Store) -> None:
    """Such as one that a security level had hidden: it shows up with an old time of change."""
    hidden = jira.store.pop("20002")
    sync(sqlite_store, jira)
    jira.store["20002"] = hidden
    sync(sqlite_store, jira)
    assert state(sqlite_store)["expected"] == {"issues": 6}
    assert "20002" not in landed(sqlite_store, ISSUES)
    jira.clock += DAY
    sync(sqlite_store, jira)
    assert jira.read_in_full == ["20002"]
    assert_landing_is_the_world(sqlite_store, jira)


def test_the_calendar_gives_reason_for_a_census(jira: FakeJira, sqlite_store: Store) -> None:
    jira.delete("20001")
    jira.miscount = 1
    sync(sqlite_store, jira)
    assert not proofs(sqlite_store)
    jira.clock += SETTINGS.census_days * DAY
    sync(sqlite_store, jira)
    assert proofs(sqlite_store).keys() == {"20001"}


def test_an_interrupted_census_goes_on_where_it_stopped(
    jira: FakeJira, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(census, "STRETCH", 2)
    for key in ("20001", "20006"):
        jira.delete(key)
    jira.fails_at = 10
    assert isinstance(sync(sqlite_store, jira).error, SourceUnavailable)
    walk = state(sqlite_store)["listing"]
    assert walk == {"from_ms": 1704067200000 + 4 * HOUR, "listed": 3, "suspects": ["20001"]}
    jira.fails_at = None
    sync(sqlite_store, jira)
    assert jira.requests.count("stubs") == 2
    assert proofs(sqlite_store).keys() == {"20001", "20006"}
    assert_landing_is_the_world(sqlite_store, jira)


def test_more_deleted_issues_than_one_sync_looks_at_wait_for_the_next(
    jira: FakeJira, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(census, "LOOKS_PER_SYNC", 2)
    for key in ("20001", "20002", "20003"):
        jira.delete(key)
    sync(sqlite_store, jira)
    assert proofs(sqlite_store).keys() == {"20001", "20002"}
    sync(sqlite_store, jira)
    assert_landing_is_the_world(sqlite_store, jira)


def test_an_issue_whose_creation_cannot_be_read_is_looked_at_by_itself(jira: FakeJira, sqlite_store: Store) -> None:
    with sqlite_store.transaction() as connection:
        row = sqlite_store.landing.get(ISSUES, NAME, ["20004"])["20004"]
        odd = record(ISSUES, "id", row.payload | {"created": "long ago"})
        sqlite_store.landing.upsert(connection, NAME, [odd], seen_at=row.last_seen_at)
    jira.delete("20003")
    sync(sqlite_store, jira)
    assert proofs(sqlite_store).keys() == {"20003"}
    assert jira.requests.count("stub") == 2
    jira.delete("20004")
    sync(sqlite_store, jira)
    assert proofs(sqlite_store).keys() == {"20003", "20004"}
