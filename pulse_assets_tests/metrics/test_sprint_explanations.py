"""Every figure of sprints comes out of the rows that its explanation lists."""

import datetime as dt
from pathlib import Path

import pytest

from pulse_assets.errors import NotFound
from pulse_assets.metrics.explanation import Explanation, explain, explain_period
from pulse_assets.metrics.explanation.model import Grain
from pulse_assets.metrics.explanation.words import REASONS
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.metric_columns import value_columns
from pulse_assets_tests.reports.sprint.built_sprints import IN_THE_MIDDLE, METRICS, NO_ISSUES, OPEN, built

START = dt.date(2024, 5, 6)
SPRINT = ("sprint", START)
WEEK = ("week", dt.date(2024, 5, 13))
WORLDS = {
    "closed": None,
    "open": {"sprints": OPEN, "projects": IN_THE_MIDDLE},
    "without issues": NO_ISSUES,
}


@pytest.fixture(scope="module", params=WORLDS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, Settings]:
    return built(tmp_path_factory.mktemp("explained"), WORLDS[request.param])


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, Settings]:
    return built(tmp_path_factory.mktemp("closed"))


def of_sprint(metric: str, world: tuple[Lake, Settings]) -> Explanation:
    return explain(metric, *world, period=SPRINT, scope=("sprint", "7"))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("period", [SPRINT, WEEK, ("month", dt.date(2024, 5, 1)), ("month", dt.date(2024, 4, 1))])
def test_stored_figures_are_those_of_the_listed_rows(
    world: tuple[Lake, Settings], metric: str, period: tuple[Grain, dt.date]
) -> None:
    if metric == "sprint_burndown" and period[0] != "sprint":
        return
    explained = list(explain_period(metric, *world, period=period))
    assert explained
    for explanation in explained:
        for figure in explanation.figures:
            assert figure.agrees, (explanation.scope, figure)
        names = {figure.name for figure in explanation.figures}
        assert names in ({*value_columns(TABLES[metric]), "row_count"}, set())


@pytest.mark.parametrize("metric", ["sprint_velocity", "sprint_completion"])
def test_what_is_left_out_says_why(closed: tuple[Lake, Settings], metric: str) -> None:
    left_out = of_sprint(metric, closed).left_out
    assert {row.item: row.reason for row in left_out} == {
        "7 PAY-6": "done_before_start",
        "7 PAY-7": "subtask",
        "7 PAY-8": "epic",
    }
    assert all(row.reason in REASONS and row.reason_words for row in left_out)


def test_velocity_counts_the_completed_issues_with_their_points(closed: tuple[Lake, Settings]) -> None:
    explanation = of_sprint("sprint_velocity", closed)
    points = {row.item: row.values["points_at_end"] for row in explanation.counted}
    assert points == {"7 PAY-1": 5.0, "7 PAY-3": 2.0, "7 PAY-5": 1.0, "7 PAY-9": 5.0, "7 PAY-11": 1.0}
    assert explanation.figure("completed_points").recomputed == sum(points.values())
    assert explanation.figure("velocity_mean_points").stored == 14.0


def test_completion_counts_the_committed_issues(closed: tuple[Lake, Settings]) -> None:
    explanation = of_sprint("sprint_completion", closed)
    assert len(explanation.counted) == explanation.row_count == 8
    assert explanation.figure("completion_ratio").recomputed == 3 / 8


def test_burndown_is_explained_day_by_day(closed: tuple[Lake, Settings]) -> None:
    explanation = of_sprint("sprint_burndown", closed)
    left = explanation.figure("remaining_points", ("2024-05-10",))
    assert (left.stored, left.recomputed) == (21.0, 21.0)
    assert len(explanation.figures) == 12 * 7


def test_open_sprint_leaves_unknown_what_is_carried_over(tmp_path: Path) -> None:
    world = built(tmp_path, {"sprints": OPEN, "projects": IN_THE_MIDDLE})
    figure = of_sprint("sprint_completion", world).figure("carried_over_count")
    assert (figure.stored, figure.recomputed) == (None, None)


def test_a_sprint_that_was_not_started_is_unknown(tmp_path: Path) -> None:
    future = "    8          1         Sprint 8  -               future  -                 -                 -\n"
    world = built(tmp_path, {"sprints": OPEN + future, "projects": IN_THE_MIDDLE})
    with pytest.raises(NotFound, match=r"Nothing is known .* for 8.* no sprint started there yet"):
        explain("sprint_velocity", *world, period=SPRINT, scope=("sprint", "8"))
