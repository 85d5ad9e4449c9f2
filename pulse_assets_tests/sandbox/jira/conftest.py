"""A generated Jira site behind HTTP, made once for all tests of it."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from pulse_assets.sandbox.jira.generator import generate_jira
from pulse_assets.sandbox.jira.world import JiraWorld
from pulse_assets.sandbox.organization import Organization
from pulse_assets.sandbox.server import serving
from pulse_assets_tests.sandbox.conftest import TOKEN

EMAIL = "ada@example.invalid"
CLOUD, DATA_CENTER, AGILE, SOFTWARE = "/rest/api/3", "/rest/api/2", "/rest/agile/1.0", "/rest/software/1.0"


class JiraClient(requests.Session):
    """Asks one site with a token; `base` is the site's address."""

    def __init__(self, base: str, token: str = TOKEN) -> None:
        super().__init__()
        self.trust_env = False
        self.base, self.auth = base, (EMAIL, token)

    def ask(self, path: str, **query: str | int) -> requests.Response:
        return self.get(self.base + path, params=query, timeout=10)

    def tell(self, path: str, **body: Any) -> requests.Response:
        return self.post(self.base + path, json=body, timeout=10)

    def found(self, path: str, **query: str | int) -> Any:
        answer = self.ask(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def walked(self, path: str, key: str, **query: str | int) -> list[Any]:
        """All rows, by tokens where there are any, else by position."""
        rows: list[Any] = []
        while True:
            body = self.found(path, **query)
            rows += body[key]
            if body.get("nextPageToken"):
                query["nextPageToken"] = body["nextPageToken"]
            elif "startAt" in body and body["startAt"] + len(body[key]) < body["total"]:
                query["startAt"] = body["startAt"] + len(body[key])
            else:
                return rows


@pytest.fixture(scope="session")
def jira_world(organization: Organization) -> JiraWorld:
    return generate_jira(7, organization)


@pytest.fixture(scope="session")
def jira_address(organization: Organization, jira_world: JiraWorld) -> Iterator[str]:
    """The address of the site, below that of the organization."""
    with serving(organization, jira=jira_world, token=TOKEN, budget=1_000_000) as served:
        yield f"{served}/jira"


@pytest.fixture
def jira(jira_address: str) -> Iterator[JiraClient]:
    with JiraClient(jira_address) as session:
        yield session
