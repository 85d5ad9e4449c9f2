"""What reading Jira gives back: a page, an issue's stub, and the error of a walk that cannot go on."""

from dataclasses import dataclass
from typing import Any, Generic, TypedDict, TypeVar

from pulse_assets.errors import SourceUnavailable
from pulse_assets.sources.jira.records import User

T = TypeVar("T")


class IssueStub(TypedDict):
    """Enough of an issue to see whether it moved or changed; all but `id` as Jira gave it."""

    id: str
    key: Any
    project_key: Any
    updated: Any


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of canonical records.

    Attributes:
        records: In the order of the walk; see `records.py` for their shapes. A page in the middle may be empty.
        next_cursor: Opaque text to ask for the next page with, None after the last one. It may be stored and used by
            another process.
        total: How many records the whole list has, where the API says so (Cloud does not for issues).
        users: The persons whom the records name, each once.
    """

    records: list[T]
    next_cursor: str | None = None
    total: int | None = None
    users: tuple[User, ...] = ()


class CursorExpired(SourceUnavailable):
    """A walk cannot go on at its cursor: the token is too old, or the list became shorter; begin it again."""
