"""A generated Jira site with every oddity: both flavors give the same records, and these are what the world knows."""

from collections.abc import Iterator
from typing import Any

import pytest

from pulse_assets.errors import AuthenticationFailed
from pulse_assets.sandbox.generator import generate
from pulse_assets.sandbox.jira.generator import generate_jira
from pulse_assets.sandbox.jira.view import JiraView
from pulse_assets.sandbox.jira.world import Issue, JiraWorld
from pulse_assets.sandbox.server import serving
from pulse_assets.sources.jira.client import Jira
from pulse_assets_tests.sources.jira.conftest import MakeJira
from pulse_assets_tests.sources.jira.reading import whole

TOKEN = "a-token"
EVERYTHING = "project in (PAY, WEB_2, OPS) ORDER BY created ASC, key ASC"


@pytest.fixture(scope="module")
def world() -> JiraWorld:
    return generate_jira(7, generate(7))


@pytest.fixture(scope="module")
def site(world: JiraWorld) -> Iterator[str]:
    with serving(
        generate(7), jira=world, token=TOKEN, budget=1_000_000, is_jira_anonymous_on_bad_token=True
    ) as address:
        yield f"{address}/jira"


@pytest.fixture
def reader(site: str, make_jira: MakeJira) -> MakeJira:
    """`reader("cloud", …)` with any setting."""
    return lambda flavor, **more: make_jira(site, **({"jira_token": TOKEN, "jira_flavor": flavor} | more))


def site_of(jira: Jira) -> dict[str, Any]:
    """What does not depend on the flavor, in an order of its own."""
    boards = [board for key in ("PAY", "WEB_2", "OPS") for board in jira.boards(key)]
    return {
        "fields": jira.fields(),
        "statuses": jira.statuses(),
        "boards": boards,
        "sprints": [one for board in boards for one in whole(lambda c, b=board: jira.sprints(b, cursor=c))],
        "board issues": {board["id"]: jira.board_issue_ids(board["id"]) for board in boards},
        "estimates": jira.estimate_fields(boards),
        "count": jira.count(EVERYTHING),
        "stubs": whole(lambda cursor: jira.stubs(EVERYTHING, cursor=cursor)),
    }


def issues_of(jira: Jira, page_size: int | None = None) -> list[Any]:
    estimates = jira.estimate_fields(jira.boards("PAY"))
    return whole(lambda cursor: jira.issues(EVERYTHING, estimate_fields=estimates, cursor=cursor, page_size=page_size))


def test_both_flavors_give_the_same_site(reader: MakeJira) -> None:
    both = cloud, data_center = reader("cloud"), reader("datacenter")
    own, other = site_of(cloud), site_of(data_center)
    for name, found in own.items():
        assert found == other[name], name
        assert found, name
    assert cloud.verify() == data_center.verify() == "pulse-reader"
    assert cloud.now() == data_center.now()
    # Data Center has no styles of projects and no kinds of accounts, and does not tell what is in a workflow.
    own_projects, other_projects = ({one["key"]: one | {"style": None} for one in each.projects()} for each in both)
    assert own_projects == other_projects
    own_users, other_users = (
        [user | {"account_type": None} for page in each.users() for user in page.records] for each in both
    )
    assert own_users == other_users
    assert (len(cloud.workflows()), data_center.workflows()) == (3, [])


def test_both_flavors_give_the_same_issues_with_their_whole_histories(reader: MakeJira) -> None:
    cloud, data_center = issues_of(reader("cloud"), page_size=40), issues_of(reader("datacenter"))
    assert [issue["id"] for issue in cloud] == [issue["id"] for issue in data_center]
    for own, other in zip(cloud, data_center, strict=True):
        assert own == other, own["key"]
    assert max(len(issue["histories"]) for issue in cloud) > 40


def expected(view: JiraView, issue: Issue) -> dict[str, Any]:
    fields = view.fields_of(issue)
    return {
        "id": issue.id,
        "key": fields.key,
        "project_key": fields.project.key,
        "issue_type": fields.issue_type.name,
        "is_subtask": fields.issue_type.is_subtask,
        "hierarchy_level": fields.issue_type.hierarchy_level,
        "summary": fields.summary,
        "status_id": fields.status.id,
        "status": fields.status_name,
        "status_category": fields.status.category,
        "assignee": fields.assignee and fields.assignee.account_id,
        "parent_key": fields.parent_key,
        "labels": list(fields.labels),
        "sprint_ids": list(fields.sprint_ids),
        "estimates": fields.estimates,
    }


@pytest.mark.parametrize("flavor", ["cloud", "datacenter"])
def test_the_records_are_what_the_world_knows(reader: MakeJira, world: JiraWorld, flavor: str) -> None:
    view = world.at()
    found = {record["id"]: record for record in issues_of(reader(flavor))}
    assert set(found) == {issue.id for issue in view.issues}
    for issue in view.issues:
        record, wanted = found[issue.id], expected(view, issue)
        assert {name: record[name] for name in wanted} == wanted
        changes = sorted(view.changes_of(issue), key=lambda change: (change.at, change.id))
        assert [history["id"] for history in record["histories"]] == [str(change.id) for change in changes]
        assert [
            (item["field"], item["field_id"], item["from_id"], item["from_text"], item["to_id"], item["to_text"])
            for history in record["histories"]
            for item in history["items"]
        ] == [
            (item.field, item.field_id, item.from_id, item.from_text, item.to_id, item.to_text)
            for change in changes
            for item in change.items
        ]


@pytest.mark.parametrize("flavor", ["cloud", "datacenter"])
def test_deleted_issues_are_absent_and_moved_ones_tell_their_new_key(
    reader: MakeJira, world: JiraWorld, flavor: str
) -> None:
    jira, view = reader(flavor), world.at()
    gone = [issue.id for issue in world.issues if issue.deleted_at is not None and issue.deleted_at <= world.until]
    moved = [issue for issue in view.issues if view.fields_of(issue).key != issue.initial["Key"][1]]
    assert gone
    assert moved
    assert [jira.issue_stub(issue_id) for issue_id in gone] == [None] * len(gone)
    keys = [view.fields_of(issue).key for issue in moved]
    stubs = [jira.issue_stub(issue.id) for issue in moved]
    assert [stub and stub["key"] for stub in stubs] == keys
    page = jira.issues_by_id([*gone, *(issue.id for issue in moved)], estimate_fields=[])
    assert [record["key"] for record in page.records] == keys


@pytest.mark.parametrize("flavor", ["cloud", "datacenter"])
def test_a_wrong_token_is_refused_although_jira_answers_with_nothing(reader: MakeJira, flavor: str) -> None:
    for ask in (
        lambda jira: jira.verify(),
        lambda jira: list(jira.projects()),
        lambda jira: jira.stubs(EVERYTHING),
        lambda jira: jira.boards("PAY"),
    ):
        with pytest.raises(AuthenticationFailed):
            ask(reader(flavor, jira_token="wrong"))
