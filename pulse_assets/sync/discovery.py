"""Which repositories there are, by their lasting id; a renamed one keeps its rows and checkpoints."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from pulse_assets.errors import LeaseHeld, NotFound, PulseError
from pulse_assets.sources.github.client import GitHub
from pulse_assets.store.database import Store
from pulse_assets.sync.engine import lease_name
from pulse_assets.sync.github.collection import REPOSITORIES


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
    renamed, replaced = _moved(store, found)
    try:
        _move(store, renamed | replaced)
    except LeaseHeld as error:
        # They keep their old names until nobody collects them; under the new ones they would begin anew.
        waiting = {*renamed.values(), *replaced}
        missing |= dict.fromkeys(sorted(waiting), error)
        found = {key: repository for key, repository in found.items() if repository.full_name not in waiting}
        renamed, replaced = {}, {}
    if missing and not found:
        raise next(iter(missing.values()))
    return Discovered(tuple(found.values()), renamed, replaced, missing)


def _note(found: dict[int, RepositoryRef], payload: Mapping[str, Any]) -> None:
    found.setdefault(payload["id"], RepositoryRef(payload["id"], payload["full_name"]))


def _moved(store: Store, found: Mapping[int, RepositoryRef]) -> tuple[dict[str, str], dict[str, str]]:
    """(renamed, replaced): which partitions are of repositories that have another name now, or none."""
    names = {repository.full_name: repository.id for repository in found.values()}
    renamed: dict[str, str] = {}
    replaced: dict[str, str] = {}
    for old, landed_id in _landed(store):
        repository = found.get(landed_id)
        if repository is not None and repository.full_name != old:
            renamed[old] = repository.full_name
        elif repository is None and old in names:
            # `@` is in no name of GitHub's, so the rows of a deleted repository cannot be taken for its successor's.
            replaced[old] = f"{old}@{landed_id}"
    return renamed, replaced


def _landed(store: Store) -> Iterable[tuple[str, int]]:
    for partition in store.landing.partitions(REPOSITORIES):
        for key in store.landing.keys(REPOSITORIES, partition):
            yield partition, int(key)


def _move(store: Store, moves: Mapping[str, str]) -> None:
    """Moves partitions in one transaction; by way of names in between, since two may have swapped theirs."""
    if not moves:
        return
    with ExitStack() as stack:
        leases = []
        for partition in sorted({*moves, *moves.values()}):
            lease = store.leases.acquire(lease_name("github", partition))
            stack.callback(store.leases.release, lease)
            leases.append(lease)
        with store.transaction() as connection:
            for lease in leases:
                store.leases.verify(connection, lease)
            for begin, end in [
                *((old, f"{old}@moving") for old in moves),
                *((f"{o}@moving", n) for o, n in moves.items()),
            ]:
                store.landing.rename_partition(connection, begin, end)
                store.checkpoints.rename_partition(connection, begin, end)
                store.check_results.rename_partition(connection, begin, end)
