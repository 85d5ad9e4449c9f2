import tomllib
from importlib.resources import files

import pytest
from pydantic import ValidationError

from pulse_assets.errors import NotFound
from pulse_assets.metrics.benchmarks import Benchmark, Cluster, benchmark
from pulse_assets.metrics.catalog import CATALOG

YEARS = (2021, 2022, 2023, 2024, 2025)


@pytest.mark.parametrize("year", YEARS)
def test_every_report_says_what_it_is_and_where_it_was_read(year: int) -> None:
    report = benchmark(year)
    assert report.year == year
    assert f"/{year}/" in report.source
    assert report.is_primary is (year == 2021)
    assert ("secondary" in report.source) is not report.is_primary
    text = (files("pulse_assets.metrics.benchmarks") / f"dora_{year}.toml").read_text(encoding="utf-8")
    assert ("read in the report itself" in text) is report.is_primary
    assert ("come from secondary pages" in text) is not report.is_primary


@pytest.mark.parametrize("year", YEARS)
def test_every_scale_is_of_a_known_metric(year: int) -> None:
    assert set(benchmark(year).metrics) <= set(CATALOG)


def test_levels_are_those_of_the_report() -> None:
    levels = {year: [cluster.level for cluster in benchmark(year).metrics["dora_lead_time"].clusters] for year in YEARS}
    four = ["elite", "high", "medium", "low"]
    assert levels == {2021: four, 2022: four[1:], 2023: four, 2024: four, 2025: [None]}
    assert [year for year in YEARS if not benchmark(year).has_levels] == [2025]


@pytest.mark.parametrize(("year", "shares"), [(2023, [18, 31, 33, 18]), (2024, [19, 22, 35, 25])])
def test_share_of_teams_is_kept_with_each_level(year: int, shares: list[float]) -> None:
    for scale in benchmark(year).metrics.values():
        assert [cluster.share_percent for cluster in scale.clusters] == shares


def test_year_without_a_report_is_an_error_that_names_those_there_are() -> None:
    with pytest.raises(NotFound, match=r"2020.*2021, 2022, 2023, 2024, 2025"):
        benchmark(2020)


def test_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError, match="ends before it begins"):
        Cluster(published="turned round", at_least=2, at_most=1)


def test_misspelled_bound_is_refused() -> None:
    written = tomllib.loads('year = 1\ntitle = ""\nsource = ""\nis_primary = true\nhas_levels = true\n[metrics]\n')
    cluster = {"published": "", "at_last": 1}
    with pytest.raises(ValidationError, match="at_last"):
        Benchmark.model_validate(written | {"metrics": {"dora_lead_time": {"unit": "hours", "clusters": [cluster]}}})
