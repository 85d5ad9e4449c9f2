"""The whole history of issues: Cloud shows at most 40 entries within a search, so they are asked for by themselves."""

from collections.abc import Sequence
from typing import Any

from pulse_assets.errors import ContractBroken
from pulse_assets.sources.jira.paging import Pager, Row
from pulse_assets.sources.jira.rest import UNKNOWN_OR_GONE, EndpointGone, Rest, Way
from pulse_assets.sources.jira.shapes import inner

_BULK = "/rest/api/3/changelog/bulkfetch"
#: Jira takes 1,000 issues at once and gives up to 10,000 entries.
_ISSUES_AT_ONCE, _ENTRIES_AT_ONCE = 1000, 5000
_PER_PAGE = 100
_NOT_FOUND = 404


class Histories:
    """Asks for all issues of a page at once, else one by one."""

    def __init__(self, rest: Rest, pager: Pager) -> None:
        self._rest = rest
        self._pager = pager

    def of(self, issue_ids: Sequence[str]) -> dict[str, list[Any]]:
        """Every entry of every history, by issue; one that is gone meanwhile has none, or is absent."""
        if not issue_ids:
            return {}
        return self._rest.first_of(
            "histories",
            [
                Way(_BULK, lambda: self._at_once(issue_ids)),
                Way("/rest/api/3/issue/{id}/changelog", lambda: self._one_by_one(issue_ids)),
            ],
        )

    def of_issue(self, issue_id: str, *, version: int = 3) -> list[Any] | None:
        """The pages of one issue's history; None where the issue is gone.

        Raises:
            EndpointGone: The issue is there, and the server has no list of its changes.
        """
        issue = f"/rest/api/{version}/issue/{issue_id}"
        try:
            walk = self._pager.walk_by_start(
                lambda start: self._rest.get(
                    f"{issue}/changelog", {"startAt": start, "maxResults": _PER_PAGE}, gone=UNKNOWN_OR_GONE
                ),
                named="values",
                walk=f"{issue}/changelog",
            )
            return [row for page in walk for row in page.rows]
        except EndpointGone as gone:
            if gone.status == _NOT_FOUND:
                reply = self._rest.get(issue, {"fields": "updated"}, accept={_NOT_FOUND})
                if reply.status == _NOT_FOUND:
                    return None
            raise

    def _at_once(self, issue_ids: Sequence[str]) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for first in range(0, len(issue_ids), _ISSUES_AT_ONCE):
            part = list(issue_ids[first : first + _ISSUES_AT_ONCE])
            for row in self._rows(part):
                found.setdefault(str(row.get("issueId")), []).extend(row.get("changeHistories") or [])
        # Not to be named is no answer: such an issue has no history, or is gone, or was left out.
        return found | self._one_by_one([issue_id for issue_id in issue_ids if issue_id not in found])

    def _rows(self, issue_ids: list[str]) -> list[Row]:
        """What bulk fetching gives; histories of issues that were not asked for are another question's answer."""
        asked = set(issue_ids)

        def ask(token: str | None) -> Any:
            body: dict[str, Any] = {"issueIdsOrKeys": issue_ids, "maxResults": _ENTRIES_AT_ONCE}
            if token is None:
                return self._rest.post(_BULK, body, gone=UNKNOWN_OR_GONE)
            return self._rest.post(_BULK, body | {"nextPageToken": token}, accept={400})

        def is_answer(row: Row) -> bool:
            return str(row.get("issueId")) in asked

        walk = self._pager.walk_by_token(
            ask, named="issueChangeLogs", walk=("histories", *issue_ids), identity=_identity, is_answer=is_answer
        )
        return [row for page in walk for row in page.rows]

    def _one_by_one(self, issue_ids: Sequence[str]) -> dict[str, list[Any]]:
        found = ((issue_id, self.of_issue(issue_id)) for issue_id in issue_ids)
        return {issue_id: entries for issue_id, entries in found if entries is not None}


def whole_or_none(row: Row) -> list[Any] | None:
    """The history within an issue; None where it is not the whole one.

    Raises:
        ContractBroken: It has none at all, though it was asked for.
    """
    histories, total = inner(row, "changelog", "histories"), inner(row, "changelog", "total")
    if not isinstance(histories, list):
        raise ContractBroken(
            f"The issue {row.get('key')} came without its changelog.",
            hint="Jira, or what answers in its place, has changed its interface.",
        )
    return histories if not isinstance(total, int) or total <= len(histories) else None


def _identity(row: Row) -> Any:
    entries = row.get("changeHistories")
    return row.get("issueId"), [inner(each, "id") for each in entries] if isinstance(entries, list) else None
