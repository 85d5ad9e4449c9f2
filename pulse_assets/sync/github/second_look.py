"""A second look at landed records that a list does not show: only those that answer 404 by themselves are gone.

The list is the first proof, the record's own 404 the second. Neither counts where the repository itself cannot be seen,
since a token that lost its rights is told 404 of everything; nor does an empty list.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pulse_assets.errors import NotFound, PulseError
from pulse_assets.sources.github.client import GitHub
from pulse_assets.store.landing import Record
from pulse_assets.sync.github.collection import record, text
from pulse_assets.sync.stream import Missing

#: Further ones wait for the next sync.
LOOKS_PER_SYNC = 200
_BATCH = 20
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found.

    Attributes:
        keys: Of the records that were looked at.
        records: Those that exist, as they are now.
        missing: Those that are proven to be gone.
    """

    keys: tuple[str, ...]
    records: list[Record]
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class SecondLook:
    """Looks at the records of one table.

    Args:
        noun: What a record is, in the plural.
        key: The field that tells records apart.
        ask: Gives a record by repository and key as it is now, or raises NotFound.
    """

    github: GitHub
    table: str
    noun: str
    key: str
    ask: Callable[[str, int], dict[str, Any]]

    def at_unlisted(self, partition: str, landed: Collection[str], listed: Collection[str]) -> Iterator[Looked]:
        """Looks at landed records that the whole list, just read, does not hold; where it is empty none is gone."""
        left = sorted(set(landed) - set(listed), key=int)[:LOOKS_PER_SYNC]
        if not left:
            return
        read_at = text(self.github.visible_at(partition))
        first = f"The whole list ({len(listed)} {self.noun}), read by {read_at}, does not show it" if listed else None
        yield from self.at(partition, left, shown=lambda _key: first)

    def at(self, partition: str, keys: Sequence[str], *, shown: Callable[[str], str | None]) -> Iterator[Looked]:
        """Looks at the records; what was found before an error is given before it is raised.

        Args:
            partition: The repository.
            keys: Which ones, in this order.
            shown: The first proof that a record that answers 404 is gone, as the begin of a sentence; None for none.

        Raises:
            NotFound: The repository itself cannot be seen.
            PulseError: A record did not answer.
        """
        for begin in range(0, len(keys), _BATCH):
            batch = keys[begin : begin + _BATCH]
            done, gone = 0, []
            records: list[Record] = []
            failure: PulseError | None = None
            for key in batch:
                try:
                    records.append(record(self.table, self.key, self.ask(partition, int(key))))
                except NotFound:
                    gone.append(key)
                except PulseError as error:
                    failure = error
                    break
                done += 1
            if done:
                yield Looked(tuple(batch[:done]), records, self._missing(partition, gone, shown))
            if failure is not None:
                raise failure

    def _missing(self, partition: str, gone: list[str], shown: Callable[[str], str | None]) -> tuple[Missing, ...]:
        if not gone:
            return ()
        at = text(self.github.visible_at(partition))
        second = f"; asked for by itself it answered 404 by {at}, when the repository could be seen."
        proven = sorted((first, key) for key in gone if (first := shown(key)) is not None)
        if len(proven) < len(gone):
            _LOG.warning(
                "%d %s of %s answer 404, but no list that holds others proves them gone. They are kept.",
                *(len(gone) - len(proven), self.noun, partition),
            )
        return tuple(
            Missing(self.table, [key for _, key in group], first + second)
            for first, group in groupby(proven, key=lambda pair: pair[0])
        )
