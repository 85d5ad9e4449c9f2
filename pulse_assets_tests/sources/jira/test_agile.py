"""Boards, their configuration, sprints and issues, as kinds of boards and rights give them."""

from typing import Any

import pytest

from pulse_assets.errors import ContractBroken, NotFound
from pulse_assets.sources.jira.records import Board
from pulse_assets_tests.sources.doubles import serving
from pulse_assets_tests.sources.jira.conftest import MakeJira
from pulse_assets_tests.sources.jira.reading import whole
from pulse_assets_tests.sources.jira.stub import JiraStub, by_start, by_token, refused

BOARDS = "/rest/agile/1.0/board"
NO_SPRINTS = refused(400, "The board does not support sprints")


def board(kind: str = "scrum") -> Board:
    return {"id": 8, "name": "b", "board_type": kind, "project_key": "EE", "estimation_field": None, "columns": []}


def test_a_board_with_its_configuration(make_jira: MakeJira) -> None:
    rows: list[dict[str, Any]] = [
        {"id": 8, "name": "Team", "type": "scrum", "location": {"projectKey": "EE"}},
        {"id": 9, "name": "Mine", "type": "kanban", "location": {"userAccountId": "1"}},
    ]
    own = {
        "columnConfig": {"columns": [{"name": "To Do", "statuses": [{"id": "1"}, {"id": 2}]}, {"name": "Done"}]},
        "estimation": {"type": "field", "field": {"fieldId": "customfield_2", "displayName": "Story Points"}},
    }
    routes = {
        BOARDS: by_start(rows),
        f"{BOARDS}/8/configuration": own,
        f"{BOARDS}/9/configuration": {"estimation": {"type": "none"}},
    }
    stub = JiraStub(routes)
    with serving(stub) as server:
        found = make_jira(server.url).boards("EE")
    assert stub.asked(BOARDS) == [{"projectKeyOrId": "EE", "startAt": "0", "maxResults": "50"}]
    assert found == [
        {
            "id": 8,
            "name": "Team",
            "board_type": "scrum",
            "project_key": "EE",
            "estimation_field": "customfield_2",
            "columns": [{"name": "To Do", "status_ids": ["1", "2"]}, {"name": "Done", "status_ids": []}],
        },
        {"id": 9, "name": "Mine", "board_type": "kanban", "project_key": None, "estimation_field": None, "columns": []},
    ]


@pytest.mark.parametrize("status", [403, 404])
def test_a_hidden_configuration_is_a_notice(status: int, make_jira: MakeJira) -> None:
    rows = [{"id": 8, "name": "Team", "type": "scrum"}]
    with serving(JiraStub({BOARDS: by_start(rows), f"{BOARDS}/8/configuration": refused(status)})) as server:
        jira = make_jira(server.url)
        assert jira.boards("EE")[0]["estimation_field"] is None
    assert jira.notices == (f"Jira hides the configuration of board 8 ({status}).",)


def test_without_jira_software_there_are_no_boards(make_jira: MakeJira) -> None:
    with serving(JiraStub({})) as server:
        jira = make_jira(server.url)
        assert jira.boards("EE") == []
    assert "without Jira Software" in jira.notices[0]


def test_sprints_of_all_states(make_jira: MakeJira) -> None:
    rows = [
        {"id": 1, "name": "One", "state": "closed", "startDate": "a", "endDate": "b", "completeDate": "c"},
        {"id": 2, "name": "Two", "state": "ACTIVE", "startDate": "a", "endDate": "b", "originBoardId": 3, "goal": "g"},
        {"id": 3, "name": "Three", "state": "future"},
    ]
    answers = by_start(rows)
    with serving(JiraStub({f"{BOARDS}/8/sprint": lambda question: answers(question | {"maxResults": 2})})) as server:
        jira = make_jira(server.url)
        found = whole(lambda cursor: jira.sprints(board(), cursor=cursor))
    assert [(sprint["state"], sprint["started_at"], sprint["completed_at"]) for sprint in found] == [
        ("closed", "a", "c"),
        ("active", "a", None),
        ("future", None, None),
    ]
    assert [(sprint["board_id"], sprint["origin_board_id"]) for sprint in found] == [(8, None), (8, 3), (8, None)]


@pytest.mark.parametrize("kind", ["kanban", "simple"])
def test_a_board_that_does_not_support_sprints_has_none(kind: str, make_jira: MakeJira) -> None:
    with serving(JiraStub({f"{BOARDS}/8/sprint": NO_SPRINTS})) as server:
        jira = make_jira(server.url)
        page = jira.sprints(board(kind))
    assert (page.records, page.next_cursor) == ([], None)
    assert len(server.asked) == 1
    assert jira.notices == ()


def test_a_scrum_board_without_sprints_is_an_error(make_jira: MakeJira) -> None:
    with serving(JiraStub({f"{BOARDS}/8/sprint": NO_SPRINTS})) as server, pytest.raises(ContractBroken, match="400"):
        make_jira(server.url).sprints(board())


@pytest.mark.parametrize("flavor", ["cloud", "datacenter"])
def test_issues_of_a_board_come_in_its_order_and_once(flavor: str, make_jira: MakeJira) -> None:
    rows = [{"id": str(number)} for number in (5, 3, 9, 3, 1)]
    answers = by_start(rows, "issues", has_last=False)
    routes = {
        "/rest/software/1.0/board/8/issue": by_token(rows, size=2),
        f"{BOARDS}/8/issue": lambda question: answers(question | {"maxResults": 2}),
    }
    stub = JiraStub(routes)
    with serving(stub) as server:
        assert make_jira(server.url, jira_flavor=flavor).board_issue_ids(8) == ["5", "3", "9", "1"]
    assert {path for path, _ in stub.questions} == {list(routes)[flavor == "datacenter"]}
    assert stub.questions[0][1]["fields"] == "id"


def test_a_board_that_is_gone_is_told(make_jira: MakeJira) -> None:
    with serving(JiraStub({})) as server:
        jira = make_jira(server.url)
        with pytest.raises(NotFound, match="board 8"):
            jira.board_issue_ids(8)
    assert len(server.asked) == 2
    assert jira.notices == ()
