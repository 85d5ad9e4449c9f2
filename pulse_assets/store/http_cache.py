"""Answers that can be asked for again with `If-None-Match`, by credential: an ETag depends on the token."""

import datetime as dt
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

import sqlalchemy as sa

from pulse_assets.store.connections import save
from pulse_assets.store.schema import HTTP_CACHE
from pulse_assets.store.transactions import Transactions

_KEPT_HEADERS = ("link", "content-type")
_FAST = 1  # zlib level: level 6 takes three times as long to save a few per cent


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """An answer of a source.

    Args:
        stored_at: When it was received (aware).
        headers: Only `link` and `content-type` are kept; their names come back in lower case.
    """

    body: bytes
    stored_at: dt.datetime
    etag: str | None = None
    last_modified: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class HttpCache:
    """The cached answers. `credential_id` names a credential without revealing it."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def get(self, credential_id: str, url: str) -> CachedAnswer | None:
        statement = sa.select(HTTP_CACHE).where(
            HTTP_CACHE.c.credential_id == credential_id, HTTP_CACHE.c.url_hash == _hash(url)
        )
        with self._transactions.read() as connection:
            row = connection.execute(statement).one_or_none()
        if row is None:
            return None
        return CachedAnswer(
            body=zlib.decompress(row.body),
            stored_at=row.stored_at,
            etag=row.etag,
            last_modified=row.last_modified,
            headers=json.loads(row.headers),
        )

    def put(self, credential_id: str, url: str, answer: CachedAnswer) -> None:
        """Keeps an answer in place of the one before."""
        kept = {name.lower(): value for name, value in answer.headers.items() if name.lower() in _KEPT_HEADERS}
        row = {
            "credential_id": credential_id,
            "url_hash": _hash(url),
            "url": url,
            "etag": answer.etag,
            "last_modified": answer.last_modified,
            "headers": json.dumps(kept, sort_keys=True),
            "body": zlib.compress(answer.body, _FAST),
            "stored_at": answer.stored_at,
        }
        with self._transactions.write() as connection:
            save(connection, HTTP_CACHE, row)

    def purge(self, older_than: dt.datetime) -> int:
        """Drops the answers stored before this instant; returns how many."""
        with self._transactions.write() as connection:
            return connection.execute(sa.delete(HTTP_CACHE).where(HTTP_CACHE.c.stored_at < older_than)).rowcount


def _hash(url: str) -> str:
    return sha256(url.encode()).hexdigest()
