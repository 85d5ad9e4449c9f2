"""Keeps a lease alive while its holder waits for the source, which may ask for minutes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pulse_assets.errors import LeaseLost, StoreUnavailable
from pulse_assets.store.leases import Lease, Leases

_BEATS_PER_TERM = 3


@contextmanager
def kept_alive(leases: Leases, lease: Lease, *, seconds: float) -> Iterator[None]:
    """Renews `lease` three times per term until the block ends.

    A lost lease ends the renewing, and nothing else: the next page's transaction finds out and refuses to write.

    Args:
        leases: Where the lease was taken.
        lease: The lease to renew.
        seconds: Its term.
    """
    ended = threading.Event()

    def beat() -> None:
        current = lease
        while not ended.wait(seconds / _BEATS_PER_TERM):
            try:
                current = leases.renew(current)
            except LeaseLost:
                return
            except StoreUnavailable:
                continue

    thread = threading.Thread(target=beat, name=f"lease {lease.name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
