from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examined
from hypothesis import strategies as st

from pulse_assets.tables.boards import judged_board, judged_board_issues
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import frame_problems, typed_frame
from pulse_assets.tables.projects import project_row, status_row
from pulse_assets.tables.quarantine import Problem
from pulse_assets.tables.sprints import judged_sprint, once_each
from pulse_assets_tests.tables.landed_jira import BLANK
from pulse_assets_tests.tables.test_issues import JSON
from pulse_assets_tests.text_tables import instant

SPRINT = BLANK["raw_jira_sprints"]
BOARDS: dict[int, dict[str, Any]] = {
    number: {"board_id": number, "estimation_field": field} for number, field in ((1, "cf_1"), (2, "cf_2"), (3, None))
}


def sprint(**changes: Any) -> tuple[dict[str, Any] | None, tuple[Problem, ...]]:
    return judged_sprint("PAY", SPRINT | changes, BOARDS)


def row(**changes: Any) -> dict[str, Any]:
    found, problems = sprint(**changes)
    assert (problems, found is None) == ((), False)
    return found or {}


def test_sprint_is_a_row_with_the_estimation_field_of_its_board() -> None:
    assert row(goal="Ship") == {
        "project": "PAY",
        "board_id": 1,
        "sprint_id": 7,
        "name": "Sprint 7",
        "goal": "Ship",
        "state": "closed",
        "started_at": instant("2024-05-01 09:00"),
        "ended_at": instant("2024-05-15 09:00"),
        "completed_at": instant("2024-05-15 10:00"),
        "estimation_field": "cf_1",
    }


def test_planned_start_of_a_future_sprint_is_no_start() -> None:
    found = row(state="future", completed_at=None)
    assert (found["started_at"], found["ended_at"]) == (None, instant("2024-05-15 09:00"))


def test_sprint_that_was_opened_again_is_not_completed() -> None:
    assert row(state="active")["completed_at"] is None


def test_state_is_read_in_any_case() -> None:
    assert row(state="CLOSED")["state"] == "closed"


@pytest.mark.parametrize(("origin", "listed_by", "board"), [(2, 1, 2), (None, 3, 3), (9, 3, 3), (3, 9, 3)])
def test_board_is_the_origin_if_that_is_one_of_the_project(origin: int | None, listed_by: int, board: int) -> None:
    found = row(origin_board_id=origin, board_id=listed_by)
    assert (found["board_id"], found["estimation_field"]) == (board, BOARDS[board]["estimation_field"])


def test_sprint_that_several_boards_list_is_that_of_the_lowest() -> None:
    rows = [row(id=number, board_id=board, origin_board_id=None) for number, board in ((8, 1), (7, 3), (7, 2), (7, 3))]
    assert [(each["sprint_id"], each["board_id"]) for each in once_each(rows)] == [(7, 2), (8, 1)]


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"state": "paused"}, "state", "is neither future, active nor closed"),
        ({"name": None}, "name", "is missing"),
        ({"id": "7"}, "id", "is no whole number from 0"),
        ({"board_id": 9, "origin_board_id": None}, "board_id", "is no board of the project"),
    ],
)
def test_sprint_that_cannot_be_placed_is_left_out(changes: dict[str, Any], field: str, problem: str) -> None:
    found, problems = sprint(**changes)
    assert found is None
    assert [(each.field, each.problem, each.is_dropped) for each in problems] == [(field, problem, True)]


def test_time_that_is_none_is_null_in_its_row() -> None:
    found, problems = sprint(ended_at="soon")
    assert found is not None
    assert (found["ended_at"], [(each.field, each.is_dropped) for each in problems]) == (None, [("ended_at", False)])


def test_board_shows_the_issues_of_the_project_that_are_there() -> None:
    payload = {"board_id": 1, "issue_ids": ["20", "10", "20", "99", 30, None]}
    rows, problems = judged_board_issues("PAY", payload, BOARDS, {"10": "PAY-1", "20": "PAY-2", "30": "PAY-3"})
    assert [(each["board_id"], each["key"]) for each in rows] == [(1, "PAY-2"), (1, "PAY-1"), (1, "PAY-3")]
    assert [(each.field, each.problem) for each in problems] == [("issue_ids 5", "is no number of an issue")]


def test_board_that_is_gone_shows_nothing() -> None:
    assert judged_board_issues("PAY", {"board_id": 9, "issue_ids": ["10"]}, BOARDS, {"10": "PAY-1"}) == ([], ())


@pytest.mark.parametrize(
    ("category", "by_setting", "expected"),
    [
        ("todo", {}, ("todo", "jira")),
        ("todo", {"1": "done"}, ("todo", "jira")),
        ("undefined", {"1": "done"}, ("done", "setting")),
        ("undefined", {"2": "done"}, (None, "jira")),
        (None, {}, (None, "jira")),
    ],
)
def test_setting_says_the_category_where_the_site_does_not(
    category: str | None, by_setting: dict[str, str], expected: tuple[str | None, str]
) -> None:
    found, problems = status_row("PAY", "1", BLANK["raw_jira_statuses"] | {"category": category}, by_setting)
    assert ((found["status_category"], found["source"]), problems) == (expected, ())


def test_category_of_another_kind_is_noted() -> None:
    found, problems = status_row("PAY", "1", BLANK["raw_jira_statuses"] | {"category": "new"}, {})
    assert found["status_category"] is None
    assert [(each.field, each.problem) for each in problems] == [("category", "is no category of a status")]


@given(st.data())
@examined(deadline=None)
def test_garbage_gives_rows_that_keep_their_contract(data: st.DataObject) -> None:
    def garbled(table: str) -> dict[str, Any]:
        return BLANK[table] | data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(BLANK[table], JSON)))

    found = {
        "sprints": [judged_sprint("PAY", garbled("raw_jira_sprints"), BOARDS)[0]],
        "boards": [judged_board("PAY", garbled("raw_jira_boards"))[0]],
        "board_issues": judged_board_issues("PAY", garbled("raw_jira_board_issues"), BOARDS, {"1": "PAY-1"})[0],
        "statuses": [status_row("PAY", "1", garbled("raw_jira_statuses"), {})[0]],
        "projects": [project_row("PAY", "1", garbled("raw_jira_projects"), None)[0]],
    }
    for name, rows in found.items():
        assert frame_problems(TABLES[name], typed_frame(TABLES[name], [each for each in rows if each])) == []
