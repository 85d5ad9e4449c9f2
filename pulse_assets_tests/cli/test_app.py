import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from pulse_assets.cli import app as module
from pulse_assets.cli.app import app
from pulse_assets.errors import AuthenticationFailed, ExitCode

ROOT = Path(__file__).parent.parent.parent
COMMANDS = sorted(info.callback.__name__ for info in app.registered_commands if info.callback)


def test_each_command_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text()
    assert [name for name in COMMANDS if not re.search(rf"^\| `{name}\b", text, re.MULTILINE)] == []


def test_each_exit_code_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text()
    words = {code: code.name.lower().replace("_", " ") for code in ExitCode}
    assert [code for code, word in words.items() if f"{code.value} {word}" not in text] == []


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, pulse_assets.cli.app; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pandas", "dagster", "duckdb", "pyarrow", "sqlalchemy", "requests", "rich", "pydantic"} & set(loaded)


def test_an_unknown_word_is_a_usage_error() -> None:
    result = CliRunner().invoke(app, ["report", "yearly"])
    assert result.exit_code == ExitCode.USAGE
    assert "weekly" in result.output


def test_a_known_error_ends_in_its_sentence_and_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = typer.Typer()

    @failing.command()
    def fail() -> None:
        raise AuthenticationFailed("GitHub refuses the token.", hint="Set PULSE_GITHUB_TOKEN.")

    monkeypatch.setattr(module, "app", lambda: failing([], standalone_mode=False))
    with pytest.raises(SystemExit) as caught:
        module.main()
    assert caught.value.code == ExitCode.AUTHENTICATION
    assert capsys.readouterr().err == "pulse: GitHub refuses the token. Set PULSE_GITHUB_TOKEN.\n"


def test_a_defect_ends_without_a_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(module, "app", lambda: 1 / 0)
    with pytest.raises(SystemExit) as caught:
        module.main()
    assert caught.value.code == ExitCode.FAILED
    error = capsys.readouterr().err
    assert "ZeroDivisionError" in error
    assert "pulse.log" in error
    assert "Traceback" not in error


def test_an_interrupted_command_says_that_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupted = typer.Typer(rich_markup_mode=None)

    @interrupted.command()
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "app", lambda: interrupted([]))
    with pytest.raises(SystemExit) as caught:
        module.main()
    assert caught.value.code == 130
    assert "what was committed stays" in capsys.readouterr().err


def test_a_defect_that_cannot_be_logged_ends_without_a_traceback_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PULSE_TIMEZONE", "Mars")
    monkeypatch.setattr(module, "app", lambda: 1 / 0)
    with pytest.raises(SystemExit) as caught:
        module.main()
    assert caught.value.code == ExitCode.FAILED
    assert "ZeroDivisionError. The details could not be logged: PULSE_TIMEZONE" in capsys.readouterr().err
