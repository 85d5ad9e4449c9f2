"""Fixtures for all tests: databases, stores and the recorded data."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pulse_assets.store import Store
from pulse_assets_tests.postgres import postgres_database, postgres_server, postgres_url
from pulse_assets_tests.replay import replay, replay_server

__all__ = ["postgres_database", "postgres_server", "postgres_url", "replay", "replay_server"]

_REPLAY = Path(__file__).parents[2] / "shared" / "replay"


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'pulse.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """Address of an empty database, once of each kind."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with Store.open(store_url) as opened:
        yield opened


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    with Store.open(sqlite_url) as opened:
        yield opened


@pytest.fixture(scope="session")
def replay_dir() -> Path:
    """Folder of the server of recorded data."""
    if not (_REPLAY / "server.py").is_file():
        pytest.skip("replay server not present")
    return _REPLAY
