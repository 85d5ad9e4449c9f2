"""GitHub's recorded data: REST and GraphQL give the same rows, in good weather and in bad."""

import json
import time
from typing import Any

import pytest

from pulse_assets.errors import AuthenticationFailed
from pulse_assets.sources.github.client import GitHub
from pulse_assets.sources.github.pages import Record
from pulse_assets.sources.http import utc_now
from pulse_assets_tests.replay import Replay
from pulse_assets_tests.sources.conftest import MakeGitHub
from pulse_assets_tests.sources.github.reading import whole

ANTS = "panjf2000/ants"
#: As a person reads the recorded bodies: number of the pull request to the issues that it closes.
CLOSING = {4: [3], 23: [22], 114: [113], 189: [188], 192: [191], 210: [205]}


def connect(make_github: MakeGitHub, replay: Replay, **settings: Any) -> GitHub:
    return make_github(replay.github_url, **({"incident_labels": "bug,question"} | settings))


def everything(github: GitHub) -> dict[str, list[Record]]:
    head = str((github.head_commit(ANTS).value or {})["sha"])
    return {
        "repository": [github.repository(ANTS)],
        "pull_requests": whole(lambda cursor: github.pull_requests(ANTS, order="created_asc", cursor=cursor)),
        "commits": whole(lambda cursor: github.commits(ANTS, head_sha=head, cursor=cursor)),
        "releases": whole(lambda cursor: github.releases(ANTS, page_url=cursor)),
        "incidents": whole(lambda cursor: github.incidents(ANTS, cursor=cursor)),
        "deployments": whole(lambda cursor: github.deployments(ANTS, cursor=cursor)),
    }


@pytest.fixture
def truth(make_github: MakeGitHub, replay: Replay) -> dict[str, list[Record]]:
    found = everything(connect(make_github, replay, github_token="truth"))
    replay.reset()
    return found


def test_rest_and_graphql_give_the_same_records(make_github: MakeGitHub, replay: Replay) -> None:
    by_graphql = everything(connect(make_github, replay, github_api="graphql"))
    by_rest = everything(connect(make_github, replay, github_api="rest"))
    assert by_graphql == by_rest
    pulls = by_rest["pull_requests"]
    assert {name: len(records) for name, records in by_rest.items()} == {
        "repository": 1,
        "pull_requests": 49,
        "commits": 711,
        "releases": 48,
        "incidents": 5,
        "deployments": 0,
    }
    assert sum(len(pull["commits"]) for pull in pulls) == 90
    assert sum(len(pull["reviews"]) for pull in pulls) == 30
    assert all(record["tag_sha"] for record in by_rest["releases"])


def test_bodies_become_links(make_github: MakeGitHub, replay: Replay) -> None:
    recorded = json.loads((replay.folder / "data/github/panjf2000__ants/pulls.json").read_text(encoding="utf-8"))
    github = connect(make_github, replay)
    found = whole(lambda cursor: github.pull_requests(ANTS, order="created_asc", cursor=cursor))
    closing = {pull["number"]: pull["closes_issues"] for pull in found if pull["closes_issues"]}
    assert closing == CLOSING
    secret = max((str(pull["body"] or "") for pull in recorded), key=len)
    assert len(secret) > 1000
    assert secret[:200] not in json.dumps(found)


def test_counts_agree_with_the_lists_over_both_apis(make_github: MakeGitHub, replay: Replay) -> None:
    for api in ("graphql", "rest"):
        github = connect(make_github, replay, github_api=api, deployment_source="workflow_runs")
        counts = github.counts(ANTS)
        assert {stream: count.total for stream, count in counts.items()} == {
            "pull_requests": 49,
            "commits": 711,
            "releases": 48,
            "deployments": 0,
            "workflow_runs": 35,
        }
        assert counts["commits"].newest == (github.head_commit(ANTS).value or {})["sha"]
        assert counts["deployments"].newest is None


def test_workflow_runs_of_a_time_are_listed(make_github: MakeGitHub, replay: Replay) -> None:
    github = connect(make_github, replay)
    newest = github.newest_workflow_run(ANTS)
    assert (newest.value, newest.total_count) == ({"id": 2983238245, "created_at": "2022-09-03T05:15:09Z"}, 35)
    runs = whole(
        lambda cursor: github.workflow_runs(
            ANTS, begin="2022-08-27T05:13:50Z", end="2022-09-03T05:15:09Z", cursor=cursor
        )
    )
    assert [run["created_at"] for run in runs] == ["2022-09-03T05:15:09Z", "2022-08-27T05:13:50Z"]
    assert github.workflow_run(ANTS, 2983238245) == runs[0]


