"""Which accounts of Jira and GitHub are one person, and which are not: the TOML file that `people_file` names."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from pulse_assets.errors import ConfigurationError
from pulse_assets.settings import Settings

_EXAMPLE = '[[person]] with account_id = "5b10a2844c20165700ede21g" and login = "ada"; [[not_same]] likewise'
_RELATION = pa.schema([("account_id", pa.string()), ("login", pa.string()), ("is_same", pa.bool_())])

_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Pair(BaseModel):
    model_config = ConfigDict(extra="forbid")

    account_id: _Name
    login: _Name


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    person: tuple[_Pair, ...] = ()
    not_same: tuple[_Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredPeople:
    """Pairs of an account of Jira and a login of GitHub, whose names ignore case.

    Attributes:
        same: One person each; an account and a login are in one pair only.
        different: Two persons each, whatever else speaks for one.
    """

    same: tuple[tuple[str, str], ...] = ()
    different: tuple[tuple[str, str], ...] = ()

    @classmethod
    def load(cls, settings: Settings) -> "DeclaredPeople":
        """Reads `settings.people_path`; nothing is declared when none is set.

        Raises:
            ConfigurationError: The file cannot be read or does not fit; names file, field, problem and remedy.
        """
        path = settings.people_path
        if path is None:
            return cls()
        file = _read(path)
        if problem := next(_problems(file), None):
            raise _misfit(path, *problem)
        return cls(_pairs(file.person), _pairs(file.not_same))

    def relation(self) -> pa.Table:
        """The pairs as columns account_id, login and is_same."""
        rows = [(*pair, True) for pair in self.same] + [(*pair, False) for pair in self.different]
        return pa.Table.from_pylist([dict(zip(_RELATION.names, row, strict=True)) for row in rows], schema=_RELATION)


def _read(path: Path) -> _File:
    try:
        return _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise ConfigurationError(
            f"The people file {path} cannot be read: {error.strerror}.",
            hint="Correct PULSE_PEOPLE_FILE, or leave it empty.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The people file {path} is not TOML: {_shown(str(error))}.",
            hint=f"Write it in UTF-8, each pair as {_EXAMPLE}.",
        ) from error
    except RecursionError as error:
        raise ConfigurationError(
            f"The people file {path} cannot be read: it is nested too deeply.", hint=f"Write {_EXAMPLE}."
        ) from error
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        raise _misfit(path, _place(problem["loc"]), _wording(problem["type"], problem["msg"])) from error


def _place(parts: Sequence[int | str]) -> str:
    """`person[2].login`, counted from one."""
    shown = [f"[{part + 1}]" if isinstance(part, int) else f".{_shown(part)}" for part in parts]
    return "".join(shown).removeprefix(".")


def _wording(kind: str, message: str) -> str:
    wordings = {
        "extra_forbidden": "is not known",
        "missing": "is missing",
        "string_too_short": "is empty",
        "string_type": "should be a text",
        "tuple_type": "should be a list of tables, each in double brackets",
        "model_type": "should be a table with account_id and login",
    }
    return wordings.get(kind, f"does not fit: {message}")


def _problems(file: _File) -> Iterator[tuple[str, str]]:
    """Field and problem of what is named twice, or both ways."""
    accounts: dict[str, int] = {}
    logins: dict[str, int] = {}
    same: dict[tuple[str, str], int] = {}
    different: dict[tuple[str, str], int] = {}
    for number, pair in enumerate(file.person, 1):
        if (other := accounts.setdefault(pair.account_id, number)) != number:
            yield f"person[{number}].account_id", f"is that of person[{other}]: {_shown(pair.account_id)}"
        if (other := logins.setdefault(pair.login.casefold(), number)) != number:
            yield f"person[{number}].login", f"is that of person[{other}]: {_shown(pair.login)}"
        same[_identity(pair)] = number
    for number, pair in enumerate(file.not_same, 1):
        if (other := different.setdefault(_identity(pair), number)) != number:
            yield f"not_same[{number}]", f"says again what not_same[{other}] says"
        if (other := same.get(_identity(pair))) is not None:
            yield f"not_same[{number}]", f"says the contrary of person[{other}]"


def _identity(pair: _Pair) -> tuple[str, str]:
    return pair.account_id, pair.login.casefold()


def _pairs(found: Sequence[_Pair]) -> tuple[tuple[str, str], ...]:
    return tuple((pair.account_id, pair.login) for pair in found)


def _shown(text: str) -> str:
    """Text for an error: what could steer a terminal is escaped."""
    return text if text.isprintable() else ascii(text)


def _misfit(path: Path, place: str, problem: str) -> ConfigurationError:
    return ConfigurationError(
        f"The people file {path} does not fit: {place} {problem}.", hint=f"Correct it; a pair is written as {_EXAMPLE}."
    )
