"""What a user sees who gets something of Jira wrong: the field, the problem, the remedy, the exit code; no secret."""

import base64
import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pulse_assets.errors import ExitCode
from pulse_assets_tests.cli.conftest import Finished, Pulse
from pulse_assets_tests.cli.jira_home import jira_settings
from pulse_assets_tests.cli.jira_proxy import changing
from pulse_assets_tests.replay import Replay

TOKEN = "geheim-geheim-geheim"
PAIR = base64.b64encode(f"a@example.invalid:{TOKEN}".encode()).decode()


def assert_says(ended: Finished, code: ExitCode, *words: str) -> None:
    """It ended with the code, and its words name these; a secret or a traceback is not among them."""
    assert ended.code == code, ended.text
    assert [word for word in words if word not in ended.err] == [], ended.err
    assert not [hidden for hidden in (TOKEN, PAIR, "Traceback") if hidden in ended.text]


def traces_in(home: Path) -> list[str]:
    """Files below the home that hold the token or the pair, in any encoding that Pulse writes."""
    secrets = [text.encode(encoding) for text in (TOKEN, PAIR) for encoding in ("utf-8", "utf-16-le")]
    files = [path for path in home.rglob("*") if path.is_file()]
    assert files
    return [str(path) for path in files if any(secret in path.read_bytes() for secret in secrets)]


@pytest.mark.parametrize("name", ["cloud", "datacenter"])
def test_a_bad_token(pulse: Pulse, home: Path, replay: Replay, name: str) -> None:
    quoting = {"message": f"Client must be authenticated; {TOKEN} and {PAIR} are not known."}
    replay.scenario([{"match": "^(GET|POST) /jira/", "then": {"status": 401, "body": quoting}}])
    settings = jira_settings(replay, PULSE_JIRA_TOKEN=TOKEN, PULSE_JIRA_FLAVOR=name)
    assert_says(pulse("sync", "jira", **settings), ExitCode.AUTHENTICATION, "401", "PULSE_JIRA_TOKEN", "wrong, expired")
    doctor = pulse("doctor")
    assert doctor.code == ExitCode.AUTHENTICATION
    assert "PULSE_JIRA_TOKEN: the token is wrong" in doctor.out
    assert not [hidden for hidden in (TOKEN, PAIR) if hidden in doctor.text]
    assert traces_in(home) == []


def test_a_bad_token_that_is_answered_as_a_stranger(pulse: Pulse, home: Path, replay: Replay) -> None:
    stranger = {"status": 200, "headers": {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}, "body": {}}
    replay.scenario([{"match": "^(GET|POST) /jira/", "then": stranger}])
    ended = pulse("sync", "jira", **jira_settings(replay, PULSE_JIRA_TOKEN=TOKEN))
    assert_says(ended, ExitCode.AUTHENTICATION, "X-Seraph-LoginReason is AUTHENTICATED_FAILED", "PULSE_JIRA_TOKEN")
    assert not (home / "lake").exists()


@pytest.mark.usefixtures("collected_home")
def test_an_empty_answer_to_a_stranger_deletes_nothing(pulse: Pulse, replay: Replay) -> None:
    stranger = {"status": 200, "headers": {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}, "body": {"issues": []}}
    replay.scenario([{"match": "^(GET|POST) /jira/.*search", "then": stranger}])
    ended = pulse("sync", "jira", **jira_settings(replay))
    assert_says(ended, ExitCode.AUTHENTICATION, "EE: ", "PULSE_JIRA_TOKEN")
    assert pulse("query", "SELECT count(*) AS n FROM issues", "--csv").out == "n\n30\n"


@pytest.mark.parametrize(
    ("missing", "more", "words"),
    [
        ("PULSE_JIRA_TOKEN", {}, ("PULSE_JIRA_TOKEN is not set", "API token (Cloud)")),
        ("PULSE_JIRA_URL", {}, ("PULSE_JIRA_URL is not set", "https://example.atlassian.net")),
        ("PULSE_JIRA_EMAIL", {"PULSE_JIRA_AUTH": "basic"}, ("PULSE_JIRA_EMAIL is not set", "bearer")),
    ],
)
def test_a_setting_that_is_missing(
    pulse: Pulse, replay: Replay, missing: str, more: Mapping[str, str], words: tuple[str, ...]
) -> None:
    settings = jira_settings(replay, **more)
    del settings[missing]
    assert_says(pulse("sync", "jira", **settings), ExitCode.CONFIGURATION, *words)


def test_a_host_that_does_not_answer(pulse: Pulse, replay: Replay) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{probe.getsockname()[1]}"
    settings = jira_settings(replay, PULSE_JIRA_URL=f"http://{host}/jira", PULSE_HTTP_MAX_ATTEMPTS="1")
    assert_says(pulse("sync", "jira", **settings), ExitCode.SOURCE_DOWN, host, "PULSE_JIRA_URL")


@pytest.mark.parametrize("projects", ["EE", ""])
def test_an_address_without_a_jira(pulse: Pulse, replay: Replay, projects: str) -> None:
    settings = jira_settings(replay, PULSE_JIRA_URL=f"{replay.url}/elsewhere", PULSE_JIRA_PROJECTS=projects)
    assert_says(pulse("sync", "jira", **settings), ExitCode.CONFIGURATION, "elsewhere", "Check PULSE_JIRA_URL")


def test_nothing_but_an_unknown_project(pulse: Pulse, replay: Replay) -> None:
    ended = pulse("sync", "jira", **jira_settings(replay, PULSE_JIRA_PROJECTS="NOWHERE"))
    assert_says(ended, ExitCode.CONFIGURATION, "The project NOWHERE was not found", "PULSE_JIRA_PROJECTS")


