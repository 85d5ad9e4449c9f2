import pytest

from pulse_assets.settings import Settings
from pulse_assets.store import Store, UpsertCount
from pulse_assets.sync.jira.collection import BOARD_ISSUES, BOARDS, SPRINTS, STATUSES, USERS
from pulse_assets_tests.sync.jira.fake_jira import FakeJira, iso
from pulse_assets_tests.sync.jira.fake_sync import NAME, SETTINGS, landed, proofs, sync

HOUR = 3_600_000
DAY = 24 * HOUR


@pytest.fixture
def jira() -> FakeJira:
    jira = FakeJira()
    jira.add_board()
    jira.make()
    jira.make()
    return jira


def test_a_kanban_board_lands_without_sprints(jira: FakeJira, sqlite_store: Store) -> None:
    jira.add_board(12, "kanban")
    assert sync(sqlite_store, jira).error is None
    assert landed(sqlite_store, BOARDS).keys() == {"8", "12"}
    assert not landed(sqlite_store, SPRINTS)
    assert landed(sqlite_store, BOARD_ISSUES)["12"] == {"board_id": 12, "issue_ids": ["20001", "20002"]}


def test_a_sprint_that_is_closed_and_opened_again_changes_one_row_each_time(
    jira: FakeJira, sqlite_store: Store
) -> None:
    for number in range(5):
        jira.add_sprint(7 + number)
    sync(sqlite_store, jira)
    for state, completed_at in [("closed", iso(HOUR)), ("active", None)]:
        jira.sprint_list[8] |= {"state": state, "completed_at": completed_at}
        outcome = sync(sqlite_store, jira)
        assert outcome.counts[SPRINTS] == UpsertCount(changed=1, unchanged=4)
        assert landed(sqlite_store, SPRINTS)["8"]["completed_at"] == completed_at


def test_a_list_of_sprints_that_cannot_be_continued_is_begun_again(jira: FakeJira, sqlite_store: Store) -> None:
    for number in range(5):
        jira.add_sprint(7 + number)
    jira.expires = True
    assert sync(sqlite_store, jira).counts[SPRINTS] == UpsertCount(inserted=5)


@pytest.mark.parametrize("origin", [8, 12])
def test_a_sprint_that_two_boards_show_counts_for_the_board_it_was_made_on(
    jira: FakeJira, sqlite_store: Store, origin: int
) -> None:
    jira.add_board(12)
    jira.add_sprint(7, origin, shown_by=[8, 12])
    sync(sqlite_store, jira)
    assert landed(sqlite_store, SPRINTS)["7"]["board_id"] == origin
    assert not sync(sqlite_store, jira).has_changes


def test_statuses_of_other_projects_do_not_land(jira: FakeJira, sqlite_store: Store) -> None:
    for key, project_id in [("77", "10007"), ("78", "10003")]:
        jira.status_list[key] = {"id": key, "name": "Waiting", "category": "todo", "project_id": project_id}
    sync(sqlite_store, jira)
    assert landed(sqlite_store, STATUSES).keys() == {"1", "3", "5", "78"}


def test_what_two_lists_in_turn_do_not_show_is_missing(jira: FakeJira, sqlite_store: Store) -> None:
    jira.add_sprint(7)
    jira.add_sprint(8)
    sync(sqlite_store, jira)
    del jira.sprint_list[7]
    jira.clock += HOUR
    sync(sqlite_store, jira)
    assert landed(sqlite_store, SPRINTS).keys() == {"7", "8"}
    assert sqlite_store.checkpoints.load(NAME, "sprints") == {"unlisted": {"7": iso(HOUR)}}
    sync(sqlite_store, jira)
    assert not proofs(sqlite_store)  # the same instant proves nothing new
    jira.clock += HOUR
    sync(sqlite_store, jira)
    assert proofs(sqlite_store) == {
        "7": f"The whole list of sprints did not show it at {iso(HOUR)}, nor at {iso(2 * HOUR)} when it had 1 others."
    }
    assert sqlite_store.checkpoints.load(NAME, "sprints") == {"unlisted": {}}


