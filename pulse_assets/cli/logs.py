"""The log file of a command, without secrets."""

import base64
import logging
import logging.handlers
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from pulse_assets.errors import ConfigurationError
from pulse_assets.settings import Settings

_LOGGER = logging.getLogger("pulse_assets")
_MASK = "(secret)"
#: Shorter texts stand in ordinary words too; no token of GitHub is as short.
_SHORTEST_SECRET = 8
_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


class RedactingFormatter(logging.Formatter):
    """Formats a record, traceback included, and masks every secret in the result."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__(_FORMAT)
        self._secrets = sorted((s for s in secrets if len(s) >= _SHORTEST_SECRET), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, _MASK)
        return text


def log_path(settings: Settings) -> Path:
    return settings.home / "logs" / "pulse.log"


def log_to_file(settings: Settings) -> None:
    """Sends what Pulse logs to `PULSE_HOME/logs/pulse.log` (5 files of 2 MB).

    Raises:
        ConfigurationError: The folder cannot be written.
    """
    path = log_path(settings)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(path, maxBytes=2_000_000, backupCount=4, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"PULSE_HOME: the folder {settings.home} cannot be written: {error.strerror}.",
            hint="Choose another folder or make room and give write permission.",
        ) from error
    handler.setFormatter(RedactingFormatter(secrets_of(settings)))
    _LOGGER.addHandler(handler)
    _LOGGER.setLevel(logging.INFO)
    _LOGGER.propagate = False


def log_defect(error: BaseException) -> Path:
    """Logs an error that nobody expected, with its traceback; says where.

    Raises:
        ConfigurationError: There is nowhere to log.
    """
    settings = Settings.load()
    if not _LOGGER.handlers:
        log_to_file(settings)
    _LOGGER.error("The command failed unexpectedly.", exc_info=error)
    return log_path(settings)


def secrets_of(settings: Settings) -> list[str]:
    """Every text that must not appear anywhere: tokens, the URLs of databases and their passwords."""
    secrets = [token.get_secret_value() for token in settings.github_token]
    if settings.jira_token is not None:
        token = settings.jira_token.get_secret_value()
        secrets += [token, base64.b64encode(f"{settings.jira_email}:{token}".encode()).decode()]
    for address in (settings.database_url, settings.publish_url):
        if address is not None:
            url = address.get_secret_value()
            secrets += [url, urlsplit(url).password or ""]
    return secrets
