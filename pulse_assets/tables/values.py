"""Values of a landed JSON record as values of a column."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

# No column of Parquet, DuckDB or Postgres can hold these, and titles do contain them.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


def text(value: Any) -> str | None:
    """The text with U+FFFD in place of NUL and lone surrogates.

    Raises:
        TypeError: It is neither text nor null.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return _UNSTORABLE.sub(_REPLACEMENT, value)


def joined(values: Iterable[Any]) -> str | None:
    """Texts in alphabetic order, comma separated; None when there are none."""
    return ",".join(sorted(text(value) or "" for value in values)) or None


def instant(value: Any) -> dt.datetime | None:
    """An ISO 8601 time with zone, in UTC.

    Raises:
        TypeError: It is neither text nor null.
        ValueError: It is no such time.
    """
    if value is None:
        return None
    moment = dt.datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    return moment.astimezone(dt.UTC)


def earliest(moments: Iterable[dt.datetime | None]) -> dt.datetime | None:
    """The first of the known moments; None when none is known."""
    return min((moment for moment in moments if moment is not None), default=None)
