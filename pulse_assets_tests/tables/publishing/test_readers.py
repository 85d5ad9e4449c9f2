"""What readers of Postgres notice of a publication."""

from collections.abc import Iterator
from typing import Any

import psycopg2
import pyarrow as pa
import pytest

from pulse_assets.errors import ConfigurationError
from pulse_assets.tables.publishing import sources
from pulse_assets_tests.tables.publishing.house import House


class TestReaders:
    def test_go_on_and_see_the_old_rows_until_the_new_ones_are_whole(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        house.publish()
        seen = []
        read = sources._read

        def watched(*arguments: Any) -> Iterator[pa.RecordBatch]:
            for batch in read(*arguments):
                yield batch
                seen.append(
                    house.rows("SET statement_timeout = '2s'; SELECT title FROM pulse.pull_requests ORDER BY 1")
                )

        monkeypatch.setattr(sources, "_read", watched)
        house.write("pull_requests", "number  title\n1  new")
        house.publish("pull_requests")
        assert seen == [[("first",), ("second",)]]
        assert house.titles() == [("acme/api", 1, "new")]

    def test_with_an_old_snapshot_keep_it(self, house: House) -> None:
        house.publish()
        with psycopg2.connect(house.address()) as reader:
            reader.set_session(isolation_level="REPEATABLE READ")
            with reader.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pulse.commits")
                house.write("pull_requests", "number  title\n1  new")
                house.publish("pull_requests")
                cursor.execute("SELECT title FROM pulse.pull_requests ORDER BY 1")
                assert cursor.fetchall() == [("first",), ("second",)]
        reader.close()

    def test_with_an_old_snapshot_never_see_an_empty_table_in_place_of_one_that_was_made_anew(
        self, house: House
    ) -> None:
        house.publish()
        house.run("ALTER TABLE pulse.pull_requests ADD COLUMN old text")
        with psycopg2.connect(house.address()) as reader:
            reader.set_session(isolation_level="REPEATABLE READ")
            with reader.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pulse.commits")
                assert house.publish("pull_requests").changed[0].is_new
                cursor.execute("SELECT title FROM pulse.pull_requests ORDER BY 1")
                assert cursor.fetchall() == [("first",), ("second",)]
        reader.close()

    def test_keep_their_views_and_grants(self, house: House) -> None:
        house.publish()
        with house.role() as role:
            house.run(
                f"GRANT USAGE ON SCHEMA pulse TO {role}; GRANT SELECT ON pulse.pull_requests TO {role}",
                "CREATE VIEW pulse.titles AS SELECT title FROM pulse.pull_requests ORDER BY title",
            )
            house.write("pull_requests", "number  title\n1  new")
            house.publish()
            assert house.rows("SELECT * FROM pulse.titles") == [("new",)]
            assert house.as_role(role, "SELECT title FROM pulse.pull_requests") == [("new",)]

    def test_keep_their_views_and_grants_when_a_column_is_added(self, house: House) -> None:
        house.publish()
        with house.role() as role:
            house.run(
                "ALTER TABLE pulse.pull_requests DROP COLUMN labels, DROP COLUMN url",
                f"GRANT USAGE ON SCHEMA pulse TO {role}; GRANT SELECT ON pulse.pull_requests TO {role}",
                "CREATE VIEW pulse.titles AS SELECT title FROM pulse.pull_requests ORDER BY title",
            )
            house.write("pull_requests", "number  title  labels\n1  new  bug")
            house.write("pull_requests", "number  title  labels\n7  other  -", "acme/web")
            (changed,) = house.publish().changed
            assert (changed.name, changed.written_count, changed.is_new) == ("pull_requests", 2, False)
            assert house.rows("SELECT * FROM pulse.titles") == [("new",), ("other",)]
            labels = house.as_role(role, "SELECT labels, url FROM pulse.pull_requests ORDER BY title")
            assert labels == [("bug", None), (None, None)]

    def test_keep_their_grants_when_a_table_is_made_anew(self, house: House) -> None:
        house.publish()
        with house.role() as role:
            house.run(
                "ALTER TABLE pulse.pull_requests ADD COLUMN old text",
                f"GRANT USAGE ON SCHEMA pulse TO {role}; GRANT SELECT ON pulse.pull_requests TO {role}",
                "GRANT SELECT ON pulse.pull_requests TO PUBLIC",
            )
            (changed,) = house.publish().changed
            assert (changed.name, changed.is_new) == ("pull_requests", True)
            sql = (
                "SELECT count(*) FROM pg_attribute WHERE attrelid = 'pulse.pull_requests'::regclass AND attname = 'old'"
            )
            assert house.rows(sql) == [(0,)]
            assert len(house.as_role(role, "SELECT title FROM pulse.pull_requests")) == 2
            sql = "SELECT grantee FROM information_schema.table_privileges WHERE table_name = 'pull_requests'"
            assert {"PUBLIC", role} < {grantee for (grantee,) in house.rows(sql)}
        assert house.publish().changed == ()

    def test_are_named_where_their_view_stands_in_the_way_of_a_new_table(self, house: House) -> None:
        house.publish()
        house.run(
            "ALTER TABLE pulse.pull_requests ADD COLUMN old text",
            "CREATE VIEW pulse.titles AS SELECT title, old FROM pulse.pull_requests",
        )
        error = house.fails("pull_requests")
        assert isinstance(error, ConfigurationError)
        assert "titles depends on table" in str(error)
        assert len(house.rows("SELECT * FROM pulse.titles")) == 2
