"""How the record of an issue is judged."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examined
from hypothesis import strategies as st

from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import frame_problems, typed_frame
from pulse_assets.tables.issues import IssueRules, JudgedIssue, estimate_rows, judged_issue
from pulse_assets.tables.quarantine import quarantined_row
from pulse_assets_tests.tables.landed_jira import BLANK, PROJECT, PROJECT_ID, issue
from pulse_assets_tests.text_tables import instant

#: No variable of this machine reaches them.
DEFAULTS = Settings.model_construct(jira_status_categories=("77=done", "3=done"))
LISTED = {"1": "todo", "3": "in_progress", "5": "done"}
RULES = IssueRules.of(PROJECT, PROJECT_ID, DEFAULTS, categories=LISTED, estimation_fields=["cf_2", "cf_1"])
#: Fields without which nothing is left of an issue.
REQUIRED = ("key", "summary", "status", "status_id", "issue_type", "created")


def judged(**changes: Any) -> JudgedIssue:
    return judged_issue("20001", issue(**changes).payload, RULES)


def row(**changes: Any) -> dict[str, Any]:
    found = judged(**changes)
    assert (found.problems, found.row is None) == ((), False)
    return found.row or {}


def told(found: JudgedIssue) -> list[tuple[str, str, bool]]:
    return [(problem.field, problem.problem, problem.is_dropped) for problem in found.problems]


def test_issue_without_anything_strange_is_a_row() -> None:
    assert row(resolved="2024-05-03T12:00:00.000+0200", labels=["b", "a"], components=["x"]) == {
        "project": "PAY",
        "key": "PAY-1",
        "issue_id": "20001",
        "issue_type": "Story",
        "is_subtask": False,
        "is_epic": False,
        "is_defect": False,
        "is_escaped": False,
        "is_incident": False,
        "summary": "Work",
        "status_id": "1",
        "status": "To Do",
        "status_category": "todo",
        "priority": "Medium",
        "resolution": None,
        "assignee": None,
        "reporter": "u1",
        "creator": "u1",
        "parent_key": None,
        "labels": "a,b",
        "components": "x",
        "service": None,
        "root_cause_sha": None,
        "story_points": None,
        "sprint_ids": None,
        "created_at": instant("2024-05-01 12:00"),
        "updated_at": instant("2024-05-01 12:00"),
        "resolved_at": instant("2024-05-03 10:00"),
        "history_count": 0,
        "url": "https://example.invalid/browse/PAY-1",
    }


@pytest.mark.parametrize("field", REQUIRED)
@pytest.mark.parametrize("value", [None, 5, "", []])
def test_nothing_is_left_of_an_issue_without_a_required_field(field: str, value: Any) -> None:
    found = judged_issue("20001", issue().payload | {field: value}, RULES)
    assert (found.row, estimate_rows(found)) == (None, [])
    assert [problem.field for problem in found.problems if problem.is_dropped] == [field]


@pytest.mark.parametrize("key", ["pay-1", "PAY1", "PAY-", "PAY-x", "P-1", "PAY-1 ", "9PAY-1", "PAY-\uff11", "PAY-1\n"])
def test_key_has_the_form_of_a_key(key: str) -> None:
    assert told(judged(key=key)) == [("key", "is no key of an issue, such as PAY-12", True)]


@pytest.mark.parametrize("project", ["PAY", "WEB_2", "A1"])
def test_key_of_a_project_may_hold_digits_and_underscores(project: str) -> None:
    rules = IssueRules.of(project, PROJECT_ID, DEFAULTS, categories={})
    found = judged_issue("1", issue(key=f"{project}-12", project_key=project).payload, rules)
    assert (found.row or {})["key"] == f"{project}-12"


def test_key_is_one_of_the_issues_project() -> None:
    found = judged(key="WEB-1")
    assert told(found) == [("key", "does not begin with the key of the issue's project, PAY", True)]


def test_issue_that_was_moved_away_is_left_out() -> None:
    found = judged(key="WEB-1", project_key="WEB", project_id="10001")
    assert told(found) == [("project_id", "is not that of PAY: it is an issue of WEB", True)]
    assert told(judged(key="WEB-1", project_key="WEB", project_id=None)) == told(found)


def test_issue_of_a_project_that_was_renamed_has_the_key_of_today() -> None:
    found = row(key="OLD-7", project_key="OLD", parent_key="OLD-3")
    assert (found["project"], found["key"], found["parent_key"]) == ("PAY", "PAY-7", "PAY-3")
    assert row(key="OLD-7", project_key="OLD", parent_key="WEB-3")["parent_key"] == "WEB-3"


def test_time_of_the_creation_stands_for_a_missing_update() -> None:
    found = judged(updated=None)
    assert found.row is not None
    assert found.row["updated_at"] == found.row["created_at"]
    assert told(found) == [("updated", "is missing; the time of the creation stands for it", False)]
    assert told(judged(updated="soon")) == [("updated", "is no time of ISO 8601 with a zone", False)]


@pytest.mark.parametrize(
    ("status_id", "own", "category"),
    [
        ("5", "done", "done"),
        ("5", "new", "done"),  # Jira's data hold such
        ("9", "indeterminate", "in_progress"),
        ("9", "undefined", None),
        ("9", None, None),
        ("77", "undefined", "done"),
        ("77", "new", "todo"),
        ("3", None, "in_progress"),  # a setting does not outdo the site
    ],
)
def test_category_is_the_sites_then_the_issues_then_that_of_a_setting(
    status_id: str, own: str | None, category: str | None
) -> None:
    # A status may have any name; it says nothing.
    assert row(status_id=status_id, status_category=own, status="Done")["status_category"] == category


def test_category_that_is_none_is_noted() -> None:
    found = judged(status_id="9", status_category="Erledigt")
    assert (found.row or {})["status_category"] is None
    assert told(found) == [("status_category", "is no category of a status", False)]


def test_points_are_those_of_the_first_estimation_field_that_has_one() -> None:
    found = judged(estimates={"cf_0": 1.0, "cf_1": 5, "cf_2": None, "cf_3": 8.0})
    assert (found.row or {})["story_points"] == 5.0
    assert [(each["field_id"], each["points"]) for each in estimate_rows(found)] == [
        ("cf_1", 5.0),
        ("cf_0", 1.0),
        ("cf_3", 8.0),
    ]
    assert row(estimates={"cf_2": 0, "cf_1": 5})["story_points"] == 0.0


def test_estimate_that_is_no_number_is_noted() -> None:
    found = judged(estimates={"cf_1": "5", "cf_2": -1, "cf_3": 2})
    assert (found.row or {})["story_points"] == 2.0
    assert told(found) == [
        ("estimates cf_2", "is no number from 0", False),
        ("estimates cf_1", "is no number from 0", False),
    ]
    assert told(judged(estimates=[3])) == [("estimates", "is no object", False)]


def test_sprints_are_listed_once_in_ascending_order() -> None:
    assert row(sprint_ids=[10, 9, 10])["sprint_ids"] == "9,10"
    found = judged(sprint_ids=[10, "9"])
    assert (found.row or {})["sprint_ids"] == "10"
    assert told(found) == [("sprint_ids 1", "is no number of a sprint", False)]


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"issue_type": "bug"}, {"is_defect"}),
        ({"issue_type": "Bug", "labels": ["Production"]}, {"is_defect", "is_escaped"}),
        ({"issue_type": "Story", "labels": ["escaped"]}, set()),
        ({"issue_type": "INCIDENT"}, {"is_incident"}),
        ({"issue_type": "Task", "labels": ["Incident"]}, {"is_incident"}),
        ({"issue_type": "Epic", "hierarchy_level": 1}, {"is_epic"}),
        ({"issue_type": "Epic", "hierarchy_level": 0}, set()),
        ({"issue_type": "Epic", "hierarchy_level": None}, set()),
        ({"is_subtask": True, "hierarchy_level": -1}, {"is_subtask"}),
    ],
)
def test_what_an_issue_is_follows_from_type_labels_and_level(changes: dict[str, Any], kinds: set[str]) -> None:
    found = row(**changes)
    assert {name for name in found if name.startswith("is_") and found[name]} == kinds


def test_service_stands_behind_the_prefix_of_a_label() -> None:
    assert row(labels=["x", "service:web"])["service"] == "web"


def test_parent_that_is_no_key_is_noted() -> None:
    found = judged(parent_key="none")
    assert (found.row or {})["parent_key"] is None
    assert told(found) == [("parent_key", "is no key of an issue, such as PAY-12", False)]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def garbled() -> st.SearchStrategy[dict[str, Any]]:
    """A record with garbage in some of its fields, or without them."""
    blank = BLANK["raw_jira_issues"]
    return st.fixed_dictionaries({}, optional=dict.fromkeys(blank, JSON)).map(lambda garbage: {**blank, **garbage})


@given(garbled() | st.dictionaries(st.text(max_size=5), JSON, max_size=4))
@examined(deadline=None)
def test_garbage_is_a_row_that_keeps_its_contract_or_is_dropped_with_a_reason(payload: dict[str, Any]) -> None:
    found = judged_issue("20001", payload, RULES)
    is_dropped = any(problem.is_dropped for problem in found.problems)
    assert is_dropped == (found.row is None)
    for name, rows in {
        "issues": [found.row] if found.row else [],
        "issue_estimates": estimate_rows(found),
        "quarantined_records": [quarantined_row("PAY", "raw_jira_issues", "1", each) for each in found.problems],
    }.items():
        assert frame_problems(TABLES[name], typed_frame(TABLES[name], rows)) == []


@given(st.sampled_from(sorted(set(BLANK["raw_jira_issues"]) - set(REQUIRED) - {"project_id", "project_key"})), JSON)
@examined(deadline=None)
def test_garbage_in_one_field_leaves_the_others_as_they_are(field: str, garbage: Any) -> None:
    whole, found = judged().row, judged_issue("20001", issue().payload | {field: garbage}, RULES)
    assert whole is not None
    assert found.row is not None
    follows = {
        "created": {"created_at", "updated_at"},
        "estimates": {"story_points"},
        "hierarchy_level": {"is_epic"},
        "histories": {"history_count"},
        "labels": {"labels", "service", "is_incident", "is_escaped"},
        "resolved": {"resolved_at"},
        "updated": {"updated_at"},
    }.get(field, {field})
    assert {name for name in whole if whole[name] != found.row[name]} <= follows
    assert {problem.field.split()[0] for problem in found.problems} <= {field}
