"""A client that asks politely: never before the server allows it, in bounded time and space, only where it may."""

import datetime as dt
import json
import logging
import random
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from requests.structures import CaseInsensitiveDict

from pulse_assets.errors import AuthenticationFailed, ContractBroken, PulseError, RateLimited
from pulse_assets.sources import rate_limit
from pulse_assets.sources.addresses import Addresses, without_query
from pulse_assets.sources.answers import error_of, quoted, refused
from pulse_assets.sources.credentials import Credential, Credentials
from pulse_assets.sources.events import HttpEvent, HttpStats
from pulse_assets.sources.exchange import Answer, Exchange, parsed, parsed_or_none
from pulse_assets.sources.gate import SLICE_SECONDS, Gate
from pulse_assets.sources.policy import HttpPolicy
from pulse_assets.sources.reply import Reply, links_of
from pulse_assets.sources.retry import RetryRules
from pulse_assets.store.http_cache import CachedAnswer, HttpCache
from pulse_assets.store.rate_limits import RateLimitLedger

_LOG = logging.getLogger(__name__)
_OK = range(200, 300)
_NOT_MODIFIED = 304
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_METHOD_KEEPING = frozenset({307, 308})
_UNAUTHORIZED = 401
_FIRST_SERVER_ERROR = 500


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True)
class _Question:
    method: str
    url: str
    resource: str
    body: bytes | None
    headers: Mapping[str, str]
    is_conditional: bool
    accepts: Collection[int]
    is_limited: Callable[[Any], bool]

    @property
    def what(self) -> str:
        return f"{self.method} {without_query(self.url)}"


