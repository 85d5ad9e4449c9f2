"""Reads whole lists, as a sync would."""

from collections.abc import Callable

from pulse_assets.sources.github.pages import Page, Record


def whole(ask: Callable[[str | None], Page]) -> list[Record]:
    """All records of all pages."""
    page = ask(None)
    records = list(page.records)
    while page.next_cursor is not None:
        page = ask(page.next_cursor)
        records += page.records
    return records
