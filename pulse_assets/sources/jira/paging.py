"""Reads one page of a list, and notices a server that shows the same page again or loses its way."""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

from pulse_assets.errors import ContractBroken
from pulse_assets.sources.addresses import without_query
from pulse_assets.sources.jira.pages import CursorExpired
from pulse_assets.sources.reply import Reply

Row = dict[str, Any]
_TRIES = 3
_REMEMBERED_WALKS = 256
_BAD_REQUEST = 400


@dataclass(frozen=True, slots=True)
class RawPage:
    """Rows as Jira gave them, and where the next page begins: a token, a count of rows, or None at the end."""

    rows: list[Row]
    next_token: str | None = None
    next_start: int | None = None
    total: int | None = None


class Pager:
    """The pages of one client. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._walks: OrderedDict[Hashable, dict[bytes, str]] = OrderedDict()

    def by_token(
        self,
        ask: Callable[[str | None], Reply],
        *,
        named: str,
        walk: Hashable,
        token: str | None = None,
        identity: Callable[[Row], Any] = lambda row: row.get("id"),
        is_answer: Callable[[Row], bool] = lambda _row: True,
    ) -> RawPage:
        """One page of a list that leads on by `nextPageToken`.

        Args:
            ask: Accepts status 400 where it sends a token.
            named: The member that holds the rows.
            walk: The same for all pages of one list.
            token: None for the first page.
            identity: What makes a row another one.
            is_answer: Whether a row belongs to the question.

        Raises:
            CursorExpired: The token is not accepted any more.
            ContractBroken: The page equals one before it or answers another question, also when asked for again; or it
                says that there is more, and not where.
        """
        place = token or ""
        tries = 0
        while True:
            reply = ask(token)
            if reply.status == _BAD_REQUEST:
                raise CursorExpired(
                    f"Jira no longer accepts the page token of {without_query(reply.url)}.",
                    hint="The list is read again from its begin.",
                )
            rows, following = _rows(reply, named), reply.item().get("nextPageToken")
            is_asked = all(map(is_answer, rows)) and not (token and following == token)
            if is_asked and not self._repeats(walk, place, rows, identity):
                return self._token_page(reply, rows, following)
            tries += 1
            if tries == _TRIES:
                raise _repeated(reply)

    def by_start(
        self,
        ask: Callable[[int], Reply],
        *,
        named: str | None,
        walk: Hashable,
        start: int = 0,
        identity: Callable[[Row], Any] = lambda row: row.get("id"),
    ) -> RawPage:
        """One page of a list that leads on by `startAt`.

        Args:
            ask: Given the count of rows read.
            named: The member that holds the rows; None where the answer is the list, which ends with an empty page.
            walk: The same for all pages of one list.
            start: Where the page begins.
            identity: What makes a row another one.

        Raises:
            ContractBroken: The page equals one before it, or is another one than asked for, also when asked for again;
                or it is empty though rows are left.
        """
        tries = 0
        while True:
            reply = ask(start)
            if named is None:
                rows = reply.items()
                page = RawPage(rows, next_start=start + len(rows) if rows else None)
                is_asked = True
            else:
                rows = _rows(reply, named)
                page, is_asked = _start_page(reply.item(), rows, start)
            if is_asked and not self._repeats(walk, str(start), rows, identity):
                return page
            tries += 1
            if tries == _TRIES:
                raise _repeated(reply)

    def walk_by_start(
        self, ask: Callable[[int], Reply], *, named: str | None, walk: Hashable, **options: Any
    ) -> Iterator[RawPage]:
        """All pages from the first to the last."""
        start: int | None = 0
        while start is not None:
            page = self.by_start(ask, named=named, walk=walk, start=start, **options)
            yield page
            start = page.next_start

    def walk_by_token(
        self, ask: Callable[[str | None], Reply], *, named: str, walk: Hashable, **options: Any
    ) -> Iterator[RawPage]:
        """All pages from the first to the last."""
        page = self.by_token(ask, named=named, walk=walk, **options)
        yield page
        while page.next_token is not None:
            page = self.by_token(ask, named=named, walk=walk, token=page.next_token, **options)
            yield page

    @staticmethod
    def _token_page(reply: Reply, rows: list[Row], following: Any) -> RawPage:
        is_last = reply.item().get("isLast")
        if is_last is True or (not following and is_last is not False):
            return RawPage(rows)
        if not isinstance(following, str) or not following:
            raise ContractBroken(
                f"{without_query(reply.url)} says that there is more, and gives no token to ask for it.",
                hint="Rows would be missing.",
            )
        return RawPage(rows, next_token=following)

    def _repeats(self, walk: Hashable, place: str, rows: list[Row], identity: Callable[[Row], Any]) -> bool:
        """Whether another page of this walk had the same rows; the first page begins the walk anew."""
        content = json.dumps([identity(row) for row in rows], default=str).encode()
        digest = hashlib.blake2b(content, digest_size=16).digest()
        with self._lock:
            seen = self._walks.setdefault(walk, {})
            self._walks.move_to_end(walk)
            if len(self._walks) > _REMEMBERED_WALKS:
                self._walks.popitem(last=False)
            if place in {"", "0"}:
                seen.clear()
            if not rows:
                return False
            return seen.setdefault(digest, place) != place


def _rows(reply: Reply, named: str) -> list[Row]:
    rows = reply.item().get(named)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ContractBroken(
            f"{without_query(reply.url)} answered without a list of {named}.",
            hint="Jira, or what answers in its place, has changed its interface.",
        )
    return rows


def _start_page(answer: Row, rows: list[Row], start: int) -> tuple[RawPage, bool]:
    """(the page, whether it is the one that was asked for)."""
    total, is_last = answer.get("total"), answer.get("isLast")
    total = total if isinstance(total, int) else None
    following = start + len(rows)
    has_more = not is_last if isinstance(is_last, bool) else following < total if total is not None else bool(rows)
    is_asked = answer.get("startAt", start) == start and (bool(rows) or not has_more)
    return RawPage(rows, next_start=following if has_more else None, total=total), is_asked


def _repeated(reply: Reply) -> ContractBroken:
    return ContractBroken(
        f"{without_query(reply.url)} gives the content of another page instead of the one that was asked for.",
        hint="Rows would be missing; something on the way may cache without looking at the whole question.",
    )
