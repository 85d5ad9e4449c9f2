"""Pages that lead on, that repeat themselves, that end too early, and that are too heavy."""

from typing import Any

import pytest

from pulse_assets.errors import ContractBroken
from pulse_assets.sources.jira.client import Jira
from pulse_assets.sources.jira.cursors import Position, Token
from pulse_assets.sources.jira.pages import CursorExpired, IssueStub
from pulse_assets_tests.sources.doubles import Says, serving
from pulse_assets_tests.sources.jira.conftest import MakeJira
from pulse_assets_tests.sources.jira.reading import whole
from pulse_assets_tests.sources.jira.stub import (
    JiraStub,
    bulk_histories,
    by_start,
    by_token,
    history_row,
    issue_row,
    refused,
)

SEARCH, SERVER_SEARCH = "/rest/api/3/search/jql", "/rest/api/2/search"
BULK = "/rest/api/3/changelog/bulkfetch"
JQL = "project = EE"


def walk(jira: Jira) -> list[IssueStub]:
    return whole(lambda cursor: jira.stubs(JQL, cursor=cursor))


@pytest.mark.parametrize(
    "page",
    [
        {"issues": [issue_row(1)], "nextPageToken": "same"},
        {"issues": [issue_row(1)], "isLast": False},
        {"issues": [issue_row(1)], "isLast": False, "nextPageToken": 7},
        {"issues": None},
        {"issues": ["1"]},
        {},
        [],
        {"issues": [{"key": "EE-1"}], "isLast": True},
    ],
)
def test_a_page_that_does_not_lead_on_breaks_the_contract(page: Any, make_jira: MakeJira) -> None:
    with serving(JiraStub({SEARCH: page})) as server, pytest.raises(ContractBroken):
        walk(make_jira(server.url))
    assert len(server.asked) <= 4


def test_tokens_that_lead_in_a_circle_break_the_contract(make_jira: MakeJira) -> None:
    leads = {None: "a", "a": "b", "b": "a"}

    def page(question: dict[str, Any]) -> Any:
        token = question.get("nextPageToken")
        return {"issues": [issue_row(list(leads).index(token) % 2)], "nextPageToken": leads[token]}

    with serving(JiraStub({SEARCH: page})) as server, pytest.raises(ContractBroken, match="another page"):
        walk(make_jira(server.url))


def test_an_empty_page_in_the_middle_is_no_end(make_jira: MakeJira) -> None:
    pages = {None: ([1], "a"), "a": ([], "b"), "b": ([], "c"), "c": ([2], None)}

    def page(question: dict[str, Any]) -> Any:
        numbers, following = pages[question.get("nextPageToken")]
        return {"issues": [issue_row(each) for each in numbers]} | ({"nextPageToken": following} if following else {})

    with serving(JiraStub({SEARCH: page})) as server:
        found = walk(make_jira(server.url))
    assert [stub["id"] for stub in found] == ["1", "2"]


def test_the_same_walk_may_begin_again(make_jira: MakeJira) -> None:
    with serving(JiraStub({SEARCH: by_token([issue_row(each) for each in range(5)], size=2)})) as server:
        jira = make_jira(server.url)
        walks = [walk(jira) for _ in range(3)]
    assert walks[0] == walks[1] == walks[2]
    assert len(walks[0]) == 5


def test_a_refused_query_is_not_taken_for_an_old_token(make_jira: MakeJira) -> None:
    with serving(JiraStub({SEARCH: refused(400, "The value 'EE' does not exist for the field 'project'.")})) as server:
        jira = make_jira(server.url)
        with pytest.raises(ContractBroken, match="The value 'EE' does not exist"):
            jira.stubs(JQL)
        with pytest.raises(CursorExpired) as caught:
            jira.stubs(JQL, cursor="token:old")
    assert caught.value.is_transient
    assert len(server.asked) == 2, "neither is tried again"


@pytest.mark.parametrize(
    ("cursor", "start"),
    [(None, 0), ("start:40/90", 40), ("start:40/", 40), ("token:abc", 0), ("start:x/1", 0), ("", 0)],
)
def test_positions(cursor: str | None, start: int) -> None:
    assert Position.parse(cursor).start == start


