"""Jira's metrics explained as text: in the words of projects, not of repositories."""

import datetime as dt
from pathlib import Path

import pytest

from pulse_assets.cli.explanation_text import print_explanation
from pulse_assets.metrics.explanation import explain
from pulse_assets_tests.reports.planning.small import small_jira

MAY = ("month", dt.date(2024, 5, 1))
OF_SPRINT = ("sprint", dt.date(2024, 5, 6))


@pytest.mark.parametrize(
    ("metric", "scope", "says"),
    [
        ("flow_throughput", ("all", "all"), ["Throughput of all projects: May", "issue type"]),
        ("flow_time_in_status", ("project", "PAY"), [" of project PAY: May", "issue status and status category"]),
        ("flow_cycle_time", ("board", "7"), ["Cycle time of board 7: May"]),
        ("sprint_velocity", ("sprint", "12"), ["Velocity of sprint 12: May"]),
    ],
)
def test_text_speaks_of_projects(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    metric: str,
    scope: tuple[str, str],
    says: list[str],
) -> None:
    period = OF_SPRINT if scope[0] == "sprint" else MAY
    print_explanation(explain(metric, *small_jira(tmp_path), period=period, scope=scope), "May", limit=None)
    out = capsys.readouterr().out
    assert [words for words in says if words not in out] == []
    tables = out.partition("Definition")[0]
    assert "project" in tables
    assert "author and reviewer" not in tables
    heads = [line for line in tables.splitlines() if line.startswith("repository")]
    assert heads == []
