import datetime as dt
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from pulse_assets.errors import LeaseHeld, LeaseLost
from pulse_assets.store import Lease, Leases, Store
from pulse_assets.store.process import Process, current_process
from pulse_assets_tests.store.conftest import START, Clock

NAME = "sync:github:acme/api"
HERE = current_process()
ELSEWHERE = replace(HERE, host="other-host", pid=4711)


def leases_of(store: Store, process: Process) -> Leases:
    """The leases as another process would use them."""
    return Leases(store._transactions, store.leases._clock, lambda: process)


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def verify(store: Store, lease: Lease) -> None:
    with store.transaction() as connection:
        store.leases.verify(connection, lease)


def write_under(store: Store, lease: Lease) -> None:
    with store.transaction() as connection:
        store.checkpoints.save(connection, "acme/api", "commits", {"epoch": lease.epoch})
        store.leases.verify(connection, lease)


class TestAcquire:
    def test_a_free_lease_is_taken(self, store: Store) -> None:
        lease = store.leases.acquire(NAME, seconds=60)
        assert (lease.name, lease.epoch, lease.acquired_at) == (NAME, 1, START)
        assert lease.expires_at == START + dt.timedelta(seconds=60)
        verify(store, lease)

    def test_a_held_lease_says_who_has_it_since_when_and_until_when(self, store: Store, clock: Clock) -> None:
        leases_of(store, ELSEWHERE).acquire(NAME, seconds=90)
        clock.move(seconds=30)
        with pytest.raises(LeaseHeld, match=r"process 4711 on other-host since 2026-03-01 12:00:00 .* 12:01:30 UTC"):
            store.leases.acquire(NAME)

    def test_another_thread_of_this_process_has_it_too(self, store: Store) -> None:
        store.leases.acquire(NAME)
        with pytest.raises(LeaseHeld):
            store.leases.acquire(NAME)

    def test_other_names_are_free(self, store: Store) -> None:
        store.leases.acquire(NAME)
        assert store.leases.acquire("sync:github:acme/web").epoch == 1

    def test_an_expired_lease_is_taken_over_with_a_higher_epoch(self, store: Store, clock: Clock) -> None:
        leases_of(store, ELSEWHERE).acquire(NAME, seconds=60)
        clock.move(seconds=60)
        assert store.leases.acquire(NAME).epoch == 2

    def test_a_released_lease_is_taken_with_a_higher_epoch(self, store: Store) -> None:
        store.leases.release(store.leases.acquire(NAME))
        assert store.leases.acquire(NAME).epoch == 2

    def test_a_dead_process_of_this_machine_loses_it_at_once(self, store: Store) -> None:
        leases_of(store, replace(HERE, pid=dead_pid())).acquire(NAME)
        assert store.leases.acquire(NAME).epoch == 2

    @pytest.mark.skipif(HERE.started is None, reason="no /proc")
    def test_a_process_id_that_was_given_out_again_is_another_process(self, store: Store) -> None:
        leases_of(store, replace(HERE, started="1")).acquire(NAME)
        assert store.leases.acquire(NAME).epoch == 2

    @pytest.mark.parametrize("change", [{"host": "other-host"}, {"machine": "other boot or container"}])
    def test_a_process_that_cannot_be_seen_from_here_keeps_it(self, store: Store, change: dict[str, str]) -> None:
        leases_of(store, replace(HERE, pid=dead_pid(), **change)).acquire(NAME)
        with pytest.raises(LeaseHeld):
            store.leases.acquire(NAME)

    def test_a_living_process_whose_start_is_unknown_keeps_it(self, store: Store) -> None:
        leases_of(store, replace(HERE, pid=os.getppid(), started=None)).acquire(NAME)
        with pytest.raises(LeaseHeld):
            store.leases.acquire(NAME)


class TestVerify:
    def test_extends_the_lease(self, store: Store, clock: Clock) -> None:
        lease = store.leases.acquire(NAME, seconds=60)
        clock.move(seconds=50)
        verify(store, lease)
        clock.move(seconds=50)
        with pytest.raises(LeaseHeld):
            leases_of(store, ELSEWHERE).acquire(NAME)

    def test_an_expired_lease_that_nobody_took_still_holds(self, store: Store, clock: Clock) -> None:
        lease = store.leases.acquire(NAME, seconds=60)
        clock.move(hours=1)
        verify(store, lease)

    def test_a_zombie_writes_nothing_after_the_take_over(self, store: Store, clock: Clock) -> None:
        zombie = store.leases.acquire(NAME, seconds=60)
        clock.move(seconds=61)
        leases_of(store, ELSEWHERE).acquire(NAME)
        with pytest.raises(LeaseLost, match="taken over by process 4711 on other-host"):
            write_under(store, zombie)
        assert store.checkpoints.load("acme/api", "commits") is None

    def test_a_released_lease_is_lost(self, store: Store) -> None:
        lease = store.leases.acquire(NAME)
        store.leases.release(lease)
        with pytest.raises(LeaseLost, match="given back"):
            verify(store, lease)


class TestRenew:
    def test_extends_the_lease(self, store: Store, clock: Clock) -> None:
        lease = store.leases.acquire(NAME, seconds=60)
        clock.move(seconds=30)
        assert store.leases.renew(lease).expires_at == START + dt.timedelta(seconds=90)

    def test_of_a_lease_that_was_taken_over_fails(self, store: Store, clock: Clock) -> None:
        lease = store.leases.acquire(NAME, seconds=60)
        clock.move(seconds=61)
        leases_of(store, ELSEWHERE).acquire(NAME)
        with pytest.raises(LeaseLost):
            store.leases.renew(lease)


class TestRelease:
    def test_can_be_repeated(self, store: Store) -> None:
        lease = store.leases.acquire(NAME)
        store.leases.release(lease)
        store.leases.release(lease)

    def test_of_a_lease_that_was_taken_over_leaves_the_new_one(self, store: Store, clock: Clock) -> None:
        lost = store.leases.acquire(NAME, seconds=60)
        clock.move(seconds=61)
        new = store.leases.acquire(NAME)
        store.leases.release(lost)
        verify(store, new)
