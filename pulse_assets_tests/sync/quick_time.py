"""Time that runs a multiple faster than the wall's, for clients that wait."""

import datetime as dt
import time


class QuickTime:
    """A clock and its sleep; `factor` of its seconds pass in one of the wall's."""

    def __init__(self, factor: float = 50) -> None:
        self._factor = factor
        self._began_at = dt.datetime.now(dt.UTC)
        self._began = time.monotonic()

    def clock(self) -> dt.datetime:
        return self._began_at + dt.timedelta(seconds=(time.monotonic() - self._began) * self._factor)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self._factor)
