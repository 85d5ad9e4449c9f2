"""Opening the store, its transactions, and what it says when the database does not do its part."""

import concurrent.futures
import contextlib
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy import event, exc

from pulse_assets.errors import ConfigurationError, PulseError, StoreUnavailable
from pulse_assets.store import Record, Store
from pulse_assets_tests.store.conftest import START

PASSWORD = "hunter2-hunter2"


def refusal(url: str) -> PulseError:
    with pytest.raises(ConfigurationError) as caught:
        Store.open(url)
    assert PASSWORD not in str(caught.value)
    assert PASSWORD not in repr(caught.value)
    return caught.value


class TestOpen:
    def test_takes_a_secret_and_never_shows_it(self, postgres_url: str) -> None:
        password = sa.make_url(postgres_url).password
        assert password
        with Store.open(SecretStr(postgres_url)) as store:
            shown = f"{store!r} {store.engine!r} {store.place} {store.engine.url}"
        assert password not in shown
        assert "127.0.0.1" in shown

    def test_a_password_in_the_query_is_used_and_not_shown(self, postgres_url: str) -> None:
        url = sa.make_url(postgres_url)
        assert url.password
        moved = url._replace(password=None).update_query_dict({"password": url.password})
        with Store.open(moved.render_as_string(hide_password=False)) as store:
            assert url.password not in repr(store.engine)

    def test_makes_the_folders_of_the_file(self, tmp_path: Path) -> None:
        Store.open(f"sqlite:///{tmp_path}/new/folder/pulse.db").close()
        assert (tmp_path / "new/folder/pulse.db").is_file()

    def test_lets_readers_of_a_file_go_on_while_somebody_writes(self, sqlite_store: Store) -> None:
        with sqlite_store.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1
        with sqlite_store.transaction() as connection:
            sqlite_store.checkpoints.save(connection, "p", "s", {})
            assert sqlite_store.checkpoints.load("p", "s") is None

    def test_can_be_closed_twice(self, store: Store) -> None:
        store.close()
        store.close()

    def test_needs_neither_pandas_nor_dagster_nor_alembic(self, sqlite_url: str) -> None:
        Store.open(sqlite_url).close()
        code = (
            "import sys; from pulse_assets.store import Store; Store.open(sys.argv[1]).close(); "
            "print(*{'pandas', 'pyarrow', 'duckdb', 'dagster', 'alembic', 'psycopg2'} & set(sys.modules))"
        )
        done = subprocess.run([sys.executable, "-c", code, sqlite_url], check=True, capture_output=True, text=True)
        assert done.stdout == "\n"


