"""What an HTTP client tells about its work: events while it waits, and counts."""

import threading
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, Self


@dataclass(frozen=True, slots=True)
class HttpEvent:
    """The client pauses, or goes on without one of its tokens.

    Attributes:
        kind: `wait` for the server's permission, `retry` after a passing fault, `refused` token.
        reason: For a person; holds no secret.
        seconds: How long the pause is at most; 0 for a refused token.
    """

    kind: Literal["wait", "retry", "refused"]
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class HttpCounts:
    """Sums since the client was made.

    Attributes:
        bytes_received: Bodies as they came over the wire, compressed or not.
        limit_remaining: What the newest answer said is left of `limit_resource`.
    """

    requests: int = 0
    not_modified: int = 0
    retries: int = 0
    bytes_received: int = 0
    waited_seconds: float = 0.0
    limit_remaining: int | None = None
    limit_resource: str | None = None

    def since(self, earlier: Self) -> Self:
        """What came on top of an earlier snapshot."""
        sums = {name: getattr(self, name) - getattr(earlier, name) for name in _SUMS}
        return replace(self, **sums)


_SUMS = tuple(field.name for field in fields(HttpCounts) if not field.name.startswith("limit_"))


class HttpStats:
    """Counts of one client, over all threads and for each thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._total: dict[str, Any] = {}
        self._own = threading.local()

    def add(self, **amounts: float) -> None:
        own = self._of_thread()
        with self._lock:
            for counts in (self._total, own):
                for name, amount in amounts.items():
                    counts[name] = counts.get(name, 0) + amount

    def note_limit(self, resource: str, remaining: int) -> None:
        own = self._of_thread()
        with self._lock:
            for counts in (self._total, own):
                counts.update(limit_resource=resource, limit_remaining=remaining)

    def snapshot(self) -> HttpCounts:
        with self._lock:
            return HttpCounts(**self._total)

    def snapshot_of_thread(self) -> HttpCounts:
        """Only what the calling thread did; one partition is collected by one thread."""
        return HttpCounts(**self._of_thread())

    def _of_thread(self) -> dict[str, Any]:
        counts = getattr(self._own, "counts", None)
        if counts is None:
            counts = self._own.counts = {}
        return counts
