"""A clock that only sleeping moves, and a server whose answers a test writes down."""

import datetime as dt
import gzip
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class FakeClock:
    """Starts at `START`; only `sleep` moves it. Remembers every sleep."""

    def __init__(self, now: dt.datetime = START) -> None:
        self.now = now
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def __call__(self) -> dt.datetime:
        with self._lock:
            return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self.now += dt.timedelta(seconds=seconds)


@dataclass(frozen=True)
class Asked:
    """A request that arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    at: float


@dataclass
class Says:
    """An answer, and how it is spoilt."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    announced: int | None = None
    is_reset: bool = False
    silence_seconds: float = 0.0
    drip_seconds: float = 0.0
    is_gzip: bool = False


@dataclass
class LocalServer:
    """`script` answers each request; `asked` holds what arrived."""

    url: str
    asked: list[Asked]

    def paths(self) -> list[str]:
        return [each.path for each in self.asked]


@contextmanager
def serving(
    script: Callable[[Asked], Says], *, clock: Callable[[], dt.datetime] | None = None
) -> Iterator[LocalServer]:
    """A server on a free port of loopback; its `Date` is the clock's."""
    asked: list[Asked] = []
    is_over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

        def answer(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Asked(
                self.command, self.path, headers, json.loads(content) if content else None, time.monotonic()
            )
            asked.append(request)
            says = script(request)
            is_over.wait(says.silence_seconds)
            if says.is_reset:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                return
            self.send(says)

        do_GET = do_POST = answer  # noqa: N815  # the names that http.server looks for

        def send(self, says: Says) -> None:
            message = _message(says, clock() if clock else dt.datetime.now(dt.UTC))
            self.close_connection = self.close_connection or says.announced is not None
            step = 8 if says.drip_seconds else len(message)
            for start in range(0, len(message), step):
                try:
                    self.wfile.write(message[start : start + step])
                except OSError:
                    self.close_connection = True
                    return
                if is_over.wait(says.drip_seconds):
                    return

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield LocalServer(f"http://127.0.0.1:{server.server_address[1]}", asked)
    finally:
        is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _message(says: Says, now: dt.datetime) -> bytes:
    body = b"" if says.status == 304 else json.dumps(says.body).encode()
    body = says.raw if says.raw is not None else body
    head = {"content-type": "application/json", "date": format_datetime(now, usegmt=True)}
    if says.is_gzip:
        body = gzip.compress(body)
        head["content-encoding"] = "gzip"
    head |= {"content-length": str(len(body) if says.announced is None else says.announced), **says.headers}
    lines = [f"HTTP/1.1 {says.status} Because", *(f"{name}: {value}" for name, value in head.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def in_turn(*answers: Says) -> Callable[[Asked], Says]:
    """The first answer to the first request, and so on; the last one for ever."""
    lock, left = threading.Lock(), list(answers)

    def script(_asked: Asked) -> Says:
        with lock:
            return left.pop(0) if len(left) > 1 else left[0]

    return script
