import datetime as dt
import json
from collections.abc import Iterator

import pytest

from pulse_assets.sandbox.jira.view import JiraView
from pulse_assets.sandbox.jira.world import Issue, JiraWorld
from pulse_assets.sandbox.organization import Organization
from pulse_assets.sandbox.server import serving
from pulse_assets_tests.sandbox.conftest import TOKEN
from pulse_assets_tests.sandbox.jira.conftest import CLOUD, DATA_CENTER, JiraClient

ALL = "project in (PAY, WEB_2, OPS) ORDER BY created ASC"


@pytest.fixture(scope="module")
def view(jira_world: JiraWorld) -> JiraView:
    return jira_world.at()


@pytest.fixture
def busiest(view: JiraView) -> Issue:
    """The issue with the longest history."""
    return max(view.issues, key=lambda issue: len(view.changes_of(issue)))


@pytest.fixture
def own(organization: Organization, jira_world: JiraWorld) -> Iterator[JiraClient]:
    """A site of the test's own, whose clock it may move."""
    with (
        serving(organization, jira=jira_world, token=TOKEN, budget=1_000_000) as address,
        JiraClient(f"{address}/jira") as session,
    ):
        yield session


def move(jira: JiraClient, instant: dt.datetime) -> None:
    sent = {"at": instant.isoformat()}
    assert jira.post(jira.base.removesuffix("/jira") + "/_clock", json=sent, timeout=10).status_code == 200


def test_pages_together_hold_every_issue_once(jira: JiraClient, view: JiraView) -> None:
    for fields in ("id", "updated"):
        rows = jira.walked(f"{CLOUD}/search/jql", "issues", jql=ALL, fields=fields, maxResults=37)
        assert [row["id"] for row in rows] == [
            issue.id for issue in sorted(view.issues, key=lambda issue: issue.created_at)
        ]
    rows = jira.walked(f"{DATA_CENTER}/search", "issues", jql=ALL, fields="updated", maxResults=37)
    assert len(rows) == len(view.issues)


def test_only_ids_come_unless_fields_are_asked_for(jira: JiraClient) -> None:
    body = jira.found(f"{CLOUD}/search/jql", jql=ALL, maxResults=1)
    assert set(body["issues"][0]) == {"id"}
    assert "total" not in body
    body = jira.found(f"{CLOUD}/search/jql", jql=ALL, maxResults=1, fields="updated,project")
    assert set(body["issues"][0]["fields"]) == {"updated", "project"}
    everything = jira.found(f"{CLOUD}/search/jql", jql=ALL, maxResults=1, fields="*all,-labels")["issues"][0]["fields"]
    assert "customfield_10020" in everything
    assert not {"labels", "sprint", "closedSprints"} & set(everything)


def test_a_page_with_fields_holds_a_hundred_and_one_with_ids_five_thousand(jira: JiraClient, view: JiraView) -> None:
    light = jira.found(f"{CLOUD}/search/jql", jql=ALL, maxResults=5000)
    assert (len(light["issues"]), light["isLast"]) == (len(view.issues), True)
    full = jira.found(f"{CLOUD}/search/jql", jql=ALL, maxResults=5000, fields="summary")
    assert (len(full["issues"]), full["isLast"]) == (100, False)


def test_a_token_is_that_of_its_question(jira: JiraClient) -> None:
    token = jira.found(f"{CLOUD}/search/jql", jql=ALL, maxResults=5)["nextPageToken"]
    for jql, sent in (("project = PAY", token), (ALL, "rubbish"), (ALL, token[:-8])):
        answer = jira.ask(f"{CLOUD}/search/jql", jql=jql, nextPageToken=sent)
        assert answer.status_code == 400
        assert answer.json()["errorMessages"] == ["The provided next page token is invalid or expired."]


def test_a_post_asks_as_a_get_does_and_is_read_strictly(jira: JiraClient) -> None:
    asked = {"jql": "project = PAY ORDER BY id", "maxResults": 3, "fields": ["summary"], "expand": "changelog"}
    sent = jira.tell(f"{CLOUD}/search/jql", **asked).json()
    assert sent == jira.found(f"{CLOUD}/search/jql", **(asked | {"fields": "summary"}))
    for wrong in ({"startAt": 0}, {"fields": "summary"}, {"expand": ["changelog"]}, {"maxResults": "3"}):
        answer = jira.tell(f"{CLOUD}/search/jql", **(asked | wrong))
        assert answer.status_code == 400, wrong
        assert answer.json()["errorMessages"][0].startswith("Invalid request payload.")
    broken = jira.post(f"{jira.base}{CLOUD}/search/jql", data="{", timeout=10)
    assert broken.status_code == 400


