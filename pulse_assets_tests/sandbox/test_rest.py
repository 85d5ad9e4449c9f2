import datetime as dt
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from pulse_assets.sandbox.answers import iso
from pulse_assets.sandbox.organization import Organization, Release
from pulse_assets.sandbox.server import serving
from pulse_assets_tests.sandbox.conftest import TOKEN, Client
from pulse_assets_tests.sandbox.worlds import ADA, at, deployment, issue, mainline, pull, world


@pytest.fixture
def own(organization: Organization) -> Iterator[str]:
    """A server of the test's own, with few requests to spend."""
    with serving(organization, token=TOKEN, budget=5) as address:
        yield address


def walked(client: Client, url: str) -> list[Any]:
    """All pages, by their next links."""
    rows: list[Any] = []
    while url:
        answer = client.get(url)
        assert answer.status_code == 200, answer.text
        rows += answer.json()
        url = answer.links.get("next", {}).get("url", "")
    return rows


def test_pages_together_hold_every_pull_request_once(address: str, client: Client, organization: Organization) -> None:
    found = organization.at().repository("acme/api")
    assert found is not None
    for sort in ("created", "updated"):
        for direction in ("asc", "desc"):
            query = f"state=all&sort={sort}&direction={direction}&per_page=7"
            rows = walked(client, f"{address}/repos/acme/api/pulls?{query}")
            times = [row[f"{sort}_at"] for row in rows]
            assert sorted(row["number"] for row in rows) == sorted(pull.number for pull in found.pull_requests)
            assert times == sorted(times, reverse=direction == "desc")


def test_only_open_pull_requests_are_listed_unless_asked_otherwise(address: str, client: Client) -> None:
    shown = walked(client, f"{address}/repos/acme/api/pulls")
    closed = walked(client, f"{address}/repos/acme/api/pulls?state=closed&per_page=100")
    assert {row["state"] for row in shown} == {"open"}
    assert {row["state"] for row in closed} == {"closed"}
    merged = [row for row in closed if row["merged_at"]]
    assert all(row["merge_commit_sha"] for row in (*merged, *shown))


def test_the_default_page_has_thirty_rows_and_the_largest_a_hundred(address: str, client: Client) -> None:
    url = f"{address}/repos/acme/web/commits"
    assert len(client.get(url).json()) == 30
    assert len(client.get(url, params={"per_page": "500"}).json()) == 100
    last = client.get(url).links["last"]["url"]
    assert "prev" in client.get(last).links
    assert "next" not in client.get(last).links


def test_a_list_of_commits_begins_at_the_asked_one(address: str, client: Client) -> None:
    rows = walked(client, f"{address}/repos/acme/web/commits?per_page=50")
    assert len({row["sha"] for row in rows}) == len(rows)
    below = walked(client, f"{address}/repos/acme/web/commits?per_page=100&sha={rows[10]['sha']}")
    assert {row["sha"] for row in below} <= {row["sha"] for row in rows}
    day = rows[20]["commit"]["committer"]["date"]
    late = walked(client, f"{address}/repos/acme/web/commits?since={day}")
    assert all(row["commit"]["committer"]["date"] >= day for row in late)
    one = client.get(f"{address}/repos/acme/web/commits/{rows[3]['sha'][:9]}")
    assert one.json()["sha"] == rows[3]["sha"]
    assert client.get(f"{address}/repos/acme/web/commits/ffffffffff").status_code == 422


def test_a_comparison_is_paged(address: str, client: Client) -> None:
    rows = walked(client, f"{address}/repos/acme/worker/commits?per_page=100")
    base, head = rows[40]["sha"], rows[0]["sha"]
    whole = client.get(f"{address}/repos/acme/worker/compare/{base}...{head}").json()
    assert (whole["status"], whole["ahead_by"], whole["total_commits"]) == ("ahead", 40, 40)
    assert [row["sha"] for row in whole["commits"]] == [row["sha"] for row in rows[:40]][::-1]
    part = client.get(f"{address}/repos/acme/worker/compare/{base}...{head}?per_page=15")
    assert len(part.json()["commits"]) == 15
    assert "next" in part.links
    assert client.get(f"{address}/repos/acme/worker/compare/{'0' * 40}...{head}").status_code == 404


