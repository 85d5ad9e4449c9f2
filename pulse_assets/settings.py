"""Every setting of Pulse, typed, from the environment or a `.env` file."""

import datetime as dt
import os
import re
import zoneinfo
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from pulse_assets.errors import ConfigurationError

# One source of zones on every machine: the package that is locked, not what the operating system happens to have.
# DuckDB brings its own; `metrics.session` looks whether both agree.
zoneinfo.reset_tzpath(to=())

ENV_PREFIX = "PULSE_"
ENV_FILE = ".env"
#: Variables of the design whose wing is not built yet: set by users of a later version, so they are no typing errors.
_RESERVED = re.compile(r"PULSE_(JIRA_\w+|TEST_\w+)")
CommaSeparated = Annotated[tuple[str, ...], NoDecode]
#: `owner/name`.
REPOSITORY_NAME = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
#: `@` and `/` in a password would move the host's border, and show a part of it as the host's name.
_DATABASE_URL = re.compile(
    r"sqlite:///.+|postgres(ql)?(\+psycopg2)?://([^:@/?#\s]*(:[^@/?#\s]*)?@)?[^@/?#\s]*/[^@/?#\s]+(\?[^@\s]*)?"
)
_SCHEMA_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


class Settings(BaseSettings):
    """What a user may set. Each field is the environment variable `PULSE_<FIELD>`.

    Lists are comma separated. Times are seconds.
    """

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_file=ENV_FILE, extra="ignore", frozen=True, env_ignore_empty=True
    )

    home: Path = Field(default=Path(".pulse"), description="Folder for everything that Pulse keeps on this machine.")
    database_url: SecretStr | None = Field(
        default=None,
        description="Store: sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME. Default: SQLite in home.",
    )
    lake_url: str | None = Field(
        default=None, description="Folder (path or file://) of the Parquet tables. Default: in home."
    )

    github_url: str = Field(
        default="https://api.github.com", description="REST base address; a path prefix is allowed."
    )
    github_graphql_url: str | None = Field(
        default=None, description="GraphQL address. Default: derived from github_url."
    )
    github_token: Annotated[tuple[SecretStr, ...], NoDecode] = Field(default=(), description="Access tokens.")
    github_organizations: CommaSeparated = Field(
        default=(), description="Organizations whose repositories are collected."
    )
    github_users: CommaSeparated = Field(default=(), description="Users whose repositories are collected.")
    github_repositories: CommaSeparated = Field(default=(), description="Repositories (owner/name) that are collected.")
    github_include_forks: bool = Field(default=False, description="Collect forks found by organization or user.")
    github_include_archived: bool = Field(default=False, description="Collect archived ones found likewise.")
    github_api: Literal["auto", "graphql", "rest"] = Field(
        default="auto", description="auto: GraphQL where it saves requests, REST where GraphQL is not served."
    )
    incident_labels: CommaSeparated = Field(default=("incident",), description="Labels that make an issue an incident.")

    deployment_source: Literal["deployments", "releases", "workflow_runs", "merges"] = Field(
        default="deployments", description="What counts as a deployment."
    )
    production_pattern: str = Field(
        default=r"(?i)^(prod|production|live)\b", description="Regular expression on the environment's name."
    )
    workflow_pattern: str = Field(
        default=r"(?i)deploy.*\b(prod|production|live)\b",
        description="Regular expression on a workflow's name: its runs are production deployments "
        "(deployment_source workflow_runs).",
    )
    merge_branch_pattern: str | None = Field(
        default=None,
        description="Regular expression on a branch: merges into it are production deployments "
        "(deployment_source merges). Default: the default branch.",
    )
    service_pattern: str = Field(
        default=r"(?i)^(?:prod|production|live)\W+(?P<service>.+)$",
        description="Regular expression on the environment's name; its group `service` names the service.",
    )
    service_label_prefix: str = Field(
        default="service:", min_length=1, description="Label of an incident that names the service, up to its name."
    )
    hotfix_pattern: str = Field(
        default=r"(?i)^hotfix([-_/ ]|$)",
        description="Regular expression on a pull request's labels and branch: it mends production out of turn.",
    )
    teams_file: Path | None = Field(
        default=None,
        description="TOML file that says which repositories and logins make a team. "
        "Default: teams.toml in home, if any.",
    )
    timezone: str = Field(default="UTC", description="IANA zone in which weeks and months begin.")
    history_start: dt.date = Field(default=dt.date(2015, 1, 1), description="First day for which periods exist.")

    benchmark_year: Literal[2021, 2022, 2023, 2024, 2025] = Field(
        default=2025, description="DORA report whose published levels or distribution reports compare with."
    )
    fresh_hours: float = Field(default=36.0, gt=0, description="Age at which a collection counts as stale.")
    max_missing_ratio: float = Field(
        default=0.0, ge=0, lt=1, description="Part of the rows that exist at the source which may be missing here."
    )
    max_implausible_ratio: float = Field(
        default=0.05, ge=0, lt=1, description="Part of a table's rows that may hold implausible values."
    )
    census_days: int = Field(
        default=7, ge=0, le=365, description="Days between two counts of everything at the source; 0: never."
    )
    publish_url: SecretStr | None = Field(
        default=None, description="Postgres that tables are published to, for dashboards. Default: not published."
    )
    publish_schema: str = Field(default="pulse", description="Its schema; Pulse owns every table in it.")

    sync_workers: int = Field(default=4, ge=1, le=32, description="Repositories collected at the same time.")
    http_connect_timeout_seconds: float = Field(default=5.0, gt=0, le=120)
    http_read_timeout_seconds: float = Field(default=30.0, gt=0, le=600)
    http_total_timeout_seconds: float = Field(default=120.0, gt=0, le=3600)
    http_max_body_bytes: int = Field(default=64 * 1024 * 1024, ge=1024)
    http_max_attempts: int = Field(
        default=6, ge=1, le=20, description="Tries of one request that fails for a passing reason."
    )
    http_max_wait_seconds: float = Field(
        default=900.0,
        ge=0,
        description="Longest wait for a rate limit; a later reset ends the sync, which can be resumed.",
    )

    #: Fields whose value must never be shown.
    SECRET_FIELDS: ClassVar = frozenset({"database_url", "github_token", "publish_url"})

    @field_validator(
        "github_token", "github_organizations", "github_users", "github_repositories", "incident_labels", mode="before"
    )
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("github_repositories")
    @classmethod
    def _check_repositories(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if not REPOSITORY_NAME.fullmatch(name):
                msg = f"{name!r} is not of the form owner/name"
                raise ValueError(msg)
        return value

    @field_validator("github_url", "github_graphql_url")
    @classmethod
    def _check_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            msg = f"{parts.scheme + '://' if parts.scheme else ''}{parts.hostname or ''} is not an http(s) address"
            raise ValueError(msg)
        if parts.username or parts.password or parts.query or parts.fragment:
            msg = "the address must not hold a user, a password or a query; secrets go into PULSE_GITHUB_TOKEN"
            raise ValueError(msg)
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _DATABASE_URL.fullmatch(value.get_secret_value()):
            msg = (
                "neither sqlite:///FILE nor postgresql://USER:PASSWORD@HOST:PORT/NAME "
                "(percent-encode @ / : ? # in a password, @ as %40)"
            )
            raise ValueError(msg)
        return value

    @field_validator("lake_url")
    @classmethod
    def _check_lake_url(cls, value: str | None) -> str | None:
        if value is not None and "://" in value and not value.startswith("file://"):
            msg = "only a folder (a path or file://) is supported yet"
            raise ValueError(msg)
        return value

    @field_validator(
        "production_pattern", "workflow_pattern", "merge_branch_pattern", "service_pattern", "hotfix_pattern"
    )
    @classmethod
    def _check_pattern(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            msg = f"not a regular expression: {error}"
            raise ValueError(msg) from error
        return value

    @field_validator("service_pattern")
    @classmethod
    def _check_service(cls, value: str) -> str:
        if "service" not in re.compile(value).groupindex:
            msg = "it has no group (?P<service>...) that names the service"
            raise ValueError(msg)
        return value

    @field_validator("publish_url")
    @classmethod
    def _check_publish_url(cls, value: SecretStr | None) -> SecretStr | None:
        text = "" if value is None else value.get_secret_value()
        if text and not (text.startswith("postgres") and _DATABASE_URL.fullmatch(text)):
            msg = "not postgresql://USER:PASSWORD@HOST:PORT/NAME (percent-encode @ / : ? # in a password, @ as %40)"
            raise ValueError(msg)
        return value

    @field_validator("publish_schema")
    @classmethod
    def _check_publish_schema(cls, value: str) -> str:
        if not _SCHEMA_NAME.fullmatch(value):
            msg = f"{value!r} is not a name of small letters, digits and _ that begins with a letter"
            raise ValueError(msg)
        return value

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, value: str) -> str:
        try:
            zoneinfo.ZoneInfo(value)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
            msg = f"{value!r} is not an IANA time zone such as Europe/Berlin"
            raise ValueError(msg) from error
        return value

    @classmethod
    def load(cls, **overrides: Any) -> "Settings":
        """Reads the environment, then `.env`; `overrides` win over both.

        Raises:
            ConfigurationError: A value does not fit; names the variable, the problem and the remedy.
        """
        try:
            return cls(**overrides)
        except ValidationError as error:
            raise _configuration_error(error) from None

    @cached_property
    def store_url(self) -> SecretStr:
        """The store's SQLAlchemy URL; SQLite under `home` unless `database_url` says otherwise."""
        if self.database_url is None:
            return SecretStr(f"sqlite:///{self.home.resolve() / 'pulse.db'}")
        return SecretStr(
            re.sub(r"^postgres(ql)?(\+psycopg2)?://", "postgresql+psycopg2://", self.database_url.get_secret_value())
        )

    @cached_property
    def lake_path(self) -> Path:
        """The folder of the Parquet tables."""
        if self.lake_url is None:
            return self.home.resolve() / "lake"
        return Path(self.lake_url.removeprefix("file://")).resolve()

    @property
    def teams_path(self) -> Path | None:
        """The file of the teams; None when there are no teams."""
        usual = self.home / "teams.toml"
        return self.teams_file or (usual if usual.exists() else None)

    @cached_property
    def graphql_url(self) -> str:
        """GitHub's GraphQL address: `…/graphql` on github.com, `HOST/api/graphql` on an Enterprise Server."""
        return self.github_graphql_url or re.sub(r"/api/v3$", "/api", self.github_url) + "/graphql"

    def require_github_selection(self) -> None:
        """Says what is missing when nothing was chosen to collect.

        Raises:
            ConfigurationError: No organization, user or repository is set.
        """
        if not (self.github_organizations or self.github_users or self.github_repositories):
            message = "No repository to collect: no organization, user or repository is set."
            hint = (
                "Set PULSE_GITHUB_ORGANIZATIONS, PULSE_GITHUB_USERS or PULSE_GITHUB_REPOSITORIES (owner/name), "
                "comma separated; or try `pulse demo`, which needs none."
            )
            raise ConfigurationError(message, hint=hint)

    @classmethod
    def origins(cls) -> dict[str, str]:
        """Where each field's value comes from: environment, .env or default."""
        environment = {name.upper() for name, value in os.environ.items() if value}
        file = {name.upper() for name, value in dotenv_values(ENV_FILE).items() if value}
        variables = {name: f"{ENV_PREFIX}{name.upper()}" for name in cls.model_fields}
        return {
            name: "environment" if variable in environment else ENV_FILE if variable in file else "default"
            for name, variable in variables.items()
        }

    @classmethod
    def unknown_variables(cls) -> list[str]:
        """Set variables with Pulse's prefix that no setting reads: most likely typing errors."""
        known = {f"{ENV_PREFIX}{name.upper()}" for name in cls.model_fields}
        given = {name.upper() for name in (*os.environ, *dotenv_values(ENV_FILE))}
        return sorted(n for n in given - known if n.startswith(ENV_PREFIX) and not _RESERVED.fullmatch(n))

    def shown(self) -> Mapping[str, str]:
        """Every field as text, with secrets masked."""
        return {name: self._mask(name, getattr(self, name)) for name in type(self).model_fields}

    @classmethod
    def _mask(cls, name: str, value: Any) -> str:
        if name in cls.SECRET_FIELDS:
            return "(set)" if value else "(not set)"
        if isinstance(value, tuple):
            return ", ".join(map(str, value)) or "(none)"
        return "(not set)" if value is None else str(value)


def _configuration_error(error: ValidationError) -> ConfigurationError:
    problems = []
    for problem in error.errors(include_input=False, include_url=False):
        field = str(problem["loc"][0]) if problem["loc"] else "settings"
        text = problem["msg"].removeprefix("Value error, ")
        problems.append(f"{ENV_PREFIX}{field.upper()}: {text}.")
    return ConfigurationError(" ".join(problems), hint="Correct it in the environment or in .env, then run again.")
