"""A lake, and a database that it is published to."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pulse_assets.errors import PulseError
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.publishing import PublishOutcome, publish
from pulse_assets_tests.postgres import PASSWORD as SECRET
from pulse_assets_tests.text_tables import frame

NOON, LATER = dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC), dt.datetime(2024, 5, 2, 12, tzinfo=dt.UTC)
PULLS = """
    number  title
    1       first
    2       second
"""


class House:
    """A lake, the settings to publish it with, and a user of the database."""

    def __init__(self, folder: Path, url: sa.URL) -> None:
        self.lake = Lake(folder / "lake")
        self.url = url
        self.settings = Settings.load(home=folder, publish_url=self.address())
        self.engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")

    def address(self, **changes: Any) -> str:
        return self.url.set(drivername="postgresql", **changes).render_as_string(hide_password=False)

    def publish(self, *tables: str, at: dt.datetime = NOON, **more: Any) -> PublishOutcome:
        return publish(self.lake, self.settings, tables or None, clock=lambda: at, **more)

    def fails(self, *tables: str) -> PulseError:
        """The error of a publication, which shows no part of the address but the place."""
        with pytest.raises(PulseError) as caught:
            self.publish(*tables)
        assert SECRET not in str(caught.value)
        assert caught.value.hint
        return caught.value

    def run(self, *statements: str) -> None:
        with self.engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql, parameters or None)]

    def write(self, table: str, text: str, partition: str = "acme/api") -> None:
        self.lake.write(TABLES[table], partition, [frame(table, text, partition)])

    def titles(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT repository, number, title FROM pulse.pull_requests ORDER BY 1, 2")

    @contextmanager
    def role(self) -> Iterator[str]:
        """A user who may do nothing yet."""
        self.run(f"CREATE ROLE pulse_reader LOGIN PASSWORD '{SECRET}'")
        try:
            yield "pulse_reader"
        finally:
            self.run("DROP OWNED BY pulse_reader", "DROP ROLE pulse_reader")

    def as_role(self, role: str, sql: str) -> list[tuple[Any, ...]]:
        """The rows that another user sees."""
        with self.engine.connect() as connection:
            connection.exec_driver_sql(f"SET ROLE {role}")
            return [tuple(row) for row in connection.exec_driver_sql(sql)]
