"""Connections of GraphQL: keyset cursors over ordered rows, and only the asked page becomes nodes."""

import base64
import binascii
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from graphql import GraphQLError

T = TypeVar("T")
Key = tuple[Any, ...]


class Refused(GraphQLError):
    """An error with GitHub's `type`."""

    def __init__(self, kind: str, message: str, **more: Any) -> None:
        super().__init__(message, extensions={"type": kind}, **more)


class Ordered(Generic[T]):
    """Rows in ascending order of their keys; the keys are JSON values, unique, and kept apart for searching."""

    def __init__(self, rows: Sequence[T], keys: Sequence[Key]) -> None:
        self.rows, self.keys = rows, keys

    @classmethod
    def by(cls, rows: Sequence[T], key: Callable[[T], Key]) -> "Ordered[T]":
        keyed = sorted(((key(row), row) for row in rows), key=lambda pair: pair[0])
        return cls([row for _, row in keyed], [found for found, _ in keyed])


def cursor_of(key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _key_of(cursor: str) -> Key:
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor))
    except (binascii.Error, ValueError):
        key = None
    if not isinstance(key, list):
        raise Refused("INVALID_CURSOR_ARGUMENTS", f"`{cursor}` does not appear to be a valid cursor.")
    return tuple(key)


def connection(
    ordered: Ordered[T], arguments: dict[str, Any], node: Callable[[T], dict[str, Any]], *, descends: bool = False
) -> dict[str, Any]:
    """The page between the cursors, in the asked direction.

    A cursor holds its row's key, so it stays valid when rows before it come or go.
    """
    low, high = 0, len(ordered.keys)
    after, before = arguments.get("after"), arguments.get("before")
    if descends:
        after, before = before, after
    if after:
        low = bisect_right(ordered.keys, _key_of(after))
    if before:
        high = max(low, bisect_left(ordered.keys, _key_of(before)))
    first, last = arguments.get("first"), arguments.get("last")
    size = first if first is not None else last if last is not None else 0
    from_begin = (first is not None) != descends
    begin, end = (low, min(high, low + size)) if from_begin else (max(low, high - size), high)
    step = -1 if descends else 1
    keys, rows = ordered.keys[begin:end][::step], ordered.rows[begin:end][::step]
    has_less, has_more = begin > 0, end < len(ordered.keys)
    return {
        "totalCount": len(ordered.keys),
        "nodes": lambda **_: [node(row) for row in rows],
        "edges": lambda **_: [
            {"cursor": cursor_of(key), "node": node(row)} for key, row in zip(keys, rows, strict=True)
        ],
        "pageInfo": {
            "hasNextPage": has_less if descends else has_more,
            "hasPreviousPage": has_more if descends else has_less,
            "startCursor": cursor_of(keys[0]) if keys else None,
            "endCursor": cursor_of(keys[-1]) if keys else None,
        },
    }


def numbered(rows: Sequence[T], arguments: dict[str, Any], node: Callable[[T], dict[str, Any]]) -> dict[str, Any]:
    """A connection over rows whose place is their key."""
    return connection(Ordered(rows, _Places(len(rows))), arguments, node)


class _Places(Sequence[Key]):
    """(0,), (1,), … without holding them."""

    def __init__(self, count: int, begin: int = 0) -> None:
        self._count, self._begin = count, begin

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [(self._begin + index,) for index in range(*place.indices(self._count))]
        if not 0 <= place < self._count:
            raise IndexError(place)
        return (self._begin + place,)
