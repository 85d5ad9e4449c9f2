"""What the checks of the tables of projects find."""

from pathlib import Path

import pytest

from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.quality import CheckResult, Expectations, check_partitions, check_table, planned_checks
from pulse_assets_tests.text_tables import PROJECT, completed, fill_project, frame, instant, rows

NOW = instant("2024-06-01 12:00")
DEFAULTS = Settings.model_construct()
COLLECTED = Expectations(instant("2024-06-01 06:00"), {"issues": 3})
NOTES = """
    record_table      record_key  field    problem       value  is_dropped
    raw_jira_issues   9           labels   is no list    5      no
    raw_jira_issues   7           key      is missing    -      yes
    raw_jira_issues   7           summary  is missing    -      yes
    raw_jira_sprints  3           goal     is no text    5      no
"""


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def check(lake: Lake, name: str, expected: Expectations = COLLECTED, /, **texts: str) -> CheckResult:
    """The answer of the check of that name, over one project."""
    fill_project(lake, texts)
    table = next(table for table in TABLES.values() if any(check.name == name for check in planned_checks(table)))
    results = check_table(table, lake, PROJECT, expected=expected, now=NOW, settings=DEFAULTS)
    return next(result for result in results if result.name == name)


def test_checks_are_sentences_and_only_those_of_the_contract_block() -> None:
    names = {check.name: check.is_blocking for check in planned_checks(TABLES["issues"])}
    assert names == {
        "issues_match_their_types": True,
        "issues_are_unique": True,
        "issues_have_required_fields": True,
        "issues_hold_allowed_values": True,
        "issues_refer_to_known_rows": True,
        "issues_are_complete": False,
        "issues_are_no_more_than_at_the_source": False,
        "issues_are_plausible": False,
        "issues_are_not_quarantined": False,
    }
    spans = [check.name for check in planned_checks(TABLES["issue_status_spans"]) if not check.is_blocking]
    assert spans == ["issue_status_spans_follow_the_history", "statuses_have_categories"]
    assert planned_checks(TABLES["projects"])[-1].name == "projects_are_fresh"
    assert all(check.is_blocking for check in planned_checks(TABLES["quarantined_records"]))


def test_fields_that_make_no_sense_are_told_with_their_reasons(lake: Lake) -> None:
    result = check(lake, "issues_are_not_quarantined", issues="key\nPAY-1\nPAY-2", quarantined_records=NOTES)
    assert (result.passed, result.is_blocking, result.failed_count, result.checked_count) == (False, False, 3, 2)
    assert result.description == "3 fields make no sense; 1 records are left out (quarantined_records)."
    assert [(row["record_key"], row["field"], row["problem"], row["is_dropped"]) for row in result.sample] == [
        ("7", "key", "is missing", True),
        ("7", "summary", "is missing", True),
        ("9", "labels", "is no list", False),
    ]
    assert result.sample[2]["value"] == "5"


def test_each_table_answers_for_its_own_records(lake: Lake) -> None:
    assert check(lake, "sprints_are_not_quarantined", quarantined_records=NOTES).failed_count == 1
    found = check(lake, "boards_are_not_quarantined", quarantined_records=NOTES)
    assert (found.passed, found.description) == (True, "Every field makes sense.")


def test_record_in_quarantine_is_not_missing(lake: Lake) -> None:
    texts = {"issues": "key\nPAY-1\nPAY-2", "quarantined_records": NOTES}
    result = check(lake, "issues_are_complete", **texts)
    assert (result.passed, result.failed_count) == (True, 0)
    assert result.description == "2 rows and 1 in quarantine; the API says that 3 exist."
    four = Expectations(COLLECTED.collected_at, {"issues": 4})
    result = check(lake, "issues_are_complete", four, **texts)
    assert (result.passed, result.failed_count) == (False, 1)
    assert result.sample == [{"expected_count": 4, "row_count": 3}]
    two = Expectations(COLLECTED.collected_at, {"issues": 2})
    result = check(lake, "issues_are_no_more_than_at_the_source", two, **texts)
    assert (result.passed, result.failed_count) == (False, 1)


