import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pulse_assets.metrics.engine import build_metrics
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.metrics.planning_lives import STATUSES, Rows, fact_rows, lives, write_facts, write_project
from pulse_assets_tests.metrics.planning_reference import LOOPS
from pulse_assets_tests.text_tables import records

BOARD = "board_id  name\n7  B"
ISSUES = """
    key    created_at        life
    PAY-1  2024-02-10 10:00  open, doing 2024-03-05 10:00, done 2024-03-20 10:00
    PAY-2  2024-02-12 10:00  open, doing 2024-05-06 10:00
"""


def months(folder: Path, tables: Rows) -> dict[str, str]:
    found = fact_rows("project_months", Lake(folder / "lake"), Settings.load(home=folder), tables)
    return {str(row["month"])[:7]: row["row_hashes"] for row in found}


def changed(folder: Path, before: Rows, after: Rows) -> set[str]:
    old, new = months(folder, before), months(folder, after)
    return {month for month in old.keys() | new.keys() if old.get(month) != new.get(month)}


def project(text: str = ISSUES, collected_at: str = "2024-06-12 12:00", **more: str) -> Rows:
    return lives(text, collected_at, **more)


def test_what_lasts_touches_every_month_up_to_the_collection(tmp_path: Path) -> None:
    assert list(months(tmp_path, project())) == [f"2024-{month:02}" for month in (2, 3, 4, 5, 6)]


def test_first_event_is_the_first_creation(tmp_path: Path) -> None:
    rows = fact_rows("project_months", Lake(tmp_path / "lake"), Settings.load(home=tmp_path), project())
    assert {str(row["first_event_at"])[:16] for row in rows} == {"2024-02-10 10:00"}


def test_the_same_rows_in_another_order_are_the_same_months(tmp_path: Path) -> None:
    tables = project()
    assert changed(tmp_path, tables, {name: rows[::-1] for name, rows in tables.items()}) == set()


def test_a_later_collection_without_news_touches_only_new_months(tmp_path: Path) -> None:
    later = project(collected_at="2024-07-02 12:00")
    assert changed(tmp_path, project(), later) == {"2024-07"}


def test_end_of_a_long_stay_touches_only_the_month_of_its_end(tmp_path: Path) -> None:
    after = project(ISSUES.replace("doing 2024-05-06 10:00", "doing 2024-05-06 10:00, done 2024-06-12 10:00"))
    assert changed(tmp_path, project(), after) == {"2024-06"}


def test_event_of_the_first_days_touches_the_month_in_which_its_week_begins(tmp_path: Path) -> None:
    """2024-06-01 is a Saturday."""
    after = project(ISSUES.replace("doing 2024-05-06 10:00", "doing 2024-05-06 10:00, done 2024-06-01 10:00"))
    assert changed(tmp_path, project(), after) == {"2024-05", "2024-06"}


def test_estimate_touches_the_month_in_which_the_issue_was_done(tmp_path: Path) -> None:
    after = project()
    after["issues"][0]["story_points"] = 5.0
    assert changed(tmp_path, project(), after) == {"2024-03"}


def test_change_of_type_touches_every_month_of_the_issue(tmp_path: Path) -> None:
    after = project()
    after["issues"][0] |= {"issue_type": "Bug", "is_defect": True}
    assert changed(tmp_path, project(), after) >= {"2024-02", "2024-03"}


def test_new_issue_of_a_board_touches_only_its_own_months(tmp_path: Path) -> None:
    before = project(boards=BOARD, board_issues="board_id  key\n7  PAY-1")
    text = ISSUES + "    PAY-3  2024-06-11 10:00  open\n"
    after = project(text, boards=BOARD, board_issues="board_id  key\n7  PAY-1\n7  PAY-3")
    assert changed(tmp_path, before, after) == {"2024-06"}


def test_earlier_first_issue_of_a_board_touches_every_month(tmp_path: Path) -> None:
    before = project(boards=BOARD, board_issues="board_id  key\n7  PAY-2")
    after = project(boards=BOARD, board_issues="board_id  key\n7  PAY-2\n7  PAY-1")
    assert changed(tmp_path, before, after) == {f"2024-{month:02}" for month in (2, 3, 4, 5, 6)}


