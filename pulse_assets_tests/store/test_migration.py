import datetime as dt

import alembic.command
import alembic.config
import alembic.script
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from pulse_assets.errors import ConfigurationError
from pulse_assets.store import Store
from pulse_assets.store.schema import CHECKPOINTS, HEAD, METADATA, VERSION_TABLE

VERSION = sa.table(VERSION_TABLE, sa.column("version_num"))


def test_the_code_names_the_newest_migration() -> None:
    config = alembic.config.Config()
    config.set_main_option("script_location", "pulse_assets.store:migrations")
    config.set_main_option("path_separator", "os")
    assert alembic.script.ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_the_migrations_make_what_the_code_expects(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True, "render_as_batch": True}
        )
        assert compare_metadata(context, METADATA) == []


def test_a_second_opening_keeps_what_is_there(store_url: str) -> None:
    with Store.open(store_url) as store, store.transaction() as connection:
        store.checkpoints.save(connection, "p", "s", {"n": 1})
    with Store.open(store_url) as store:
        assert store.checkpoints.load("p", "s") == {"n": 1}


def test_what_the_first_schema_held_is_kept(store_url: str) -> None:
    engine = sa.create_engine(store_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        settings = alembic.config.Config(attributes={"connection": connection})
        settings.set_main_option("script_location", "pulse_assets.store:migrations")
        settings.set_main_option("path_separator", "os")
        alembic.command.upgrade(settings, "0001")
        assert "check_results" not in sa.inspect(connection).get_table_names()
        state = {
            "partition": "p",
            "stream": "s",
            "state": '{"n":1}',
            "updated_at": dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
        }
        connection.execute(sa.insert(CHECKPOINTS), state)
    with Store.open(store_url) as store:
        assert store.checkpoints.load("p", "s") == {"n": 1}
        assert store.check_results.latest() == []
        with store.engine.connect() as connection:
            assert connection.scalar(sa.select(VERSION)) == HEAD


def test_a_newer_schema_is_refused_and_left_alone(store: Store, store_url: str) -> None:
    with store.transaction() as connection:
        connection.execute(sa.update(VERSION).values(version_num="9999"))
    with pytest.raises(ConfigurationError, match=f"schema 9999; this version of Pulse knows schemas up to {HEAD}"):
        Store.open(store_url)
    with store.engine.connect() as connection:
        assert connection.scalar(sa.select(VERSION)) == "9999"


def test_a_migration_that_fails_leaves_nothing(store_url: str) -> None:
    engine = sa.create_engine(store_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE rate_limits (somebody_elses INTEGER)"))
    with pytest.raises(ConfigurationError, match="already exists"):
        Store.open(store_url)
    assert sa.inspect(engine).get_table_names() == ["rate_limits"]
