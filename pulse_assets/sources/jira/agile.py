"""Jira Software: boards with their configuration, sprints, and which issues a board shows."""

from typing import Any

from pulse_assets.errors import NotFound
from pulse_assets.sources.jira import from_rest
from pulse_assets.sources.jira.cursors import Position
from pulse_assets.sources.jira.pages import Page
from pulse_assets.sources.jira.paging import Pager
from pulse_assets.sources.jira.records import Board, Sprint
from pulse_assets.sources.jira.rest import UNKNOWN_OR_GONE, EndpointGone, Rest, Way
from pulse_assets.sources.reply import Reply

_BOARDS = "/rest/agile/1.0/board"
_SOFTWARE_BOARDS = "/rest/software/1.0/board"
_PER_PAGE, _ISSUES_PER_PAGE = 50, 100
_BAD_REQUEST, _FORBIDDEN, _NOT_FOUND = 400, 403, 404


class _NoSprints(Exception):
    """The board does not support them."""


class Agile:
    """The boards of one Jira; Cloud (`is_cloud`) has a newer list of a board's issues."""

    def __init__(self, rest: Rest, pager: Pager, *, is_cloud: bool) -> None:
        self._rest = rest
        self._pager = pager
        self._is_cloud = is_cloud

    def boards(self, project_key: str) -> list[Board]:
        """Those that show the project, wherever they live; none where Jira Software is not installed."""
        try:
            walk = self._pager.walk_by_start(
                lambda start: self._rest.get(
                    _BOARDS,
                    {"projectKeyOrId": project_key, "startAt": start, "maxResults": _PER_PAGE},
                    gone={_NOT_FOUND},
                ),
                named="values",
                walk=(_BOARDS, project_key),
            )
            rows = [row for page in walk for row in page.rows]
        except EndpointGone as gone:
            if gone.status != _NOT_FOUND:
                raise
            self._rest.notice(f"Jira answers 404 to {_BOARDS}: without Jira Software there are no boards and sprints.")
            return []
        return [from_rest.board(row, self._configuration(row)) for row in rows]

    def sprints(self, board: Board, *, cursor: str | None) -> Page[Sprint]:
        """One page; a board that is no scrum board may answer that it does not support sprints."""
        path = f"{_BOARDS}/{board['id']}/sprint"
        start = Position.parse(cursor).start
        accepted = {_BAD_REQUEST} if board["board_type"] != "scrum" and start == 0 else set[int]()

        def ask(start: int) -> Reply:
            reply = self._rest.get(path, {"startAt": start, "maxResults": _PER_PAGE}, accept=accepted)
            if reply.status == _BAD_REQUEST:
                raise _NoSprints
            return reply

        try:
            page = self._pager.by_start(ask, named="values", walk=path, start=start)
        except _NoSprints:
            return Page([])
        following = None if page.next_start is None else str(Position(page.next_start))
        return Page([from_rest.sprint(row, board_id=board["id"]) for row in page.rows], following, page.total)

    def board_issue_ids(self, board_id: int) -> list[str]:
        """In the order of the board, each once.

        Raises:
            NotFound: The board is gone, or hidden.
        """
        newer, older = f"{_SOFTWARE_BOARDS}/{board_id}/issue", f"{_BOARDS}/{board_id}/issue"
        ways = [
            Way(f"{_SOFTWARE_BOARDS}/{{id}}/issue", lambda: self._by_token(newer)),
            Way(f"{_BOARDS}/{{id}}/issue", lambda: self._by_start(older)),
        ]
        try:
            return self._rest.first_of("issues of a board", ways if self._is_cloud else ways[::-1])
        except EndpointGone as gone:
            if gone.status != _NOT_FOUND:
                raise
            raise NotFound(
                f"Jira does not list the issues of board {board_id} (404).",
                hint="It was deleted, or the account may not see it.",
            ) from gone

    def _configuration(self, row: dict[str, Any]) -> dict[str, Any]:
        path = f"{_BOARDS}/{row.get('id')}/configuration"
        reply = self._rest.get(path, accept={_FORBIDDEN, _NOT_FOUND})
        if reply.status in {_FORBIDDEN, _NOT_FOUND}:
            self._rest.notice(f"Jira hides the configuration of board {row.get('id')} ({reply.status}).")
            return {}
        return reply.item()

    def _by_token(self, path: str) -> list[str]:
        def ask(token: str | None) -> Reply:
            params: dict[str, object] = {"fields": "id", "maxResults": _ISSUES_PER_PAGE}
            if token is None:
                return self._rest.get(path, params, gone=UNKNOWN_OR_GONE)
            return self._rest.get(path, params | {"nextPageToken": token}, accept={_BAD_REQUEST})

        walk = self._pager.walk_by_token(ask, named="issues", walk=path)
        return _ids(row for page in walk for row in page.rows)

    def _by_start(self, path: str) -> list[str]:
        walk = self._pager.walk_by_start(
            lambda start: self._rest.get(
                path, {"fields": "id", "startAt": start, "maxResults": _ISSUES_PER_PAGE}, gone=UNKNOWN_OR_GONE
            ),
            named="issues",
            walk=path,
        )
        return _ids(row for page in walk for row in page.rows)


def _ids(rows: Any) -> list[str]:
    return list(dict.fromkeys(from_rest.issue_id(row) for row in rows))
