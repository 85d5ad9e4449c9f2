import pytest

from pulse_assets.sandbox.jira.view import JiraView
from pulse_assets.sandbox.jira.world import Board, JiraWorld
from pulse_assets_tests.sandbox.jira.conftest import AGILE, SOFTWARE, JiraClient


@pytest.fixture(scope="module")
def view(jira_world: JiraWorld) -> JiraView:
    return jira_world.at()


@pytest.fixture
def scrum(view: JiraView) -> Board:
    return next(board for board in view.boards if board.kind == "scrum")


@pytest.fixture
def kanban(view: JiraView) -> Board:
    return next(board for board in view.boards if board.project_key == "OPS")


def test_boards_are_found_by_project_kind_and_name(jira: JiraClient, view: JiraView) -> None:
    assert [one["id"] for one in jira.walked(f"{AGILE}/board", "values", maxResults=2)] == [
        board.id for board in view.boards
    ]
    own = jira.found(f"{AGILE}/board", projectKeyOrId="PAY")["values"]
    assert [one["id"] for one in own] == [board.id for board in view.boards if board.project_key == "PAY"]
    assert len(own) == 2
    assert [one["type"] for one in jira.found(f"{AGILE}/board", type="simple")["values"]] == ["simple"]
    assert [one["name"] for one in jira.found(f"{AGILE}/board", name="oper")["values"]] == ["Operations"]
    assert jira.ask(f"{AGILE}/board", projectKeyOrId="NOPE").status_code == 400
    assert jira.ask(f"{AGILE}/board/999").status_code == 404
    assert jira.ask(f"{AGILE}/board/x").status_code == 400


def test_a_board_names_the_field_that_it_estimates_with(jira: JiraClient, view: JiraView, kanban: Board) -> None:
    for board in view.boards:
        body = jira.found(f"{AGILE}/board/{board.id}/configuration")
        field = body.get("estimation", {}).get("field", {}).get("fieldId")
        assert field == board.estimation_field
        assert [
            (column["name"], tuple(one["id"] for one in column["statuses"]))
            for column in body["columnConfig"]["columns"]
        ] == list(board.columns)
    assert "estimation" not in jira.found(f"{AGILE}/board/{kanban.id}/configuration")


def test_a_kanban_board_has_no_sprints_and_says_so(jira: JiraClient, kanban: Board) -> None:
    answer = jira.ask(f"{AGILE}/board/{kanban.id}/sprint")
    assert answer.status_code == 400
    assert answer.json() == {"errorMessages": ["The board does not support sprints"], "errors": {}}


def test_sprints_have_the_times_of_their_state(jira: JiraClient, view: JiraView, scrum: Board) -> None:
    rows = jira.walked(f"{AGILE}/board/{scrum.id}/sprint", "values", maxResults=4)
    assert [row["id"] for row in rows] == [state.sprint.id for state in view.sprints_of(scrum)]
    shown = {row["state"]: {"startDate", "endDate", "completeDate"} & set(row) for row in rows}
    assert shown["closed"] == {"startDate", "endDate", "completeDate"}
    assert {row["state"] for row in rows} >= {"closed", "future"}
    assert shown["future"] == set()
    for state in ("active", "closed", "future"):
        some = jira.found(f"{AGILE}/board/{scrum.id}/sprint", state=state)["values"]
        assert [row["id"] for row in some] == [row["id"] for row in rows if row["state"] == state]
    closed = next(state for state in view.sprints_of(scrum) if state.completed_at)
    assert closed.completed_at is not None
    single = jira.found(f"{AGILE}/sprint/{closed.sprint.id}")
    assert single["completeDate"] == closed.completed_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert jira.ask(f"{AGILE}/sprint/999999").status_code == 404
    assert jira.ask(f"{AGILE}/board/{scrum.id}/sprint", state="tired").status_code == 400


@pytest.mark.parametrize("mount", [AGILE, SOFTWARE])
def test_both_ways_list_the_issues_of_boards_and_sprints(jira: JiraClient, view: JiraView, mount: str) -> None:
    for board in view.boards:
        rows = jira.walked(f"{mount}/board/{board.id}/issue", "issues", fields="id", maxResults=30)
        assert [row["id"] for row in rows] == sorted((one.id for one in view.issues_of_board(board)), key=int)
        for state in view.sprints_of(board)[:3] if board.has_sprints else ():
            rows = jira.walked(f"{mount}/sprint/{state.sprint.id}/issue", "issues", fields="id", maxResults=5)
            assert {row["id"] for row in rows} == {one.id for one in view.issues_of_sprint(state.sprint)}


def test_the_software_api_pages_by_token_and_the_agile_one_by_position(jira: JiraClient, scrum: Board) -> None:
    by_token = jira.found(f"{SOFTWARE}/board/{scrum.id}/issue", fields="id", maxResults=5)
    assert {"nextPageToken", "isLast"} <= set(by_token)
    assert "total" not in by_token
    by_position = jira.found(f"{AGILE}/board/{scrum.id}/issue", fields="id", maxResults=5)
    assert {"startAt", "total"} <= set(by_position)
    other = jira.ask(f"{SOFTWARE}/board/{scrum.id}/issue", nextPageToken=by_token["nextPageToken"], jql="project = PAY")
    assert other.status_code == 400


def test_agile_issues_know_their_open_sprint_and_their_closed_ones(jira: JiraClient, view: JiraView) -> None:
    issue = max(view.issues, key=lambda issue: len(view.fields_of(issue).sprint_ids))
    sprint_id = view.fields_of(issue).sprint_ids[0]
    rows = jira.walked(f"{AGILE}/sprint/{sprint_id}/issue", "issues", maxResults=100)
    fields = next(row["fields"] for row in rows if row["id"] == issue.id)
    shown = [one["id"] for one in (*fields["closedSprints"], *([fields["sprint"]] if fields["sprint"] else []))]
    assert shown == list(view.fields_of(issue).sprint_ids)


def test_a_query_narrows_the_issues_of_a_board(jira: JiraClient, view: JiraView, scrum: Board) -> None:
    rows = jira.walked(f"{AGILE}/board/{scrum.id}/issue", "issues", jql="statusCategory = Done", fields="status")
    done = [one for one in view.issues_of_board(scrum) if view.fields_of(one).status.category == "done"]
    assert {row["id"] for row in rows} == {one.id for one in done}
