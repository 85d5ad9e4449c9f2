"""A whole and well-formed answer of a source."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from requests.utils import parse_header_links

from pulse_assets.errors import ContractBroken
from pulse_assets.sources.addresses import page_number, without_query


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back.

    Attributes:
        url: Of the last hop.
        headers: Finds names in any case.
        body: As text of the service, decompressed.
        payload: The parsed body.
        next_url: The next page, on the configured host.
        last_url: The last page, where the answer names it.
        server_time: The server's clock (UTC) when it answered.
        is_from_cache: The server confirmed by 304 that the cached body still holds.
    """

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    payload: Any
    server_time: dt.datetime
    next_url: str | None = None
    last_url: str | None = None
    is_from_cache: bool = False

    def json(self) -> Any:
        return self.payload

    def items(self) -> list[dict[str, Any]]:
        """The payload as a list of objects.

        Raises:
            ContractBroken: It is something else.
        """
        if not isinstance(self.payload, list) or not all(isinstance(item, dict) for item in self.payload):
            raise ContractBroken(f"GET {without_query(self.url)} did not answer with a list of objects.")
        return self.payload

    def item(self) -> dict[str, Any]:
        """The payload as one object.

        Raises:
            ContractBroken: It is something else.
        """
        if not isinstance(self.payload, dict):
            raise ContractBroken(f"GET {without_query(self.url)} did not answer with an object.")
        return self.payload

    @property
    def total_count(self) -> int | None:
        """Length of the whole list, known when a page holds one item or is the only one."""
        if self.next_url is None and self.last_url is None and page_number(self.url) in {None, 1}:
            return len(self.items())
        return page_number(self.last_url) if self.last_url and len(self.items()) == 1 else None


def links_of(headers: Mapping[str, str]) -> dict[str, str]:
    """The targets of a `Link` header by their relation."""
    links = parse_header_links(headers.get("link", ""))
    return {link["rel"]: link["url"] for link in links if "rel" in link and "url" in link}
