"""Issues as the landing takes them: with the persons whom they name, and none of another project."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pulse_assets.sources.jira.client import Jira
from pulse_assets.sources.jira.pages import CursorExpired, IssueStub, Page
from pulse_assets.sources.jira.records import Issue
from pulse_assets.store.database import Store
from pulse_assets.store.landing import Record
from pulse_assets.sync.jira.collection import ISSUES, USERS, Collection, instant, record
from pulse_assets.sync.jira.windows import Window

#: Issues that are read in full at once.
BATCH = 100
#: How often what an expired token cut short is begun again.
RESTARTS = 2
#: Landed issues that are held in memory to be compared, with their histories.
_COMPARED = 500


@dataclass(frozen=True, slots=True)
class Batch:
    """What was read.

    Attributes:
        issues: As the source gave them.
        records: The same for the landing, with what belongs to them.
        next_cursor: As the source gave it.
        newest: Newest readable `updated`, None without any.
    """

    issues: list[Issue]
    records: list[Record]
    next_cursor: str | None
    newest: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the issues of one project.

    Args:
        jira: The client.
        store: Where landed issues are, to compare with.
        collection: Knows the project.
        fields: The fields that may hold an estimate.
        page_size: Issues a page; None leaves it to the client.
    """

    jira: Jira
    store: Store
    collection: Collection
    fields: Sequence[str]
    page_size: int | None = None

    def page(self, window: Window) -> Batch:
        """One page of a window, in full."""
        asked_at = self.jira.now()
        page = self.jira.issues(window.jql, estimate_fields=self.fields, cursor=window.cursor, page_size=self.page_size)
        return self._batch(page, asked_at)

    def by_id(self, ids: Sequence[str]) -> Batch:
        """Some issues, in full; those that are gone, hidden or of another project by now are absent."""
        asked_at = self.jira.now()
        return self._batch(self._by_id(ids), asked_at)

    def changed(self, partition: str, stubs: Sequence[IssueStub]) -> list[str]:
        """Ids of those that are not landed as they are now, in their order."""
        found: list[str] = []
        for begin in range(0, len(stubs), _COMPARED):
            part = stubs[begin : begin + _COMPARED]
            landed = self.store.landing.get(ISSUES, partition, [stub["id"] for stub in part])
            for stub in part:
                known = landed.get(stub["id"])
                if known is None or not _is_same_time(known.payload["updated"], stub["updated"]):
                    found.append(stub["id"])
        return found

    def in_batches(self, ids: Sequence[str]) -> Iterator[Batch]:
        """Some issues, in full, a batch at a time."""
        for begin in range(0, len(ids), BATCH):
            yield self.by_id(ids[begin : begin + BATCH])

    def _by_id(self, ids: Sequence[str]) -> Page[Issue]:
        for _ in range(RESTARTS):
            try:
                return self.jira.issues_by_id(ids, estimate_fields=self.fields)
            except CursorExpired:
                # The token of their histories, which only this answer knew.
                continue
        return self.jira.issues_by_id(ids, estimate_fields=self.fields)

    def _batch(self, page: Page[Issue], asked_at: dt.datetime) -> Batch:
        users = {user["account_id"]: user for user in page.users}
        issues = {issue["id"]: issue for issue in page.records}
        torn = [key for key, issue in issues.items() if _is_torn(issue, asked_at)]
        if torn:
            again = self._by_id(torn)
            issues |= {issue["id"]: issue for issue in again.records}
            users |= {user["account_id"]: user for user in again.users}
        own = [issue for issue in issues.values() if self._is_own(issue)]
        times = [at for issue in own if (at := instant(issue["updated"])) is not None]
        records = [
            *(record(ISSUES, "id", issue) for issue in own),
            *(record(USERS, "account_id", user) for user in users.values()),
        ]
        return Batch(own, records, page.next_cursor, max(times, default=None))

    def _is_own(self, issue: Issue) -> bool:
        """Not one that was moved away between the list and the reading; one that does not say where it is, is ours."""
        given = issue["project_id"]
        return not isinstance(given, str) or given == self.collection.project_id


def _is_torn(issue: Issue, asked_at: dt.datetime) -> bool:
    """It was edited between the reading of its fields and that of its history.

    A history alone that is newer than `updated` says nothing: Jira writes some, such as the closing of a sprint,
    without touching `updated`.
    """
    newest = max((at for each in issue["histories"] if (at := instant(each["created"])) is not None), default=None)
    if newest is None or newest < asked_at:
        return False
    updated = instant(issue["updated"])
    return updated is not None and newest > updated


def _is_same_time(landed: Any, now: Any) -> bool:
    """Whether both say the same instant; what cannot be read is compared as it stands."""
    before, after = instant(landed), instant(now)
    return landed == now if before is None or after is None else before == after
