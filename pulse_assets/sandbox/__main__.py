"""`python -m pulse_assets.sandbox` serves a generated organization, and a Jira if asked, until it is interrupted."""

import argparse
import datetime as dt
import json
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

from pulse_assets.sandbox.generator import generate
from pulse_assets.sandbox.jira.generator import generate_jira
from pulse_assets.sandbox.jira.linking import with_issue_keys
from pulse_assets.sandbox.jira.server import PREFIX as JIRA_PREFIX
from pulse_assets.sandbox.server import Sandbox, listening_socket, serve


def _instant(text: str) -> dt.datetime:
    value = dt.datetime.now(dt.UTC).replace(microsecond=0) if text == "now" else dt.datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=dt.UTC)


def _wait_for_stdin(stop: Callable[[], None]) -> None:
    """A parent that was killed cannot end its children; its end of the pipe closes all the same."""
    while os.read(0, 1024):
        pass
    stop()


def main(arguments: list[str] | None = None) -> None:
    """Prints `{"address": …, "organization": …, "repositories": […]}` on one line, then serves.

    With `--jira-projects` the line also has `"jira": {"address": …, "projects": […]}`.
    """
    parser = argparse.ArgumentParser(prog="python -m pulse_assets.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repositories", type=int, default=6)
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--months", type=int, default=6)
    parser.add_argument("--pull-requests-per-month", type=float, default=12)
    parser.add_argument("--until", type=_instant, help="ISO 8601 or `now`; default: a fixed day")
    parser.add_argument("--start", type=_instant, help="begin of the history, instead of --months")
    parser.add_argument("--has-deletions", action="store_true", help="some issues, releases and deployments vanish")
    parser.add_argument("--token", help="the only credential accepted; default: any")
    parser.add_argument("--latency-ms", type=float, default=0, help="added to every answer")
    parser.add_argument("--budget", type=int, default=5000, help="requests and points per credential and hour")
    parser.add_argument("--jira-projects", type=int, default=0, help="projects of the Jira site; default: no Jira")
    parser.add_argument(
        "--jira-anonymous-on-bad-token", action="store_true", help="a wrong token sees an empty Jira and no error"
    )
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with the process that started this one")
    asked = parser.parse_args(arguments)
    organization = generate(
        asked.seed,
        repositories=asked.repositories,
        people=asked.people,
        months=asked.months,
        until=asked.until,
        pull_requests_per_month=asked.pull_requests_per_month,
        start=asked.start,
        has_deletions=asked.has_deletions,
    )
    jira = None
    if asked.jira_projects:
        until, count = organization.until, asked.jira_projects
        start, months = asked.start, asked.months
        jira = generate_jira(asked.seed, organization, start=start, until=until, projects=count, months=months)
        organization, _ = with_issue_keys(organization, jira, asked.seed)
    sandbox = Sandbox(
        organization,
        token=asked.token,
        latency_ms=asked.latency_ms,
        budget=asked.budget,
        jira=jira,
        is_jira_anonymous_on_bad_token=asked.jira_anonymous_on_bad_token,
    )

    def announce(address: str, stop: Callable[[], None]) -> None:
        names = [repository.full_name for repository in organization.repositories]
        ready: dict[str, object] = {"address": address, "organization": organization.login, "repositories": names}
        if jira is not None:
            ready["jira"] = {"address": address + JIRA_PREFIX, "projects": [project.key for project in jira.projects]}
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        if asked.until_stdin_closes:
            threading.Thread(target=_wait_for_stdin, args=(stop,), daemon=True).start()

    with suppress(KeyboardInterrupt):
        serve(sandbox, listening_socket(asked.port), announce)


if __name__ == "__main__":
    main()
