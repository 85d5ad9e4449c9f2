"""Syncs of Jira in processes that can be killed; the protocol is that of `pulse_assets_tests.sync.victim`."""

import json
import os
import sys
from contextlib import closing
from typing import Any

from pulse_assets.settings import Settings
from pulse_assets.sources.jira.client import Jira
from pulse_assets.store import Store
from pulse_assets.sync.engine import sync_partitions
from pulse_assets.sync.jira import jira_streams


def sync(order: dict[str, Any]) -> int:
    page_size = order.pop("page_size")
    settings = Settings.load(**order)
    with Store.open(settings.store_url) as store:
        client = Jira(settings, cache=store.http_cache, ledger=store.rate_limits)
        with closing(client) as jira:
            outcome = sync_partitions(
                store,
                lambda _project: jira_streams(jira, store, settings, page_size=page_size),
                settings.jira_projects,
                workers=settings.sync_workers,
                source="jira",
            )
    for name, error in outcome.failures.items():
        sys.stderr.write(f"{name}: {error!r} {error}\n")
    return int(outcome.exit_code)


def main() -> None:
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            code = 99
            try:
                code = sync(json.loads(line))
            finally:
                sys.stderr.flush()
                os._exit(code)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
