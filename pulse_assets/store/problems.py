"""Says what a database error means, in Pulse's own errors and without a secret."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import exc

from pulse_assets.errors import ConfigurationError, PulseError, StoreUnavailable
from pulse_assets.store.connections import LOCK_TIMEOUT_SECONDS


class Place(NamedTuple):
    """A database in words.

    Attributes:
        name: File, or host, port and name; never user or password.
        role: What it is to Pulse.
        variable: The setting that names it.
    """

    name: str
    role: str = "store"
    variable: str = "PULSE_DATABASE_URL"


#: Hints are formatted with the variable of the place.
_NAME = "Check {variable}"
_FULL = ("has no space left", "Free some disk space, then run again; nothing that was committed is lost.")
_BUSY = (
    f"was locked by another process for more than {LOCK_TIMEOUT_SECONDS} seconds",
    "Wait until that process has finished, or stop it, then run again.",
)
_AWAY = ("does not answer", "Check that the database server runs and can be reached, then run again.")
_CROWDED = ("accepts no more connections", "Close other clients or raise max_connections, then run again.")

#: Passing problems by SQLite's primary result code.
_SQLITE_PASSING = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_IOERR: ("cannot be read or written", "Check the disk, then run again."),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", "Check that the file and its folder are still there."),
    sqlite3.SQLITE_READONLY: ("cannot be written", "Check the rights on the file and its folder, then run again."),
}
#: Lasting problems of SQLite.
_SQLITE_LASTING = {
    sqlite3.SQLITE_NOTADB: ("is not a database", f"{_NAME}: it must name an SQLite file, or one that is yet to be."),
    sqlite3.SQLITE_CORRUPT: ("is damaged", "Restore it from a backup, or move it away and run `pulse sync` again."),
}
#: Passing problems by Postgres' error code, or by its class (two characters).
_POSTGRES_PASSING = {
    "08": _AWAY,
    "25006": ("is read-only", "Point {variable} to the primary server, not to a replica."),
    "25P03": ("ended a transaction that was idle for too long", "Run again."),
    "40": ("undid a transaction that met another one", "Run again."),
    "53100": _FULL,
    "53": _CROWDED,
    "55P03": _BUSY,
    "57": _AWAY,
}
#: What Postgres says while connecting has no code; its words do.
_POSTGRES_AT_CONNECT = (
    ("password authentication failed", "refuses user or password", f"{_NAME}: user and password."),
    ("no password supplied", "asks for a password", f"{_NAME}: it holds no password."),
    ("no pg_hba.conf entry", "admits no such user from here", f"{_NAME}, or the server's pg_hba.conf."),
    ("does not exist", "does not have this database or user", f"{_NAME}, or create them: createdb NAME."),
    ("could not translate host name", "has an unknown host name", f"{_NAME}: the host."),
    ("refused", "refuses connections", f"{_NAME}: host and port; and that the server runs."),
    ("timeout expired", "does not answer", f"{_NAME}: host and port; and that the server runs."),
)
_POSTGRES_PASSING_AT_CONNECT = (
    ("too many c", _CROWDED),  # clients, or connections for database or role
    ("connection slots", _CROWDED),
    ("starting up", _AWAY),
)


@contextmanager
def translated_errors(place: Place | str, *, at_open: bool = False) -> Iterator[None]:
    """Turns the database's errors into Pulse's; an error that means a bug in Pulse stays as it is.

    Args:
        place: The database; a text is the name of the store.
        at_open: What does not work at the first contact is a matter of configuration, unless it surely passes.
    """
    place = Place(place) if isinstance(place, str) else place
    try:
        yield
    except exc.TimeoutError as error:
        raise _unavailable(place, _CROWDED) from error
    except exc.DBAPIError as error:
        problem = _at_open(error, place) if at_open else _passing(error, place) or _lasting(error, place)
        if problem is None:
            raise
        raise problem from error


def _at_open(error: exc.DBAPIError, place: Place) -> PulseError:
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        if _code(cause) in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}:
            what, _ = _SQLITE_PASSING[_code(cause)]
            return _misconfigured(place, what, "Set PULSE_HOME or PULSE_DATABASE_URL to where this user may write.")
        problem = _passing(error, place) or _lasting(error, place)
        return problem or _misconfigured(place, f"cannot be used: {cause}", f"{_NAME}.")
    text = str(cause)
    for words, passing in _POSTGRES_PASSING_AT_CONNECT:
        if words in text:
            return _unavailable(place, passing)
    if _sqlstate(error):
        passing = _passing(error, place)
        first_line = text.splitlines()[0]
        return passing or _misconfigured(place, f"cannot be used: {first_line}", f"{_NAME}, and the user's rights.")
    for words, what, hint in _POSTGRES_AT_CONNECT:
        if words in text:
            return _misconfigured(place, what, hint)
    return _misconfigured(place, "cannot be reached", f"{_NAME}: host, port, user, password, name and options.")


def _passing(error: exc.DBAPIError, place: Place) -> StoreUnavailable | None:
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        problem = _SQLITE_PASSING.get(_code(cause))
    elif state := _sqlstate(error):
        problem = _POSTGRES_PASSING.get(state) or _POSTGRES_PASSING.get(state[:2])
    else:
        is_connection_lost = isinstance(error, exc.OperationalError | exc.InterfaceError)
        problem = _AWAY if is_connection_lost else None
    return None if problem is None else _unavailable(place, problem)


def _lasting(error: exc.DBAPIError, place: Place) -> ConfigurationError | None:
    cause = error.orig
    problem = _SQLITE_LASTING.get(_code(cause)) if isinstance(cause, sqlite3.Error) else None
    return None if problem is None else _misconfigured(place, *problem)


def _unavailable(place: Place, problem: tuple[str, str]) -> StoreUnavailable:
    what, hint = problem
    return StoreUnavailable(f"The {place.role} {place.name} {what}.", hint=hint.format(variable=place.variable))


def _misconfigured(place: Place, what: str, hint: str) -> ConfigurationError:
    message = f"{place.variable}: the {place.role} {place.name} {what}."
    return ConfigurationError(message, hint=hint.format(variable=place.variable))


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _sqlstate(error: exc.DBAPIError) -> str | None:
    return getattr(error.orig, "pgcode", None)