SPRINT = "sprint_id  board_id  name  state  started_at  completed_at\n"


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("11  7  S  closed  2024-04-03  2024-05-10", {"2024-04", "2024-05"}),
        ("11  7  S  active  2024-04-03  -", {"2024-04", "2024-05", "2024-06"}),
        ("11  7  S  future  -  -", set()),
    ],
)
def test_sprint_touches_the_months_in_which_it_runs(tmp_path: Path, after: str, expected: set[str]) -> None:
    with_sprint = project(boards=BOARD, sprints=SPRINT + after)
    assert changed(tmp_path, project(boards=BOARD), with_sprint) == expected


BEGIN = dt.datetime(2024, 1, 28, 22, tzinfo=dt.UTC)
MONTHS = [dt.date(2024, month, 1) for month in (1, 2, 3, 4, 5)]


@st.composite
def issues(draw: st.DrawFn) -> list[tuple[str, str, list[tuple[str, dt.datetime]], bool, bool]]:
    """Number and type, the life, and whether the board shows it at the first and at the second collection."""
    found = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        moments = sorted(draw(st.lists(st.integers(0, 100), min_size=1, max_size=6)))
        statuses = draw(st.lists(st.sampled_from(sorted(STATUSES)), min_size=len(moments), max_size=len(moments)))
        life = [(status, BEGIN + at * dt.timedelta(hours=25)) for status, at in zip(statuses, moments, strict=True)]
        kind = draw(st.sampled_from(["Story", "Bug", "Sub-task"]))
        found.append((f"PAY-{number}", kind, life, draw(st.booleans()), draw(st.booleans())))
    return found


def as_of(world: Sequence[Any], at: dt.datetime, shown: int) -> Rows:
    lines, board = ["key  issue_type  created_at  life"], ["board_id  key"]
    for key, kind, life, *boards in world:
        happened = [(status, moment) for status, moment in life if moment <= at]
        if happened:
            steps = [happened[0][0], *(f"{status} {moment:%Y-%m-%d %H:%M}" for status, moment in happened[1:])]
            lines.append(f"{key}  {kind}  {happened[0][1]:%Y-%m-%d %H:%M}  {', '.join(steps)}")
            board += [f"7  {key}"] * boards[shown]
    return lives("\n".join(lines), f"{at:%Y-%m-%d %H:%M}", boards=BOARD, board_issues="\n".join(board))


def computed(folder: Path, tables: Rows) -> tuple[dict[str, str], dict[tuple[str, dt.date], Any]]:
    lake, settings = Lake(folder / "lake"), Settings.load(home=folder, timezone="Europe/Berlin")
    write_project(lake, tables)
    write_facts(lake, ["project_months", *LOOPS], settings)
    hashes = {str(row["month"]): row["row_hashes"] for row in records(lake.read(TABLES["project_months"], "PAY"))}
    built = build_metrics(list(LOOPS), lake, MONTHS, settings, teams=Teams())
    return hashes, {(name, month): rows.to_pylist() for name, tables in built for month, rows in tables.items()}


@given(issues(), st.integers(30, 70), st.integers(0, 40))
@hypothesis_settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_months_that_were_over_and_have_the_same_number_have_the_same_figures(
    world: Sequence[Any], first: int, later: int
) -> None:
    at = BEGIN + first * dt.timedelta(hours=25, minutes=7)
    with TemporaryDirectory() as folder:
        old, figures = computed(Path(folder), as_of(world, at, 0))
        new, figures_now = computed(Path(folder), as_of(world, at + later * dt.timedelta(hours=23), 1))
    for month in MONTHS:
        is_over = (month + dt.timedelta(days=31)).replace(day=1) + dt.timedelta(days=8) <= at.date()
        if is_over and old.get(str(month)) == new.get(str(month)):
            for name in LOOPS:
                assert figures[name, month] == figures_now[name, month], (name, month)
