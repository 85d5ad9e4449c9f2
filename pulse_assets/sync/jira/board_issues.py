"""Which issues each board shows: its filter decides, and may take issues of several projects or leave some out."""

import datetime as dt
import logging
from collections.abc import Iterator

from pulse_assets.errors import NotFound, PermissionDenied
from pulse_assets.sources.jira.client import Jira
from pulse_assets.store.database import Store
from pulse_assets.sync.jira.collection import BOARD_ISSUES, BOARDS, ISSUES, Collection, is_over, record, text
from pulse_assets.sync.stream import Missing, State, StreamPage

_LOG = logging.getLogger(__name__)


class BoardIssues:
    """Checkpoint: `changed_at` of the landed issues and boards when the boards were last asked, and `asked_at`.

    Jira does not say when a filter was changed, so boards are asked again after `days` in any case; 0: never.
    """

    name = "board_issues"
    unit = "boards"

    def __init__(self, jira: Jira, store: Store, collection: Collection, *, days: int) -> None:
        self._jira = jira
        self._store = store
        self._collection = collection
        self._days = dt.timedelta(days=days)

    def pages(self, partition: str, state: State | None, /) -> Iterator[StreamPage]:
        boards = self._collection.boards
        if state is None and not boards:
            return
        changes = [self._store.landing.newest_change(table, partition) for table in (BOARDS, ISSUES)]
        newest = max(filter(None, changes), default=None)
        changed_at = None if newest is None else newest.isoformat()
        now = self._collection.began
        if state is not None and changed_at == state["changed_at"] and not is_over(state["asked_at"], now, self._days):
            return
        state = state or {"changed_at": None, "asked_at": None}
        for number, board in enumerate(boards, start=1):
            try:
                ids = self._jira.board_issue_ids(board["id"])
            except (NotFound, PermissionDenied) as error:
                _LOG.warning("Board %d of %s does not show its issues: %s", board["id"], partition, error)
                continue
            row = record(BOARD_ISSUES, "board_id", {"board_id": board["id"], "issue_ids": ids})
            yield StreamPage([row], state, processed=number, total=len(boards))
        gone = self._store.landing.keys(BOARD_ISSUES, partition) - self._store.landing.keys(BOARDS, partition)
        missing = [Missing(BOARD_ISSUES, sorted(gone), f"Its board is gone from {BOARDS}.")] if gone else []
        yield StreamPage((), {"changed_at": changed_at, "asked_at": text(now)}, missing, processed=len(boards))
