"""Small lists that are read whole in every sync: fields, statuses, workflows, boards and sprints.

A landed record that two lists in turn, of two syncs, do not show is gone; a list that shows nothing proves nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pulse_assets.sources.jira.client import Jira
from pulse_assets.sources.jira.pages import CursorExpired
from pulse_assets.sources.jira.records import Board, Sprint
from pulse_assets.store.database import Store
from pulse_assets.sync.jira.collection import (
    BOARDS,
    FIELDS,
    SPRINTS,
    STATUSES,
    WORKFLOWS,
    Collection,
    parsed,
    record,
    text,
)
from pulse_assets.sync.jira.reading import RESTARTS
from pulse_assets.sync.stream import Missing, State, StreamPage

Rows = Sequence[Mapping[str, Any]]


class WholeList:
    """One list. Checkpoint: `unlisted`, the landed keys that the last list did not show, to the time of that list.

    Args:
        name: Of the stream and, in words, of its records.
        table: Their raw table.
        ask: Gives the whole list of a project.
    """

    unit = "records"

    def __init__(
        self, name: str, table: str, store: Store, collection: Collection, *, ask: Callable[[str], Rows]
    ) -> None:
        self.name = name
        self._table = table
        self._store = store
        self._collection = collection
        self._ask = ask

    def pages(self, partition: str, state: State | None, /) -> Iterator[StreamPage]:
        rows = self._ask(partition)
        if not rows and state is not None:
            return
        records = [record(self._table, "id", row) for row in rows]
        before: dict[str, str] = (state or {}).get("unlisted", {})
        now = text(self._collection.began)
        absent = self._store.landing.keys(self._table, partition) - {each.key for each in records} if rows else set()
        gone = sorted(key for key in absent if key in before and parsed(before[key]) < parsed(now))
        unlisted = {key: before.get(key, now) for key in sorted(absent.difference(gone))}
        missing = [Missing(self._table, [key], self._proof(len(rows), before[key], now)) for key in gone]
        yield StreamPage(records, {"unlisted": unlisted}, missing, processed=len(rows), total=len(rows))

    def _proof(self, count: int, first_at: str, now: str) -> str:
        words = self.name.replace("_", " ")
        return f"The whole list of {words} did not show it at {first_at}, nor at {now} when it had {count} others."


def fields(jira: Jira, store: Store, collection: Collection) -> WholeList:
    """The fields of the site."""
    return WholeList("fields", FIELDS, store, collection, ask=lambda _project: jira.fields())


def statuses(jira: Jira, store: Store, collection: Collection) -> WholeList:
    """The statuses of the site and of the project; those of other team-managed projects are not this one's."""

    def ask(_project: str) -> Rows:
        own = {None, collection.project_id}
        return [status for status in jira.statuses() if status["project_id"] in own]

    return WholeList("statuses", STATUSES, store, collection, ask=ask)


def workflows(jira: Jira, store: Store, collection: Collection) -> WholeList:
    """The workflows of the site, where the account may see them."""
    return WholeList("workflows", WORKFLOWS, store, collection, ask=lambda _project: jira.workflows())


def boards(jira: Jira, store: Store, collection: Collection) -> WholeList:
    """The boards of the project with their configuration."""

    def ask(partition: str) -> Rows:
        collection.boards = tuple(sorted(jira.boards(partition), key=lambda board: board["id"]))
        return collection.boards

    return WholeList("boards", BOARDS, store, collection, ask=ask)


def sprints(jira: Jira, store: Store, collection: Collection) -> WholeList:
    """The sprints of all boards, each once: of several boards that show it, the one that it was made on counts."""

    def ask(_partition: str) -> Rows:
        found: dict[int, Mapping[str, Any]] = {}
        for board in collection.boards:
            for sprint in _sprints_of(jira, board):
                if sprint["id"] not in found or sprint["origin_board_id"] == board["id"]:
                    found[sprint["id"]] = sprint
        return list(found.values())

    return WholeList("sprints", SPRINTS, store, collection, ask=ask)


def _sprints_of(jira: Jira, board: Board) -> list[Sprint]:
    """All that a board shows; read again from the begin where the list became shorter meanwhile."""
    restarts = 0
    found: list[Sprint] = []
    cursor: str | None = None
    while True:
        try:
            page = jira.sprints(board, cursor=cursor)
        except CursorExpired:
            if restarts == RESTARTS:
                raise
            restarts, found, cursor = restarts + 1, [], None
            continue
        found += page.records
        cursor = page.next_cursor
        if cursor is None:
            return found
