from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.metrics.sprint_built import facts_of, parsed, read, write_facts, write_project
from pulse_assets_tests.metrics.sprint_texts import TEXTS
from pulse_assets_tests.text_tables import instant

MARKS = ("is_committed", "is_added", "is_removed", "is_completed", "is_carried_over")
Build = Callable[..., dict[str, dict[str, Any]]]


@pytest.fixture
def scope(tmp_path: Path, settings: Settings) -> Build:
    """Builds the scope of sprint 7, by key; texts replace those of the small world."""
    return lambda **texts: facts_of(Lake(tmp_path / "lake"), settings, TEXTS | texts)[0]


def marks(row: dict[str, Any]) -> set[str]:
    return {name.removeprefix("is_") for name in MARKS if row[name]}


def test_each_issue_has_what_became_of_it(scope: Build) -> None:
    rows = scope()
    assert {key: marks(row) for key, row in rows.items() if row["is_counted"]} == {
        "PAY-1": {"committed", "completed"},
        "PAY-2": {"committed", "carried_over"},
        "PAY-3": {"added", "completed"},
        "PAY-4": {"committed", "removed"},
        "PAY-5": {"added", "completed"},
        "PAY-9": {"committed", "completed"},
        "PAY-10": {"committed", "carried_over"},
        "PAY-11": {"committed", "completed"},
        "PAY-12": {"committed", "carried_over"},
        "PAY-14": {"committed", "carried_over"},
    }


def test_what_is_not_counted_says_why(scope: Build) -> None:
    rows = scope()
    reasons = {key: row["reason"] for key, row in rows.items() if not row["is_counted"]}
    assert reasons == {"PAY-6": "done_before_start", "PAY-7": "subtask", "PAY-8": "epic"}
    assert not rows["PAY-6"]["is_completed"]
    assert not rows["PAY-6"]["is_carried_over"]


def test_planned_and_taken_out_before_the_start_is_not_in_the_sprint(scope: Build) -> None:
    assert "PAY-13" not in scope()


def test_points_are_those_of_the_start_and_of_the_end(scope: Build) -> None:
    rows = scope()
    points = {key: (row["points_at_start"], row["points_at_end"]) for key, row in rows.items()}
    assert points["PAY-9"] == (3.0, 5.0)
    assert points["PAY-1"] == (5.0, 5.0)
    assert points["PAY-14"] == (None, None)
    assert [key for key, row in rows.items() if row["is_reestimated"]] == ["PAY-9"]


def test_added_issue_has_the_points_of_the_moment_it_came(scope: Build) -> None:
    changes = """
        key    ordinal  field         field_id           from_id  to_id  from_value  to_value  changed_at
        PAY-3  0        Story Points  customfield_10026  -        -      1           2         2024-05-07 12:00
        PAY-3  1        Sprint        customfield_10020  -        7      -           Sprint 7  2024-05-08 12:00
        PAY-3  2        Story Points  customfield_10026  -        -      2           4         2024-05-08 13:00
    """
    row = scope(issue_changes=changes)["PAY-3"]
    assert (row["points_at_start"], row["points_at_end"], row["is_reestimated"]) == (2.0, 4.0, True)


def test_estimate_set_for_the_first_time_is_a_new_estimate(scope: Build) -> None:
    changes = """
        key    ordinal  field         field_id           from_id  to_id  from_value  to_value  changed_at
        PAY-1  0        Story Points  customfield_10026  -        -      -           5         2024-05-07 12:00
    """
    row = scope(issue_changes=changes)["PAY-1"]
    assert (row["points_at_start"], row["points_at_end"], row["is_reestimated"]) == (None, 5.0, True)


@pytest.mark.parametrize("text", ["many", "-3", "nan", "inf"])
def test_estimate_that_is_no_number_from_zero_is_none(scope: Build, text: str) -> None:
    changes = f"""
        key    ordinal  field         field_id           from_id  to_id  from_value  to_value  changed_at
        PAY-1  0        Story Points  customfield_10026  -        -      {text}      5         2024-05-07 12:00
    """
    assert scope(issue_changes=changes)["PAY-1"]["points_at_start"] is None


def test_other_number_fields_are_no_estimates(scope: Build) -> None:
    changes = """
        key    ordinal  field  field_id           from_id  to_id  from_value  to_value  changed_at
        PAY-1  0        Cost   customfield_10099  -        -      100         200       2024-05-07 12:00
    """
    assert scope(issue_changes=changes)["PAY-1"]["points_at_start"] == 5.0


def test_times_are_those_of_entering_completing_and_of_leaving_for_good(scope: Build) -> None:
    rows = scope()
    assert rows["PAY-3"]["entered_at"] == instant("2024-05-08 12:00")
    assert rows["PAY-5"]["entered_at"] == instant("2024-05-10 10:00")
    assert rows["PAY-4"]["removed_at"] == instant("2024-05-09 12:00")
    assert rows["PAY-2"]["removed_at"] is None
    assert rows["PAY-10"]["removed_at"] is None
    assert rows["PAY-9"]["completed_at"] == instant("2024-05-14 09:00")
    assert rows["PAY-12"]["completed_at"] is None


