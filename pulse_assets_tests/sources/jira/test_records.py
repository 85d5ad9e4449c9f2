"""Records out of the odd corners of what Jira answers: a value that makes no sense is kept, and stops nothing."""

import json
from typing import Any

import pytest

from pulse_assets.errors import ContractBroken
from pulse_assets.sources.jira import from_rest, shapes
from pulse_assets.sources.jira.issue_fields import IssueFields
from pulse_assets.sources.jira.records import Issue
from pulse_assets_tests.sources.jira.stub import field_row, history_row, issue_row, person

BASE = "https://jira.example.invalid/x"
SPRINT, EPIC_LINK, EPIC_NAME, POINTS, NOTES = (f"customfield_{number}" for number in range(1, 6))
FIELDS = [
    from_rest.field(row)
    for row in (
        field_row(SPRINT, "Sprint", "com.pyxis.greenhopper.jira:gh-sprint"),
        field_row(EPIC_LINK, "Epic Link", "com.pyxis.greenhopper.jira:gh-epic-link"),
        field_row(EPIC_NAME, "Epic Name", "com.pyxis.greenhopper.jira:gh-epic-label"),
        field_row(POINTS, "Story Points"),
        field_row(NOTES, "Notes", "com.atlassian.jira.plugin.system.customfieldtypes:textarea"),
        field_row("customfield_6", "Twice"),
        field_row("customfield_7", "Twice"),
        field_row("status", "Status"),
        field_row("fixVersions", "Fix versions"),
    )
]
ASKED = IssueFields.of(FIELDS, [POINTS])


def issue(row: dict[str, Any], *histories: Any) -> Issue:
    return from_rest.issue(row, histories, asked=ASKED, base_url=BASE)


def test_an_issue_is_asked_for_with_its_special_fields() -> None:
    assert ASKED.asked[-4:] == [SPRINT, EPIC_LINK, EPIC_NAME, POINTS]
    assert "description" not in ASKED.asked


def test_a_whole_issue() -> None:
    row = issue_row(
        7,
        priority={"name": "High"},
        resolution={"name": "Fixed"},
        assignee=person("bob"),
        creator={"key": "JIRAUSER1", "name": "cy", "displayName": "Cy", "active": False},
        parent={"key": "EE-1"},
        labels=["a"],
        components=[{"id": "1", "name": "api", "description": "long"}],
        fixVersions=[{"name": "1.0"}],
        resolutiondate="2024-01-02T00:00:00.000+0000",
        **{SPRINT: [{"id": 7}, {"id": 9}], POINTS: 3.0},
    )
    record = issue(row)
    assert record == {
        "id": "7",
        "key": "EE-7",
        "project_id": "1",
        "project_key": "EE",
        "issue_type": "Story",
        "is_subtask": False,
        "hierarchy_level": 0,
        "summary": "Issue 7",
        "status_id": "3",
        "status": "Doing",
        "status_category": "indeterminate",
        "priority": "High",
        "resolution": "Fixed",
        "assignee": "bob",
        "reporter": "ann",
        "creator": "JIRAUSER1",
        "parent_key": "EE-1",
        "labels": ["a"],
        "components": ["api"],
        "fix_versions": ["1.0"],
        "sprint_ids": [7, 9],
        "estimates": {POINTS: 3.0},
        "created": "2024-01-01T00:00:00.000+0000",
        "updated": "2024-01-01T00:00:00.000+0000",
        "resolved": "2024-01-02T00:00:00.000+0000",
        "url": f"{BASE}/browse/EE-7",
        "histories": [],
    }
    users = {user["account_id"]: user for user in from_rest.persons([row], [])}
    assert list(users) == ["JIRAUSER1", "ann", "bob"]
    assert users["JIRAUSER1"] == {
        "account_id": "JIRAUSER1",
        "display_name": "Cy",
        "account_type": None,
        "is_active": False,
    }


