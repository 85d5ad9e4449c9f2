"""What reading GitHub gives back: a page, a probe, a comparison."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of canonical records.

    Attributes:
        records: In the order of the walk; see `records.py` for their shapes.
        next_cursor: Opaque text to ask for the next page with, None after the last one. It may be stored and used by
            another process; it names the API that made it.
        total_count: How many records the whole list has, where the API says so.
    """

    records: list[Record]
    next_cursor: str | None = None
    total_count: int | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """The first record of a list, asked for alone.

    Attributes:
        value: Pull request `{"number", "updated_at"}`, commit `{"sha"}` (sha None in an empty repository), deployment
            `{"id", "created_at", "updated_at"}`, workflow run `{"id", "created_at"}`; None when the list is empty.
        is_from_cache: The server said "not modified": the list begins as it did when it was last asked for.
        server_time: The server's clock (UTC) when it answered.
        total_count: How many records the list has, where the API says so.
    """

    value: Record | None
    is_from_cache: bool
    server_time: dt.datetime
    total_count: int | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How much of one list exists.

    Attributes:
        total: Records of the whole list.
        newest: Key of the one that was made last, None where the list is empty.
    """

    total: int
    newest: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The commits that head has and base has not, oldest first, as commit records."""

    status: Literal["ahead", "behind", "diverged", "identical"]
    behind_count: int
    commits: list[Record] = field(default_factory=list)