def test_status_without_a_category_is_not_done(scope: Build) -> None:
    assert not scope()["PAY-12"]["is_completed"]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [("2024-05-06 08:59", {"committed"}), ("2024-05-06 09:00", {"committed"}), ("2024-05-06 09:01", {"added"})],
)
def test_what_is_added_in_the_instant_of_the_start_is_committed(scope: Build, moment: str, expected: set[str]) -> None:
    changes = f"""
        key    ordinal  field   field_id           from_id  to_id  changed_at
        PAY-3  0        Sprint  customfield_10020  -        7      {moment}
    """
    assert marks(scope(issue_changes=changes)["PAY-3"]) == {*expected, "completed"}


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2024-05-17 15:59", {"committed", "removed"}),
        ("2024-05-17 16:00", {"committed", "carried_over"}),
        ("2024-05-17 16:01", {"committed", "carried_over"}),
    ],
)
def test_what_is_taken_out_in_the_instant_of_the_end_is_carried_over(
    scope: Build, moment: str, expected: set[str]
) -> None:
    changes = f"""
        key    ordinal  field   field_id           from_id  to_id  changed_at
        PAY-2  0        Sprint  customfield_10020  7        8      {moment}
    """
    assert marks(scope(issue_changes=changes)["PAY-2"]) == expected


def test_two_changes_in_one_history_that_undo_each_other_are_none(scope: Build) -> None:
    changes = """
        key    ordinal  field   field_id           from_id  to_id  changed_at
        PAY-1  0        Sprint  customfield_10020  7        -      2024-05-08 12:00
        PAY-1  1        Sprint  customfield_10020  -        7      2024-05-08 12:00
    """
    row = scope(issue_changes=changes)["PAY-1"]
    assert (marks(row), row["removed_at"]) == ({"committed", "completed"}, None)


def test_the_history_is_believed_not_what_the_field_holds_today(scope: Build) -> None:
    changes = """
        key    ordinal  field   field_id           from_id  to_id  changed_at
        PAY-1  0        Sprint  customfield_10020  6, 7     6      2024-05-05 12:00
        PAY-1  1        Sprint  customfield_10020  6        6, 7   2024-05-05 13:00
    """
    issues = """
        key    sprint_ids  created_at
        PAY-1  -           2024-05-01 10:00
    """
    assert marks(scope(issues=issues, issue_changes=changes)["PAY-1"]) == {"committed", "completed"}


def test_open_sprint_is_as_of_the_collection_and_carries_nothing_over(scope: Build) -> None:
    sprints = """
        sprint_id  board_id  state   started_at        ended_at          completed_at  estimation_field
        7          1         active  2024-05-06 09:00  2024-05-17 17:00  -             customfield_10026
    """
    projects = "project_id  collected_at\n1           2024-05-09 18:00"
    rows = scope(sprints=sprints, projects=projects)
    assert {row["is_carried_over"] for row in rows.values()} == {None}
    assert [key for key, row in rows.items() if row["is_completed"]] == ["PAY-1"]
    assert "PAY-5" not in rows
    assert marks(rows["PAY-10"]) == {"committed", "removed"}


@pytest.mark.parametrize(
    ("field", "after", "expected"), [("Sprint", "-", {"committed", "removed"}), ("Other", "-", {"committed"})]
)
def test_what_changes_in_the_instant_of_the_collection_is_in_an_open_sprint(
    scope: Build, field: str, after: str, expected: set[str]
) -> None:
    sprints = """
        sprint_id  board_id  state   started_at        completed_at
        7          1         active  2024-05-06 09:00  -
    """
    changes = f"""
        key    ordinal  field    from_id  to_id    changed_at
        PAY-2  0        {field}  7        {after}  2024-05-09 18:00
        PAY-3  0        Sprint   -        7        2024-05-09 18:00
    """
    rows = scope(
        sprints=sprints, issue_changes=changes, projects="project_id  collected_at\n1           2024-05-09 18:00"
    )
    assert marks(rows["PAY-2"]) == expected
    assert marks(rows["PAY-3"]) == {"added"}


def test_open_sprint_that_was_never_collected_wholly_has_no_rows(scope: Build) -> None:
    sprints = """
        sprint_id  board_id  state   started_at        completed_at
        7          1         active  2024-05-06 09:00  -
    """
    assert scope(sprints=sprints, projects="project_id  collected_at\n1           -") == {}


def test_reopened_sprint_ends_with_its_last_completion(scope: Build) -> None:
    sprints = """
        sprint_id  board_id  state   started_at        completed_at      estimation_field
        7          1         closed  2024-05-06 09:00  2024-05-20 10:00  customfield_10026
    """
    rows = scope(sprints=sprints)
    assert marks(rows["PAY-2"]) == {"committed", "carried_over"}
    changes = """
        key    ordinal  field   field_id           from_id  to_id  changed_at
        PAY-2  0        Sprint  customfield_10020  7        8      2024-05-17 16:00
    """
    assert marks(scope(sprints=sprints, issue_changes=changes)["PAY-2"]) == {"committed", "removed"}


def test_board_that_counts_issues_has_no_points(scope: Build) -> None:
    sprints = """
        sprint_id  board_id  state   started_at        completed_at      estimation_field
        7          1         closed  2024-05-06 09:00  2024-05-17 16:00  -
    """
    rows = scope(sprints=sprints)
    assert {row["points_at_end"] for row in rows.values()} == {None}
    assert marks(rows["PAY-1"]) == {"committed", "completed"}


def test_projects_that_are_built_together_are_apart(tmp_path: Path, settings: Settings) -> None:
    lake = Lake(tmp_path / "lake")
    alone, _ = facts_of(lake, settings, TEXTS)
    other = {**TEXTS, "issue_changes": "", "issue_estimates": ""}
    write_project(lake, parsed(other), "WEB_2")
    write_facts(lake, settings, ("PAY", "WEB_2"))
    assert {row["key"]: row for row in read(lake, "sprint_scope")} == alone
    assert {row["project"] for row in read(lake, "sprint_scope", "WEB_2")} == {"WEB_2"}
    assert {row["points_at_end"] for row in read(lake, "sprint_scope", "WEB_2")} == {None}
