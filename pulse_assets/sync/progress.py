"""What a running sync says about itself, page by page."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Progress:
    """One event, sent after the page was committed.

    Args:
        partition: What is collected, such as `owner/name`.
        stream: Which list of it, such as `pull_requests`.
        records_processed: Records of this list that are landed; a resumed walk counts on from where it stopped.
        records_total: How many there are, where the source says so.
        unit: What a record is, in the plural.
        operation: What is being done, for a person to read.
        updated_at: When the event was made (UTC).
    """

    partition: str
    stream: str
    records_processed: int
    records_total: int | None
    unit: str
    operation: str
    updated_at: dt.datetime


class ProgressListener(Protocol):
    """Receives the events of all partitions, one at a time, from the threads that work on them."""

    def __call__(self, progress: Progress, /) -> None: ...


def ignore_progress(_progress: Progress) -> None:
    """Listens to nothing."""
