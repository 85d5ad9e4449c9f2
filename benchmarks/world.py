"""The sandbox as the server of a benchmark: one repository of a wanted size, in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

TOKEN = "sandbox"  # noqa: S105 - any token opens the sandbox
_MONTHS = 24
#: More than any contender spends: the benchmark compares costs and must not end at a limit.
_BUDGET = 10_000_000


@dataclass(frozen=True, slots=True)
class World:
    """A running sandbox.

    Attributes:
        repository: The one that is collected; its number of pull requests is near the wanted one.
    """

    address: str
    repository: str

    def calls(self) -> dict[str, Any]:
        """What the server was asked so far."""
        parts = urlsplit(self.address)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        with closing(connection):
            connection.request("GET", "/_calls")
            return json.load(connection.getresponse())


@contextmanager
def serving(pull_requests: int, *, latency_ms: int = 0, seed: int = 7) -> Iterator[World]:
    """Generates and serves a repository with about so many pull requests, all of 24 months."""
    options = {
        "port": 0,
        "seed": seed,
        "repositories": 1,
        "people": 12,
        "months": _MONTHS,
        "pull-requests-per-month": pull_requests / _MONTHS,
        "latency-ms": latency_ms,
        "budget": _BUDGET,
    }
    command = [
        sys.executable,
        "-m",
        "pulse_assets.sandbox",
        "--until-stdin-closes",
    ]
    command += [f"--{name}={value}" for name, value in options.items()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise RuntimeError("the sandbox does not start")
            announced = json.loads(line)
            yield World(announced["address"], announced["repositories"][0])
        finally:
            process.terminate()
