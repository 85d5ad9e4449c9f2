"""The truth of single issues: their statuses, completions, cycles and business hours."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from pulse_assets.errors import NotFound
from pulse_assets.sandbox.jira.truth import JiraRules, JiraTruth, Row
from pulse_assets.sandbox.jira.world import STATUS, Change, Issue, Item
from pulse_assets_tests.sandbox.jira.worlds import ADA, STATUSES, at, issue, world


def picked(rows: Sequence[Row], *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in columns) for row in rows]


def truth(*issues: Issue, until: str = "06-01", rules: JiraRules | None = None, **more: Any) -> JiraTruth:
    return JiraTruth(world(until, *issues, **more), rules=rules)


# ------------------------------------------------------------------ spans
def test_spans_begin_with_the_creation_and_each_change_opens_one() -> None:
    one = issue(1, "05-01", ("05-02", "status=doing"), ("05-04", "status=done"))
    assert picked(truth(one).issue_status_spans("PAY"), "ordinal", "status", "status_category", "hours", "is_open") == [
        (0, "To Do", "todo", 24.0, False),
        (1, "In Progress", "in_progress", 48.0, False),
        (2, "Done", "done", None, True),
    ]


def test_an_issue_that_never_changed_has_one_open_span() -> None:
    one = issue(1, "05-01", ("05-02", "points=3"), status="waiting")
    rows = truth(one).issue_status_spans("PAY")
    assert picked(rows, "status_id", "status", "entered_at", "left_at", "business_hours", "flags") == [
        ("4", "Waiting", at("05-01"), None, None, None)
    ]


def test_two_changes_in_one_history_leave_a_span_of_no_length() -> None:
    one = issue(1, "05-01", ("05-02T12:00", "status=doing status=done"))
    assert picked(truth(one).issue_status_spans("PAY"), "status", "hours") == [
        ("To Do", 36.0),
        ("In Progress", 0.0),
        ("Done", None),
    ]
    flow = truth(one).issue_flow("PAY")
    assert picked(flow, "cycle_hours", "lead_hours", "is_counted") == [(0.0, 36.0, True)]


def test_histories_at_one_instant_follow_their_numbers() -> None:
    def change(number: int, before: str, after: str) -> Change:
        item = Item(STATUS, STATUS, "jira", STATUSES[before].id, before, STATUSES[after].id, after)
        return Change(number, at("05-02"), ADA, (item,))

    one = issue(1, "05-01")
    one = dataclasses.replace(one, changes=(change(1000, "todo", "doing"), change(999, "done", "todo")))
    one = dataclasses.replace(one, initial=dict(one.initial) | {STATUS: ("5", "Done")})
    assert picked(truth(one).issue_status_spans("PAY"), "status_id") == [("5",), ("1",), ("3",)]


def test_a_change_from_elsewhere_flags_the_span_that_it_opens() -> None:
    one = issue(1, "05-01", ("05-02", "status=doing"), ("05-03", "status=done"), changed_from={"05-03": "waiting"})
    assert picked(truth(one).issue_status_spans("PAY"), "status", "flags") == [
        ("To Do", None),
        ("In Progress", None),
        ("Done", "changed_without_history"),
    ]


def test_another_status_today_flags_the_last_span_and_invents_none() -> None:
    one = issue(1, "05-01", ("05-02", "status=doing"))
    one = dataclasses.replace(one, unlogged=((at("05-03"), STATUS, ("5", "Done")),))
    assert picked(truth(one).issue_status_spans("PAY"), "status", "is_open", "flags") == [
        ("To Do", False, None),
        ("In Progress", True, "changed_without_history"),
    ]
    assert picked(truth(one).issue_flow("PAY"), "done_at", "reason") == [(None, "not_done")]


def test_a_renamed_status_keeps_the_name_of_its_time() -> None:
    renamed = dataclasses.replace(STATUSES["doing"], renamed=((at("05-03"), "Working"),))
    statuses = (*(status for status in STATUSES.values() if status.id != "3"), renamed)
    one = issue(1, "05-01", ("05-02", "status=doing"))
    rows = truth(one, statuses=statuses).issue_status_spans("PAY")
    assert picked(rows, "status", "status_category") == [("To Do", "todo"), ("In Progress", "in_progress")]
    resting = issue(2, "05-01", status="doing")
    rows = truth(resting, statuses=statuses).issue_status_spans("PAY")
    assert picked(rows, "status") == [("Working",)]


def test_a_deleted_status_has_no_category_unless_a_setting_knows_it() -> None:
    one = issue(1, "05-01", ("05-02", "status=gone"), ("05-04", "status=done"))
    assert picked(truth(one).issue_status_spans("PAY"), "status", "status_category")[1] == ("Gone", None)
    assert picked(truth(one).issue_flow("PAY"), "started_at", "reason") == [(None, "never_in_progress")]
    rules = JiraRules(status_categories={"9": "in_progress"})
    flow = truth(one, rules=rules).issue_flow("PAY")
    assert picked(flow, "started_at", "cycle_hours") == [(at("05-02"), 48.0)]


def test_a_status_of_another_team_managed_project_is_unknown() -> None:
    own = dataclasses.replace(STATUSES["doing"], project_id="10000")
    others = dataclasses.replace(STATUSES["waiting"], project_id="10007")
    one = issue(1, "05-01", ("05-02", "status=doing"), ("05-03", "status=waiting"), ("05-04", "status=todo"))
    found = truth(one, statuses=(STATUSES["todo"], own, others))
    assert picked(found.issue_status_spans("PAY"), "status_category") == [
        ("todo",),
        ("in_progress",),
        (None,),
        ("todo",),
    ]


# ------------------------------------------------------------------ completions and cycles
REOPENED = issue(
    1,
    "05-01",
    ("05-02", "status=doing"),
    ("05-03", "status=done"),
    ("05-05", "status=doing"),
    ("05-06", "status=waiting"),
    ("05-08", "status=rejected"),
    ("05-09", "status=done"),
)


def test_completions_are_entries_from_not_done() -> None:
    assert picked(truth(REOPENED).issue_completions("PAY"), "completed_at", "reopened_at", "is_counted") == [
        (at("05-03"), at("05-05"), True),
        (at("05-08"), None, True),
    ]


def test_a_cycle_goes_from_the_first_start_to_the_last_completion() -> None:
    """Six days; active 1 + 1 + 2 of them, waiting two of these."""
    columns = ("started_at", "done_at", "cycle_hours", "active_hours", "lead_hours", "reopened_count", "reason")
    begin, end = at("05-02"), at("05-08")
    assert picked(truth(REOPENED).issue_flow("PAY"), *columns) == [(begin, end, 144.0, 96.0, 168.0, 1, None)]
    for waiting in ("wAITING", "4"):
        rules = JiraRules(waiting_statuses=(waiting,))
        assert picked(truth(REOPENED, rules=rules).issue_flow("PAY"), "active_hours") == [(48.0,)]


def test_an_issue_that_is_open_again_is_not_done() -> None:
    flow = JiraTruth(world("06-01", REOPENED), at("05-05T12:00")).issue_flow("PAY")
    columns = ("done_at", "cycle_hours", "lead_hours", "reopened_count", "is_counted", "reason")
    assert picked(flow, *columns) == [(None, None, None, 1, False, "not_done")]


def test_created_as_done_is_a_completion_at_creation() -> None:
    one = issue(1, "05-01", status="done")
    assert picked(truth(one).issue_completions("PAY"), "completed_at", "reopened_at") == [(at("05-01"), None)]
    assert picked(truth(one).issue_flow("PAY"), "lead_hours", "cycle_hours", "reason") == [
        (0.0, None, "never_in_progress")
    ]


@pytest.mark.parametrize(("kind", "reason"), [("subtask", "subtask"), ("epic", "epic"), ("bug", None)])
def test_subtasks_and_epics_are_left_out_with_their_hours(kind: str, reason: str | None) -> None:
    one = issue(1, "05-01", ("05-02", "status=doing"), ("05-03", "status=done"), type=kind)
    assert picked(truth(one).issue_flow("PAY"), "cycle_hours", "is_counted", "reason") == [
        (24.0, reason is None, reason)
    ]
    assert picked(truth(one).issue_completions("PAY"), "reason") == [(reason,)]


def test_defects_are_told_by_type_and_escaped_ones_by_label() -> None:
    issues = (
        issue(1, "05-01", type="bug", labels="production"),
        issue(2, "05-01", type="bug", labels="other"),
        issue(3, "05-01", labels="escaped"),
    )
    flow = truth(*issues).issue_flow("PAY")
    assert picked(flow, "is_defect", "is_escaped") == [(True, True), (True, False), (False, False)]
    flow = truth(*issues, rules=JiraRules(defect_types=("Story",))).issue_flow("PAY")
    assert picked(flow, "is_defect", "is_escaped") == [(False, False), (False, False), (True, True)]


def test_story_points_are_those_of_the_collection() -> None:
    one = issue(1, "05-01", ("05-02", "points=5"), points="3")
    assert picked(truth(one).issue_flow("PAY"), "story_points") == [(5.0,)]
    assert picked(JiraTruth(world("06-01", one), at("05-01T12:00")).issue_flow("PAY"), "story_points") == [(3.0,)]


# ------------------------------------------------------------------ business hours
OFFICE = JiraRules(
    zone="Europe/Berlin",
    working_days=("mon", "tue", "wed", "thu", "fri"),
    working_hours=(dt.time(9), dt.time(17)),
    holidays=(dt.date(2024, 5, 1),),
)


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        ("04-29T07:00", "04-29T15:00", 8.0),  # a Monday, 9 to 17 in Berlin
        ("04-29T05:00", "04-29T06:59", 0.0),
        ("04-29T14:30", "04-30T07:30", 1.0),
        ("04-30T15:00", "05-02T07:00", 0.0),  # the first of May lies between
        ("05-03T14:00", "05-06T08:00", 2.0),  # a weekend
        ("03-29T15:00", "04-01T08:00", 2.0),  # 16 to 17 o'clock, and after the change of the clocks 9 to 10
        ("04-29T07:00", "04-29T07:00", 0.0),
    ],
)
def test_business_hours_are_those_of_the_calendar(begin: str, end: str, hours: float) -> None:
    assert OFFICE.business_hours(at(begin), at(end)) == hours


def test_without_a_calendar_business_hours_are_hours() -> None:
    rules = JiraRules(zone="Europe/Berlin")
    assert rules.business_hours(at("03-30T12:34"), at("04-02T00:04")) == pytest.approx(59.5)
    flow = truth(REOPENED, rules=rules).issue_flow("PAY")
    assert picked(flow, "cycle_business_hours") == [(144.0,)]


def test_an_unknown_project_is_no_empty_truth() -> None:
    with pytest.raises(NotFound, match="no project WEB"):
        JiraTruth(world("06-01"), projects=("WEB",))
