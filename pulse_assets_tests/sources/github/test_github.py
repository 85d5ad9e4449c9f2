"""GitHub over REST: probes, names, discovery, releases, incidents."""

import datetime as dt
from typing import Any

import pytest

from pulse_assets.errors import (
    AuthenticationFailed,
    ConfigurationError,
    ContractBroken,
    NotFound,
    PermissionDenied,
    SourceUnavailable,
)
from pulse_assets.sources.github.client import GitHub
from pulse_assets_tests.sources.conftest import MakeGitHub
from pulse_assets_tests.sources.doubles import START, Asked, Says, in_turn, serving
from pulse_assets_tests.sources.github.reading import whole

NAME = "acme/api"


def repository(name: str, number: int, **more: Any) -> dict[str, Any]:
    at = "2024-01-01T00:00:00Z"
    owner, _, short = name.partition("/")
    row = {"id": number, "node_id": f"R_{number}", "full_name": name, "name": short, "owner": {"login": owner}}
    row |= {
        "default_branch": "main",
        "fork": False,
        "archived": False,
        "private": False,
        "html_url": f"https://x/{name}",
    }
    return row | {"created_at": at, "updated_at": at, "pushed_at": at} | more


def test_a_renamed_repository_answers_with_its_new_name(make_github: MakeGitHub) -> None:
    moved = Says({"message": "Moved"}, 301, {"location": "/repositories/7"})
    with serving(in_turn(moved, Says(repository("acme/new", 7)))) as server:
        assert make_github(server.url).repository("acme/old")["full_name"] == "acme/new"


def test_a_missing_repository_names_itself_and_the_setting(make_github: MakeGitHub) -> None:
    with serving(in_turn(Says({"message": "Not Found"}, 404))) as server, pytest.raises(NotFound) as caught:
        make_github(server.url).repository(NAME)
    assert NAME in caught.value.message
    assert "PULSE_GITHUB_REPOSITORIES" in str(caught.value)
    assert "token" in str(caught.value)


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (401, AuthenticationFailed, "PULSE_GITHUB_TOKEN"),
        (403, PermissionDenied, "PULSE_GITHUB_TOKEN"),
        (500, SourceUnavailable, "GitHub"),
    ],
)
def test_refusals_name_what_to_do(status: int, error: type[Exception], words: str, make_github: MakeGitHub) -> None:
    with serving(in_turn(Says({"message": "Bad"}, status))) as server, pytest.raises(error, match=words):
        make_github(server.url).head_commit(NAME)


def test_a_repository_without_a_promised_field_breaks_the_contract(make_github: MakeGitHub) -> None:
    row = repository(NAME, 1)
    del row["default_branch"]
    with serving(in_turn(Says(row))) as server, pytest.raises(ContractBroken, match="default_branch"):
        make_github(server.url).repository(NAME)


def test_a_probe_is_free_the_second_time(make_github: MakeGitHub) -> None:
    def script(asked: Asked) -> Says:
        if "if-none-match" in asked.headers:
            return Says(status=304)
        link = f'<{asked.path}&page=31>; rel="last", <{asked.path}&page=2>; rel="next"'
        return Says([{"number": 5, "updated_at": "2024-01-01T00:00:00Z"}], headers={"etag": '"a"', "link": link})

    with serving(script, clock=lambda: START) as server:
        github = make_github(server.url)
        first, second = (github.newest_pull_request(NAME) for _ in range(2))
    assert first.value == second.value == {"number": 5, "updated_at": "2024-01-01T00:00:00Z"}
    assert (first.is_from_cache, second.is_from_cache) == (False, True)
    assert first.server_time == START
    assert first.total_count == second.total_count == 31
    assert server.paths() == [f"/repos/{NAME}/pulls?state=all&sort=updated&direction=desc&per_page=1"] * 2


def test_an_empty_repository_has_no_head(make_github: MakeGitHub) -> None:
    with serving(in_turn(Says({"message": "Git Repository is empty."}, 409))) as server:
        probe = make_github(server.url).head_commit(NAME)
    assert (probe.value, probe.total_count) == ({"sha": None}, 0)


def test_an_empty_list_has_no_newest(make_github: MakeGitHub) -> None:
    with serving(in_turn(Says([]))) as server:
        assert make_github(server.url).newest_deployment(NAME).value is None


def found(github: GitHub) -> list[str]:
    return [record["full_name"] for record in github.repositories()]


def owned(asked: Asked) -> Says:
    rows = {
        "/orgs/acme/repos": [
            repository("acme/api", 1),
            repository("acme/fork", 2, fork=True),
            repository("acme/old", 3, archived=True),
        ],
        "/users/ann/repos": [repository("ann/tool", 4), repository("acme/api", 1)],
        "/repos/acme/fork": repository("acme/fork", 2, fork=True),
        "/repos/acme/api": repository("acme/api", 1),
    }
    path = asked.path.partition("?")[0]
    return Says(rows[path]) if path in rows else Says({"message": "Not Found"}, 404)


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        ({"github_organizations": "acme"}, ["acme/api"]),
        ({"github_organizations": "acme", "github_include_forks": "true"}, ["acme/api", "acme/fork"]),
        ({"github_organizations": "acme", "github_include_archived": "true"}, ["acme/api", "acme/old"]),
        ({"github_organizations": "acme", "github_users": "ann"}, ["acme/api", "ann/tool"]),
        ({"github_organizations": "acme", "github_repositories": "acme/fork"}, ["acme/fork", "acme/api"]),
    ],
)
def test_discovery(chosen: dict[str, str], names: list[str], make_github: MakeGitHub) -> None:
    with serving(owned) as server:
        assert found(make_github(server.url, **chosen)) == names


