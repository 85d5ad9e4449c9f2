"""Projects, fields, statuses, workflows and users, as rights and flavors give them."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pulse_assets.errors import AuthenticationFailed, ConfigurationError, PermissionDenied
from pulse_assets.sources.jira.records import Board
from pulse_assets_tests.sources.doubles import START, FakeClock, Says, serving
from pulse_assets_tests.sources.jira.conftest import MakeJira
from pulse_assets_tests.sources.jira.stub import (
    FLOAT_SCHEMA,
    SPRINT_SCHEMA,
    JiraStub,
    by_start,
    field_row,
    person,
    refused,
)

STATUS_SEARCH, WORKFLOWS = "/rest/api/3/statuses/search", "/rest/api/3/workflows/search"
PLAIN = [{"id": "3", "name": "Doing", "statusCategory": {"key": "indeterminate"}}]
SEARCHED = [
    {"id": "3", "name": "Doing", "statusCategory": "IN_PROGRESS", "scope": {"type": "GLOBAL"}},
    {"id": "9", "name": "Own", "statusCategory": "TODO", "scope": {"type": "PROJECT", "project": {"id": "10"}}},
]


def test_statuses_tell_whose_they_are(make_jira: MakeJira) -> None:
    with serving(JiraStub({STATUS_SEARCH: by_start(SEARCHED)})) as server:
        found = make_jira(server.url).statuses()
    assert [(status["id"], status["project_id"]) for status in found] == [("3", None), ("9", "10")]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_statuses_are_listed_without_the_right_to_search_them(status: int, make_jira: MakeJira) -> None:
    stub = JiraStub({STATUS_SEARCH: refused(status), "/rest/api/3/status": PLAIN})
    with serving(stub) as server:
        jira = make_jira(server.url)
        assert [found["category"] for found in jira.statuses()] == ["in_progress"]
        assert jira.statuses() == jira.statuses()
    assert len(stub.asked(STATUS_SEARCH)) == 1
    assert len(jira.notices) == 1
    assert f"({status}); /rest/api/3/status answers instead." in jira.notices[0]


def test_a_refused_credential_is_no_missing_right(make_jira: MakeJira) -> None:
    with serving(lambda _asked: refused(401)) as server:
        jira = make_jira(server.url)
        for ask in (jira.statuses, jira.workflows):
            with pytest.raises(AuthenticationFailed):
                ask()


def test_workflows_tell_status_ids(make_jira: MakeJira) -> None:
    answer = {
        "values": [
            {
                "id": "w1",
                "name": "Software",
                "statuses": [{"statusReference": "r1"}, {"statusReference": "r2"}],
                "transitions": [
                    {"id": "1", "name": "Create", "type": "INITIAL", "toStatusReference": "r1", "links": []},
                    {"name": "Begin", "toStatusReference": "r2", "links": [{"fromStatusReference": "r1"}]},
                    {"name": "Loop", "type": "GLOBAL", "links": None},
                ],
            }
        ],
        "statuses": [{"id": "10", "statusReference": "r1"}, {"id": "11", "statusReference": "r2"}],
        "isLast": True,
    }
    stub = JiraStub({WORKFLOWS: answer})
    with serving(stub) as server:
        (workflow,) = make_jira(server.url).workflows()
    assert workflow == {
        "id": "w1",
        "name": "Software",
        "status_ids": ["10", "11"],
        "transitions": [
            {"name": "Create", "from_status_ids": [], "to_status_id": "10"},
            {"name": "Begin", "from_status_ids": ["10"], "to_status_id": "11"},
            {"name": "Loop", "from_status_ids": [], "to_status_id": None},
        ],
    }
    assert stub.asked(WORKFLOWS)[0]["expand"] == "values.transitions"


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_workflows_that_are_closed_are_a_notice(status: int, make_jira: MakeJira) -> None:
    with serving(JiraStub({WORKFLOWS: refused(status), "/rest/api/3/myself": {"accountId": "1"}})) as server:
        jira = make_jira(server.url)
        assert jira.workflows() == []
        assert jira.workflows() == []
    assert jira.notices == (f"Jira answers {status} to {WORKFLOWS}; no workflow is collected.",)


def test_archived_projects_are_left_out_of_the_list_only(make_jira: MakeJira) -> None:
    rows = [{"id": str(number), "key": f"P{number}", "name": "x", "archived": number == 1} for number in range(3)]
    routes = {"/rest/api/3/project/search": by_start(rows), "/rest/api/3/project/P1": rows[1]}
    with serving(JiraStub(routes)) as server:
        jira = make_jira(server.url)
        assert [project["key"] for project in jira.projects()] == ["P0", "P2"]
        assert jira.project("P1")["is_archived"]


def users_by_start(rows: list[Any], size: int) -> Any:
    def answer(question: dict[str, Any]) -> Any:
        start = int(question["startAt"])
        return rows[start : start + size]

    return answer


@pytest.mark.parametrize(
    ("flavor", "path", "asked"),
    [
        ("cloud", "/rest/api/3/users/search", {"startAt": "0", "maxResults": "1000"}),
        (
            "datacenter",
            "/rest/api/2/user/search",
            {"username": ".", "includeInactive": "true", "startAt": "0", "maxResults": "1000"},
        ),
    ],
)
def test_users_end_with_an_empty_page(flavor: str, path: str, asked: dict[str, str], make_jira: MakeJira) -> None:
    rows = [person(f"p{number}") for number in range(5)]
    stub = JiraStub({path: users_by_start(rows, 2)})
    with serving(stub) as server:
        pages = list(make_jira(server.url, jira_flavor=flavor).users())
    assert [[user["account_id"] for user in page.records] for page in pages] == [["p0", "p1"], ["p2", "p3"], ["p4"]]
    assert stub.asked(path)[0] == asked
    assert len(stub.asked(path)) == 4


def test_users_that_may_not_be_listed_are_a_notice(make_jira: MakeJira) -> None:
    with serving(JiraStub({"/rest/api/3/users/search": refused(403)})) as server:
        jira = make_jira(server.url)
        assert list(jira.users()) == []
    assert jira.notices == ("Jira answers 403 to /rest/api/3/users/search; only persons of issues are known.",)


def test_a_closed_list_of_projects_is_no_empty_one(make_jira: MakeJira) -> None:
    with serving(JiraStub({"/rest/api/3/project/search": refused(403)})) as server, pytest.raises(PermissionDenied):
        list(make_jira(server.url).projects())


def test_fields_are_asked_for_once_by_all_threads(make_jira: MakeJira) -> None:
    stub = JiraStub({})
    with serving(stub) as server:
        jira = make_jira(server.url)
        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(lambda _: jira.sprint_field(), range(8))) == {"customfield_1"}
    assert len(stub.questions) == 1


def board(field: str | None) -> Board:
    return {"id": 1, "name": "b", "board_type": "scrum", "project_key": "EE", "estimation_field": field, "columns": []}


@pytest.mark.parametrize(
    ("setting", "boards", "found"),
    [
        (None, [], ["customfield_2", "customfield_3", "customfield_4"]),
        (
            None,
            [board("timeoriginalestimate"), board(None), board("customfield_4")],
            ["timeoriginalestimate", "customfield_4", "customfield_2", "customfield_3"],
        ),
        (
            "Size",
            [board("customfield_3")],
            ["customfield_3", "customfield_5", "customfield_6", "customfield_2", "customfield_4"],
        ),
        ("CUSTOMFIELD_5", [], ["customfield_5", "customfield_2", "customfield_3", "customfield_4"]),
    ],
)
def test_estimate_fields(setting: str | None, boards: list[Board], found: list[str], make_jira: MakeJira) -> None:
    rows = [
        field_row("customfield_1", "Sprint", SPRINT_SCHEMA),
        field_row("customfield_2", "Story Points", FLOAT_SCHEMA),
        field_row("customfield_3", "Punkte", "com.pyxis.greenhopper.jira:jsw-story-points"),
        field_row("customfield_4", "story point ESTIMATE", FLOAT_SCHEMA),
        field_row("customfield_5", "Size"),
        field_row("customfield_6", "size", FLOAT_SCHEMA),
        field_row("customfield_7", "Story Points", "com.atlassian.jira.plugin.system.customfieldtypes:textfield"),
    ]
    stub = JiraStub({})
    stub.routes["/rest/api/[23]/field"] = rows
    with serving(stub) as server:
        jira = make_jira(server.url, jira_story_points_field=setting)
        assert jira.estimate_fields(boards) == found


def test_an_unknown_estimate_field_is_a_configuration_error(make_jira: MakeJira) -> None:
    with (
        serving(JiraStub({})) as server,
        pytest.raises(ConfigurationError, match=r"'Pts'.*PULSE_JIRA_STORY_POINTS_FIELD"),
    ):
        make_jira(server.url, jira_story_points_field="Pts").estimate_fields([])


def test_the_server_clock_goes_on_from_the_newest_answer(make_jira: MakeJira, clock: FakeClock) -> None:
    behind = FakeClock(START - dt.timedelta(hours=2))
    stub = JiraStub({"/rest/api/3/serverInfo": {"serverTime": "2026-01-01T05:00:00.000+0800"}})
    with serving(stub, clock=behind) as server:
        jira = make_jira(server.url)
        assert jira.now() == START - dt.timedelta(hours=2)
        clock.sleep(90)
        assert jira.now() == START - dt.timedelta(hours=2) + dt.timedelta(seconds=90)
    assert len(stub.questions) == 1


def test_a_server_without_dates_is_asked_for_its_time(make_jira: MakeJira) -> None:
    answer = Says({"serverTime": "2026-01-01T05:00:00.250+0800"}, headers={"date": ""})
    with serving(JiraStub({"/rest/api/3/serverInfo": answer})) as server:
        assert make_jira(server.url).now() == dt.datetime(2025, 12, 31, 21, 0, 0, 250000, dt.UTC)
