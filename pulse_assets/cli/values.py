"""Values of tables as JSON, CSV and a terminal can hold them."""

import datetime as dt
from decimal import Decimal
from typing import Any


def plain(value: Any) -> Any:
    """A value that JSON and CSV can hold; times as ISO 8601 in UTC, intervals in seconds."""
    match value:
        case dt.datetime():
            return value.isoformat() if value.tzinfo is None else f"{value.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        case dt.timedelta():
            return value.total_seconds()
        case Decimal():
            return float(value)
        case list() | tuple():
            return [plain(part) for part in value]
        case dict():
            return {str(key): plain(part) for key, part in value.items()}
        case _:
            return value if isinstance(value, str | int | float | bool | None) else str(value)


def printable(value: Any) -> str:
    """Text for a terminal: what could steer it is escaped."""
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(plain(value)))
