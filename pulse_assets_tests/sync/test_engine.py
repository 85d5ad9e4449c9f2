import datetime as dt
import itertools
import threading
from collections.abc import Callable, Iterator

import pytest

from pulse_assets.errors import (
    AuthenticationFailed,
    ExitCode,
    LeaseHeld,
    LeaseLost,
    NotFound,
    PartialFailure,
    PulseError,
    SourceUnavailable,
)
from pulse_assets.store import Store, UpsertCount
from pulse_assets.sync.engine import lease_name, sync_partition, sync_partitions
from pulse_assets.sync.outcome import PartitionOutcome
from pulse_assets.sync.progress import Progress
from pulse_assets.sync.stream import Missing, State, StreamPage
from pulse_assets_tests.sync.scripted import EPOCH, TABLE, Scripted, rec


def landed(store: Store, partition: str = "p") -> set[str]:
    return store.landing.keys(TABLE, partition)


def test_every_page_lands_with_the_checkpoint_after_it(store: Store) -> None:
    stream = Scripted([rec(1), rec(2)], [rec(3)])
    outcome = sync_partition(store, [stream], "p")
    assert outcome.status == "completed"
    assert outcome.counts == {TABLE: UpsertCount(inserted=3)}
    assert outcome.page_count == 2
    assert landed(store) == {"1", "2", "3"}
    assert store.checkpoints.load("p", "scripted") == {"next": 2}


def test_a_second_sync_without_news_writes_nothing(store: Store) -> None:
    sync_partition(store, [Scripted([rec(1)])], "p")
    outcome = sync_partition(store, [Scripted([rec(1)])], "p")
    assert outcome.status == "completed"
    assert not outcome.has_changes
    assert outcome.page_count == 0


def test_an_error_keeps_what_was_landed_and_the_next_sync_goes_on_after_it(store: Store) -> None:
    failed = sync_partition(store, [Scripted([rec(1)], SourceUnavailable("The source is down."))], "p")
    assert failed.status == "failed"
    assert isinstance(failed.error, SourceUnavailable)
    assert landed(store) == {"1"}
    stream = Scripted([rec(1)], [rec(2)])
    assert sync_partition(store, [stream], "p").is_complete
    assert stream.asked == [1]
    assert landed(store) == {"1", "2"}


def test_a_page_whose_checkpoint_cannot_be_saved_does_not_land(store: Store) -> None:
    class Unsaveable(Scripted):
        def pages(self, _partition: str, _state: State | None, /) -> Iterator[StreamPage]:
            yield StreamPage([rec(1)], {"next": float("nan")})

    with pytest.raises(ValueError, match="JSON"):
        sync_partition(store, [Unsaveable()], "p")
    assert landed(store) == set()


def test_full_forgets_the_checkpoints_and_keeps_the_rows(store: Store) -> None:
    sync_partition(store, [Scripted([rec(1)], [rec(2)])], "p")
    again = Scripted([rec(1)], [rec(2, value="new")])
    outcome = sync_partition(store, [again], "p", full=True)
    assert again.asked == [0, 1]
    assert outcome.counts == {TABLE: UpsertCount(changed=1, unchanged=1)}


def test_one_page_may_hold_records_of_several_tables(store: Store) -> None:
    page = [rec(1), rec(1, table="raw_other"), rec(2)]
    outcome = sync_partition(store, [Scripted(page)], "p")
    assert outcome.counts == {TABLE: UpsertCount(inserted=2), "raw_other": UpsertCount(inserted=1)}


def test_records_that_are_proven_gone_are_marked_with_the_page(store: Store) -> None:
    class Shrunk(Scripted):
        def pages(self, _partition: str, _state: State | None, /) -> Iterator[StreamPage]:
            yield StreamPage([rec(1)], {}, missing=[Missing(TABLE, ["2"], "The whole list does not hold it.")])

    sync_partition(store, [Scripted([rec(1), rec(2)])], "p")
    outcome = sync_partition(store, [Shrunk()], "p")
    assert outcome.missing_count == 1
    assert outcome.has_changes
    assert landed(store) == {"1"}


def test_progress_is_told_after_each_page_and_counts_records(store: Store) -> None:
    events: list[Progress] = []
    clock = itertools.count()

    def now() -> dt.datetime:
        return EPOCH + dt.timedelta(seconds=next(clock))

    sync_partition(store, [Scripted([rec(1), rec(2)], [rec(3)])], "p", clock=now, on_progress=events.append)
    assert [(e.partition, e.stream, e.records_processed, e.records_total, e.unit) for e in events] == [
        ("p", "scripted", 2, 2, "records"),
        ("p", "scripted", 3, 2, "records"),
    ]
    assert events[0].updated_at < events[1].updated_at


