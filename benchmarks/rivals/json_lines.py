"""Rows in JSON lines, one file a table: where loops without a database leave what they read."""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from .task import Identity, pull_request

TABLES = ("pull_requests", "commits", "reviews")


class JsonLines:
    """`folder/TABLE.jsonl`, open for writing."""

    def __init__(self, folder: Path) -> None:
        self._stack = ExitStack()
        self._files: dict[str, IO[str]] = {
            name: self._stack.enter_context((folder / f"{name}.jsonl").open("w", encoding="utf-8")) for name in TABLES
        }

    def write(self, table: str, row: dict[str, Any]) -> None:
        self._files[table].write(json.dumps(row) + "\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()


def identities(folder: Path) -> Iterator[Identity]:
    for row in _read(folder, "pull_requests"):
        merged_at = row["merged_at"]
        yield pull_request(row["number"], dt.datetime.fromisoformat(merged_at) if merged_at else None)
    for row in _read(folder, "commits"):
        yield "commit", row["number"], row["sha"]
    for row in _read(folder, "reviews"):
        if row["state"] != "PENDING":
            yield "review", row["number"], str(row["id"])


def _read(folder: Path, table: str) -> Iterator[dict[str, Any]]:
    with (folder / f"{table}.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
