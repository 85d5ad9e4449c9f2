"""Says which error a refusing answer is; the classes are those of `errors`."""

from collections.abc import Mapping
from typing import Any

from pulse_assets.errors import (
    AuthenticationFailed,
    ContractBroken,
    NotFound,
    PermissionDenied,
    PulseError,
    SourceUnavailable,
)
from pulse_assets.sources.policy import Service

_LONGEST_QUOTE = 300
_PASSING = frozenset({408, 425})
_TOO_SLOW = frozenset({408, 502, 504})
_FIRST_SERVER_ERROR = 500


class AnswerTimedOut(SourceUnavailable):
    """The answer took too long; a smaller question may be answered."""


class HostUnreachable(SourceUnavailable):
    """No connection to the host came about."""


def quoted(payload: Any) -> str:
    """What the server says in its own words, on one line and bounded; empty when it says nothing."""
    text = None
    if isinstance(payload, dict):
        text = payload.get("message") or _of_jira(payload.get("errorMessages"), payload.get("errors"))
    return " ".join(str(text).split())[:_LONGEST_QUOTE] if text else ""


def _of_jira(messages: Any, errors: Any) -> str:
    """Jira says what is wrong in a list, and what is wrong with a field in an object."""
    said = [str(each) for each in messages] if isinstance(messages, list) else []
    said += [f"{name}: {each}" for name, each in errors.items()] if isinstance(errors, dict) else []
    return " ".join(said)


def error_of(status: int, headers: Mapping[str, str], message: str, *, what: str, service: Service) -> PulseError:
    """The error of an answer that is neither a success nor a rate limit.

    Args:
        status: Of the answer, 300 or above.
        headers: Of the answer; finds names in any case.
        message: The server's own words, without secrets.
        what: The request, such as `GET https://api.github.com/repos/a/b`.
        service: Names the settings for the hints.
    """
    said = f"{service.name} answered {status} to {what}" + (f": {message}" if message else "")
    said = said if said.endswith((".", "!")) else said + "."
    if status == 401:  # noqa: PLR2004
        return AuthenticationFailed(
            said, hint=f"Check {service.token_setting}: the token is wrong, expired or revoked{_account(service)}."
        )
    if status in {403, 451}:
        return PermissionDenied(said, hint=_rights_hint(headers, service))
    if status in {404, 410}:
        hint = f"Check the name; a token in {service.token_setting} without access is told the same."
        return NotFound(said, hint=hint)
    if status in _TOO_SLOW:
        return AnswerTimedOut(said, hint=f"{service.name} may be overloaded; try again later.")
    if status in _PASSING or status >= _FIRST_SERVER_ERROR:
        return SourceUnavailable(said, hint=f"{service.name} has a problem of its own; try again later.")
    hint = f"Check {service.url_setting}; if it is right, {service.name} has changed its interface."
    return ContractBroken(said, hint=hint)


def refused(words: str, *, what: str, service: Service) -> AuthenticationFailed:
    """The error of an answer that looks well and was not given to the account."""
    return AuthenticationFailed(
        f"{service.name} did not accept the credential for {what}: {words}.",
        hint=f"Check {service.token_setting}: the token is wrong, expired or revoked{_account(service)}. "
        "What is shown to a stranger would look like an empty site.",
    )


def _account(service: Service) -> str:
    return f", or not of the account in {service.account_setting}" if service.account_setting else ""


def _rights_hint(headers: Mapping[str, str], service: Service) -> str:
    hint = f"The token in {service.token_setting} lacks a right that this needs"
    needed = headers.get("x-accepted-github-permissions") or headers.get("x-accepted-oauth-scopes")
    if needed:
        hint += f" ({needed[:_LONGEST_QUOTE]})"
    if "x-github-sso" in headers:
        hint += ", or must be authorized for the organization's single sign-on"
    return hint + "."