def test_cursors_are_text_of_their_way() -> None:
    assert Position.parse(str(Position(7, 30))) == Position(7, 30)
    assert Position.parse(str(Position(7))) == Position(7)
    assert Token.parse(str(Token("a:b/c"))) == Token("a:b/c")
    assert Token.parse("start:7/30") is None


def test_an_empty_page_before_the_end_is_no_end(make_jira: MakeJira) -> None:
    body = {"startAt": 0, "maxResults": 50, "total": 3, "issues": []}
    with serving(JiraStub({SERVER_SEARCH: body})) as server, pytest.raises(ContractBroken, match="another page"):
        make_jira(server.url, jira_flavor="datacenter").stubs(JQL)
    assert len(server.asked) == 3


def test_a_page_of_another_position_is_not_believed(make_jira: MakeJira) -> None:
    rows = [issue_row(each) for each in range(4)]
    answers = by_start(rows, "issues", has_last=False)
    wrong = [True]

    def answer(question: dict[str, Any]) -> Any:
        if question["startAt"] == 2 and wrong:
            wrong.pop()
            return answers(question | {"startAt": 0})
        return answers(question | {"maxResults": 2})

    with serving(JiraStub({SERVER_SEARCH: answer})) as server:
        jira = make_jira(server.url, jira_flavor="datacenter")
        found = walk(jira)
    assert [stub["id"] for stub in found] == ["0", "1", "2", "3"]
    assert not wrong


def test_a_server_that_gives_less_than_asked_is_walked_by_what_it_gives(make_jira: MakeJira) -> None:
    rows = [issue_row(each) for each in range(7)]
    answers = by_start(rows, "issues", has_last=False)
    with serving(JiraStub({SERVER_SEARCH: lambda question: answers(question | {"maxResults": 3})})) as server:
        jira = make_jira(server.url, jira_flavor="datacenter")
        first = jira.stubs(JQL)
        assert (len(first.records), first.total) == (3, 7)
        assert len(walk(jira)) == 7


def test_pages_shrink_for_a_slow_server_and_grow_again(make_jira: MakeJira) -> None:
    rows = [issue_row(each) for each in range(300)]
    answers, sizes = by_token(rows), []

    def answer(question: dict[str, Any]) -> Any:
        sizes.append(question["maxResults"])
        is_heavy = question["maxResults"] > 30 and len(sizes) < 8
        return Says(raw=b"<html>504</html>", status=504) if is_heavy else answers(question)

    with serving(JiraStub({SEARCH: answer, BULK: bulk_histories({str(each): [] for each in range(300)})})) as server:
        jira = make_jira(server.url)
        found = whole(lambda cursor: jira.issues(JQL, estimate_fields=[], cursor=cursor))
    assert [issue["id"] for issue in found] == [str(each) for each in range(300)]
    assert sizes[:7] == [100, 50, 25, 25, 25, 25, 50]
    assert sizes[7:10] == [25, 25, 25]
    assert max(sizes[8:]) >= 50


def test_a_page_of_one_is_tried_as_often_as_the_settings_say(make_jira: MakeJira) -> None:
    sizes: list[int] = []

    def answer(question: dict[str, Any]) -> Any:
        sizes.append(question["maxResults"])
        return Says(raw=b"", status=504)

    with serving(JiraStub({SEARCH: answer})) as server, pytest.raises(Exception, match="504"):
        make_jira(server.url, http_max_attempts=2).issues(JQL, estimate_fields=[], page_size=3)
    assert sizes == [3, 1, 1]


@pytest.mark.parametrize("flavor", ["cloud", "datacenter"])
def test_histories_of_many_pages_are_merged_and_ordered(flavor: str, make_jira: MakeJira) -> None:
    entries = [history_row(number) for number in range(250)]
    shown = entries[:-41:-1]
    row = issue_row(1) | {"changelog": {"total": 250, "histories": shown}}
    bulk = by_token(
        [{"issueId": "1", "changeHistories": [each]} for each in entries[::-1]], "issueChangeLogs", size=100
    )
    routes: dict[str, Any] = {
        SEARCH: by_token([row]),
        SERVER_SEARCH: by_start([row], "issues", has_last=False),
        BULK: bulk,
        "/rest/api/2/issue/1": row,
        "/rest/api/2/issue/1/changelog": by_start(entries),
    }
    with serving(JiraStub(routes)) as server:
        (issue,) = make_jira(server.url, jira_flavor=flavor).issues(JQL, estimate_fields=[]).records
    assert [history["id"] for history in issue["histories"]] == [str(number) for number in range(250)]


