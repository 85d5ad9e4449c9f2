"""Lets the rows and checkpoints of landed partitions follow the present names of what they hold, by its lasting id."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

from pulse_assets.errors import LeaseHeld
from pulse_assets.store.database import Store
from pulse_assets.sync.engine import lease_name


@dataclass(frozen=True, slots=True)
class Moves:
    """What has moved.

    Args:
        renamed: Old to new names of landed partitions.
        replaced: Names that something else has now, to the partition that keeps the rows of the former.
        waiting: New names whose rows could not move, since another process collects them.
    """

    renamed: Mapping[str, str] = field(default_factory=dict)
    replaced: Mapping[str, str] = field(default_factory=dict)
    waiting: Mapping[str, LeaseHeld] = field(default_factory=dict)


def follow(store: Store, *, source: str, table: str, names: Mapping[str, str]) -> Moves:
    """Moves what has another name now, all in one transaction.

    Args:
        store: Where the rows are.
        source: Prefix of the leases' names.
        table: The raw table whose record keys are the lasting ids.
        names: Present names by lasting id.
    """
    renamed, replaced = _moved(store, table, names)
    try:
        _move(store, source, renamed | replaced)
    except LeaseHeld as error:
        # They keep their old names until nobody collects them; under the new ones they would begin anew.
        return Moves(waiting=dict.fromkeys(sorted({*renamed.values(), *replaced}), error))
    return Moves(renamed, replaced)


def _moved(store: Store, table: str, names: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """(renamed, replaced): which partitions are of something that has another name now, or none."""
    taken = set(names.values())
    renamed: dict[str, str] = {}
    replaced: dict[str, str] = {}
    for old, landed_id in _landed(store, table):
        name = names.get(landed_id)
        if name is not None and name != old:
            renamed[old] = name
        elif name is None and old in taken:
            # `@` is in no name of GitHub's or Jira's, so what is deleted cannot be taken for its successor.
            replaced[old] = f"{old}@{landed_id}"
    return renamed, replaced


def _landed(store: Store, table: str) -> Iterator[tuple[str, str]]:
    for partition in store.landing.partitions(table):
        for key in store.landing.keys(table, partition):
            yield partition, key


def _move(store: Store, source: str, moves: Mapping[str, str]) -> None:
    """Moves partitions in one transaction; by way of names in between, since two may have swapped theirs."""
    if not moves:
        return
    with ExitStack() as stack:
        leases = []
        for partition in sorted({*moves, *moves.values()}):
            lease = store.leases.acquire(lease_name(source, partition))
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