@pytest.mark.usefixtures("collected_home")
def test_an_unknown_project_fails_alone(pulse: Pulse, replay: Replay) -> None:
    ended = pulse("sync", "jira", "--project", "NOWHERE", "--project", "EE", **jira_settings(replay))
    assert_says(ended, ExitCode.PARTIAL, "The project NOWHERE was not found")
    assert ended.out.startswith("1 of 2 projects: ")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("sync", "jira", "--project", "ee"), ("--project: 'ee' is no key of a project", "PAY")),
        (("sync", "jira", "--project", "EE-1"), ("--project: 'EE-1'", "PAY")),
        (("sync", "github", "--project", "EE"), ("--project does not belong to GitHub", "pulse sync jira")),
        (("sync", "jira", "--repository", "acme/api"), ("--repository does not belong to Jira", "pulse sync github")),
        (("sync", "gitlab"), ("gitlab", "'github', 'jira', 'all'")),
        (("report", "weekly", "--sprint", "7"), ("--project and --sprint", "report sprint")),
        (("report", "sprint", "--period", "2024-05"), ("--period", "--sprint")),
        (("explain", "flow_throughput", "--project", "EE", "--board", "8"), ("--project and --board",)),
    ],
)
def test_words_that_do_not_fit(pulse: Pulse, replay: Replay, words: tuple[str, ...], says: tuple[str, ...]) -> None:
    assert_says(pulse(*words, **jira_settings(replay)), ExitCode.USAGE, *says)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("JIRA_URL", "example.atlassian.net", "is not an http(s) address"),
        ("JIRA_URL", f"https://a:{TOKEN}@example.atlassian.net", "must not hold a user, a password"),
        ("JIRA_PROJECTS", "EE,ee", "'ee' is no project key"),
        ("JIRA_FLAVOR", "server", "'cloud' or 'datacenter'"),
        ("JIRA_AUTH", "oauth", "'auto', 'basic' or 'bearer'"),
        ("JIRA_STATUS_CATEGORIES", "5=finished", "'5=finished' is not of the form 10029=in_progress"),
        ("WORKING_HOURS", "9-17", "'9-17' is not of the form 09:00-17:30"),
        ("WORKING_HOURS", "17:00-09:00", "with the end after the begin"),
        ("WORKING_DAYS", "mon,fryday", "'fryday' is no day: mon, tue"),
        ("HOLIDAYS", "2024-13-01", "'2024-13-01' is no day such as 2026-12-25"),
    ],
)
def test_a_value_that_does_not_fit(pulse: Pulse, replay: Replay, name: str, value: str, says: str) -> None:
    ended = pulse("sync", "jira", **jira_settings(replay, **{f"PULSE_{name}": value}))
    assert_says(ended, ExitCode.CONFIGURATION, f"pulse: PULSE_{name}: ", says, "then run again")


def test_an_estimation_field_that_does_not_exist(pulse: Pulse, home: Path, replay: Replay) -> None:
    ended = pulse("sync", "jira", **jira_settings(replay, PULSE_JIRA_STORY_POINTS_FIELD="Nonsense"))
    assert_says(ended, ExitCode.CONFIGURATION, "EE: Jira has no field 'Nonsense'", "PULSE_JIRA_STORY_POINTS_FIELD")
    assert not (home / "lake").exists()


@pytest.mark.usefixtures("collected_home")
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[person]]\naccount_id = "x"\n', "person[1].login is missing"),
        ('[[person]]\naccount_id = "x"\nlogin = "y"\nmail = "z"\n', "person[1].mail is not known"),
        ("person = 3", "person should be a list of tables"),
        ("[[person]", "is not TOML"),
        (None, "cannot be read: No such file"),
    ],
)
def test_a_people_file_that_does_not_fit(
    pulse: Pulse, replay: Replay, tmp_path: Path, text: str | None, says: str
) -> None:
    path = tmp_path / "persons.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    settings = jira_settings(replay, PULSE_PEOPLE_FILE=str(path))
    ended = pulse("sync", "jira", **settings)
    assert_says(ended, ExitCode.CONFIGURATION, f"The people file {path}", says)
    # What was collected is told all the same.
    assert ended.out.startswith("1 of 1 project")


def test_no_trace_of_the_token_is_left_after_a_whole_sync(pulse: Pulse, home: Path, replay: Replay) -> None:
    """Even where the server quotes what it was sent, in words that are told and logged."""

    def watched(_path: str, headers: Mapping[str, str], found: Any) -> Any:
        seen.add(headers["Authorization"].removeprefix("Basic "))
        return found

    seen: set[str] = set()
    with changing(replay.url, watched) as url:
        settings = jira_settings(replay, PULSE_JIRA_URL=f"{url}/jira", PULSE_JIRA_TOKEN=TOKEN)
        broken = {"status": 500, "body": {"errorMessages": [f"No place for {TOKEN} and {PAIR}."]}}
        replay.scenario([{"match": "^POST /jira/rest/api/3/changelog", "then": broken}])
        refused = pulse("sync", "jira", **settings, PULSE_HTTP_MAX_ATTEMPTS="1")
        assert_says(refused, ExitCode.SOURCE_DOWN, "500")
        replay.scenario([])
        ended = pulse("sync", "jira", "--json")
    assert ended.code == ExitCode.OK
    assert seen == {PAIR}
    assert json.loads(ended.out)["status"] == "completed"
    assert not [hidden for hidden in (TOKEN, PAIR) if hidden in ended.text]
    assert {"pulse.db", "pulse.log", "issues", "index.db"} <= {
        path.name if path.suffix != ".parquet" else path.parent.name for path in home.rglob("*") if path.is_file()
    }
    assert traces_in(home) == []
