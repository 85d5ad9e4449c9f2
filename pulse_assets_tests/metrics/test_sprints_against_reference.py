"""The SQL of sprints gives what plain loops give, whatever the histories of the issues."""

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.metrics import sprint_reference as reference
from pulse_assets_tests.metrics.sprint_built import (
    POINTS,
    SPRINT_FACTS,
    Rows,
    figures,
    read,
    write_facts,
    write_project,
)
from pulse_assets_tests.metrics.sprint_reference import Change, Course, Story

# Berlin puts its clocks forward on 2024-03-31 at 01:00 UTC.
ZONES = ("UTC", "Europe/Berlin", "Pacific/Auckland")
BEGIN = dt.datetime(2024, 3, 28, 20, tzinfo=dt.UTC)
# Few different moments, so that events coincide with each other and with the ends of sprints and days.
STEP = dt.timedelta(hours=13)
MOMENTS = st.integers(0, 14).map(lambda step: BEGIN + step * STEP)
SPRINT_VALUES = st.sampled_from([None, "7", "7, 8", "8", "8,7", "17", "6, 7"])
ESTIMATES = st.sampled_from([None, "1", "3", "3.0", "0.5", "8", "?"])
CATEGORIES = st.sampled_from(["todo", "in_progress", "done", "done", None])
MONTHS = ("2024-03-01", "2024-04-01")
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@st.composite
def histories(
    draw: st.DrawFn, values: st.SearchStrategy[str | None], begin: dt.datetime | None = None
) -> tuple[str | None, tuple[Change, ...]]:
    """What something was first, and its changes in the order of time; two may share an instant."""
    moments = MOMENTS if begin is None else MOMENTS.map(lambda at: max(at, begin))
    return draw(values), tuple((at, draw(values)) for at in sorted(draw(st.lists(moments, max_size=4))))


@st.composite
def stories(draw: st.DrawFn, number: int) -> Story:
    created_at = draw(st.sampled_from([BEGIN - STEP, BEGIN - STEP, BEGIN + 4 * STEP, BEGIN + 5 * STEP]))
    return Story(
        f"PAY-{number}",
        created_at,
        draw(st.sampled_from(["story", "story", "story", "story", "subtask", "epic"])),
        draw(histories(SPRINT_VALUES)),
        draw(histories(ESTIMATES)),
        draw(histories(CATEGORIES, created_at)),
    )


@st.composite
def courses(draw: st.DrawFn, told: list[Story]) -> list[Course]:
    found = []
    for sprint_id in (7, 8):
        completed_at = draw(st.one_of(st.none(), MOMENTS, MOMENTS, MOMENTS))
        started_at = draw(MOMENTS)
        planned = draw(st.none() | MOMENTS)
        closed = None if completed_at is None else max(started_at, completed_at)
        found.append(Course(sprint_id, started_at, planned, closed, told, draw(st.sampled_from([True, True, False]))))
    return found


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Course], dt.datetime]:
    told = [draw(stories(number)) for number in range(1, draw(st.sampled_from([6, 6, 4, 1, 0])) + 1)]
    return draw(courses(told)), BEGIN + draw(st.sampled_from([40, 15, 9])) * STEP


def landed(world: list[Course], collected_at: dt.datetime) -> dict[str, Rows]:
    """The clean tables that Jira would give of the world."""
    told = world[0].stories
    tables: dict[str, Rows] = {
        name: [] for name in ("sprints", "boards", "issues", "issue_changes", "issue_estimates", "issue_status_spans")
    }
    tables["projects"] = [{"collected_at": collected_at}]
    tables["boards"] = [{"board_id": 1}]
    for course in world:
        tables["sprints"].append(
            {
                "sprint_id": course.sprint_id,
                "board_id": 1,
                "state": "active" if course.completed_at is None else "closed",
                "started_at": course.started_at,
                "ended_at": course.planned_end_at,
                "completed_at": course.completed_at,
                "estimation_field": POINTS if course.has_points else None,
            }
        )
    for story in told:
        _land(story, tables)
    return tables


