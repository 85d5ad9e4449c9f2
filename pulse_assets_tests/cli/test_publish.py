"""The command as a user calls it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from pulse_assets.cli.app import app
from pulse_assets.errors import ConfigurationError
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.publishing import published_names
from pulse_assets_tests.text_tables import fill


@pytest.fixture
def published_to(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Name of the schema; the environment names lake and database."""
    fill(Lake(tmp_path / "lake"), {})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PULSE_HOME", str(tmp_path))
    monkeypatch.setenv("PULSE_PUBLISH_URL", postgres_url.replace("+psycopg2", ""))
    monkeypatch.setenv("PULSE_PUBLISH_SCHEMA", "of_the_command")
    yield "of_the_command"
    with sa.create_engine(postgres_url, poolclass=sa.NullPool).begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA IF EXISTS of_the_command CASCADE")


def test_says_what_was_written_and_then_that_nothing_has_changed(published_to: str) -> None:
    first = CliRunner().invoke(app, ["publish"], catch_exceptions=False)
    assert first.exit_code == 0
    assert "repositories: 1 of 1 rows written" in first.output
    assert f"{len(published_names())} of {len(published_names())} tables written; schema {published_to}" in first.output
    second = CliRunner().invoke(app, ["publish"], catch_exceptions=False)
    assert second.output.startswith(f"Nothing has changed; schema {published_to} of 127.0.0.1:")


def test_prints_one_document_of_the_chosen_tables(published_to: str) -> None:
    printed = CliRunner().invoke(app, ["publish", "--table", "repositories", "--json"], catch_exceptions=False)
    document = json.loads(printed.output)
    assert (document["schema"], document["written_count"]) == (published_to, 1)
    assert [table["name"] for table in document["tables"]] == ["repositories"]


def test_says_what_to_set(published_to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert published_to
    monkeypatch.delenv("PULSE_PUBLISH_URL")
    answer = CliRunner().invoke(app, ["publish"])
    assert isinstance(answer.exception, ConfigurationError)
    assert "PULSE_PUBLISH_URL is not set" in str(answer.exception)
