import datetime as dt

from pulse_assets.store import CachedAnswer, Store
from pulse_assets_tests.store.conftest import START

URL = "https://api.example/repos/acme/api/pulls?state=all"
ANSWER = CachedAnswer(
    body=b'[{"number": 1}]',
    stored_at=START,
    etag='W/"a"',
    last_modified="Sun, 01 Mar 2026 12:00:00 GMT",
    headers={"link": '<…>; rel="next"', "content-type": "application/json"},
)


class TestHttpCache:
    def test_what_was_put_is_got(self, store: Store) -> None:
        store.http_cache.put("token-1", URL, CachedAnswer(b"old", START))
        store.http_cache.put("token-1", URL, ANSWER)
        assert store.http_cache.get("token-1", URL) == ANSWER

    def test_an_answer_to_one_credential_is_not_given_to_another(self, store: Store) -> None:
        store.http_cache.put("token-1", URL, ANSWER)
        assert store.http_cache.get("token-2", URL) is None
        assert store.http_cache.get("token-1", URL + "&page=2") is None

    def test_keeps_only_two_headers(self, store: Store) -> None:
        answer = CachedAnswer(b"", START, headers={"Set-Cookie": "secret", "Link": "l", "Content-Type": "c"})
        store.http_cache.put("token-1", URL, answer)
        got = store.http_cache.get("token-1", URL)
        assert got is not None
        assert got.headers == {"link": "l", "content-type": "c"}

    def test_takes_long_addresses_and_any_body(self, store: Store) -> None:
        answer = CachedAnswer(bytes(range(256)) * 4096, START)
        store.http_cache.put("token-1", URL + "&cursor=" + "é" * 10_000, answer)
        assert store.http_cache.get("token-1", URL + "&cursor=" + "é" * 10_000) == answer

    def test_purge_drops_what_is_older(self, store: Store) -> None:
        store.http_cache.put("token-1", "old", CachedAnswer(b"", START - dt.timedelta(days=1)))
        store.http_cache.put("token-1", "new", CachedAnswer(b"", START))
        assert store.http_cache.purge(START) == 1
        assert store.http_cache.get("token-1", "old") is None
        assert store.http_cache.get("token-1", "new") is not None
