"""Reads from an answer whether it refuses for a rate limit, and until when; decides, and does not wait.

The rules are GitHub's, https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api:
`retry-after` first, then `x-ratelimit-reset` where nothing remains, else at least a minute, and longer each time.
Jira has the same headers (https://developer.atlassian.com/cloud/jira/platform/rate-limiting), the reset in ISO 8601.
"""

import datetime as dt
import email.utils
import math
from collections.abc import Mapping
from dataclasses import dataclass

FIRST_BLIND_WAIT = dt.timedelta(seconds=60)
#: A refusal that may be tried again at once is one that was answered too early: clocks tick in seconds.
_SHORTEST = dt.timedelta(seconds=1)
#: A reset further away is not a window's end but another unit or a broken clock.
_LONGEST_WINDOW = dt.timedelta(days=1)
#: A block outlives the process, so one wrong number must not hold it for years.
_LONGEST_PAUSE = dt.timedelta(days=7)
_LONGEST_REASON = 100
_FORBIDDEN, _TOO_MANY_REQUESTS = 403, 429


@dataclass(frozen=True, slots=True)
class BudgetSeen:
    """What an answer's headers say of the budget; `reset_at` by the server's clock."""

    limit: int | None
    remaining: int
    reset_at: dt.datetime | None


def is_refused_for_limit(status: int, headers: Mapping[str, str], message: str) -> bool:
    """Whether a status 403 or 429 gives evidence of a limit. `headers` finds names in any case."""
    if status == _TOO_MANY_REQUESTS:
        return True
    return status == _FORBIDDEN and (
        "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0" or speaks_of_limit(message)
    )


def speaks_of_limit(message: str) -> bool:
    text = message.lower()
    return "rate limit" in text or "abuse detection" in text


def allowed_at(headers: Mapping[str, str], *, now: dt.datetime, refusals: int) -> dt.datetime:
    """The first instant (own clock) at which the server lets the next request in.

    Args:
        headers: Of the refusing answer.
        now: When it was received, by the own clock.
        refusals: How many answers before it refused without saying until when.
    """
    wait = retry_after(headers, now=now)
    if wait is None and headers.get("x-ratelimit-remaining") == "0":
        seen = budget_seen(headers, now=now)
        wait = seen.reset_at - server_time(headers, now=now) if seen and seen.reset_at else None
    if wait is None:
        wait = FIRST_BLIND_WAIT * 2 ** min(refusals, 10)
    return now + max(wait, _SHORTEST)


def is_blind(headers: Mapping[str, str], *, now: dt.datetime) -> bool:
    """The refusal does not say until when it holds."""
    seen = budget_seen(headers, now=now)
    return retry_after(headers, now=now) is None and not (seen and seen.remaining == 0 and seen.reset_at)


def retry_after(headers: Mapping[str, str], *, now: dt.datetime) -> dt.timedelta | None:
    """`Retry-After` in seconds or as a date (RFC 9110, 10.2.3), None when absent or unreadable."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(dt.timedelta(seconds=int(text[:12])), _LONGEST_PAUSE)
    at = _http_date(text)
    return None if at is None else min(at - server_time(headers, now=now), _LONGEST_PAUSE)


def budget_seen(headers: Mapping[str, str], *, now: dt.datetime) -> BudgetSeen | None:
    """The budget's headers, None where the server counts nothing (as on many Enterprise Servers)."""
    remaining = _integer(headers.get("x-ratelimit-remaining"))
    if remaining is None:
        return None
    reset_at = _reset(headers.get("x-ratelimit-reset"), server_now=server_time(headers, now=now))
    return BudgetSeen(_integer(headers.get("x-ratelimit-limit")), remaining, reset_at)


def reason_of(headers: Mapping[str, str]) -> str:
    """Which limit it was, where the server says so (`RateLimit-Reason: jira-burst-based`); else empty."""
    return " ".join(headers.get("ratelimit-reason", "").split())[:_LONGEST_REASON]


class ServerClock:
    """How far the own clock is ahead of the server's, in whole seconds and steadily.

    `Date` has no fractions: read anew from each answer, one window's end would move by up to a second, and look like
    the end of another window.
    """

    _DRIFT = dt.timedelta(seconds=2)

    def __init__(self) -> None:
        self._ahead: dt.timedelta | None = None

    def own_time(self, at: dt.datetime, headers: Mapping[str, str], *, now: dt.datetime) -> dt.datetime:
        """An instant of the server's clock by the own one; rather later than too early."""
        measured = now - server_time(headers, now=now)
        if self._ahead is None or not -self._DRIFT < self._ahead - measured < self._DRIFT:
            self._ahead = dt.timedelta(seconds=math.ceil(measured.total_seconds()))
        return at + self._ahead


def server_time(headers: Mapping[str, str], *, now: dt.datetime) -> dt.datetime:
    """The server's clock (UTC, whole seconds), the own one where it does not say."""
    return _http_date(headers.get("date", "")) or now


def _http_date(text: str) -> dt.datetime | None:
    try:
        at = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return at.replace(tzinfo=dt.UTC) if at.tzinfo is None else at.astimezone(dt.UTC)


def _reset(text: str | None, *, server_now: dt.datetime) -> dt.datetime | None:
    """The end of the window, in seconds or ISO 8601; None where it is absent, unreadable or not to be believed."""
    seconds = _integer(text)
    if seconds is None and text:
        try:
            at = dt.datetime.fromisoformat(text.strip())
        except ValueError:
            return None
        seconds = (at.replace(tzinfo=dt.UTC) if at.tzinfo is None else at).timestamp()
    if seconds is None or abs(seconds - server_now.timestamp()) >= _LONGEST_WINDOW.total_seconds():
        return None
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _integer(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 16 else None  # noqa: PLR2004