class HttpClient:
    """JSON over HTTP from one service. Thread-safe; close it, or use it as a context manager.

    Args:
        base_url: Paths are relative to it; links and redirects must stay below it.
        cache: Bodies for conditional requests, by credential.
        ledger: Budgets and blocks, shared with other threads and processes.
        clock: The time now (UTC).
        sleep: Waits that many seconds, at most one; it may raise to give up.
        on_event: Told about waits, retries and refused tokens, from the thread that meets them.
        also_allowed: Further addresses that may be asked.
        jitter: Random number in [0, 1).
    """

    def __init__(
        self,
        base_url: str,
        *,
        credentials: Credentials,
        policy: HttpPolicy,
        cache: HttpCache,
        ledger: RateLimitLedger,
        clock: Callable[[], dt.datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
        on_event: Callable[[HttpEvent], None] | None = None,
        also_allowed: tuple[str, ...] = (),
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.stats = HttpStats()
        self.addresses = Addresses(base_url, also=also_allowed, service=policy.service)
        self._policy = policy
        self._credentials = credentials
        self._cache = cache
        self._ledger = ledger
        self._clock = clock
        self._sleep = sleep
        self._on_event = on_event
        self._exchange = Exchange(policy)
        self._server_clock = rate_limit.ServerClock()
        self._was_reached = False
        self._rules = RetryRules(policy, clock, jitter, lambda: self._was_reached)
        self._gate = Gate(
            credentials,
            ledger=ledger,
            policy=policy,
            clock=clock,
            pause=self._pause,
            on_wait=lambda reason, seconds: self._tell(HttpEvent("wait", reason, seconds)),
        )

    def get(
        self,
        path_or_url: str,
        params: Mapping[str, object] | None = None,
        *,
        conditional: bool = False,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
    ) -> Reply:
        """Asks for JSON, waiting and trying again as long as that can help.

        Args:
            path_or_url: Below the base address.
            params: Of the query.
            headers: Beside those of the policy.
            conditional: Ask with the cached ETag and keep the answer for the next time.
            accept: Statuses beside 2xx that are no error to the caller.

        Raises:
            SourceUnavailable: No whole answer came, after all tries.
            RateLimited: The server wants a longer wait than `max_wait_seconds`.
            AuthenticationFailed, PermissionDenied, NotFound, ContractBroken, ForeignHost, BodyTooLarge: see `errors`.
        """
        url = self.addresses.resolve(path_or_url, params)
        core = self._policy.service.resources[0]
        question = _Question("GET", url, core, None, headers or {}, conditional, accept, _is_never_limited)
        return self._ask(question)

    def post(
        self,
        path_or_url: str,
        body: Mapping[str, Any],
        *,
        resource: str = "graphql",
        accept: Collection[int] = (),
        is_limited: Callable[[Any], bool] | None = None,
        is_timeout_retried: bool = True,
    ) -> Reply:
        """Sends JSON that only reads (it may be sent again), and reads JSON.

        Args:
            path_or_url: Below the base address, or one of those allowed.
            body: What is sent.
            resource: The budget that it counts against.
            accept: Statuses beside 2xx that are no error to the caller.
            is_limited: Whether a payload with status 200 reports a rate limit.
            is_timeout_retried: False where the caller would rather ask a smaller question.

        Raises:
            AnswerTimedOut: At once, when `is_timeout_retried` is False. Else as `get`.
        """
        url = self.addresses.resolve(path_or_url)
        headers = {"Content-Type": "application/json"}
        content = json.dumps(body, separators=(",", ":")).encode()
        limited = is_limited or _is_never_limited
        question = _Question("POST", url, resource, content, headers, False, accept, limited)  # noqa: FBT003
        return self._ask(question, is_timeout_retried=is_timeout_retried)

    def redact(self, text: str) -> str:
        """The text without the tokens."""
        return self._credentials.redact(text)

    def pause(self, seconds: float, *, reason: str) -> None:
        """Waits in slices and says so; for callers with a reason of their own to wait."""
        self.stats.add(retries=1)
        self._tell(HttpEvent("retry", reason, seconds))
        self._pause(seconds)

    def close(self) -> None:
        """Closes the connections of all threads."""
        self._exchange.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, question: _Question, *, is_timeout_retried: bool = True) -> Reply:
        def tell(error: PulseError, seconds: float) -> None:
            self.stats.add(retries=1)
            self._tell(HttpEvent("retry", error.message, seconds))

        loop = self._rules.retrying(pause=self._pause, on_retry=tell, is_timeout_retried=is_timeout_retried)
        return loop(self._attempt, question)

    def _attempt(self, question: _Question) -> Reply:
        """One try, with the next credential where one is refused."""
        while True:
            try:
                return self._answered(question)
            except AuthenticationFailed:
                if not self._gate.has_accepted:
                    raise

    def _answered(self, question: _Question) -> Reply:
        url = question.url
        for _hop in range(self._policy.max_redirects + 1):
            with self._gate.permit(question.resource) as credential:
                cached = self._cache.get(credential.id, url) if question.is_conditional else None
                answer = self._send(question, url, credential, cached)
                self._heed(question, answer, credential)
                if answer.status not in _REDIRECTS:
                    return self._reply(question, url, answer, credential, cached)
            if question.method != "GET" and answer.status not in _METHOD_KEEPING:
                break
            url = self.addresses.follow(url, answer.headers.get("location", ""), origin="the redirect")
        raise ContractBroken(
            f"{question.what} was redirected without coming to an answer.",
            hint=f"Check {self._policy.service.url_setting}.",
        )

    def _send(self, question: _Question, url: str, credential: Credential, cached: CachedAnswer | None) -> Answer:
        headers = dict(question.headers)
        if cached is not None and cached.etag:
            headers["If-None-Match"] = cached.etag
        elif cached is not None and cached.last_modified:
            headers["If-Modified-Since"] = cached.last_modified
        self.stats.add(requests=1)
        answer = self._exchange.send(question.method, url, credential=credential, headers=headers, body=question.body)
        self._was_reached = True
        self.stats.add(bytes_received=answer.wire_bytes)
        return answer

    def _heed(self, question: _Question, answer: Answer, credential: Credential) -> None:
        """Notes the budget and any refusal before the request gives its place free.

        Raises:
            RateLimited: The answer is a refusal for a limit; the ledger holds everyone back until it ends.
        """
        now, headers = self._clock(), answer.headers
        if answer.status == _UNAUTHORIZED or self._policy.refusal_in(answer.status, headers):
            self._leave_out(credential)
        seen = rate_limit.budget_seen(headers, now=now)
        if seen is not None and answer.status != _UNAUTHORIZED:
            reset_at = seen.reset_at and self._server_clock.own_time(seen.reset_at, headers, now=now)
            self._ledger.observe(
                credential.id, question.resource, limit=seen.limit, remaining=seen.remaining, reset_at=reset_at
            )
            self.stats.note_limit(question.resource, seen.remaining)
        payload = parsed_or_none(answer) if answer.status in {403, 429} else None
        message = quoted(payload)
        if rate_limit.is_refused_for_limit(answer.status, headers, message):
            raise self._blocked(question, headers, credential, message)
        if answer.status >= _FIRST_SERVER_ERROR:
            wait = rate_limit.retry_after(headers, now=now)
            if wait is not None:
                self._gate.block_service(now + wait)

    def _leave_out(self, credential: Credential) -> None:
        """A refused token is told once, by its place; a single one needs no telling beside its error."""
        if self._gate.refuse(credential) and len(self._credentials) > 1:
            service = self._policy.service
            words = f"{service.name} refuses {credential.name} in {service.token_setting} (status 401)"
            reason = f"{words}; {'another takes over' if self._gate.has_accepted else 'none is left'}."
            _LOG.warning(reason)
            self._tell(HttpEvent("refused", reason, 0.0))

    def _blocked(
        self, question: _Question, headers: Mapping[str, str], credential: Credential, message: str
    ) -> RateLimited:
        now, service = self._clock(), self._policy.service
        refusals = self._gate.count_blind_refusal(credential) if rate_limit.is_blind(headers, now=now) else 0
        until = rate_limit.allowed_at(headers, now=now, refusals=refusals)
        if headers.get("x-ratelimit-remaining") == "0" and "retry-after" not in headers:
            self._gate.block_resource(credential, question.resource, until)
        else:
            self._gate.block(credential, until)
        said = f": {self.redact(message)}" if message else "."
        reason = rate_limit.reason_of(headers)
        limit = f"a rate limit ({self.redact(reason)})" if reason else "a rate limit"
        more = f" {service.token_setting} takes further tokens." if service.takes_several_tokens else ""
        return RateLimited(
            f"{service.name} refused {question.what} for {limit} until {until:%Y-%m-%d %H:%M:%S} UTC{said}",
            retry_at=until,
            hint=f"Run again after that; what is collected is kept.{more}",
        )

    def _reply(
        self, question: _Question, url: str, answer: Answer, credential: Credential, cached: CachedAnswer | None
    ) -> Reply:
        name = self._policy.service.name
        refusal = self._policy.refusal_in(answer.status, answer.headers)
        if refusal is not None:
            raise refused(refusal, what=question.what, service=self._policy.service)
        if answer.status == _NOT_MODIFIED and cached is not None:
            self.stats.add(not_modified=1)
            self._gate.note_success(credential)
            stored = Answer(_OK.start, CaseInsensitiveDict({**cached.headers, **answer.headers}), cached.body, 0)
            payload = parsed(stored, what=question.what, name=name)
            return self._whole(url, stored, payload, is_from_cache=True)
        if answer.status in question.accepts:
            return self._whole(url, answer, parsed_or_none(answer), is_from_cache=False)
        if answer.status not in _OK:
            message = self.redact(quoted(parsed_or_none(answer)))
            raise error_of(answer.status, answer.headers, message, what=question.what, service=self._policy.service)
        payload = parsed(answer, what=question.what, name=name)
        if question.is_limited(payload):
            raise self._blocked(question, answer.headers, credential, "")
        self._gate.note_success(credential)
        reply = self._whole(url, answer, payload, is_from_cache=False)
        if question.is_conditional:
            self._keep(url, answer, credential)
        return reply

    def _whole(self, url: str, answer: Answer, payload: Any, *, is_from_cache: bool) -> Reply:
        links = links_of(answer.headers)
        following, last = links.get("next"), links.get("last")
        return Reply(
            status=answer.status,
            url=url,
            headers=answer.headers,
            body=answer.body,
            payload=payload,
            server_time=rate_limit.server_time(answer.headers, now=self._clock()),
            next_url=self.addresses.follow(url, following, origin="the next page") if following else None,
            last_url=last,
            is_from_cache=is_from_cache,
        )

    def _keep(self, url: str, answer: Answer, credential: Credential) -> None:
        etag, last_modified = answer.headers.get("etag"), answer.headers.get("last-modified")
        if etag or last_modified:
            headers = {name: answer.headers[name] for name in ("link", "content-type") if name in answer.headers}
            kept = CachedAnswer(
                body=answer.body, stored_at=self._clock(), etag=etag, last_modified=last_modified, headers=headers
            )
            self._cache.put(credential.id, url, kept)

    def _pause(self, seconds: float) -> None:
        left = seconds
        while left > 0:
            step = min(left, SLICE_SECONDS)
            self._sleep(step)
            left -= step
        if seconds > 0:
            self.stats.add(waited_seconds=seconds)

    def _tell(self, event: HttpEvent) -> None:
        if self._on_event is not None:
            self._on_event(event)


def _is_never_limited(_payload: Any) -> bool:
    return False
