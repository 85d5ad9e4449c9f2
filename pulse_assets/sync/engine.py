"""Lands the pages of a source: a page and its checkpoint in one transaction, fenced by the partition's lease.

A sync may end at any instant, by kill -9 too: what was committed stays, and the next one continues after it.
What a source offers is in `stream`; what became of a sync is in `outcome`.
"""

import datetime as dt
import itertools
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from operator import attrgetter

from pulse_assets.errors import AuthenticationFailed, PulseError, StoreUnavailable
from pulse_assets.store.database import Store
from pulse_assets.store.landing import UpsertCount
from pulse_assets.store.leases import Lease
from pulse_assets.sync.heartbeat import kept_alive
from pulse_assets.sync.outcome import PartitionOutcome, PartitionStatus, SyncOutcome
from pulse_assets.sync.progress import Progress, ProgressListener, ignore_progress
from pulse_assets.sync.stream import State, Stream, StreamPage

Clock = Callable[[], dt.datetime]
LEASE_SECONDS = 60.0


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _never() -> bool:
    return False


def lease_name(source: str, partition: str) -> str:
    """What a sync of `partition` holds, so that no other one writes to it."""
    return f"sync:{source}:{partition}"


@dataclass(slots=True)
class _Tally:
    """What one partition has landed so far."""

    counts: dict[str, UpsertCount] = field(default_factory=dict)
    missing_count: int = 0
    page_count: int = 0
    watermark: str | None = None

    def saw(self, state: State | None) -> None:
        mark = (state or {}).get("watermark")
        if mark is not None:
            self.watermark = max(mark, self.watermark or mark)


def sync_partition(
    store: Store,
    streams: Iterable[Stream],
    partition: str,
    *,
    source: str = "github",
    full: bool = False,
    clock: Clock = utc_now,
    on_progress: ProgressListener = ignore_progress,
    should_stop: Callable[[], bool] = _never,
    lease_seconds: float = LEASE_SECONDS,
) -> PartitionOutcome:
    """Collects one partition, stream after stream; the first error ends it and is part of the outcome.

    Args:
        store: Where the rows and checkpoints are.
        streams: The lists, in the order in which they are read.
        partition: What to collect, such as `owner/name`.
        source: Prefix of the lease's name.
        full: Forget the checkpoints first; rows are kept.
        clock: Gives the times of seeing (UTC).
        on_progress: Told after each page.
        should_stop: Asked before each page; when true, the partition ends as `stopped` and can be resumed.
        lease_seconds: Term of the lease; it is renewed while the sync lives.
    """
    started_at = clock()
    tally = _Tally()
    status: PartitionStatus = "failed"
    error: PulseError | None = None
    try:
        lease = store.leases.acquire(lease_name(source, partition), seconds=lease_seconds)
        try:
            with kept_alive(store.leases, lease, seconds=lease_seconds):
                work = _Work(store, lease, partition, clock, on_progress, should_stop, tally)
                if full:
                    work.forget()
                status = "completed" if all(work.land(stream) for stream in streams) else "stopped"
        finally:
            # A lease that cannot be given back ends by itself.
            with suppress(StoreUnavailable):
                store.leases.release(lease)
    except PulseError as caught:
        error = caught
    return PartitionOutcome(
        partition=partition,
        status=status if error is None else "failed",
        counts=tally.counts,
        missing_count=tally.missing_count,
        page_count=tally.page_count,
        watermark=tally.watermark,
        started_at=started_at,
        finished_at=clock(),
        error=error,
    )


