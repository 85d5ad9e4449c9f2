"""The types of settings: what a value must look like, and what is said of one that does not."""

import datetime as dt
import re
import zoneinfo
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

# One source of zones on every machine: the package that is locked, not what the operating system happens to have.
# DuckDB brings its own; `metrics.session` looks whether both agree.
zoneinfo.reset_tzpath(to=())

#: `owner/name`.
REPOSITORY_NAME = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
#: Atlassian's default allows letters only; administrators may allow digits and underscores too.
PROJECT_KEY = re.compile(r"[A-Z][A-Z0-9_]+")
STATUS_CATEGORY = re.compile(r"(?P<status>[^=]+)=(?P<category>todo|in_progress|done)")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: `@` and `/` in a password would move the host's border, and show a part of it as the host's name.
_DATABASE_URL = re.compile(
    r"sqlite:///.+|postgres(ql)?(\+psycopg2)?://([^:@/?#\s]*(:[^@/?#\s]*)?@)?[^@/?#\s]*/[^@/?#\s]+(\?[^@\s]*)?"
)
_SCHEMA_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
_WORKING_HOURS = re.compile(rf"{_CLOCK}-(?:{_CLOCK}|24:00)")
_PERCENT = "(percent-encode @ / : ? # in a password, @ as %40)"


def _split(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _each(fits: Callable[[str], object], problem: str) -> AfterValidator:
    """Refuses a list with an element that does not fit, and names it."""

    def check(values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            if not fits(value):
                msg = f"{value!r} {problem}"
                raise ValueError(msg)
        return values

    return AfterValidator(check)


def _url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        shown = f"{parts.scheme + '://' if parts.scheme else ''}{parts.hostname or ''}"
        msg = f"{shown or 'what is set'} is not an http(s) address, such as https://example.com"
        raise ValueError(msg)
    if parts.username or parts.password or parts.query or parts.fragment:
        msg = (
            "the address must not hold a user, a password or a query; "
            "secrets go into PULSE_GITHUB_TOKEN and PULSE_JIRA_TOKEN"
        )
        raise ValueError(msg)
    return value.rstrip("/")


def _database_url(value: SecretStr) -> SecretStr:
    if not _DATABASE_URL.fullmatch(value.get_secret_value()):
        msg = f"neither sqlite:///FILE nor postgresql://USER:PASSWORD@HOST:PORT/NAME {_PERCENT}"
        raise ValueError(msg)
    return value


def _postgres_url(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if not (text.startswith("postgres") and _DATABASE_URL.fullmatch(text)):
        msg = f"not postgresql://USER:PASSWORD@HOST:PORT/NAME {_PERCENT}"
        raise ValueError(msg)
    return value


def _folder(value: str) -> str:
    if "://" in value and not value.startswith("file://"):
        msg = "only a folder (a path or file://) is supported yet"
        raise ValueError(msg)
    return value


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        msg = f"not a regular expression: {error}"
        raise ValueError(msg) from error
    return value


def _service_pattern(value: str) -> str:
    if "service" not in re.compile(_pattern(value)).groupindex:
        msg = "it has no group (?P<service>...) that names the service"
        raise ValueError(msg)
    return value


def _schema_name(value: str) -> str:
    if not _SCHEMA_NAME.fullmatch(value):
        msg = f"{value!r} is not a name of small letters, digits and _ that begins with a letter"
        raise ValueError(msg)
    return value


def _zone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        msg = f"{value!r} is not an IANA time zone such as Europe/Berlin"
        raise ValueError(msg) from error
    return value


def _weekdays(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        msg = "no day at all; at least one is needed"
        raise ValueError(msg)
    return tuple(day for day in WEEKDAYS if day in {each.lower() for each in value})


def _working_hours(value: str) -> str:
    if not _WORKING_HOURS.fullmatch(value) or value[:5] >= value[6:]:
        msg = f"{value!r} is not of the form 09:00-17:30, with the end after the begin"
        raise ValueError(msg)
    return value


def _is_date(value: str) -> bool:
    try:
        return bool(dt.date.fromisoformat(value))
    except ValueError:
        return False


CommaSeparated = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Tokens = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split)]
RepositoryNames = Annotated[CommaSeparated, _each(REPOSITORY_NAME.fullmatch, "is not of the form owner/name")]
ProjectKeys = Annotated[
    CommaSeparated,
    _each(PROJECT_KEY.fullmatch, "is no project key: capital letters, digits and _, beginning with a letter"),
]
StatusCategories = Annotated[
    CommaSeparated,
    _each(STATUS_CATEGORY.fullmatch, "is not of the form 10029=in_progress (todo, in_progress or done)"),
]
Weekdays = Annotated[
    CommaSeparated,
    _each(lambda day: day.lower() in WEEKDAYS, f"is no day: {', '.join(WEEKDAYS)}"),
    AfterValidator(_weekdays),
]
Dates = Annotated[CommaSeparated, _each(_is_date, "is no day such as 2026-12-25")]
WorkingHours = Annotated[str, AfterValidator(_working_hours)]
HttpUrl = Annotated[str, AfterValidator(_url)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_database_url)]
PostgresUrl = Annotated[SecretStr, AfterValidator(_postgres_url)]
Folder = Annotated[str, AfterValidator(_folder)]
Pattern = Annotated[str, AfterValidator(_pattern)]
ServicePattern = Annotated[str, AfterValidator(_service_pattern)]
SchemaName = Annotated[str, AfterValidator(_schema_name)]
ZoneName = Annotated[str, AfterValidator(_zone)]
