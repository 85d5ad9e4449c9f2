"""GraphQL: nested lists whole, smaller pages for a slow server, no error taken for data, REST where it is missing."""

from typing import Any

import pytest

from pulse_assets.errors import (
    ConfigurationError,
    ContractBroken,
    ExitCode,
    NotFound,
    PermissionDenied,
    PulseError,
    SourceUnavailable,
)
from pulse_assets_tests.sources.conftest import MakeGitHub
from pulse_assets_tests.sources.doubles import START, Asked, FakeClock, Says, in_turn, serving
from pulse_assets_tests.sources.github.reading import whole
from pulse_assets_tests.sources.github.stub import GraphQLStub, connection, pull_node

NAME = "acme/api"
EMPTY = Says({"data": {"repository": {"pullRequests": connection([], 100, None)}}})


def refusal(**error: Any) -> Says:
    return Says({"data": None, "errors": [{"message": "Because", **error}]})


def test_nested_lists_are_read_to_their_end(make_github: MakeGitHub) -> None:
    stub = GraphQLStub([pull_node(1, commits=250, reviews=101, labels=45), pull_node(2)])
    with serving(stub) as server:
        big, small = make_github(server.url).pull_requests(NAME, order="created_asc", cursor=None).records
    assert len({commit["sha"] for commit in big["commits"]}) == big["commit_count"] == 250
    assert [review["id"] for review in big["reviews"]] == list(range(101))
    assert big["labels"] == [f"label {number:03}" for number in range(45)]
    assert small["commit_count"] == 1
    assert len(server.asked) == 1 + 2 + 1 + 1


def test_logins_are_spelled_as_rest_does(make_github: MakeGitHub) -> None:
    with serving(GraphQLStub([pull_node(1, reviews=2)])) as server:
        (record,) = make_github(server.url).pull_requests(NAME, order="created_asc", cursor=None).records
    assert (record["author"], record["author_is_bot"]) == ("dependabot[bot]", True)
    assert [(review["reviewer"], review["reviewer_is_bot"]) for review in record["reviews"]] == [
        (None, False),
        ("checker[bot]", True),
    ]


def test_pages_shrink_for_a_slow_server_and_grow_again(make_github: MakeGitHub) -> None:
    stub = GraphQLStub([pull_node(number) for number in range(250)], heaviest=30)
    with serving(stub) as server:
        github = make_github(server.url)
        records = whole(lambda cursor: github.pull_requests(NAME, order="created_asc", cursor=cursor))
    assert [record["number"] for record in records] == list(range(250))
    assert stub.sizes == [100, 50, 25, 25, 25, 25, 50, 25, 25, 25, 25, 50, 25, 25]


def test_the_asked_page_size_bounds_the_page(make_github: MakeGitHub) -> None:
    stub = GraphQLStub([pull_node(number) for number in range(5)])
    with serving(stub) as server:
        page = make_github(server.url).pull_requests(NAME, order="created_asc", cursor=None, page_size=2)
    assert (len(page.records), page.total_count, stub.sizes) == (2, 5, [2])


@pytest.mark.parametrize(
    "slow",
    [
        refusal(message="Something went wrong while executing your query. This may be the result of a timeout"),
        refusal(type="RESOURCE_LIMITS_EXCEEDED"),
        refusal(type="MAX_NODE_LIMIT_EXCEEDED"),
        Says({"data": None}),
        Says(raw=b"<html>504</html>", status=504),
    ],
    ids=["something went wrong", "resource limits", "node limit", "no data", "504"],
)
def test_an_answer_that_took_too_long_is_asked_for_in_a_smaller_page(slow: Says, make_github: MakeGitHub) -> None:
    with serving(in_turn(slow, EMPTY)) as server:
        assert make_github(server.url).pull_requests(NAME, order="created_asc", cursor=None).records == []
    assert [asked.body["variables"]["first"] for asked in server.asked] == [100, 50]


def test_a_server_that_is_slow_for_one_record_too_is_given_up(make_github: MakeGitHub) -> None:
    with serving(in_turn(Says(raw=b"", status=502))) as server, pytest.raises(SourceUnavailable):
        make_github(server.url, http_max_attempts=3).pull_requests(NAME, order="created_asc", cursor=None)
    assert [asked.body["variables"]["first"] for asked in server.asked] == [100, 50, 25, 12, 6, 3, 1, 1, 1]


@pytest.mark.parametrize(
    ("says", "error"),
    [
        (refusal(type="NOT_FOUND", path=["repository"]), NotFound),
        (refusal(type="FORBIDDEN"), PermissionDenied),
        (refusal(type="INSUFFICIENT_SCOPES"), PermissionDenied),
        (refusal(extensions={"code": "undefinedField"}), ContractBroken),
        (refusal(type="NOT_RECORDED"), ContractBroken),
        (Says({"data": {"repository": None}}), NotFound),
        (Says({"data": {"repository": {"pullRequests": {"nodes": []}}}}), ContractBroken),
    ],
)
def test_errors_have_their_class(says: Says, error: type[PulseError], make_github: MakeGitHub) -> None:
    with serving(in_turn(says)) as server, pytest.raises(error):
        make_github(server.url).pull_requests(NAME, order="created_asc", cursor=None)
    assert len(server.asked) == 1


