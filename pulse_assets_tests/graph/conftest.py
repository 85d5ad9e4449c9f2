"""A small generated organisation, collected once for the tests that only look at the result."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulse_assets.sandbox.generator import generate
from pulse_assets.sandbox.server import serving
from pulse_assets.settings import Settings

UNTIL = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def organization_url() -> Iterator[tuple[str, str]]:
    """Address and name of an organisation of four repositories."""
    organization = generate(3, repositories=4, people=4, months=2, until=UNTIL, pull_requests_per_month=4)
    with serving(organization, token="t") as address:
        yield address, organization.login


@pytest.fixture
def sandboxed(organization_url: tuple[str, str], tmp_path: Path) -> Settings:
    """Settings for that organisation and an empty home."""
    address, login = organization_url
    return Settings.load(home=tmp_path, github_url=address, github_token="t", github_organizations=login)
