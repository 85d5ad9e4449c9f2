import base64
from collections.abc import Iterator

import pytest
import requests

from pulse_assets.sandbox.jira.world import JiraWorld
from pulse_assets.sandbox.organization import Organization
from pulse_assets.sandbox.server import serving
from pulse_assets_tests.sandbox.conftest import TOKEN
from pulse_assets_tests.sandbox.jira.conftest import AGILE, CLOUD, DATA_CENTER, JiraClient


@pytest.fixture
def lax(organization: Organization, jira_world: JiraWorld) -> Iterator[str]:
    """A site where a wrong token is nobody's."""
    with serving(organization, jira=jira_world, token=TOKEN, is_jira_anonymous_on_bad_token=True) as address:
        yield f"{address}/jira"


def asked(address: str, path: str, authorization: str | None = None) -> requests.Response:
    headers = {"Authorization": authorization} if authorization else {}
    return requests.get(address + path, headers=headers, timeout=10)


def basic(token: str) -> str:
    return "Basic " + base64.b64encode(f"a@example.invalid:{token}".encode()).decode()


def test_the_token_is_taken_as_a_password_and_as_a_bearer(jira_address: str) -> None:
    for authorization in (basic(TOKEN), f"Bearer {TOKEN}"):
        answer = asked(jira_address, f"{CLOUD}/myself", authorization)
        assert answer.json()["accountId"] == "pulse-reader"
        assert answer.headers["X-Seraph-LoginReason"] == "OK"
    assert asked(jira_address, f"{DATA_CENTER}/myself", f"Bearer {TOKEN}").json()["key"] == "pulse-reader"


@pytest.mark.parametrize(
    ("authorization", "reason"),
    [
        (None, "OUT"),
        (basic("wrong"), "AUTHENTICATED_FAILED"),
        ("Bearer wrong", "AUTHENTICATED_FAILED"),
        ("Basic ?", "OUT"),
    ],
)
def test_without_the_right_token_nothing_is_shown(jira_address: str, authorization: str | None, reason: str) -> None:
    for path in (f"{CLOUD}/project", f"{DATA_CENTER}/search", f"{AGILE}/board", "/rest/nope"):
        answer = asked(jira_address, path, authorization)
        assert answer.status_code == 401
        assert answer.headers["X-Seraph-LoginReason"] == reason
    assert asked(jira_address, f"{CLOUD}/serverInfo", authorization).json()["deploymentType"] == "Cloud"


def test_a_wrong_token_may_be_nobodys_who_sees_an_empty_site(lax: str) -> None:
    search = "/search/jql?jql=project%20%3D%20PAY"
    for path, expected in (
        (f"{CLOUD}/project", []),
        (f"{CLOUD}{search}", {"issues": [], "isLast": True}),
        (f"{CLOUD}/users/search", []),
        (
            f"{AGILE}/board?projectKeyOrId=PAY",
            {"maxResults": 50, "startAt": 0, "total": 0, "isLast": True, "values": []},
        ),
    ):
        answer = asked(lax, path, basic("wrong"))
        assert (answer.status_code, answer.json()) == (200, expected)
        assert answer.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"
    assert asked(lax, f"{CLOUD}/issue/PAY-1", basic("wrong")).status_code == 404
    assert asked(lax, f"{CLOUD}/myself", basic("wrong")).status_code == 401
    assert asked(lax, f"{CLOUD}/project").status_code == 401
    assert len(asked(lax, f"{CLOUD}/project", basic(TOKEN)).json()) == 3


def test_a_spent_limit_says_how_long_and_why(organization: Organization, jira_world: JiraWorld) -> None:
    with (
        serving(organization, jira=jira_world, budget=5) as address,
        JiraClient(f"{address}/jira") as jira,
        JiraClient(f"{address}/jira", "another") as other,
    ):
        answers = [jira.ask(f"{CLOUD}/project") for _ in range(6)]
        assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["4", "3", "2", "1", "0", "0"]
        assert [answer.headers["X-RateLimit-NearLimit"] for answer in answers][:5] == ["false"] * 4 + ["true"]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert answers[-1].headers["RateLimit-Reason"] == "jira-quota-based"
        assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600
        reset = jira_world.until.replace(hour=12, minute=59)
        assert answers[0].headers["X-RateLimit-Reset"].startswith(reset.strftime("%Y-%m-%dT%H:%M:"))
        own = other.ask(f"{DATA_CENTER}/project")
        assert own.status_code == 200
        assert own.headers["Retry-After"] == "0"
        assert own.headers["X-RateLimit-Interval-Seconds"] == "3600"
        jira.post(f"{address}/_reset", timeout=10)
        assert jira.ask(f"{CLOUD}/project").status_code == 200


def test_calls_are_counted_by_route_and_github_still_answers(organization: Organization, jira_world: JiraWorld) -> None:
    with serving(organization, jira=jira_world) as address, JiraClient(f"{address}/jira") as jira:
        jira.found(f"{CLOUD}/issue/10001")
        jira.tell(f"{CLOUD}/search/approximate-count", jql="project = PAY")
        assert jira.ask("/rest/api/3/nope").status_code == 404
        assert jira.get(f"{address}/orgs/acme/repos", timeout=10).status_code == 200
        routes = jira.get(f"{address}/_calls", timeout=10).json()["routes"]
        assert routes == {
            "GET /jira/rest/api/3/issue/{key}": 1,
            "POST /jira/rest/api/3/search/approximate-count": 1,
            "GET /jira/{path}": 1,
            "GET /orgs/{login}/repos": 1,
        }


def test_without_a_jira_there_is_nothing_at_its_path(address: str) -> None:
    assert asked(address, f"/jira{CLOUD}/myself", f"Bearer {TOKEN}").status_code == 404


def test_numbers_that_are_none_are_refused(jira: JiraClient) -> None:
    answer = jira.ask(f"{CLOUD}/project/search", startAt="many")
    assert (answer.status_code, answer.json()["errorMessages"]) == (
        400,
        ["The value 'many' of 'startAt' is not a number."],
    )