def test_an_unbounded_query_is_refused_by_the_cloud_alone(jira: JiraClient, view: JiraView) -> None:
    for answer in (
        jira.ask(f"{CLOUD}/search/jql", jql="ORDER BY created"),
        jira.tell(f"{CLOUD}/search/approximate-count", jql=""),
    ):
        assert answer.status_code == 400
        assert answer.json()["errorMessages"][0].startswith("Unbounded JQL queries are not allowed")
    assert jira.found(f"{DATA_CENTER}/search", jql="ORDER BY created", maxResults=1)["total"] == len(view.issues)


def test_the_count_is_that_of_the_search(jira: JiraClient, view: JiraView) -> None:
    expected = sum(view.fields_of(issue).project.key == "WEB_2" for issue in view.issues)
    assert jira.tell(f"{CLOUD}/search/approximate-count", jql="project = WEB_2").json() == {"count": expected}
    alone = jira.found(f"{DATA_CENTER}/search", jql="project = WEB_2", maxResults=0)
    assert (alone["total"], alone["issues"]) == (expected, [])


def test_what_was_removed_answers_410_and_names_its_successor(jira: JiraClient) -> None:
    for path, successor in (
        ("/search", "/rest/api/3/search/jql"),
        ("/workflow", "/rest/api/3/workflows/search"),
        ("/workflow/search", "/rest/api/3/workflows/search"),
    ):
        answer = jira.ask(CLOUD + path, jql=ALL)
        assert answer.status_code == 410
        assert successor in answer.json()["errorMessages"][0]
    assert jira.tell(f"{CLOUD}/search", jql=ALL).status_code == 410


def test_the_cloud_shows_the_forty_newest_histories_and_the_changelog_all(
    jira: JiraClient, view: JiraView, busiest: Issue
) -> None:
    changes = view.changes_of(busiest)
    assert len(changes) > 40
    ids = [str(change.id) for change in changes]
    asked = {"jql": f"id = {busiest.id}", "fields": "updated", "expand": "changelog"}
    shown = jira.found(f"{CLOUD}/search/jql", **asked)["issues"][0]["changelog"]
    assert shown["total"] == len(ids)
    assert [history["id"] for history in shown["histories"]] == ids[:-41:-1]
    single = jira.found(f"{CLOUD}/issue/{busiest.id}", fields="updated", expand="changelog")["changelog"]
    assert [history["id"] for history in single["histories"]] == ids[::-1]
    pages = jira.walked(f"{CLOUD}/issue/{busiest.id}/changelog", "values", maxResults=20)
    assert [history["id"] for history in pages] == ids
    whole = jira.found(f"{DATA_CENTER}/search", **asked)["issues"][0]["changelog"]
    assert [history["id"] for history in whole["histories"]] == ids


def test_bulk_histories_are_all_there_once_and_grouped_within_a_page(jira: JiraClient, view: JiraView) -> None:
    issues = view.issues[:50]
    sent = {"issueIdsOrKeys": [issue.id for issue in issues] + ["999999"], "maxResults": 40}
    found: dict[str, list[str]] = {}
    while True:
        body = jira.tell(f"{CLOUD}/changelog/bulkfetch", **sent).json()
        assert len({log["issueId"] for log in body["issueChangeLogs"]}) == len(body["issueChangeLogs"])
        for log in body["issueChangeLogs"]:
            found.setdefault(log["issueId"], []).extend(history["id"] for history in log["changeHistories"])
        if "nextPageToken" not in body:
            break
        sent["nextPageToken"] = body["nextPageToken"]
    assert found == {
        issue.id: [str(change.id) for change in view.changes_of(issue)] for issue in issues if view.changes_of(issue)
    }


def test_bulk_histories_are_those_of_the_fields_asked_for(jira: JiraClient, busiest: Issue) -> None:
    sent = {"issueIdsOrKeys": [busiest.key], "fieldIds": ["status"]}
    (log,) = jira.tell(f"{CLOUD}/changelog/bulkfetch", **sent).json()["issueChangeLogs"]
    fields = [{item.get("fieldId") for item in history["items"]} for history in log["changeHistories"]]
    assert all("status" in one for one in fields)
    for wrong in ({"issueIdsOrKeys": []}, {"issueIdsOrKeys": ["1"] * 1001}, {"issueIdsOrKeys": "1"}, {}):
        assert jira.tell(f"{CLOUD}/changelog/bulkfetch", **wrong).status_code == 400


def test_issues_in_bulk_name_those_that_are_not_there(jira: JiraClient, view: JiraView) -> None:
    issue = view.issues[3]
    sent = {"issueIdsOrKeys": [issue.id, view.fields_of(issue).key, "PAY-99999"], "fields": ["summary"]}
    body = jira.tell(f"{CLOUD}/issue/bulkfetch", **sent).json()
    assert [(one["id"], set(one["fields"])) for one in body["issues"]] == [(issue.id, {"summary"})]
    assert [one["id"] for one in body["issueErrors"]] == ["PAY-99999"]
    assert jira.tell(f"{CLOUD}/issue/bulkfetch", issueIdsOrKeys=["1"] * 101).status_code == 400


