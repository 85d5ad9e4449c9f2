import datetime as dt
import threading
from dataclasses import replace
from typing import cast

import pytest

from pulse_assets.errors import LeaseLost, StoreUnavailable
from pulse_assets.store import Lease, Leases
from pulse_assets.sync.heartbeat import kept_alive

EPOCH = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


class ScriptedLeases:
    """Renews as the script says, and says when the script is at its end."""

    def __init__(self, *script: Exception | None) -> None:
        self.script = list(script)
        self.renewed: list[Lease] = []
        self.at_end = threading.Event()

    def renew(self, lease: Lease) -> Lease:
        self.renewed.append(lease)
        step = self.script.pop(0) if self.script else None
        if not self.script:
            self.at_end.set()
        if step is not None:
            raise step
        return replace(lease, expires_at=lease.expires_at + dt.timedelta(seconds=1))


@pytest.fixture
def lease() -> Lease:
    return Lease(name="sync:p", epoch=1, holder="me", seconds=0.003, acquired_at=EPOCH, expires_at=EPOCH)


def run(leases: ScriptedLeases, lease: Lease) -> None:
    with kept_alive(cast("Leases", leases), lease, seconds=0.003):
        assert leases.at_end.wait(20)


def test_the_lease_is_renewed_from_its_last_renewal_as_long_as_the_block_lasts(lease: Lease) -> None:
    leases = ScriptedLeases(None, None, None)
    run(leases, lease)
    assert [r.expires_at.second for r in leases.renewed[:3]] == [0, 1, 2]
    assert not [t for t in threading.enumerate() if t.name.startswith("lease")]


def test_a_store_that_is_away_is_asked_again(lease: Lease) -> None:
    leases = ScriptedLeases(StoreUnavailable("The database is locked."), None)
    run(leases, lease)
    assert len(leases.renewed) >= 2


def test_a_lost_lease_is_not_asked_for_again(lease: Lease) -> None:
    leases = ScriptedLeases(LeaseLost("Another process has it."))
    run(leases, lease)
    assert len(leases.renewed) == 1
