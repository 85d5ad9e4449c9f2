"""The database: out of reach, without rights, full, or held by others."""

import threading
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import sqlalchemy as sa

from pulse_assets.errors import ConfigurationError, LeaseHeld, PartialFailure, StoreUnavailable
from pulse_assets.settings import Settings
from pulse_assets.store import connections
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.tables.publishing.house import PULLS, House
from pulse_assets_tests.text_tables import fill


class TestOthers:
    def test_keep_a_table_that_pulse_did_not_make(self, house: House) -> None:
        house.run(
            "CREATE SCHEMA pulse", "CREATE TABLE pulse.commits (mine text)", "INSERT INTO pulse.commits VALUES ('x')"
        )
        error = house.fails()
        assert isinstance(error, PartialFailure)
        assert set(error.failures) == {"commits"}
        assert "pulse.commits of 127.0.0.1" in str(error)
        assert "PULSE_PUBLISH_SCHEMA" in str(error)
        assert house.rows("SELECT mine FROM pulse.commits") == [("x",)]
        assert len(house.titles()) == 2

    def test_keep_the_tables_of_another_lake(self, house: House, tmp_path: Path) -> None:
        fill(house.lake, {"repositories": "repository_id\n1", "pull_requests": PULLS})
        house.publish()
        theirs, house.lake = house.lake, Lake(tmp_path / "other")
        fill(house.lake, {"repositories": "repository_id\n2"}, "other/api")
        error = house.fails()
        assert isinstance(error, ConfigurationError)
        assert "another lake" in str(error)
        assert "PULSE_PUBLISH_SCHEMA" in str(error)
        house.lake = theirs
        assert house.publish().changed == ()

    def test_are_not_suspected_where_the_only_repository_was_renamed(self, house: House, tmp_path: Path) -> None:
        house.publish()
        house.lake = Lake(tmp_path / "renamed")
        fill(house.lake, {"pull_requests": PULLS}, "acme/interface")
        house.publish()
        assert {repository for repository, _, _ in house.titles()} == {"acme/interface"}

    def test_keep_a_view_of_the_name_of_the_ledger(self, house: House) -> None:
        house.run("CREATE SCHEMA pulse", "CREATE VIEW pulse.published_tables AS SELECT 1 AS one")
        assert "published_tables" in str(house.fails())
        assert house.rows("SELECT * FROM pulse.published_tables") == [(1,)]

    def test_who_publish_at_the_same_time_are_waited_for(self, house: House) -> None:
        with psycopg2.connect(house.address()) as other, other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended('pulse publishes to pulse', 0))")
            thread = threading.Thread(target=house.publish)
            thread.start()
            waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            while house.rows(waiting) == [(0,)]:
                thread.join(0.01)
                assert thread.is_alive()
            assert house.rows("SELECT count(*) FROM pg_namespace WHERE nspname = 'pulse'") == [(0,)]
            cursor.execute("SELECT pg_advisory_unlock_all()")
            thread.join()
        other.close()
        assert len(house.titles()) == 2

    def test_who_publish_too_long_are_named(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connections, "LOCK_TIMEOUT_SECONDS", 1)
        with psycopg2.connect(house.address()) as other, other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended('pulse publishes to pulse', 0))")
            error = house.fails()
        other.close()
        assert isinstance(error, LeaseHeld)
        assert "publishes to schema pulse" in str(error)


class TestADatabase:
    def test_is_anything_without_an_address(self, house: House) -> None:
        house.settings = house.settings.model_copy(update={"publish_url": None})
        assert "PULSE_PUBLISH_URL is not set" in str(house.fails())

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"port": 1}, "refuses connections"),
            ({"password": "s3cret-of-the-tests-but-wrong"}, "refuses user or password"),
            ({"database": "nowhere"}, "does not have this database or user"),
        ],
    )
    def test_is_anything_to_a_database_out_of_reach(self, house: House, changes: dict[str, Any], words: str) -> None:
        house.settings = Settings.load(home=house.settings.home, publish_url=house.address(**changes))
        error = house.fails()
        assert isinstance(error, ConfigurationError)
        assert words in str(error)
        assert "PULSE_PUBLISH_URL" in str(error)
        assert "PULSE_DATABASE_URL" not in str(error)

    def test_is_anything_without_the_right_to_make_a_schema(self, house: House) -> None:
        with house.role() as role:
            house.settings = Settings.load(home=house.settings.home, publish_url=house.address(username=role))
            error = house.fails()
        assert isinstance(error, ConfigurationError)
        assert "may not write schema pulse" in str(error)
        assert "GRANT CREATE ON DATABASE" in str(error)

    @pytest.mark.parametrize(("code", "words"), [("53100", "has no space left"), ("57P01", "does not answer")])
    def test_is_anything_to_a_database_that_fails_midway(self, house: House, code: str, words: str) -> None:
        house.publish()
        house.run(
            f"CREATE FUNCTION pulse.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'x' USING "
            f"ERRCODE = '{code}'; END $$",
            "CREATE TRIGGER fails BEFORE INSERT ON pulse.pull_requests FOR EACH ROW EXECUTE FUNCTION pulse.fail()",
        )
        house.write("pull_requests", "number  title\n1  new")
        error = house.fails()
        assert isinstance(error, StoreUnavailable)
        assert f"The database 127.0.0.1:{house.url.port}/{house.url.database} {words}." in str(error)
        assert [title for _, _, title in house.titles()] == ["first", "second"]

    def test_is_text_in_a_database_of_another_encoding(self, house: House, postgres_server: sa.URL) -> None:
        server = sa.create_engine(postgres_server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        name = f"{house.url.database}_latin"
        with server.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
            try:
                house.settings = Settings.load(home=house.settings.home, publish_url=house.address(database=name))
                assert "holds text as LATIN1" in str(house.fails())
            finally:
                connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
