"""Sessions whose every receive keeps to one deadline, headers included.

The read timeout of a socket starts anew with each byte: a server that sends one byte now and then would hold a request
for ever. The time spent on connecting is bounded by the connect timeout.
"""

import http.client
import io
import os
import socket
import time
from contextvars import ContextVar
from typing import Any

import requests
import requests.adapters
import urllib3
import urllib3.connection
import urllib3.connectionpool

#: End of the exchange under way, on the monotonic clock.
DEADLINE: ContextVar[float] = ContextVar("deadline")
_CHUNK_BYTES = 1 << 16


class BodyExceedsBound(Exception):
    """The body is larger than the caller accepts."""


class _DeadlineReader(io.RawIOBase):
    """Receives from a socket, never beyond the deadline."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, deadline: float) -> None:
        self._raw = raw
        self._sock = sock
        self._deadline = deadline
        self._read_timeout = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("total timeout")
        self._sock.settimeout(left if self._read_timeout is None else min(left, self._read_timeout))
        return self._raw.readinto(buffer)  # pyright: ignore[reportAttributeAccessIssue]

    def close(self) -> None:
        self._raw.close()
        super().close()


class _DeadlineResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        deadline = DEADLINE.get(None)
        if deadline is not None:
            self.fp = io.BufferedReader(_DeadlineReader(self.fp.detach(), sock, deadline))  # pyright: ignore[reportAttributeAccessIssue]


class _HTTPConnection(urllib3.connection.HTTPConnection):
    response_class = _DeadlineResponse


class _HTTPSConnection(urllib3.connection.HTTPSConnection):
    response_class = _DeadlineResponse


class _HTTPPool(urllib3.connectionpool.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection  # pyright: ignore[reportAssignmentType]  # urllib3's own class fails it likewise


class _HTTPSPool(urllib3.connectionpool.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection  # pyright: ignore[reportAssignmentType]


_POOLS = {"http": _HTTPPool, "https": _HTTPSPool}


class _DeadlineAdapter(requests.adapters.HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **options: Any) -> urllib3.ProxyManager:
        manager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class _Session(requests.Session):
    """Looks at no redirect: requests would read its target, and fail on a malformed one, even without following it."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        del resp


def new_session(headers: dict[str, str]) -> requests.Session:
    """A session for one thread; it retries nothing and follows nothing by itself."""
    session = _Session()
    # Otherwise each request reads the whole environment, and ~/.netrc.
    session.trust_env = False
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
    session.headers.update(headers)
    session.mount("http://", _DeadlineAdapter(pool_connections=2, pool_maxsize=1))
    session.mount("https://", _DeadlineAdapter(pool_connections=2, pool_maxsize=1))
    return session


def read_body(response: requests.Response, max_bytes: int) -> tuple[bytes, int]:
    """(the decoded body, its bytes on the wire).

    Raises:
        BodyExceedsBound: It is longer than `max_bytes`, decoded.
        urllib3.exceptions.HTTPError: It was cut, took too long or does not decode.
    """
    announced = response.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > max_bytes:
        raise BodyExceedsBound
    chunks, size = [], 0
    for chunk in response.raw.stream(_CHUNK_BYTES, decode_content=True):
        size += len(chunk)
        if size > max_bytes:
            raise BodyExceedsBound
        chunks.append(chunk)
    return b"".join(chunks), response.raw.tell()