def test_partial_data_are_never_taken_for_the_whole(make_github: MakeGitHub) -> None:
    body = {**EMPTY.body, "errors": [{"type": "FORBIDDEN", "message": "Resource protected by SAML", "path": ["x"]}]}
    with serving(in_turn(Says(body))) as server, pytest.raises(PermissionDenied, match="SAML"):
        make_github(server.url).pull_requests(NAME, order="created_asc", cursor=None)


def test_a_null_among_the_records_breaks_the_contract(make_github: MakeGitHub) -> None:
    page = {"totalCount": 1, "pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": [None]}
    says = Says({"data": {"repository": {"pullRequests": page}}})
    with serving(in_turn(says)) as server, pytest.raises(ContractBroken):
        make_github(server.url).pull_requests(NAME, order="created_asc", cursor=None)


def test_a_cursor_that_does_not_lead_on_breaks_the_contract(make_github: MakeGitHub) -> None:
    page = GraphQLStub._shown(pull_node(1))
    info = {"hasNextPage": True, "endCursor": "same"}
    says = Says({"data": {"repository": {"pullRequests": {"totalCount": 9, "pageInfo": info, "nodes": [page]}}}})
    with serving(in_turn(says)) as server:
        github = make_github(server.url)
        first = github.pull_requests(NAME, order="created_asc", cursor=None)
        with pytest.raises(ContractBroken):
            github.pull_requests(NAME, order="created_asc", cursor=first.next_cursor)


@pytest.mark.parametrize(
    "limited",
    [
        Says(
            {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]},
            headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(START.timestamp()) + 70)},
        ),
        Says({"data": None, "errors": [{"message": "You have exceeded a secondary rate limit."}]}),
    ],
    ids=["primary", "secondary"],
)
def test_a_limit_told_with_status_200_is_waited_for(limited: Says, make_github: MakeGitHub, clock: FakeClock) -> None:
    with serving(in_turn(limited, EMPTY), clock=clock) as server:
        make_github(server.url).pull_requests(NAME, order="created_asc", cursor=None)
    assert 60 <= (clock.now - START).total_seconds() <= 72
    assert [asked.body["variables"]["first"] for asked in server.asked] == [100, 100]


def rest_only(status: int) -> Any:
    def script(asked: Asked) -> Says:
        return Says({"message": "Not Found"}, status) if asked.method == "POST" else Says([])

    return script


@pytest.mark.parametrize("status", [404, 501])
def test_rest_serves_where_graphql_is_missing(status: int, make_github: MakeGitHub) -> None:
    with serving(rest_only(status)) as server:
        github = make_github(server.url)
        assert github.pull_requests(NAME, order="updated_desc", cursor=None).records == []
        github.deployments(NAME, cursor=None)
    assert [asked.method for asked in server.asked] == ["POST", "GET", "GET"], "GraphQL is tried once"


def test_a_walk_begun_by_graphql_starts_over_when_only_rest_is_left(make_github: MakeGitHub) -> None:
    with serving(rest_only(404)) as server:
        make_github(server.url).pull_requests(NAME, order="created_asc", cursor="graphql:abc")
    assert "page=" not in server.paths()[-1].replace("per_page=", "")


@pytest.mark.parametrize("status", [404, 501])
def test_graphql_that_was_asked_for_must_be_there(status: int, make_github: MakeGitHub) -> None:
    with (
        serving(rest_only(status)) as server,
        pytest.raises(ConfigurationError, match="PULSE_GITHUB_GRAPHQL_URL") as caught,
    ):
        make_github(server.url, github_api="graphql").pull_requests(NAME, order="updated_desc", cursor=None)
    assert caught.value.exit_code == ExitCode.CONFIGURATION
    assert server.url in caught.value.message


@pytest.mark.parametrize("choice", [{"github_token": ""}, {"github_api": "rest"}])
def test_without_a_token_or_by_choice_rest_is_asked(choice: dict[str, str], make_github: MakeGitHub) -> None:
    with serving(rest_only(500)) as server:
        make_github(server.url, **choice).pull_requests(NAME, order="updated_desc", cursor=None)
    assert [asked.method for asked in server.asked] == ["GET"]


def test_an_enterprise_server_has_graphql_beside_its_rest(make_github: MakeGitHub) -> None:
    with serving(in_turn(EMPTY)) as server:
        make_github(f"{server.url}/api/v3").pull_requests(NAME, order="created_asc", cursor=None)
    assert server.paths() == ["/api/graphql"]


def test_graphql_may_have_an_address_of_its_own(make_github: MakeGitHub) -> None:
    with serving(in_turn(EMPTY)) as graphql, serving(in_turn(Says({}))) as rest:
        github = make_github(rest.url, github_graphql_url=f"{graphql.url}/gql")
        github.pull_requests(NAME, order="created_asc", cursor=None)
    assert graphql.paths() == ["/gql"]
