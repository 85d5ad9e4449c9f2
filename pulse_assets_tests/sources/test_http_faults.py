"""What the client makes of broken, slow, foreign and oversized answers."""

import gzip
import socket

import pytest

from pulse_assets.errors import (
    AuthenticationFailed,
    BodyTooLarge,
    ContractBroken,
    ForeignHost,
    NotFound,
    PermissionDenied,
    PulseError,
    SourceUnavailable,
)
from pulse_assets.sources.answers import AnswerTimedOut, HostUnreachable
from pulse_assets_tests.sources.conftest import MakeClient
from pulse_assets_tests.sources.doubles import FakeClock, Says, in_turn, serving

GOOD = Says([{"id": 1}])
FAULTS = {
    "JSON cut in the middle": Says(raw=b'[{"id": 1}, {"i'),
    "body shorter than announced": Says(raw=b'[{"id": 1}]', announced=500),
    "HTML with status 200": Says(raw=b"<html>Sign in</html>", headers={"content-type": "text/html"}),
    "empty body": Says(raw=b""),
    "connection reset": Says(is_reset=True),
    "server error": Says({"message": "Server Error"}, status=500),
    "bad gateway": Says(raw=b"<html>502</html>", status=502),
    "request timeout": Says({"message": "slow"}, status=408),
    "too early": Says({"message": "early"}, status=425),
    "gzip that is none": Says(raw=b"[1]", headers={"content-encoding": "gzip"}),
    "not UTF-8": Says(raw=b'["\xff\xfe\xfa"]'),
    "nested without end": Says(raw=b"[" * 200_000),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_passing_fault_is_tried_again(fault: Says, make_client: MakeClient) -> None:
    with serving(in_turn(fault, fault, GOOD)) as server:
        client = make_client(server.url, "t")
        assert client.get("/things").json() == [{"id": 1}]
    assert len(server.asked) == 3
    assert client.stats.snapshot().retries == 2


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_lasting_fault_ends_after_the_last_attempt(fault: Says, make_client: MakeClient) -> None:
    with serving(in_turn(fault)) as server:
        client = make_client(server.url, "t", max_attempts=3)
        with pytest.raises(SourceUnavailable):
            client.get("/things")
    assert len(server.asked) == 3


def test_waits_grow_between_attempts(make_client: MakeClient, clock: FakeClock) -> None:
    with serving(in_turn(Says(status=500, body={}))) as server, pytest.raises(SourceUnavailable):
        make_client(server.url, max_attempts=4).get("/things")
    assert sum(clock.slept) == pytest.approx(0.5 + 1 + 2)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, ContractBroken),
        (401, AuthenticationFailed),
        (403, PermissionDenied),
        (404, NotFound),
        (410, NotFound),
        (422, ContractBroken),
        (451, PermissionDenied),
    ],
)
def test_a_lasting_refusal_is_asked_once(status: int, error: type[PulseError], make_client: MakeClient) -> None:
    with serving(in_turn(Says({"message": "Because"}, status=status))) as server, pytest.raises(error) as caught:
        make_client(server.url, "t").get("/things?page=3")
    assert caught.value.message == f"Acme answered {status} to GET {server.url}/things: Because."
    assert len(server.asked) == 1


def test_a_refused_right_names_the_right_that_is_needed(make_client: MakeClient) -> None:
    says = Says({"message": "No"}, status=403, headers={"x-accepted-github-permissions": "deployments=read"})
    with serving(in_turn(says)) as server, pytest.raises(PermissionDenied) as caught:
        make_client(server.url, "t").get("/things")
    assert "deployments=read" in (caught.value.hint or "")
    assert "PULSE_ACME_TOKEN" in (caught.value.hint or "")


def test_a_silent_server_times_out(make_client: MakeClient) -> None:
    with serving(in_turn(Says([1], silence_seconds=30))) as server:
        client = make_client(server.url, read_timeout_seconds=0.1, max_attempts=2)
        with pytest.raises(AnswerTimedOut):
            client.get("/things")
    assert len(server.asked) == 2