def test_a_record_that_is_listed_again_in_between_is_kept(jira: FakeJira, sqlite_store: Store) -> None:
    jira.add_sprint(7)
    jira.add_sprint(8)
    sync(sqlite_store, jira)
    sprint = jira.sprint_list.pop(7)
    for is_there in (False, True, False):
        jira.sprint_list = {8: jira.sprint_list[8]} | ({7: sprint} if is_there else {})
        jira.clock += HOUR
        sync(sqlite_store, jira)
    assert landed(sqlite_store, SPRINTS).keys() == {"7", "8"}


def test_a_list_that_shows_nothing_proves_nothing(jira: FakeJira, sqlite_store: Store) -> None:
    sync(sqlite_store, jira)
    jira.board_list.clear()
    jira.status_list.clear()
    for _ in range(3):
        jira.clock += HOUR
        assert sync(sqlite_store, jira).missing_count == 0
    assert landed(sqlite_store, BOARDS).keys() == {"8"}
    assert landed(sqlite_store, STATUSES).keys() == {"1", "3", "5"}


def test_a_deleted_board_takes_its_issues_along(jira: FakeJira, sqlite_store: Store) -> None:
    jira.add_board(12)
    sync(sqlite_store, jira)
    del jira.board_list[12]
    for _ in range(2):
        jira.clock += HOUR
        sync(sqlite_store, jira)
    assert landed(sqlite_store, BOARD_ISSUES).keys() == {"8"}


def test_boards_are_asked_for_their_issues_only_after_news_or_a_census(jira: FakeJira, sqlite_store: Store) -> None:
    sync(sqlite_store, jira)
    sync(sqlite_store, jira)
    assert "board 8" not in jira.requests
    jira.clock += HOUR
    jira.edit("20001", summary="x")
    sync(sqlite_store, jira)
    assert "board 8" in jira.requests
    sync(sqlite_store, jira)
    assert "board 8" not in jira.requests
    jira.clock += SETTINGS.census_days * DAY
    sync(sqlite_store, jira)
    assert "board 8" in jira.requests


def test_a_board_that_hides_its_issues_leaves_the_others(jira: FakeJira, sqlite_store: Store) -> None:
    jira.add_board(12)
    sync(sqlite_store, jira)
    jira.hidden_boards = {8}
    jira.clock += HOUR
    jira.make()
    assert sync(sqlite_store, jira).error is None
    boards = landed(sqlite_store, BOARD_ISSUES)
    assert {key: len(board["issue_ids"]) for key, board in boards.items()} == {"8": 2, "12": 3}


def test_persons_are_refreshed_at_a_census_and_strangers_do_not_land(jira: FakeJira, sqlite_store: Store) -> None:
    for number in range(5):
        jira.people[f"stranger{number}"] = "Someone"
    sync(sqlite_store, jira)
    assert landed(sqlite_store, USERS).keys() == {"a1"}
    jira.people["a1"] = "Ada Lovelace"
    sync(sqlite_store, jira)
    assert landed(sqlite_store, USERS)["a1"]["display_name"] == "Ada"
    jira.clock += SETTINGS.census_days * DAY
    sync(sqlite_store, jira)
    assert landed(sqlite_store, USERS)["a1"]["display_name"] == "Ada Lovelace"


def test_without_census_days_nothing_is_asked_by_the_calendar(jira: FakeJira, sqlite_store: Store) -> None:
    settings = Settings.load(jira_url="https://jira.example", census_days=0)
    sync(sqlite_store, jira, settings=settings)
    jira.clock += 400 * DAY
    sync(sqlite_store, jira, settings=settings)
    assert "users" not in jira.requests
    assert "board 8" not in jira.requests
    assert jira.requests.count("stubs") == 1
