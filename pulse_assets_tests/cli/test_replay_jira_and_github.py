"""Recorded GitHub and Jira traffic by one command; one source may be down."""

import json
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.errors import ExitCode
from pulse_assets_tests.cli.conftest import Pulse
from pulse_assets_tests.cli.jira_home import jira_settings
from pulse_assets_tests.replay import Replay

COUNTS = {
    "panjf2000/ants": ("SELECT (SELECT count(*) FROM pull_requests), (SELECT count(*) FROM commits)", "49,711"),
    "EE": ("SELECT (SELECT count(*) FROM issues), (SELECT count(*) FROM issue_changes)", "30,709"),
}


def counted(pulse: Pulse, partition: str) -> str:
    """The row that `pulse query` prints for it."""
    return pulse("query", COUNTS[partition][0], "--csv").out.splitlines()[1]


def down(source: str) -> list[dict[str, Any]]:
    return [{"match": f"^(GET|POST) /{source}/", "then": {"status": 503, "body": "<html>Down</html>"}}]


@pytest.mark.parametrize(
    ("source", "left"), [("jira", "panjf2000/ants"), pytest.param("github", "EE", marks=pytest.mark.full)]
)
def test_a_source_that_is_down_leaves_the_other_going(
    pulse: Pulse, home: Path, replay: Replay, source: str, left: str
) -> None:
    github = {
        "PULSE_GITHUB_URL": replay.github_url,
        "PULSE_GITHUB_TOKEN": "t",
        "PULSE_GITHUB_REPOSITORIES": "panjf2000/ants",
        "PULSE_DEPLOYMENT_SOURCE": "releases",
    }
    replay.scenario(down(source))
    ended = pulse("sync", "all", "--json", **jira_settings(replay), **github, PULSE_HTTP_MAX_ATTEMPTS="1")
    document = json.loads(ended.out)
    assert (ended.code, document["status"]) == (ExitCode.PARTIAL, "partial")
    assert {key: each["status"] for key, each in document["partitions"].items()} == {
        left: "completed",
        source: "failed",
    }
    assert "503" in document["partitions"][source]["error"]["message"]
    assert counted(pulse, left) == COUNTS[left][1]
    assert (home / "reports" / "quality" / "data_quality.html").exists()
    replay.scenario([])
    ended = pulse("sync", "all")
    assert ended.code == ExitCode.OK, ended.err
    assert ended.out.startswith("1 of 1 repositories, 1 of 1 projects: ")
    for partition, (_, row) in COUNTS.items():
        assert counted(pulse, partition) == row
    assert "No news since the last time." in pulse("sync").out
