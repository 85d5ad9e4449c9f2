"""Walks linked pages, and notices a server that shows the same page again."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from pulse_assets.errors import ContractBroken
from pulse_assets.sources.addresses import page_number, without_query
from pulse_assets.sources.http import HttpClient
from pulse_assets.sources.reply import Reply

_REMEMBERED_LISTS = 1024
_TRIES_OF_A_REPEATED_PAGE = 3
_EMPTY_LISTS = frozenset({b"", b"[]", b"{}"})


class Pages:
    """The linked pages of one client. Thread-safe."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._last: OrderedDict[str, tuple[int, bytes]] = OrderedDict()

    def get(
        self,
        path_or_url: str,
        params: Mapping[str, object] | None = None,
        *,
        conditional: bool = False,
        accept: Collection[int] = (),
    ) -> Reply:
        """One page.

        Raises:
            ContractBroken: It equals the page before it, also when asked for again; or its next link does not lead on.
        """
        tries = 0
        while True:
            reply = self._client.get(path_or_url, params, conditional=conditional, accept=accept)
            if not self._repeats(reply):
                _check_progress(reply)
                return reply
            tries += 1
            if tries == _TRIES_OF_A_REPEATED_PAGE:
                number = page_number(reply.url)
                raise ContractBroken(
                    f"GET {without_query(reply.url)} gives page {number} the content of the page before.",
                    hint="Rows would be missing; something on the way may cache without looking at the query.",
                )

    def walk(
        self,
        path: str,
        params: Mapping[str, object] | None = None,
        *,
        conditional: bool = False,
        accept: Collection[int] = (),
    ) -> Iterator[Reply]:
        """All pages from the first to the last."""
        reply = self.get(path, params, conditional=conditional, accept=accept)
        seen = {reply.url}
        yield reply
        while reply.next_url is not None:
            if reply.next_url in seen:
                raise ContractBroken(f"The pages of {without_query(reply.url)} lead in a circle.")
            seen.add(reply.next_url)
            reply = self.get(reply.next_url, conditional=conditional, accept=accept)
            yield reply

    def _repeats(self, reply: Reply) -> bool:
        """Whether this page has the content of the page right before it."""
        if reply.body in _EMPTY_LISTS:
            return False
        page, digest = page_number(reply.url) or 1, hashlib.blake2b(reply.body, digest_size=16).digest()
        key = _without_page(reply.url)
        with self._lock:
            if self._last.get(key) == (page - 1, digest):
                return True
            self._last[key] = (page, digest)
            self._last.move_to_end(key)
            if len(self._last) > _REMEMBERED_LISTS:
                self._last.popitem(last=False)
        return False


def _check_progress(reply: Reply) -> None:
    if reply.next_url is None:
        return
    here, there = page_number(reply.url), page_number(reply.next_url)
    is_back = here is not None and there is not None and there <= here
    if reply.next_url == reply.url or is_back:
        raise ContractBroken(f"The next page of {without_query(reply.url)} (page {here}) would be page {there}.")


def _without_page(url: str) -> str:
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "page"]
    return f"{parts.path}?{urlencode(query)}"