def test_nothing_chosen_is_a_configuration_error(make_github: MakeGitHub) -> None:
    with pytest.raises(ConfigurationError, match="PULSE_GITHUB_REPOSITORIES"):
        found(make_github("http://127.0.0.1:9"))


def test_missing_names_are_told_after_the_others_are_given(make_github: MakeGitHub) -> None:
    with serving(owned) as server:
        github = make_github(
            server.url, github_organizations="nobody", github_users="ann", github_repositories="acme/gone,acme/api"
        )
        records = github.repositories()
        given = [next(records)["full_name"], next(records)["full_name"]]
        with pytest.raises(NotFound) as caught:
            next(records)
    assert given == ["acme/api", "ann/tool"]
    assert all(word in str(caught.value) for word in ("nobody", "acme/gone", "PULSE_GITHUB_ORGANIZATIONS"))


def release(tag: str, **more: Any) -> dict[str, Any]:
    row = {"id": hash(tag), "tag_name": tag, "name": tag, "draft": False, "prerelease": False, "html_url": "https://x"}
    return row | {"created_at": "2024-01-01T00:00:00Z", "published_at": "2024-01-01T00:00:00Z"} | more


def test_tags_are_read_only_as_far_as_the_releases_need(make_github: MakeGitHub) -> None:
    def script(asked: Asked) -> Says:
        if "/releases" in asked.path:
            return Says([release("v2"), release("v3")])
        page = 2 if "page=2" in asked.path else 1
        rows = {1: ["v1", "v2"], 2: ["v3", "v4"]}[page]
        headers = {"link": f'</repos/{NAME}/tags?per_page=100&page={page + 1}>; rel="next"'}
        return Says([{"name": name, "commit": {"sha": f"sha of {name}"}} for name in rows], headers=headers)

    with serving(script) as server:
        page = make_github(server.url).releases(NAME, page_url=None)
    assert [record["tag_sha"] for record in page.records] == ["sha of v2", "sha of v3"]
    assert len(server.asked) == 3


def test_a_draft_may_have_no_tag(make_github: MakeGitHub) -> None:
    def script(asked: Asked) -> Says:
        return Says([release("v9", draft=True, published_at=None)] if "/releases" in asked.path else [])

    with serving(script) as server:
        (record,) = make_github(server.url).releases(NAME, page_url=None).records
    assert (record["tag_sha"], record["is_draft"], record["published_at"]) == (None, True, None)


def issue(number: int, **more: Any) -> dict[str, Any]:
    row = {
        "number": number,
        "title": "Down",
        "body": None,
        "state": "open",
        "user": {"login": "ghost"},
        "labels": [{"name": "b"}],
    }
    times = {"created_at": "2024-01-01T00:00:00Z", "updated_at": "2024-01-01T00:00:00Z", "closed_at": None}
    return row | times | {"html_url": "https://x"} | more


def test_incidents_are_read_label_by_label_without_pull_requests(make_github: MakeGitHub) -> None:
    def script(asked: Asked) -> Says:
        if "labels=outage" in asked.path:
            return Says([issue(9)])
        if "page=2" in asked.path:
            return Says([issue(3)])
        link = f'<{asked.path}&page=2>; rel="next"'
        return Says([issue(1), issue(2, pull_request={})], headers={"link": link})

    with serving(script) as server:
        github = make_github(server.url, incident_labels="incident,outage")
        records = whole(lambda cursor: github.incidents(NAME, cursor=cursor))
    assert [record["number"] for record in records] == [1, 3, 9]
    assert records[0]["author"] is None
    assert len(server.asked) == 3


def test_a_repository_with_issues_switched_off_has_no_incidents(make_github: MakeGitHub) -> None:
    with serving(in_turn(Says({"message": "Issues are disabled for this repo"}, 410))) as server:
        assert make_github(server.url).incidents(NAME, cursor=None).records == []


def test_a_server_that_counts_nothing_has_no_rate_limits(make_github: MakeGitHub) -> None:
    with serving(in_turn(Says({"message": "Rate limiting is not enabled."}, 404))) as server:
        assert make_github(server.url).rate_limits() is None


def test_times_with_an_offset_become_utc(make_github: MakeGitHub) -> None:
    row = repository(NAME, 1, created_at="2024-01-01T02:30:00+02:00", pushed_at=None)
    with serving(in_turn(Says(row))) as server:
        record = make_github(server.url).repository(NAME)
    assert record["created_at"] == "2024-01-01T00:30:00Z"
    assert record["pushed_at"] is None


def test_requests_carry_the_api_version(make_github: MakeGitHub) -> None:
    with serving(in_turn(Says([]))) as server:
        make_github(server.url).newest_deployment(NAME)
    assert server.asked[0].headers["x-github-api-version"] == "2022-11-28"
    assert server.asked[0].headers["accept"] == "application/vnd.github+json"
    assert dt.date.fromisoformat(server.asked[0].headers["x-github-api-version"])
