"""The persons whom the issues of a project name, as the list of all accounts shows them."""

import datetime as dt
from collections.abc import Iterator

from pulse_assets.sources.jira.client import Jira
from pulse_assets.store.database import Store
from pulse_assets.sync.jira.collection import USERS, Collection, is_over, record, text
from pulse_assets.sync.stream import State, StreamPage


class Users:
    """Checkpoint: `refreshed_at`, the begin of the last walk through all accounts.

    Persons land with the issues that name them; the walk tells who was renamed or left since. An account that it does
    not show is kept: Jira hides accounts for many reasons.

    Args:
        days: Between two walks; 0: only the first.
    """

    name = "users"
    unit = "users"

    def __init__(self, jira: Jira, store: Store, collection: Collection, *, days: int) -> None:
        self._jira = jira
        self._store = store
        self._collection = collection
        self._days = dt.timedelta(days=days)

    def pages(self, partition: str, state: State | None, /) -> Iterator[StreamPage]:
        now = self._collection.began
        refreshed_at = (state or {}).get("refreshed_at")
        if refreshed_at is not None and not is_over(refreshed_at, now, self._days):
            return
        left = self._store.landing.keys(USERS, partition)
        if not left:
            return
        total = len(left)
        for page in self._jira.users():
            known = [user for user in page.records if user["account_id"] in left]
            left -= {user["account_id"] for user in known}
            if known:
                records = [record(USERS, "account_id", user) for user in known]
                before = {"refreshed_at": refreshed_at}
                yield StreamPage(records, before, processed=total - len(left), total=total)
            if not left:
                break
        yield StreamPage((), {"refreshed_at": text(now)}, processed=total - len(left), total=total)
