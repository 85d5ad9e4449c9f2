"""A generated organization with every oddity: REST and GraphQL give the same rows, from the first to the last."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from pulse_assets.sandbox.generator import generate
from pulse_assets.sandbox.jira.generator import generate_jira
from pulse_assets.sandbox.jira.linking import with_issue_keys
from pulse_assets.sandbox.server import serving
from pulse_assets.sources.github.client import GitHub
from pulse_assets.sources.github.pages import Record
from pulse_assets_tests.sources.conftest import MakeGitHub
from pulse_assets_tests.sources.github.reading import whole


@pytest.fixture(scope="module")
def organization_url() -> Iterator[tuple[str, str]]:
    organization = generate(seed=7, repositories=8, people=6, months=4, pull_requests_per_month=6)
    with serving(organization) as address:
        yield address, organization.login


def everything(github: GitHub) -> dict[str, dict[str, list[Record]]]:
    return {record["full_name"]: lists(github, record["full_name"]) for record in github.repositories()}


def lists(github: GitHub, name: str) -> dict[str, list[Record]]:
    head = (github.head_commit(name).value or {})["sha"]
    return {
        "pull_requests": whole(lambda cursor: github.pull_requests(name, order="created_asc", cursor=cursor)),
        "commits": whole(lambda cursor: github.commits(name, head_sha=head, cursor=cursor)) if head else [],
        "deployments": whole(lambda cursor: github.deployments(name, cursor=cursor)),
        "releases": whole(lambda cursor: github.releases(name, page_url=cursor)),
        "incidents": whole(lambda cursor: github.incidents(name, cursor=cursor)),
    }


def test_rest_and_graphql_give_the_same_records(make_github: MakeGitHub, organization_url: tuple[str, str]) -> None:
    address, login = organization_url
    chosen = {"github_organizations": login, "github_include_forks": "true", "github_include_archived": "true"}
    by_graphql = everything(make_github(address, github_api="graphql", github_token="graphql", **chosen))
    by_rest = everything(make_github(address, github_api="rest", github_token="rest", **chosen))
    assert by_graphql.keys() == by_rest.keys()
    for name, found in by_rest.items():
        for kind, records in found.items():
            assert by_graphql[name][kind] == records, f"{kind} of {name}"
    totals = {kind: sum(len(found[kind]) for found in by_rest.values()) for kind in next(iter(by_rest.values()))}
    assert all(totals.values()), totals
    pulls = [pull for found in by_rest.values() for pull in found["pull_requests"]]
    assert any(pull["author_is_bot"] for pull in pulls)
    assert any(pull["is_cross_repository"] for pull in pulls)
    deployments = [deployment for found in by_rest.values() for deployment in found["deployments"]]
    assert all(deployment["statuses"] for deployment in deployments)
    for deployment in deployments:
        times = [status["created_at"] for status in deployment["statuses"]]
        assert times == sorted(times)


@pytest.mark.parametrize("api", ["graphql", "rest"])
def test_pull_requests_name_the_keys_of_issues_that_they_were_given(make_github: MakeGitHub, api: str) -> None:
    plain = generate(seed=8, repositories=3, people=4, months=2, pull_requests_per_month=8)
    world = generate_jira(8, plain)
    organization, mentions = with_issue_keys(plain, world)
    projects = {project.key for project in world.projects}
    expected = {(each.repository, each.number, each.named_key): list(each.places) for each in mentions}
    with serving(organization) as address:
        chosen = {"github_organizations": organization.login, "github_include_forks": "true"}
        github = make_github(address, github_api=api, github_token=api, **chosen)
        found = {
            (name, pull["number"], named["key"]): named["found_in"]
            for name in (record["full_name"] for record in github.repositories())
            for pull in whole(lambda cursor, name=name: github.pull_requests(name, order="created_asc", cursor=cursor))
            for named in pull["issue_keys"]
            if named["key"].partition("-")[0] in projects
        }
    assert found == expected
    assert {place for places in found.values() for place in places} == {"title", "branch", "body", "commit"}


def test_every_request_names_the_api_version_that_has_merge_commits(
    make_github: MakeGitHub, organization_url: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, login = organization_url
    send, sent = requests.Session.send, []

    def remember(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        sent.append(request)
        return send(session, request, **options)

    monkeypatch.setattr(requests.Session, "send", remember)
    github = make_github(address, github_api="rest", github_organizations=login)
    pulls = []
    for record in github.repositories():
        name = record["full_name"]
        github.repository(name)
        github.newest_pull_request(name)
        github.newest_deployment(name)
        found = lists(github, name)
        pulls += found["pull_requests"]
        for deployment in found["deployments"][:1]:
            github.deployment(name, deployment["id"])
        for incident in found["incidents"][:1]:
            github.issue(name, incident["number"])
        if len(found["commits"]) > 1:
            github.commits_between(name, found["commits"][1]["sha"], found["commits"][0]["sha"])
    github.rate_limits()
    assert len(sent) > 100
    assert {request.headers.get("X-GitHub-Api-Version") for request in sent} == {"2022-11-28"}
    assert any(pull["merged_at"] for pull in pulls)
    assert all(bool(pull["merge_commit_sha"]) == bool(pull["merged_at"]) for pull in pulls)
