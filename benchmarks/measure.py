"""Runs a contender in a process of its own and says what it used, and what the server saw.

This process stays small: the peak of a child's memory begins with its parent's.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rivals.task import Rows, Task
from world import TOKEN, World, serving

#: Longest time for one contender.
TIME_LIMIT_SECONDS = 3600.0
_HERE = Path(__file__).parent
_STDERR_TAIL = 3000
_WARM_UP_SIZE = 30


class ContenderFailed(Exception):
    """A contender ended with an error, so there is no figure for it."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run cost.

    Attributes:
        requests: Requests that the server answered.
        counted: Those among them that count against the limit: all but "304 not modified".
        received_bytes: Bodies that the server sent.
        cpu_seconds: User and system time of the process and its children.
        peak_bytes: Largest resident memory.
        notes: What the contender says of itself.
    """

    requests: int
    counted: int
    received_bytes: int
    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int
    notes: Mapping[str, float]


def measured(name: str, task: Task, world: World) -> Figures:
    """Lets the contender collect.

    Raises:
        ContenderFailed: It ended with an error.
    """
    before = world.calls()
    started = time.monotonic()
    answer, usage = _run(name, "collect", task)
    wall_seconds = time.monotonic() - started
    after = world.calls()
    requests = after["total"] - before["total"]
    return Figures(
        requests=requests,
        counted=requests - (after["not_modified"] - before["not_modified"]),
        received_bytes=after["bytes"] - before["bytes"],
        wall_seconds=wall_seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_bytes=usage.ru_maxrss * 1024,
        notes=answer,
    )


def collected(name: str, task: Task) -> Rows:
    """What the contender left behind, read in another process so that the reading is not measured."""
    answer, _usage = _run(name, "rows", task)
    return Rows(**answer)


@contextmanager
def compiled_once(contenders: Iterable[str], *, is_warmed_up: bool = True) -> Iterator[None]:
    """Within it bytecode is kept, as in an installation that was used before; a tiny run has it compiled at the start.

    Without it a contender with many imports would pay seconds in each run, where installers left source files only.
    """
    with tempfile.TemporaryDirectory(prefix="benchmark-") as cache:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = cache
        if is_warmed_up:
            with serving(_WARM_UP_SIZE) as world:
                for name in contenders:
                    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
                        task = Task(world.address, TOKEN, world.repository, folder, is_whole=True)
                        _run(name, "collect", task)
        yield


def _run(name: str, action: str, task: Task) -> tuple[dict[str, Any], Any]:
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as problems:
        process = subprocess.Popen(
            [sys.executable, str(_HERE / "contend.py"), name, action, task.to_json()],
            stdout=out,
            stderr=problems,
            cwd=task.folder,
            env=_environment(task.folder),
        )
        watch = threading.Timer(TIME_LIMIT_SECONDS, process.kill)
        watch.start()
        try:
            _pid, status, usage = os.wait4(process.pid, 0)
        finally:
            watch.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        problems.seek(0)
        if process.returncode != 0:
            raise ContenderFailed(
                f"{name} {action} ended with {process.returncode}:\n{problems.read()[-_STDERR_TAIL:]}"
            )
        return json.loads(out.read().splitlines()[-1]), usage


def _environment(folder: str) -> dict[str, str]:
    """Without the user's settings of Pulse and of dlt, and without anything that calls home."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PULSE_", "DLT_", "RUNTIME__"))}
    return {
        **kept,
        "DLT_DATA_DIR": folder,
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "RUNTIME__LOG_LEVEL": "CRITICAL",
        "NO_PROXY": "127.0.0.1",
    }