@pytest.mark.parametrize("strange", [None, 7, "x", [], {}, [None], True, 1.5])
def test_strange_values_stop_nothing(strange: Any) -> None:
    row = issue_row(1)
    row["fields"] = dict.fromkeys([*ASKED.asked], strange)
    row["key"] = strange
    record = issue(row, strange, {"id": strange, "created": strange, "author": strange, "items": strange})
    assert record["id"] == "1"
    assert record["created"] == strange
    assert issue(row, {"items": [strange]})["histories"][0]["items"][0]["field"] is None


@pytest.mark.parametrize("row", [{"key": "EE-1", "fields": {}}, {"id": "1", "key": "EE-1"}])
def test_an_issue_without_its_id_or_fields_breaks_the_contract(row: dict[str, Any]) -> None:
    with pytest.raises(ContractBroken):
        issue(row)


def test_an_issue_whose_fields_are_null_is_a_record_that_is_judged_by_itself() -> None:
    record = issue({"id": "1", "key": "EE-1", "fields": None})
    assert (record["id"], record["key"], record["summary"], record["created"]) == ("1", "EE-1", None, None)


@pytest.mark.parametrize("text", ["1e400", "NaN", "-Infinity"])
def test_a_number_that_json_cannot_hold_is_landed_as_text(text: str) -> None:
    row = issue_row(1)
    row["fields"] |= {field: json.loads(text) for field in (*ASKED.estimates, "summary")}
    record = issue(row, {"id": "1", "created": json.loads(text), "items": []})
    json.dumps(record, allow_nan=False)
    assert record["summary"] in {"inf", "nan", "-inf"}


def test_an_account_that_no_key_can_be_made_of_is_no_user() -> None:
    assert shapes.user({"accountId": "a\x00b"}) is None


def test_the_address_is_the_one_that_people_use() -> None:
    row = issue_row(1) | {"self": "https://acme.example.invalid/jira/rest/api/3/issue/1"}
    assert issue(row)["url"] == "https://acme.example.invalid/jira/browse/EE-1"
    assert issue(row | {"self": "javascript:alert(1)/rest/"})["url"] == f"{BASE}/browse/EE-1"


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        (None, []),
        ([], []),
        ([{"id": 7, "name": "Sprint 7"}, {"id": "9"}], [7, 9]),
        (
            [
                "com.atlassian.greenhopper.service.sprint.Sprint@1[id=7,rapidViewId=8,state=CLOSED,name=A, id=3,goal=]",
                "com.atlassian.greenhopper.service.sprint.Sprint@1f3b[activatedDate=<null>,goal=x\ny,id=9,name=B,state=FUTURE]",
                "com.atlassian.greenhopper.service.sprint.Sprint@aa[rapidViewId=8,state=ACTIVE,name=C,id=12]",
            ],
            [7, 9, 12],
        ),
        (["no sprint", {"name": "x"}, 4], ["no sprint", None, 4]),
        ("no list", "no list"),
    ],
)
def test_sprints_of_both_flavors(given: Any, ids: Any) -> None:
    assert shapes.sprint_ids(given) == ids


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (1591920793360, "2020-06-12T00:13:13.360Z"),
        (1591920793360.0, "2020-06-12T00:13:13.360Z"),
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        ("2020-06-12T08:13:13.360+0800", "2020-06-12T08:13:13.360+0800"),
        ("yesterday", "yesterday"),
        (None, None),
        (True, True),
        (10**18, 10**18),
        (float("nan"), "nan"),
    ],
)
def test_times_of_histories(given: Any, text: Any) -> None:
    found = shapes.instant(given)
    assert str(found) == text if given != given else found == text  # noqa: PLR0124  # not a number


def test_histories_are_ordered_by_time_then_number_and_each_comes_once() -> None:
    at = "2024-01-05T00:00:00.000+0000"
    rows = [
        history_row(10, at=at),
        history_row(9, at=at),
        history_row(9, at=at),
        history_row(3, at="soon"),
        history_row(11, at="2024-01-05T01:00:00.000+0200"),
        history_row(2, at=1704412799999),
    ]
    assert [each["id"] for each in issue(issue_row(1), *rows)["histories"]] == ["11", "2", "9", "10", "3"]


