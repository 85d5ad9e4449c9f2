"""The answers satisfy GitHub's own description of its REST API."""

import json
from pathlib import Path

import pytest
import requests
from openapi_core import OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse
from openapi_core.exceptions import OpenAPIError

from pulse_assets_tests.sandbox.conftest import Client

#: Where the description is narrower than the service: a deleted fork has no repository, an unknown author no account,
#: an open issue no reason.
KNOWN_BREAKS = ("head/repo", "/author", "/committer", "/state_reason")
PATHS = (
    "/orgs/acme/repos?per_page=100",
    "/users/acme/repos?per_page=100",
    "/rate_limit",
    *(
        f"/repos/acme/{name}{path}"
        for name in ("api", "web", "worker", "docs")
        for path in (
            "",
            "/pulls?state=all&per_page=100",
            "/commits?per_page=100",
            "/commits/main",
            "/branches",
            "/tags",
            "/releases",
            "/deployments?per_page=100",
            "/issues?state=all&per_page=100",
            "/compare/main~...main",
            "/actions/runs?per_page=100",
        )
    ),
    "/repos/acme/scratch",
    "/repos/acme/scratch/pulls?state=all",
    "/repos/acme/handbook/issues?state=all",
    "/repos/acme/api/actions/runs?status=failure&branch=main&created=2025-01-01..*",
    "/repos/acme/legacy",
    "/repos/acme/sdk",
)


@pytest.fixture(scope="module")
def described(github_description: Path, address: str) -> OpenAPI:
    description = json.loads(github_description.read_text(encoding="utf-8"))
    return OpenAPI.from_dict(description | {"servers": [{"url": address}]})


def breaks(described: OpenAPI, answer: requests.Response) -> list[str]:
    """What the description forbids, but for the known breaks."""
    try:
        described.validate_response(RequestsOpenAPIRequest(answer.request), RequestsOpenAPIResponse(answer))
    except OpenAPIError as error:
        found = getattr(error.__cause__, "schema_errors", None)
        if found is None:
            return [repr(error.__cause__ or error)]
        places = [("/" + "/".join(map(str, one.absolute_path)), one.message[:150]) for one in found]
        return [f"{place}: {text}" for place, text in places if not place.endswith(KNOWN_BREAKS)]
    return []


@pytest.mark.parametrize("path", PATHS)
def test_every_endpoint_satisfies_the_description(described: OpenAPI, address: str, client: Client, path: str) -> None:
    if "main~" in path:
        newest = client.get(f"{address}{path.partition('/compare')[0]}/commits?per_page=6").json()
        path = path.replace("main~", newest[-1]["sha"])
    answer = client.get(address + path)
    assert answer.status_code == 200
    assert breaks(described, answer) == []


def test_every_odd_pull_request_satisfies_it(described: OpenAPI, address: str, client: Client) -> None:
    pulls = client.get(f"{address}/repos/acme/api/pulls?state=all&direction=asc&per_page=25").json()
    for pull in pulls:
        for suffix in ("", "/commits?per_page=100", "/reviews?per_page=100"):
            answer = client.get(f"{address}/repos/acme/api/pulls/{pull['number']}{suffix}")
            assert breaks(described, answer) == [], answer.url


def test_statuses_of_deployments_satisfy_it(described: OpenAPI, address: str, client: Client) -> None:
    for deployment in client.get(f"{address}/repos/acme/api/deployments").json():
        assert breaks(described, client.get(f"{deployment['url']}/statuses")) == []
