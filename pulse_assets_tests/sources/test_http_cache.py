"""Conditional requests: free when nothing changed, never instead of a refusal, never across credentials."""

import pytest

from pulse_assets.errors import AuthenticationFailed, NotFound, PulseError, SourceUnavailable
from pulse_assets_tests.sources.conftest import MakeClient
from pulse_assets_tests.sources.doubles import Asked, Says, in_turn, serving


def tagged(asked: Asked) -> Says:
    """As GitHub: the ETag depends on the token."""
    tag = f'W/"{asked.headers.get("authorization", "")}"'
    if asked.headers.get("if-none-match") == tag:
        return Says(status=304, headers={"etag": tag})
    link = '</things?page=2>; rel="next", </things?page=9>; rel="last"'
    return Says([{"for": asked.headers.get("authorization")}], headers={"etag": tag, "link": link})


def test_an_unchanged_answer_comes_from_the_cache_with_its_links(make_client: MakeClient) -> None:
    with serving(tagged) as server:
        client = make_client(server.url, "t")
        first = client.get("/things", {"per_page": 1}, conditional=True)
        second = client.get("/things", {"per_page": 1}, conditional=True)
    assert (first.is_from_cache, second.is_from_cache) == (False, True)
    assert first.json() == second.json()
    assert first.next_url == second.next_url == f"{server.url}/things?page=2"
    assert second.total_count == 9
    counts = client.stats.snapshot()
    assert (counts.requests, counts.not_modified) == (2, 1)


def test_the_cache_outlives_the_client(make_client: MakeClient) -> None:
    with serving(tagged) as server:
        make_client(server.url, "t").get("/things", conditional=True)
        assert make_client(server.url, "t").get("/things", conditional=True).is_from_cache


def test_one_tokens_answer_is_not_anothers(make_client: MakeClient) -> None:
    with serving(tagged) as server:
        make_client(server.url, "t").get("/things", conditional=True)
        other = make_client(server.url, "u").get("/things", conditional=True)
        nobody = make_client(server.url).get("/things", conditional=True)
    assert not other.is_from_cache
    assert other.json() == [{"for": "Bearer u"}]
    assert nobody.json() == [{"for": None}]
    assert all("if-none-match" not in each.headers for each in server.asked)


def test_only_conditional_requests_use_the_cache(make_client: MakeClient) -> None:
    with serving(tagged) as server:
        client = make_client(server.url, "t")
        client.get("/things", conditional=True)
        client.get("/things")
    assert "if-none-match" not in server.asked[1].headers


@pytest.mark.parametrize(("status", "error"), [(401, AuthenticationFailed), (404, NotFound), (502, SourceUnavailable)])
def test_a_refusal_is_never_answered_from_the_cache(
    status: int, error: type[PulseError], make_client: MakeClient
) -> None:
    with serving(in_turn(Says([1], headers={"etag": '"a"'}), Says({}, status=status))) as server:
        client = make_client(server.url, "t", max_attempts=2)
        client.get("/things", conditional=True)
        with pytest.raises(error):
            client.get("/things", conditional=True)


def test_a_broken_body_is_not_kept(make_client: MakeClient) -> None:
    cut = Says(raw=b'[{"id": 1', headers={"etag": '"cut"'})
    with serving(in_turn(cut, Says([1], headers={"etag": '"a"'}))) as server:
        client = make_client(server.url, "t")
        assert client.get("/things", conditional=True).json() == [1]
    assert "if-none-match" not in server.asked[1].headers


def test_a_last_modified_date_serves_where_there_is_no_etag(make_client: MakeClient) -> None:
    stamp = "Wed, 31 Dec 2025 23:00:00 GMT"
    with serving(in_turn(Says([1], headers={"last-modified": stamp}), Says(status=304))) as server:
        client = make_client(server.url, "t")
        client.get("/things", conditional=True)
        assert client.get("/things", conditional=True).is_from_cache
    assert server.asked[1].headers["if-modified-since"] == stamp


def test_not_modified_that_nobody_asked_for_is_an_error(make_client: MakeClient) -> None:
    with serving(in_turn(Says(status=304))) as server, pytest.raises(PulseError):
        make_client(server.url, "t").get("/things", conditional=True)
