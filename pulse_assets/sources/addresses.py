"""Decides which addresses a client may ask: only the configured ones and what lies below them."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from pulse_assets.errors import ForeignHost
from pulse_assets.sources.policy import Service

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Addresses:
    """The base address of a service and further ones that a setting allows."""

    def __init__(self, base_url: str, *, also: tuple[str, ...], service: Service) -> None:
        self.base_url = base_url.rstrip("/")
        self._allowed = tuple(_place(url) for url in (self.base_url, *also))
        self._service = service

    def resolve(self, path_or_url: str, params: Mapping[str, object] | None = None) -> str:
        """The whole address; parameters in a fixed order, so that the cache knows it again.

        Raises:
            ForeignHost: It lies outside the configured addresses.
        """
        url = path_or_url if "://" in path_or_url else f"{self.base_url}/{path_or_url.lstrip('/')}"
        if params:
            url += f"?{urlencode({name: str(value) for name, value in params.items()})}"
        return self.checked(url, origin="the request")

    def follow(self, current: str, target: str, *, origin: str) -> str:
        """The address that a link or redirect in the answer of `current` leads to.

        Raises:
            ForeignHost: It leads outside the configured addresses.
        """
        return self.checked(urljoin(current, target), origin=f"{origin} of {without_query(current)}")

    def checked(self, url: str, *, origin: str) -> str:
        if not self._is_allowed(url):
            parts = urlsplit(url)
            raise ForeignHost(
                f"{origin[0].upper()}{origin[1:]} leads to {parts.scheme}://{parts.netloc.rpartition('@')[2]}, "
                f"outside {self.base_url}; it was not followed.",
                hint=f"Set {self._service.url_setting} to the address under which {self._service.name} names itself.",
            )
        return url

    def relative(self, url: str) -> str:
        """The part below the base address, for a cursor that outlives a move of the server."""
        return url.removeprefix(self.base_url)

    def _is_allowed(self, url: str) -> bool:
        try:
            place = _place(url)
        except ValueError:
            return False
        if "@" in urlsplit(url).netloc or "/.." in place[3]:
            return False
        return any(
            place[:3] == allowed[:3] and f"{place[3].rstrip('/')}/".startswith(f"{allowed[3].rstrip('/')}/")
            for allowed in self._allowed
        )


def without_query(url: str) -> str:
    """The address without parameters, for messages."""
    return urlunsplit(urlsplit(url)._replace(query="", fragment=""))


def host_and_port(url: str) -> str:
    scheme, host, port, _ = _place(url)
    return f"{host}:{port if port is not None else scheme}"


def page_number(url: str) -> int | None:
    """The `page` parameter."""
    text = dict(parse_qsl(urlsplit(url).query)).get("page", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _place(url: str) -> tuple[str, str, int | None, str]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _DEFAULT_PORTS.get(parts.scheme), parts.path