def test_an_unchanged_answer_is_free(own: str, client: Client) -> None:
    url = f"{own}/repos/acme/api"
    first = client.get(url)
    again = client.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["x-ratelimit-remaining"] == first.headers["x-ratelimit-remaining"] == "4"
    assert client.get(f"{own}/_calls").json() | {"bytes": 0} == {
        "total": 2,
        "routes": {"GET /repos/{owner}/{repo}": 2},
        "statuses": {"200": 1, "304": 1},
        "not_modified": 1,
        "bytes": 0,
        "max_concurrent": 1,
    }


def test_a_spent_limit_is_refused_until_it_is_reset(own: str, client: Client) -> None:
    answers = [client.get(f"{own}/repos/acme/api") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [403]
    refused = answers[-1]
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert "rate limit exceeded" in refused.json()["message"]
    wait = int(refused.headers["x-ratelimit-reset"]) - parsedate_to_datetime(refused.headers["Date"]).timestamp()
    assert 3500 < wait <= 3600
    assert client.get(f"{own}/rate_limit").json()["resources"]["core"]["remaining"] == 0
    client.post(f"{own}/_reset")
    assert client.get(f"{own}/repos/acme/api").status_code == 200


def test_every_credential_has_its_own_etag(organization: Organization) -> None:
    with serving(organization) as address:
        tags = {Client(token).get(f"{address}/repos/acme/api").headers["ETag"] for token in ("one", "two")}
    assert len(tags) == 2


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/repos/acme/nothing", 404),
        ("/repos/acme/api/pulls/99999", 404),
        ("/repos/acme/api/issues/99999", 404),
        ("/repos/acme/api/deployments/5", 404),
        ("/repos/acme/api/releases/5", 404),
        ("/repos/acme/api/actions/runs/5", 404),
        ("/orgs/nobody/repos", 404),
        ("/users/nobody/repos", 404),
        ("/nothing/at/all", 404),
        ("/repos/acme/scratch/commits", 409),
        ("/repos/acme/api/commits?since=yesterday", 422),
    ],
)
def test_errors_have_githubs_shape(address: str, client: Client, path: str, status: int) -> None:
    answer = client.get(address + path)
    assert answer.status_code == status
    assert set(answer.json()) == {"message", "documentation_url", "status"}


def test_wrong_credentials_and_versions_are_refused(address: str, client: Client) -> None:
    assert Client("wrong").get(f"{address}/repos/acme/api").status_code == 401
    assert Client("wrong").post(f"{address}/graphql", json={"query": "{viewer{login}}"}).status_code == 401
    versioned = client.get(f"{address}/user", headers={"X-GitHub-Api-Version": "1999-01-01"})
    assert versioned.status_code == 400


def test_the_newer_version_has_no_merge_commit_sha(address: str, client: Client) -> None:
    url = f"{address}/repos/acme/api/pulls?state=all"
    newer = client.get(url, headers={"X-GitHub-Api-Version": "2026-03-10"})
    assert all("merge_commit_sha" not in row for row in newer.json())
    assert all("merge_commit_sha" in row for row in client.get(url).json())


def test_a_former_name_leads_to_the_renamed_repository(address: str, client: Client) -> None:
    moved = client.get(f"{address}/repos/acme/website/pulls?state=all&per_page=3", allow_redirects=False)
    assert moved.status_code == 301
    assert moved.headers["Location"] == f"{address}/repositories/5002/pulls?state=all&per_page=3"
    followed = client.get(f"{address}/repos/acme/website")
    assert followed.json()["full_name"] == "acme/web"


