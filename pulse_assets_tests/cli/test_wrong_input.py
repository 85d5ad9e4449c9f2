"""What a user sees who gets something wrong: what happened, to what, what to do, and the exit code of the design."""

import datetime as dt
import http.server
import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulse_assets.errors import ExitCode
from pulse_assets.sandbox import Organization, generate, serving
from pulse_assets.settings import Settings
from pulse_assets.store import Store
from pulse_assets.sync.engine import lease_name
from pulse_assets_tests.cli.conftest import Pulse

SECRET = "geheim-geheim-geheim"


@pytest.fixture(scope="module")
def organization() -> Organization:
    return generate(3, repositories=2, people=4, months=1, pull_requests_per_month=6)


@pytest.fixture
def github(organization: Organization) -> Iterator[str]:
    with serving(organization, token="right") as address:
        yield address


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_bad_token(pulse: Pulse, github: str) -> None:
    ended = pulse("sync", PULSE_GITHUB_URL=github, PULSE_GITHUB_TOKEN=SECRET, PULSE_GITHUB_ORGANIZATIONS="acme")
    assert ended.code == ExitCode.AUTHENTICATION
    assert "PULSE_GITHUB_TOKEN" in ended.err
    assert SECRET not in ended.text


def test_an_unknown_repository_fails_alone(pulse: Pulse, github: str) -> None:
    selected = {"PULSE_GITHUB_URL": github, "PULSE_GITHUB_TOKEN": "right"}
    ended = pulse("sync", **selected, PULSE_GITHUB_REPOSITORIES="acme/api,acme/nowhere")
    assert ended.code == ExitCode.PARTIAL
    assert "acme/nowhere" in ended.err
    assert "PULSE_GITHUB_REPOSITORIES" in ended.err
    assert pulse("query", "SELECT repository FROM repositories", "--csv").out == "repository\nacme/api\n"


def test_nothing_but_an_unknown_repository(pulse: Pulse, github: str) -> None:
    selected = {"PULSE_GITHUB_URL": github, "PULSE_GITHUB_TOKEN": "right"}
    ended = pulse("sync", **selected, PULSE_GITHUB_REPOSITORIES="acme/nowhere")
    assert ended.code == ExitCode.CONFIGURATION
    assert "acme/nowhere" in ended.err


def test_no_permission(pulse: Pulse) -> None:
    class Forbidding(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"message": "Resource not accessible by personal access token"}).encode()
            self.send_response(403)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - the name of the base class

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Forbidding)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        ended = pulse("sync", PULSE_GITHUB_URL=url, PULSE_GITHUB_TOKEN=SECRET, PULSE_GITHUB_REPOSITORIES="acme/api")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert ended.code == ExitCode.AUTHENTICATION
    assert "acme/api" in ended.err
    assert SECRET not in ended.text


def test_an_unreachable_host(pulse: Pulse, closed_port: int) -> None:
    url = f"http://127.0.0.1:{closed_port}"
    ended = pulse("sync", PULSE_GITHUB_URL=url, PULSE_GITHUB_TOKEN=SECRET, PULSE_GITHUB_REPOSITORIES="acme/api")
    assert ended.code == ExitCode.SOURCE_DOWN
    assert f"127.0.0.1:{closed_port}" in ended.err
    assert "PULSE_GITHUB_URL" in ended.err


def test_a_postgres_that_does_not_answer(pulse: Pulse, closed_port: int) -> None:
    url = f"postgresql://pulse:{SECRET}@127.0.0.1:{closed_port}/pulse"
    ended = pulse("sync", PULSE_DATABASE_URL=url, PULSE_GITHUB_REPOSITORIES="acme/api")
    assert ended.code == ExitCode.CONFIGURATION
    assert "PULSE_DATABASE_URL" in ended.err
    assert f"127.0.0.1:{closed_port}" in ended.err
    assert SECRET not in ended.text


def test_two_syncs_of_one_repository_at_once(pulse: Pulse, home: Path, github: str) -> None:
    selected = {"PULSE_GITHUB_URL": github, "PULSE_GITHUB_TOKEN": "right", "PULSE_GITHUB_REPOSITORIES": "acme/api"}
    with Store.open(Settings.load(home=home).store_url) as store:
        lease = store.leases.acquire(lease_name("github", "acme/api"), seconds=600)
        ended = pulse("sync", **selected)
        assert ended.code == ExitCode.FAILED
        assert "acme/api is being worked on by process" in ended.err
        store.leases.release(lease)
    assert pulse("sync", **selected).code == ExitCode.OK


def test_a_bad_setting(pulse: Pulse) -> None:
    ended = pulse("sync", PULSE_TIMEZONE="Mars/Olympus")
    assert ended.code == ExitCode.CONFIGURATION
    assert ended.err.startswith("pulse: PULSE_TIMEZONE: 'Mars/Olympus' is not an IANA time zone")


def test_nothing_to_collect(pulse: Pulse) -> None:
    ended = pulse("sync")
    assert ended.code == ExitCode.CONFIGURATION
    assert "PULSE_GITHUB_ORGANIZATIONS" in ended.err


def test_a_home_that_cannot_be_written(pulse: Pulse, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = pulse("sync", PULSE_HOME=str(tmp_path / "file"), PULSE_GITHUB_REPOSITORIES="acme/api")
    assert ended.code == ExitCode.CONFIGURATION
    assert "PULSE_HOME" in ended.err


def test_a_full_disk_loses_nothing(pulse: Pulse, home: Path, github: str) -> None:
    home.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(home)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system can be mounted only by root")
    try:
        selected = {"PULSE_GITHUB_URL": github, "PULSE_GITHUB_TOKEN": "right", "PULSE_GITHUB_REPOSITORIES": "acme/api"}
        ended = pulse("sync", **selected)
        assert ended.code == ExitCode.FAILED
        assert "full" in ended.err or "No space left" in ended.err
        subprocess.run(["mount", "-o", "remount,size=200m", str(home)], check=True)
        assert pulse("sync", **selected).code == ExitCode.OK
        assert int(pulse("query", "SELECT count(*) FROM pull_requests", "--csv").out.split()[1]) > 0
    finally:
        subprocess.run(["umount", "--lazy", str(home)], check=True)


def test_a_report_without_data_says_what_to_do(pulse: Pulse) -> None:
    ended = pulse("report", "weekly")
    assert ended.code == ExitCode.CONFIGURATION
    assert "pulse sync" in ended.err


def test_a_period_that_is_none(pulse: Pulse) -> None:
    ended = pulse("report", "weekly", "--period", "yesterday")
    assert ended.code == ExitCode.USAGE
    assert "2024-W05" in ended.err


def test_the_demo_does_not_mix_with_collected_data(pulse: Pulse, home: Path) -> None:
    with Store.open(Settings.load(home=home).store_url) as store, store.transaction() as connection:
        store.checkpoints.save(connection, "acme/api", "complete", {"at": dt.datetime.now(dt.UTC).isoformat()})
    ended = pulse("demo")
    assert ended.code == ExitCode.CONFIGURATION
    assert "PULSE_HOME" in ended.err
    with Store.open(Settings.load(home=home).store_url) as store:
        assert store.checkpoints.load("acme/api", "complete")


def test_a_repository_without_an_owner(pulse: Pulse) -> None:
    ended = pulse("sync", "--repository", "api")
    assert ended.code == ExitCode.USAGE
    assert "--repository: 'api' is not of the form owner/name" in ended.err