def test_texts_are_not_kept_but_that_they_changed_is() -> None:
    changes = [
        history_row(1, field="description", fieldId="description", fromString="secret", toString="secret"),
        history_row(2, field="Comment", fieldId=None, fromString="secret", toString=None),
        history_row(3, field="Notes", fieldId=NOTES, fieldtype="custom", fromString="secret", toString="secret"),
        history_row(4, field="Notes", fieldId=None, fieldtype="custom", fromString="secret", toString="secret"),
    ]
    record = issue(issue_row(1), *changes)
    assert "secret" not in repr(record)
    assert len([item for history in record["histories"] for item in history["items"]]) == 4
    assert "example.invalid" not in repr(
        from_rest.persons([issue_row(1, reporter=person("a") | {"emailAddress": "a@example.invalid"})], [])
    )


@pytest.mark.parametrize(
    ("named", "kind", "given", "field_id"),
    [
        ("status", "jira", None, "status"),
        ("status", "jira", "status", "status"),
        ("Fix Version", "jira", None, "fixVersions"),
        ("Component", "jira", None, None),
        ("Workflow", "jira", None, None),
        ("Story Points", "custom", None, POINTS),
        ("Story Points", "custom", "customfield_99", "customfield_99"),
        ("Twice", "custom", None, None),
        ("status", "custom", None, None),
    ],
)
def test_fields_of_histories_have_ids_on_data_center_too(named: str, kind: str, given: Any, field_id: Any) -> None:
    row = history_row(1, field=named, fieldtype=kind, fieldId=given)
    (history,) = issue(issue_row(1), row)["histories"]
    assert history["items"][0]["field_id"] == field_id


@pytest.mark.parametrize(
    ("kind", "epic_name", "level"),
    [
        ({"name": "Epic", "hierarchyLevel": 1}, None, 1),
        ({"name": "Initiative", "hierarchyLevel": 2}, None, 2),
        ({"name": "Sub-task", "subtask": True}, None, -1),
        ({"name": "Epic", "subtask": False}, "Checkout", 1),
        ({"name": "Story", "subtask": False}, None, 0),
        (None, None, None),
        ("Story", None, None),
    ],
)
def test_levels(kind: Any, epic_name: str | None, level: int | None) -> None:
    assert issue(issue_row(1, issuetype=kind, **{EPIC_NAME: epic_name}))["hierarchy_level"] == level


def test_the_epic_is_the_parent_where_there_is_no_other() -> None:
    assert issue(issue_row(1, **{EPIC_LINK: "EE-9"}))["parent_key"] == "EE-9"
    assert issue(issue_row(1, parent={"key": "EE-2"}, **{EPIC_LINK: "EE-9"}))["parent_key"] == "EE-2"


@pytest.mark.parametrize(
    ("given", "category"),
    [
        ("TODO", "todo"),
        ("IN_PROGRESS", "in_progress"),
        ("DONE", "done"),
        ({"key": "new"}, "todo"),
        ({"key": "indeterminate"}, "in_progress"),
        ({"key": "done"}, "done"),
        ({"key": "undefined"}, "undefined"),
        ("SOMETHING", "undefined"),
    ],
)
def test_categories_of_both_lists(given: Any, category: str) -> None:
    assert from_rest.status({"id": 3, "name": "已完成", "statusCategory": given})["category"] == category


@pytest.mark.parametrize(
    "read",
    [
        lambda: from_rest.status({"id": "1", "name": "x"}),
        lambda: from_rest.field({"id": "1"}),
        lambda: from_rest.project({"key": "EE"}, base_url=BASE),
        lambda: from_rest.sprint({"id": "seven", "name": "x", "state": "closed"}, board_id=1),
        lambda: from_rest.board({"id": 1, "name": "x"}, {}),
        lambda: from_rest.board({"id": 1, "name": "x", "type": "scrum"}, {"columnConfig": {"columns": [7]}}),
    ],
)
def test_a_list_of_the_site_that_lacks_its_key_breaks_the_contract(read: Any) -> None:
    with pytest.raises(ContractBroken):
        read()
