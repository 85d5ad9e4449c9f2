"""Syncs that are killed at any instant end where an undisturbed one ends, and repeat at most the page in hand."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from pulse_assets.sandbox import Organization, generate, serving
from pulse_assets.store import Store
from pulse_assets.store.schema import METADATA
from pulse_assets_tests.sync import dump

WORKERS = 2
PAGE_SIZE = 4


class Victims:
    """Starts syncs and kills them."""

    def __init__(self, process: subprocess.Popen[str], order: dict[str, Any]) -> None:
        self._process = process
        self._order = order

    def run(self, *, kill_after: float | None = None) -> int:
        """Runs one sync; returns its exit code, -9 when the kill met it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(self._order) + "\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline())
        killer = threading.Timer(kill_after or 0, _kill, [pid])
        if kill_after is not None:
            killer.start()
        code = int(self._process.stdout.readline())
        killer.cancel()
        return code


def _kill(pid: int) -> None:
    # The process is reaped only by its parent, which says so; until then the id cannot be another's.
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


@pytest.fixture(scope="module")
def organization() -> Organization:
    return generate(11, repositories=4, people=5, months=2, pull_requests_per_month=14)


@pytest.fixture(scope="module")
def sandbox(organization: Organization) -> Iterator[str]:
    with serving(organization, token="a-token", latency_ms=4, budget=10_000_000) as address:
        yield address


@pytest.fixture(scope="module")
def breeder() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "pulse_assets_tests.sync.victim"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def victims(breeder: subprocess.Popen[str], store_url: str, sandbox: str, organization: Organization) -> Victims:
    # Not the first one: its pull requests with more than a hundred commits make pages of several requests.
    busy = [r.full_name for r in organization.repositories[1:] if r.pull_requests]
    order = {
        "database_url": store_url,
        "github_url": sandbox,
        "github_token": "a-token",
        "github_repositories": ",".join(busy),
        "sync_workers": WORKERS,
        "page_size": PAGE_SIZE,
    }
    return Victims(breeder, order)


def asked(sandbox: str) -> tuple[int, int]:
    """(pages of lists, answers that had to be sent whole) since the last call."""
    calls = requests.get(f"{sandbox}/_calls", timeout=30).json()
    requests.post(f"{sandbox}/_reset", json={}, timeout=30)
    return calls["routes"].get("POST /graphql", 0), calls["total"] - calls["not_modified"]


def wipe(store: Store) -> None:
    with store.transaction() as connection:
        for table in METADATA.sorted_tables:
            connection.execute(sa.delete(table))


@pytest.mark.parametrize("kills", [20, pytest.param(200, marks=pytest.mark.full)])
def test_killed_syncs_end_as_an_undisturbed_one(store: Store, victims: Victims, sandbox: str, kills: int) -> None:
    assert victims.run() == 0
    wipe(store)
    asked(sandbox)
    began = time.monotonic()
    assert victims.run() == 0
    seconds = time.monotonic() - began
    landing, checkpoints, (pages, whole) = dump.landing(store), dump.checkpoints(store), asked(sandbox)
    assert len(landing) > 200
    dice, left = random.Random(kills), kills
    while left:
        wipe(store)
        before = left
        while (code := victims.run(kill_after=dice.uniform(0, seconds) if left else None)) != 0:
            assert code == -signal.SIGKILL
            left -= 1
        assert dump.landing(store) == landing
        assert dump.checkpoints(store) == checkpoints
        pages_asked, whole_asked = asked(sandbox)
        assert pages_asked <= pages + (before - left) * WORKERS
        assert whole_asked <= whole + (before - left) * WORKERS
