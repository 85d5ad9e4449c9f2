"""The tokens of a source, and names for them that reveal nothing."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import requests
from pydantic import SecretStr
from requests.auth import AuthBase

from pulse_assets.errors import ConfigurationError

_PRINTABLE = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Credential:
    """A token, or none.

    Attributes:
        id: Stands for the token in the cache and the ledger. A hash over address and token: the same token counts apart
            on another server, and the token cannot be read back from it.
        name: For a person: its place in the setting, such as `token 1 of 2`.
    """

    id: str
    name: str = "no token"
    secret: SecretStr | None = field(default=None, repr=False)


class Credentials:
    """One or several tokens for one server; without any there is one anonymous credential.

    Raises:
        ConfigurationError: A token holds a character that no header can carry. The message does not show it.
    """

    def __init__(self, tokens: Sequence[SecretStr], *, base_url: str, setting: str) -> None:
        for position, token in enumerate(tokens, 1):
            if not _PRINTABLE.fullmatch(token.get_secret_value()):
                message = f"Token {position} in {setting} holds white space or characters that a header cannot carry."
                raise ConfigurationError(message, hint=f"Copy the token into {setting} again.")
        # Backwards, so that a repeated token has its first place.
        places = {token: position for position, token in reversed(list(enumerate(tokens, 1)))}
        self._all = tuple(
            Credential(id=_fingerprint(base_url, token), name=f"token {places[token]} of {len(tokens)}", secret=token)
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
            if credential.secret is not None:
                text = text.replace(credential.secret.get_secret_value(), "***")
        return text


class BearerAuth(AuthBase):
    """Sets the header just before sending, so that the token is part of nothing else."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._credential.secret is not None:
            request.headers["Authorization"] = f"Bearer {self._credential.secret.get_secret_value()}"
        return request


def _fingerprint(base_url: str, token: SecretStr | None) -> str:
    text = "" if token is None else token.get_secret_value()
    return hashlib.sha256(f"{base_url}\0{text}".encode()).hexdigest()[:24]
