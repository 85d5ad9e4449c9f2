import pytest

from pulse_assets.metrics.benchmarks import benchmark, position

LEAD, FREQUENCY = "dora_lead_time", "dora_deployment_frequency"
FAILURE, RECOVERY, REWORK = "dora_change_failure_rate", "dora_recovery_time", "dora_rework_rate"


def words(year: int, metric: str, value: float) -> str | None:
    found = position(benchmark(year), metric, value)
    return found and found.words


@pytest.mark.parametrize(
    ("metric", "value", "expected"),
    [
        (LEAD, 0.99, "elite"),
        (LEAD, 24, "high"),
        (LEAD, 168, "high"),
        (LEAD, 730.5, "medium"),
        (LEAD, 4383, "medium"),
        (LEAD, 4383.5, "low"),
        (FREQUENCY, 7.1, "elite"),
        (FREQUENCY, 1, "high"),
        (FREQUENCY, 0.23, "high or medium"),
        (FREQUENCY, 0.03, "low"),
        (FAILURE, 0.0, "elite"),
        (FAILURE, 0.15, "elite"),
        (FAILURE, 0.16, "high, medium or low"),
        (RECOVERY, 0.5, "elite"),
        (RECOVERY, 1, "high"),
        (RECOVERY, 24, "medium"),
    ],
)
def test_value_has_the_levels_whose_cluster_holds_it(metric: str, value: float, expected: str) -> None:
    found = position(benchmark(2021), metric, value)
    assert found is not None
    assert (found.relation, found.words) == ("within", expected)


@pytest.mark.parametrize(
    ("year", "metric", "value", "expected"),
    [
        (2021, LEAD, 1, "between elite and high"),
        (2021, LEAD, 500, "between high and medium"),
        (2021, FREQUENCY, 7, "between elite and high"),
        (2021, FAILURE, 0.155, "between elite and high, medium or low"),
        (2021, RECOVERY, 169, "between medium and low"),
        (2022, FAILURE, 0.4, "between medium and low"),
        (2024, RECOVERY, 100, "between high or medium and low"),
    ],
)
def test_value_in_a_gap_is_between_its_neighbours(year: int, metric: str, value: float, expected: str) -> None:
    found = position(benchmark(year), metric, value)
    assert found is not None
    assert (found.relation, found.words) == ("between", expected)


@pytest.mark.parametrize(
    ("year", "metric", "value", "expected"),
    [
        (2021, FAILURE, 0.31, "beyond high, medium or low"),
        (2022, LEAD, 5, "beyond high"),
        (2022, FAILURE, 0.61, "beyond low"),
        (2022, FREQUENCY, 0.01, "beyond low"),
        (2023, LEAD, 1000, "beyond medium or low"),
        (2023, FAILURE, 0.0, "beyond elite"),
    ],
)
def test_value_outside_of_all_clusters_is_beyond_the_nearest(
    year: int, metric: str, value: float, expected: str
) -> None:
    found = position(benchmark(year), metric, value)
    assert found is not None
    assert (found.relation, found.words) == ("beyond", expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.05, "elite"),
        (0.07, "between elite and medium"),
        (0.1, "medium"),
        (0.15, "between high and medium"),
        (0.2, "high"),
        (0.3, "between high and low"),
    ],
)
def test_clusters_that_are_not_monotone_stay_in_their_places(value: float, expected: str) -> None:
    assert words(2024, FAILURE, value) == expected


def test_levels_that_share_a_cluster_are_all_named() -> None:
    found = position(benchmark(2023), FREQUENCY, 0.5)
    assert found is not None
    assert found.levels == ("medium", "low")
    assert found.published == ("between once a week and once a month",) * 2
    assert (words(2024, RECOVERY, 0.5), words(2024, RECOVERY, 5)) == ("elite", "high or medium")


@pytest.mark.parametrize(
    ("metric", "value", "expected"),
    [
        (
            FREQUENCY,
            8,
            "among the 16.2 % of teams that deploy on demand; 23.9 % of teams deploy less than once a month",
        ),
        (FREQUENCY, 7, "16.2 % of teams deploy on demand; 23.9 % of teams deploy less than once a month"),
        (
            FREQUENCY,
            0.2,
            "16.2 % of teams deploy on demand; among the 23.9 % of teams that deploy less than once a month",
        ),
        (LEAD, 168, "43.5 % of teams need more than a week"),
        (LEAD, 169, "among the 43.5 % of teams that need more than a week"),
        (FAILURE, 0.16, "39.5 % of teams have more than 16 %"),
        (FAILURE, 0.17, "among the 39.5 % of teams that have more than 16 %"),
        (REWORK, 0.02, "7.3 % of teams have less than 2 %"),
        (REWORK, 0.0, "among the 7.3 % of teams that have less than 2 %"),
    ],
)
def test_distribution_gives_a_place_and_no_level(metric: str, value: float, expected: str) -> None:
    found = position(benchmark(2025), metric, value)
    assert found is not None
    assert (found.relation, found.levels, found.words) == ("distribution", (), expected)


@pytest.mark.parametrize(
    ("year", "metric"), [(2021, REWORK), (2024, REWORK), (2025, RECOVERY), (2025, "team_review_time")]
)
def test_metric_that_the_report_is_silent_on_has_no_place(year: int, metric: str) -> None:
    assert position(benchmark(year), metric, 1.0) is None


@pytest.mark.parametrize("year", [2021, 2025])
@pytest.mark.parametrize("status", ["degraded", "withheld"])
def test_figure_that_cannot_be_relied_on_has_no_place(year: int, status: str) -> None:
    assert position(benchmark(year), LEAD, 2.0, status) is None
    assert position(benchmark(year), LEAD, 2.0, "ok") is not None


def test_figure_that_is_unknown_has_no_place() -> None:
    assert position(benchmark(2021), LEAD, None) is None