class TestRefusals:
    @pytest.mark.parametrize(
        ("url", "words"),
        [
            (PASSWORD, "not a database address"),
            (f"postgresql://u:{PASSWORD}@h:port/x", "not a database address"),
            (f"mysql://u:{PASSWORD}@h/x", "cannot use mysql"),
            ("sqlite:///:memory:", "names no file"),
            ("sqlite://", "names no file"),
        ],
    )
    def test_an_address_that_does_not_fit(self, url: str, words: str) -> None:
        error = refusal(url)
        assert words in error.message
        assert "PULSE_DATABASE_URL" in str(error)

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        assert "cannot be created" in refusal(f"sqlite:///{tmp_path}/file/pulse.db").message

    def test_a_folder_in_place_of_the_file(self, tmp_path: Path) -> None:
        error = refusal(f"sqlite:///{tmp_path}")
        assert f"{tmp_path} cannot be opened" in error.message
        assert error.hint

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
    def test_a_folder_in_which_nobody_may_write(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o555)
        assert "cannot be opened" in refusal(f"sqlite:///{tmp_path}/pulse.db").message

    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        (tmp_path / "pulse.db").write_text("These are notes, not a database. " * 100)
        assert "is not a database" in refusal(f"sqlite:///{tmp_path}/pulse.db").message

    def test_a_port_on_which_nobody_listens(self) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
            error = refusal(f"postgresql://pulse:{PASSWORD}@127.0.0.1:{port}/pulse")
        assert f"127.0.0.1:{port}/pulse refuses connections" in error.message
        assert "PULSE_DATABASE_URL" in str(error)

    def test_a_server_that_does_not_answer(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            started = time.monotonic()
            error = refusal(f"postgresql://pulse:{PASSWORD}@127.0.0.1:{port}/pulse?connect_timeout=2")
        assert time.monotonic() - started < 10
        assert f"127.0.0.1:{port}/pulse does not answer" in error.message

    def test_an_unknown_host(self) -> None:
        error = refusal(f"postgresql://pulse:{PASSWORD}@nowhere.invalid/pulse")
        assert "nowhere.invalid:5432/pulse has an unknown host name" in error.message

    def test_an_unknown_database(self, postgres_server: sa.URL) -> None:
        error = refusal(postgres_server.set(database="nowhere").render_as_string(hide_password=False))
        assert "/nowhere does not have this database or user" in error.message

    def test_a_wrong_password(self, postgres_server: sa.URL) -> None:
        error = refusal(postgres_server.set(password=PASSWORD).render_as_string(hide_password=False))
        assert "refuses user or password" in error.message

    def test_an_unknown_option(self, postgres_url: str) -> None:
        assert "options" in str(refusal(f"{postgres_url}?no_such_option={PASSWORD}"))

    def test_a_user_without_rights(self, postgres_url: str) -> None:
        url = sa.make_url(postgres_url)
        admin = sa.create_engine(url, poolclass=sa.NullPool)
        with admin.begin() as connection:
            connection.exec_driver_sql("DROP ROLE IF EXISTS reader")
            connection.exec_driver_sql(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
        try:
            mine = url.set(username="reader", password=PASSWORD).render_as_string(hide_password=False)
            assert "permission denied" in refusal(mine).message
        finally:
            with admin.begin() as connection:
                connection.exec_driver_sql("DROP ROLE reader")


class TestTransaction:
    def test_a_second_one_in_the_same_thread_is_refused(self, store: Store) -> None:
        with store.transaction(), pytest.raises(RuntimeError, match="already"):
            store.http_cache.purge(START)
        assert store.http_cache.purge(START) == 0

    def test_threads_take_turns(self, store: Store) -> None:
        def add(number: int) -> None:
            with store.transaction() as connection:
                store.landing.upsert(connection, "p", [Record("raw_a", str(number), {})], seen_at=START)

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            list(pool.map(add, range(200)))
        assert store.landing.count("raw_a", "p") == 200

    def test_an_error_in_the_statement_itself_is_not_disguised(self, store: Store) -> None:
        with pytest.raises(exc.DBAPIError), store.transaction() as connection:
            connection.execute(sa.text("SELECT * FROM no_such_table WHERE a = :value"), {"value": PASSWORD})

    def test_values_are_not_shown_in_errors(self, sqlite_store: Store) -> None:
        with pytest.raises(exc.DBAPIError) as caught, sqlite_store.transaction() as connection:
            connection.execute(sa.text("SELECT * FROM no_such_table WHERE a = :value"), {"value": PASSWORD})
        assert PASSWORD not in str(caught.value)


class TestPassingTrouble:
    def test_a_full_disk(self, sqlite_url: str) -> None:
        with Store.open(sqlite_url) as store:
            event.listen(store.engine, "begin", _allow_few_pages)
            record = Record("raw_a", "1", {"text": "x" * 1_000_000})
            with pytest.raises(StoreUnavailable) as caught, store.transaction() as connection:
                store.landing.upsert(connection, "p", [record], seen_at=START)
            assert "has no space left" in caught.value.message
            assert "Free some disk space" in str(caught.value.hint)
            assert store.landing.count("raw_a", "p") == 0
            with store.transaction() as connection:
                store.landing.upsert(connection, "p", [Record("raw_a", "2", {})], seen_at=START)
            assert store.landing.keys("raw_a", "p") == {"2"}

    def test_a_file_that_another_process_keeps_locked(self, sqlite_url: str, sqlite_path: Path) -> None:
        with Store.open(sqlite_url) as store, _locked(sqlite_path):
            event.listen(store.engine, "checkout", _impatient)
            with pytest.raises(StoreUnavailable, match="locked by another process"), store.transaction():
                pass

    def test_a_table_that_another_process_keeps_locked(self, postgres_url: str) -> None:
        other = sa.create_engine(postgres_url, poolclass=sa.NullPool)
        with Store.open(postgres_url) as store, other.begin() as lock:
            lock.exec_driver_sql("LOCK TABLE landing")
            event.listen(store.engine, "begin", _impatient_postgres)
            with pytest.raises(StoreUnavailable, match="locked by another process"):
                store.landing.keys("raw_a", "p")

    def test_a_server_that_ends_the_connection(self, postgres_url: str) -> None:
        with Store.open(postgres_url) as store:
            with pytest.raises(StoreUnavailable, match="does not answer"):
                _write_while_the_server_stops(store, postgres_url)
            _end_connections(postgres_url)
            assert store.checkpoints.load("p", "s") is None

    def test_a_server_without_free_connections(self, postgres_url: str, postgres_server: sa.URL) -> None:
        admin = sa.create_engine(postgres_server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with admin.connect() as connection:
            connection.exec_driver_sql(f"ALTER DATABASE {sa.make_url(postgres_url).database} CONNECTION LIMIT 0")
            connection.exec_driver_sql("DROP ROLE IF EXISTS crowd")
            connection.exec_driver_sql(f"CREATE ROLE crowd LOGIN PASSWORD '{PASSWORD}'")
        mine = sa.make_url(postgres_url).set(username="crowd", password=PASSWORD)
        try:
            with pytest.raises(StoreUnavailable, match="accepts no more connections"):
                Store.open(mine.render_as_string(hide_password=False))
        finally:
            with admin.connect() as connection:
                connection.exec_driver_sql("DROP ROLE crowd")
                connection.exec_driver_sql(f"ALTER DATABASE {sa.make_url(postgres_url).database} CONNECTION LIMIT -1")

    def test_a_damaged_file(self, sqlite_url: str, sqlite_path: Path) -> None:
        with Store.open(sqlite_url) as store, store.transaction() as connection:
            records = [Record("raw_a", str(n), {"text": "x" * 500}) for n in range(500)]
            store.landing.upsert(connection, "p", records, seen_at=START)
        content = bytearray(sqlite_path.read_bytes())
        content[8192:] = b"\xff" * (len(content) - 8192)
        sqlite_path.write_bytes(content)
        with pytest.raises(ConfigurationError, match="is damaged"), Store.open(sqlite_url) as store:
            store.landing.tables()


@pytest.fixture
def sqlite_path(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite:///"))


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


def _allow_few_pages(connection: sa.Connection) -> None:
    connection.exec_driver_sql("PRAGMA max_page_count = 40")


def _impatient(connection: sqlite3.Connection, *_: object) -> None:
    connection.execute("PRAGMA busy_timeout = 10")


def _impatient_postgres(connection: sa.Connection) -> None:
    connection.exec_driver_sql("SET LOCAL lock_timeout = '10ms'")


def _write_while_the_server_stops(store: Store, url: str) -> None:
    with store.transaction() as connection:
        store.checkpoints.save(connection, "p", "s", {"n": 1})
        _end_connections(url)
        store.checkpoints.save(connection, "p", "s", {"n": 2})


def _end_connections(url: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
