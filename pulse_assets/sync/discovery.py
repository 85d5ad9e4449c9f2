"""Which repositories there are, by their lasting id; a renamed one keeps its rows and checkpoints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulse_assets.errors import NotFound, PulseError
from pulse_assets.sources.github.client import GitHub
from pulse_assets.store.database import Store
from pulse_assets.sync.github.collection import REPOSITORIES
from pulse_assets.sync.moves import follow


@dataclass(frozen=True, slots=True)
class RepositoryRef:
    """A repository at the source.

    Args:
        id: Lasts; renaming and moving leave it as it is.
        full_name: `owner/name` as GitHub spells it today; the key of its partition.
    """

    id: int
    full_name: str


@dataclass(frozen=True, slots=True)
class Discovered:
    """What there is to collect.

    Args:
        repositories: In the order of discovery, each once.
        renamed: Old to new names of landed repositories; their rows and checkpoints have moved.
        replaced: Names that another repository has now, to the partition that keeps the rows of the former one.
        missing: Why not all that was asked for is among `repositories`: by name, or by `settings` for what they name
            and GitHub does not have.
    """

    repositories: tuple[RepositoryRef, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)
    replaced: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, PulseError] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The partition keys."""
        return tuple(repository.full_name for repository in self.repositories)


def discover(github: GitHub, store: Store, *, names: Sequence[str] | None = None) -> Discovered:
    """Asks which repositories there are and lets landed ones follow their new names.

    Args:
        github: The source; its settings say what is wanted.
        store: Where landed rows are renamed.
        names: Only these (`owner/name`, also old names and other spellings) instead of what the settings say.

    Raises:
        ConfigurationError: The settings select nothing.
        NotFound: Nothing of what was asked for exists; names the settings.
        LeaseHeld: All there is was renamed and is being collected by another process.
    """
    found: dict[int, RepositoryRef] = {}
    missing: dict[str, PulseError] = {}
    if names is None:
        try:
            for payload in github.repositories():
                _note(found, payload)
        except NotFound as error:
            missing["settings"] = error
    else:
        for name in dict.fromkeys(names):
            try:
                _note(found, github.repository(name))
            except NotFound as error:
                missing[name] = error
    names_now = {str(key): repository.full_name for key, repository in found.items()}
    moves = follow(store, source="github", table=REPOSITORIES, names=names_now)
    missing |= moves.waiting
    repositories = tuple(each for each in found.values() if each.full_name not in moves.waiting)
    if missing and not repositories:
        raise next(iter(missing.values()))
    return Discovered(repositories, moves.renamed, moves.replaced, missing)


def _note(found: dict[int, RepositoryRef], payload: Mapping[str, Any]) -> None:
    found.setdefault(payload["id"], RepositoryRef(payload["id"], payload["full_name"]))
