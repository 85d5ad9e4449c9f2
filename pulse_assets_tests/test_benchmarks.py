import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture
def comparison(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The benchmark's own module; its folder is no package, so that a contender's process stays small."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("comparison")


def test_contenders_agree_about_the_rows_and_the_figures_are_printed() -> None:
    done = subprocess.run(
        [
            sys.executable,
            str(BENCHMARKS / "ingest.py"),
            "--quick",
            "--no-warm-up",
            "--only=pulse,plain_requests",
            "--pull-requests=30",
            "--mode=details",
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "with commits and reviews, 0 ms latency" in done.stdout
    figures = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines() if line.startswith("  p")}
    assert set(figures) == {"pulse", "plain_requests"}


def test_there_is_no_result_where_two_contenders_have_other_rows(
    comparison: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = importlib.import_module("rivals.task")
    world = importlib.import_module("world").World("http://127.0.0.1:1", "acme/api")
    seen = {
        "pulse": task.rows_of([("pull_request", 1, "5"), ("commit", 1, "a")], has_details=True),
        "dlt_rest": task.rows_of([("pull_request", 1, "5"), ("commit", 1, "b")], has_details=True),
    }
    figures = importlib.import_module("measure").Figures(1, 1, 1, 1.0, 1.0, 1, {})
    monkeypatch.setattr(comparison, "measured", lambda *_: figures)
    monkeypatch.setattr(comparison, "collected", lambda name, _task: seen[name])

    with pytest.raises(comparison.RowsDiffer, match="dlt_rest has 1 pull requests, 1 commits, 0 reviews"):
        comparison.compare(["pulse", "dlt_rest"], world, latency_ms=0, has_details=True, rounds=1)


def test_list_only_compares_nothing_but_the_pull_requests(comparison: Any) -> None:
    task = importlib.import_module("rivals.task")
    listed = [("pull_request", 2, ""), ("pull_request", 1, "5")]

    assert task.rows_of([*listed, ("commit", 1, "a")], has_details=False) == task.rows_of(listed, has_details=False)
    assert comparison.CONTENDERS[0] == "pulse"


def test_pulse_and_pandas_and_postgres_find_the_same_figures() -> None:
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "metrics.py"), "--pull-requests=200", "--no-increment"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    names = [line.split()[0] for line in done.stdout.splitlines() if " ratio to pulse " in line]
    assert names == ["pulse", "pandas", "postgres"]
