import os
from pathlib import Path

import pytest

from pulse_assets.errors import ConfigurationError, ExitCode
from pulse_assets.settings import Settings


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("PULSE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_defaults_need_nothing() -> None:
    settings = Settings.load()
    assert settings.github_url == "https://api.github.com"
    assert settings.graphql_url == "https://api.github.com/graphql"
    assert settings.store_url.get_secret_value().endswith("/.pulse/pulse.db")


def test_lists_are_comma_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_GITHUB_REPOSITORIES", " acme/api, acme/web ,")
    assert Settings.load().github_repositories == ("acme/api", "acme/web")


@pytest.mark.parametrize(
    ("rest", "graphql"),
    [
        ("https://api.github.com", "https://api.github.com/graphql"),
        ("https://git.example/api/v3/", "https://git.example/api/graphql"),
        ("http://127.0.0.1:9100/github", "http://127.0.0.1:9100/github/graphql"),
    ],
)
def test_graphql_address_follows_from_the_rest_address(rest: str, graphql: str) -> None:
    assert Settings.load(github_url=rest).graphql_url == graphql


def test_postgres_url_names_its_driver() -> None:
    settings = Settings.load(database_url="postgres://u:p@h/d")
    assert settings.store_url.get_secret_value() == "postgresql+psycopg2://u:p@h/d"


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("PULSE_GITHUB_REPOSITORIES", "ants", "'ants' is not of the form owner/name"),
        ("PULSE_GITHUB_URL", "api.github.com", "is not an http(s) address"),
        ("PULSE_GITHUB_URL", "https://me:geheim@git.example", "secrets go into PULSE_GITHUB_TOKEN"),
        ("PULSE_DATABASE_URL", "mysql://root:geheim@db/x", "neither sqlite:///FILE nor postgresql://"),
        ("PULSE_DATABASE_URL", "postgresql://pulse:geheim@ge/heim@db:5432/x", "percent-encode"),
        ("PULSE_DATABASE_URL", "postgresql://pulse:geheim@db", "neither sqlite:///FILE nor postgresql://"),
        ("PULSE_TIMEZONE", "Mars/Olympus", "is not an IANA time zone"),
        ("PULSE_PRODUCTION_PATTERN", "(prod", "not a regular expression"),
        ("PULSE_SYNC_WORKERS", "0", "greater than or equal to 1"),
        ("PULSE_DEPLOYMENT_SOURCE", "guess", "'deployments'"),
        ("PULSE_SERVICE_PATTERN", "^live-(.+)$", "no group (?P<service>...)"),
        ("PULSE_PUBLISH_URL", "mysql://pulse:geheim@db/x", "not postgresql://"),
        ("PULSE_PUBLISH_SCHEMA", "Drop Table", "is not a name of small letters"),
        ("PULSE_BENCHMARK_YEAR", "2020", "2021"),
        ("PULSE_LAKE_URL", "s3://bucket", "only a folder"),
    ],
)
def test_a_bad_value_names_the_variable_the_problem_and_the_remedy(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError) as caught:
        Settings.load()
    text = str(caught.value)
    assert variable in text
    assert says in text
    assert ".env" in text
    assert "geheim" not in text
    assert caught.value.exit_code == ExitCode.CONFIGURATION


def test_secrets_are_masked_where_settings_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_GITHUB_TOKEN", "ghp_geheim")
    settings = Settings.load()
    assert settings.shown()["github_token"] == "(set)"
    assert "geheim" not in repr(settings)
    assert Settings.origins()["github_token"] == "environment"
    assert Settings.origins()["timezone"] == "default"


def test_a_typing_error_in_a_variable_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_GITHUB_REPOSITORY", "acme/api")
    monkeypatch.setenv("PULSE_JIRA_URL", "https://jira.example")
    assert Settings.unknown_variables() == ["PULSE_GITHUB_REPOSITORY"]


def test_nothing_chosen_to_collect_is_an_error_with_a_way_out() -> None:
    with pytest.raises(ConfigurationError, match=r"PULSE_GITHUB_REPOSITORIES.*pulse demo"):
        Settings.load().require_github_selection()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://pulse:a%40b%2Fc@127.0.0.1:5432/pulse?sslmode=require",
        "postgres://db/pulse",
        "postgresql+psycopg2://pulse@db/pulse",
        "postgresql:///pulse?host=/var/run/postgresql",
        "sqlite:////var/lib/pulse/a@b.db",
    ],
)
def test_a_good_database_url_is_taken(url: str) -> None:
    assert Settings.load(database_url=url).store_url.get_secret_value().partition("://")[2] == url.partition("://")[2]


def test_every_setting_is_documented() -> None:
    text = (Path(__file__).parent.parent / "docs" / "settings.md").read_text()
    missing = [name for name in Settings.model_fields if f"`PULSE_{name.upper()}`" not in text]
    assert not missing
