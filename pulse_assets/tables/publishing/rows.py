"""Rows of Arrow as the text that Postgres' COPY reads, a bounded piece at a time."""

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

#: Every text is quoted and no null is, which is how COPY tells an empty text from none.
_AS_COPY_READS = csv.WriteOptions(include_header=False, quoting_style="needed")
_NOTHING = memoryview(b"")


class CopyText:
    """A file that COPY reads, made of batches while it is read.

    Attributes:
        error: What went wrong in making it; the driver would tell it only in words.
    """

    def __init__(self, batches: Iterable[pa.RecordBatch]) -> None:
        self.error: Exception | None = None
        self._pieces = _pieces(batches)
        self._rest = _NOTHING

    def read(self, size: int) -> bytes:
        """At most so many bytes; none at the end."""
        try:
            while not self._rest:
                self._rest = next(self._pieces)
        except StopIteration:
            return b""
        except Exception as error:
            self.error = error
            raise
        piece, self._rest = self._rest[:size], self._rest[size:]
        return bytes(piece)


def _pieces(batches: Iterable[pa.RecordBatch]) -> Iterator[memoryview]:
    for batch in batches:
        sink = pa.BufferOutputStream()
        csv.write_csv(_without_nan(batch), sink, _AS_COPY_READS)
        yield memoryview(sink.getvalue())


def _without_nan(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with null for what is not a number."""
    arrays = [_known(array) if pa.types.is_floating(array.type) else array for array in batch.columns]
    return pa.record_batch(arrays, schema=batch.schema)


def _known(array: pa.Array) -> pa.Array:
    nothing = pa.scalar(None, array.type)
    return pc.call_function("if_else", [pc.call_function("is_nan", [array]), nothing, array])
