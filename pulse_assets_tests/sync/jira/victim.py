"""Syncs of Jira in processes that can be killed; the protocol is that of `pulse_assets_tests.sync.victim`."""

from contextlib import closing

from pulse_assets.settings import Settings
from pulse_assets.sources.jira.client import Jira
from pulse_assets.store import Store
from pulse_assets.sync.engine import sync_partitions
from pulse_assets.sync.jira import jira_streams
from pulse_assets.sync.outcome import SyncOutcome
from pulse_assets_tests.sync.victim import main


def sync(settings: Settings, page_size: int) -> SyncOutcome:
    with (
        Store.open(settings.store_url) as store,
        closing(Jira(settings, cache=store.http_cache, ledger=store.rate_limits)) as jira,
    ):
        return sync_partitions(
            store,
            lambda _project: jira_streams(jira, store, settings, page_size=page_size),
            settings.jira_projects,
            workers=settings.sync_workers,
            source="jira",
        )


if __name__ == "__main__":
    main(sync)
