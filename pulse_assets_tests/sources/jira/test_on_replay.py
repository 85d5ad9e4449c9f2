"""Jira's recorded data: Cloud and Data Center give the same records, in good weather and in bad."""

import datetime as dt
import time
from typing import Any

import pytest

from pulse_assets.errors import AuthenticationFailed, ContractBroken, NotFound
from pulse_assets.sources.http import utc_now
from pulse_assets.sources.jira.client import Jira
from pulse_assets.sources.jira.pages import CursorExpired
from pulse_assets_tests.replay import Replay
from pulse_assets_tests.sources.jira.conftest import MakeJira
from pulse_assets_tests.sources.jira.reading import whole

EE = 'project = "EE" ORDER BY created ASC, key ASC'
FLAVORS = ("cloud", "datacenter")


def connect(make_jira: MakeJira, replay: Replay, **settings: Any) -> Jira:
    return make_jira(f"{replay.url}/jira", **settings)


def issues_of(jira: Jira, *, page_size: int | None = None) -> list[Any]:
    return whole(
        lambda cursor: jira.issues(EE, estimate_fields=["customfield_10024"], cursor=cursor, page_size=page_size)
    )


def everything(jira: Jira, *, page_size: int | None = 7) -> dict[str, Any]:
    boards = jira.boards("EE")
    return {
        "project": [jira.project("EE")],
        "projects": list(jira.projects()),
        "fields": jira.fields(),
        "statuses": jira.statuses(),
        "boards": boards,
        "sprints": [
            sprint
            for board in boards
            for sprint in whole(lambda cursor, board=board: jira.sprints(board, cursor=cursor))
        ],
        "board_issues": jira.board_issue_ids(8),
        "users": [user for page in jira.users() for user in page.records],
        "stubs": whole(lambda cursor: jira.stubs(EE, cursor=cursor)),
        "issues": issues_of(jira, page_size=page_size),
    }


@pytest.fixture
def truth(make_jira: MakeJira, replay: Replay) -> dict[str, Any]:
    found = everything(connect(make_jira, replay, jira_token="truth"))
    replay.reset()
    return found


def test_both_flavors_give_the_same_records(make_jira: MakeJira, replay: Replay) -> None:
    cloud, server = (everything(connect(make_jira, replay, jira_flavor=flavor)) for flavor in FLAVORS)
    assert cloud == server
    assert {name: len(records) for name, records in cloud.items()} == {
        "project": 1,
        "projects": 12,
        "fields": 153,
        "statuses": 53,
        "boards": 1,
        "sprints": 30,
        "board_issues": 30,
        "users": 30,
        "stubs": 30,
        "issues": 30,
    }
    histories = [history for issue in cloud["issues"] for history in issue["histories"]]
    items = [item for history in histories for item in history["items"]]
    assert (len(histories), len(items)) == (517, 709)
    assert sum(item["field"] == "status" for item in items) == 165


@pytest.mark.parametrize("flavor", FLAVORS)
def test_issues_by_id_are_those_of_the_list(flavor: str, make_jira: MakeJira, replay: Replay) -> None:
    jira = connect(make_jira, replay, jira_flavor=flavor)
    listed = issues_of(jira)
    ids = [issue["id"] for issue in listed[::-1]]
    page = jira.issues_by_id([ids[0], "1", *ids], estimate_fields=["customfield_10024"])
    assert page.records == listed[::-1]
    assert page.next_cursor is None
    named = {issue[role] for issue in listed for role in ("assignee", "reporter", "creator")}
    named |= {history["author"] for issue in listed for history in issue["histories"]}
    assert {user["account_id"] for user in page.users} == named - {None}
    assert [user["account_id"] for user in page.users] == sorted(named - {None})


@pytest.mark.parametrize("flavor", FLAVORS)
def test_counts_agree_with_the_lists(flavor: str, make_jira: MakeJira, replay: Replay) -> None:
    jira = connect(make_jira, replay, jira_flavor=flavor)
    assert jira.count('project = "EE"') == 30
    assert jira.count('project = "EE" AND created < 1591920793360') == 0
    assert jira.issue_stub("10063") == {
        "id": "10063",
        "key": "EE-1",
        "project_key": "EE",
        "updated": "2021-03-28T16:06:08.713+0800",
    }
    replay.remove(jira_issue="EE-1")
    assert jira.count('project = "EE"') == 29
    assert jira.issue_stub("10063") is None


