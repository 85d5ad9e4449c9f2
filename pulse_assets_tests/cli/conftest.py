"""Runs the command in this process, as a user would, in a folder and a home of its own."""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pulse_assets.cli import app
from pulse_assets_tests.cli.jira_home import Finished, collected_home, undisturbed

__all__ = ["Finished", "collected_home", "undisturbed"]


Pulse = Callable[..., Finished]


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty PULSE_HOME, and no other setting of Pulse."""
    for name in [name for name in os.environ if name.startswith(("PULSE_", "DAGSTER_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PULSE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def pulse(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Pulse]:
    """`pulse("sync", PULSE_GITHUB_TOKEN="t")`: arguments are words, keywords are environment variables."""

    def run(*words: str, **environment: str) -> Finished:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["pulse", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            app.main()
        printed = capsys.readouterr()
        code = ended.value.code
        return Finished(code if isinstance(code, int) else int(code is not None), printed.out, printed.err)

    assert home
    yield run
    logger = logging.getLogger("pulse_assets")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()
    logger.propagate = True
