"""Takes the persons out of rows: who is told by a pseudonym that says only which rows are of the same person."""

from collections.abc import Iterable, Iterator
from typing import Any

from pulse_assets.metrics.explanation.recipe import Raw

#: Columns that hold logins, and what a pseudonym is called.
_PERSONS = ("author", "reviewer")
_BOT = "bot"


def without_persons(rows: Iterable[Raw]) -> Iterator[dict[str, Any]]:
    """The rows with `author 1`, `reviewer 2`, … instead of logins, numbered as they first occur.

    The numbers hold within these rows only: they follow neither a name nor an amount, and another period has others.
    All deleted accounts, which have no login, are one person. A row of a bot says `bot`.
    """
    known: dict[tuple[str, str | None], str] = {}
    for row in rows:
        nameless = dict(row)
        for column in _PERSONS:
            if column in row and "kind" in row and row["kind"] == "commit":
                nameless[column] = None
            elif column in row and row["reason"] == f"bot_{column}":
                nameless[column] = _BOT
            elif column in row:
                place = sum(each == column for each, _ in known) + 1
                nameless[column] = known.setdefault((column, row[column]), f"{column} {place}")
        yield nameless
