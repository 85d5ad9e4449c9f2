"""The replay server of recorded GitHub data, in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests


@dataclass(frozen=True)
class Replay:
    """A running replay server; `url` is scheme, host and port."""

    url: str
    folder: Path

    @property
    def github_url(self) -> str:
        return f"{self.url}/github"

    def calls(self) -> dict[str, Any]:
        return requests.get(f"{self.url}/_calls", timeout=30).json()

    def scenario(self, rules: list[dict[str, Any]]) -> None:
        """Replaces the rules by which answers are spoilt."""
        self._post("_scenario", rules)

    def play(self, name: str) -> None:
        """Takes the rules of one of the server's own scenarios, such as `flaky_server`."""
        self.scenario(json.loads((self.folder / "scenarios" / f"{name}.json").read_text(encoding="utf-8")))

    def advance(self, **what: Any) -> dict[str, Any]:
        """Changes one record: `advance(github_pull=211, set={"title": "x"}, at="2026-01-02T03:04:05Z")`."""
        return self._post("_advance", what)

    def remove(self, **what: Any) -> dict[str, Any]:
        return self._post("_remove", what)

    def reset(self) -> None:
        """Data, limits, counters as at the start, and no scenario."""
        self._post("_scenario", [])
        self._post("_reset", {})

    def _post(self, path: str, body: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.url}/{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()


@pytest.fixture(scope="session")
def replay_server(replay_dir: Path) -> Iterator[Replay]:
    process = subprocess.Popen(
        [sys.executable, str(replay_dir / "server.py"), "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        words = process.stdout.readline().split()
        yield Replay(next(word for word in words if word.startswith("http")).removesuffix("/github"), replay_dir)
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture
def replay(replay_server: Replay) -> Iterator[Replay]:
    """The server as at its start, without a scenario."""
    replay_server.reset()
    yield replay_server
    replay_server.reset()
