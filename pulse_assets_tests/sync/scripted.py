"""A stream whose pages are written down in the test."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pulse_assets.store import Record
from pulse_assets.sync.stream import State, StreamPage

TABLE = "raw_scripted"
EPOCH = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


def rec(key: object, at: int = 0, table: str = TABLE, **payload: Any) -> Record:
    return Record(table, str(key), {"key": key, **payload}, EPOCH + dt.timedelta(seconds=at))


class Scripted:
    """Gives its pages in turn; an exception in the script is raised, a callable is called before its page.

    `state` is the number of the next page, so that a second sync goes on where the first one stopped.
    """

    unit = "records"

    def __init__(self, *script: Sequence[Record] | Exception | Callable[[], object], name: str = "scripted") -> None:
        self.name = name
        self.script = script
        self.asked: list[int] = []

    def pages(self, _partition: str, state: State | None, /) -> Iterator[StreamPage]:
        begin = (state or {"next": 0})["next"]
        for number in range(begin, len(self.script)):
            step = self.script[number]
            if isinstance(step, Exception):
                raise step
            self.asked.append(number)
            if callable(step):
                step()
                step = ()
            yield StreamPage(step, {"next": number + 1}, total=len(self.script))
