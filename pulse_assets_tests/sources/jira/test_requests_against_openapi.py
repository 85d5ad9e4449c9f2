"""Every request to an endpoint that Atlassian describes is one that its description allows."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from openapi_core import OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest
from openapi_core.templating.paths.exceptions import OperationNotFound, PathNotFound

from pulse_assets.sources.jira.client import Jira
from pulse_assets_tests.replay import Replay
from pulse_assets_tests.sources.jira.conftest import MakeJira
from pulse_assets_tests.sources.jira.test_on_replay import everything

#: Endpoints that the descriptions leave out: newer than they are, or pruned away.
UNDESCRIBED = {"/rest/api/3/issue/bulkfetch", "/rest/api/3/project/EE", "/rest/software/1.0/board/8/issue"}


@pytest.fixture(scope="module")
def descriptions(replay_dir: Path) -> list[dict[str, Any]]:
    folder = replay_dir.parent / "specs"
    files = [folder / "jira-platform.json", folder / "jira-software.json"]
    if not all(file.is_file() for file in files):
        pytest.skip("Atlassian's descriptions of its APIs are not present")
    platform, software = (json.loads(file.read_text(encoding="utf-8")) for file in files)
    for path in ("board/{boardId}/issue", "sprint/{sprintId}/issue"):
        for parameter in software["paths"][f"/rest/agile/1.0/{path}"]["get"]["parameters"]:
            # Its words say that these are lists of names; its schema says objects.
            if parameter["name"] == "fields":
                parameter["schema"]["items"] = {"type": "string"}
    for description in (platform, software):
        description.pop("security", None)
        for methods in description["paths"].values():
            for operation in methods.values():
                # The checker does not know OAuth; signing in has tests of its own.
                operation.pop("security", None)
    return [platform, software]


def sent_by(jira: Jira, monkeypatch: pytest.MonkeyPatch) -> list[requests.Request]:
    """What the client sends from now on."""
    exchange = jira._client._exchange
    send, sent = exchange.send, []

    def remember(method: str, url: str, **options: Any) -> Any:
        header = {"Authorization": str(options["credential"].header)}
        sent.append(requests.Request(method, url, headers=options["headers"] | header, data=options["body"]))
        return send(method, url, **options)

    monkeypatch.setattr(exchange, "send", remember)
    return sent


def test_requests_satisfy_the_descriptions(
    make_jira: MakeJira, replay: Replay, descriptions: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{replay.url}/jira"
    gone = {"status": 410, "body": {}}
    replay.scenario(
        [
            {"name": "histories", "match": "POST .*/changelog/bulkfetch", "after": 2, "then": gone},
            {"name": "board", "match": "GET .*/software/1.0/", "after": 1, "then": gone},
            {"name": "statuses", "match": "GET .*/statuses/search", "after": 1, "then": gone},
        ]
    )
    sent: list[requests.Request] = []
    for _ in range(2):
        jira = make_jira(url)
        mine = sent_by(jira, monkeypatch)
        jira.verify()
        jira.workflows()
        jira.count('project = "EE"')
        jira.issue_stub("10063")
        jira.issues_by_id(["10063", "1"], estimate_fields=["customfield_10024"])
        everything(jira, page_size=10)
        jira._site.server_time()
        sent += mine
    apis = [OpenAPI.from_dict(description | {"servers": [{"url": url}]}) for description in descriptions]
    assert len(sent) == 97
    undescribed = set()
    for request in sent:
        path = str(request.url).removeprefix(url).partition("?")[0]
        for api in apis:
            try:
                api.validate_request(RequestsOpenAPIRequest(request))
                break
            except (PathNotFound, OperationNotFound):
                continue
        else:
            undescribed.add(path)
    assert undescribed == UNDESCRIBED
