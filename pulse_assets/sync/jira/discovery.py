"""Which projects there are, by their lasting id; one whose key was changed keeps its rows and checkpoints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulse_assets.errors import NotFound, PulseError
from pulse_assets.settings import Settings
from pulse_assets.sources.jira.client import Jira
from pulse_assets.sources.jira.records import Project
from pulse_assets.store.database import Store
from pulse_assets.sync.jira.collection import PROJECTS
from pulse_assets.sync.moves import follow


@dataclass(frozen=True, slots=True)
class ProjectRef:
    """A project at the source.

    Args:
        id: Lasts; a new key leaves it as it is.
        key: As Jira spells it today; the key of its partition.
    """

    id: str
    key: str


@dataclass(frozen=True, slots=True)
class DiscoveredProjects:
    """What there is to collect.

    Args:
        projects: In the order of discovery, each once.
        renamed: Old to new keys of landed projects; their rows and checkpoints have moved.
        replaced: Keys that another project has now, to the partition that keeps the rows of the former one.
        missing: Why not all that was asked for is among `projects`, by key.
    """

    projects: tuple[ProjectRef, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)
    replaced: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, PulseError] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The partition keys."""
        return tuple(project.key for project in self.projects)


def discover_projects(
    jira: Jira, store: Store, settings: Settings, *, names: Sequence[str] | None = None
) -> DiscoveredProjects:
    """Asks which projects there are and lets landed ones follow their new keys.

    Args:
        jira: The source.
        store: Where landed rows are renamed.
        settings: Which projects are wanted; archived ones only where they are named.
        names: Only these (also old keys) instead of what the settings say.

    Raises:
        NotFound: Nothing of what was asked for exists; names the setting.
        AuthenticationFailed: The credential is refused, or answered as a stranger's.
        ConfigurationError: No Jira answers at the address.
        LeaseHeld: All there is was renamed and is being collected by another process.
    """
    found: dict[str, ProjectRef] = {}
    missing: dict[str, PulseError] = {}
    wanted = settings.jira_projects if names is None else names
    if names is None and not wanted:
        jira.verify()  # to a stranger the list is empty, and elsewhere there is none
        for project in jira.projects():
            if not project["is_archived"]:
                _note(found, project)
    for key in dict.fromkeys(wanted):
        try:
            _note(found, jira.project(key))
        except NotFound as error:
            missing[key] = error
    moves = follow(store, source="jira", table=PROJECTS, names={each.id: each.key for each in found.values()})
    missing |= moves.waiting
    projects = tuple(each for each in found.values() if each.key not in moves.waiting)
    if missing and not projects:
        raise next(iter(missing.values()))
    if not projects:
        raise NotFound(
            "The account sees no project in Jira.",
            hint="Give the account the right to browse projects, or name some in PULSE_JIRA_PROJECTS.",
        )
    return DiscoveredProjects(projects, moves.renamed, moves.replaced, missing)


def _note(found: dict[str, ProjectRef], project: Project) -> None:
    found.setdefault(project["id"], ProjectRef(project["id"], project["key"]))
