"""How a source may be asked: timeouts, bounds, and the words in which its errors are told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import metadata

from pulse_assets.settings import Settings


@dataclass(frozen=True, slots=True)
class Service:
    """What a person calls the source, and which settings lead to it.

    Attributes:
        resources: The budgets that the service counts apart.
        account_setting: Says whose token it is, where the service wants to know.
        takes_several_tokens: The setting may hold tokens of further users.
    """

    name: str
    url_setting: str
    token_setting: str
    resources: tuple[str, ...] = ("core",)
    account_setting: str | None = None
    takes_several_tokens: bool = True


RefusalIn = Callable[[int, Mapping[str, str]], str | None]


def _says_nothing(_status: int, _headers: Mapping[str, str]) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class HttpPolicy:
    """Bounds of every exchange; times in seconds.

    Attributes:
        total_timeout_seconds: For one try, from its first byte sent to its last byte read.
        max_attempts: Tries of one request, rate limits included.
        max_wait_seconds: Longest wait for the server's permission.
        headers: Sent with every request.
        refusal_in: What an answer's status and headers say against the credential, though the status does not; None
            where they say nothing.
    """

    service: Service
    connect_timeout_seconds: float = 5.0
    read_timeout_seconds: float = 30.0
    total_timeout_seconds: float = 120.0
    max_body_bytes: int = 64 * 1024 * 1024
    max_attempts: int = 6
    max_wait_seconds: float = 900.0
    max_redirects: int = 5
    headers: Mapping[str, str] = field(default_factory=dict)
    refusal_in: RefusalIn = _says_nothing

    @classmethod
    def of(
        cls,
        settings: Settings,
        service: Service,
        headers: Mapping[str, str],
        *,
        refusal_in: RefusalIn = _says_nothing,
    ) -> "HttpPolicy":
        return cls(
            service=service,
            connect_timeout_seconds=settings.http_connect_timeout_seconds,
            read_timeout_seconds=settings.http_read_timeout_seconds,
            total_timeout_seconds=settings.http_total_timeout_seconds,
            max_body_bytes=settings.http_max_body_bytes,
            max_attempts=settings.http_max_attempts,
            max_wait_seconds=settings.http_max_wait_seconds,
            headers=headers,
            refusal_in=refusal_in,
        )


def user_agent() -> str:
    return f"pulse-assets/{metadata.version('pulse-assets')}"
