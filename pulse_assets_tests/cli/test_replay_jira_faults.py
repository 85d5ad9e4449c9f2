"""Faults of Jira and of this machine: the exit code and the words, and tables that end as without them."""

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.errors import ExitCode
from pulse_assets_tests.cli.conftest import Pulse
from pulse_assets_tests.cli.jira_home import (
    COLLECTED,
    Undisturbed,
    command,
    differences,
    finished,
    jira_settings,
    landing_of,
    rows_of,
)
from pulse_assets_tests.cli.jira_proxy import changing, each_issue
from pulse_assets_tests.replay import Replay

#: What the command says when it begins each part of its work.
PHASES = (
    "Looking for projects",
    "Collecting 1 project",
    "EE: 30 of 30 issues",
    "Building the tables",
    "Bringing GitHub and Jira together",
    "Computing the metrics",
    "Writing the data-quality report",
)


def every_answer(**then: Any) -> list[dict[str, Any]]:
    return [{"match": "^(GET|POST) /jira/", "then": then}]


@pytest.mark.parametrize(
    "scenario",
    [
        "jira_limits_and_gone",
        pytest.param("flaky_server", marks=pytest.mark.full),
        pytest.param("broken_bodies", marks=pytest.mark.full),
        pytest.param("slow_network", marks=pytest.mark.full),
    ],
)
def test_faults_of_the_server_leave_no_trace(
    pulse: Pulse, home: Path, replay: Replay, undisturbed: Undisturbed, scenario: str
) -> None:
    expected = undisturbed("cloud")
    replay.play(scenario)
    ended = pulse("sync", "jira", **jira_settings(replay))
    assert ended.code == ExitCode.OK, ended.err
    # The rules of broken_bodies for Jira spoil pages that so small a project does not have.
    assert replay.calls()["faults"] or scenario == "broken_bodies"
    assert differences(expected, home) == COLLECTED
    assert landing_of(home) == landing_of(expected)


def test_a_token_that_expires_during_the_sync_ends_with_5_and_the_next_sync_goes_on(
    pulse: Pulse, home: Path, replay: Replay, undisturbed: Undisturbed
) -> None:
    expected = undisturbed("cloud")
    replay.play("expired_token")
    ended = pulse("sync", "jira", **jira_settings(replay))
    assert ended.code == ExitCode.AUTHENTICATION
    assert "PULSE_JIRA_TOKEN" in ended.err
    landed = landing_of(home)
    assert landed
    assert set(landed) < set(landing_of(expected))
    assert not (home / "lake" / "clean" / "issues").exists()
    replay.scenario([])
    assert pulse("sync", "jira").code == ExitCode.OK
    assert differences(expected, home) == COLLECTED
    assert landing_of(home) == landing_of(expected)


@pytest.mark.parametrize(
    "fault",
    [
        (
            {
                "status": 429,
                "headers": {"Retry-After": "7200", "RateLimit-Reason": "jira-quota-tenant-based"},
                "body": {"errorMessages": ["Rate limit exceeded."]},
            },
            ExitCode.RATE_LIMITED,
            "jira-quota-tenant-based",
        ),
        ({"status": 503, "body": "<html>Down for maintenance</html>"}, ExitCode.SOURCE_DOWN, "503"),
        ({"reset": True}, ExitCode.SOURCE_DOWN, "Connection reset"),
        ({"status": 401, "body": {"message": "No."}}, ExitCode.AUTHENTICATION, "PULSE_JIRA_TOKEN"),
    ],
)
def test_a_jira_that_refuses_everything_ends_with_its_code_and_leaves_everything_as_it_was(
    pulse: Pulse,
    collected_home: Path,
    replay: Replay,
    undisturbed: Undisturbed,
    fault: tuple[dict[str, Any], ExitCode, str],
) -> None:
    then, code, says = fault
    before = landing_of(collected_home)
    replay.scenario(every_answer(**then))
    ended = pulse("sync", "jira", **jira_settings(replay, PULSE_HTTP_MAX_ATTEMPTS="2"))
    assert ended.code == code, ended.err
    assert says in ended.err
    assert landing_of(collected_home) == before
    assert differences(undisturbed("cloud"), collected_home) == set()


