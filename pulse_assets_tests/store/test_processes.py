"""The store in the hands of several processes."""

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from pulse_assets.store import Store
from pulse_assets_tests.store.other_process import TABLE

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def start_process(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "pulse_assets_tests.store.other_process", *arguments]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start_process
    for process in started:
        process.kill()
        process.communicate()


def test_processes_that_open_a_new_database_at_once_make_its_tables_once(store_url: str, start: Start) -> None:
    processes = [start("open", store_url) for _ in range(3)]
    assert [process.wait(180) for process in processes] == [0, 0, 0]
    with Store.open(store_url) as store:
        assert store.landing.tables() == {}


def test_processes_that_write_at_once_lose_nothing(store_url: str, start: Start) -> None:
    Store.open(store_url).close()
    processes = [start("write", store_url, name, "25") for name in ("a", "b")]
    assert [process.wait(180) for process in processes] == [0, 0]
    with Store.open(store_url) as store:
        assert store.landing.count(TABLE, "acme/api") == 2 * 25 * 20
        assert store.checkpoints.load("acme/a", "pages") == {"count": 25}
        assert store.checkpoints.load("acme/b", "pages") == {"count": 25}


def test_a_process_killed_in_a_transaction_leaves_nothing_and_locks_nobody_out(store_url: str, start: Start) -> None:
    process = start("die", store_url)
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    process.kill()
    process.wait()
    with Store.open(store_url) as store:
        assert store.landing.tables() == {}
        assert store.checkpoints.all("acme/api") == {}
        lease = store.leases.acquire("sync:github:acme/api")
        assert lease.epoch == 2
        with store.transaction() as connection:
            store.leases.verify(connection, lease)
            store.checkpoints.save(connection, "acme/api", "pull_requests", {"cursor": "start"})
        assert store.checkpoints.load("acme/api", "pull_requests") == {"cursor": "start"}
