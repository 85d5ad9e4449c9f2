"""What all of Jira's answers have in common: questions, refusals, pages by position and pages by token."""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from pulse_assets.sandbox.answers import Answer

T = TypeVar("T")

BAD_PAYLOAD = "Invalid request payload. Refer to the REST API documentation and try again."
BAD_TOKEN = "The provided next page token is invalid or expired."  # noqa: S105 - a message


class Refusal(Exception):
    """An answer that is not 200: raised by any handler, sent as Jira shapes it."""

    def __init__(
        self,
        status: int,
        *messages: str,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(*messages)
        shaped = dict(body) if body is not None else {"errorMessages": list(messages), "errors": {}}
        self.answer = Answer(shaped, status, dict(headers or {}))


@dataclass(frozen=True)
class Question:
    """A request, as handlers see it; `address` is the site's own, with which all links begin.

    `sent` is the JSON body of a POST, empty else. `is_cloud` tells whether version 3 of the platform was asked, which
    is Jira Cloud here, or version 2, which is Data Center.
    """

    path: str
    query: Mapping[str, str]
    sent: Mapping[str, Any]
    parameters: Mapping[str, Any]
    address: str
    is_cloud: bool = True

    @property
    def asked(self) -> Mapping[str, Any]:
        return {**self.query, **self.sent}

    def names(self, name: str) -> list[str]:
        """A list of names: an array in a body, divided by commas in a query."""
        value = self.asked.get(name) or []
        parts = value.split(",") if isinstance(value, str) else value
        return [str(part).strip() for part in parts if str(part).strip()]

    def number(self, name: str, default: int, largest: int | None = None, smallest: int = 0) -> int:
        """A number of the query or the body, brought between the smallest and the largest.

        Raises:
            Refusal: It is no number.
        """
        value = self.asked.get(name)
        if value is None or value == "":
            return default
        try:
            number = int(value)
        except (TypeError, ValueError):
            raise Refusal(400, f"The value '{value}' of '{name}' is not a number.") from None
        return max(smallest, min(number, largest) if largest else number)

    def is_asked(self, name: str, *, default: bool = False) -> bool:
        value = self.asked.get(name)
        return default if value is None else str(value).lower() == "true"


def page(
    question: Question,
    rows: Sequence[T],
    render: Callable[[T], Any],
    *,
    size: int,
    largest: int,
    smallest: int = 1,
    key: str = "values",
) -> dict[str, Any]:
    """The rows from `startAt` on, with `total` and `isLast`; only they are rendered.

    Args:
        question: What was asked.
        rows: All of them.
        render: Makes the body of one.
        size: Rows of a page unless `maxResults` says otherwise, between `smallest` and `largest`.
        largest: A page's rows at most.
        smallest: A page's rows at least; 0 asks for the total alone.
        key: The name of the rows.
    """
    first = question.number("startAt", 0)
    count = question.number("maxResults", size, largest, smallest)
    last = first + count
    return {
        "maxResults": count,
        "startAt": first,
        "total": len(rows),
        "isLast": last >= len(rows),
        key: [render(row) for row in rows[first:last]],
    }


def linked(question: Question, body: dict[str, Any]) -> dict[str, Any]:
    """The page with the addresses of itself and of the next one, as the platform's lists have them."""

    def url(start: int) -> str:
        query = {**question.query, "startAt": start, "maxResults": body["maxResults"]}
        return f"{question.address}{question.path}?{urlencode(query)}"

    links = {"self": url(body["startAt"])}
    if not body["isLast"]:
        links["nextPage"] = url(body["startAt"] + body["maxResults"])
    return links | body


def token_page(question: Question, rows: Sequence[T], subject: str, size: int) -> tuple[Sequence[T], str | None]:
    """The rows that `nextPageToken` stands for, and the token of the page behind them.

    A token holds a position and belongs to its question: `subject` tells questions apart.

    Raises:
        Refusal: 400, the token is none, or that of another question.
    """
    token = question.asked.get("nextPageToken")
    first = _position(str(token), subject) if token else 0
    last = first + size
    return rows[first:last], _token(last, subject) if last < len(rows) else None


def _digest(position: int, subject: str) -> str:
    return hashlib.sha256(f"{position} {subject}".encode()).hexdigest()[:16]


def _token(position: int, subject: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([position, _digest(position, subject)]).encode()).decode()


def _position(token: str, subject: str) -> int:
    try:
        position, digest = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (binascii.Error, TypeError, ValueError):
        raise Refusal(400, BAD_TOKEN) from None
    if digest != _digest(position, subject):
        raise Refusal(400, BAD_TOKEN)
    return position