@dataclass(frozen=True, slots=True)
class _Work:
    """One partition under its lease."""

    store: Store
    lease: Lease
    partition: str
    clock: Clock
    on_progress: ProgressListener
    should_stop: Callable[[], bool]
    tally: _Tally

    def forget(self) -> None:
        with self.store.transaction() as connection:
            self.store.leases.verify(connection, self.lease)
            self.store.checkpoints.delete(connection, self.partition, None)

    def land(self, stream: Stream) -> bool:
        """Lands the stream to its end; False when asked to stop before it."""
        state = self.store.checkpoints.load(self.partition, stream.name)
        self.tally.saw(state)
        pages = iter(stream.pages(self.partition, state))
        read = 0
        while not self.should_stop():
            page = next(pages, None)
            if page is None:
                return True
            self._commit(stream, page)
            read += len(page.records)
            self._report(stream, page, read)
        return False

    def _commit(self, stream: Stream, page: StreamPage) -> None:
        seen_at = self.clock()
        by_table = itertools.groupby(sorted(page.records, key=attrgetter("table")), key=attrgetter("table"))
        counts: dict[str, UpsertCount] = {}
        missing_count = 0
        with self.store.transaction() as connection:
            self.store.leases.verify(connection, self.lease)
            for table, records in by_table:
                counts[table] = self.store.landing.upsert(connection, self.partition, list(records), seen_at=seen_at)
            for gone in page.missing:
                missing_count += self.store.landing.mark_missing(
                    connection, gone.table, self.partition, gone.keys, at=seen_at, proof=gone.proof
                )
            self.store.checkpoints.save(connection, self.partition, stream.name, page.state)
        for table, count in counts.items():
            self.tally.counts[table] = self.tally.counts.get(table, UpsertCount(0, 0, 0)) + count
        self.tally.missing_count += missing_count
        self.tally.page_count += 1
        self.tally.saw(page.state)

    def _report(self, stream: Stream, page: StreamPage, read: int) -> None:
        self.on_progress(
            Progress(
                partition=self.partition,
                stream=stream.name,
                records_processed=read if page.processed is None else page.processed,
                records_total=page.total,
                unit=stream.unit,
                operation=page.operation,
                updated_at=self.clock(),
            )
        )


def sync_partitions(
    store: Store,
    make_streams: Callable[[str], Sequence[Stream]],
    partitions: Iterable[str],
    *,
    workers: int = 4,
    source: str = "github",
    full: bool = False,
    clock: Clock = utc_now,
    on_progress: ProgressListener = ignore_progress,
    on_outcome: Callable[[PartitionOutcome], None] | None = None,
    should_stop: Callable[[], bool] = _never,
    lease_seconds: float = LEASE_SECONDS,
) -> SyncOutcome:
    """Collects partitions, a few at a time; one that fails leaves the others going.

    A refused credential stops those that have not begun, since each would be refused again.

    Args:
        store: Where the rows and checkpoints are.
        make_streams: Gives the lists of one partition; called in the thread that works on it.
        partitions: What to collect; a key that is named twice is collected once.
        workers: Partitions at the same time.
        source: Prefix of the leases' names.
        full: Forget the checkpoints first; rows are kept.
        clock: Gives the times of seeing (UTC).
        on_progress: Told after each page, by the working threads, one at a time.
        on_outcome: Told when a partition has ended, by the calling thread.
        should_stop: Asked before each page of each partition, by the working threads.
        lease_seconds: Term of the leases.
    """
    keys = list(dict.fromkeys(partitions))
    outcomes: dict[str, PartitionOutcome] = {}
    refused, abandoned, listening = threading.Event(), threading.Event(), threading.Lock()

    def report(progress: Progress) -> None:
        with listening:
            on_progress(progress)

    def stopping() -> bool:
        return abandoned.is_set() or should_stop()

    def work(partition: str) -> PartitionOutcome:
        if refused.is_set() or stopping():
            return PartitionOutcome(partition, "not_attempted")
        outcome = sync_partition(
            store,
            make_streams(partition),
            partition,
            source=source,
            full=full,
            clock=clock,
            on_progress=report,
            should_stop=stopping,
            lease_seconds=lease_seconds,
        )
        if isinstance(outcome.error, AuthenticationFailed):
            refused.set()
        return outcome

    with ThreadPoolExecutor(max_workers=max(1, workers), thread_name_prefix="sync") as pool:
        futures = {pool.submit(work, key): key for key in keys}
        try:
            for future in as_completed(futures):
                outcome = _outcome(future, futures[future])
                outcomes[outcome.partition] = outcome
                if on_outcome is not None:
                    on_outcome(outcome)
        finally:
            # An interrupted caller must not wait for the rest: each working thread ends after its page.
            abandoned.set()
            for future in futures:
                future.cancel()
    return SyncOutcome({key: outcomes[key] for key in keys})


def _outcome(future: Future[PartitionOutcome], partition: str) -> PartitionOutcome:
    """A defect in one partition is that partition's failure; its traceback stays on the error as the cause."""
    caught = future.exception()
    if caught is None:
        return future.result()
    if isinstance(caught, PulseError):
        return PartitionOutcome(partition, "failed", error=caught)
    if not isinstance(caught, Exception):
        raise caught
    message = f"Collecting {partition} met a defect: {type(caught).__name__}: {caught}."
    error = PulseError(message, hint="Please report it with the log; the next sync continues where this one stopped.")
    error.__cause__ = caught
    return PartitionOutcome(partition, "failed", error=error)
