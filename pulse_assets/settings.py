"""Every setting of Pulse, typed, from the environment or a `.env` file."""

import datetime as dt
import os
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pulse_assets.errors import ConfigurationError
from pulse_assets.setting_types import (
    STATUS_CATEGORY,
    WEEKDAYS,
    CommaSeparated,
    DatabaseUrl,
    Dates,
    Folder,
    HttpUrl,
    Pattern,
    PostgresUrl,
    ProjectKeys,
    RepositoryNames,
    SchemaName,
    ServicePattern,
    StatusCategories,
    Tokens,
    Weekdays,
    WorkingHours,
    ZoneName,
)

ENV_PREFIX = "PULSE_"
ENV_FILE = ".env"
#: Set by those who test Pulse.
_RESERVED = re.compile(r"PULSE_TEST_\w+")


class Settings(BaseSettings):
    """What a user may set. Each field is the environment variable `PULSE_<FIELD>`.

    Lists are comma separated. Times are seconds.
    """

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_file=ENV_FILE, extra="ignore", frozen=True, env_ignore_empty=True
    )

    home: Path = Field(default=Path(".pulse"), description="Folder for everything that Pulse keeps on this machine.")
    database_url: DatabaseUrl | None = Field(
        default=None,
        description="Store: sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME. Default: SQLite in home.",
    )
    lake_url: Folder | None = Field(
        default=None, description="Folder (path or file://) of the Parquet tables. Default: in home."
    )

    github_url: HttpUrl = Field(
        default="https://api.github.com", description="REST base address; a path prefix is allowed."
    )
    github_graphql_url: HttpUrl | None = Field(
        default=None, description="GraphQL address. Default: derived from github_url."
    )
    github_token: Tokens = Field(default=(), description="Access tokens.")
    github_organizations: CommaSeparated = Field(
        default=(), description="Organizations whose repositories are collected."
    )
    github_users: CommaSeparated = Field(default=(), description="Users whose repositories are collected.")
    github_repositories: RepositoryNames = Field(
        default=(), description="Repositories (owner/name) that are collected."
    )
    github_include_forks: bool = Field(default=False, description="Collect forks found by organization or user.")
    github_include_archived: bool = Field(default=False, description="Collect archived ones found likewise.")
    github_api: Literal["auto", "graphql", "rest"] = Field(
        default="auto", description="auto: GraphQL where it saves requests, REST where GraphQL is not served."
    )
    incident_labels: CommaSeparated = Field(default=("incident",), description="Labels that make an issue an incident.")

    jira_url: HttpUrl | None = Field(
        default=None, description="Address of the Jira site; a path prefix is allowed. Default: Jira is not collected."
    )
    jira_email: str | None = Field(default=None, description="Account that the token belongs to (basic).")
    jira_token: SecretStr | None = Field(
        default=None, description="API token (Cloud), password or personal access token (Data Center)."
    )
    jira_projects: ProjectKeys = Field(
        default=(), description="Keys of the projects that are collected. Default: all that the account sees."
    )
    jira_flavor: Literal["cloud", "datacenter"] = Field(default="cloud", description="Which Jira it is.")
    jira_auth: Literal["auto", "basic", "bearer"] = Field(
        default="auto", description="How the token is sent; auto: basic where jira_email is set, else bearer."
    )
    jira_story_points_field: str | None = Field(
        default=None, description="Id or name of the estimation field, where a board does not name one."
    )
    jira_defect_types: CommaSeparated = Field(default=("Bug", "Defect"), description="Issue types that are defects.")
    jira_escaped_labels: CommaSeparated = Field(
        default=("escaped", "production"), description="Labels of a defect that was found in production."
    )
    jira_incident_types: CommaSeparated = Field(
        default=("Incident",), description="Issue types that are incidents of production, beside incident_labels."
    )
    jira_waiting_statuses: CommaSeparated = Field(
        default=(), description="Names or ids of statuses in which work waits; they are no active time."
    )
    jira_status_categories: StatusCategories = Field(
        default=(),
        description="Status id=category (todo, in_progress, done), for statuses that Jira no longer knows.",
    )
    working_days: Weekdays = Field(
        default=WEEKDAYS, description="Days of the business calendar: mon, tue, wed, thu, fri, sat, sun."
    )
    working_hours: WorkingHours = Field(
        default="00:00-24:00", description="Its hours, in timezone, such as 09:00-17:30."
    )
    holidays: Dates = Field(default=(), description="Days off, such as 2026-12-25.")
    people_file: Path | None = Field(
        default=None,
        description="TOML file that says which accounts of GitHub and Jira are one person, and which are not. "
        "Default: people.toml in home, if any.",
    )

    deployment_source: Literal["deployments", "releases", "workflow_runs", "merges"] = Field(
        default="deployments", description="What counts as a deployment."
    )
    production_pattern: Pattern = Field(
        default=r"(?i)^(prod|production|live)\b", description="Regular expression on the environment's name."
    )
    workflow_pattern: Pattern = Field(
        default=r"(?i)deploy.*\b(prod|production|live)\b",
        description="Regular expression on a workflow's name: its runs are production deployments "
        "(deployment_source workflow_runs).",
    )
    merge_branch_pattern: Pattern | None = Field(
        default=None,
        description="Regular expression on a branch: merges into it are production deployments "
        "(deployment_source merges). Default: the default branch.",
    )
    service_pattern: ServicePattern = Field(
        default=r"(?i)^(?:prod|production|live)\W+(?P<service>.+)$",
        description="Regular expression on the environment's name; its group `service` names the service.",
    )
    service_label_prefix: str = Field(
        default="service:", min_length=1, description="Label of an incident that names the service, up to its name."
    )
    hotfix_pattern: Pattern = Field(
        default=r"(?i)^hotfix([-_/ ]|$)",
        description="Regular expression on a pull request's labels and branch: it mends production out of turn.",
    )
    teams_file: Path | None = Field(
        default=None,
        description="TOML file that says which repositories, projects and logins make a team. "
        "Default: teams.toml in home, if any.",
    )
    timezone: ZoneName = Field(default="UTC", description="IANA zone in which weeks and months begin.")
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
    publish_url: PostgresUrl | None = Field(
        default=None, description="Postgres that tables are published to, for dashboards. Default: not published."
    )
    publish_schema: SchemaName = Field(default="pulse", description="Its schema; Pulse owns every table in it.")

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
    SECRET_FIELDS: ClassVar = frozenset({"database_url", "github_token", "jira_token", "publish_url"})

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

    @property
    def people_path(self) -> Path | None:
        """The file of the people; None when there is none."""
        usual = self.home / "people.toml"
        return self.people_file or (usual if usual.exists() else None)

    @cached_property
    def status_categories(self) -> Mapping[str, str]:
        """`jira_status_categories` as category by status id."""
        found = (STATUS_CATEGORY.fullmatch(each) for each in self.jira_status_categories)
        return {each["status"].strip(): each["category"] for each in found if each}

    @cached_property
    def graphql_url(self) -> str:
        """GitHub's GraphQL address: `…/graphql` on github.com, `HOST/api/graphql` on an Enterprise Server."""
        return self.github_graphql_url or re.sub(r"/api/v3$", "/api", self.github_url) + "/graphql"

    def require_github_selection(self) -> None:
        """Says what is missing when nothing was chosen to collect.

        Raises:
            ConfigurationError: No organization, user or repository is set.
        """
        if not self.has_github_selection:
            message = "No repository to collect: no organization, user or repository is set."
            hint = (
                "Set PULSE_GITHUB_ORGANIZATIONS, PULSE_GITHUB_USERS or PULSE_GITHUB_REPOSITORIES (owner/name), "
                "comma separated; or try `pulse demo`, which needs none."
            )
            raise ConfigurationError(message, hint=hint)

    def require_jira(self) -> str:
        """The address of Jira; says what is missing where there is none.

        Raises:
            ConfigurationError: No address is set, or no token.
        """
        if self.jira_url is None:
            hint = "Set PULSE_JIRA_URL (such as https://example.atlassian.net), PULSE_JIRA_EMAIL and PULSE_JIRA_TOKEN."
            raise ConfigurationError("No Jira to collect: PULSE_JIRA_URL is not set.", hint=hint)
        if self.jira_token is None:
            raise ConfigurationError(
                "Jira wants a token: PULSE_JIRA_TOKEN is not set.",
                hint="Make an API token (Cloud) or a personal access token (Data Center), and set it.",
            )
        if self.jira_auth == "basic" and not self.jira_email:
            raise ConfigurationError(
                "PULSE_JIRA_AUTH is basic, which needs an account: PULSE_JIRA_EMAIL is not set.",
                hint="Set PULSE_JIRA_EMAIL, or PULSE_JIRA_AUTH=bearer for a personal access token.",
            )
        return self.jira_url

    @property
    def has_github_selection(self) -> bool:
        """Something of GitHub is chosen to be collected."""
        return bool(self.github_organizations or self.github_users or self.github_repositories)

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