def test_the_clock_moves_the_world(organization: Organization, client: Client) -> None:
    worker = next(repository for repository in organization.repositories if repository.name == "worker")
    (forced_at,) = {landing.lost_at for landing in worker.landings if landing.lost_at}
    early = forced_at - dt.timedelta(seconds=1)
    with serving(organization, at=early) as address:
        before = walked(client, f"{address}/repos/acme/api/pulls?state=all&per_page=100")
        head = client.get(f"{address}/repos/acme/worker/commits?per_page=1").json()[0]["sha"]
        dated = client.get(f"{address}/repos/acme/api").headers["Date"]
        assert parsedate_to_datetime(dated) == early
        moved = client.post(f"{address}/_clock", json={"at": organization.until.isoformat()})
        assert moved.json() == {"at": "2025-06-30T12:00:00Z"}
        after = walked(client, f"{address}/repos/acme/api/pulls?state=all&per_page=100")
        compared = client.get(f"{address}/repos/acme/worker/compare/{head}...main")
        assert client.post(f"{address}/_clock", json={"at": "soon"}).status_code == 400
    assert len(before) < len(after)
    assert all(row["updated_at"] <= iso(early) for row in before)
    assert compared.json()["status"] == "diverged"


def test_incidents_are_issues_with_a_label(address: str, client: Client) -> None:
    url = f"{address}/repos/acme/worker/issues?state=all&per_page=100"
    everything = walked(client, url)
    assert any("pull_request" in row for row in everything)
    incidents = walked(client, f"{url}&labels=incident&sort=updated&direction=desc")
    assert incidents
    assert all("incident" in {label["name"] for label in row["labels"]} for row in incidents)
    times = [row["updated_at"] for row in incidents]
    assert times == sorted(times, reverse=True)
    recent = walked(client, f"{url}&since={times[0]}")
    assert incidents[0] in recent
    assert client.get(f"{address}/repos/acme/worker/issues/{incidents[0]['number']}").json() == incidents[0]


def test_every_release_is_found_by_its_number(address: str, client: Client) -> None:
    for row in walked(client, f"{address}/repos/acme/docs/releases"):
        assert client.get(f"{address}/repos/acme/docs/releases/{row['id']}").json() == row


def test_what_is_deleted_is_found_no_more(client: Client) -> None:
    line = mainline(("m0", "2024-05-01"))
    release = Release(3, "v1", line[0].commit.sha, at("2024-05-01"), at("2024-05-01"), ADA, deleted_at=at("2024-05-04"))
    organization = world(
        "2024-05-03",
        landings=line,
        issues=(issue(2, "2024-05-01", deleted="2024-05-04"),),
        deployments=(deployment(1, "m0", ("success", "2024-05-01"), deleted="2024-05-04"),),
        releases=(release,),
    )
    paths = ("issues/2", "deployments/1", "deployments/1/statuses", "releases/3", "releases/tags/v1")
    lists = ("issues?state=all", "deployments", "releases")
    with serving(organization) as address:
        url = f"{address}/repos/acme/api"
        before = [client.get(f"{url}/{path}").status_code for path in paths]
        counts = [len(walked(client, f"{url}/{path}")) for path in lists]
        client.post(f"{address}/_clock", json={"at": "2024-05-04T00:00:00Z"})
        after = [client.get(f"{url}/{path}").status_code for path in paths]
        left = [len(walked(client, f"{url}/{path}")) for path in lists]
        gone = client.get(f"{url}/issues/2").json()
    assert (before, counts) == ([200] * 5, [1, 1, 1])
    assert (after, left) == ([410, 404, 404, 404, 404], [0, 0, 0])
    assert gone["message"] == "This issue was deleted"


def test_commits_of_a_pull_request_end_at_two_hundred_and_fifty(client: Client) -> None:
    commits = [(f"c{number}", "2024-05-01") for number in range(260)]
    with serving(world(pull_requests=(pull(1, "2024-05-02", *commits),))) as address:
        url = f"{address}/repos/acme/api/pulls/1"
        assert client.get(url).json()["commits"] == 260
        assert len(walked(client, f"{url}/commits?per_page=100")) == 250


def test_an_organization_lists_its_repositories(address: str, client: Client) -> None:
    for path in ("/orgs/acme/repos?per_page=3", "/users/acme/repos?sort=full_name&per_page=3"):
        names = [row["name"] for row in walked(client, address + path)]
        assert sorted(names) == ["api", "docs", "handbook", "legacy", "scratch", "sdk", "web", "worker"]
    assert client.get(f"{address}/orgs/acme").json()["public_repos"] == 8
    assert client.get(f"{address}/users/ada/repos").json() == []
    assert client.get(f"{address}/users/ada").json()["type"] == "User"
