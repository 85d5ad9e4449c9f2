import re
from collections.abc import Callable

import pytest

from pulse_assets.errors import SourceUnavailable
from pulse_assets.store import Store, UpsertCount
from pulse_assets.sync.jira.collection import ISSUES, USERS
from pulse_assets.sync.jira.windows import OVERLAP
from pulse_assets_tests.sync.jira.fake_jira import FakeJira, iso
from pulse_assets_tests.sync.jira.fake_sync import NAME, assert_landing_is_the_world, landed, sync, world

SECOND = 1000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE


@pytest.fixture
def jira() -> FakeJira:
    """Five issues, made a day apart; an hour has passed since."""
    jira = FakeJira()
    jira.add_board()
    for _ in range(5):
        jira.make()
        jira.clock += DAY
    return jira


def ids(jira: FakeJira) -> list[str]:
    return sorted(world(jira))


def state(store: Store) -> dict:
    found = store.checkpoints.load(NAME, "issues")
    assert found is not None
    return found


def test_a_first_sync_lands_every_issue_once_with_its_persons(jira: FakeJira, sqlite_store: Store) -> None:
    jira.edit(ids(jira)[0], summary="x")
    outcome = sync(sqlite_store, jira)
    assert outcome.error is None
    assert outcome.counts[ISSUES] == UpsertCount(inserted=5)
    assert_landing_is_the_world(sqlite_store, jira)
    assert landed(sqlite_store, USERS).keys() == {"a1", "b2"}
    assert state(sqlite_store) == {
        "project": "EE",
        "estimate_fields": ["customfield_1"],
        "until_ms": 1704067200000 + 5 * DAY + SECOND,
        "watermark": iso(5 * DAY),
    }
    assert sqlite_store.checkpoints.load(NAME, "complete") == {
        "collected_at": iso(5 * DAY),
        "expected": {"issues": 5},
    }


def test_a_second_sync_asks_for_stubs_and_reads_nothing_in_full(jira: FakeJira, sqlite_store: Store) -> None:
    sync(sqlite_store, jira)
    outcome = sync(sqlite_store, jira)
    assert not outcome.has_changes
    assert not jira.read_in_full
    assert jira.requests.count("stubs") == 1


@pytest.mark.parametrize("wait", [1, MINUTE, 400 * DAY])
def test_only_the_changed_issue_is_read_in_full(jira: FakeJira, sqlite_store: Store, wait: int) -> None:
    sync(sqlite_store, jira)
    jira.clock += wait
    key = ids(jira)[2]
    jira.edit(key, summary="x")
    jira.clock += 100 * DAY  # the change lies in the past, after the newest one that landed
    outcome = sync(sqlite_store, jira)
    assert outcome.counts[ISSUES] == UpsertCount(changed=1)
    assert jira.read_in_full == [key]
    assert_landing_is_the_world(sqlite_store, jira)
    assert not sync(sqlite_store, jira).has_changes
    assert not jira.read_in_full


def test_an_issue_that_the_index_shows_late_is_found_within_the_overlap(jira: FakeJira, sqlite_store: Store) -> None:
    late = jira.store.pop(ids(jira)[4])
    jira.clock = 4 * DAY + OVERLAP.seconds * SECOND - SECOND
    jira.edit(ids(jira)[0], summary="x")
    sync(sqlite_store, jira)
    jira.store[late["id"]] = late
    sync(sqlite_store, jira)
    assert_landing_is_the_world(sqlite_store, jira)


def test_what_is_edited_during_a_sync_is_found_by_the_next(jira: FakeJira, sqlite_store: Store) -> None:
    first, last = ids(jira)[0], ids(jira)[4]

    def edit_both() -> None:
        jira.clock += MINUTE
        jira.edit(first, summary="after it was read")
        jira.clock += 10 * MINUTE  # far more than the overlap
        jira.edit(last, summary="before it is read")

    during(jira, "issues", 2, edit_both)
    sync(sqlite_store, jira)
    assert landed(sqlite_store, ISSUES)[first]["summary"] == "new"
    assert landed(sqlite_store, ISSUES)[last]["summary"] == "before it is read"
    sync(sqlite_store, jira)
    assert jira.read_in_full == [first]
    assert_landing_is_the_world(sqlite_store, jira)


def test_an_issue_deleted_between_two_pages_hides_no_other(jira: FakeJira, sqlite_store: Store) -> None:
    gone = ids(jira)[0]
    during(jira, "issues", 2, lambda: jira.delete(gone))
    sync(sqlite_store, jira)
    assert landed(sqlite_store, ISSUES).keys() >= set(ids(jira))
    sync(sqlite_store, jira)
    sync(sqlite_store, jira)
    assert_landing_is_the_world(sqlite_store, jira)