@pytest.mark.parametrize("flavor", FLAVORS)
def test_a_cursor_survives_the_process(flavor: str, make_jira: MakeJira, replay: Replay) -> None:
    first = connect(make_jira, replay, jira_flavor=flavor).stubs(EE)
    ask = {"estimate_fields": [], "page_size": 20}
    begun = connect(make_jira, replay, jira_flavor=flavor).issues(EE, **ask)
    rest = connect(make_jira, replay, jira_flavor=flavor).issues(EE, **ask, cursor=begun.next_cursor)
    keys = [issue["key"] for issue in [*begun.records, *rest.records]]
    assert keys == [stub["key"] for stub in first.records]
    assert (len(begun.records), rest.next_cursor) == (20, None)


def test_a_token_of_another_query_has_expired(make_jira: MakeJira, replay: Replay) -> None:
    jira = connect(make_jira, replay)
    cursor = jira.issues(EE, estimate_fields=[], page_size=5).next_cursor
    with pytest.raises(CursorExpired):
        jira.issues('project = "EE" ORDER BY key ASC', estimate_fields=[], cursor=cursor)


def test_a_cursor_of_the_other_flavor_starts_over(make_jira: MakeJira, replay: Replay) -> None:
    cursor = connect(make_jira, replay).issues(EE, estimate_fields=[], page_size=5).next_cursor
    server = connect(make_jira, replay, jira_flavor="datacenter")
    assert server.issues(EE, estimate_fields=[], cursor=cursor).records[0]["key"] == "EE-1"


def test_a_list_that_became_shorter_is_read_again(make_jira: MakeJira, replay: Replay) -> None:
    server = connect(make_jira, replay, jira_flavor="datacenter")
    page = server.issues(EE, estimate_fields=[], page_size=10)
    replay.remove(jira_issue="EE-2")
    with pytest.raises(CursorExpired, match="30 to 29"):
        server.issues(EE, estimate_fields=[], page_size=10, cursor=page.next_cursor)


@pytest.mark.parametrize("flavor", FLAVORS)
def test_more_than_forty_histories_arrive_whole(flavor: str, make_jira: MakeJira, replay: Replay) -> None:
    for number in range(120):
        replay.advance(
            jira_issue="EE-1",
            set={"summary": f"Title {number}"},
            at=f"2026-01-01T{number // 60:02}:{number % 60:02}:00Z",
        )
    issue = issues_of(connect(make_jira, replay, jira_flavor=flavor))[0]
    assert (issue["key"], issue["summary"], len(issue["histories"])) == ("EE-1", "Title 119", 145)
    assert issue["histories"][-1]["items"][0]["to_text"] == "Title 119"
    assert [int(each["id"]) for each in issue["histories"][25:]] == sorted(
        int(each["id"]) for each in issue["histories"][25:]
    )


GONE = {"status": 410, "body": {"errorMessages": ["The requested API has been removed."], "errors": {}}}


@pytest.mark.parametrize(
    "replaced",
    [
        (
            "cloud",
            "^POST /jira/rest/api/3/changelog/bulkfetch",
            "/rest/api/3/changelog/bulkfetch is gone (410); /rest/api/3/issue/{id}/changelog answers instead.",
        ),
        (
            "cloud",
            "^GET /jira/rest/api/3/statuses/search",
            "/rest/api/3/statuses/search is gone (410); /rest/api/3/status answers instead.",
        ),
        (
            "cloud",
            "^GET /jira/rest/api/3/project/search",
            "/rest/api/3/project/search is gone (410); /rest/api/2/project answers instead.",
        ),
        (
            "cloud",
            "^GET /jira/rest/software/1.0/board",
            "/rest/software/1.0/board/{id}/issue is gone (410); /rest/agile/1.0/board/{id}/issue answers instead.",
        ),
        (
            "datacenter",
            "^(GET|POST) /jira/rest/api/2/search",
            "/rest/api/2/search is gone (410); /rest/api/3/search/jql answers instead.",
        ),
        (
            "datacenter",
            "^GET /jira/rest/agile/1.0/board/8/issue",
            "/rest/agile/1.0/board/{id}/issue is gone (410); /rest/software/1.0/board/{id}/issue answers instead.",
        ),
    ],
)
def test_a_removed_endpoint_is_replaced_and_told(
    replaced: tuple[str, str, str], make_jira: MakeJira, replay: Replay, truth: dict[str, Any]
) -> None:
    flavor, match, notice = replaced
    replay.scenario([{"name": "gone", "match": match, "then": GONE}])
    jira = connect(make_jira, replay, jira_flavor=flavor)
    assert everything(jira) == truth
    assert notice in jira.notices
    assert replay.calls()["faults"] == {"gone": 1}, "the successor is remembered"


