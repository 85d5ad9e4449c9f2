"""The two wings of the graph: what comes from GitHub, cut by repository, and what comes from Jira, cut by project."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

import dagster as dg

from pulse_assets.graph.partitions import PROJECTS, REPOSITORIES
from pulse_assets.graph.raw_tables import GITHUB_TABLES, JIRA_TABLES, RawTable
from pulse_assets.graph.resources import Pulse
from pulse_assets.metrics.families import DELIVERY, PLANNING, Cut
from pulse_assets.settings import Settings
from pulse_assets.store import Store
from pulse_assets.sync.discovery import Discovered, discover
from pulse_assets.sync.github import github_streams
from pulse_assets.sync.jira import jira_streams
from pulse_assets.sync.jira.discovery import DiscoveredProjects, discover_projects
from pulse_assets.sync.stream import Stream
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.schema import Layer, Table

Source = Literal["github", "jira"]


@dataclass(frozen=True)
class Wing:
    """One source and everything that is made of it alone.

    Attributes:
        noun, plural: What a partition is, for a person.
        partitions: Dagster's partitions of raw and clean tables and facts.
        raw: Its raw tables; the first one is that of the partition itself.
        cut: Its family of tables.
        client: Opens the source; a context manager with `stats` and `notices`.
        discover: Asks the source which partitions there are, and lets landed ones follow their new names.
        streams: The lists of one partition for one sync.
        settings: Those on which rows of tables and facts depend, and the verdicts of their checks.
        tables_step, metrics_step: Names of the steps.
        sync_job, tables_job, metrics_job: Names of the jobs.
    """

    source: Source
    noun: str
    plural: str
    partitions: dg.DynamicPartitionsDefinition
    raw: tuple[RawTable, ...]
    cut: Cut
    client: Callable[[Pulse, Store], Any]
    discover: Callable[..., Discovered | DiscoveredProjects]
    streams: Callable[[Any, Store, Settings], Sequence[Stream]]
    settings: tuple[str, ...]
    tables_step: str
    metrics_step: str
    sync_job: str
    tables_job: str
    metrics_job: str

    @cached_property
    def partitions_name(self) -> str:
        """Under which Dagster keeps the partitions."""
        return str(self.partitions.name)

    @cached_property
    def raw_names(self) -> tuple[str, ...]:
        """Names of the raw tables."""
        return tuple(table.name for table in self.raw)

    @cached_property
    def clean(self) -> tuple[Table, ...]:
        """Its clean tables, in the order in which they are built."""
        return self._tables("clean")

    @cached_property
    def facts(self) -> tuple[Table, ...]:
        """Its facts, in the order in which they are built."""
        return self._tables("facts")

    @cached_property
    def metrics(self) -> tuple[Table, ...]:
        """The metrics with its periods."""
        return self._tables("metrics")

    def known(self, instance: dg.DagsterInstance) -> Sequence[str]:
        """Dagster's partitions, in the order of their discovery."""
        return instance.get_dynamic_partitions(self.partitions_name)

    def _tables(self, layer: Layer) -> tuple[Table, ...]:
        return tuple(table for table in TABLES.values() if (table.layer, table.family) == (layer, self.cut.family))


_OF_BOTH = ("incident_labels", "max_implausible_ratio", "max_missing_ratio", "service_label_prefix", "timezone")
GITHUB = Wing(
    source="github",
    noun="repository",
    plural="repositories",
    partitions=REPOSITORIES,
    raw=GITHUB_TABLES,
    cut=DELIVERY,
    client=lambda pulse, store: pulse.github(store),
    discover=lambda client, store, _settings, *, names: discover(client, store, names=names),
    streams=github_streams,
    settings=(
        *_OF_BOTH,
        "deployment_source",
        "hotfix_pattern",
        "merge_branch_pattern",
        "production_pattern",
        "service_pattern",
        "workflow_pattern",
    ),
    tables_step="repository_tables",
    metrics_step="metric_months",
    sync_job="github_sync",
    tables_job="build_tables",
    metrics_job="build_metrics",
)
JIRA = Wing(
    source="jira",
    noun="project",
    plural="projects",
    partitions=PROJECTS,
    raw=JIRA_TABLES,
    cut=PLANNING,
    client=lambda pulse, store: pulse.jira(store),
    discover=discover_projects,
    streams=jira_streams,
    settings=(
        *_OF_BOTH,
        "holidays",
        "jira_defect_types",
        "jira_escaped_labels",
        "jira_incident_types",
        "jira_status_categories",
        "jira_story_points_field",
        "jira_waiting_statuses",
        "working_days",
        "working_hours",
    ),
    tables_step="project_tables",
    metrics_step="project_metric_months",
    sync_job="jira_sync",
    tables_job="build_project_tables",
    metrics_job="build_project_metrics",
)
WINGS: Mapping[Source, Wing] = MappingProxyType({"github": GITHUB, "jira": JIRA})
