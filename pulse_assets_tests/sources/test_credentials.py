"""A refused token is left out and told by its place; only when all are refused the client gives up."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from pulse_assets.errors import AuthenticationFailed
from pulse_assets.sources.events import HttpEvent
from pulse_assets_tests.sources.conftest import MakeClient
from pulse_assets_tests.sources.doubles import Asked, FakeClock, Says, serving


@pytest.fixture(autouse=True)
def logs_propagate(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command of another test may have turned the log to its file alone."""
    monkeypatch.setattr(logging.getLogger("pulse_assets"), "propagate", True)


def accepting(*tokens: str) -> Callable[[Asked], Says]:
    def script(asked: Asked) -> Says:
        is_good = asked.headers.get("authorization", "").removeprefix("Bearer ") in tokens
        return Says([1]) if is_good else Says({"message": "Bad credentials"}, 401)

    return script


@pytest.mark.parametrize(
    ("tokens", "place"),
    [
        (("b4d-one", "right"), "token 1 of 2"),
        (("b4d-one", "b4d-one", "right"), "token 1 of 3"),
    ],
)
def test_a_refused_token_hands_over_for_good_and_is_told_once_by_its_place(
    tokens: tuple[str, ...],
    place: str,
    make_client: MakeClient,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    events: list[HttpEvent] = []
    with caplog.at_level(logging.WARNING), serving(accepting("right")) as server:
        client = make_client(server.url, *tokens, on_event=events.append)
        assert client.get("/things").json() == [1]
        assert client.post("/graphql", {}).json() == [1]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: client.get("/things"), range(4)))
    sent = [each.headers["authorization"] for each in server.asked]
    assert sent == ["Bearer b4d-one", *["Bearer right"] * 6]
    assert [event.kind for event in events] == ["refused"]
    assert f"refuses {place} in PULSE_ACME_TOKEN" in events[0].reason
    assert caplog.messages == [events[0].reason]
    assert "b4d" not in caplog.text
    assert clock.slept == []


def test_a_token_that_expires_on_the_way_hands_over(make_client: MakeClient) -> None:
    good = ["first", "second"]
    with serving(lambda asked: accepting(*good)(asked)) as server:  # noqa: PLW0108  # what is good changes
        client = make_client(server.url, "first", "second")
        client.get("/things")
        good.remove("first")
        assert client.get("/things").json() == [1]
    assert [each.headers["authorization"][7:] for each in server.asked] == ["first", "first", "second"]


def test_all_tokens_refused_is_an_error_each_time(make_client: MakeClient) -> None:
    events: list[HttpEvent] = []
    with serving(accepting()) as server:
        client = make_client(server.url, "one", "two", on_event=events.append)
        for _ in range(2):
            with pytest.raises(AuthenticationFailed, match="PULSE_ACME_TOKEN"):
                client.get("/things")
    assert [event.reason.partition(" in ")[0] for event in events] == [
        "Acme refuses token 1 of 2",
        "Acme refuses token 2 of 2",
    ]
    assert len(server.asked) == 3


def test_a_single_refused_token_is_told_by_its_error_alone(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(accepting()) as server, pytest.raises(AuthenticationFailed):
        make_client(server.url, "one").get("/things")
    assert len(server.asked) == 1
    assert caplog.messages == []