@pytest.mark.parametrize("body", [["x" * 4000], []], ids=["slow body", "slow headers"])
def test_a_dripping_server_times_out_in_total(body: list[str], make_client: MakeClient) -> None:
    with serving(in_turn(Says(body, drip_seconds=0.05))) as server:
        client = make_client(server.url, read_timeout_seconds=5, total_timeout_seconds=0.2, max_attempts=1)
        with pytest.raises(AnswerTimedOut):
            client.get("/things")


def test_an_unreachable_host_is_named_with_its_setting(make_client: MakeClient, clock: FakeClock) -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        port = unheard.getsockname()[1]
        with pytest.raises(HostUnreachable, match=rf"127\.0\.0\.1:{port}.*PULSE_ACME_URL"):
            make_client(f"http://127.0.0.1:{port}").get("/things")
    assert len(clock.slept) == 2, "a host that never answered is not waited for long"


def test_an_unknown_name_is_unreachable(make_client: MakeClient) -> None:
    with pytest.raises(HostUnreachable, match=r"nowhere\.invalid:80"):
        make_client("http://nowhere.invalid").get("/things")


def test_a_redirect_on_the_host_is_followed(make_client: MakeClient) -> None:
    moved = Says(status=301, headers={"location": "/api/repositories/1"})
    with serving(in_turn(moved, GOOD)) as server:
        reply = make_client(f"{server.url}/api", "t").get("/repos/a/b")
    assert server.paths() == ["/api/repos/a/b", "/api/repositories/1"]
    assert reply.url.endswith("/api/repositories/1")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/api/x",
        "//evil.example/api/x",
        "/other",
        "/apix",
        "/api/../secret",
        "https://{host}/api/x",
        "http://user@{host}/api/x",
        "http://{host}.evil.example/api/x",
    ],
)
def test_a_redirect_or_next_page_elsewhere_is_refused(target: str, make_client: MakeClient) -> None:
    with serving(lambda asked: answers[asked.path]) as server:
        link = target.format(host=server.url.removeprefix("http://"))
        answers = {
            "/api/moved": Says(status=302, headers={"location": link}),
            "/api/paged": Says([1], headers={"link": f'<{link}>; rel="next"'}),
        }
        client = make_client(f"{server.url}/api", "secret-token")
        with pytest.raises(ForeignHost, match="PULSE_ACME_URL"):
            client.get("/moved")
        with pytest.raises(ForeignHost, match="PULSE_ACME_URL"):
            client.get("/paged")
    assert len(server.asked) == 2


def test_redirects_without_end_are_given_up(make_client: MakeClient) -> None:
    with serving(in_turn(Says(status=302, headers={"location": "/again"}))) as server, pytest.raises(ContractBroken):
        make_client(server.url).get("/things")
    assert len(server.asked) == 6


@pytest.mark.parametrize("is_gzip", [False, True])
def test_a_body_over_the_bound_is_refused(is_gzip: bool, make_client: MakeClient) -> None:  # noqa: FBT001
    with serving(in_turn(Says(["x" * 200_000], is_gzip=is_gzip))) as server, pytest.raises(BodyTooLarge) as caught:
        make_client(server.url, max_body_bytes=100_000).get("/things")
    assert "PULSE_HTTP_MAX_BODY_BYTES" in str(caught.value)
    assert len(server.asked) == 1


def test_gzip_is_asked_for_and_counted_as_received(make_client: MakeClient) -> None:
    says = Says(["x" * 10_000], is_gzip=True)
    with serving(in_turn(says)) as server:
        client = make_client(server.url)
        assert client.get("/things").json() == ["x" * 10_000]
    assert "gzip" in server.asked[0].headers["accept-encoding"]
    assert client.stats.snapshot().bytes_received == len(gzip.compress(b'["' + b"x" * 10_000 + b'"]'))


def test_connections_are_kept(make_client: MakeClient) -> None:
    with serving(in_turn(GOOD)) as server:
        client = make_client(server.url)
        for _ in range(3):
            client.get("/things")
    assert client.stats.snapshot().requests == 3


def test_the_client_says_who_it_is(make_client: MakeClient) -> None:
    with serving(in_turn(GOOD)) as server:
        make_client(server.url).get("/things")
    assert server.asked[0].headers["user-agent"].startswith("pulse-assets/")
    assert "authorization" not in server.asked[0].headers