def test_a_part_of_a_history_is_never_taken_for_the_whole(make_jira: MakeJira) -> None:
    row = issue_row(1) | {"changelog": {"total": 3, "histories": [history_row(3)]}}
    routes = {SERVER_SEARCH: by_start([row], "issues", has_last=False), "/rest/api/2/issue/1": row}
    with serving(JiraStub(routes)) as server, pytest.raises(ContractBroken, match="only a part of the history of EE-1"):
        make_jira(server.url, jira_flavor="datacenter").issues(JQL, estimate_fields=[])


def test_an_issue_without_changelog_breaks_the_contract(make_jira: MakeJira) -> None:
    routes = {SERVER_SEARCH: by_start([issue_row(1)], "issues", has_last=False)}
    with serving(JiraStub(routes)) as server, pytest.raises(ContractBroken, match="EE-1 came without its changelog"):
        make_jira(server.url, jira_flavor="datacenter").issues(JQL, estimate_fields=[])


def test_an_issue_that_goes_while_its_history_is_read_is_left_out(make_jira: MakeJira) -> None:
    rows = [issue_row(1), issue_row(2)]
    routes = {SEARCH: by_token(rows), "/rest/api/3/issue/2/changelog": by_start([history_row(1)])}
    with serving(JiraStub(routes)) as server:
        page = make_jira(server.url).issues(JQL, estimate_fields=[])
    assert [(issue["id"], len(issue["histories"])) for issue in page.records] == [("2", 1)]


def test_a_server_without_any_list_of_changes_is_no_empty_history(make_jira: MakeJira) -> None:
    routes = {SEARCH: by_token([issue_row(1)]), "/rest/api/3/issue/1": issue_row(1)}
    with serving(JiraStub(routes)) as server, pytest.raises(ContractBroken, match="404 to /rest/api/3/changelog/bulk"):
        make_jira(server.url).issues(JQL, estimate_fields=[])


@pytest.mark.parametrize("flavor", ["cloud", "datacenter"])
def test_issues_by_id_one_by_one_where_they_are_not_given_at_once(flavor: str, make_jira: MakeJira) -> None:
    row = issue_row(2) | {"changelog": {"total": 1, "histories": [history_row(1)]}}
    routes = {
        "/rest/api/[23]/issue/2": row,
        SERVER_SEARCH: refused(400, "A value with ID '1' does not exist for the field 'id'."),
        BULK: bulk_histories({"2": [history_row(1)]}),
    }
    with serving(JiraStub(routes)) as server:
        page = make_jira(server.url, jira_flavor=flavor).issues_by_id(["1", "2"], estimate_fields=[])
    assert [(issue["key"], len(issue["histories"])) for issue in page.records] == [("EE-2", 1)]
    assert [user["account_id"] for user in page.users] == ["ann"]


def test_nothing_is_asked_for_no_ids(make_jira: MakeJira) -> None:
    stub = JiraStub({})
    with serving(stub) as server:
        assert make_jira(server.url).issues_by_id([], estimate_fields=[]).records == []
    assert [path for path, _ in stub.questions] == ["/rest/api/3/field"]


def test_an_issue_that_the_bulk_answer_leaves_out_is_asked_for_alone(make_jira: MakeJira) -> None:
    history = {"id": "7", "created": "2024-05-01T10:00:00.000+0000", "items": []}
    alone = "/rest/api/3/issue/1/changelog"
    page = {"startAt": 0, "maxResults": 100, "total": 1, "isLast": True, "values": [history]}
    routes = {SEARCH: by_token([issue_row(1)]), BULK: bulk_histories({}), alone: lambda _question: page}
    with serving(JiraStub(routes)) as server:
        (issue,) = make_jira(server.url).issues(JQL, estimate_fields=[]).records
    assert [each["id"] for each in issue["histories"]] == ["7"]