def killed_at(home: Path, phase: str, settings: dict[str, str]) -> None:
    """Runs a sync that is killed as soon as it has said that a part of its work begins."""
    process = command(home, "sync", "jira", **settings)
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if phase in line:
            process.kill()
            break
    assert process.wait(timeout=60) == -signal.SIGKILL, said
    process.communicate()


@pytest.mark.parametrize("phases", [(PHASES[2], PHASES[5]), pytest.param(PHASES, marks=pytest.mark.full)])
def test_a_command_that_is_killed_again_and_again_ends_as_an_undisturbed_one(
    home: Path, replay: Replay, undisturbed: Undisturbed, phases: tuple[str, ...]
) -> None:
    expected, settings = undisturbed("cloud"), jira_settings(replay)
    for phase in phases:
        killed_at(home, phase, settings)
    ended = finished(home, "sync", "jira", **settings)
    assert ended.code == ExitCode.OK, ended.err
    assert differences(expected, home) == COLLECTED
    assert landing_of(home) == landing_of(expected)
    assert "No news since the last time." in finished(home, "sync", "jira", **settings).out


@pytest.mark.full
def test_a_command_that_is_killed_at_any_moment_ends_as_an_undisturbed_one(
    home: Path, replay: Replay, undisturbed: Undisturbed
) -> None:
    expected, settings = undisturbed("cloud"), jira_settings(replay)
    begin = time.monotonic()
    assert finished(home.with_name("measured"), "sync", "jira", **settings).code == ExitCode.OK
    seconds = time.monotonic() - begin
    for part in range(1, 10):
        process = command(home, "sync", "jira", **settings)
        try:
            process.wait(timeout=seconds * part / 10)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
    ended = finished(home, "sync", "jira", **settings)
    assert ended.code == ExitCode.OK, ended.err
    assert differences(expected, home) == COLLECTED
    assert landing_of(home) == landing_of(expected)


def spoilt(_path: str, _headers: object, found: Any) -> Any:
    """Takes the summary from one issue, and gives another one a date that is none."""

    def spoil(issue: dict[str, Any]) -> None:
        if issue["key"] == "EE-2":
            issue["fields"] = issue["fields"] | {"summary": None}
        if issue["key"] == "EE-3":
            issue["fields"] = issue["fields"] | {"resolutiondate": "yesterday"}

    return each_issue(found, spoil)


def test_one_bad_record_stays_alone_in_quarantine_and_the_result_is_partial(
    pulse: Pulse, home: Path, replay: Replay, undisturbed: Undisturbed
) -> None:
    expected = undisturbed("cloud")
    with changing(replay.url, spoilt) as url:
        ended = pulse("sync", "jira", **jira_settings(replay, PULSE_JIRA_URL=f"{url}/jira"))
        again = pulse("sync", "jira", "--json")
    assert ended.code == ExitCode.PARTIAL
    assert "EE: 2 records of EE in quarantine, 1 of them left out whole" in ended.err
    assert 'pulse query "FROM quarantined_records"' in ended.err
    partition = json.loads(again.out)["partitions"]["EE"]
    assert (again.code, partition["status"], partition["new_count"]) == (ExitCode.PARTIAL, "partial", 0)
    kept = [(row["record_key"], row["field"], row["is_dropped"]) for row in rows_of(home, "clean/quarantined_records")]
    assert sorted(kept) == [("10064", "summary", True), ("10065", "resolved", False)]
    before, after = ({row["key"]: row for row in rows_of(each, "clean/issues")} for each in (expected, home))
    assert before.keys() - after.keys() == {"EE-2"}
    assert [key for key in after if after[key] != before[key]] == ["EE-3"]
    assert after["EE-3"] == before["EE-3"] | {"resolved_at": None}
