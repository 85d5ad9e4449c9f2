"""The stretches of time in which issues are asked for: half-open, in milliseconds, so that no time zone matters.

Nothing here asks or lands; it says what to ask for next.
"""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

from pulse_assets.sync.jira.collection import instant, millis
from pulse_assets.sync.stream import State

_DAY = 24 * 3600 * 1000
#: Of the first chunk of a walk by creation; it doubles where issues are sparse.
FIRST_WIDTH_MS = 30 * _DAY
_WIDEST_MS = 3650 * _DAY
#: An increment goes this far below the watermark: Jira's index lags behind, and its clocks are several.
OVERLAP = dt.timedelta(minutes=5)


def quoted(key: str) -> str:
    """A project key as JQL's text; a key may be a reserved word, such as ADD."""
    return f'"{key}"'


def created_before(project: str, until_ms: int) -> str:
    """JQL of the issues that existed at an instant, in no order."""
    return f"project = {quoted(project)} AND created < {until_ms}"


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time of one project.

    Attributes:
        project: Key of the project.
        field: `created`, which never changes, or `updated`.
        from_ms: Begin (inclusive); None: as early as there are issues.
        until_ms: End (exclusive); None: no end.
        cursor: Where the walk through the window stands; None: at its begin.
        seen: Ids that were created at `from_ms` exactly and have been read.
    """

    project: str
    field: Literal["created", "updated"]
    from_ms: int | None
    until_ms: int | None
    cursor: str | None = None
    seen: tuple[str, ...] = ()

    @classmethod
    def of(cls, state: State) -> Self:
        """A window as a checkpoint keeps it."""
        return cls(
            project=state["project"],
            field=state["field"],
            from_ms=state["from_ms"],
            until_ms=state["until_ms"],
            cursor=state["cursor"],
            seen=tuple(state["seen"]),
        )

    def state(self) -> State:
        """As a checkpoint keeps it."""
        return {
            "project": self.project,
            "field": self.field,
            "from_ms": self.from_ms,
            "until_ms": self.until_ms,
            "cursor": self.cursor,
            "seen": list(self.seen),
        }

    @property
    def jql(self) -> str:
        """Ordered by what an edit leaves as it is, so that an edited issue keeps its place."""
        clauses = [f"project = {quoted(self.project)}"]
        if self.from_ms is not None:
            clauses.append(f"{self.field} >= {self.from_ms}")
        if self.until_ms is not None:
            clauses.append(f"{self.field} < {self.until_ms}")
        return " AND ".join(clauses) + " ORDER BY created ASC, key ASC"


@dataclass(frozen=True, slots=True)
class Walk:
    """The walk through all issues by creation, a chunk at a time.

    A page that is not the last of its chunk ends the chunk where its last issue was created, and the next chunk begins
    there: so an issue that is deleted or moved while the walk lasts shifts no other one out of sight, and no page
    token has to live. A chunk without an issue is followed by one to the end, whose first page finds the next issue.

    Attributes:
        window: The chunk in hand.
        until_ms: End of the whole walk.
        width_ms: Of the next chunk.
    """

    window: Window
    until_ms: int
    width_ms: int = FIRST_WIDTH_MS

    @classmethod
    def begun(cls, project: str, until_ms: int) -> Self:
        return cls(Window(project, "created", None, until_ms), until_ms)

    def after(self, records: list[Any], next_cursor: str | None) -> Self | None:
        """The walk after a page of the chunk in hand; None when it has ended."""
        if next_cursor is None:
            return self._after_chunk(is_empty=not records)
        last = instant(records[-1]["created"]) if records else None
        if last is None or (self.window.from_ms is not None and millis(last) <= self.window.from_ms):
            # All of the page were created at one instant (an import), or cannot be placed: only the cursor leads on.
            return replace(self, window=replace(self.window, cursor=next_cursor))
        at = millis(last)
        seen = tuple(issue["id"] for issue in records if instant(issue["created"]) == last)
        return replace(self, window=self._chunk(at, at + self.width_ms, seen=seen))

    def restarted(self) -> Self:
        """The chunk in hand from its begin."""
        return replace(self, window=replace(self.window, cursor=None))

    def _after_chunk(self, *, is_empty: bool) -> Self | None:
        begin = self.window.until_ms
        if begin is None or begin >= self.until_ms:
            return None
        end = self.until_ms if is_empty else begin + self.width_ms
        return replace(self, window=self._chunk(begin, end), width_ms=min(2 * self.width_ms, _WIDEST_MS))

    def _chunk(self, begin: int, end: int, *, seen: tuple[str, ...] = ()) -> Window:
        return replace(self.window, from_ms=begin, until_ms=min(end, self.until_ms), cursor=None, seen=seen)