def test_issues_are_as_many_as_the_source_has(lake: Lake) -> None:
    result = check(lake, "issues_are_complete", issues="key\nPAY-1\nPAY-2\nPAY-3")
    assert (result.passed, result.description) == (True, "3 rows; the API says that 3 exist.")
    assert check(lake, "boards_are_complete").description == "0 rows; the API does not say how many exist."


def test_project_is_fresh_for_a_day_and_a_half(lake: Lake) -> None:
    assert check(lake, "projects_are_fresh").passed
    assert not check(lake, "projects_are_fresh", Expectations(instant("2024-05-30"))).passed


def test_stay_that_the_history_does_not_tell_of_is_flagged(lake: Lake) -> None:
    text = """
        key    ordinal  status_id  status  status_category  flags
        PAY-2  1        5          Done    done             changed_without_history
        PAY-1  0        1          To Do   todo             -
    """
    result = check(lake, "issue_status_spans_follow_the_history", issue_status_spans=text)
    assert (result.passed, result.is_blocking, result.failed_count) == (False, False, 1)
    assert [(row["key"], row["ordinal"]) for row in result.sample] == [("PAY-2", 1)]
    fine = check(lake, "issue_status_spans_follow_the_history", issue_status_spans="key\nPAY-1")
    assert (fine.passed, fine.description) == (True, "Every one does.")


def test_statuses_of_an_unknown_category_are_named_with_the_setting(lake: Lake) -> None:
    text = """
        key    ordinal  status_id  status    status_category
        PAY-1  0        77         Gone      -
        PAY-1  1        78         \x1b[31m  -
        PAY-1  2        77         Was gone  -
        PAY-1  3        1          To Do     todo
    """
    result = check(lake, "statuses_have_categories", issue_status_spans=text)
    assert (result.passed, result.is_blocking, result.failed_count, result.checked_count) == (False, False, 3, 4)
    assert result.sample == [
        {"status_id": "77", "status": "Gone", "span_count": 2},
        {"status_id": "78", "status": "\x1b[31m", "span_count": 1},
    ]
    assert result.description == (
        "3 stays are in statuses of an unknown category: '77 (Gone)', '78 (\\x1b[31m)'. "
        "PULSE_JIRA_STATUS_CATEGORIES can say it."
    )


def test_reference_stays_within_the_project(lake: Lake) -> None:
    fill_project(lake, {"issues": "key\nWEB-1"}, "WEB")
    result = check(lake, "issue_estimates_refer_to_known_rows", issue_estimates="key  field_id\nWEB-1  cf_1")
    assert (result.failed_count, result.sample[0]["problem"]) == (1, "no such row in issues")


def test_reference_to_another_family_sees_every_partition(lake: Lake) -> None:
    deliveries = TABLES["issue_deliveries"]
    held = completed("issue_deliveries", rows("issue_deliveries", "project  key\nWEB  WEB-1\nPAY  WEB-1"), "x")
    lake.write(deliveries, "all", [held])

    def unknown() -> list[str]:
        results = check_table(deliveries, lake, "all", expected=COLLECTED, now=NOW, settings=DEFAULTS)
        return [row["project"] for result in results if result.kind == "references" for row in result.sample]

    assert unknown() == ["WEB", "PAY"]
    lake.write(TABLES["issues"], "WEB", [frame("issues", "key\nWEB-1", "WEB")])
    assert unknown() == ["PAY"]


def test_projects_that_are_checked_together_are_found_as_one_by_one(lake: Lake) -> None:
    fill_project(lake, {"issues": "key\nPAY-1", "quarantined_records": NOTES})
    fill_project(lake, {"issues": "key\nWEB-1"}, "WEB")
    found = check_partitions([TABLES["issues"]], lake, ["PAY", "WEB"], expected=COLLECTED, now=NOW, settings=DEFAULTS)
    failed = {key: [each.name for each in results if not each.passed] for key, results in found.items()}
    assert failed == {
        ("issues", "PAY"): ["issues_are_complete", "issues_are_not_quarantined"],
        ("issues", "WEB"): ["issues_are_complete"],
    }
