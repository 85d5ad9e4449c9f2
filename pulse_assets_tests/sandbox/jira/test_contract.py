"""The answers satisfy Atlassian's own descriptions of Jira's APIs."""

import functools
import json
import re
from pathlib import Path

import pytest
import requests
from openapi_core import OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse
from openapi_core.exceptions import OpenAPIError

from pulse_assets.sandbox.jira.world import JiraWorld
from pulse_assets_tests.sandbox.jira.conftest import AGILE, CLOUD, JiraClient

_SPECS = Path(__file__).parents[4] / "shared" / "specs"
#: Where the descriptions are narrower than the service: its offsets have no colon, which RFC 3339 asks for; a change
#: out of nothing or into nothing, and the ids of a changed number, are null.
KNOWN_BREAKS = (
    re.compile(r"/(created|serverTime): '[^']+[+-]\d{4}' is not a 'date-time'"),
    re.compile(r"/items/\d+/(from|to|fromString|toString): None (is not of type 'string'|for not nullable)"),
)
PLATFORM = (
    "/myself",
    "/serverInfo",
    "/project",
    "/project/search",
    "/project/PAY/statuses",
    "/field",
    "/status",
    "/statuses/search",
    "/statuses/search?maxResults=3",
    "/issuetype",
    "/users",
    "/users/search",
    "/workflows/search",
    "/workflows/search?expand=values.transitions",
    "/search/jql?jql=project%20%3D%20PAY",
    "/search/jql?jql=project%20%3D%20PAY&fields=*all&expand=changelog&maxResults=100",
    "/search/jql?jql=project%20%3D%20WEB_2&fields=*all&expand=changelog&maxResults=100",
    "/search/jql?jql=project%20%3D%20OPS&fields=*all&expand=changelog&maxResults=100",
    "/issue/10005?expand=changelog",
    "/issue/10005/changelog?maxResults=2",
)


@functools.cache
def described(name: str, address: str) -> OpenAPI:
    path = _SPECS / name
    if not path.is_file():
        pytest.skip("Atlassian's OpenAPI descriptions not present")
    description = json.loads(path.read_text(encoding="utf-8"))
    return OpenAPI.from_dict(description | {"servers": [{"url": address}]})


def breaks(name: str, address: str, answer: requests.Response) -> list[str]:
    """What the description forbids, but for the known breaks."""
    assert answer.status_code == 200, answer.text
    asked, given = RequestsOpenAPIRequest(answer.request), RequestsOpenAPIResponse(answer)
    try:
        described(name, address).validate_response(asked, given)
    except OpenAPIError as error:
        found = getattr(error.__cause__, "schema_errors", None)
        if found is None:
            return [repr(error.__cause__ or error)]
        texts = ["/" + "/".join(map(str, one.absolute_path)) + ": " + one.message[:150] for one in found]
        return [text for text in texts if not any(known.search(text) for known in KNOWN_BREAKS)]
    return []


@pytest.mark.parametrize("path", PLATFORM)
def test_every_list_of_the_platform_satisfies_its_description(jira: JiraClient, path: str) -> None:
    assert breaks("jira-platform.json", jira.base, jira.ask(CLOUD + path)) == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/search/jql", {"jql": "project = PAY", "fields": ["summary"], "maxResults": 7}),
        ("/search/approximate-count", {"jql": "project = PAY"}),
        ("/changelog/bulkfetch", {"issueIdsOrKeys": ["10005", "10006"], "maxResults": 3}),
    ],
)
def test_every_answer_to_a_post_satisfies_its_description(jira: JiraClient, path: str, body: dict[str, object]) -> None:
    answer = jira.tell(CLOUD + path, **body)
    assert answer.json()
    assert breaks("jira-platform.json", jira.base, answer) == []


def test_boards_sprints_and_their_issues_satisfy_their_description(jira: JiraClient, jira_world: JiraWorld) -> None:
    paths = ["/board"]
    for board in jira_world.at().boards:
        own = f"/board/{board.id}"
        paths += [own, f"{own}/configuration", f"{own}/issue?expand=changelog"]
        paths += [f"{own}/sprint"] if board.has_sprints else []
    for sprint in jira_world.at().sprints_of(jira_world.boards[0]):
        paths += [f"/sprint/{sprint.sprint.id}", f"/sprint/{sprint.sprint.id}/issue"]
    for path in paths:
        assert breaks("jira-software.json", jira.base, jira.ask(AGILE + path)) == [], path
