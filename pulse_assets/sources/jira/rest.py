"""Asks Jira's REST APIs: which endpoint of several answers, what the server's clock says, and what is worth telling."""

import datetime as dt
import logging
import re
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pulse_assets.errors import BodyTooLarge, ContractBroken
from pulse_assets.sources import rate_limit
from pulse_assets.sources.answers import AnswerTimedOut, quoted
from pulse_assets.sources.http import HttpClient
from pulse_assets.sources.page_size import PageSizes
from pulse_assets.sources.reply import Reply

_LOG = logging.getLogger(__name__)
T = TypeVar("T")
GONE = frozenset({410})
#: An endpoint that this version or flavor never had answers 404.
UNKNOWN_OR_GONE = frozenset({404, 410})
_GONE_STATUS = 410
_BEFORE_SMALLER = 1.0


class EndpointGone(ContractBroken):
    """The server does not have the endpoint (any more).

    Args:
        endpoint: Its path.
        status: Of the answer, mostly 404 or 410.
    """

    def __init__(self, endpoint: str, status: int, *, said: str = "") -> None:
        super().__init__(
            f"Jira answered {status} to {endpoint}{f': {said}' if said else ', which Pulse needs.'}",
            hint="Check PULSE_JIRA_FLAVOR (cloud or datacenter) and PULSE_JIRA_URL; if both are right, Jira has "
            "removed the endpoint, and Pulse needs an update.",
        )
        self.endpoint = endpoint
        self.status = status

    @property
    def words(self) -> str:
        return f"{self.endpoint} is {'gone' if self.status == _GONE_STATUS else 'not served'} ({self.status})"


@dataclass(frozen=True, slots=True)
class Way(Generic[T]):
    """One of several endpoints that answer a question."""

    endpoint: str
    ask: Callable[[], T]


class Rest:
    """One Jira. Thread-safe."""

    def __init__(self, client: HttpClient, clock: Callable[[], dt.datetime]) -> None:
        self.client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._notices: dict[str, None] = {}
        self._chosen: dict[str, int] = {}
        self._sizes = PageSizes()
        self._seen: tuple[dt.datetime, dt.datetime] | None = None

    def get(
        self,
        path: str,
        params: Mapping[str, object] | None = None,
        *,
        gone: Collection[int] = GONE,
        accept: Collection[int] = (),
    ) -> Reply:
        """One answer.

        Raises:
            EndpointGone: Its status is one of `gone`, or 410.
        """
        gone = {*gone, *GONE}
        return self._heard(path, self.client.get(path, params, accept={*gone, *accept}), gone)

    def post(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        gone: Collection[int] = GONE,
        accept: Collection[int] = (),
        is_timeout_retried: bool = True,
    ) -> Reply:
        """One answer to a question that does not fit into an address.

        Raises:
            EndpointGone: Its status is one of `gone`, or 410.
        """
        gone = {*gone, *GONE}
        reply = self.client.post(
            path, body, resource="core", accept={*gone, *accept}, is_timeout_retried=is_timeout_retried
        )
        return self._heard(path, reply, gone)

    def by_size(self, limit: int, ask: Callable[[int], T]) -> T:
        """What a page gives, asked for with a smaller size where it took too long or was too large.

        Args:
            limit: The largest size.
            ask: Asks for that many; one at a time it tries again by itself.
        """
        while True:
            size = self._sizes.current("issues", limit)
            try:
                answer = ask(size)
            except (AnswerTimedOut, BodyTooLarge) as error:
                if size == 1:
                    raise
                self._sizes.shrink("issues", size)
                self.client.pause(_BEFORE_SMALLER, reason=f"{error.message} Asking for {size // 2} issues at once.")
            else:
                self._sizes.succeed("issues")
                return answer

    def first_of(self, name: str, ways: Sequence[Way[T]]) -> T:
        """The answer of the first way that the server has; the next time it is asked at once.

        Args:
            name: Of the choice that is remembered.
            ways: Each raises `EndpointGone` where the server does not have it.

        Raises:
            EndpointGone: It has none of them.
        """
        with self._lock:
            begin = self._chosen.get(name, 0)
        gone: list[EndpointGone] = []
        for number in range(begin, len(ways)):
            try:
                answer = ways[number].ask()
            except EndpointGone as error:
                if error.endpoint != ways[number].endpoint:
                    raise
                gone.append(error)
                continue
            if gone:
                with self._lock:
                    self._chosen[name] = number
                self.notice(f"{gone[0].words}; {ways[number].endpoint} answers instead.")
            return answer
        raise gone[0]

    def notice(self, text: str) -> None:
        """Keeps what a person should know although nothing failed; each once."""
        with self._lock:
            is_news = text not in self._notices
            self._notices[text] = None
        if is_news:
            _LOG.info(text)

    @property
    def notices(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(self._notices)

    def server_now(self) -> dt.datetime | None:
        """The server's clock (UTC), not later than it is; None where no answer had a date."""
        with self._lock:
            if self._seen is None:
                return None
            server, own = self._seen
        return server + max(self._clock() - own, dt.timedelta(0))

    def _heard(self, path: str, reply: Reply, gone: Collection[int]) -> Reply:
        if reply.headers.get("date"):
            now = self._clock()
            with self._lock:
                self._seen = (rate_limit.server_time(reply.headers, now=now), now)
        if reply.status in gone:
            said = self.client.redact(quoted(reply.payload))
            raise EndpointGone(endpoint_of(path), reply.status, said=said)
        return reply


def endpoint_of(path: str) -> str:
    """The path without the numbers of a certain thing."""
    return re.sub(r"/(board|sprint|issue|project)/[0-9]+(?=/|$)", r"/\1/{id}", path)
