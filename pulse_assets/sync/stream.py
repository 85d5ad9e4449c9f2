"""What a source has to offer so that the engine can land it: pages, each with the checkpoint after it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pulse_assets.store.landing import Record

State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Missing:
    """Landed records that no longer exist at the source.

    Args:
        table: Their raw table.
        keys: Their record keys.
        proof: How it is known, in one sentence; an empty answer is no proof.
    """

    table: str
    keys: Sequence[str]
    proof: str


@dataclass(frozen=True, slots=True)
class StreamPage:
    """One page and the checkpoint after it; both are committed together.

    Args:
        records: What was read, each with its raw table.
        state: The stream's checkpoint once the page is landed (JSON-ready). `watermark`, where present, is data time.
        missing: Landed records that are proven to be gone.
        processed: Records of the walk so far; without it the engine counts the records of this run.
        total: How many records the list has, where the source says so.
        operation: What was done, for a person to read.
    """

    records: Sequence[Record]
    state: State
    missing: Sequence[Missing] = field(default=())
    processed: int | None = None
    total: int | None = None
    operation: str = "reading"


class Stream(Protocol):
    """One list of a source.

    `pages` continues at `state`, the checkpoint of the last page that was landed (None at the first sync), and ends
    when everything that existed at its start is landed. A stream without news yields nothing.
    """

    @property
    def name(self) -> str: ...

    @property
    def unit(self) -> str: ...

    def pages(self, partition: str, state: State | None, /) -> Iterator[StreamPage]: ...
