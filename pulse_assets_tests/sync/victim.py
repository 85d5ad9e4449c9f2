"""Syncs in processes that can be killed: imports everything once, then forks one process for each line of its input.

A line is a JSON object of the settings, with `page_size` beside them. The answer is the process's id on one line, and
on another its exit code (negative: killed by that signal) once it has ended.
"""

import json
import os
import sys
from collections.abc import Callable
from contextlib import closing
from typing import Any

from pulse_assets.settings import Settings
from pulse_assets.sources.github.client import GitHub
from pulse_assets.store import Store
from pulse_assets.sync.engine import sync_partitions
from pulse_assets.sync.github import github_streams
from pulse_assets.sync.outcome import SyncOutcome


def sync(settings: Settings, page_size: int) -> SyncOutcome:
    with (
        Store.open(settings.store_url) as store,
        closing(GitHub(settings, cache=store.http_cache, ledger=store.rate_limits)) as github,
    ):
        return sync_partitions(
            store,
            lambda _repository: github_streams(github, store, settings, page_size=page_size),
            settings.github_repositories,
            workers=settings.sync_workers,
        )


def exit_code(synced: Callable[[Settings, int], SyncOutcome], order: dict[str, Any]) -> int:
    page_size = order.pop("page_size")
    outcome = synced(Settings.load(**order), page_size)
    for name, error in outcome.failures.items():
        sys.stderr.write(f"{name}: {error!r} {error}\n")
    return int(outcome.exit_code)


def main(synced: Callable[[Settings, int], SyncOutcome]) -> None:
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            code = 99
            try:
                code = exit_code(synced, json.loads(line))
            finally:
                sys.stderr.flush()
                os._exit(code)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sync)
