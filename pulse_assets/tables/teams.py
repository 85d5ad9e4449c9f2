"""Which repositories and logins make a team: the TOML file that `teams_file` names."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pulse_assets.errors import ConfigurationError
from pulse_assets.setting_types import REPOSITORY_NAME
from pulse_assets.settings import Settings

#: `all` is the scope of everything; the others stand for accounts outside of teams where teams are compared.
_RESERVED = ("all", "bots", "others")
_EXAMPLE = '[teams.payments] with repositories = ["owner/name"] and members = ["login"]'

_Repository = Annotated[str, StringConstraints(strip_whitespace=True, pattern=rf"^{REPOSITORY_NAME.pattern}$")]
_Login = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Team(BaseModel):
    model_config = ConfigDict(extra="forbid")

    repositories: Annotated[tuple[_Repository, ...], Field(min_length=1)]
    members: tuple[_Login, ...] = ()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    teams: Annotated[dict[str, _Team], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Teams:
    """The teams by their names. GitHub's names of repositories and accounts ignore case, so these do.

    Attributes:
        repositories: Full names; one may belong to several teams.
        members: Logins; each belongs to one team.
    """

    repositories: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    members: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

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
        )

    def scope_members(self, repositories: Iterable[str]) -> pa.Table:
        """Which of the repositories belong to which scope: columns scope_kind, scope and repository.

        Each repository is a scope of its own and a member of `all`; a team has those of its repositories that are
        among the given ones, spelled as they are given there.
        """
        given = sorted(set(repositories))
        teams = {name: {each.casefold() for each in its} for name, its in self.repositories.items()}
        rows = [
            *(("repository", name, name) for name in given),
            *(("team", team, name) for team, its in teams.items() for name in given if name.casefold() in its),
            *(("all", "all", name) for name in given),
        ]
        columns = zip(*rows, strict=True) if rows else ((), (), ())
        names = ("scope_kind", "scope", "repository")
        return pa.table({name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)})


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
        raise _misfit(file, place, _wording(place, problem["type"], problem["msg"])) from error


def _wording(place: str, kind: str, message: str) -> str:
    if kind == "tuple_type":
        return f'should be a list of {place.rpartition(".")[2]}, such as ["name"]'
    wordings = {
        "extra_forbidden": "is not known",
        "missing": "is missing",
        "too_short": "is empty",
        "string_too_short": "is empty",
        "string_pattern_mismatch": "is not of the form owner/name",
        "dict_type": "should be a table of teams",
        "model_type": "should be a table with repositories and members",
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
