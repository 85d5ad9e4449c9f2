from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from pulse_assets_tests.tables.publishing.house import PULLS, House
from pulse_assets_tests.text_tables import fill


@pytest.fixture
def house(tmp_path: Path, postgres_url: str) -> Iterator[House]:
    built = House(tmp_path, sa.make_url(postgres_url))
    fill(built.lake, {"pull_requests": PULLS})
    yield built
    built.run("DROP SCHEMA IF EXISTS pulse CASCADE")
