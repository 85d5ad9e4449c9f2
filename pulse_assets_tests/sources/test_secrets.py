"""The token is in the header and nowhere else."""

import logging
import traceback

import pytest
from pydantic import SecretStr

from pulse_assets.errors import ConfigurationError, PulseError
from pulse_assets.sources.credentials import Credentials
from pulse_assets.sources.events import HttpEvent
from pulse_assets.store.database import Store
from pulse_assets_tests.sources.conftest import MakeClient
from pulse_assets_tests.sources.doubles import Asked, FakeClock, Says, serving

TOKEN = "ghp_verysecretindeed0123456789"


def echo(asked: Asked) -> Says:
    """A server that quotes the token in everything it says."""
    text = f"Your {asked.headers['authorization']} is refused"
    if asked.path == "/limit":
        return Says({"message": f"{text}, rate limit"}, 403, {"retry-after": "1"})
    if asked.path == "/reset":
        return Says(is_reset=True)
    return Says({"message": text}, int(asked.path.lstrip("/")))


@pytest.mark.parametrize("path", ["/400", "/401", "/403", "/404", "/500", "/limit", "/reset"])
def test_no_error_log_or_event_holds_the_token(
    path: str, make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    events: list[HttpEvent] = []
    caplog.set_level(logging.DEBUG)
    with serving(echo) as server:
        client = make_client(server.url, TOKEN, max_attempts=2, on_event=events.append)
        with pytest.raises(PulseError) as caught:
            client.get(path)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(events) + caplog.text
    assert server.asked[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in shown + repr(client) + repr(vars(client)) + repr(list(client._credentials))


def test_the_store_does_not_hold_the_token(make_client: MakeClient, kept: Store, clock: FakeClock) -> None:
    budget = {"x-ratelimit-remaining": "7", "x-ratelimit-reset": str(int(clock.now.timestamp()) + 60), "etag": '"a"'}
    with serving(lambda _asked: Says([1], headers=budget)) as server:
        make_client(server.url, TOKEN).get("/things", conditional=True)
    with kept.engine.connect() as connection:
        dump = "".join(connection.connection.driver_connection.iterdump())  # pyright: ignore[reportOptionalMemberAccess]
    assert "/things" in dump
    assert TOKEN not in dump


@pytest.mark.parametrize("token", ["with space", "line\nbreak", "ümlaut"])
def test_a_token_that_no_header_can_carry_is_a_configuration_error(token: str) -> None:
    with pytest.raises(ConfigurationError, match="Token 2 in PULSE_ACME_TOKEN") as caught:
        Credentials([SecretStr("good"), SecretStr(token)], base_url="http://x", setting="PULSE_ACME_TOKEN")
    assert token not in str(caught.value)


def test_the_same_token_counts_apart_on_another_server() -> None:
    here, there = (Credentials([SecretStr("t")], base_url=url, setting="S")[0] for url in ("http://a", "http://b"))
    assert here.id != there.id


def test_a_password_and_its_pair_are_hidden() -> None:
    credentials = Credentials([SecretStr("pass word")], base_url="http://x", setting="S", user="ann")
    (credential,) = credentials
    assert credential.header == "Basic YW5uOnBhc3Mgd29yZA=="
    assert credentials.redact("pass word, Basic YW5uOnBhc3Mgd29yZA== of ann") == "***, Basic *** of ann"
    assert "pass" not in repr(credential)


def test_the_same_token_counts_apart_for_another_account() -> None:
    ids = {
        Credentials([SecretStr("t")], base_url="http://a", setting="S", user=user)[0].id for user in (None, "a", "b")
    }
    assert len(ids) == 3


def test_a_netrc_file_adds_no_password(
    make_client: MakeClient, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password somewhere\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(lambda _asked: Says([1])) as server:
        make_client(server.url).get("/things")
        make_client(server.url, TOKEN).get("/things")
    assert [each.headers.get("authorization") for each in server.asked] == [None, f"Bearer {TOKEN}"]
