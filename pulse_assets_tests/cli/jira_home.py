"""The recorded Jira as a user collects it: the settings, the command as a process, and all that it leaves behind."""

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import copytree
from typing import Any, Literal

import duckdb
import pytest

from pulse_assets.settings import Settings
from pulse_assets.store import Store
from pulse_assets_tests.replay import Replay
from pulse_assets_tests.sync import dump

Flavor = Literal["cloud", "datacenter"]
PULSE = Path(sys.executable).with_name("pulse")
#: The time of collection, which no two runs share; nothing else may differ.
COLLECTED = {("clean/projects/EE.parquet", "collected_at")}
Undisturbed = Callable[[Flavor], Path]
Lake = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


@dataclass(frozen=True, slots=True)
class Finished:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


def last_month() -> dt.date:
    """A begin of the history that leaves two months: there is little to compute, and the raw tables are the same."""
    return (dt.datetime.now(dt.UTC).date().replace(day=1) - dt.timedelta(days=1)).replace(day=1)


def jira_settings(replay: Replay, **more: str) -> dict[str, str]:
    """The environment of the recorded project."""
    return {
        "PULSE_JIRA_URL": f"{replay.url}/jira",
        "PULSE_JIRA_EMAIL": "a@example.invalid",
        "PULSE_JIRA_TOKEN": "t",
        "PULSE_JIRA_PROJECTS": "EE",
        "PULSE_HISTORY_START": last_month().isoformat(),
    } | more


def command(home: Path, *words: str, **settings: str) -> subprocess.Popen[str]:
    """Starts the command as a process of its own, which can be killed."""
    home.parent.mkdir(parents=True, exist_ok=True)
    outer = {name: value for name, value in os.environ.items() if not name.startswith(("PULSE_", "DAGSTER_"))}
    return subprocess.Popen(
        [str(PULSE), *words],
        env=outer | settings | {"PULSE_HOME": str(home)},
        cwd=home.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(home: Path, *words: str, **settings: str) -> Finished:
    """Runs the command to its end."""
    process = command(home, *words, **settings)
    out, err = process.communicate(timeout=600)
    return Finished(process.returncode, out, err)


def asked(home: Path, sql: str) -> list[dict[str, Any]]:
    """What `pulse query` prints."""
    return json.loads(finished(home, "query", sql, "--json").out)


def lake_of(home: Path) -> Lake:
    """Columns and rows of every partition of every table, in their order."""
    found: Lake = {}
    with duckdb.connect() as connection:
        for path in sorted((home / "lake").rglob("*.parquet")):
            asked = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
            columns = [column[0] for column in asked.description or ()]
            found[path.relative_to(home / "lake").as_posix()] = columns, asked.fetchall()
    return found


def differences(one: Path, other: Path) -> set[tuple[str, str]]:
    """Partitions of the lake that are not the same, row by row, each with the column, or with `rows` or `partition`."""
    first, second = lake_of(one), lake_of(other)
    found = {(path, "partition") for path in first.keys() ^ second.keys()}
    for path in first.keys() & second.keys():
        (columns, rows), (other_columns, other_rows) = first[path], second[path]
        if columns != other_columns or len(rows) != len(other_rows):
            found.add((path, "rows"))
            continue
        for place, name in enumerate(columns):
            if [row[place] for row in rows] != [row[place] for row in other_rows]:
                found.add((path, name))
    return found


def landing_of(home: Path) -> list[tuple[Any, ...]]:
    """Everything that was landed."""
    with Store.open(Settings.load(home=home).store_url) as store:
        return dump.landing(store)


def rows_of(home: Path, table: str, project: str = "EE") -> list[dict[str, Any]]:
    """The rows of a partition, such as that of `clean/issues`."""
    columns, rows = lake_of(home)[f"{table}/{project}.parquet"]
    return [dict(zip(columns, row, strict=True)) for row in rows]


@pytest.fixture(scope="session")
def undisturbed(replay_server: Replay, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """The home after one sync of the recorded project that met no fault, by the real command."""

    @cache
    def collected(flavor: Flavor) -> Path:
        home = tmp_path_factory.mktemp(flavor) / "home"
        replay_server.reset()
        ended = finished(home, "sync", "jira", **jira_settings(replay_server, PULSE_JIRA_FLAVOR=flavor))
        assert ended.code == 0, ended.err
        replay_server.reset()
        return home

    return collected


@pytest.fixture
def collected_home(home: Path, replay: Replay, undisturbed: Undisturbed) -> Iterator[Path]:
    """A home of one's own in which the recorded project was collected."""
    yield copytree(undisturbed("cloud"), home)
    replay.reset()
