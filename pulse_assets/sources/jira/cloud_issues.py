"""Issues as Jira Cloud gives them: a search that leads on by tokens, and histories asked for by themselves."""

from collections.abc import Sequence
from typing import Any

from pulse_assets.sources.jira import from_rest
from pulse_assets.sources.jira.cursors import Token
from pulse_assets.sources.jira.histories import Histories
from pulse_assets.sources.jira.issue_fields import IssueFields
from pulse_assets.sources.jira.pages import IssueStub, Page
from pulse_assets.sources.jira.paging import Pager, RawPage, Row
from pulse_assets.sources.jira.records import Issue
from pulse_assets.sources.jira.rest import UNKNOWN_OR_GONE, Rest, Way

SEARCH = "/rest/api/3/search/jql"
_COUNT = "/rest/api/3/search/approximate-count"
_BULK = "/rest/api/3/issue/bulkfetch"
#: With fields beside id and key, Jira gives at most 100 issues, whatever is asked for.
PER_PAGE = 100
_STUBS_PER_PAGE = 5000
_BAD_REQUEST, _NOT_FOUND = 400, 404


class CloudIssues:
    """The issues of one Jira; `base_url` is for the addresses of those that do not tell theirs."""

    def __init__(self, rest: Rest, pager: Pager, histories: Histories, *, base_url: str) -> None:
        self._rest = rest
        self._pager = pager
        self._histories = histories
        self._base_url = base_url

    def count(self, jql: str) -> int:
        answer = self._rest.post(_COUNT, {"jql": jql}, gone=UNKNOWN_OR_GONE).item()
        with from_rest.promised("The count of issues"):
            return int(answer["count"])

    def stubs(self, jql: str, *, cursor: str | None) -> Page[IssueStub]:
        page = self._search(jql, ["project", "updated"], cursor, _STUBS_PER_PAGE)
        return Page([from_rest.stub(row) for row in page.rows], _cursor(page))

    def issues(self, jql: str, *, asked: IssueFields, cursor: str | None, page_size: int | None) -> Page[Issue]:
        def page(size: int) -> Page[Issue]:
            found = self._search(jql, asked.asked, cursor, size, is_timeout_retried=size == 1)
            return self._whole(found.rows, asked, _cursor(found))

        return self._rest.by_size(min(page_size or PER_PAGE, PER_PAGE), page)

    def issues_by_id(self, ids: Sequence[str], *, asked: IssueFields) -> Page[Issue]:
        places = {identity: place for place, identity in enumerate(ids)}
        rows = [
            row for first in range(0, len(ids), PER_PAGE) for row in self._by_id(ids[first : first + PER_PAGE], asked)
        ]
        rows.sort(key=lambda row: places.get(str(row.get("id")), len(ids)))
        return self._whole(rows, asked, None)

    def _by_id(self, ids: Sequence[str], asked: IssueFields) -> list[Row]:
        return self._rest.first_of(
            "issues by id",
            [
                Way(_BULK, lambda: self._at_once(list(ids), asked)),
                Way("/rest/api/3/issue/{id}", lambda: self._one_by_one(ids, asked)),
            ],
        )

    def _at_once(self, ids: list[str], asked: IssueFields) -> list[Row]:
        body = {"issueIdsOrKeys": ids, "fields": asked.asked}
        page = self._pager.by_token(
            lambda _token: self._rest.post(_BULK, body, gone=UNKNOWN_OR_GONE),
            named="issues",
            walk=("issues by id", *ids),
            is_answer=lambda row: str(row.get("id")) in ids,
        )
        return page.rows

    def _one_by_one(self, ids: Sequence[str], asked: IssueFields) -> list[Row]:
        params = {"fields": ",".join(asked.asked)}
        replies = [self._rest.get(f"/rest/api/3/issue/{each}", params, accept={_NOT_FOUND}) for each in ids]
        return [reply.item() for reply in replies if reply.status != _NOT_FOUND]

    def _whole(self, rows: list[Row], asked: IssueFields, following: str | None) -> Page[Issue]:
        """The issues with their histories; one that is deleted between the two questions is left out."""
        histories = self._histories.of([from_rest.issue_id(row) for row in rows])
        kept = [row for row in rows if str(row["id"]) in histories]
        records = [
            from_rest.issue(row, histories[str(row["id"])], asked=asked, base_url=self._base_url) for row in kept
        ]
        users = from_rest.persons(kept, (each for entries in histories.values() for each in entries))
        return Page(records, following, users=users)

    def _search(
        self, jql: str, fields: list[str], cursor: str | None, size: int, *, is_timeout_retried: bool = True
    ) -> RawPage:
        token = Token.parse(cursor)

        def ask(token: str | None) -> Any:
            body: dict[str, Any] = {"jql": jql, "fields": fields, "maxResults": size}
            # A refused query is an error of ours; a query that was answered before is refused for its token.
            accepted = set[int]() if token is None else {_BAD_REQUEST}
            body |= {} if token is None else {"nextPageToken": token}
            return self._rest.post(
                SEARCH, body, gone=UNKNOWN_OR_GONE, accept=accepted, is_timeout_retried=is_timeout_retried
            )

        walk = ("search", jql, *fields)
        return self._pager.by_token(ask, named="issues", walk=walk, token=token.text if token else None)


def _cursor(page: RawPage) -> str | None:
    return None if page.next_token is None else str(Token(page.next_token))
