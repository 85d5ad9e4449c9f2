"""The tokens of a source, and names for them that reveal nothing."""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import requests
from pydantic import SecretStr
from requests.auth import AuthBase

from pulse_assets.errors import ConfigurationError

_PRINTABLE = re.compile(r"[!-~]+")
#: Shorter ones, such as the `t` of a trial, keep nothing safe and stand in ordinary words.
_SHORTEST_SECRET = 4


@dataclass(frozen=True, slots=True)
class Credential:
    """A token, or none.

    Attributes:
        id: Stands for the token in the cache and the ledger. A hash over address and token: the same token counts apart
            on another server, and the token cannot be read back from it.
        name: For a person: its place in the setting, such as `token 1 of 2`.
        user: With it, the token goes as this account's password (basic), else it goes alone (bearer).
    """

    id: str
    name: str = "no token"
    secret: SecretStr | None = field(default=None, repr=False)
    user: str | None = None

    @property
    def header(self) -> str | None:
        """What `Authorization` says."""
        if self.secret is None:
            return None
        return f"Bearer {self.secret.get_secret_value()}" if self.user is None else f"Basic {self._pair}"

    @property
    def hidden(self) -> tuple[str, ...]:
        """The texts that nothing may show."""
        if self.secret is None:
            return ()
        token = self.secret.get_secret_value()
        return (token,) if self.user is None else (self._pair, token)

    @property
    def _pair(self) -> str:
        token = "" if self.secret is None else self.secret.get_secret_value()
        return base64.b64encode(f"{self.user}:{token}".encode()).decode()


class Credentials:
    """One or several tokens for one server; without any there is one anonymous credential.

    Args:
        user: The account whose password each of them is (basic); None sends them alone (bearer).

    Raises:
        ConfigurationError: A token or the account holds a character that no header can carry. The message does not
            show it.
    """

    def __init__(self, tokens: Sequence[SecretStr], *, base_url: str, setting: str, user: str | None = None) -> None:
        if user is not None and ":" in user:
            message = f"The account that goes with {setting} holds a colon, which ends its name on the way."
            raise ConfigurationError(message, hint="Give the e-mail address or the name of the account.")
        for position, token in enumerate(tokens, 1):
            # A pair of account and password goes encoded, so it may hold anything.
            if user is None and not _PRINTABLE.fullmatch(token.get_secret_value()):
                message = f"Token {position} in {setting} holds white space or characters that a header cannot carry."
                raise ConfigurationError(message, hint=f"Copy the token into {setting} again.")
        # Backwards, so that a repeated token has its first place.
        places = {token: position for position, token in reversed(list(enumerate(tokens, 1)))}
        self._all = tuple(
            Credential(
                id=_fingerprint(base_url, token, user),
                name=f"token {places[token]} of {len(tokens)}",
                secret=token,
                user=user,
            )
            for token in dict.fromkeys(tokens)
        ) or (Credential(id=_fingerprint(base_url, None)),)

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Credential]:
        return iter(self._all)

    def __getitem__(self, position: int) -> Credential:
        return self._all[position]

    def redact(self, text: str) -> str:
        """The text without the tokens: a server may quote them in what it says."""
        for credential in self._all:
            for secret in credential.hidden:
                text = text.replace(secret, "***") if len(secret) >= _SHORTEST_SECRET else text
        return text


class HeaderAuth(AuthBase):
    """Sets the header just before sending, so that the token is part of nothing else."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        header = self._credential.header
        if header is not None:
            request.headers["Authorization"] = header
        return request


def _fingerprint(base_url: str, token: SecretStr | None, user: str | None = None) -> str:
    text = "" if token is None else token.get_secret_value()
    text = text if user is None else f"{user}\0{text}"
    return hashlib.sha256(f"{base_url}\0{text}".encode()).hexdigest()[:24]
