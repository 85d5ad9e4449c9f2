"""Where a walk goes on: text that may be stored, and that names the way of paging that made it."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Token:
    """Cloud's `nextPageToken`."""

    text: str

    @classmethod
    def parse(cls, cursor: str | None) -> Self | None:
        """None for the start, and for a cursor of the other way: landing a record twice does no harm."""
        way, _, text = (cursor or "").partition(":")
        return cls(text) if way == "token" and text else None

    def __str__(self) -> str:
        return f"token:{self.text}"


@dataclass(frozen=True, slots=True)
class Position:
    """How many rows were read, and how many there were in all (None where the API did not say)."""

    start: int
    total: int | None = None

    @classmethod
    def parse(cls, cursor: str | None) -> Self:
        """The start for none, and for a cursor of the other way."""
        way, _, text = (cursor or "").partition(":")
        start, _, total = text.partition("/")
        if way != "start" or not start.isdecimal():
            return cls(0)
        return cls(int(start), int(total) if total.isdecimal() else None)

    def __str__(self) -> str:
        return f"start:{self.start}/{'' if self.total is None else self.total}"
