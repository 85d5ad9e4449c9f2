"""Asks GitHub's GraphQL: a query by its file's name, in pages that shrink when an answer takes too long."""

from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

from pulse_assets.errors import (
    ConfigurationError,
    ContractBroken,
    NotFound,
    PermissionDenied,
    PulseError,
    SourceUnavailable,
)
from pulse_assets.sources.answers import AnswerTimedOut
from pulse_assets.sources.github.shapes import promised
from pulse_assets.sources.http import HttpClient
from pulse_assets.sources.page_size import PageSizes
from pulse_assets.sources.rate_limit import speaks_of_limit

LARGEST_PAGE = 100
_NOT_SERVED = frozenset({404, 501})
_LIMITED = frozenset({"RATE_LIMITED", "RATE_LIMIT"})
_FORBIDDEN = frozenset({"FORBIDDEN", "INSUFFICIENT_SCOPES"})
_TOO_HEAVY = frozenset({"MAX_NODE_LIMIT_EXCEEDED", "RESOURCE_LIMITS_EXCEEDED", "TIMEOUT"})
_PASSING = frozenset({"SERVICE_UNAVAILABLE", "INTERNAL", "INTERNAL_SERVER_ERROR"})
_LONGEST_BACKOFF_SECONDS = 30.0


class GraphQLNotServed(ConfigurationError):
    """The server has no GraphQL at that address."""


class GraphQL:
    """Thread-safe.

    Args:
        max_attempts: Tries of a page of one record, before the last error is raised.
    """

    def __init__(self, client: HttpClient, url: str, *, max_attempts: int) -> None:
        self._client = client
        self._url = url
        self._max_attempts = max_attempts
        self._sizes = PageSizes()

    def connection(
        self, query: str, path: str, variables: dict[str, Any], *, after: str | None, limit: int = LARGEST_PAGE
    ) -> dict[str, Any]:
        """One page of the connection at `path` (dotted) in the answer; whole, or an error.

        Raises:
            GraphQLNotServed: There is no GraphQL at this address.
            NotFound, PermissionDenied, ContractBroken, SourceUnavailable: see `errors`.
        """
        name = f"{query} {variables['owner']}/{variables['name']}"
        attempts = 0
        while True:
            size = self._sizes.current(name, limit)
            try:
                data = self._execute(query, variables | {"first": size, "after": after})
            except AnswerTimedOut as error:
                attempts += size == 1
                if attempts >= self._max_attempts:
                    raise
                self._sizes.shrink(name, size)
                self._client.pause(
                    _backoff_seconds(attempts), reason=f"{error.message} Asking for {max(1, size // 2)} at once."
                )
            else:
                self._sizes.succeed(name)
                return _checked(_at(data, path, query), after=after, query=query)

    def single(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The data that answer a query without pages; an answer that takes too long is asked for again.

        Raises:
            GraphQLNotServed, NotFound, PermissionDenied, ContractBroken, SourceUnavailable: see `connection`.
        """
        attempts = 0
        while True:
            try:
                return self._execute(query, variables)
            except AnswerTimedOut as error:
                attempts += 1
                if attempts >= self._max_attempts:
                    raise
                self._client.pause(_backoff_seconds(attempts), reason=error.message)

    def rest_of(self, connection: dict[str, Any], query: str, path: str, variables: dict[str, Any]) -> Iterator[Any]:
        """All nodes of a nested connection: those it came with, then page by page those behind them."""
        with promised(f"GraphQL's answer to {query}"):
            yield from connection["nodes"]
            info = connection["pageInfo"]
        while info["hasNextPage"]:
            connection = self.connection(query, path, variables, after=info["endCursor"])
            yield from connection["nodes"]
            info = connection["pageInfo"]

    def _execute(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        reply = self._client.post(
            self._url,
            {"query": _text(query), "variables": variables},
            accept=_NOT_SERVED,
            is_limited=_is_limited,
            is_timeout_retried=False,
        )
        if reply.status in _NOT_SERVED:
            raise GraphQLNotServed(
                f"There is no GraphQL at {self._url} (status {reply.status}).",
                hint="Correct PULSE_GITHUB_GRAPHQL_URL, or set PULSE_GITHUB_API=rest.",
            )
        answer = reply.item()
        if answer.get("errors"):
            raise self._error_of(answer["errors"], query)
        if not isinstance(answer.get("data"), dict):
            raise AnswerTimedOut(f"GitHub's GraphQL answered {query} without data.", hint="Try again later.")
        return answer["data"]

    def _error_of(self, errors: Any, query: str) -> PulseError:
        """The error that the first reported one is. Data beside errors are partial, so they are never used."""
        first = errors[0] if isinstance(errors, list) and isinstance(errors[0], dict) else {}
        kind = str(first.get("type") or "").upper()
        words = self._client.redact(" ".join(str(first.get("message", "")).split())[:300])
        said = f"GitHub's GraphQL refused {query}: {words or 'it does not say why'}"
        if kind == "NOT_FOUND":
            hint = "Check the name; a token in PULSE_GITHUB_TOKEN without access is told the same."
            return NotFound(said, hint=hint)
        if kind in _FORBIDDEN:
            return PermissionDenied(said, hint="The token in PULSE_GITHUB_TOKEN lacks a right that this needs.")
        if kind in _PASSING:
            return SourceUnavailable(said, hint="GitHub has a problem of its own; try again later.")
        if kind in _TOO_HEAVY or (not kind and not first.get("extensions")):
            return AnswerTimedOut(said, hint="Try again later, or set PULSE_GITHUB_API=rest.")
        return ContractBroken(said, hint="GitHub has changed its interface; PULSE_GITHUB_API=rest may help meanwhile.")


def _backoff_seconds(attempts: int) -> float:
    return min(0.5 * 2**attempts, _LONGEST_BACKOFF_SECONDS)


@cache
def _text(query: str) -> str:
    text = (
        resources.files("pulse_assets.sources.github")
        .joinpath("queries", f"{query}.graphql")
        .read_text(encoding="utf-8")
    )
    return " ".join(text.split())


def _is_limited(payload: Any) -> bool:
    errors = payload.get("errors") if isinstance(payload, dict) else None
    return isinstance(errors, list) and any(
        isinstance(error, dict)
        and (error.get("type") in _LIMITED or (not error.get("path") and speaks_of_limit(str(error.get("message")))))
        for error in errors
    )


def _at(data: dict[str, Any], path: str, query: str) -> dict[str, Any]:
    found: Any = data
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
        if found is None:
            raise NotFound(
                f"GitHub's GraphQL has no {name} for {query}.",
                hint="It was removed, or is hidden from the token in PULSE_GITHUB_TOKEN.",
            )
    return found


def _checked(connection: dict[str, Any], *, after: str | None, query: str) -> dict[str, Any]:
    """The connection, if its page is whole and its cursor leads on."""
    with promised(f"GraphQL's answer to {query}"):
        info = connection["pageInfo"]
        if any(node is None for node in connection["nodes"]):
            raise ContractBroken(f"GraphQL's answer to {query} has empty places where records are due.")
        if info["hasNextPage"] and (not info["endCursor"] or info["endCursor"] == after or not connection["nodes"]):
            raise ContractBroken(f"GraphQL's answer to {query} promises a next page that does not lead on.")
    return connection
