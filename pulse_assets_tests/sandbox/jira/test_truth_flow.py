"""The truth of weeks and months: flow and quality, by project, board, team and all."""

import datetime as dt

import pytest

from pulse_assets.sandbox.jira.truth import JiraRules, JiraTruth, Row
from pulse_assets.sandbox.jira.world import Board
from pulse_assets_tests.sandbox.jira.test_truth import picked
from pulse_assets_tests.sandbox.jira.worlds import BOARD, issue, world

MAY, JUNE = dt.date(2024, 5, 1), dt.date(2024, 6, 1)
#: 1: a story of two days. 2: a bug of four, taken back once. 3: done without a start. 4: a sub-task.
#: 5: in progress since the 20th of May. 6: an escaped bug of a day in June. 7: a bug that nobody touched.
ISSUES = (
    issue(1, "05-01", ("05-02", "status=doing"), ("05-04", "status=done"), points="3"),
    issue(
        2,
        "05-01",
        ("05-06", "status=doing"),
        ("05-07", "status=done"),
        ("05-09", "status=doing"),
        ("05-10", "status=done"),
        type="bug",
    ),
    issue(3, "05-01", ("05-10", "status=done"), points="5"),
    issue(4, "05-01", ("05-06", "status=doing"), ("05-07", "status=done"), type="subtask"),
    issue(5, "05-01", ("05-20", "status=doing"), ("05-25", "status=waiting")),
    issue(6, "06-01", ("06-03", "status=doing"), ("06-04", "status=done"), type="bug", labels="escaped"),
    issue(7, "06-02", type="bug"),
)
BUGS = Board(2, "Bugs", "kanban", "PAY", None, ("Bug",))
SITE = world("06-11T12:00", *ISSUES, boards=(BOARD, BUGS))
TRUTH = JiraTruth(SITE, teams={"money": ("PAY",), "others": ()})


def of(rows: list[Row], kind: str = "project") -> list[Row]:
    """Rows of the kind; of the boards the second one's."""
    return [row for row in rows if row["scope_kind"] == kind and row["scope"] != "1"]


def test_cycle_time_of_months() -> None:
    columns = ("period_start", "row_count", "cycle_median_hours", "cycle_p85_hours", "left_out_count", "status")
    assert picked(of(TRUTH.cycle_time("month")), *columns) == [
        (MAY, 2, 72.0, pytest.approx(48 + 0.85 * 48), 2, "ok"),
        (JUNE, 1, 24.0, 24.0, 0, "degraded"),
    ]
    columns = ("lead_median_hours", "lead_p85_hours", "flow_efficiency_ratio", "cycle_median_low_hours")
    assert picked(of(TRUTH.cycle_time("month")), *columns)[0] == (
        144.0,
        pytest.approx(72 + 0.85 * 144),
        pytest.approx((48 + 48) / (48 + 96)),
        48.0,
    )


def test_throughput_by_type() -> None:
    columns = ("period_start", "issue_type", "completed_count", "completed_points", "estimated_count", "left_out_count")
    assert picked(of(TRUTH.throughput("month")), *columns) == [
        (MAY, "all", 3, 8.0, 2, 1),
        (MAY, "Bug", 1, 0, 0, 0),
        (MAY, "Story", 2, 8.0, 2, 0),
        (MAY, "Sub-task", 0, 0, 0, 1),
        (JUNE, "all", 1, 0, 0, 0),
        (JUNE, "Bug", 1, 0, 0, 0),
    ]


def test_work_in_progress_at_the_ends_of_days() -> None:
    """In May 1 at the ends of the 1st and the 2nd, 2 at those of the 5th and the 8th, and 5 from the 19th on."""
    columns = ("average_count", "max_count", "end_count", "day_count", "age_median_hours", "row_count")
    rows = picked(of(TRUTH.work_in_progress("month")), *columns)
    assert rows[0] == (pytest.approx((2 + 1 + 1 + 13) / 31), 1, 1, 31, 12 * 24.0, 1)
    assert rows[1] == (pytest.approx((10 + 1) / 10), 2, 1, 10, 22 * 24.0, 1)


