import datetime as dt
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pulse_assets.errors import ContractBroken, TableNotBuilt, UsageError
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import PANDAS_TYPES, frame_problems
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.text_tables import REPOSITORY, fill, frame, records

RELEASES = TABLES["releases"]
TEXT = """
    release_id  tag  published_at
    1           v1   2024-05-01 12:00
    2           v2   -
"""


@pytest.fixture(params=["lake", "[a]*?=b", "grüße 1"])
def lake(tmp_path: Path, request: pytest.FixtureRequest) -> Lake:
    return Lake(tmp_path / request.param)


@pytest.mark.parametrize("partition", ["acme/api", "ACME/a.b-c_d", "a/..", "2024-05-01", "ö/%2F", "a/[x]*?"])
def test_what_is_written_is_read_again(lake: Lake, partition: str) -> None:
    written = lake.write(RELEASES, partition, [frame("releases", TEXT, partition)])
    assert (written.rows, written.bytes) == (2, written.path.stat().st_size)
    assert lake.partitions(RELEASES) == [partition]
    pd.testing.assert_frame_equal(lake.read(RELEASES, partition), frame("releases", TEXT, partition))
    with lake.connect() as connection:
        assert connection.execute("SELECT tag FROM releases WHERE repository = ?", [partition]).fetchall() == [
            ("v1",),
            ("v2",),
        ]


def test_file_name_is_the_encoded_partition(tmp_path: Path) -> None:
    written = Lake(tmp_path).write(RELEASES, REPOSITORY, [])
    assert written.path == tmp_path / "clean" / "releases" / "acme%2Fapi.parquet"


def test_written_frame_keeps_the_contract(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write(RELEASES, REPOSITORY, [frame("releases", TEXT)])
    found = lake.read(RELEASES, REPOSITORY)
    assert [str(dtype) for dtype in found.dtypes] == [PANDAS_TYPES[column.kind] for column in RELEASES.columns]
    assert frame_problems(RELEASES, found) == []


def test_empty_table_has_columns_and_no_rows(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write(RELEASES, REPOSITORY, [])
    assert list(lake.read(RELEASES, REPOSITORY).columns) == list(RELEASES.column_names)
    with lake.connect(["releases"]) as connection:
        assert connection.execute("SELECT count(*), max(published_at) FROM releases").fetchall() == [(0, None)]


def test_instants_are_utc_microseconds(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    fill(lake, {"releases": "release_id  published_at\n1  2024-05-01 12:00:00.000001"})
    with lake.connect(["releases"]) as connection:
        (instant,) = connection.execute("SELECT published_at FROM releases").fetchall()[0]
        assert instant == dt.datetime(2024, 5, 1, 12, 0, 0, 1, tzinfo=dt.UTC)
        assert connection.execute("SELECT typeof(published_at) FROM releases").fetchall()[0] == (
            "TIMESTAMP WITH TIME ZONE",
        )


def test_failed_write_keeps_the_old_rows_and_leaves_nothing_behind(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    old = lake.write(RELEASES, REPOSITORY, [frame("releases", TEXT)])
    good = frame("releases", TEXT)
    with pytest.raises(ContractBroken, match="missing tag; unknown extra"):
        lake.write(RELEASES, REPOSITORY, [good, good.rename(columns={"tag": "extra"})])
    assert len(lake.read(RELEASES, REPOSITORY)) == 2
    assert list(old.path.parent.iterdir()) == [old.path]


def test_batch_of_another_type_is_refused(tmp_path: Path) -> None:
    batch = frame("releases", TEXT).assign(release_id=["one", "two"])
    with pytest.raises(ContractBroken, match="does not fit its types"):
        Lake(tmp_path).write(RELEASES, REPOSITORY, [batch])


def test_arrow_batches_are_taken_too(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    batch = pa.Table.from_pandas(frame("releases", TEXT), preserve_index=False)
    assert lake.write(RELEASES, REPOSITORY, [batch, batch]).rows == 4


def test_tables_are_written_without_duckdb_and_queried_without_pandas() -> None:
    program = """if True:
        import sys
        from pulse_assets.tables import lake, transform
        assert not {"duckdb", "pandas"} & sys.modules.keys()
        with lake.Lake("nowhere").querying([]) as connection:
            assert connection.execute("SELECT 1").fetchall() == [(1,)]
        assert "pandas" not in sys.modules
    """
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_small_batches_become_large_row_groups(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    batch = frame("releases", TEXT)
    written = lake.write(RELEASES, REPOSITORY, (batch for _ in range(100)))
    assert (written.rows, pq.read_metadata(written.path).num_row_groups) == (200, 1)


def test_dropped_partition_is_gone(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write(RELEASES, REPOSITORY, [])
    assert lake.drop_partition(RELEASES, REPOSITORY) is True
    assert lake.drop_partition(RELEASES, REPOSITORY) is False
    assert lake.partitions(RELEASES) == []
    with pytest.raises(TableNotBuilt, match=r"Table releases has not been built for acme/api\. Run `pulse sync`"):
        lake.read(RELEASES, REPOSITORY)


def test_table_that_was_never_built_is_an_error_and_not_empty(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    with pytest.raises(TableNotBuilt, match=r"Table releases has not been built\. Run `pulse sync`"):
        lake.connect(["releases"])
    lake.write(RELEASES, REPOSITORY, [])
    with pytest.raises(TableNotBuilt, match="for acme/web"):
        lake.connect(["releases"], partitions=["acme/web"])
    with pytest.raises(TableNotBuilt, match="commits"), lake.querying() as connection:
        connection.execute("SELECT * FROM commits")


def test_unknown_table_names_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="pull_requests"), Lake(tmp_path).querying() as connection:
        connection.execute("SELECT * FROM pulls")


def test_connection_sees_the_named_partitions_only(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for repository in ("acme/api", "acme/web"):
        lake.write(RELEASES, repository, [frame("releases", TEXT, repository)])
    with lake.connect(["releases"], partitions=["acme/web"]) as connection:
        assert connection.execute("SELECT DISTINCT repository FROM releases").fetchall() == [("acme/web",)]


def test_older_file_without_a_newer_column_is_read_with_nulls(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write(RELEASES, "acme/web", [frame("releases", TEXT, "acme/web")])
    older = lake.file(RELEASES, REPOSITORY)
    pq.write_table(pa.Table.from_pylist(records(frame("releases", TEXT))).drop_columns(["url"]), older)
    with lake.connect(["releases"]) as connection:
        assert connection.execute("SELECT count(*), count(url) FROM releases").fetchall() == [(4, 0)]
