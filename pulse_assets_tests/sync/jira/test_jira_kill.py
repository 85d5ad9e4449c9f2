"""Syncs of Jira that are killed at any instant end where an undisturbed one ends, and repeat little."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
import requests
import sqlalchemy as sa

from pulse_assets.store import Store
from pulse_assets.store.schema import METADATA
from pulse_assets_tests.replay import Replay
from pulse_assets_tests.sync import dump
from pulse_assets_tests.sync.jira.state import checkpoints
from pulse_assets_tests.sync.test_kill import Victims

PAGE_SIZE = 3
SEARCH = "POST /jira/rest/api/3/search/jql"


@pytest.fixture(scope="module")
def breeder() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "pulse_assets_tests.sync.jira.victim"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def victims(breeder: subprocess.Popen[str], store_url: str, replay: Replay) -> Victims:
    order = {
        "database_url": store_url,
        "jira_url": f"{replay.url}/jira",
        "jira_email": "a@example.invalid",
        "jira_token": "a-token",
        "jira_projects": "EE,DEV",
        "sync_workers": 2,
        "page_size": PAGE_SIZE,
    }
    return Victims(breeder, order)


def searches(replay: Replay) -> int:
    """Pages of issues since the last call."""
    number = replay.calls()["routes"].get(SEARCH, 0)
    requests.post(f"{replay.url}/_reset", json={}, timeout=30)
    return number


def wipe(store: Store) -> None:
    with store.transaction() as connection:
        for table in METADATA.sorted_tables:
            connection.execute(sa.delete(table))


@pytest.mark.parametrize("kills", [20, pytest.param(200, marks=pytest.mark.full)])
def test_killed_syncs_end_as_an_undisturbed_one(store: Store, victims: Victims, replay: Replay, kills: int) -> None:
    assert victims.run() == 0
    wipe(store)
    searches(replay)
    began = time.monotonic()
    assert victims.run() == 0
    seconds = time.monotonic() - began
    landing, states, pages = dump.landing(store), checkpoints(store), searches(replay)
    assert len(landing) > 200
    dice, left = random.Random(kills), kills
    while left:
        wipe(store)
        before = left
        while (code := victims.run(kill_after=dice.uniform(0, seconds) if left else None)) != 0:
            assert code == -signal.SIGKILL
            left -= 1
        assert dump.landing(store) == landing
        assert checkpoints(store) == states
        # Each sync that goes on asks once more for what changed since it was cut.
        assert searches(replay) <= pages + (before - left) * 4