def _land(story: Story, tables: dict[str, Rows]) -> None:
    first, moves = story.sprints
    tables["issues"].append(
        {
            "key": story.key,
            "created_at": story.created_at,
            "is_subtask": story.kind == "subtask",
            "is_epic": story.kind == "epic",
            "sprint_ids": moves[-1][1] if moves else first,
        }
    )
    changes = [(at, "Sprint", "customfield_10020", value) for at, value in moves]
    estimate, others = story.points
    changes += [(at, "Story Points", POINTS, value) for at, value in others]
    today = others[-1][1] if others else estimate
    if today not in {None, "?"}:
        tables["issue_estimates"].append({"key": story.key, "field_id": POINTS, "points": float(today or 0)})
    held = {"Sprint": first, "Story Points": None if estimate == "?" and not others else estimate}
    for place, (at, name, field_id, value) in enumerate(sorted(changes, key=lambda change: change[0])):
        kind = "id" if name == "Sprint" else "value"
        tables["issue_changes"].append(
            {
                "key": story.key,
                "ordinal": place,
                "field": name,
                "field_id": field_id,
                "changed_at": at,
                f"from_{kind}": held[name],
                f"to_{kind}": value,
            }
        )
        held[name] = value
    category, later = story.categories
    entries = [(story.created_at, category), *later]
    for place, (at, each) in enumerate(entries):
        left_at = entries[place + 1][0] if place + 1 < len(entries) else None
        tables["issue_status_spans"].append(
            {
                "key": story.key,
                "ordinal": place,
                "status_category": each,
                "entered_at": at,
                "left_at": left_at,
            }
        )


def shown(rows: Rows, like: list[dict[str, Any]]) -> list[Any]:
    """The columns that the loops know."""
    names = list(like[0]) if like else []
    return [{name: row[name] for name in names} for row in rows]


def rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {name: pytest.approx(value, abs=1e-9) if isinstance(value, float) else value for name, value in row.items()}


def check(world: list[Course], collected_at: dt.datetime, zone: str) -> None:
    with TemporaryDirectory() as folder:
        lake, chosen = Lake(folder), Settings.load(home=Path(folder), timezone=zone)
        write_project(lake, landed(world, collected_at))
        write_facts(lake, chosen)
        scope, days = (read(lake, fact) for fact in ("sprint_scope", "sprint_days"))
        expected = [row for course in world for row in course.scope(collected_at)]
        assert shown(scope, expected) == expected
        expected_days = [row for course in world for row in course.days(collected_at, ZoneInfo(zone))]
        assert shown(days, expected_days) == [rounded(row) for row in expected_days]
        check_figures(lake, chosen, world, expected)


def check_figures(lake: Lake, chosen: Settings, world: list[Course], scope: list[dict[str, Any]]) -> None:
    zone = ZoneInfo(chosen.timezone)
    found = {name: figures(lake, name, chosen, MONTHS) for name in ("sprint_velocity", "sprint_completion")}
    for course in world:
        key = (str(course.sprint_id), "sprint", course.started_at.astimezone(zone).date())
        own = [row for row in scope if row["sprint_id"] == course.sprint_id]
        assert_row(found["sprint_velocity"][key], reference.velocity(own, 1))
        is_over = course.completed_at is not None
        assert_row(found["sprint_completion"][key], reference.completion(own, is_over=is_over))
    for (name, grain, start), row in found["sprint_velocity"].items():
        if grain == "sprint":
            continue
        ids = [
            each.sprint_id for each in world if each.completed_at and begins(grain, each.completed_at, zone) == start
        ]
        own = [each for each in scope if each["sprint_id"] in ids]
        assert_row(row, reference.velocity(own, len(ids)))
        assert_row(found["sprint_completion"][name, grain, start], reference.completion(own, is_over=True))


def begins(grain: str, at: dt.datetime, zone: ZoneInfo) -> dt.date:
    day = at.astimezone(zone).date()
    return day.replace(day=1) if grain == "month" else day - dt.timedelta(days=day.weekday())


def assert_row(row: dict[str, Any], expected: dict[str, Any]) -> None:
    assert {name: row[name] for name in expected} == pytest.approx(expected, abs=1e-9)


@given(worlds(), st.sampled_from(ZONES))
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
def test_sprints_equal_those_of_plain_loops(world: tuple[list[Course], dt.datetime], zone: str) -> None:
    check(*world, zone)


@pytest.mark.full
@given(worlds(), st.sampled_from(ZONES))
@hypothesis_settings(max_examples=1000, deadline=None, suppress_health_check=SLOW)
def test_many_sprints_equal_those_of_plain_loops(world: tuple[list[Course], dt.datetime], zone: str) -> None:
    check(*world, zone)


@given(worlds())
@hypothesis_settings(max_examples=5, deadline=None, suppress_health_check=SLOW)
def test_order_of_rows_changes_nothing(world: tuple[list[Course], dt.datetime]) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        files = []
        for folder, step in ((one, 1), (other, -1)):
            lake, chosen = Lake(folder), Settings.load(home=Path(folder))
            write_project(lake, {name: rows[::step] for name, rows in landed(*world).items()})
            write_facts(lake, chosen)
            files.append({fact: lake.file(TABLES[fact], "PAY").read_bytes() for fact in SPRINT_FACTS})
        assert files[0] == files[1]
