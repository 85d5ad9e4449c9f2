"""A server in front of the replay server that changes what it answers, for records that it cannot make itself."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests

#: Gets the path, the headers of the request and the JSON of the answer; gives that which is sent on.
Change = Callable[[str, Mapping[str, str], Any], Any]
_KEPT = ("content-type", "date", "retry-after", "x-seraph-loginreason")


@contextmanager
def changing(url: str, change: Change) -> Iterator[str]:
    """The address of the server in front of `url`; each JSON answer of Jira goes through `change`."""

    class Proxy(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            sent = {name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}}
            sent["Accept-Encoding"] = "identity"
            answer = requests.request(
                self.command, f"{url}{self.path}", data=self.rfile.read(size), headers=sent, timeout=30
            )
            body = answer.content
            if answer.ok and "json" in answer.headers.get("Content-Type", ""):
                body = json.dumps(change(self.path, dict(self.headers), answer.json())).encode()
            self.send_response(answer.status_code)
            for name in _KEPT:
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name that the base class looks for

        def send_response(self, code: int, message: str | None = None) -> None:
            self.send_response_only(code, message)  # the server behind tells the date

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - the name of the base class

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def each_issue(found: Any, change: Callable[[dict[str, Any]], None]) -> Any:
    """Applies a change to every issue in an answer, in place."""
    if isinstance(found, dict):
        if "fields" in found and "key" in found:
            change(found)
        for value in found.values():
            each_issue(value, change)
    elif isinstance(found, list):
        for value in found:
            each_issue(value, change)
    return found
