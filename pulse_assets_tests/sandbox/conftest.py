"""A generated organization behind HTTP, made once for all tests of the sandbox."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from pulse_assets.sandbox.generator import generate
from pulse_assets.sandbox.organization import Organization
from pulse_assets.sandbox.server import serving

TOKEN = "a-token"
_SHARED = Path(__file__).parents[3] / "shared"


@pytest.fixture(scope="session")
def organization() -> Organization:
    return generate(7)


@pytest.fixture(scope="session")
def address(organization: Organization) -> Iterator[str]:
    with serving(organization, token=TOKEN, budget=1_000_000) as served:
        yield served


@pytest.fixture
def client() -> Iterator["Client"]:
    with Client() as session:
        yield session


class Client(requests.Session):
    def __init__(self, token: str = TOKEN) -> None:
        super().__init__()
        self.trust_env = False
        self.headers["Authorization"] = f"Bearer {token}"


@pytest.fixture(scope="session")
def github_description() -> Path:
    """GitHub's own description of its REST API."""
    path = _SHARED / "specs" / "github.json"
    if not path.is_file():
        pytest.skip("GitHub's OpenAPI description not present")
    return path


@pytest.fixture(scope="session")
def github_schema() -> Path:
    """GitHub's own GraphQL schema."""
    path = _SHARED / "replay" / "data" / "github_schema.graphql"
    if not path.is_file():
        pytest.skip("GitHub's GraphQL schema not present")
    return path
