import datetime as dt
from pathlib import Path

import pytest

from pulse_assets.metrics.engine import build_metrics
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.metrics.sprint_built import Rows, parsed, read, write_facts, write_project
from pulse_assets_tests.metrics.sprint_texts import TEXTS

FIGURES = ("remaining_points", "remaining_count", "ideal_points", "ideal_count", "scope_points", "scope_count")


def burndown(lake: Lake, settings: Settings, month: str = "2024-05-01") -> Rows:
    ((_, tables),) = build_metrics(["sprint_burndown"], lake, [month], settings)
    return [row for table in tables.values() for row in table.to_pylist()]


@pytest.fixture
def lake(tmp_path: Path, settings: Settings) -> Lake:
    made = Lake(tmp_path / "lake")
    write_project(made, parsed(TEXTS))
    write_facts(made, settings)
    return made


def test_there_is_a_row_for_each_day_of_a_sprint(lake: Lake, settings: Settings) -> None:
    rows, days = burndown(lake, settings), read(lake, "sprint_days")
    assert [row["day"] for row in rows] == [dt.date(2024, 5, day) for day in range(6, 18)]
    for row, day in zip(rows, days, strict=True):
        assert [row[name] for name in FIGURES] == [day[name] for name in FIGURES]
        assert (row["grain"], row["period_start"], row["scope_kind"], row["scope"]) == (
            "sprint",
            dt.date(2024, 5, 6),
            "sprint",
            "7",
        )
        assert (row["row_count"], row["status"]) == (day["scope_count"], "ok")


def test_days_belong_to_the_month_in_which_the_sprint_was_started(lake: Lake, settings: Settings) -> None:
    assert burndown(lake, settings, "2024-06-01") == []


def test_sprint_that_two_projects_share_is_summed_by_day(lake: Lake, settings: Settings) -> None:
    alone = burndown(lake, settings)
    write_project(lake, parsed(TEXTS), "WEB_2")
    write_facts(lake, settings, ("WEB_2",))
    rows = burndown(lake, settings)
    assert len(rows) == len(alone)
    for row, single in zip(rows, alone, strict=True):
        assert [row[name] for name in FIGURES] == [2 * single[name] for name in FIGURES]


def test_key_of_the_table_is_kept(lake: Lake, settings: Settings) -> None:
    rows = burndown(lake, settings)
    keys = [tuple(row[name] for name in TABLES["sprint_burndown"].key) for row in rows]
    assert len(set(keys)) == len(keys) == 12
