"""A client that knows nothing of Pulse reads the sandbox's Jira: as Jira Cloud, and as Data Center."""

from collections.abc import Iterator

import pytest
from github import Auth, Github
from jira import JIRA, Issue, JIRAError

from pulse_assets.sandbox.jira.view import JiraView
from pulse_assets.sandbox.jira.world import JiraWorld
from pulse_assets.sandbox.organization import Organization
from pulse_assets_tests.sandbox.conftest import TOKEN
from pulse_assets_tests.sandbox.jira.conftest import EMAIL


@pytest.fixture(scope="module")
def view(jira_world: JiraWorld) -> JiraView:
    return jira_world.at()


@pytest.fixture
def cloud(jira_address: str) -> Iterator[JIRA]:
    options = {"rest_api_version": "3", "check_update": False}
    reader = JIRA(jira_address, options=options, basic_auth=(EMAIL, TOKEN), max_retries=0)
    yield reader
    reader.close()


@pytest.fixture
def data_center(jira_address: str) -> Iterator[JIRA]:
    reader = JIRA(jira_address, options={"check_update": False}, token_auth=TOKEN, max_retries=0)
    yield reader
    reader.close()


def read(found: Issue) -> tuple[str, str, int]:
    return found.id, found.fields.status.name, len(found.changelog.histories)


def test_it_reads_all_issues_of_both_flavors_with_their_histories(
    cloud: JIRA, data_center: JIRA, view: JiraView
) -> None:
    jql = "project in (PAY, WEB_2, OPS) ORDER BY id"
    expected = [
        (issue.id, view.fields_of(issue).status_name, len(view.changes_of(issue)))
        for issue in sorted(view.issues, key=lambda issue: int(issue.id))
    ]
    found = data_center.search_issues(jql, maxResults=False, expand="changelog")
    assert [read(issue) for issue in found] == expected
    found = cloud.enhanced_search_issues(jql, maxResults=0, expand="changelog", use_post=True)
    assert [read(issue) for issue in found] == [(name, status, min(count, 40)) for name, status, count in expected]
    assert cloud.approximate_issue_count("project = PAY") == sum(
        view.fields_of(issue).project.key == "PAY" for issue in view.issues
    )


def test_it_reads_one_issue_with_what_happened_to_it(cloud: JIRA, view: JiraView) -> None:
    issue = max(view.issues, key=lambda issue: len(view.fields_of(issue).sprint_ids))
    found = cloud.issue(view.fields_of(issue).key, expand="changelog")
    statuses = [
        (item.fromString, item.toString)
        for history in reversed(found.changelog.histories)
        for item in history.items
        if item.field == "status"
    ]
    assert statuses == [
        (item.from_text, item.to_text)
        for change in view.changes_of(issue)
        for item in change.items
        if item.field == "status"
    ]
    assert [sprint.id for sprint in found.fields.customfield_10020] == list(view.fields_of(issue).sprint_ids)


def test_it_reads_projects_boards_sprints_fields_and_statuses(cloud: JIRA, data_center: JIRA, view: JiraView) -> None:
    for reader in (cloud, data_center):
        assert [project.key for project in reader.projects()] == ["PAY", "WEB_2", "OPS"]
        assert reader.project("WEB_2").name == "Web shop"
        assert {status.id for status in reader.statuses()} == {status.id for status, _ in view.statuses}
        assert "customfield_10026" in {field["id"] for field in reader.fields()}
        assert {one.name for one in reader.issue_types()} == {one.name for one in view.issue_types}
        boards = reader.boards(maxResults=False)
        assert [board.name for board in boards] == [board.name for board in view.boards]
        assert [board.id for board in reader.boards(projectKeyOrID="OPS")] == [
            board.id for board in view.boards if board.project_key == "OPS"
        ]
        for board in view.boards:
            if board.has_sprints:
                shown = [(sprint.id, sprint.state) for sprint in reader.sprints(board.id, maxResults=False)]
                assert shown == [(state.sprint.id, state.state) for state in view.sprints_of(board)]
            else:
                with pytest.raises(JIRAError, match="does not support sprints"):
                    reader.sprints(board.id)


def test_it_knows_whom_it_speaks_to(cloud: JIRA, data_center: JIRA, jira_address: str) -> None:
    assert cloud.server_info()["deploymentType"] == "Cloud"
    assert data_center.server_info()["deploymentType"] == "Server"
    assert cloud.myself()["accountId"] == data_center.myself()["key"]
    with pytest.raises(JIRAError, match="401"):
        JIRA(jira_address, options={"check_update": False}, token_auth="wrong", max_retries=0).myself()


def test_pygithub_still_reads_what_stands_beside_it(jira_address: str, organization: Organization) -> None:
    address = jira_address.removesuffix("/jira")
    github = Github(auth=Auth.Token(TOKEN), base_url=address, per_page=50, retry=None, seconds_between_requests=None)
    names = {repository.full_name for repository in github.get_organization("acme").get_repos()}
    assert names == {repository.full_name for repository in organization.repositories}
    assert github.get_repo("acme/api").get_pulls(state="all").totalCount > 0
    github.close()
