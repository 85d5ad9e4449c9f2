"""The truth of sprints: what was in them when, what became of it, and what was left day by day."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from pulse_assets.sandbox.jira.truth import JiraRules, JiraTruth
from pulse_assets.sandbox.jira.world import Issue, Sprint
from pulse_assets_tests.sandbox.jira.test_truth import picked
from pulse_assets_tests.sandbox.jira.worlds import BOARD, at, issue, sprint, world

#: From the 6th at noon to the 20th at noon, as planned.
SEVEN = sprint(7, "05-06T12:00", "05-20T12:00", ("05-20T12:00", None))
FLAGS = ("is_committed", "is_added", "is_removed", "is_completed", "is_carried_over")
COMMITTED, ADDED, REMOVED, COMPLETED, CARRIED = range(5)


def scope(*issues: Issue, of: Sprint = SEVEN, until: str = "06-01", **more: Any) -> list[dict[str, Any]]:
    return JiraTruth(world(until, *issues, sprints=(of,)), **more).sprint_scope("PAY")


def flags(one: Issue, of: Sprint = SEVEN, until: str = "06-01") -> set[int]:
    """Places of the flags that are true."""
    (row,) = scope(one, of=of, until=until)
    return {place for place, flag in enumerate(FLAGS) if row[flag]}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((), {COMMITTED, CARRIED}),
        ((("05-10", "status=done"),), {COMMITTED, COMPLETED}),
        ((("05-10", "status=doing"), ("05-19", "status=done")), {COMMITTED, COMPLETED}),
        ((("05-10", "status=done"), ("05-19", "status=doing")), {COMMITTED, CARRIED}),
        ((("05-20T12:00", "status=done"),), {COMMITTED, COMPLETED}),  # in the very moment of the end
        ((("05-20T12:01", "status=done"),), {COMMITTED, CARRIED}),
        ((("05-20T12:00", "sprint=7,9"),), {COMMITTED, CARRIED}),
        ((("05-20T12:00", "sprint="),), {COMMITTED, CARRIED}),  # taken out by the closing
        ((("05-20T11:59", "sprint="),), {COMMITTED, REMOVED}),
        ((("05-10", "sprint="), ("05-12", "sprint=7")), {COMMITTED, CARRIED}),  # came back
        ((("05-10", "sprint="), ("05-12", "status=done")), {COMMITTED, REMOVED}),
    ],
)
def test_what_becomes_of_a_committed_issue(changes: tuple[tuple[str, str], ...], expected: set[int]) -> None:
    assert flags(issue(1, "05-01", *changes, sprint="7")) == expected


@pytest.mark.parametrize(
    ("created", "changes", "expected"),
    [
        ("05-01", (("05-06T12:00", "sprint=7"),), {COMMITTED, CARRIED}),  # in the very moment of the start
        ("05-01", (("05-06T12:01", "sprint=7"),), {ADDED, CARRIED}),
        ("05-01", (("05-08", "sprint=7"), ("05-09", "status=done")), {ADDED, COMPLETED}),
        ("05-01", (("05-08", "sprint=7"), ("05-09", "sprint=")), {ADDED, REMOVED}),
        ("05-01", (("05-02", "sprint=7"), ("05-03", "sprint="), ("05-08", "sprint=7")), {ADDED, CARRIED}),
    ],
)
def test_what_becomes_of_an_issue_that_is_put_into_it(
    created: str, changes: tuple[tuple[str, str], ...], expected: set[int]
) -> None:
    assert flags(issue(1, created, *changes)) == expected


def test_an_issue_created_in_the_running_sprint_is_added() -> None:
    one = issue(1, "05-08", ("05-10", "points=5"), sprint="7", points="3")
    columns = ("entered_at", "is_added", "points_at_start", "points_at_end", "is_reestimated")
    assert picked(scope(one), *columns) == [(at("05-08"), True, 3.0, 5.0, True)]


def test_what_was_never_in_it_from_start_to_end_has_no_row() -> None:
    before = issue(1, "05-01", ("05-02", "sprint=7"), ("05-06T12:00", "sprint="))
    after = issue(2, "05-01", ("05-20T12:01", "sprint=7"))
    other = issue(3, "05-01", sprint="77")
    assert scope(before, after, other) == []


def test_entered_and_removed_tell_the_first_and_the_last_time() -> None:
    one = issue(1, "05-01", ("05-03", "sprint=7"), ("05-10", "sprint="), ("05-11", "sprint=7"), ("05-12", "sprint="))
    back = issue(2, "05-01", ("05-10", "sprint="), ("05-11", "sprint=7"), sprint="7")
    assert picked(scope(one, back), "entered_at", "removed_at", "is_removed") == [
        (at("05-03"), at("05-12"), True),
        (at("05-01"), None, False),
    ]


def test_points_are_those_of_the_start_and_of_the_end() -> None:
    grown = issue(1, "05-01", ("05-06T12:00", "points=3"), ("05-20T12:00", "points=8"), sprint="7", points="1")
    late = issue(2, "05-01", ("05-21", "points=8"), sprint="7")
    added = issue(3, "05-01", ("05-07", "points=2"), ("05-08", "sprint=7"), ("05-09", "points="), points="1")
    columns = ("points_at_start", "points_at_end", "is_reestimated")
    assert picked(scope(grown, late, added), *columns) == [(3.0, 8.0, True), (None, None, False), (2.0, None, True)]


def test_a_board_without_estimates_has_no_points() -> None:
    site = world("06-01", issue(1, "05-01", sprint="7", points="3"), sprints=(SEVEN,))
    site = dataclasses.replace(site, boards=(dataclasses.replace(BOARD, estimation_field=None),))
    assert picked(JiraTruth(site).sprint_scope("PAY"), "points_at_start", "points_at_end") == [(None, None)]


def test_what_was_done_before_the_start_is_left_out() -> None:
    done = issue(1, "05-01", ("05-02", "status=done"), sprint="7")
    at_start = issue(2, "05-01", ("05-06T12:00", "status=done"), sprint="7")
    reopened = issue(3, "05-01", ("05-02", "status=done"), ("05-10", "status=doing"), sprint="7")
    rows = scope(done, at_start, reopened)
    columns = ("is_committed", "is_completed", "is_carried_over", "is_counted", "reason")
    assert picked(rows, *columns) == [
        (True, False, False, False, "done_before_start"),
        (True, False, False, False, "done_before_start"),
        (True, False, True, False, "done_before_start"),
    ]


def test_subtasks_and_epics_are_left_out() -> None:
    rows = scope(issue(1, "05-01", sprint="7", type="subtask"), issue(2, "05-01", sprint="7", type="epic"))
    assert picked(rows, "is_committed", "is_counted", "reason") == [(True, False, "subtask"), (True, False, "epic")]


def test_an_open_sprint_ends_with_the_collection_and_carries_nothing_over_yet() -> None:
    still = sprint(7, "05-06T12:00", "05-20T12:00")
    done = issue(1, "05-01", ("05-08", "status=done"), ("05-12", "status=doing"), sprint="7")
    rows = scope(done, of=still, until="05-10")
    assert picked(rows, "is_completed", "completed_at", "is_carried_over") == [(True, at("05-08"), None)]


def test_a_reopened_sprint_ends_with_its_last_completion() -> None:
    twice = sprint(7, "05-06T12:00", "05-20T12:00", ("05-18", "05-19"), ("05-22", None))
    done = issue(1, "05-01", ("05-21", "status=done"), sprint="7")
    site = world("06-01", done, sprints=(twice,))
    columns = ("is_completed", "is_carried_over")
    assert picked(JiraTruth(site, at("05-18T12:00")).sprint_scope("PAY"), *columns) == [(False, True)]
    assert picked(JiraTruth(site, at("05-20")).sprint_scope("PAY"), *columns) == [(False, None)]
    assert picked(JiraTruth(site).sprint_scope("PAY"), *columns) == [(True, False)]


def test_a_future_sprint_has_no_rows() -> None:
    assert scope(issue(1, "05-01", sprint="7"), of=sprint(7, None, None)) == []


# ------------------------------------------------------------------ figures
ISSUES = (
    issue(1, "05-01", ("05-07T08:00", "status=done"), sprint="7", points="3"),
    issue(2, "05-01", ("05-08", "points=8"), sprint="7", points="5"),
    issue(3, "05-01", ("05-07", "sprint=7"), ("05-08T08:00", "status=done"), points="2"),
    issue(4, "05-01", ("05-07T20:00", "sprint="), sprint="7", points="1"),
    issue(5, "05-01", ("05-02", "status=done"), sprint="7", points="40"),
    issue(6, "05-01", sprint="7", points="40", type="subtask"),
    issue(7, "05-01", ("05-09", "status=done"), sprint="7"),
)
SHORT = sprint(7, "05-06T12:00", "05-10T12:00", ("05-09T06:00", None))


def test_velocity_and_completion_of_a_sprint() -> None:
    """Committed are 1, 2, 4 and 7 with 3 + 5 + 1 points, completed 1, 3 and 7 with 3 + 2."""
    truth = JiraTruth(world("06-01", *ISSUES, sprints=(SHORT,)))
    (velocity,), (completion,) = truth.sprint_velocity(), truth.sprint_completion()
    columns = ("scope", "period_start", "committed_points", "committed_count", "completed_points", "completed_count")
    assert picked([velocity], *columns) == [("7", dt.date(2024, 5, 6), 9.0, 4, 5.0, 3)]
    assert completion["completion_ratio"] == 0.5
    assert completion["points_completion_ratio"] == pytest.approx(3 / 9)
    columns = ("added_count", "removed_count", "reestimated_count", "carried_over_count", "left_out_count")
    assert picked([completion], *columns) == [(1, 1, 1, 1, 2)]
    assert picked([completion], "added_points", "removed_points", "carried_over_points") == [(2.0, 1.0, 8.0)]


def test_burndown_goes_day_by_day_to_the_end() -> None:
    truth = JiraTruth(world("06-01", *ISSUES, sprints=(SHORT,)))
    columns = ("day", "at", "remaining_points", "remaining_count", "scope_points", "scope_count")
    day = [dt.date(2024, 5, number) for number in range(6, 10)]
    assert picked(truth.sprint_days("PAY"), *columns) == [
        (day[0], at("05-07"), 11.0, 5, 11.0, 5),  # the third comes at midnight
        (day[1], at("05-08"), 10.0, 3, 13.0, 4),  # re-estimated at midnight
        (day[2], at("05-09"), 8.0, 1, 13.0, 4),
        (day[3], at("05-09T06:00"), 8.0, 1, 13.0, 4),
    ]
    ideal = picked(truth.sprint_days("PAY"), "ideal_points", "ideal_count")
    assert ideal == [
        (pytest.approx(9 * (1 - share)), pytest.approx(4 * (1 - share))) for share in (0.125, 0.375, 0.625, 0.875)
    ]
    assert picked(truth.sprint_burndown(), "remaining_points", "scope", "status") == [
        (points, "7", "ok") for points in (11.0, 10.0, 8.0, 8.0)
    ]


def test_burndown_of_an_open_sprint_ends_with_the_collection() -> None:
    still = sprint(7, "05-06T12:00", "05-08T12:00")
    truth = JiraTruth(world("05-09T15:00", *ISSUES, sprints=(still,)))
    rows = truth.sprint_days("PAY")
    assert rows[-1]["at"] == at("05-09T15:00")
    assert [row["ideal_points"] for row in rows] == [pytest.approx(6.75), pytest.approx(2.25), 0.0, 0.0]
    assert truth.sprint_burndown()[0]["status"] == "degraded"
    assert truth.sprint_completion()[0]["carried_over_points"] is None


def test_without_a_planned_end_the_pace_goes_to_the_end() -> None:
    bare = sprint(7, "05-06T12:00", None, ("05-08T12:00", None))
    rows = JiraTruth(world("06-01", *ISSUES, sprints=(bare,))).sprint_days("PAY")
    assert [row["ideal_count"] for row in rows] == [pytest.approx(3.0), pytest.approx(1.0), 0.0]


def test_days_are_local_and_one_has_23_hours() -> None:
    """Berlin's clocks change on the 31st of March: that day ends at 22:00 in UTC, the one before at 23:00."""
    around = sprint(7, "03-30T22:30", "04-01T22:00", ("04-01T22:00", None))
    truth = JiraTruth(
        world("06-01", issue(1, "03-01", sprint="7"), sprints=(around,)), rules=JiraRules(zone="Europe/Berlin")
    )
    assert picked(truth.sprint_days("PAY"), "day", "at") == [
        (dt.date(2024, 3, 30), at("03-30T23:00")),
        (dt.date(2024, 3, 31), at("03-31T22:00")),
        (dt.date(2024, 4, 1), at("04-01T22:00")),
        (dt.date(2024, 4, 2), at("04-01T22:00")),
    ]


def test_weeks_and_months_sum_the_sprints_completed_in_them() -> None:
    eight = sprint(8, "05-10", "05-31", ("06-01", None))
    more = issue(8, "05-01", ("05-20", "status=doing status=done"), sprint="8", points="10")
    truth = JiraTruth(world("06-02", *ISSUES, more, sprints=(SHORT, eight)))
    columns = ("period_start", "sprint_count", "completed_points", "velocity_mean_points")
    rows = [row for row in truth.velocity("month") if row["scope_kind"] == "board"]
    assert picked(rows, *columns) == [(dt.date(2024, 5, 1), 1, 5.0, 5.0), (dt.date(2024, 6, 1), 1, 10.0, 10.0)]
    rows = [row for row in truth.completion("month") if row["scope_kind"] == "all"]
    assert picked(rows, "completion_ratio", "carried_over_count") == [(0.5, 1), (1.0, 0)]
