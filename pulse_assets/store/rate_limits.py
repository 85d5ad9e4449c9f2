"""How much of each credential's request budget is left, shared by all threads and processes."""

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

import sqlalchemy as sa

from pulse_assets.store.connections import insert, save
from pulse_assets.store.schema import RATE_LIMITS
from pulse_assets.store.transactions import Transactions

#: How far apart the ends of one window may seem.
_SAME_WINDOW = dt.timedelta(seconds=30)
_WRITE_INTERVAL = dt.timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Budget:
    """What is known of one credential's budget for one resource. Times are UTC.

    Args:
        limit: Requests per window.
        remaining: Requests left in the window.
        reset_at: End of the window.
        blocked_until: No request may be sent before it; may lie in the past.
    """

    limit: int | None = None
    remaining: int | None = None
    reset_at: dt.datetime | None = None
    blocked_until: dt.datetime | None = None


class RateLimitLedger:
    """The budgets. `credential_id` names a credential without revealing it. Safe to share between threads.

    An observation is advice: it is written every few seconds. A block is binding: it is written at once.
    """

    def __init__(self, transactions: Transactions, clock: Callable[[], dt.datetime]) -> None:
        self._transactions = transactions
        self._clock = clock
        self._lock = threading.Lock()
        self._observed: dict[tuple[str, str], Budget] = {}
        self._unwritten: set[tuple[str, str]] = set()
        self._written_at: dt.datetime | None = None

    def observe(
        self,
        credential_id: str,
        resource: str,
        *,
        limit: int | None,
        remaining: int | None,
        reset_at: dt.datetime | None,
    ) -> None:
        """Notes what an answer's headers say. Answers may arrive out of order: within a window the lowest counts."""
        key = (credential_id, resource)
        seen = Budget(limit=limit, remaining=remaining, reset_at=reset_at)
        now = self._clock()
        with self._lock:
            known = self._observed.get(key)
            self._observed[key] = seen if known is None else merged(known, seen)
            self._unwritten.add(key)
            is_due = self._written_at is None or now - self._written_at >= _WRITE_INTERVAL
            if is_due:
                self._written_at = now
        if is_due:
            self.flush()

    def block(self, credential_id: str, resource: str, until: dt.datetime) -> None:
        """Nobody may use this credential for this resource before `until`. Never shortens a block."""
        row = {
            "credential_id": credential_id,
            "resource": resource,
            "blocked_until": until,
            "observed_at": self._clock(),
        }
        there = RATE_LIMITS.c.blocked_until
        with self._transactions.write() as connection:
            statement = insert(connection, RATE_LIMITS)
            later = sa.or_(there.is_(None), there < statement.excluded.blocked_until)
            replaced = {"blocked_until": statement.excluded.blocked_until}
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["credential_id", "resource"], set_=replaced, where=later
                ),
                row,
            )

    def get(self, credential_id: str, resource: str) -> Budget | None:
        """What is known now; None when nothing is. Cheap enough to be asked before each request."""
        with self._transactions.read() as connection:
            written = _read(connection, credential_id, resource)
        with self._lock:
            observed = self._observed.get((credential_id, resource))
        if written is None or observed is None:
            return written or observed
        return merged(written, observed)

    def flush(self) -> None:
        """Writes what was observed since the last time."""
        with self._lock:
            due = {key: self._observed[key] for key in sorted(self._unwritten)}
            self._unwritten.clear()
        if not due:
            return
        with self._transactions.write() as connection:
            for (credential_id, resource), observed in due.items():
                written = _read(connection, credential_id, resource) or Budget()
                budget = merged(written, observed)
                row = {
                    "credential_id": credential_id,
                    "resource": resource,
                    "limit_count": budget.limit,
                    "remaining_count": budget.remaining,
                    "reset_at": budget.reset_at,
                    "observed_at": self._clock(),
                }
                save(connection, RATE_LIMITS, row)


def merged(known: Budget, seen: Budget) -> Budget:
    """What two observations say together: the later window counts, and within one window the lower remainder.

    The source's clock is known to about a second, and worse from an answer that was long under way; windows last an
    hour. So two ends that lie close together are one.
    """
    if seen.reset_at is None or known.reset_at is None:
        newer = seen if seen.reset_at is not None or known.reset_at is None else known
    elif abs(seen.reset_at - known.reset_at) > _SAME_WINDOW:
        newer = seen if seen.reset_at > known.reset_at else known
    else:
        remainders = [budget.remaining for budget in (known, seen) if budget.remaining is not None]
        newer = replace(seen, remaining=min(remainders, default=None), reset_at=max(known.reset_at, seen.reset_at))
    return replace(newer, blocked_until=known.blocked_until)


def _read(connection: sa.Connection, credential_id: str, resource: str) -> Budget | None:
    row = connection.execute(_BUDGET, {"for_credential": credential_id, "for_resource": resource}).one_or_none()
    if row is None:
        return None
    return Budget(
        limit=row.limit_count, remaining=row.remaining_count, reset_at=row.reset_at, blocked_until=row.blocked_until
    )


_BUDGET = sa.select(
    RATE_LIMITS.c.limit_count, RATE_LIMITS.c.remaining_count, RATE_LIMITS.c.reset_at, RATE_LIMITS.c.blocked_until
).where(
    RATE_LIMITS.c.credential_id == sa.bindparam("for_credential"),
    RATE_LIMITS.c.resource == sa.bindparam("for_resource"),
)
