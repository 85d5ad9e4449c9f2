"""How much exists: over GraphQL in one request, over REST where that is not served or refuses."""

from typing import Any

import pytest

from pulse_assets.errors import ConfigurationError, ContractBroken, NotFound, SourceUnavailable
from pulse_assets.sources.github.pages import Count
from pulse_assets_tests.sources.conftest import MakeGitHub
from pulse_assets_tests.sources.doubles import Asked, FakeClock, Says, in_turn, serving
from pulse_assets_tests.sources.github.reading import whole
from pulse_assets_tests.sources.github.test_github import issue, release

NAME = "acme/api"
AT = "2024-01-01T00:00:00Z"


def counted(total: int, **newest: Any) -> dict[str, Any]:
    return {"totalCount": total, "nodes": [newest] if newest else []}


def answer(**more: Any) -> Says:
    repository = {
        "pullRequests": counted(9, number=12),
        "releases": counted(2, databaseId=20),
        "deployments": counted(0),
        "issues": counted(3, number=7),
        "defaultBranchRef": {"target": {"oid": "e" * 40, "history": {"totalCount": 40}}},
    }
    return Says({"data": {"repository": repository | more}})


def rest(asked: Asked) -> Says:
    """Lists of one record a page, of which the last page tells the length."""
    if asked.method == "POST":
        return Says({"data": None, "errors": [{"type": "INSUFFICIENT_SCOPES", "message": "No."}]})
    name = asked.path.partition("?")[0].rpartition("/")[2]
    rows = {
        "pulls": {"number": 12, "updated_at": AT},
        "commits": {"sha": "e" * 40},
        "releases": {"id": 20},
        "deployments": {"id": 30, "created_at": AT, "updated_at": AT},
        "runs": {"total_count": 5, "workflow_runs": [{"id": 50, "created_at": AT}]},
    }
    if name == "runs":
        return Says(rows[name])
    lengths = {"pulls": 9, "commits": 40, "releases": 2, "deployments": 4}
    link = f'<{asked.path}&page=2>; rel="next", <{asked.path}&page={lengths[name]}>; rel="last"'
    return Says([rows[name]], headers={"link": link})


def test_graphql_counts_every_list_in_one_request(make_github: MakeGitHub) -> None:
    with serving(in_turn(answer())) as server:
        counts = make_github(server.url, incident_labels="incident,outage").counts(NAME)
    assert counts == {
        "pull_requests": Count(9, "12"),
        "releases": Count(2, "20"),
        "deployments": Count(0, None),
        "incidents": Count(3, "7"),
        "commits": Count(40, "e" * 40),
    }
    assert len(server.asked) == 1
    assert server.asked[0].body["variables"] == {"owner": "acme", "name": "api", "labels": ["incident", "outage"]}


def test_an_empty_repository_has_no_commits_and_without_labels_there_are_no_incidents(make_github: MakeGitHub) -> None:
    with serving(in_turn(answer(defaultBranchRef=None))) as server:
        assert make_github(server.url, incident_labels=()).counts(NAME).keys() == {
            "pull_requests",
            "releases",
            "deployments",
        }


@pytest.mark.parametrize("settings", [{"github_api": "rest"}, {"github_api": "auto"}, {"github_api": "graphql"}])
def test_rest_counts_where_graphql_refuses(settings: dict[str, str], make_github: MakeGitHub) -> None:
    with serving(rest) as server:
        counts = make_github(server.url, deployment_source="workflow_runs", **settings).counts(NAME)
    assert counts == {
        "pull_requests": Count(9, "12"),
        "commits": Count(40, "e" * 40),
        "releases": Count(2, "20"),
        "deployments": Count(4, "30"),
        "workflow_runs": Count(5, "50"),
    }
    assert len([asked for asked in server.asked if asked.method == "GET"]) == 5


def test_graphql_that_was_asked_for_must_be_there_to_count(make_github: MakeGitHub) -> None:
    with serving(in_turn(Says({}, 404))) as server, pytest.raises(ConfigurationError):
        make_github(server.url, github_api="graphql").counts(NAME)


