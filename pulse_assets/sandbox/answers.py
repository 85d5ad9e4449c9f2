"""What REST and GraphQL answers have in common: bodies, problems, pages, limits and ETags."""

import datetime as dt
import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

T = TypeVar("T")

DOCUMENTATION = "https://docs.github.com/rest"
DEFAULT_PAGE, LARGEST_PAGE = 30, 100
ANONYMOUS_BUDGET = 60
_WINDOW_SECONDS = 3600


def iso(instant: dt.datetime) -> str:
    """As GitHub writes instants: `2025-06-30T12:00:00Z`."""
    return instant.isoformat()[:19] + "Z"


def iso_or_none(instant: dt.datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()[:19] + "Z"


@dataclass
class Answer:
    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def payload(self) -> bytes:
        return json.dumps(self.body, separators=(",", ":")).encode()


class Problem(Exception):
    """An answer that is not 200: raised by any handler, sent as GitHub shapes it."""

    def __init__(self, status: int, message: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(message)
        body = {"message": message, **more, "documentation_url": DOCUMENTATION, "status": str(status)}
        self.answer = Answer(body, status, dict(headers or {}))


@dataclass(frozen=True)
class Question:
    """A request, as handlers see it; `address` is the server's own, with which all links begin."""

    path: str
    query: Mapping[str, str]
    parameters: Mapping[str, Any]
    address: str
    credential: str
    version: str

    def number(self, name: str, default: int, largest: int | None = None) -> int:
        """A positive number of the query; GitHub takes the default for anything else."""
        text = self.query.get(name, "")
        value = int(text) if text.isdecimal() and int(text) > 0 else default
        return min(value, largest) if largest else value


def page(
    question: Question,
    rows: Sequence[T],
    render: Callable[[T], Any],
    *,
    is_reversed: bool = False,
    cap: int | None = None,
    default_size: int = DEFAULT_PAGE,
) -> Answer:
    """One page of the rows with the links to the others; only that page is rendered.

    With `is_reversed` the last row comes first. No more than `cap` rows are ever listed.
    """
    total = min(len(rows), cap) if cap else len(rows)
    size = question.number("per_page", default_size, LARGEST_PAGE if "per_page" in question.query else None)
    number = question.number("page", 1)
    first, last = (number - 1) * size, min(number * size, total)
    if is_reversed:
        part = rows[max(0, len(rows) - last) : max(0, len(rows) - first)][::-1] if first < last else rows[:0]
    else:
        part = rows[first:last]
    pages = max(1, -(-total // size))
    links = [(min(number - 1, pages), "prev")] if number > 1 else []
    links += [(number + 1, "next"), (pages, "last")] if number < pages else []
    links += [(1, "first")] if number > 1 else []

    def url(target: int) -> str:
        return f"{question.address}{question.path}?{urlencode({**question.query, 'page': target})}"

    link = ", ".join(f'<{url(target)}>; rel="{relation}"' for target, relation in links)
    return Answer([render(row) for row in part], headers={"Link": link} if link else {})


def etag(credential: str, payload: bytes) -> str:
    """Weak, and another one for every credential."""
    return f'W/"{hashlib.sha256(credential.encode() + bytes(1) + payload).hexdigest()}"'


def is_known(tag: str, if_none_match: str) -> bool:
    known = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return tag.removeprefix("W/") in known


def instant_of(text: str) -> dt.datetime:
    """The instant that a query names; UTC where it names no zone.

    Raises:
        Problem: It names none.
    """
    try:
        value = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Problem(422, f"Validation Failed: {text} is not an instant") from None
    return value if value.tzinfo else value.replace(tzinfo=dt.UTC)


@dataclass
class _Budget:
    limit: int
    began: float
    used: int = 0


class Limits:
    """What each credential may still ask within the hour.

    Args:
        budget: Requests, and GraphQL points, per credential and hour; without a credential 60.
        monotonic: Seconds of a clock that never goes back.
    """

    def __init__(self, budget: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._budget, self._monotonic = budget, monotonic
        self._budgets: dict[tuple[str, str], _Budget] = {}

    def reset(self) -> None:
        self._budgets.clear()

    def _current(self, credential: str, resource: str) -> _Budget:
        key, now = (credential, resource), self._monotonic()
        budget = self._budgets.get(key)
        if budget is None or now - budget.began >= _WINDOW_SECONDS:
            limit = self._budget if credential else min(self._budget, ANONYMOUS_BUDGET)
            budget = self._budgets[key] = _Budget(limit, now)
        return budget

    def remaining(self, credential: str, resource: str) -> int:
        budget = self._current(credential, resource)
        return max(0, budget.limit - budget.used)

    def charge(self, credential: str, resource: str, points: int) -> None:
        self._current(credential, resource).used += points

    def show(self, credential: str, resource: str, now: dt.datetime) -> dict[str, int | str]:
        """limit, used, remaining, reset (seconds since 1970 on the world's clock) and resource."""
        budget = self._current(credential, resource)
        left = _WINDOW_SECONDS - (self._monotonic() - budget.began)
        used = min(budget.used, budget.limit)
        spent = {"limit": budget.limit, "used": used, "remaining": budget.limit - used}
        return spent | {"reset": int(now.timestamp() + left), "resource": resource}
