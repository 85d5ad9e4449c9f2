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


@pytest.fixture(scope="module")
def description(replay_dir: Path) -> dict[str, Any]:
    file = replay_dir.parent / "specs" / "github.json"
    if not file.is_file():
        pytest.skip("GitHub's description of its API is not present")
    return json.loads(file.read_text(encoding="utf-8"))


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
    github = make_github(replay.github_url, github_api="rest", github_users=owner, incident_labels="bug,question")
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
    github.releases(ANTS, page_url=None)
    whole(lambda cursor: github.incidents(ANTS, cursor=cursor))
    github.rate_limits()
    api = OpenAPI.from_dict(description | {"servers": [{"url": replay.github_url}]})
    assert len(sent) == 40
    for request in sent:
        api.validate_request(RequestsOpenAPIRequest(request))
