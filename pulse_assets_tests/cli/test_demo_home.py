from pathlib import Path

import pytest

from pulse_assets.cli.demo_home import DemoHome, Served, World, demo_values, sandbox_process
from pulse_assets.errors import ConfigurationError
from pulse_assets.settings import Settings

WORLD = World(seed=1, repositories=1, people=2, months=1, until="2026-01-05T00:00:00+00:00")


def test_the_sandbox_stands_in_githubs_place_whatever_the_user_has_set(home: Path) -> None:
    (home.parent / ".env").write_text(
        "PULSE_GITHUB_REPOSITORIES=mine/own\nPULSE_GITHUB_USERS=me\nPULSE_DEPLOYMENT_SOURCE=releases\n"
        "PULSE_GITHUB_GRAPHQL_URL=https://git.example/api/graphql\nPULSE_GITHUB_TOKEN=ghp_mine\n"
        "PULSE_JIRA_URL=https://mine.example\nPULSE_JIRA_PROJECTS=MINE\nPULSE_JIRA_AUTH=bearer\n"
    )
    served = Served("http://127.0.0.1:1", "acme", "http://127.0.0.1:1/jira", ("PAY", "OPS"))
    settings = Settings.load(**demo_values(home, served))
    assert settings.github_repositories == settings.github_users == ()
    assert settings.github_organizations == ("acme",)
    assert settings.graphql_url == "http://127.0.0.1:1/graphql"
    assert settings.deployment_source == "deployments"
    assert (settings.jira_url, settings.jira_projects) == ("http://127.0.0.1:1/jira", ("PAY", "OPS"))
    assert [token.get_secret_value() for token in settings.github_token] != ["ghp_mine"]


def test_a_home_remembers_its_world_and_forgets_the_data_of_the_demo_before(home: Path) -> None:
    demo = DemoHome(home)
    demo.begin(WORLD)
    (home / "lake").mkdir()
    (home / "pulse.db").touch()
    (home / "notes.txt").touch()
    demo.begin(WORLD)
    assert demo.world() == WORLD
    assert sorted(path.name for path in home.iterdir()) == ["demo.json", "notes.txt", "teams.toml"]


def test_a_home_with_other_data_is_not_touched(home: Path) -> None:
    home.mkdir()
    (home / "pulse.db").touch()
    with pytest.raises(ConfigurationError, match="PULSE_HOME"):
        DemoHome(home).begin(WORLD)
    assert [path.name for path in home.iterdir()] == ["pulse.db"]


def test_the_sandbox_serves_its_organization_and_ends_with_the_command() -> None:
    with sandbox_process(WORLD) as served:
        assert served.address.startswith("http://127.0.0.1:")
        assert served.organization == "acme"
        assert served.jira_address == f"{served.address}/jira"
        assert served.projects
