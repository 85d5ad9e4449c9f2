"""A store whose clock the test moves."""

import datetime as dt
from collections.abc import Iterator

import pytest

from pulse_assets.store import Store

START = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        return self.now

    def move(self, **interval: float) -> dt.datetime:
        self.now += dt.timedelta(**interval)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(store_url: str, clock: Clock) -> Iterator[Store]:
    with Store.open(store_url, clock=clock) as opened:
        yield opened