def test_both_orders_give_the_same_pull_requests(make_github: MakeGitHub, replay: Replay) -> None:
    github = connect(make_github, replay)
    ways = [
        whole(lambda cursor: github.pull_requests(ANTS, order="created_asc", cursor=cursor, page_size=9)),
        whole(lambda cursor: github.pull_requests(ANTS, order="updated_desc", cursor=cursor, page_size=20)),
    ]
    created, updated = ways
    assert [pull["created_at"] for pull in created] == sorted(pull["created_at"] for pull in created)
    assert [pull["updated_at"] for pull in updated] == sorted((pull["updated_at"] for pull in updated), reverse=True)
    assert sorted(created, key=lambda pull: pull["number"]) == sorted(updated, key=lambda pull: pull["number"])


def test_probes_know_how_much_there_is(make_github: MakeGitHub, replay: Replay) -> None:
    github = connect(make_github, replay)
    assert github.newest_pull_request(ANTS).total_count == 49
    assert github.head_commit(ANTS).total_count == 711
    assert github.newest_deployment(ANTS).total_count == 0


def test_graphql_takes_few_requests(make_github: MakeGitHub, replay: Replay) -> None:
    everything(connect(make_github, replay))
    assert replay.calls()["total"] <= 20


def test_asking_again_for_what_did_not_change_costs_no_bytes(make_github: MakeGitHub, replay: Replay) -> None:
    def ask() -> None:
        with connect(make_github, replay) as github:
            github.repository(ANTS)
            github.newest_pull_request(ANTS)
            github.head_commit(ANTS)
            github.newest_deployment(ANTS)
            whole(lambda cursor: github.releases(ANTS, page_url=cursor))
            whole(lambda cursor: github.incidents(ANTS, cursor=cursor))

    ask()
    before = replay.calls()
    ask()
    after = replay.calls()
    assert after["bytes"] == before["bytes"]
    assert after["not_modified"] - before["not_modified"] == after["total"] - before["total"] == 8


def test_comparisons(make_github: MakeGitHub, replay: Replay, truth: dict[str, list[Record]]) -> None:
    history = truth["commits"]
    head, older = history[0]["sha"], history[150]["sha"]
    github = connect(make_github, replay)
    ahead = github.commits_between(ANTS, older, head)
    assert (ahead.status, ahead.behind_count) == ("ahead", 0)
    known = {commit["sha"]: commit for commit in history}
    assert len(ahead.commits) > 100, "more than a page"
    assert all(known[commit["sha"]] == commit for commit in ahead.commits)
    assert github.commits_between(ANTS, head, head).status == "identical"
    assert github.commits_between(ANTS, head, older).status == "behind"


@pytest.mark.parametrize("api", ["graphql", "rest"])
@pytest.mark.parametrize("weather", ["github_limits", "flaky_server", "broken_bodies"])
def test_bad_weather_changes_no_record(
    api: str, weather: str, make_github: MakeGitHub, replay: Replay, truth: dict[str, list[Record]]
) -> None:
    replay.play(weather)
    assert everything(connect(make_github, replay, github_api=api)) == truth
    assert replay.calls()["faults"]


def test_limits_hold_in_real_time(make_github: MakeGitHub, replay: Replay, truth: dict[str, list[Record]]) -> None:
    replay.play("github_limits")
    github = connect(make_github, replay, clock=utc_now, sleep=time.sleep)
    assert everything(github) == truth
    assert github.stats.snapshot().waited_seconds >= 1


def test_a_token_that_ends_is_told_and_not_answered_from_the_cache(make_github: MakeGitHub, replay: Replay) -> None:
    github = connect(make_github, replay)
    everything(github)
    replay.play("expired_token")
    for _ in range(10):
        github.repository(ANTS)
    with pytest.raises(AuthenticationFailed, match="PULSE_GITHUB_TOKEN"):
        github.repository(ANTS)


def test_links_inside_bodies_are_not_followed(make_github: MakeGitHub, replay: Replay) -> None:
    """The recorded bodies point to api.github.com, which no test may reach."""
    found = everything(connect(make_github, replay, github_api="rest"))
    assert "api.github.com" not in json.dumps(found)