def test_a_moved_issue_is_found_by_its_old_key_and_a_deleted_one_is_not(
    jira: JiraClient, jira_world: JiraWorld, view: JiraView
) -> None:
    now = jira_world.until
    moved = [issue for issue in view.issues if view.fields_of(issue).key != issue.initial["Key"][1]]
    assert moved
    for issue in moved:
        old, new = issue.initial["Key"][1], view.fields_of(issue).key
        body = jira.found(f"{CLOUD}/issue/{old}", fields="project")
        assert (body["id"], body["key"]) == (issue.id, new)
        found = jira.found(f"{CLOUD}/search/jql", jql=f'key = "{old}"', fields="key")
        assert [one["key"] for one in found["issues"]] == [new]
    deleted = [issue for issue in jira_world.issues if issue.deleted_at is not None and issue.deleted_at <= now]
    assert deleted
    for issue in deleted:
        assert jira.ask(f"{CLOUD}/issue/{issue.id}").status_code == 404
        assert jira.ask(f"{CLOUD}/issue/{issue.id}/changelog").status_code == 404
        refused = jira.ask(f"{CLOUD}/search/jql", jql=f"id = {issue.id}")
        assert refused.json()["errorMessages"] == [f"A value with ID '{issue.id}' does not exist for the field 'id'."]
        lenient = jira.found(f"{DATA_CENTER}/search", jql=f"id = {issue.id}", validateQuery="false")
        assert lenient["total"] == 0


def test_every_query_by_time_finds_what_the_world_knows(jira: JiraClient, view: JiraView) -> None:
    times = sorted(int(view.updated_at(issue).timestamp() * 1000) for issue in view.issues)
    first, last = times[len(times) // 3], times[2 * len(times) // 3]
    jql = f"project in (PAY, WEB_2, OPS) AND updated >= {first} AND updated < {last} ORDER BY updated ASC"
    rows = jira.walked(f"{CLOUD}/search/jql", "issues", jql=jql, fields="updated", maxResults=50)
    found = [round(dt.datetime.fromisoformat(row["fields"]["updated"]).timestamp() * 1000) for row in rows]
    assert found == [time for time in times if first <= time < last]


def test_the_clock_moves_jira_as_well(own: JiraClient, jira_world: JiraWorld) -> None:
    instant = jira_world.until - dt.timedelta(days=60)
    move(own, instant)
    earlier = jira_world.at(instant)
    answer = own.ask(f"{CLOUD}/search/jql", jql=ALL, fields="updated,status", expand="changelog", maxResults=100)
    rows = {row["id"]: row for row in answer.json()["issues"]}
    assert answer.headers["Date"] == instant.strftime("%a, %d %b %Y %H:%M:%S GMT")
    for issue in sorted(earlier.issues, key=lambda issue: issue.created_at)[:100]:
        assert rows[issue.id]["fields"]["status"]["name"] == earlier.fields_of(issue).status_name
        assert rows[issue.id]["changelog"]["total"] == len(earlier.changes_of(issue))
    assert len(own.found(f"{CLOUD}/search/jql", jql=ALL, maxResults=5000)["issues"]) == len(earlier.issues)
    assert own.found(f"{CLOUD}/serverInfo")["serverTime"] == instant.astimezone(
        dt.timezone(dt.timedelta(hours=2))
    ).strftime("%Y-%m-%dT%H:%M:%S.000+0200")


def test_data_center_tells_persons_sprints_and_epics_in_its_own_way(jira: JiraClient, view: JiraView) -> None:
    issue = max(view.issues, key=lambda issue: len(view.fields_of(issue).sprint_ids))
    fields = view.fields_of(issue)
    assert len(fields.sprint_ids) > 1
    cloud = jira.found(f"{CLOUD}/issue/{issue.id}", expand="changelog")
    own = jira.found(f"{DATA_CENTER}/issue/{issue.id}", expand="changelog")
    reporter = own["fields"]["reporter"]
    assert reporter["key"] == cloud["fields"]["reporter"]["accountId"] == fields.reporter.account_id
    assert "accountId" not in json.dumps(own)
    assert [one["id"] for one in cloud["fields"]["customfield_10020"]] == list(fields.sprint_ids)
    texts = own["fields"]["customfield_10020"]
    assert [f"[id={one},rapidViewId=" in text for one, text in zip(fields.sprint_ids, texts, strict=True)] == [
        True
    ] * len(texts)
    assert ",state=CLOSED,name=" in texts[0]
    assert "hierarchyLevel" not in own["fields"]["issuetype"]
    items = [item for history in own["changelog"]["histories"] for item in history["items"]]
    assert items
    assert all("fieldId" not in item for item in items)
    epic = next(issue for issue in view.issues if view.fields_of(issue).issue_type.hierarchy_level > 0)
    assert jira.found(f"{DATA_CENTER}/issue/{epic.id}")["fields"]["customfield_10011"] == view.fields_of(epic).summary
