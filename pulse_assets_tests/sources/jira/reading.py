"""Reads whole lists, as a sync would."""

from collections.abc import Callable
from typing import TypeVar

from pulse_assets.sources.jira.pages import Page

T = TypeVar("T")


def whole(ask: Callable[[str | None], Page[T]]) -> list[T]:
    """All records of all pages."""
    page = ask(None)
    records = list(page.records)
    while page.next_cursor is not None:
        page = ask(page.next_cursor)
        records += page.records
    return records
