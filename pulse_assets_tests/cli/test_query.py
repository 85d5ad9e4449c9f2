import datetime as dt
import json
from pathlib import Path

import pytest

from pulse_assets.cli.query import run
from pulse_assets.errors import NotFound, TableNotBuilt, UsageError
from pulse_assets.settings import Settings
from pulse_assets.store import Store
from pulse_assets.store.landing import Record
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake

NOW = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PULSE_HOME", str(tmp_path / "home"))


@pytest.fixture
def landed() -> None:
    with Store.open(Settings.load().store_url) as store, store.transaction() as connection:
        records = [
            Record("raw_github_releases", "1", {"tag": "v1", "name": 'a "quoted" \u0000 name'}, NOW),
            Record("raw_github_releases", "2", {"tag": "v2", "name": None}, NOW),
        ]
        store.landing.upsert(connection, "acme/api", records, seen_at=NOW)


@pytest.mark.usefixtures("landed")
def test_raw_records_can_be_asked_by_their_asset_name(capsys: pytest.CaptureFixture[str]) -> None:
    sql = "SELECT partition, record_key, payload->>'tag' AS tag, updated_at FROM raw_github_releases ORDER BY tag"
    assert run(sql, output="json") == 0
    assert json.loads(capsys.readouterr().out) == [
        {"partition": "acme/api", "record_key": "1", "tag": "v1", "updated_at": "2026-01-05T00:00:00.000000Z"},
        {"partition": "acme/api", "record_key": "2", "tag": "v2", "updated_at": "2026-01-05T00:00:00.000000Z"},
    ]


@pytest.mark.usefixtures("landed")
def test_csv_has_a_header_and_the_rows(capsys: pytest.CaptureFixture[str]) -> None:
    run("SELECT record_key AS key, payload->>'tag' AS tag FROM raw_github_releases ORDER BY 1", output="csv")
    assert capsys.readouterr().out == "key,tag\n1,v1\n2,v2\n"


def test_a_table_that_was_never_built_is_an_error_and_not_an_empty_answer() -> None:
    with pytest.raises(TableNotBuilt, match=r"pull_requests.*pulse sync"):
        run("SELECT * FROM pull_requests", output="table")


def test_a_raw_table_without_records_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotFound, match=r"raw_github_commits.*pulse sync"):
        run("SELECT * FROM raw_github_commits", output="csv")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELEC 1", "syntax error"),
        ("", "empty"),
        ("SELECT * FROM nowhere", "nowhere"),
        ("SELECT CAST('x' AS INTEGER)", "Could not convert"),
    ],
)
def test_wrong_sql_is_a_usage_error_in_duckdbs_words(sql: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        run(sql, output="table")


def test_a_built_table_without_rows_answers_with_none(capsys: pytest.CaptureFixture[str]) -> None:
    table = TABLES["releases"]
    Lake(Settings.load().lake_path).write(table, "acme/api", [])
    run("SELECT count(*) AS n FROM releases", output="csv")
    assert capsys.readouterr().out == "n\n0\n"


def test_a_raw_list_that_was_read_and_is_empty_has_no_rows(capsys: pytest.CaptureFixture[str]) -> None:
    with Store.open(Settings.load().store_url) as store, store.transaction() as connection:
        store.landing.upsert(connection, "acme/api", [Record("raw_github_repositories", "1", {})], seen_at=NOW)
    run("SELECT count(*) AS n FROM raw_github_issues", output="csv")
    assert capsys.readouterr().out == "n\n0\n"


def test_a_hostile_title_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    run("SELECT chr(27) || ']52;c;aGk=' || chr(7) || chr(8238) || 'ok' AS title", output="table")
    printed = capsys.readouterr().out
    assert "\\x1b]52;c;aGk=\\x07\\u202eok" in printed
    assert "\x1b" not in printed


def test_csv_holds_no_formula_and_leaves_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    run("""SELECT '=1+1' AS title, -2 AS number, -0.5 AS ratio, 'ok' AS "@name" """, output="csv")
    assert capsys.readouterr().out == "title,number,ratio,'@name\n'=1+1,-2,-0.5,ok\n"


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO 'out.csv'",
        "SELECT 1; COPY (SELECT 1) TO 'out.csv'",
        "COPY (PIVOT (SELECT 1 AS a, 2 AS b) ON a USING sum(b)) TO 'out.csv'",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO 'out.csv'",
        "/* é */ explain /* a */ (ANALYZE, FORMAT json) COPY (SELECT 1) TO 'out.csv'",
        "EXPLAIN ANALYZE COPY (PIVOT (SELECT 1 AS a, 2 AS b) ON a USING sum(b)) TO 'out.csv'",
        "EXPORT DATABASE 'out.csv'",
        "ATTACH 'out.csv' AS other",
        "CREATE TABLE mine AS SELECT 1",
        "SET memory_limit = '1GB'",
        "INSTALL httpfs",
    ],
)
def test_what_does_more_than_ask_is_refused(sql: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"only asks.*SELECT"):
        run(sql, output="csv")
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    "sql",
    [
        "-- why\nWITH a AS (SELECT 1 AS n) FROM a",
        "VALUES (1)",
        "SHOW TABLES",
        "DESCRIBE SELECT 1",
        "SUMMARIZE SELECT 1 AS n",
        "PIVOT (SELECT 1 AS a, 2 AS b) ON a USING sum(b)",
        "SELECT * FROM (PIVOT (SELECT 1 AS a, 2 AS b) ON a USING sum(b))",
        "EXPLAIN SELECT 1",
        "EXPLAIN (ANALYZE, FORMAT json) SELECT 'é'",
        "EXPLAIN ANALYZE FROM (VALUES (1))",
    ],
)
def test_every_way_to_ask_is_answered(sql: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(sql, output="json") == 0
    assert isinstance(json.loads(capsys.readouterr().out), list)
