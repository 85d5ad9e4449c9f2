"""Walks through the stubs of a query, and knows whether a list that moved meanwhile has been shown whole."""

from collections.abc import Iterator

from pulse_assets.sources.jira.client import Jira
from pulse_assets.sources.jira.pages import CursorExpired, IssueStub

#: A list that is not still for so many walks is left for the next sync.
MOST_WALKS = 5


class Listing:
    """One list of issues.

    An issue that leaves the list between two pages pulls the others forward, and one of them is not shown. So a list
    of several pages is walked again; it was whole when all that it showed is still there.

    Attributes:
        is_whole: Once `pages` has ended: nothing that was in the list all the time was left out.
    """

    def __init__(self, jira: Jira, jql: str) -> None:
        self._jira = jira
        self._jql = jql
        self.is_whole = False

    def pages(self) -> Iterator[list[IssueStub]]:
        """The stubs, a page at a time; later walks give them again, as they are then.

        Raises:
            CursorExpired: A walk could not be continued, and neither could the ones after it.
        """
        before: set[str] | None = None
        for left in reversed(range(MOST_WALKS)):
            listed: set[str] = set()
            cursor: str | None = None
            while True:
                try:
                    page = self._jira.stubs(self._jql, cursor=cursor)
                except CursorExpired:
                    if cursor is None or not left:
                        raise
                    before = None
                    break
                is_single = cursor is None and page.next_cursor is None
                listed |= {stub["id"] for stub in page.records}
                yield page.records
                cursor = page.next_cursor
                if cursor is None:
                    if is_single or (before is not None and before <= listed):
                        self.is_whole = True
                        return
                    before = listed
                    break
