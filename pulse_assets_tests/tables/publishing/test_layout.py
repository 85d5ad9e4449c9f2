"""What is published, and how it looks in Postgres."""

from pathlib import Path

from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.publishing import published_names
from pulse_assets.tables.publishing.layout import MARKER
from pulse_assets_tests.tables.publishing.house import NOON, House

COLUMNS = """
    SELECT attname, format_type(atttypid, -1), col_description(attrelid, attnum) FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum
"""
KEY = """
    SELECT a.attname FROM pg_index AS i CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
    JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
    WHERE i.indrelid = %s::regclass AND i.indisprimary ORDER BY k.place
"""


class TestTables:
    def test_have_the_columns_types_key_and_meaning_of_their_contract(self, house: House) -> None:
        outcome = house.publish()
        assert tuple(table.name for table in outcome.tables) == published_names()
        kinds = {"string": "text", "integer": "bigint", "float": "double precision", "boolean": "boolean"}
        kinds |= {"timestamp": "timestamp with time zone", "date": "date"}
        for table in TABLES.values():
            found = house.rows(COLUMNS, f"pulse.{table.name}")
            assert found == [(each.name, kinds[each.kind], each.description) for each in table.columns]
            (meaning,) = house.rows("SELECT obj_description(%s::regclass, 'pg_class')", f"pulse.{table.name}")
            assert meaning[0].startswith(f"{table.description} ")
            key = house.rows(KEY, f"pulse.{table.name}")
            assert tuple(name for (name,) in key) == table.key

    def test_that_dashboards_filter_by_time_have_an_index_for_it(self, house: House) -> None:
        house.publish()
        found = {name for (name,) in house.rows("SELECT indexname FROM pg_indexes WHERE schemaname = 'pulse'")}
        metrics = {f"{table.name}_by_period_start" for table in TABLES.values() if table.layer == "metrics"}
        assert metrics < found
        assert {"change_lead_times_by_deployed_at", "deployment_outcomes_by_finished_at"} < found
        assert not any("draft" in name for name in found)

    def test_that_were_never_built_are_there_and_empty(self, house: House) -> None:
        house.publish()
        assert house.rows("SELECT count(*) FROM pulse.dora_lead_time") == [(0,)]

    def test_say_what_they_hold_and_since_when(self, house: House) -> None:
        house.publish()
        published = house.rows("SELECT table_name, row_count, published_at FROM pulse.published_tables")
        assert {name for name, _, _ in published} == set(published_names())
        assert ("pull_requests", 2, NOON) in published

    def test_of_an_older_version_are_dropped_if_pulse_made_them(self, house: House) -> None:
        house.publish()
        house.run(
            "CREATE TABLE pulse.notes (text text)",
            "CREATE TABLE pulse.old_releases (tag text)",
            f"COMMENT ON TABLE pulse.old_releases IS 'One row per release. {MARKER}'",
            "INSERT INTO pulse.published_tables VALUES ('old_releases', 0, now(), '', '')",
        )
        assert house.publish().dropped == ("old_releases",)
        tables = {name for (name,) in house.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'pulse'")}
        assert tables == {*published_names(), "published_tables", "published_partitions", "notes"}

    def test_of_scopes_follow_the_teams(self, house: House, tmp_path: Path) -> None:
        teams = tmp_path / "chosen.toml"
        teams.write_text('[teams.shop]\nrepositories = ["acme/api"]\n', encoding="utf-8")
        house.publish()
        house.settings = Settings.load(home=tmp_path, publish_url=house.address(), teams_file=teams)
        assert [table.name for table in house.publish().changed] == ["scope_members"]
        assert house.rows("SELECT * FROM pulse.scope_members ORDER BY scope_kind") == [
            ("all", "all", "acme/api"),
            ("repository", "acme/api", "acme/api"),
            ("team", "shop", "acme/api"),
        ]
