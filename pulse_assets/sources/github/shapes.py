"""Small readings that both APIs share: instants, logins, promised fields."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pulse_assets.errors import ContractBroken

#: The account that GitHub shows in place of a deleted one.
_GHOST = "ghost"
_BOT_SUFFIX = "[bot]"
_USUAL_LENGTH = len("2024-05-01T10:00:00Z")


@contextmanager
def promised(what: str) -> Iterator[None]:
    """Reading a record that lacks a promised field is an error that names both.

    Raises:
        ContractBroken: A field is missing or of another kind.
    """
    try:
        yield
    except KeyError as error:
        raise _broken(what, f"lacks the field {error}") from error
    except (TypeError, AttributeError, ValueError, IndexError) as error:
        raise _broken(what, f"has a field of another kind than promised ({type(error).__name__})") from error


def instant(text: str) -> str:
    """The time in UTC as GitHub spells it: Enterprise Servers may answer with an offset."""
    if len(text) == _USUAL_LENGTH and text.endswith("Z"):
        return text
    at = dt.datetime.fromisoformat(text)
    at = at.replace(tzinfo=dt.UTC) if at.tzinfo is None else at.astimezone(dt.UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def instant_or_none(text: str | None) -> str | None:
    return None if text is None else instant(text)


def login_of(user: dict[str, Any] | None) -> str | None:
    """The login in REST's spelling. GraphQL names a bot without its suffix and says `__typename: Bot`."""
    if not user or not user.get("login") or user["login"] == _GHOST:
        return None
    login = user["login"]
    return login + _BOT_SUFFIX if user.get("__typename") == "Bot" and not login.endswith(_BOT_SUFFIX) else login


def is_bot(user: dict[str, Any] | None) -> bool:
    if not user:
        return False
    return "Bot" in {user.get("type"), user.get("__typename")} or str(user.get("login")).endswith(_BOT_SUFFIX)


def headline(message: str) -> str:
    """First line of a commit message; GraphQL's own headline is cut at 72 characters."""
    return message.split("\n", 1)[0].rstrip("\r")


def sorted_commits(commits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(commits, key=lambda commit: (commit["committed_at"], commit["authored_at"], commit["sha"]))


def sorted_reviews(reviews: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(reviews, key=lambda review: (review["submitted_at"], review["id"]))


def oldest_first(statuses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Both APIs list the newest first; statuses of one second keep their order."""
    backwards = statuses[::-1]
    return sorted(backwards, key=lambda status: status["created_at"])


def _broken(what: str, problem: str) -> ContractBroken:
    return ContractBroken(f"{what} {problem}.", hint="GitHub, or what answers in its place, has changed its interface.")
