"""How a command shows what is going on: a moving display on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import typer

from pulse_assets.sync.progress import Progress

_SECONDS_BETWEEN_LINES = 5.0


class Display(Protocol):
    """What a running command tells its user."""

    def phase(self, text: str) -> None:
        """Something else begins."""
        ...

    def progress(self, event: Progress) -> None:
        """A page was committed."""
        ...


@contextmanager
def display(*, is_quiet: bool = False) -> Iterator[Display]:
    """The display that fits where stderr goes; nothing is shown when a machine reads the output."""
    if is_quiet:
        yield Silence()
    elif sys.stderr.isatty():
        with _moving() as moving:
            yield moving
    else:
        yield PlainLines(lambda text: typer.echo(text, err=True), time.monotonic)


class Silence:
    """Shows nothing."""

    def phase(self, text: str) -> None:
        """Shows nothing."""

    def progress(self, event: Progress) -> None:
        """Shows nothing."""


class PlainLines:
    """A line per phase, and at most one per list every few seconds: for logs and pipes."""

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._write = write
        self._clock = clock
        self._last: dict[tuple[str, str], float] = {}

    def phase(self, text: str) -> None:
        self._write(text)

    def progress(self, event: Progress) -> None:
        if event.records_processed <= 1:
            return  # an empty list, or the repository itself
        key, now = (event.partition, event.stream), self._clock()
        is_whole = event.records_total is not None and event.records_processed >= event.records_total
        if is_whole or now - self._last.get(key, float("-inf")) >= _SECONDS_BETWEEN_LINES:
            self._last[key] = now
            self._write(f"  {event.partition}: {amount(event)}")


def amount(event: Progress) -> str:
    """`300 of 1,200 pull requests`, or without the total where the source does not say it."""
    total = "" if event.records_total is None else f" of {event.records_total:,}"
    return f"{event.records_processed:,}{total} {event.unit}"


@contextmanager
def _moving() -> Iterator[Display]:
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[amount]}"),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _Moving(bars)


class _Moving:
    """One bar for the phase and one for each repository under way; a finished phase leaves a line."""

    def __init__(self, bars) -> None:  # noqa: ANN001 - rich is imported only on a terminal
        self._bars = bars
        self._phase = bars.add_task("starting", total=None, amount="")
        self._tasks: dict[str, int] = {}

    def phase(self, text: str) -> None:
        for task in self._tasks.values():
            self._bars.remove_task(task)
        self._tasks.clear()
        self._bars.update(self._phase, description=text)

    def progress(self, event: Progress) -> None:
        if event.partition not in self._tasks:
            self._tasks[event.partition] = self._bars.add_task(event.partition, total=None, amount="")
        self._bars.update(
            self._tasks[event.partition],
            completed=event.records_processed,
            total=event.records_total,
            amount=amount(event),
        )
