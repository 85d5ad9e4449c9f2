"""Each figure of every metric, definition, scope and period comes out of the rows that its explanation lists."""

import statistics
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

import pytest

from pulse_assets.metrics.explanation import ExplainedRow, Explanation, explain_period
from pulse_assets.metrics.explanation.recipes import RECIPES
from pulse_assets.metrics.explanation.words import REASONS
from pulse_assets.sandbox.generator import generate
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.metric_columns import DEFINITIONS, value_columns
from pulse_assets_tests.metrics.built import METRICS, Built, built

ZONES = {1: "Europe/Berlin", 4: "Pacific/Auckland", 9: "America/New_York", 17: "Asia/Kolkata"}
WORLDS = [1, *(pytest.param(seed, marks=pytest.mark.full) for seed in (4, 9, 17))]
Rows = Sequence[ExplainedRow]


@pytest.fixture(scope="module", params=WORLDS, ids=lambda seed: f"seed{seed}")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    organization = generate(request.param, repositories=3, months=2, pull_requests_per_month=12, people=6)
    folder = tmp_path_factory.mktemp(f"world{request.param}")
    with built(folder, organization, timezone=ZONES[request.param]) as found:
        yield found


@pytest.fixture(scope="module")
def explained(world: Built) -> dict[str, list[Explanation]]:
    """Every explanation of every metric."""
    return {
        metric: [
            explanation
            for period in world.periods()
            for explanation in explain_period(metric, world.lake, world.settings, period=period)
        ]
        for metric in METRICS
    }


@pytest.mark.parametrize("metric", METRICS)
def test_stored_figures_are_those_of_the_listed_rows(
    world: Built, explained: dict[str, list[Explanation]], metric: str
) -> None:
    stored = {subject_of(metric, row): row for row in world.rows(metric)}
    seen = set()
    for explanation in explained[metric]:
        head = (explanation.definition, explanation.grain, explanation.period_start)
        for figure in explanation.figures:
            subject = (*head, explanation.scope_kind, explanation.scope, *figure.key)
            assert figure.stored == stored[subject][figure.name], (subject, figure.name)
            assert figure.recomputed == pytest.approx(figure.stored, abs=1e-9), (subject, figure.name)
            assert figure.agrees
            seen.add((subject, figure.name))
    assert seen == set(product(stored, (*value_columns(TABLES[metric]), "row_count")))


def subject_of(metric: str, row: dict[str, Any]) -> tuple[Any, ...]:
    head = [row[name] for name in ("definition", "grain", "period_start", "scope_kind", "scope")]
    return (*head, *(row[name] for name in TABLES[metric].key if name.endswith("_team")))


def hours(column: str) -> Callable[[Rows], list[float]]:
    return lambda rows: [row.values[column] for row in rows]


def share(column: str) -> Callable[[Rows], float]:
    return lambda rows: statistics.fmean(row.values[column] for row in rows)


def of_hours(middle: Callable[[list[float]], float], column: str) -> Callable[[Rows], float]:
    return lambda rows: middle(hours(column)(rows))


#: The headline of each metric, by the standard library, from the counted rows alone.
HEADLINES: dict[tuple[str, str], tuple[str, Callable[[Rows], float]]] = {
    ("dora_lead_time", "pulse"): ("lead_time_median_hours", of_hours(statistics.median, "lead_time_hours")),
    ("dora_lead_time", "devlake"): ("lead_time_median_hours", of_hours(statistics.median_low, "lead_time_hours")),
    ("dora_lead_time", "fourkeys"): ("lead_time_median_hours", of_hours(statistics.median, "lead_time_hours")),
    ("dora_deployment_frequency", "pulse"): ("deployment_count", len),
    ("dora_deployment_frequency", "devlake"): ("deployment_count", len),
    ("dora_deployment_frequency", "fourkeys"): ("deployment_count", len),
    ("dora_change_failure_rate", "pulse"): ("change_failure_ratio", share("is_failure")),
    ("dora_change_failure_rate", "devlake"): ("change_failure_ratio", share("is_failure")),
    ("dora_change_failure_rate", "fourkeys"): ("change_failure_ratio", share("is_failure")),
    ("dora_recovery_time", "pulse"): ("recovery_median_hours", of_hours(statistics.median, "hours")),
    ("dora_recovery_time", "devlake"): ("recovery_median_hours", of_hours(statistics.median_low, "hours")),
    ("dora_recovery_time", "fourkeys"): ("restore_median_hours", of_hours(statistics.median, "hours")),
    ("dora_rework_rate", "pulse"): ("rework_ratio", share("is_rework")),
    ("team_review_time", "pulse"): ("pickup_median_hours", of_hours(statistics.median, "pickup_hours")),
    ("team_review_load", "pulse"): ("review_count", len),
    ("team_contribution", "pulse"): ("contributor_count", lambda rows: len({row.values["author"] for row in rows})),
}


@pytest.mark.parametrize(("metric", "definition"), HEADLINES)
def test_headline_comes_out_of_the_counted_rows_by_the_standard_library(
    explained: dict[str, list[Explanation]], metric: str, definition: str
) -> None:
    name, headline = HEADLINES[metric, definition]
    checked = 0
    for explanation in explained[metric]:
        if explanation.definition == definition and explanation.counted:
            assert explanation.figure(name).stored == pytest.approx(headline(explanation.counted), abs=1e-9)
            checked += 1
    assert checked >= 5


def test_every_metric_has_a_recipe_for_each_figure_under_each_of_its_definitions(world: Built) -> None:
    of_repositories = {metric: recipes for metric, recipes in RECIPES.items() if TABLES[metric].family == "delivery"}
    assert set(of_repositories) == set(METRICS)
    for metric, recipes in of_repositories.items():
        assert set(recipes) == {row["definition"] for row in world.rows(metric)} <= set(DEFINITIONS)
        for recipe in recipes.values():
            assert set(recipe.rules) == {*value_columns(TABLES[metric]), "row_count"}


@pytest.mark.parametrize("metric", METRICS)
def test_each_row_is_listed_once_and_each_left_out_says_why(
    explained: dict[str, list[Explanation]], metric: str
) -> None:
    for explanation in explained[metric]:
        assert all(row.is_counted and not row.reason for row in explanation.counted)
        assert all(row.reason in REASONS and row.reason_words for row in explanation.left_out)
        listed = [(row.repository, row.item, row.at, str(row.values)) for row in explanation.rows]
        assert len(listed) == len(set(listed))


def test_rows_are_those_of_the_scopes_repositories(explained: dict[str, list[Explanation]]) -> None:
    for explanation in (each for explanations in explained.values() for each in explanations):
        members = {each.repository for each in explanation.freshness}
        assert {row.repository for row in explanation.rows} <= members
        if explanation.scope_kind == "repository":
            assert members == {explanation.scope}


def test_no_person_is_named_in_a_teams_explanation(world: Built, explained: dict[str, list[Explanation]]) -> None:
    people = set()
    for name, column in (("pull_requests", "author"), ("pull_request_reviews", "reviewer")):
        for repository in world.lake.partitions(TABLES[name]):
            people |= set(world.lake.read(TABLES[name], repository)[column].dropna())
    assert len(people) > 5
    for metric in (name for name in METRICS if TABLES[name].group == "team"):
        for explanation in explained[metric]:
            values = {value for row in explanation.rows for value in row.values.values() if isinstance(value, str)}
            assert not values & people
            assert all(row.title is None for row in explanation.rows)
