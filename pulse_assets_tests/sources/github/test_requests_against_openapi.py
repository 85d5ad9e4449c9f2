"""Every request over REST is one that GitHub's own description of its API allows."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from openapi_core import OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest

from pulse_assets.sources.github.client import GitHub
from pulse_assets_tests.replay import Replay
from pulse_assets_tests.sources.conftest import MakeGitHub
from pulse_assets_tests.sources.github.reading import whole

ANTS = "panjf2000/ants"
SETTINGS = {"incident_labels": "bug,question", "deployment_source": "workflow_runs"}


@pytest.fixture(scope="module")
def description(replay_dir: Path) -> dict[str, Any]:
    file = replay_dir.parent / "specs" / "github.json"
    if not file.is_file():
        pytest.skip("GitHub's description of its API is not present")
    found = json.loads(file.read_text(encoding="utf-8"))
    # Its words say that `created` takes a range, as the search does; its format allows none.
    del found["components"]["parameters"]["created"]["schema"]["format"]
    return found


def sent_by(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> list[requests.Request]:
    """What the client sends from now on."""
    exchange = github._client._exchange
    send, sent = exchange.send, []

    def remember(method: str, url: str, **options: Any) -> Any:
        sent.append(requests.Request(method, url, headers=options["headers"]))
        return send(method, url, **options)

    monkeypatch.setattr(exchange, "send", remember)
    return sent


def test_requests_satisfy_the_description(
    make_github: MakeGitHub, replay: Replay, description: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, _, _ = ANTS.partition("/")
    github = make_github(replay.github_url, github_api="rest", github_users=owner, **SETTINGS)
    sent = sent_by(github, monkeypatch)
    list(github.repositories())
    github.repository(ANTS)
    head = (github.head_commit(ANTS).value or {})["sha"]
    github.newest_pull_request(ANTS)
    github.newest_deployment(ANTS)
    for order in ("created_asc", "updated_desc"):
        github.pull_requests(ANTS, order=order, cursor=None, page_size=3)
    history = whole(lambda cursor: github.commits(ANTS, head_sha=head, cursor=cursor))
    github.commits_between(ANTS, history[1]["sha"], head)
    github.deployments(ANTS, cursor=None)
    github.deployment_keys(ANTS, cursor=None)
    github.releases(ANTS, page_url=None)
    runs = {"begin": "2022-01-01T00:00:00Z", "end": "2022-12-31T23:59:59Z"}
    whole(lambda cursor: github.workflow_runs(ANTS, **runs, cursor=cursor))
    github.visible_at(ANTS)
    github.counts(ANTS)
    whole(lambda cursor: github.incidents(ANTS, cursor=cursor))
    github.rate_limits()
    api = OpenAPI.from_dict(description | {"servers": [{"url": replay.github_url}]})
    assert len(sent) == 48
    for request in sent:
        api.validate_request(RequestsOpenAPIRequest(request))
