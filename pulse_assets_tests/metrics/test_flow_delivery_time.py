"""From the start of issues to production, by scope and period; against plain loops."""

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pulse_assets.metrics.engine import build_metrics
from pulse_assets.metrics.explanation.recipes import RECIPES
from pulse_assets.metrics.families import WHOLE
from pulse_assets.metrics.statistics import median_interval, quantile
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.metrics.across import filled
from pulse_assets_tests.text_tables import completed
from pulse_assets_tests.text_tables import rows as typed_rows

METRIC = "flow_delivery_time"
MAY = dt.date(2024, 5, 1)
FIGURES = (
    "start_to_production_median_hours",
    "start_to_production_p85_hours",
    "start_to_production_median_low_hours",
    "start_to_production_median_high_hours",
    "left_out_count",
    "row_count",
)
ISSUES = """
    key    created_at
    PAY-1  2024-04-20
    PAY-2  2024-04-20
    PAY-3  2024-04-20
    PAY-4  2024-04-20
"""
DELIVERIES = """
    key    is_counted  reason           started_at        done_at           deployed_at       start_to_production_hours
    PAY-1  yes         -                2024-05-06 10:00  -                 2024-05-06 20:00  10
    PAY-2  yes         -                2024-04-01 00:00  2024-04-02 00:00  2024-05-07 00:00  30
    PAY-3  no          no_pull_request  2024-05-01 00:00  2024-05-06 12:00  -                 -
    PAY-4  no          not_deployed     2024-05-01 00:00  -                 -                 -
"""
Row = dict[str, Any]


def rows(lake: Lake, settings: Settings, teams: Teams | None = None) -> dict[tuple[Any, ...], Row]:
    """The figures of May, and of April before it, by grain, period, scope kind and scope."""
    months = (dt.date(2024, 4, 1), MAY)
    ((_, tables),) = build_metrics([METRIC], lake, months, settings, teams=teams or Teams())
    return {
        (row["grain"], row["period_start"], row["scope_kind"], row["scope"]): row
        for table in tables.values()
        for row in table.to_pylist()
    }


def write_deliveries(lake: Lake, text: str) -> None:
    """Of issues of PAY."""
    written = [{"project": "PAY"} | row for row in typed_rows("issue_deliveries", text)]
    lake.write(TABLES["issue_deliveries"], WHOLE, [completed("issue_deliveries", written)])


def figures(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in FIGURES)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path)
    boards = "board_id  key\n7  PAY-2\n7  PAY-3"
    filled(lake, {}, {"PAY": {"issues": ISSUES, "boards": "board_id\n7", "board_issues": boards}, "WEB": {}})
    write_deliveries(lake, DELIVERIES)
    return lake


def test_an_issue_belongs_to_the_period_of_its_last_deployment(lake: Lake, settings: Settings) -> None:
    found = rows(lake, settings)
    expected = (20.0, 27.0, 10.0, 30.0, 1, 2)
    assert figures(found["month", MAY, "project", "PAY"]) == expected
    assert figures(found["week", dt.date(2024, 5, 6), "all", "all"]) == expected
    assert figures(found["month", dt.date(2024, 4, 1), "project", "PAY"]) == (None, None, None, None, 0, 0)


def test_boards_and_teams_have_figures_of_their_own_issues(lake: Lake, settings: Settings) -> None:
    found = rows(lake, settings, Teams(projects={"pay": ("PAY", "WEB"), "web": ("WEB",)}))
    assert figures(found["month", MAY, "board", "7"]) == (30.0, 30.0, 30.0, 30.0, 1, 1)
    assert figures(found["month", MAY, "team", "pay"]) == (20.0, 27.0, 10.0, 30.0, 1, 2)
    assert ("month", MAY, "team", "web") not in found


def test_days_are_those_of_the_zone(lake: Lake, settings: Settings) -> None:
    text = DELIVERIES.replace("2024-05-07 00:00", "2024-05-31 22:30")
    write_deliveries(lake, text)
    local = settings.model_copy(update={"timezone": "Europe/Berlin"})
    assert figures(rows(lake, settings)["month", MAY, "all", "all"])[-1] == 2
    assert figures(rows(lake, local)["month", MAY, "all", "all"])[-1] == 1


def test_without_deliveries_every_period_has_an_empty_row(tmp_path: Path, settings: Settings) -> None:
    lake = Lake(tmp_path)
    filled(lake, {}, {"PAY": {"issues": ISSUES}})
    assert figures(rows(lake, settings)["month", MAY, "all", "all"]) == (None, None, None, None, 0, 0)


def test_every_figure_has_a_rule() -> None:
    assert set(RECIPES[METRIC]["pulse"].rules) == set(FIGURES)


BEGIN = dt.datetime(2024, 4, 28, 21, tzinfo=dt.UTC)
MOMENTS = st.integers(0, 20).map(lambda step: BEGIN + step * dt.timedelta(hours=17))


@st.composite
def deliveries(draw: st.DrawFn, number: int) -> Row:
    is_counted = draw(st.sampled_from([True, True, False]))
    hours = draw(st.integers(0, 400)) / 4
    deployed_at = draw(MOMENTS) if is_counted else None
    return {
        "project": "PAY",
        "key": f"PAY-{number}",
        "started_at": deployed_at - dt.timedelta(hours=hours) if deployed_at else BEGIN,
        "done_at": draw(st.none() | MOMENTS),
        "deployed_at": deployed_at,
        "start_to_production_hours": hours if is_counted else None,
        "is_counted": is_counted,
        "reason": None if is_counted else "no_pull_request",
    }


def by_loops(found: list[Row], grain: str, start: dt.date, zone: ZoneInfo) -> tuple[Any, ...]:
    end = start + dt.timedelta(days=7) if grain == "week" else (start + dt.timedelta(days=31)).replace(day=1)

    def is_within(at: dt.datetime | None) -> bool:
        return at is not None and start <= at.astimezone(zone).date() < end

    hours = [row["start_to_production_hours"] for row in found if row["is_counted"] and is_within(row["deployed_at"])]
    left_out = sum(not row["is_counted"] and is_within(row["done_at"]) for row in found)
    return (quantile(hours, 0.5), quantile(hours, 0.85), *median_interval(hours), left_out, len(hours))


@given(st.integers(0, 12).flatmap(lambda size: st.tuples(*(deliveries(number) for number in range(1, size + 1)))))
@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_figures_equal_those_of_plain_loops(found: tuple[Row, ...]) -> None:
    with TemporaryDirectory() as folder:
        lake, zone = Lake(folder), "Europe/Berlin"
        settings = Settings.load(home=Path(folder), timezone=zone)
        filled(lake, {}, {"PAY": {}})
        issues = [{"key": f"PAY-{number}", "created_at": BEGIN - dt.timedelta(days=9)} for number in range(1, 13)]
        lake.write(TABLES["issues"], "PAY", [completed("issues", issues, "PAY")])
        lake.write(TABLES["issue_deliveries"], WHOLE, [completed("issue_deliveries", list(found)[::-1])])
        built = rows(lake, settings)
        assert built
        for (grain, start, _, _), row in built.items():
            assert figures(row) == pytest.approx(by_loops(list(found), grain, start, ZoneInfo(zone)))
