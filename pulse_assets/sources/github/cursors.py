"""Where a walk goes on: text that may be stored, and that names the API that made it."""

from dataclasses import dataclass
from typing import Literal, Self

Api = Literal["graphql", "rest"]


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list: GraphQL's cursor, or REST's next page below the base address."""

    api: Api
    place: str

    @classmethod
    def parse(cls, text: str | None) -> Self | None:
        """None for the start, and for text that this version does not understand: a walk may always start over."""
        api, _, place = (text or "").partition(":")
        if api == "graphql" or api == "rest":  # noqa: PLR1714  # the type checker narrows only this
            return cls(api, place) if place else None
        return None

    def __str__(self) -> str:
        return f"{self.api}:{self.place}"


def place_of(text: str | None, api: Api) -> str | None:
    """The place if `api` made it. The other API's cursor starts the walk over: landing a record twice does no harm."""
    cursor = Cursor.parse(text)
    return cursor.place if cursor is not None and cursor.api == api else None
