"""How much to ask for at once: less after an answer that took too long, more again after several that did not."""

import threading

_SUCCESSES_BEFORE_GROWTH = 4


class PageSizes:
    """A size for each list, between 1 and its limit. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sizes: dict[str, int] = {}
        self._successes: dict[str, int] = {}

    def current(self, name: str, limit: int) -> int:
        with self._lock:
            return min(self._sizes.get(name, limit), limit)

    def shrink(self, name: str, size: int) -> None:
        with self._lock:
            self._sizes[name] = max(1, size // 2)
            self._successes[name] = 0

    def succeed(self, name: str) -> None:
        with self._lock:
            if name not in self._sizes:
                return
            self._successes[name] = self._successes.get(name, 0) + 1
            if self._successes[name] >= _SUCCESSES_BEFORE_GROWTH:
                self._sizes[name] *= 2
                self._successes[name] = 0
