"""Issues as Jira Data Center gives them: a search that leads on by counts, with the histories in it."""

from collections.abc import Sequence
from typing import Any

from pulse_assets.errors import ContractBroken
from pulse_assets.sources.jira import from_rest
from pulse_assets.sources.jira.cursors import Position
from pulse_assets.sources.jira.histories import Histories, whole_or_none
from pulse_assets.sources.jira.issue_fields import IssueFields
from pulse_assets.sources.jira.pages import CursorExpired, IssueStub, Page
from pulse_assets.sources.jira.paging import Pager, RawPage, Row
from pulse_assets.sources.jira.records import Issue
from pulse_assets.sources.jira.rest import UNKNOWN_OR_GONE, EndpointGone, Rest
from pulse_assets.sources.jira.shapes import inner

SEARCH = "/rest/api/2/search"
_ISSUE = "/rest/api/2/issue"
PER_PAGE = 50
_STUBS_PER_PAGE = 1000
_MOST_PER_PAGE = 100
_BAD_REQUEST, _NOT_FOUND = 400, 404


class ServerIssues:
    """The issues of one Jira; `base_url` is for the addresses of those that do not tell theirs."""

    def __init__(self, rest: Rest, pager: Pager, histories: Histories, *, base_url: str) -> None:
        self._rest = rest
        self._pager = pager
        self._histories = histories
        self._base_url = base_url

    def count(self, jql: str) -> int:
        body = {"jql": jql, "startAt": 0, "maxResults": 0, "fields": ["id"]}
        answer = self._rest.post(SEARCH, body, gone=UNKNOWN_OR_GONE).item()
        with from_rest.promised("The count of issues"):
            return int(answer["total"])

    def stubs(self, jql: str, *, cursor: str | None) -> Page[IssueStub]:
        page = self._search({"jql": jql, "fields": ["project", "updated"]}, cursor, _STUBS_PER_PAGE)
        return Page([from_rest.stub(row) for row in page.rows], _cursor(page), page.total)

    def issues(self, jql: str, *, asked: IssueFields, cursor: str | None, page_size: int | None) -> Page[Issue]:
        question = {"jql": jql, "fields": asked.asked, "expand": ["changelog"]}

        def page(size: int) -> Page[Issue]:
            found = self._search(question, cursor, size, is_timeout_retried=size == 1)
            return self._whole(found.rows, asked, _cursor(found), found.total)

        return self._rest.by_size(min(page_size or PER_PAGE, _MOST_PER_PAGE), page)

    def issues_by_id(self, ids: Sequence[str], *, asked: IssueFields) -> Page[Issue]:
        places = {identity: place for place, identity in enumerate(ids)}
        rows = [
            row for first in range(0, len(ids), PER_PAGE) for row in self._by_id(ids[first : first + PER_PAGE], asked)
        ]
        rows.sort(key=lambda row: places.get(str(row.get("id")), len(ids)))
        return self._whole(rows, asked, None, None)

    def _by_id(self, ids: Sequence[str], asked: IssueFields) -> list[Row]:
        """Without validation, ids that are gone are absent; a server that refuses them is asked one by one."""
        body = {
            "jql": f"id in ({', '.join(ids)})",
            "startAt": 0,
            "maxResults": len(ids),
            "fields": asked.asked,
            "expand": ["changelog"],
            "validateQuery": False,
        }
        reply = self._rest.post(SEARCH, body, gone=UNKNOWN_OR_GONE, accept={_BAD_REQUEST})
        answer = {} if reply.status == _BAD_REQUEST else reply.item()
        rows = answer.get("issues")
        if isinstance(rows, list) and len(rows) == answer.get("total") and all(_is_of(row, ids) for row in rows):
            return rows
        return [row for each in ids if (row := self._issue(each, asked)) is not None]

    def _issue(self, issue_id: str, asked: IssueFields) -> Row | None:
        params = {"fields": ",".join(asked.asked), "expand": "changelog"}
        reply = self._rest.get(f"{_ISSUE}/{issue_id}", params, accept={_NOT_FOUND})
        return None if reply.status == _NOT_FOUND else reply.item()

    def _whole(self, rows: list[Row], asked: IssueFields, following: str | None, total: int | None) -> Page[Issue]:
        found = [(row, histories) for row in rows if (histories := self._history(row, asked)) is not None]
        records = [from_rest.issue(row, entries, asked=asked, base_url=self._base_url) for row, entries in found]
        users = from_rest.persons((row for row, _ in found), (each for _, entries in found for each in entries))
        return Page(records, following, total, users)

    def _history(self, row: Row, asked: IssueFields) -> list[Any] | None:
        """The whole history of an issue, None where it is deleted meanwhile.

        Raises:
            ContractBroken: Jira shows a part of it only.
        """
        entries = whole_or_none(row)
        if entries is not None:
            return entries
        identity = from_rest.issue_id(row)
        alone = self._issue(identity, asked)
        entries = None if alone is None else whole_or_none(alone)
        if alone is None or entries is not None:
            return entries
        try:
            return self._histories.of_issue(identity, version=2)
        except EndpointGone as gone:
            raise ContractBroken(
                f"Jira shows only a part of the history of {row.get('key')}.",
                hint="Its flows would be wrong. Is PULSE_JIRA_FLAVOR right? Cloud gives histories otherwise.",
            ) from gone

    def _search(
        self, question: dict[str, Any], cursor: str | None, size: int, *, is_timeout_retried: bool = True
    ) -> RawPage:
        """One page.

        Raises:
            CursorExpired: The list became shorter since the page before: what moved up was passed over.
        """
        position = Position.parse(cursor)
        page = self._pager.by_start(
            lambda start: self._rest.post(
                SEARCH,
                question | {"startAt": start, "maxResults": size},
                gone=UNKNOWN_OR_GONE,
                is_timeout_retried=is_timeout_retried,
            ),
            named="issues",
            walk=("search", question["jql"], *question["fields"]),
            start=position.start,
        )
        if position.total is not None and page.total is not None and page.total < position.total:
            raise CursorExpired(
                f"A list of issues became shorter while it was read ({position.total} to {page.total}).",
                hint="The list is read again from its begin.",
            )
        return page


def _is_of(row: Any, ids: Sequence[str]) -> bool:
    return str(inner(row, "id")) in ids


def _cursor(page: RawPage) -> str | None:
    return None if page.next_start is None else str(Position(page.next_start, page.total))
