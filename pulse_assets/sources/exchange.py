"""One request and its whole answer; what goes wrong on the way becomes an error of ours."""

import json
import threading
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
import requests.utils
import urllib3

from pulse_assets.errors import BodyTooLarge, ContractBroken, PulseError, SourceUnavailable
from pulse_assets.sources.addresses import host_and_port, without_query
from pulse_assets.sources.answers import AnswerTimedOut, HostUnreachable
from pulse_assets.sources.credentials import Credential, HeaderAuth
from pulse_assets.sources.policy import HttpPolicy, user_agent
from pulse_assets.sources.transport import DEADLINE, BodyExceedsBound, new_session, read_body


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (found in any case), decoded body, and how many bytes it took on the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    wire_bytes: int


class Exchange:
    """Sends requests; each thread has a session, so connections are kept and nothing is shared."""

    def __init__(self, policy: HttpPolicy) -> None:
        self._policy = policy
        self._own = threading.local()
        self._sessions: weakref.WeakSet[requests.Session] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._proxies: dict[str, dict[str, str]] = {}

    def send(
        self, method: str, url: str, *, credential: Credential, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        """The answer, whatever its status.

        Raises:
            HostUnreachable: No connection came about.
            AnswerTimedOut: The answer was not whole in time.
            SourceUnavailable: The connection broke, or the body was cut or does not decode.
            BodyTooLarge: The body exceeds the bound.
        """
        policy = self._policy
        token = DEADLINE.set(time.monotonic() + policy.total_timeout_seconds)
        try:
            with self._session().request(
                method,
                url,
                data=body,
                headers=dict(headers),
                auth=HeaderAuth(credential),
                timeout=(
                    policy.connect_timeout_seconds,
                    min(policy.read_timeout_seconds, policy.total_timeout_seconds),
                ),
                proxies=self._proxies_to(urlsplit(url).netloc, url),
                allow_redirects=False,
                stream=True,
            ) as response:
                content, wire_bytes = read_body(response, policy.max_body_bytes)
                return Answer(response.status_code, response.headers, content, wire_bytes)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise self._translated(error, f"{method} {without_query(url)}", url) from error
        except BodyExceedsBound:
            raise BodyTooLarge(
                f"The answer to {method} {without_query(url)} is larger than {policy.max_body_bytes:,} bytes.",
                hint="Raise PULSE_HTTP_MAX_BODY_BYTES if such an answer is to be expected.",
            ) from None
        finally:
            DEADLINE.reset(token)

    def close(self) -> None:
        """Closes the connections of all threads."""
        with self._lock:
            sessions = list(self._sessions)
        for session in sessions:
            session.close()

    def _proxies_to(self, netloc: str, url: str) -> dict[str, str]:
        """The environment's proxies; read once for each host, as reading them costs more than a request."""
        if netloc not in self._proxies:
            self._proxies[netloc] = dict(requests.utils.get_environ_proxies(url))
        return self._proxies[netloc]

    def _session(self) -> requests.Session:
        session = getattr(self._own, "session", None)
        if session is None:
            session = new_session({"User-Agent": user_agent(), **self._policy.headers})
            # A kept cookie would answer for a credential that has ended meanwhile.
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
            self._own.session = session
            with self._lock:
                self._sessions.add(session)
        return session

    def _translated(self, error: Exception, what: str, url: str) -> PulseError:
        service = self._policy.service
        if isinstance(error, requests.exceptions.SSLError):
            return HostUnreachable(
                f"No secure connection to {service.name} at {host_and_port(url)} came about: {_root(error)}.",
                hint=f"Check {service.url_setting}; for a certificate of your own set REQUESTS_CA_BUNDLE.",
            )
        if isinstance(error, requests.ConnectTimeout) or _is_never_connected(error):
            return HostUnreachable(
                f"{service.name} cannot be reached at {host_and_port(url)}: {_root(error)}.",
                hint=f"Check {service.url_setting}, the network and the proxy (HTTPS_PROXY).",
            )
        if _is_timeout(error):
            return AnswerTimedOut(
                f"{service.name} did not finish its answer to {what} in time.",
                hint="Try again later; PULSE_HTTP_READ_TIMEOUT_SECONDS and PULSE_HTTP_TOTAL_TIMEOUT_SECONDS bound it.",
            )
        if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
            return ContractBroken(
                f"{what} cannot be asked: the address is malformed.", hint=f"Check {service.url_setting}."
            )
        return SourceUnavailable(
            f"The answer of {service.name} to {what} was cut or broken: {_root(error)}.", hint="Try again later."
        )


def parsed(answer: Answer, *, what: str, name: str) -> Any:
    """The body as JSON.

    Raises:
        SourceUnavailable: It is something else: a cut body, an error page of a proxy, nothing.
    """
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        kind = answer.headers.get("content-type", "no content type")
        raise SourceUnavailable(
            f"{name} answered {answer.status} to {what}, but not with whole JSON ({kind}, {len(answer.body)} bytes).",
            hint="If this stays so, something between here and the server answers in its place.",
        ) from error


def parsed_or_none(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def _is_timeout(error: BaseException | None) -> bool:
    return any(
        isinstance(cause, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError) for cause in _causes(error)
    )


def _is_never_connected(error: BaseException) -> bool:
    kinds = (
        urllib3.exceptions.NewConnectionError,
        urllib3.exceptions.ProxyError,
        urllib3.exceptions.ConnectTimeoutError,
    )
    return any(isinstance(cause, kinds) for cause in _causes(error))


def _causes(error: BaseException | None) -> list[BaseException]:
    """The error and what it was made from; requests keeps the cause in `args` and in `reason`."""
    found: list[BaseException] = []
    queue = [error]
    while queue and len(found) < 20:  # noqa: PLR2004
        current = queue.pop(0)
        if current is None or current in found:
            continue
        found.append(current)
        queue += [arg for arg in current.args if isinstance(arg, BaseException)]
        queue += [getattr(current, "reason", None), current.__cause__, current.__context__]
    return [cause for cause in found if isinstance(cause, BaseException)]


def _root(error: BaseException) -> str:
    """The operating system's words where there are any; those of the libraries repeat addresses and objects."""
    causes = _causes(error)
    system = next((cause for cause in causes if isinstance(cause, OSError) and cause.strerror), None)
    return str(system.strerror) if system is not None else type(causes[-1]).__name__
