"""No request is sent before the server allows it, from whichever thread or client."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pulse_assets.errors import PermissionDenied, RateLimited
from pulse_assets.sources.events import HttpEvent
from pulse_assets_tests.sources.conftest import MakeClient
from pulse_assets_tests.sources.doubles import START, Asked, FakeClock, Says, in_turn, serving

GOOD = Says([{"id": 1}])


def epoch(seconds: int) -> str:
    return str(int(START.timestamp()) + seconds)


@pytest.mark.parametrize(
    ("refusal", "seconds"),
    [
        (Says({"message": "slow down"}, 403, {"retry-after": "30"}), 30),
        (Says({"message": "slow down"}, 429, {"retry-after": "30"}), 30),
        (Says({"message": "x"}, 403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": epoch(50)}), 50),
        (Says({"message": "You have exceeded a secondary rate limit"}, 403), 60),
        (Says({"message": "down"}, 503, {"retry-after": "20"}), 20),
    ],
    ids=["403 retry-after", "429 retry-after", "primary", "secondary without an end", "503 retry-after"],
)
def test_the_wait_is_what_the_server_asks_for(
    refusal: Says, seconds: int, make_client: MakeClient, clock: FakeClock
) -> None:
    events: list[HttpEvent] = []
    with serving(in_turn(refusal, GOOD), clock=clock) as server:
        client = make_client(server.url, "t", on_event=events.append)
        assert client.get("/things").json() == [{"id": 1}]
    assert seconds <= (clock.now - START).total_seconds() <= seconds + 1
    assert max(clock.slept) <= 1, "a wait can be interrupted every second"
    assert client.stats.snapshot().waited_seconds >= seconds
    assert [event.kind for event in events] == ["retry", "wait"]


def test_the_reset_is_read_by_the_servers_clock(make_client: MakeClient, clock: FakeClock) -> None:
    def server_clock() -> dt.datetime:
        return clock() - dt.timedelta(minutes=7)

    refusal = Says({"message": "x"}, 403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": epoch(50 - 7 * 60)})
    with serving(in_turn(refusal, GOOD), clock=server_clock) as server:
        make_client(server.url, "t").get("/things")
    assert 50 <= (clock.now - START).total_seconds() <= 51


def test_refusals_without_an_end_are_waited_for_longer_each_time(make_client: MakeClient, clock: FakeClock) -> None:
    refusal = Says({"message": "You have exceeded a secondary rate limit"}, 403)
    with serving(in_turn(refusal, refusal, refusal, GOOD), clock=clock) as server:
        make_client(server.url, "t").get("/things")
    assert (clock.now - START).total_seconds() >= 60 + 120 + 240


def test_a_spent_budget_is_waited_for_before_the_next_request(make_client: MakeClient, clock: FakeClock) -> None:
    last = Says([1], headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": epoch(90), "x-ratelimit-limit": "60"})
    with serving(in_turn(last, GOOD), clock=clock) as server:
        client = make_client(server.url, "t")
        client.get("/things")
        assert clock.now == START
        client.get("/things")
    assert (clock.now - START).total_seconds() >= 90


def test_a_longer_wait_than_allowed_ends_with_the_time_to_come_back(make_client: MakeClient, clock: FakeClock) -> None:
    refusal = Says({"message": "x"}, 403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": epoch(3000)})
    with serving(in_turn(refusal), clock=clock) as server:
        client = make_client(server.url, "t", max_wait_seconds=900)
        for _ in range(3):
            with pytest.raises(RateLimited) as caught:
                client.get("/things")
            assert caught.value.retry_at == START + dt.timedelta(seconds=3000)
    assert len(server.asked) == 1, "the block is known without asking again"
    assert clock.slept == []


def test_a_server_that_refuses_for_ever_is_given_up(make_client: MakeClient, clock: FakeClock) -> None:
    with serving(in_turn(Says({}, 429, {"retry-after": "2"})), clock=clock) as server, pytest.raises(RateLimited):
        make_client(server.url, "t", max_attempts=4).get("/things")
    assert len(server.asked) == 4


def test_403_without_evidence_is_no_limit(make_client: MakeClient, clock: FakeClock) -> None:
    refusal = Says({"message": "Resource not accessible"}, 403, {"x-ratelimit-remaining": "4999"})
    with serving(in_turn(refusal), clock=clock) as server, pytest.raises(PermissionDenied, match="PULSE_ACME_TOKEN"):
        make_client(server.url, "t").get("/things")
    assert clock.slept == []


def test_a_block_holds_for_another_client_of_the_same_store(make_client: MakeClient, clock: FakeClock) -> None:
    with serving(in_turn(Says({}, 429, {"retry-after": "40"}), GOOD), clock=clock) as server:
        with pytest.raises(RateLimited):
            make_client(server.url, "t", max_attempts=1).get("/things")
        assert clock.now == START
        make_client(server.url, "t").get("/things")
    assert (clock.now - START).total_seconds() >= 40


def test_a_secondary_limit_on_rest_holds_graphql_back_too(make_client: MakeClient, clock: FakeClock) -> None:
    with serving(in_turn(Says({}, 429, {"retry-after": "40"}), GOOD), clock=clock) as server:
        client = make_client(server.url, "t", max_attempts=1)
        with pytest.raises(RateLimited):
            client.get("/things")
        client.post("/graphql", {})
    assert (clock.now - START).total_seconds() >= 40


def test_another_token_takes_over_when_one_is_blocked(make_client: MakeClient, clock: FakeClock) -> None:
    def script(asked: Asked) -> Says:
        is_first = asked.headers["authorization"] == "Bearer first"
        return Says({}, 429, {"retry-after": "40"}) if is_first else GOOD

    with serving(script, clock=clock) as server:
        client = make_client(server.url, "first", "second")
        client.get("/things")
        client.get("/things")
    assert [each.headers["authorization"] for each in server.asked] == [
        "Bearer first",
        "Bearer second",
        "Bearer second",
    ]
    assert clock.slept == []


def test_a_pause_of_the_service_holds_all_tokens_back(make_client: MakeClient, clock: FakeClock) -> None:
    with serving(in_turn(Says({}, 503, {"retry-after": "30"}), GOOD), clock=clock) as server:
        make_client(server.url, "first", "second").get("/things")
    assert (clock.now - START).total_seconds() >= 30


def test_a_long_pause_of_the_service_ends_with_the_time_to_come_back(make_client: MakeClient, clock: FakeClock) -> None:
    says = Says({}, 503, {"retry-after": "86400"})
    with serving(in_turn(says), clock=clock) as server, pytest.raises(RateLimited) as caught:
        make_client(server.url, "t", max_wait_seconds=60).get("/things")
    assert caught.value.retry_at == START + dt.timedelta(days=1)
    assert len(server.asked) == 1


def test_no_thread_sends_before_the_server_allows_it(make_client: MakeClient, clock: FakeClock) -> None:
    """The server counts what arrives while it refuses: only what was already under way when it began."""
    lock = threading.Lock()
    closed_until: list[dt.datetime] = []
    early: list[float] = []
    served = 0

    def script(_asked: Asked) -> Says:
        nonlocal served
        with lock:
            now = clock()
            if closed_until and now < closed_until[-1]:
                early.append((closed_until[-1] - now).total_seconds())
                return Says({}, 429, {"retry-after": "30"})
            served += 1
            if served % 10 == 0:
                closed_until.append(now + dt.timedelta(seconds=20))
                return Says({}, 403, {"retry-after": "20"})
            return GOOD

    with serving(script, clock=clock) as server, ThreadPoolExecutor(4) as pool:
        client = make_client(server.url, "t")
        assert list(pool.map(lambda _: client.get("/things").status, range(60))) == [200] * 60
    assert len(closed_until) >= 6
    assert len(early) <= 3 * len(closed_until), "only requests that were under way when the limit came"


def test_no_more_requests_are_under_way_than_the_budget_pays_for(make_client: MakeClient, clock: FakeClock) -> None:
    lock = threading.Lock()
    left, refused, window = 3, 0, START

    def script(_asked: Asked) -> Says:
        nonlocal left, refused, window
        with lock:
            if clock() >= window + dt.timedelta(seconds=60):
                left, window = 3, clock()
            budget = {"x-ratelimit-limit": "3", "x-ratelimit-reset": str(int(window.timestamp()) + 60)}
            if left == 0:
                refused += 1
                return Says({}, 403, {**budget, "x-ratelimit-remaining": "0"})
            left -= 1
            return Says([1], headers={**budget, "x-ratelimit-remaining": str(left)}, silence_seconds=0.02)

    with serving(script, clock=clock) as server, ThreadPoolExecutor(4) as pool:
        client = make_client(server.url, "t")
        client.get("/things")
        list(pool.map(lambda _: client.get("/things"), range(11)))
    # On a busy machine an answer of the last window may be read after the first one of the next.
    assert refused <= 1
