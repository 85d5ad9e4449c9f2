import json
import subprocess
import sys

import requests


def test_the_command_prints_its_address_and_ends_with_its_parent() -> None:
    command = [sys.executable, "-m", "pulse_assets.sandbox", "--until-stdin-closes", "--months=2", "--repositories=2"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert ready["repositories"] == ["acme/api", "acme/web"]
        assert requests.get(f"{ready['address']}/orgs/{ready['organization']}/repos", timeout=10).status_code == 200
        process.stdin.close()
        assert process.wait(timeout=20) == 0


def test_the_command_announces_jira_where_projects_are_asked_for() -> None:
    options = ["--until-stdin-closes", "--months=2", "--repositories=1", "--jira-projects=2", "--token=t"]
    command = [sys.executable, "-m", "pulse_assets.sandbox", *options, "--jira-anonymous-on-bad-token"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert ready["jira"] == {"address": f"{ready['address']}/jira", "projects": ["PAY", "WEB_2"]}
        url = f"{ready['jira']['address']}/rest/api/3/project"
        assert len(requests.get(url, auth=("a@example.invalid", "t"), timeout=10).json()) == 2
        assert requests.get(url, auth=("a@example.invalid", "wrong"), timeout=10).json() == []
        process.stdin.close()
        assert process.wait(timeout=20) == 0
