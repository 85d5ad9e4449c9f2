"""Which repositories, projects and logins make a team: the TOML file that `teams_file` names."""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pulse_assets.errors import ConfigurationError
from pulse_assets.setting_types import PROJECT_KEY, REPOSITORY_NAME
from pulse_assets.settings import Settings

#: `all` is the scope of everything; the others stand for accounts outside of teams where teams are compared.
_RESERVED = ("all", "bots", "others")
_EXAMPLE = '[teams.payments] with repositories = ["owner/name"], projects = ["PAY"] and members = ["login"]'

_Repository = Annotated[str, StringConstraints(strip_whitespace=True, pattern=rf"^{REPOSITORY_NAME.pattern}$")]
_Project = Annotated[str, StringConstraints(strip_whitespace=True, pattern=rf"^{PROJECT_KEY.pattern}$")]
_Login = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Team(BaseModel):
    model_config = ConfigDict(extra="forbid")

    repositories: Annotated[tuple[_Repository, ...], Field(min_length=1)] = ()
    projects: Annotated[tuple[_Project, ...], Field(min_length=1)] = ()
    members: tuple[_Login, ...] = ()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    teams: Annotated[dict[str, _Team], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Teams:
    """The teams by their names. GitHub's names of repositories and accounts ignore case, so these do.

    Attributes:
        repositories: Full names; one may belong to several teams, and a team may have none.
        members: Logins; each belongs to one team.
        projects: Keys of Jira's projects; one may belong to several teams, and a team may have none.
    """

    repositories: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    members: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    projects: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def load(cls, settings: Settings) -> "Teams":
        """Reads `settings.teams_path`; there are no teams when none is set.

        Raises:
            ConfigurationError: The file cannot be read or does not fit; names file, field, problem and remedy.
        """
        file = settings.teams_path
        if file is None:
            return cls()
        teams = _read(file)
        if problem := next(_problems(teams), None):
            raise _misfit(file, *problem)
        return cls(
            MappingProxyType({name: _once(team.repositories) for name, team in sorted(teams.items())}),
            MappingProxyType({name: _once(team.members) for name, team in sorted(teams.items())}),
            MappingProxyType({name: _once(team.projects) for name, team in sorted(teams.items())}),
        )

    def scope_members(self, repositories: Iterable[str]) -> pa.Table:
        """Which of the repositories belong to which scope: columns scope_kind, scope and repository.

        Each repository is a scope of its own and a member of `all`; a team has those of its repositories that are
        among the given ones, spelled as they are given there.
        """
        spelled = {name: {each.casefold() for each in its} for name, its in self.repositories.items()}
        return _scopes("repository", repositories, lambda team, name: name.casefold() in spelled[team], spelled)

    def project_members(self, projects: Iterable[str]) -> pa.Table:
        """Which of the projects belong to which scope: columns scope_kind, scope and project; as `scope_members`."""
        return _scopes("project", projects, lambda team, name: name in self.projects[team], self.projects)


def _scopes(kind: str, names: Iterable[str], is_of: Callable[[str, str], bool], teams: Iterable[str]) -> pa.Table:
    given = sorted(set(names))
    rows = [
        *((kind, name, name) for name in given),
        *(("team", team, name) for team in teams for name in given if is_of(team, name)),
        *(("all", "all", name) for name in given),
    ]
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    held = ("scope_kind", "scope", kind)
    return pa.table({name: pa.array(column, pa.string()) for name, column in zip(held, columns, strict=True)})


def _read(file: Path) -> dict[str, _Team]:
    try:
        return _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8-sig"))).teams
    except OSError as error:
        raise ConfigurationError(
            f"The teams file {file} cannot be read: {error.strerror}.",
            hint="Correct PULSE_TEAMS_FILE, or leave it empty for no teams.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        hint = f"Write it in UTF-8, each team as {_EXAMPLE}."
        raise ConfigurationError(f"The teams file {file} is not TOML: {_shown(str(error))}.", hint=hint) from error
    except RecursionError as error:
        raise ConfigurationError(
            f"The teams file {file} cannot be read: it is nested too deeply.",
            hint=f"A team is written as {_EXAMPLE}.",
        ) from error
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(_shown(str(part)) for part in problem["loc"])
        raise _misfit(file, place, _wording(problem["loc"], problem["type"], problem["msg"])) from error


def _wording(place: Sequence[int | str], kind: str, message: str) -> str:
    if kind == "tuple_type":
        return f'should be a list of {place[-1]}, such as ["name"]'
    if kind == "string_pattern_mismatch" and "projects" in place[2:]:
        return "is no key of a project: capital letters, digits and _, beginning with a letter"
    wordings = {
        "extra_forbidden": "is not known",
        "missing": "is missing",
        "too_short": "is empty",
        "string_too_short": "is empty",
        "string_pattern_mismatch": "is not of the form owner/name",
        "dict_type": "should be a table of teams",
        "model_type": "should be a table with repositories, projects and members",
    }
    return wordings.get(kind, f"does not fit: {message}")


def _problems(teams: Mapping[str, _Team]) -> Iterator[tuple[str, str]]:
    """Field and problem of what is wrong with the names."""
    team_of: dict[str, str] = {}
    spelled: dict[str, str] = {}
    for name, team in teams.items():
        place = f"teams.{_shown(name)}"
        if name != name.strip() or not name or not name.isprintable():
            yield place, "is no name: a team's name is printable text without blanks at its ends"
        if name.casefold() in _RESERVED or "/" in name:
            yield place, f"cannot be the name of a team: {', '.join(_RESERVED)} and names with / mean something else"
        if (same := spelled.setdefault(name.casefold(), name)) != name:
            yield place, f"differs from team {_shown(same)} in case only"
        if not team.repositories and not team.projects:
            yield place, "has neither repositories nor projects"
        for login in team.members:
            other = team_of.setdefault(login.casefold(), name)
            if other != name:
                yield (
                    f"{place}.members",
                    f"names {_shown(login)}, who is in team {_shown(other)}; an account is in one team only",
                )


def _shown(text: str) -> str:
    """Text for an error: what could steer a terminal is escaped."""
    return text if text.isprintable() else ascii(text)


def _once(names: Iterable[str]) -> tuple[str, ...]:
    """The names without those that differ from an earlier one in case only."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.casefold(), name)
    return tuple(first.values())


def _misfit(file: Path, place: str, problem: str) -> ConfigurationError:
    return ConfigurationError(
        f"The teams file {file} does not fit: {place} {problem}.", hint=f"Correct it; a team is written as {_EXAMPLE}."
    )
