"""Every figure of projects comes out of the rows that its explanation lists, and every drill-down lists those."""

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from pulse_assets.metrics.explanation import Explanation, explain, explain_period, sprint_start
from pulse_assets.reports import ReportContent, ReportKind, parse_period, render, report_content
from pulse_assets.reports.planning.page import is_shown
from pulse_assets.reports.planning.shown import (
    ALL_TYPES,
    FIGURES,
    METRICS,
    SPRINT_FIGURES,
    SPRINTS,
    STATUS_FIGURES,
    THROUGHPUT,
    TIME_IN_STATUS,
    TYPE_FIGURES,
)
from pulse_assets_tests.reports.planning.conftest import World

Key = tuple[str, str, str]
PERIODS: tuple[tuple[str, ReportKind, str], ...] = (
    ("alone", "weekly", "2024-W09"),
    ("alone", "weekly", "2024-W18"),
    ("alone", "monthly", "2024-04"),
    ("both", "monthly", "2024-04"),
)


@dataclass(frozen=True)
class Told:
    """A report, and where each of its figures of projects comes from."""

    content: ReportContent
    explained: Mapping[Key, Explanation]


@pytest.fixture(scope="module", params=PERIODS, ids=lambda period: f"{period[0]}-{period[2]}")
def told(request: pytest.FixtureRequest) -> Told:
    name, kind, key = request.param
    world: World = request.getfixturevalue(name)
    period = parse_period(kind, key)
    content = report_content(kind, period, *world)
    assert content.planning is not None
    found = [each for metric in METRICS for each in explain_period(metric, *world, period=(period.grain, period.start))]
    for sprint in content.planning.sprints:
        of = str(sprint.sprint_id)
        span = ("sprint", sprint_start(*world, of))
        found += [explain(metric, *world, period=span, scope=("sprint", of)) for metric in SPRINTS]
    return Told(content, {(each.metric, each.scope_kind, each.scope): each for each in found})


def number(cell: str) -> Any:
    return float(cell) if cell else None


def figures_of(content: ReportContent) -> list[dict[str, str]]:
    rows = csv.DictReader(io.StringIO(render(content, "csv")))
    return [
        row
        for row in rows
        if (row["record"], row["period"]) == ("figure", content.period.key) and row["metric"] in METRICS
    ]


def test_each_figure_of_projects_is_what_its_rows_give(told: Told) -> None:
    checked: Counter[tuple[Any, ...]] = Counter()
    shown_as = {each.name: each for each in (*FIGURES.values(), *STATUS_FIGURES)}
    for row in figures_of(told.content):
        of = (row["metric"], row["scope_kind"], row["scope"])
        key = tuple(filter(None, (row["issue_type"], row["issue_status"], row["status_category"])))
        key = key or (ALL_TYPES if row["metric"] == THROUGHPUT else ())
        shown = shown_as[f"{row['metric']}.{row['figure']}"]
        ends = {"low": shown.low_column, "high": shown.high_column}
        for cell, column in ({"value": shown.column} | ends).items():
            if column is not None:
                recomputed = told.explained[of].figure(column, key).recomputed
                assert number(row[cell]) == pytest.approx(recomputed, abs=1e-9), (of, key, column)
        if shown.count_column is not None and row["row_count"]:
            expected = told.explained[of].figure(shown.count_column, key).recomputed
            assert int(row["row_count"]) == expected, (of, key, shown.count_column)
        checked[of, key] += 1
    assert checked == expected_figures(told)


def expected_figures(told: Told) -> Counter[tuple[Any, ...]]:
    """Nothing that can be explained is missing from the report, and nothing is in it that cannot."""
    whole = Counter(figure.metric for figure in FIGURES.values())
    of_sprints = Counter(FIGURES[name].metric for name in SPRINT_FIGURES)
    expected: Counter[tuple[Any, ...]] = Counter()
    for (metric, kind, scope), explanation in told.explained.items():
        keys = {figure.key for figure in explanation.figures}
        for key in keys:
            of = ((metric, kind, scope), key)
            if kind == "sprint":
                expected[of] = of_sprints[metric]
            elif metric == TIME_IN_STATUS:
                expected[of] = len(STATUS_FIGURES)
            elif metric == THROUGHPUT and key != ALL_TYPES:
                expected[of] = len(TYPE_FIGURES)
            else:
                expected[of] = whole[metric]
    return expected


def test_the_drill_down_lists_the_rows_of_the_explanation(told: Told) -> None:
    assert told.content.planning is not None
    drilldowns = told.content.planning.drilldowns
    assert {(each.metric, each.scope_kind, each.scope) for each in drilldowns} == set(told.explained)
    for each in drilldowns:
        explanation = told.explained[each.metric, each.scope_kind, each.scope]
        for mine, theirs in (
            (each.counted, explanation.counted),
            (each.left_out, explanation.left_out),
            (each.others, explanation.others),
        ):
            assert [(item.repository, item.item) for item in mine] == [(row.repository, row.item) for row in theirs]
        assert sum(reason.count for reason in each.left_out_reasons) == len(explanation.left_out)
        assert each.agrees
    assert any(each.left_out for each in drilldowns)


def test_every_figure_of_the_page_links_to_how_it_came_about(told: Told) -> None:
    page = render(told.content, "html")
    places = set(re.findall(r' id="([^"]+)"', page))
    assert len(re.findall(r' id="([^"]+)"', page)) == len(places)
    links = re.findall(r'<a class="why" href="#([^"]+)"', page)
    assert set(links) <= places
    assert {f"why.all.{metric}" for metric in METRICS if metric != "flow_delivery_time"} <= set(links)
    assert told.content.planning is not None
    assert {f"all.{name}" for name in told.content.planning.whole.figures if is_shown(told.content, name)} <= places
    assert ("why.all.flow_delivery_time" in places) is told.content.has_repositories
    assert set(re.findall(r'href="#([^"]+)"', page)) <= places


def test_there_is_something_to_check(told: Told) -> None:
    planning = told.content.planning
    assert planning is not None
    assert {scope.kind for scope in planning.scopes} == {"all", "team", "project", "board"}
    assert planning.whole.types
    assert planning.whole.statuses
    if told.content.kind == "monthly":
        assert planning.sprints


def test_with_repositories_some_issues_are_known_in_production(both: World) -> None:
    content = report_content("monthly", parse_period("monthly", "2024-04"), *both)
    assert content.planning is not None
    figure = content.planning.whole.figures["flow_delivery_time.start_to_production_median_hours"]
    assert figure.row_count
    assert content.planning.coverage is not None
    assert content.planning.coverage.linked_count