def test_a_listener_that_raises_loses_no_page(store: Store) -> None:
    def refuse(_progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync_partition(store, [Scripted([rec(1)], [rec(2)])], "p", on_progress=refuse)
    assert store.checkpoints.load("p", "scripted") == {"next": 1}
    assert sync_partition(store, [Scripted([rec(1)], [rec(2)])], "p").is_complete


def test_a_sync_that_is_asked_to_stop_ends_after_its_page_and_can_be_resumed(store: Store) -> None:
    stop = threading.Event()
    stopped = sync_partition(store, [Scripted(stop.set, [rec(2)])], "p", should_stop=stop.is_set)
    assert stopped.status == "stopped"
    assert stopped.error is None
    assert stopped.page_count == 1
    stream = Scripted(stop.set, [rec(2)])
    assert sync_partition(store, [stream], "p").is_complete
    assert stream.asked == [1]


def test_a_second_sync_of_the_same_partition_is_told_who_holds_it_and_nothing_is_lost(store: Store) -> None:
    seconds: list[PartitionOutcome] = []
    first = Scripted([rec(1)], lambda: seconds.append(sync_partition(store, [Scripted([rec(9)])], "p")), [rec(2)])
    assert sync_partition(store, [first], "p").is_complete
    assert isinstance(seconds[0].error, LeaseHeld)
    assert landed(store) == {"1", "2"}


def test_a_zombie_whose_lease_has_passed_on_writes_nothing(store: Store) -> None:
    def pass_on() -> None:
        with store.transaction() as connection:
            connection.exec_driver_sql("UPDATE leases SET epoch = epoch + 1, holder = 'another'")

    outcome = sync_partition(store, [Scripted([rec(1)], pass_on, [rec(2)])], "p")
    assert isinstance(outcome.error, LeaseLost)
    assert outcome.page_count == 1
    assert landed(store) == {"1"}
    assert store.checkpoints.load("p", "scripted") == {"next": 1}


def test_a_sync_that_slept_past_its_lease_loses_to_the_one_that_took_over(sqlite_url: str) -> None:
    now = EPOCH
    taken_over: list[PartitionOutcome] = []

    def sleep() -> None:
        nonlocal now
        now += dt.timedelta(seconds=61)
        taken_over.append(sync_partition(store, [Scripted([rec(1)], (), [rec(2)])], "p"))

    with Store.open(sqlite_url, clock=lambda: now) as store:
        outcome = sync_partition(store, [Scripted([rec(1)], sleep, [rec("zombie")])], "p")
        assert taken_over[0].is_complete
        assert isinstance(outcome.error, LeaseLost)
        assert landed(store) == {"1", "2"}
        assert store.checkpoints.load("p", "scripted") == {"next": 3}


def test_the_lease_is_given_back_after_success_and_after_failure(store: Store) -> None:
    sync_partition(store, [Scripted([rec(1)])], "p")
    sync_partition(store, [Scripted([rec(1)], NotFound("The repository p does not exist."))], "p")
    store.leases.release(store.leases.acquire(lease_name("github", "p")))


def test_one_failing_partition_leaves_the_others_done(store: Store) -> None:
    def streams(partition: str) -> list[Scripted]:
        return [Scripted(NotFound("b does not exist.") if partition == "b" else [rec(1)])]

    outcome = sync_partitions(store, streams, ["a", "b", "c"], workers=2)
    assert outcome.status == "partial"
    assert outcome.exit_code == ExitCode.PARTIAL
    assert outcome.completed == ("a", "c")
    assert outcome.counts == {TABLE: UpsertCount(inserted=2)}
    with pytest.raises(PartialFailure, match="1 of 3 partitions are not complete: b") as caught:
        outcome.raise_for_failures()
    assert isinstance(caught.value.failures["b"], NotFound)


def test_a_defect_in_one_partition_is_its_failure_and_keeps_its_traceback(store: Store) -> None:
    def streams(partition: str) -> list[Scripted]:
        return [Scripted(KeyError("merged_at") if partition == "b" else [rec(1)])]

    outcome = sync_partitions(store, streams, ["a", "b"])
    assert outcome.completed == ("a",)
    error = outcome.failures["b"]
    assert type(error) is PulseError
    assert "KeyError" in error.message
    assert isinstance(error.__cause__, KeyError)


def test_a_refused_credential_stops_the_partitions_that_have_not_begun(store: Store) -> None:
    def streams(partition: str) -> list[Scripted]:
        return [Scripted(AuthenticationFailed("Bad credentials.") if partition == "b" else [rec(1)])]

    outcome = sync_partitions(store, streams, ["a", "b", "c", "d"], workers=1)
    assert [o.status for o in outcome.outcomes.values()] == ["completed", "failed", "not_attempted", "not_attempted"]
    assert outcome.exit_code == ExitCode.AUTHENTICATION
    with pytest.raises(AuthenticationFailed):
        outcome.raise_for_failures()


@pytest.mark.parametrize(
    ("errors", "exit_code"),
    [
        ([SourceUnavailable("away")], ExitCode.SOURCE_DOWN),
        ([SourceUnavailable("away"), SourceUnavailable("away")], ExitCode.SOURCE_DOWN),
        ([SourceUnavailable("away"), NotFound("gone")], ExitCode.FAILED),
    ],
)
def test_when_nothing_is_complete_the_exit_code_tells_the_common_cause(
    sqlite_store: Store, errors: list[PulseError], exit_code: ExitCode
) -> None:
    def streams(partition: str) -> list[Scripted]:
        return [Scripted(errors[int(partition)])]

    outcome = sync_partitions(sqlite_store, streams, map(str, range(len(errors))))
    assert outcome.status == "failed"
    assert outcome.exit_code == exit_code
    with pytest.raises(PulseError) as caught:
        outcome.raise_for_failures()
    assert caught.value.exit_code == exit_code


def test_nothing_to_collect_is_complete(sqlite_store: Store) -> None:
    outcome = sync_partitions(sqlite_store, lambda _p: [], [])
    assert outcome.status == "completed"
    outcome.raise_for_failures()


def test_partitions_work_at_the_same_time_but_not_more_than_the_workers(store: Store) -> None:
    together = threading.Barrier(2, timeout=20)
    running: set[str] = set()
    most: list[int] = []

    def streams(partition: str) -> list[Scripted]:
        def work() -> None:
            running.add(partition)
            together.wait()
            most.append(len(running))
            together.wait()
            running.discard(partition)

        return [Scripted(work, [rec(1)])]

    assert sync_partitions(store, streams, ["a", "b", "c", "d"], workers=2).status == "completed"
    assert max(most) == 2


class Endless(Scripted):
    """Has always one more page, from `begin` on."""

    def __init__(self, begin: threading.Event) -> None:
        super().__init__()
        self.begin = begin

    def pages(self, _partition: str, _state: State | None, /) -> Iterator[StreamPage]:
        self.begin.wait(20)
        for number in itertools.count():
            yield StreamPage([rec(number % 10)], {"next": number})


def test_an_interrupted_caller_leaves_no_thread_working(store: Store) -> None:
    ended = threading.Event()

    def interrupt(_outcome: PartitionOutcome) -> None:
        ended.set()
        raise KeyboardInterrupt

    def streams(partition: str) -> list[Scripted]:
        return [Endless(ended) if partition == "b" else Scripted([rec(1)])]

    with pytest.raises(KeyboardInterrupt):
        sync_partitions(store, streams, ["a", "b"], workers=2, on_outcome=interrupt)
    assert not [t for t in threading.enumerate() if t.name.startswith(("sync", "lease"))]
    store.leases.release(store.leases.acquire(lease_name("github", "b")))


def test_each_partition_is_told_when_it_ends(store: Store) -> None:
    ended: list[str] = []
    sync_partitions(
        store, lambda _p: [Scripted([rec(1)])], ["a", "b", "a"], on_outcome=lambda o: ended.append(o.partition)
    )
    assert sorted(ended) == ["a", "b"]


def test_listeners_are_told_by_one_thread_at_a_time(store: Store) -> None:
    inside = threading.Lock()
    told: list[Progress] = []

    def listen(progress: Progress) -> None:
        assert inside.acquire(blocking=False)
        told.append(progress)
        inside.release()

    make: Callable[[str], list[Scripted]] = lambda _p: [Scripted(*[[rec(n)] for n in range(5)])]  # noqa: E731
    assert sync_partitions(store, make, "abcd", workers=4, on_progress=listen).status == "completed"
    assert len(told) == 20
