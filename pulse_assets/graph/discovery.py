"""Keeps Dagster's partitions in step with the repositories and projects that there are."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from pulse_assets.errors import LeaseHeld, PulseError
from pulse_assets.graph.resources import Pulse
from pulse_assets.graph.wings import Wing
from pulse_assets.store import Store
from pulse_assets.sync.discovery import Discovered
from pulse_assets.sync.jira.discovery import DiscoveredProjects
from pulse_assets.tables.contracts import TABLES

#: The stream in which the last whole discovery is remembered, of a partition that is named like the source: neither a
#: repository (it has no owner) nor a project (it has no capital).
_DISCOVERY = "discovery"


@dataclass(frozen=True, slots=True)
class Found:
    """What a discovery means for the partitions.

    Args:
        names: What is to be collected: `owner/name`, or keys of projects.
        added: Partitions that are new.
        removed: Partitions that go, because theirs has another name now; its rows have moved.
        messages: What a person should know.
        missing: Why not all that was asked for is among `names`.
    """

    names: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    messages: tuple[str, ...]
    missing: Mapping[str, PulseError] = field(default_factory=dict)


def discover(pulse: Pulse, wing: Wing, known: Sequence[str], *, names: Sequence[str] | None = None) -> Found:
    """Asks the source; renames what was renamed, in the landing and in the lake.

    Args:
        pulse: Opens store and source.
        wing: Which source.
        known: Dagster's partitions.
        names: Only these, instead of what the settings select.

    Raises:
        PulseError: Nothing could be found out; see `sync.discovery`.
    """
    with pulse.store() as store, wing.client(pulse, store) as client:
        found = wing.discover(client, store, pulse.settings, names=names)
        pulse.journal.add_http(asdict(client.stats.snapshot()))
        # A partition that waits for its new name is found under neither.
        if names is None and not any(isinstance(error, LeaseHeld) for error in found.missing.values()):
            with store.transaction() as connection:
                store.checkpoints.save(connection, wing.source, _DISCOVERY, {wing.plural: list(found.names)})
    for old in (*found.renamed, *found.replaced):
        for table in TABLES.values():
            if table.layer != "metrics" and table.family == wing.cut.family:
                pulse.lake.drop_partition(table, old)
    removed = tuple(old for old in found.renamed if old in known and old not in found.names)
    is_whole = names is None and not found.missing
    return Found(
        names=found.names,
        added=tuple(name for name in found.names if name not in known),
        removed=removed,
        messages=tuple(_messages(found, set(known).difference(found.names, removed) if is_whole else set())),
        missing=found.missing,
    )


def collected_partitions(store: Store, wing: Wing, known: Sequence[str]) -> list[str]:
    """The partitions that the last whole discovery found; all of them before the first.

    Metrics expect these: the others (deselected, archived, deleted) are history.
    """
    state = store.checkpoints.load(wing.source, _DISCOVERY)
    if state is None:
        return list(known)
    names = set(state[wing.plural])
    return [key for key in known if key in names]


def _messages(found: Discovered | DiscoveredProjects, gone: set[str]) -> list[str]:
    messages = [f"{old} is called {new} now; its rows have moved." for old, new in found.renamed.items()]
    messages += [
        f"{old} is another one now; the rows of the former one are kept as {kept}."
        for old, kept in found.replaced.items()
    ]
    if gone:
        names = ", ".join(sorted(gone))
        messages.append(f"No longer found, or no longer selected: {names}. What was collected of them is kept.")
    return messages
