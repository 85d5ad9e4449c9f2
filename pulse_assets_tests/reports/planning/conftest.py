"""The small Jira of May 2024, and generated ones alone and beside repositories."""

import pytest

from pulse_assets.reports import ReportContent, parse_period, report_content
from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.reports.planning.small import small_jira
from pulse_assets_tests.reports.planning.worlds import jira_alone, with_jira

World = tuple[Lake, Settings]


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> World:
    return small_jira(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def may(small: World) -> ReportContent:
    """The report of May 2024 of the small Jira."""
    return monthly(small, "2024-05")


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Three generated projects without any repository."""
    return jira_alone(tmp_path_factory.mktemp("alone"))


@pytest.fixture(scope="session")
def both(world: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Three generated projects beside three repositories."""
    return with_jira(world[0], tmp_path_factory.mktemp("both"))


def monthly(world: World, period: str) -> ReportContent:
    """The report of a month."""
    return report_content("monthly", parse_period("monthly", period), *world)


def weekly(world: World, period: str) -> ReportContent:
    """The report of a week."""
    return report_content("weekly", parse_period("weekly", period), *world)
