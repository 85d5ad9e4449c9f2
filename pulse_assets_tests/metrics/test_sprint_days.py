import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.metrics.sprint_built import facts_of
from pulse_assets_tests.metrics.sprint_texts import TEXTS
from pulse_assets_tests.text_tables import instant

Days = dict[str, dict[str, Any]]
Build = Callable[..., Days]


@pytest.fixture
def days(tmp_path: Path) -> Build:
    """Builds the days of sprint 7, by day; texts replace those of the small world."""

    def build(zone: str = "UTC", **texts: str) -> Days:
        settings = Settings.load(home=tmp_path, timezone=zone)
        _, found = facts_of(Lake(tmp_path / "lake"), settings, TEXTS | texts)
        return {row["day"].isoformat(): row for row in found}

    return build


def column(days: Days, name: str) -> list[Any]:
    return [row[name] for row in days.values()]


def test_days_run_from_the_day_of_the_start_to_that_of_the_end(days: Build) -> None:
    rows = days()
    assert list(rows) == [f"2024-05-{day:02}" for day in range(6, 18)]
    assert rows["2024-05-06"]["at"] == instant("2024-05-07 00:00")
    assert rows["2024-05-17"]["at"] == instant("2024-05-17 16:00")


def test_remaining_is_what_is_in_the_sprint_and_not_done(days: Build) -> None:
    rows = days()
    assert column(rows, "scope_count") == [8, 7, 8, 7, 9, 9, 9, 9, 9, 9, 9, 9]
    assert column(rows, "remaining_count") == [8, 6, 6, 6, 7, 7, 7, 7, 6, 5, 5, 4]


def test_points_are_those_of_the_moment(days: Build) -> None:
    rows = days()
    assert column(rows, "scope_points") == [23.0, 21.0, 25.0, 24.0, 27.0, *[27.0] * 7]
    assert column(rows, "remaining_points") == [23.0, 16.0, 17.0, 19.0, 21.0, 21.0, 21.0, 21.0, 16.0, 14.0, 14.0, 13.0]


def test_ideal_goes_from_the_commitment_to_nothing_at_the_planned_end(days: Build) -> None:
    rows = days()
    planned = 11 * 24 + 8
    assert rows["2024-05-06"]["ideal_points"] == pytest.approx(23 * (1 - 15 / planned), abs=1e-9)
    assert rows["2024-05-06"]["ideal_count"] == pytest.approx(8 * (1 - 15 / planned), abs=1e-9)
    assert rows["2024-05-16"]["ideal_points"] == pytest.approx(23 * (1 - 255 / planned), abs=1e-9)
    assert (rows["2024-05-17"]["ideal_points"], rows["2024-05-17"]["ideal_count"]) == (0.0, 0.0)


def test_late_sprint_has_nothing_ideal_after_its_planned_end(days: Build) -> None:
    sprints = """
        sprint_id  board_id  state   started_at        ended_at          completed_at      estimation_field
        7          1         closed  2024-05-06 09:00  2024-05-08 09:00  2024-05-10 16:00  customfield_10026
    """
    ideal = column(days(sprints=sprints), "ideal_points")
    assert ideal == pytest.approx([23 * (1 - 15 / 48), 23 * (1 - 39 / 48), 0, 0, 0], abs=1e-9)


@pytest.mark.parametrize(
    ("planned", "expected"),
    [
        ("-", [23 * (1 - 15 / 48), 23 * (1 - 39 / 48), 0]),
        ("2024-05-06 09:00", [0, 0, 0]),
        ("2024-05-01 09:00", [0, 0, 0]),
    ],
)
def test_without_a_planned_end_the_true_one_stands_in(days: Build, planned: str, expected: list[float]) -> None:
    sprints = f"""
        sprint_id  board_id  state   started_at        ended_at    completed_at      estimation_field
        7          1         closed  2024-05-06 09:00  {planned}  2024-05-08 09:00  customfield_10026
    """
    assert column(days(sprints=sprints), "ideal_points") == pytest.approx(expected, abs=1e-9)


def test_open_sprint_goes_up_to_the_collection(days: Build) -> None:
    sprints = """
        sprint_id  board_id  state   started_at        ended_at          completed_at  estimation_field
        7          1         active  2024-05-06 09:00  2024-05-17 17:00  -             customfield_10026
    """
    rows = days(sprints=sprints, projects="project_id  collected_at\n1           2024-05-08 11:30")
    assert column(rows, "at") == [
        instant("2024-05-07 00:00"),
        instant("2024-05-08 00:00"),
        instant("2024-05-08 11:30"),
    ]
    assert column(rows, "remaining_points") == [23.0, 16.0, 15.0]


def test_sprint_that_was_completed_after_the_collection_began_goes_up_to_that(days: Build) -> None:
    rows = days(projects="project_id  collected_at\n1           2024-05-17 15:00")
    assert rows["2024-05-17"]["at"] == instant("2024-05-17 15:00")
    assert rows["2024-05-17"]["remaining_count"] == 5


def test_sprint_of_a_moment_has_one_day(days: Build) -> None:
    sprints = """
        sprint_id  board_id  state   started_at        ended_at          completed_at      estimation_field
        7          1         closed  2024-05-06 09:00  2024-05-17 17:00  2024-05-06 09:00  customfield_10026
    """
    rows = days(sprints=sprints)
    assert list(rows) == ["2024-05-06"]
    assert rows["2024-05-06"]["remaining_count"] == 8


def test_sprint_without_issues_has_days_of_nothing(days: Build) -> None:
    rows = days(issues="", issue_changes="", issue_estimates="", issue_status_spans="")
    assert len(rows) == 12
    assert {row["remaining_points"] for row in rows.values()} == {0.0}
    assert {row["ideal_count"] for row in rows.values()} == {0.0}


def test_days_are_those_of_the_zone(days: Build) -> None:
    rows = days("Pacific/Auckland")
    assert next(iter(rows)) == "2024-05-06"
    assert list(rows)[-1] == "2024-05-18"
    assert rows["2024-05-06"]["at"] == instant("2024-05-06 12:00")


def test_day_with_a_change_of_the_clock_is_as_long_as_it_is(days: Build) -> None:
    sprints = """
        sprint_id  board_id  state   started_at        ended_at          completed_at      estimation_field
        7          1         closed  2024-03-30 23:00  2024-04-01 22:00  2024-04-01 22:00  customfield_10026
    """
    issues = """
        key    sprint_ids  created_at
        PAY-1  7           2024-03-01 10:00
    """
    rows = days("Europe/Berlin", sprints=sprints, issues=issues, issue_changes="", issue_status_spans="")
    assert {day: row["at"] for day, row in rows.items()} == {
        "2024-03-31": instant("2024-03-31 22:00"),
        "2024-04-01": instant("2024-04-01 22:00"),
        "2024-04-02": instant("2024-04-01 22:00"),
    }
    assert rows["2024-03-31"]["ideal_points"] == pytest.approx(5 * (1 - 23 / 47), abs=1e-9)


def test_last_day_holds_what_was_carried_over(tmp_path: Path, settings: Settings) -> None:
    scope, days = facts_of(Lake(tmp_path / "lake"), settings, TEXTS)
    left = [row for row in scope.values() if row["is_carried_over"] and row["is_counted"]]
    assert days[-1]["remaining_count"] == len(left)
    assert days[-1]["remaining_points"] == sum(row["points_at_end"] or 0 for row in left)
    assert days[-1]["day"] == dt.date(2024, 5, 17)