def test_an_issue_edited_between_two_pages_of_an_increment_hides_no_other(jira: FakeJira, sqlite_store: Store) -> None:
    sync(sqlite_store, jira)
    jira.clock += DAY
    for key in ids(jira):
        jira.edit(key, summary="x")
    jira.clock += DAY

    def edit_again() -> None:
        jira.clock += DAY
        jira.edit(ids(jira)[0], summary="y")

    during(jira, "stubs", 2, edit_again)
    sync(sqlite_store, jira)
    issues = landed(sqlite_store, ISSUES)
    assert [issues[key]["summary"] for key in ids(jira)] == ["x"] * 5
    sync(sqlite_store, jira)
    assert jira.read_in_full == [ids(jira)[0]]
    assert_landing_is_the_world(sqlite_store, jira)


def test_a_list_that_is_never_still_keeps_the_watermark(sqlite_store: Store) -> None:
    jira = FakeJira(page_size=20)
    jira.make()
    jira.clock += DAY
    sync(sqlite_store, jira)
    before = state(sqlite_store)["watermark"]
    waiting = [jira.make() for _ in range(60)]
    jira.clock += DAY

    def edit_one_that_was_listed() -> None:
        jira.clock += DAY
        jira.edit(waiting.pop(0), summary="x")
        during(jira, "stubs", 1, edit_one_that_was_listed)

    during(jira, "stubs", 2, edit_one_that_was_listed)
    sync(sqlite_store, jira)
    assert state(sqlite_store)["watermark"] == before
    jira.before.clear()
    sync(sqlite_store, jira)
    assert state(sqlite_store)["watermark"] > before
    assert_landing_is_the_world(sqlite_store, jira)


def test_an_issue_edited_between_its_fields_and_its_history_is_read_once_more(
    jira: FakeJira, sqlite_store: Store
) -> None:
    key = ids(jira)[0]

    def edit() -> None:
        jira.clock += MINUTE
        jira.edit(key, status="5")

    jira.before["histories"] = [edit]
    sync(sqlite_store, jira)
    assert jira.read_in_full.count(key) == 2
    assert_landing_is_the_world(sqlite_store, jira)


def test_a_history_that_left_the_time_of_change_alone_is_no_reason_to_read_again(
    jira: FakeJira, sqlite_store: Store
) -> None:
    key = ids(jira)[0]
    updated = jira.store[key]["updated"]
    jira.edit(key, summary="x")
    jira.store[key]["updated"] = updated
    jira.clock += DAY
    sync(sqlite_store, jira)
    assert jira.read_in_full.count(key) == 1


def test_years_without_an_issue_cost_few_requests(sqlite_store: Store) -> None:
    jira = FakeJira(page_size=3)
    for _ in range(4):
        jira.make()
        jira.clock += 3000 * DAY
    sync(sqlite_store, jira)
    assert jira.requests.count("issues") <= 6
    assert_landing_is_the_world(sqlite_store, jira)


def test_issues_of_one_instant_are_read_by_cursor_and_begun_again_when_it_expires(sqlite_store: Store) -> None:
    jira = FakeJira()
    for _ in range(7):
        jira.make()
    jira.clock += DAY
    jira.make()
    jira.clock += DAY
    jira.expires = True
    outcome = sync(sqlite_store, jira)
    assert outcome.error is None
    assert_landing_is_the_world(sqlite_store, jira)


def test_an_interrupted_first_sync_goes_on_in_its_chunk(jira: FakeJira, sqlite_store: Store) -> None:
    jira.fails_at = 12
    assert isinstance(sync(sqlite_store, jira).error, SourceUnavailable)
    chunk = state(sqlite_store)["window"]
    assert (chunk["project"], chunk["field"], chunk["cursor"]) == ("EE", "created", None)
    assert chunk["from_ms"] == 1704067200000 + 2 * DAY
    assert chunk["from_ms"] < chunk["until_ms"] <= state(sqlite_store)["until_ms"]
    already = landed(sqlite_store, ISSUES).keys()
    jira.fails_at = None
    jira.clock += DAY
    assert sync(sqlite_store, jira).error is None
    assert set(jira.read_in_full) - already == set(ids(jira)) - already
    assert_landing_is_the_world(sqlite_store, jira)


