"""Who may write what: leases with an epoch, so that a process that lost one can write nothing more."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

import sqlalchemy as sa

from pulse_assets.errors import LeaseHeld, LeaseLost
from pulse_assets.store.connections import insert
from pulse_assets.store.process import Process, current_process, has_ended
from pulse_assets.store.schema import LEASES
from pulse_assets.store.transactions import Transactions


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write under a name.

    Args:
        epoch: Number of this acquisition; grows with every one.
        holder: Identifies this acquisition.
        seconds: How long it lasts after each renewal.
    """

    name: str
    epoch: int
    holder: str
    seconds: float
    acquired_at: dt.datetime
    expires_at: dt.datetime


class Leases:
    """The leases of all processes that share the store."""

    def __init__(
        self,
        transactions: Transactions,
        clock: Callable[[], dt.datetime],
        process: Callable[[], Process] = current_process,
    ) -> None:
        self._transactions = transactions
        self._clock = clock
        self._process = process

    def acquire(self, name: str, *, seconds: float = 60) -> Lease:
        """Takes the lease.

        One whose holder is a dead process of this machine is taken over at once, any other after its expiry.

        Raises:
            LeaseHeld: Somebody has it; the message says who, since when and until when.
        """
        here = self._process()
        with self._transactions.write() as connection:
            now = self._clock()
            expires_at = now + dt.timedelta(seconds=seconds)
            holder = uuid.uuid4().hex
            taken = {
                "name": name,
                "epoch": 1,
                "holder": holder,
                "host": here.host,
                "machine": here.machine,
                "pid": here.pid,
                "process_started": here.started,
                "acquired_at": now,
                "expires_at": expires_at,
            }
            first = connection.execute(insert(connection, LEASES).on_conflict_do_nothing(), taken)
            if first.rowcount == 0:
                row = connection.execute(sa.select(LEASES).where(LEASES.c.name == name).with_for_update()).one()
                if row.holder is not None and row.expires_at > now and not has_ended(_process_of(row), here=here):
                    raise _held(row)
                taken["epoch"] = row.epoch + 1
                connection.execute(sa.update(LEASES).where(LEASES.c.name == name), taken)
        return Lease(name, taken["epoch"], holder, seconds, now, expires_at)

    def renew(self, lease: Lease) -> Lease:
        """Extends the lease.

        Raises:
            LeaseLost: It was taken over or released.
        """
        with self._transactions.write() as connection:
            expires_at = self._extend(connection, lease)
        return replace(lease, expires_at=expires_at)

    def release(self, lease: Lease) -> None:
        """Gives the lease back; does nothing when it is no longer held."""
        with self._transactions.write() as connection:
            connection.execute(_row_of(lease).values(holder=None, expires_at=self._clock()))

    def verify(self, connection: sa.Connection, lease: Lease) -> None:
        """Makes the caller's write transaction fail unless it still holds the lease; extends the lease.

        Nobody can take the lease over before this transaction ends.

        Raises:
            LeaseLost: It was taken over or released.
        """
        self._extend(connection, lease)

    def _extend(self, connection: sa.Connection, lease: Lease) -> dt.datetime:
        # The update locks the row on Postgres; on SQLite the write transaction has locked all.
        expires_at = self._clock() + dt.timedelta(seconds=lease.seconds)
        if connection.execute(_row_of(lease).values(expires_at=expires_at)).rowcount == 0:
            row = connection.execute(sa.select(LEASES).where(LEASES.c.name == lease.name)).one_or_none()
            raise _lost(lease, row)
        return expires_at


def _row_of(lease: Lease) -> sa.Update:
    return sa.update(LEASES).where(
        LEASES.c.name == lease.name, LEASES.c.epoch == lease.epoch, LEASES.c.holder == lease.holder
    )


def _process_of(row: sa.Row) -> Process:
    return Process(host=row.host, machine=row.machine, pid=row.pid, started=row.process_started)


def _held(row: sa.Row) -> LeaseHeld:
    return LeaseHeld(
        f"{row.name} is being worked on by process {row.pid} on {row.host} since {row.acquired_at:%Y-%m-%d %H:%M:%S} "
        f"UTC, and until {row.expires_at:%H:%M:%S} UTC unless it renews.",
        hint="Wait for it to finish, or stop that process; a stopped one is replaced after that time at the latest.",
    )


def _lost(lease: Lease, row: sa.Row | None) -> LeaseLost:
    if row is None or row.holder is None:
        return LeaseLost(f"The lease {lease.name} was given back; nothing was written.", hint="Start again.")
    return LeaseLost(
        f"{lease.name} was taken over by process {row.pid} on {row.host} at {row.acquired_at:%Y-%m-%d %H:%M:%S} UTC; "
        "nothing was written.",
        hint="Let that process finish.",
    )
