"""Every error that Pulse raises on purpose; the class says whether trying again can help.

PulseError
├── TransientError              trying again later can help
│   ├── SourceUnavailable       timeout, reset, cut or malformed body, 408, 425, 5xx
│   ├── RateLimited             403 or 429 with evidence of a limit; carries `retry_at`
│   ├── StoreUnavailable        database locked or away, disk full
│   └── LeaseHeld               another process works on the same partition
└── PermanentError              trying again gives the same answer
    ├── UsageError              a command's words do not fit
    ├── ConfigurationError      a setting is missing, malformed or points nowhere
    ├── AuthenticationFailed    the credential is refused
    ├── PermissionDenied        the credential is valid, its rights do not suffice
    ├── NotFound                the named thing does not exist, or is hidden from this credential
    │   └── TableNotBuilt       a table or partition of the lake was never written
    ├── ContractBroken          an answer does not have the promised shape
    ├── ForeignHost             a link or redirect leaves the configured host
    ├── BodyTooLarge            an answer exceeds the configured bound
    ├── LeaseLost               another process took the partition over; nothing more may be written
    ├── QualityGateFailed       a blocking check found rows that must not go on
    ├── RecordsQuarantined      some records of a partition do not make sense; the others went on
    └── PartialFailure          some partitions are done, others failed
"""

import datetime as dt
from collections.abc import Mapping
from enum import IntEnum


class ExitCode(IntEnum):
    """What the `pulse` command ends with."""

    OK = 0
    FAILED = 1
    USAGE = 2
    PARTIAL = 3
    CONFIGURATION = 4
    AUTHENTICATION = 5
    RATE_LIMITED = 6
    SOURCE_DOWN = 7
    QUALITY_GATE = 8


class PulseError(Exception):
    """Base of the tree.

    Args:
        message: What happened, and to what.
        hint: What a person can do about it.
    """

    exit_code = ExitCode.FAILED
    is_transient = False

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class TransientError(PulseError):
    """Trying again later can help."""

    is_transient = True


class SourceUnavailable(TransientError):
    """The source did not give a whole and well-formed answer."""

    exit_code = ExitCode.SOURCE_DOWN


class RateLimited(TransientError):
    """The source asks to wait.

    Args:
        retry_at: The instant (UTC) before which no request may be sent with this credential.
    """

    exit_code = ExitCode.RATE_LIMITED

    def __init__(self, message: str, *, retry_at: dt.datetime, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_at = retry_at


class StoreUnavailable(TransientError):
    """The database is locked or away, or the disk is full."""


class LeaseHeld(TransientError):
    """Another process works on the same partition."""


class PermanentError(PulseError):
    """Trying again gives the same answer."""


class UsageError(PermanentError):
    """The words of a command do not fit."""

    exit_code = ExitCode.USAGE


class ConfigurationError(PermanentError):
    """A setting is missing, malformed or points nowhere."""

    exit_code = ExitCode.CONFIGURATION


class AuthenticationFailed(PermanentError):
    """The source refuses the credential."""

    exit_code = ExitCode.AUTHENTICATION


class PermissionDenied(PermanentError):
    """The credential is valid, its rights do not suffice."""

    exit_code = ExitCode.AUTHENTICATION


class NotFound(PermanentError):
    """The named thing does not exist, or is hidden from this credential."""

    exit_code = ExitCode.CONFIGURATION


class TableNotBuilt(NotFound):
    """A table of the lake, or the named partition of it, was never written."""


class ContractBroken(PermanentError):
    """An answer does not have the promised shape."""


class ForeignHost(PermanentError):
    """A link or redirect leaves the configured host."""


class BodyTooLarge(PermanentError):
    """An answer exceeds the configured bound."""


class LeaseLost(PermanentError):
    """Another process took the partition over; nothing more may be written."""


class QualityGateFailed(PermanentError):
    """A blocking check found rows that must not go on."""

    exit_code = ExitCode.QUALITY_GATE


class RecordsQuarantined(PermanentError):
    """Some records of a partition do not make sense; they are kept with the reason, and the others went on."""

    exit_code = ExitCode.PARTIAL


class PartialFailure(PermanentError):
    """Some partitions are done, others failed.

    Args:
        failures: The error of each failed partition, by partition key.
    """

    exit_code = ExitCode.PARTIAL

    def __init__(self, message: str, *, failures: Mapping[str, PulseError], hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.failures = dict(failures)
