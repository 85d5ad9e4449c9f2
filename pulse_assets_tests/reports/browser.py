"""A real Chromium without a window, and a server that sees every request it makes."""

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--hide-scrollbars",
    # Timers run out at once, so that a refresh or an animation that waits is seen.
    "--virtual-time-budget=4000",
)
_SECONDS = 180


def chromium() -> str:
    """The browser's program; without one the test is skipped."""
    named = os.environ.get("PULSE_TEST_CHROMIUM")
    found = named or next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium here: set PULSE_TEST_CHROMIUM to its program")
    return found


class Canary:
    """Serves pages, and notes every other request. It is the browser's proxy, so nothing passes it by.

    Attributes:
        hits: What was asked for, besides the pages.
    """

    def __init__(self, pages: Mapping[str, str]) -> None:
        self.pages = {path: text.encode() for path, text in pages.items()}
        self.hits: list[str] = []

    @contextmanager
    def serving(self) -> Iterator[int]:
        """Answers for a while, on the port that it gives."""
        canary = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = canary.pages.get(self.path.removeprefix("http://report.test"))
                if page is None:
                    canary.hits.append(self.path)
                self.send_response(404 if page is None else 200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(page or b"")))
                self.end_headers()
                self.wfile.write(page or b"")

            def do_CONNECT(self) -> None:
                canary.hits.append(self.path)
                self.send_error(502)

            do_HEAD = do_POST = do_OPTIONS = do_GET  # noqa: N815 - the library's names

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                """Says nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    @property
    def alarms(self) -> list[str]:
        """Requests that a text caused; the browser's own errands are no matter of the page."""
        return [hit for hit in self.hits if "canary" in hit or "report.test" in hit]


def opened(canary: Canary, path: str) -> str:
    """The document after a real Chromium has opened the page."""
    program = chromium()
    with canary.serving() as port, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            program,
            *_FLAGS,
            f"--user-data-dir={profile}",
            f"--proxy-server=http://127.0.0.1:{port}",
            "--proxy-bypass-list=<-loopback>",
            "--dump-dom",
            f"http://report.test{path}",
        ]
        environment = {**os.environ, "HOME": profile, "XDG_CONFIG_HOME": str(Path(profile) / "config")}
        answer = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True, env=environment)
        return answer.stdout.decode("utf-8", "replace")