def test_a_repository_that_cannot_be_seen_is_not_counted(make_github: MakeGitHub) -> None:
    with serving(in_turn(Says({"data": {"repository": None}}))) as server, pytest.raises(NotFound):
        make_github(server.url).counts(NAME)


def test_a_count_that_took_too_long_is_asked_for_again_and_in_the_end_given_up(
    make_github: MakeGitHub, clock: FakeClock
) -> None:
    slow = Says(raw=b"", status=502)
    with serving(in_turn(slow, slow, answer())) as server:
        assert make_github(server.url).counts(NAME)["pull_requests"].total == 9
    assert clock.slept
    with serving(in_turn(slow)) as server, pytest.raises(SourceUnavailable):
        make_github(server.url, http_max_attempts=3).counts(NAME)
    assert len(server.asked) == 3


def test_a_transferred_issue_is_not_found(make_github: MakeGitHub) -> None:
    with serving(in_turn(Says(issue(8)))) as server:
        github = make_github(server.url)
        assert github.issue(NAME, 8)["number"] == 8
        with pytest.raises(NotFound, match="transferred"):
            github.issue(NAME, 7)


def test_a_single_release_has_the_commit_of_its_tag(make_github: MakeGitHub) -> None:
    def script(asked: Asked) -> Says:
        tags = [{"name": "v1", "commit": {"sha": "sha of v1"}}]
        return Says(tags if "/tags" in asked.path else release("v1") | {"id": 20})

    with serving(script) as server:
        record = make_github(server.url).release(NAME, 20)
    assert (record["id"], record["tag_sha"]) == (20, "sha of v1")
    assert server.paths()[0] == f"/repos/{NAME}/releases/20"


def test_keys_of_deployments_are_paged_over_both_apis(make_github: MakeGitHub) -> None:
    def graphql(asked: Asked) -> Says:
        start = int(asked.body["variables"]["after"] or 0)
        info = {"hasNextPage": start == 0, "endCursor": "2"}
        nodes = [{"databaseId": 9 - start - number} for number in range(2)]
        page = {"totalCount": 4, "pageInfo": info, "nodes": nodes}
        return Says({"data": {"repository": {"deployments": page}}})

    def by_page(asked: Asked) -> Says:
        if "page=2" in asked.path.replace("per_page", ""):
            return Says([{"id": 7}, {"id": 6}])
        return Says([{"id": 9}, {"id": 8}], headers={"link": f'<{asked.path}&page=2>; rel="next"'})

    for api, script in (("graphql", graphql), ("rest", by_page)):
        with serving(script) as server:
            github = make_github(server.url, github_api=api)
            found = whole(lambda cursor, github=github: github.deployment_keys(NAME, cursor=cursor))
        assert found == [{"id": 9}, {"id": 8}, {"id": 7}, {"id": 6}]
        assert len(server.asked) == 2


def test_runs_are_asked_for_by_the_time_of_their_creation(make_github: MakeGitHub) -> None:
    with serving(in_turn(Says({"total_count": 1200, "workflow_runs": []}))) as server:
        page = make_github(server.url).workflow_runs(NAME, begin=AT, end="2024-02-01T00:00:00Z", cursor=None)
    assert (page.records, page.next_cursor, page.total_count) == ([], None, 1200)
    assert server.paths() == [
        f"/repos/{NAME}/actions/runs?created=2024-01-01T00%3A00%3A00Z..2024-02-01T00%3A00%3A00Z&per_page=100"
    ]


def test_an_answer_that_is_no_list_of_runs_breaks_the_contract(make_github: MakeGitHub) -> None:
    with serving(in_turn(Says({"total_count": 1}))) as server:
        github = make_github(server.url)
        with pytest.raises(ContractBroken, match="workflow_runs"):
            github.newest_workflow_run(NAME)
        with pytest.raises(ContractBroken, match="workflow_runs"):
            github.workflow_runs(NAME, begin=AT, end=AT, cursor=None)
