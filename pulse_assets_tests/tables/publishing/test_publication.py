"""What is written when something has changed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pulse_assets.errors import PartialFailure, QualityGateFailed, StoreUnavailable, TableNotBuilt, UsageError
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.publishing import sources, state_of
from pulse_assets_tests.tables.publishing.house import LATER, NOON, House
from pulse_assets_tests.text_tables import frame


class TestNews:
    def test_without_any_nothing_is_written(self, house: House) -> None:
        house.publish()
        before = state_of(house.lake, house.settings)
        second = house.publish(at=LATER)
        assert second.changed == ()
        assert second.written_count == 0
        assert state_of(house.lake, house.settings) == before
        assert house.rows("SELECT DISTINCT published_at FROM pulse.published_tables") == [(NOON,)]

    def test_of_one_repository_leave_the_rows_of_the_others_alone(self, house: House) -> None:
        house.write("pull_requests", "number  title\n7  other", "acme/web")
        house.publish()
        before = state_of(house.lake, house.settings)
        rows = house.rows("SELECT xmin::text FROM pulse.pull_requests WHERE repository = 'acme/web'")
        house.write("pull_requests", "number  title\n2  changed\n3  third")
        assert state_of(house.lake, house.settings) != before
        (changed,) = house.publish(at=LATER).changed
        assert (changed.name, changed.row_count, changed.written_count) == ("pull_requests", 3, 2)
        assert (changed.partition_count, changed.is_new) == (1, False)
        expected = [("acme/api", 2, "changed"), ("acme/api", 3, "third"), ("acme/web", 7, "other")]
        assert house.titles() == expected
        assert house.rows("SELECT xmin::text FROM pulse.pull_requests WHERE repository = 'acme/web'") == rows
        published = house.rows(
            "SELECT row_count, published_at FROM pulse.published_tables WHERE table_name = 'pull_requests'"
        )
        assert published == [(3, LATER)]

    def test_of_one_month_replace_the_periods_that_begin_in_it(self, house: House) -> None:
        def month(name: str, *days: str, count: int) -> None:
            rows = "\n".join(f"pulse  week  {day}  all  all  {count}" for day in days)
            text = f"definition  grain  period_start  scope_kind  scope  row_count\n{rows}"
            batch = frame("dora_deployment_frequency", text)
            house.lake.write(TABLES["dora_deployment_frequency"], name, [batch])

        month("2024-04-01", "2024-04-01", "2024-04-29", count=1)
        month("2024-05-01", "2024-05-06", "2024-05-27", count=1)
        month("2024-06-01", "2024-06-03", count=1)
        house.publish()
        month("2024-05-01", "2024-05-06", "2024-05-13", count=2)
        house.lake.drop_partition(TABLES["dora_deployment_frequency"], "2024-06-01")
        (changed,) = house.publish().changed
        assert (changed.written_count, changed.removed_count) == (2, 1)
        sql = "SELECT period_start::text, row_count FROM pulse.dora_deployment_frequency ORDER BY 1"
        assert house.rows(sql) == [("2024-04-01", 1), ("2024-04-29", 1), ("2024-05-06", 2), ("2024-05-13", 2)]

    def test_of_a_repository_that_has_gone_take_its_rows_out(self, house: House) -> None:
        house.write("pull_requests", "number  title\n7  other", "acme/web")
        house.publish()
        house.lake.drop_partition(TABLES["pull_requests"], "acme/api")
        (changed,) = house.publish().changed
        assert changed.removed_count == 1
        assert house.titles() == [("acme/web", 7, "other")]

    def test_that_are_asked_for_write_everything_anew(self, house: House) -> None:
        house.publish()
        house.run("UPDATE pulse.pull_requests SET title = 'by hand'")
        assert house.publish().changed == ()
        assert house.publish("pull_requests", full=True).written_count == 2
        assert [title for _, _, title in house.titles()] == ["first", "second"]

    def test_of_a_description_reach_the_comment(self, house: House) -> None:
        house.publish()
        house.run(
            "COMMENT ON COLUMN pulse.commits.sha IS 'old'",
            "UPDATE pulse.published_tables SET meaning = 'old' WHERE table_name = 'commits'",
        )
        house.publish()
        found = house.rows("SELECT col_description('pulse.commits'::regclass, 2)")
        assert found == [(TABLES["commits"].by_name["sha"].description,)]


class TestWhatCannotBePublished:
    def test_is_a_table_that_nobody_knows(self, house: House) -> None:
        assert isinstance(house.fails("no_table"), UsageError)

    def test_is_a_table_that_was_not_built(self, house: House) -> None:
        assert isinstance(house.fails("dora_lead_time"), TableNotBuilt)

    def test_is_an_empty_lake(self, house: House, tmp_path: Path) -> None:
        house.lake = Lake(tmp_path / "none")
        assert isinstance(house.fails(), TableNotBuilt)
        assert state_of(house.lake, house.settings) == ""

    def test_are_rows_with_one_key_and_the_old_ones_stay(self, house: House) -> None:
        house.publish()
        house.write("pull_requests", "number  title\n5  one\n5  other")
        house.write("commits", "sha\nabc")
        error = house.fails()
        assert isinstance(error, PartialFailure)
        assert isinstance(error.failures["pull_requests"], QualityGateFailed)
        assert "(repository, number)=(acme/api, 5)" in str(error)
        assert [title for _, _, title in house.titles()] == ["first", "second"]
        assert house.rows("SELECT sha FROM pulse.commits") == [("abc",)]
        sql = "SELECT row_count FROM pulse.published_tables WHERE table_name = 'pull_requests'"
        assert house.rows(sql) == [(2,)]

    def test_is_a_file_that_is_damaged(self, house: House) -> None:
        house.publish()
        house.lake.file(TABLES["commits"], "acme/api").write_bytes(b"no parquet")
        assert "A file of table commits cannot be read" in str(house.fails("commits"))


def test_a_file_that_is_removed_meanwhile_is_no_defect(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    read: Callable[..., Iterator[pa.RecordBatch]] = sources._read

    def late(table: Any, file: Path) -> Iterator[pa.RecordBatch]:
        file.unlink()
        yield from read(table, file)

    monkeypatch.setattr(sources, "_read", late)
    error = house.fails("pull_requests")
    assert isinstance(error, StoreUnavailable)
    assert "was removed while the table was published" in str(error)
