"""What the SQL of a fact may name."""

from pathlib import Path

import pytest

from pulse_assets.errors import TableNotBuilt
from pulse_assets.metrics.engine import build_fact
from pulse_assets.metrics.fact_session import fact_session, project_repositories
from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.text_tables import fill


def test_without_jira_there_are_no_issues_and_the_facts_of_repositories_are_built(tmp_path: Path) -> None:
    lake, settings = Lake(tmp_path / "lake"), Settings(home=tmp_path)
    fill(lake, {}, "acme/api")
    with fact_session("jira_incidents", lake, ["acme/api"], settings) as connection:
        assert connection.execute("SELECT count(*) FROM issues").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM repositories").fetchone() == (1,)
    assert list(build_fact("jira_incidents", lake, "acme/api", settings)) == []


def test_a_table_of_its_own_family_must_be_there(tmp_path: Path) -> None:
    with (
        pytest.raises(TableNotBuilt, match="has not been built for PAY"),
        fact_session("issue_status_spans", Lake(tmp_path), ["PAY"], Settings(home=tmp_path)),
    ):
        pass


def test_a_project_has_a_repository_where_its_teams_have_exactly_one() -> None:
    teams = Teams(
        repositories={"a": ("acme/api",), "b": ("acme/web",), "c": ("acme/x", "acme/y"), "d": ()},
        members={},
        projects={"a": ("PAY", "OPS"), "b": ("OPS",), "c": ("WEB",), "d": ("LAB",)},
    )
    assert project_repositories(teams).to_pylist() == [{"project": "PAY", "repository": "acme/api"}]