@pytest.mark.parametrize(
    ("match", "endpoint"),
    [
        ("^POST /jira/rest/api/3/search/jql", "/rest/api/3/search/jql"),
        ("^POST /jira/rest/api/3/search/approximate-count", "/rest/api/3/search/approximate-count"),
        ("^GET /jira/rest/api/3/field", "/rest/api/3/field"),
        ("^GET /jira/rest/agile/1.0/board", "/rest/agile/1.0/board"),
    ],
)
def test_a_removed_endpoint_without_successor_is_named(
    match: str, endpoint: str, make_jira: MakeJira, replay: Replay
) -> None:
    replay.scenario([{"name": "gone", "match": match, "then": GONE}])
    jira = connect(make_jira, replay)
    with pytest.raises(ContractBroken, match=f"410 to {endpoint}: The requested API has been removed"):
        (jira.count(EE), jira.boards("EE"), jira.stubs(EE), issues_of(jira))


@pytest.mark.parametrize("flavor", FLAVORS)
@pytest.mark.parametrize("weather", ["jira_limits_and_gone", "flaky_server", "broken_bodies"])
def test_bad_weather_changes_no_record(
    flavor: str, weather: str, make_jira: MakeJira, replay: Replay, truth: dict[str, Any]
) -> None:
    replay.play(weather)
    assert everything(connect(make_jira, replay, jira_flavor=flavor)) == truth


def test_limits_hold_in_real_time_and_name_their_reason(
    make_jira: MakeJira, replay: Replay, truth: dict[str, Any]
) -> None:
    replay.play("jira_limits_and_gone")
    events: list[Any] = []
    jira = connect(make_jira, replay, clock=utc_now, sleep=time.sleep, on_event=events.append)
    assert everything(jira) == truth
    assert jira.stats.snapshot().waited_seconds >= 1
    assert any("a rate limit (jira-burst-based)" in event.reason for event in events)
    assert set(replay.calls()["faults"]) == {"burst limit", "maintenance"}


@pytest.mark.parametrize("path", ["search/jql", "changelog/bulkfetch", "issue/bulkfetch"])
def test_another_questions_answer_is_not_believed(
    path: str, make_jira: MakeJira, replay: Replay, truth: dict[str, Any]
) -> None:
    """The body of the request before, once."""
    rule = {"name": "again", "match": f"^POST /jira/rest/api/3/{path}", "nth": [3], "then": {"duplicate_page": True}}
    replay.scenario([rule])
    jira = connect(make_jira, replay)
    ids = [issue["id"] for issue in truth["issues"]]
    for begin in range(0, 30, 10):
        if path == "issue/bulkfetch":
            found = jira.issues_by_id(ids[begin : begin + 10], estimate_fields=["customfield_10024"]).records
            assert found == truth["issues"][begin : begin + 10]
    assert issues_of(jira, page_size=10) == truth["issues"]
    assert replay.calls()["faults"] == {"again": 1}


def test_a_page_that_stays_the_same_breaks_the_contract(make_jira: MakeJira, replay: Replay) -> None:
    rule = {"name": "again", "match": "^POST /jira/rest/api/3/search/jql", "after": 1, "then": {"duplicate_page": True}}
    replay.scenario([rule])
    with pytest.raises(ContractBroken, match="content of another page"):
        issues_of(connect(make_jira, replay), page_size=10)
    assert replay.calls()["faults"] == {"again": 3}


def test_a_token_that_ends_is_told(make_jira: MakeJira, replay: Replay) -> None:
    replay.play("expired_token")
    jira = connect(make_jira, replay)
    for _ in range(10):
        jira.project("EE")
    with pytest.raises(AuthenticationFailed, match=r"PULSE_JIRA_TOKEN.*PULSE_JIRA_EMAIL"):
        jira.project("EE")


def test_a_missing_project_names_the_setting(make_jira: MakeJira, replay: Replay) -> None:
    with pytest.raises(NotFound, match=r"NOPE.*PULSE_JIRA_PROJECTS"):
        connect(make_jira, replay).project("NOPE")


def test_the_clock_is_the_servers(make_jira: MakeJira, replay: Replay) -> None:
    jira = connect(make_jira, replay)
    before = utc_now()
    assert before - dt.timedelta(seconds=1) <= jira.now() <= utc_now()


def test_a_collection_takes_few_requests(make_jira: MakeJira, replay: Replay) -> None:
    everything(connect(make_jira, replay), page_size=None)
    assert replay.calls()["total"] == 13


def test_no_address_of_a_person_is_kept(truth: dict[str, Any]) -> None:
    assert "example.invalid" not in str(truth)
