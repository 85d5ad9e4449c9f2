import datetime as dt
from collections.abc import Iterator

import pytest

from pulse_assets.store import Budget, Store
from pulse_assets.store.rate_limits import merged
from pulse_assets_tests.store.conftest import START, Clock

RESET = START + dt.timedelta(minutes=30)
SKEW = dt.timedelta(seconds=3)
NEXT_RESET = RESET + dt.timedelta(hours=1)


def observe(store: Store, remaining: int, reset_at: dt.datetime = RESET) -> None:
    store.rate_limits.observe("token-1", "core", limit=5000, remaining=remaining, reset_at=reset_at)


@pytest.fixture
def other(store_url: str, store: Store, clock: Clock) -> Iterator[Store]:
    """The same database as another process opens it; after `store`, so that this one has made the tables."""
    assert store.place
    with Store.open(store_url, clock=clock) as opened:
        yield opened


class TestRateLimitLedger:
    def test_knows_nothing_of_a_new_credential(self, store: Store) -> None:
        observe(store, 10)
        assert store.rate_limits.get("token-2", "core") is None
        assert store.rate_limits.get("token-1", "graphql") is None

    def test_an_observation_counts_at_once_here_and_within_seconds_elsewhere(
        self, store: Store, other: Store, clock: Clock
    ) -> None:
        observe(store, 100)
        observe(store, 99)
        assert store.rate_limits.get("token-1", "core") == Budget(5000, 99, RESET)
        assert other.rate_limits.get("token-1", "core") == Budget(5000, 100, RESET)
        clock.move(seconds=5)
        observe(store, 98)
        assert other.rate_limits.get("token-1", "core") == Budget(5000, 98, RESET)

    def test_the_last_observation_is_written_at_the_end(self, store: Store, other: Store) -> None:
        observe(store, 100)
        observe(store, 99)
        store.close()
        assert other.rate_limits.get("token-1", "core") == Budget(5000, 99, RESET)

    def test_within_a_window_the_lowest_counts_whoever_saw_it(self, store: Store, other: Store) -> None:
        observe(store, 50)
        observe(other, 70)
        assert other.rate_limits.get("token-1", "core") == Budget(5000, 50, RESET)

    def test_a_block_is_seen_by_all_at_once(self, store: Store, other: Store) -> None:
        store.rate_limits.block("token-1", "core", RESET)
        assert other.rate_limits.get("token-1", "core") == Budget(blocked_until=RESET)

    def test_a_block_is_never_shortened(self, store: Store, other: Store) -> None:
        store.rate_limits.block("token-1", "core", RESET)
        other.rate_limits.block("token-1", "core", START)
        observe(other, 4999)
        assert store.rate_limits.get("token-1", "core") == Budget(5000, 4999, RESET, RESET)
        other.rate_limits.block("token-1", "core", NEXT_RESET)
        budget = store.rate_limits.get("token-1", "core")
        assert budget is not None
        assert budget.blocked_until == NEXT_RESET


@pytest.mark.parametrize(
    ("known", "seen", "expected"),
    [
        (Budget(9, 5, RESET), Budget(9, 4, RESET), Budget(9, 4, RESET)),
        (Budget(9, 4, RESET), Budget(9, 5, RESET), Budget(9, 4, RESET)),
        (Budget(9, 1, RESET), Budget(9, 4, RESET + SKEW), Budget(9, 1, RESET + SKEW)),
        (Budget(9, 4, RESET + SKEW), Budget(9, 1, RESET), Budget(9, 1, RESET + SKEW)),
        (Budget(9, 0, RESET), Budget(9, 8, NEXT_RESET), Budget(9, 8, NEXT_RESET)),
        (Budget(9, 8, NEXT_RESET), Budget(9, 0, RESET), Budget(9, 8, NEXT_RESET)),
        (Budget(), Budget(9, 5, RESET), Budget(9, 5, RESET)),
        (Budget(9, 5, RESET), Budget(), Budget(9, 5, RESET)),
        (Budget(9, 5, RESET), Budget(9, None, RESET), Budget(9, 5, RESET)),
        (Budget(9, 5), Budget(9, 7), Budget(9, 7)),
        (Budget(9, 5, RESET, START), Budget(9, 8, NEXT_RESET), Budget(9, 8, NEXT_RESET, START)),
    ],
)
def test_two_observations_together(known: Budget, seen: Budget, expected: Budget) -> None:
    assert merged(known, seen) == expected