def test_a_new_estimate_field_makes_all_issues_be_read_again(jira: FakeJira, sqlite_store: Store) -> None:
    sync(sqlite_store, jira)
    jira.add_board(9, points="customfield_9")
    sync(sqlite_store, jira)
    assert set(jira.read_in_full) == set(ids(jira))
    assert state(sqlite_store)["estimate_fields"] == ["customfield_1", "customfield_9"]
    assert landed(sqlite_store, ISSUES)[ids(jira)[0]]["estimates"] == {"customfield_1": None, "customfield_9": None}
    del jira.board_list[9]
    sync(sqlite_store, jira)
    assert not jira.read_in_full
    assert state(sqlite_store)["estimate_fields"] == ["customfield_1", "customfield_9"]


def test_issues_of_a_project_with_a_new_key_are_read_again(jira: FakeJira, sqlite_store: Store) -> None:
    sync(sqlite_store, jira)
    jira.rename_project("EE", "NEW1")
    outcome = sync(sqlite_store, jira)
    assert "is called NEW1 now" in str(outcome.error)
    with sqlite_store.transaction() as connection:
        sqlite_store.landing.rename_partition(connection, "EE", "NEW1")
        sqlite_store.checkpoints.rename_partition(connection, "EE", "NEW1")
    assert sync(sqlite_store, jira, project="NEW1").error is None
    assert {i["key"][:5] for i in landed(sqlite_store, ISSUES, "NEW1").values()} == {"NEW1-"}


def test_a_time_of_change_that_cannot_be_read_is_compared_as_text(jira: FakeJira, sqlite_store: Store) -> None:
    key = ids(jira)[4]
    sync(sqlite_store, jira)
    show_updated_as(jira, key, "yesterday")
    sync(sqlite_store, jira)
    assert jira.read_in_full == [key]
    sync(sqlite_store, jira)
    assert not jira.read_in_full
    assert landed(sqlite_store, ISSUES)[key]["updated"] == "yesterday"


def test_an_empty_project_is_complete_and_its_first_issue_is_found(sqlite_store: Store) -> None:
    jira = FakeJira()
    assert sync(sqlite_store, jira).error is None
    outcome = sync(sqlite_store, jira)
    assert not outcome.has_changes
    assert sqlite_store.checkpoints.load(NAME, "complete") == {"collected_at": iso(0), "expected": {"issues": 0}}
    jira.make()
    sync(sqlite_store, jira)
    assert_landing_is_the_world(sqlite_store, jira)


def test_an_issue_with_many_histories_lands_with_all_of_them(jira: FakeJira, sqlite_store: Store) -> None:
    key = ids(jira)[1]
    for number in range(45):
        jira.clock += SECOND
        jira.edit(key, summary=f"{number}")
    sync(sqlite_store, jira)
    assert len(landed(sqlite_store, ISSUES)[key]["histories"]) == 45


def test_an_issue_moved_away_before_it_is_read_does_not_land(jira: FakeJira, sqlite_store: Store) -> None:
    sync(sqlite_store, jira)
    jira.clock += MINUTE
    key = jira.make()
    jira.before["issues by id"] = [lambda: jira.move(key, "WEB_2")]
    sync(sqlite_store, jira)
    assert key not in landed(sqlite_store, ISSUES)


def test_a_full_sync_reads_all_issues_again(jira: FakeJira, sqlite_store: Store) -> None:
    sync(sqlite_store, jira)
    outcome = sync(sqlite_store, jira, full=True)
    assert set(jira.read_in_full) == set(ids(jira))
    assert not outcome.has_changes


def during(jira: FakeJira, request: str, number: int, act: Callable[[], object]) -> None:
    """Acts when the request is made for the `number`th time from now."""
    left = [number]

    def count() -> None:
        left[0] -= 1
        if left[0] == 0:
            act()
        else:
            jira.before.setdefault(request, []).append(count)

    jira.before.setdefault(request, []).append(count)


def show_updated_as(jira: FakeJira, key: str, words: str) -> None:
    """Jira writes the time in its own way, and finds the issue all the same."""
    stub, found = jira._stub, jira._whole

    def shown(issue: dict) -> dict:
        return stub(issue) | ({"updated": words} if issue["id"] == key else {})

    def whole(*args: object) -> object:
        page = found(*args)  # type: ignore[arg-type]
        for issue in page.records:
            if issue["id"] == key:
                issue["updated"] = words
        return page

    jira._stub, jira._whole = shown, whole  # type: ignore[assignment,method-assign]
    assert re.fullmatch(r"\w+", words)
