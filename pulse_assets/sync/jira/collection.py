"""One sync of one project as a whole: when it began at the server, and what its streams know of each other."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from pulse_assets.errors import NotFound
from pulse_assets.sources.jira.client import Jira
from pulse_assets.sources.jira.records import Board
from pulse_assets.store.database import Store
from pulse_assets.store.landing import Record
from pulse_assets.sync.stream import State, StreamPage

COMPLETE = "complete"
CENSUS = "census"
PROJECTS = "raw_jira_projects"
FIELDS = "raw_jira_fields"
STATUSES = "raw_jira_statuses"
WORKFLOWS = "raw_jira_workflows"
BOARDS = "raw_jira_boards"
SPRINTS = "raw_jira_sprints"
ISSUES = "raw_jira_issues"
BOARD_ISSUES = "raw_jira_board_issues"
USERS = "raw_jira_users"
RAW_TABLES = (PROJECTS, FIELDS, STATUSES, WORKFLOWS, BOARDS, SPRINTS, ISSUES, BOARD_ISSUES, USERS)

#: The server tells its time in whole seconds, and changes have milliseconds: what it did in the begun second counts.
SECOND = dt.timedelta(seconds=1)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)


def instant(text: Any) -> dt.datetime | None:
    """Jira's text of a time (`2024-05-01T10:00:00.123+0800`) as an instant (UTC); None for what is no time."""
    if not isinstance(text, str):
        return None
    try:
        at = dt.datetime.fromisoformat(text)
        return None if at.tzinfo is None else at.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def millis(at: dt.datetime) -> int:
    """Whole milliseconds since 1970, as JQL understands them in any time zone."""
    return (at - _EPOCH) // _MILLISECOND


def at_millis(value: int) -> dt.datetime:
    """The instant (UTC) of `value` milliseconds since 1970."""
    return _EPOCH + value * _MILLISECOND


def text(at: dt.datetime) -> str:
    """An instant in UTC with milliseconds; such texts sort as the instants do."""
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parsed(text: str) -> dt.datetime:
    """An instant that `text` has written."""
    return dt.datetime.fromisoformat(text)


def is_over(since: str | None, now: dt.datetime, term: dt.timedelta) -> bool:
    """Whether the term has passed, where it began at all; a term of nothing never ends."""
    return bool(term) and since is not None and now - parsed(since) >= term


def record(table: str, key: str, payload: Mapping[str, Any]) -> Record:
    """A canonical record for the landing; only issues have a time of change."""
    return Record(table, str(payload[key]), dict(payload), instant(payload.get("updated")))


class Collection:
    """What the streams of one sync know of each other; filled in their order.

    Attributes:
        began_at: Begin by the server's clock: what existed then is landed when all streams have ended.
        project_id: Of the project, which moving and renaming leave as it is.
        boards: Those that show the project.
    """

    def __init__(self) -> None:
        self.began_at: dt.datetime | None = None
        self.project_id: str | None = None
        self.boards: tuple[Board, ...] = ()

    @property
    def began(self) -> dt.datetime:
        """The begin, once the first stream has asked for it."""
        if self.began_at is None:
            raise RuntimeError("the project is read before everything else")
        return self.began_at

    @property
    def until_ms(self) -> int:
        """End (exclusive) of what is asked for: all that there was at the begin is before it."""
        return millis(self.began + SECOND)


class Projects:
    """The project itself, read first, so that what follows has something to belong to."""

    name = "projects"
    unit = "projects"

    def __init__(self, jira: Jira, collection: Collection) -> None:
        self._jira = jira
        self._collection = collection

    def pages(self, partition: str, _state: State | None, /) -> Iterator[StreamPage]:
        # A public site answers a stranger too, and shows less: what it hides would look deleted.
        self._jira.verify()
        project = self._jira.project(partition)
        if project["key"] != partition:
            message = f"Project {partition} is called {project['key']} now."
            raise NotFound(message, hint=f"Collect {project['key']}: what is landed of {partition} moves there.")
        self._collection.began_at = self._jira.now()
        self._collection.project_id = project["id"]
        state = {"id": project["id"], "key": project["key"]}
        yield StreamPage([record(PROJECTS, "id", project)], state, processed=1, total=1)


class Complete:
    """The last stream: says that everything before it is landed.

    Its checkpoint is `{"collected_at": ISO time of the server at the begin, "expected": {stream: count}}`; `expected`
    holds how many issues Jira says that there were at the begin.
    """

    name = COMPLETE
    unit = "projects"

    def __init__(self, store: Store, collection: Collection) -> None:
        self._store = store
        self._collection = collection

    def pages(self, partition: str, _state: State | None, /) -> Iterator[StreamPage]:
        census = self._store.checkpoints.load(partition, CENSUS) or {}
        state = {"collected_at": text(self._collection.began), "expected": census.get("expected", {})}
        yield StreamPage((), state, processed=1, total=1, operation="complete")