def test_a_day_that_has_not_ended_is_not_looked_at() -> None:
    columns = ("average_count", "max_count", "end_count", "day_count", "age_median_hours")
    rows = JiraTruth(SITE, SITE.until.replace(month=6, day=1, hour=6)).work_in_progress("month")
    assert picked(of(rows), *columns)[1] == (None, None, None, 0, None)
    rows = JiraTruth(SITE, SITE.until.replace(month=6, day=2, hour=0)).work_in_progress("month")
    assert picked(of(rows), *columns)[1] == (1.0, 1, 1, 1, 13 * 24.0)


def test_time_in_status_of_months() -> None:
    """Stays that ended in May, those that had not, and the hours of all within the month."""
    columns = ("issue_status", "status_category", "row_count", "stay_median_hours", "open_count", "total_hours")
    rows = [row for row in of(TRUTH.time_in_status("month")) if row["period_start"] == MAY]
    assert picked(rows, *columns) == [
        ("In Progress", "in_progress", 4, 36.0, 0, 48.0 + 24 + 24 + 120),
        ("To Do", "todo", 4, (120 + 216) / 2, 0, 24.0 + 120 + 216 + 456),
        ("Waiting", "in_progress", 0, None, 1, 7 * 24.0),
    ]
    rows = [row for row in of(TRUTH.time_in_status("month")) if row["period_start"] == JUNE]
    assert picked(rows, *columns) == [
        ("In Progress", "in_progress", 1, 24.0, 0, 24.0),
        ("To Do", "todo", 1, 48.0, 1, 48.0 + 9.5 * 24),
        ("Waiting", "in_progress", 0, None, 1, 10.5 * 24),
    ]


def test_defects_and_those_that_escaped() -> None:
    columns = ("defect_share_ratio", "defect_count", "escaped_count", "created_defect_count", "row_count")
    assert picked(of(TRUTH.defect_share("month")), *columns) == [(pytest.approx(1 / 3), 1, 0, 1, 3), (1.0, 1, 1, 2, 1)]


def test_completions_that_were_taken_back() -> None:
    columns = ("reopen_ratio", "reopened_count", "row_count")
    assert picked(of(TRUTH.reopen_rate("month")), *columns) == [(0.25, 1, 4), (0.0, 0, 1)]
    at_that_time = JiraTruth(SITE, SITE.until.replace(month=5, day=8))
    assert picked(of(at_that_time.reopen_rate("month")), *columns) == [(0.0, 0, 2)]


def test_scopes_are_all_teams_projects_and_boards() -> None:
    rows = TRUTH.cycle_time("month")
    scopes = list(dict.fromkeys((row["scope_kind"], row["scope"]) for row in rows))
    assert scopes == [("all", "all"), ("team", "money"), ("project", "PAY"), ("board", "1"), ("board", "2")]
    assert picked(of(rows, "board"), "row_count", "cycle_median_hours") == [(1, 96.0), (1, 24.0)]
    assert picked(of(rows, "team"), "row_count") == picked(of(rows, "all"), "row_count") == [(2,), (1,)]


def test_weeks_begin_on_monday_in_the_zone() -> None:
    """Done at 22:30 in UTC on Sunday the 12th, which is Monday in Berlin."""
    one = issue(1, "05-08", ("05-12T22:30", "status=done"))
    weeks = {}
    for zone in ("UTC", "Europe/Berlin"):
        rows = JiraTruth(world("05-15", one), rules=JiraRules(zone=zone)).throughput("week")
        weeks[zone] = picked([row for row in of(rows) if row["issue_type"] == "all"], "period_start", "row_count")
    assert weeks == {
        "UTC": [(dt.date(2024, 5, 6), 1), (dt.date(2024, 5, 13), 0)],
        "Europe/Berlin": [(dt.date(2024, 5, 6), 0), (dt.date(2024, 5, 13), 1)],
    }
