"""A generated Jira site, served over HTTP, collected and built: all layers but Dagster."""

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from pydantic import SecretStr

from pulse_assets.metrics.engine import build_fact_partitions, build_metrics
from pulse_assets.metrics.families import WHOLE
from pulse_assets.sandbox.jira.world import JiraWorld
from pulse_assets.sandbox.organization import Organization
from pulse_assets.sandbox.server import serving
from pulse_assets.settings import Settings
from pulse_assets.sources.github.client import GitHub
from pulse_assets.sources.jira.client import Jira
from pulse_assets.store import Store
from pulse_assets.sync.discovery import discover
from pulse_assets.sync.engine import sync_partitions
from pulse_assets.sync.github.streams import github_streams
from pulse_assets.sync.jira import jira_streams
from pulse_assets.sync.jira.discovery import discover_projects
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.transform import build_table
from pulse_assets_tests.text_tables import PLANNING, records

TOKEN = "of-the-sandbox"
FACTS = ("issue_status_spans", "issue_flow", "issue_completions", "sprint_scope", "sprint_days")
METRICS = (
    "flow_cycle_time",
    "flow_throughput",
    "flow_work_in_progress",
    "flow_time_in_status",
    "quality_defect_share",
    "quality_reopen_rate",
    "sprint_velocity",
    "sprint_completion",
    "sprint_burndown",
)
#: Requests and points an hour, so that no test waits for the next one.
_BUDGET = 10_000_000
_DAY = dt.timedelta(days=1)
Rows = list[dict[str, Any]]


@dataclass
class Site:
    """A served site, what was collected of it so far, and the tables that were built."""

    world: JiraWorld
    address: str
    settings: Settings
    store: Store
    lake: Lake
    projects: Sequence[str] = ()

    def show(self, at: dt.datetime) -> None:
        """From now on everything is as of that instant."""
        requests.post(f"{self.address}/_clock", json={"at": at.isoformat()}, timeout=60).raise_for_status()

    def collect(self, at: dt.datetime) -> None:
        """Collects what is new as of the instant."""
        self.show(at)
        with Jira(self.settings, cache=self.store.http_cache, ledger=self.store.rate_limits) as jira:
            self.projects = discover_projects(jira, self.store, self.settings).names
            synced = sync_partitions(
                self.store, lambda _: jira_streams(jira, self.store, self.settings), self.projects, source="jira"
            )
        synced.raise_for_failures()

    def build(self, facts: Iterable[str] = FACTS) -> None:
        """The clean tables and the facts of what is landed."""
        for project in self.projects:
            for name in PLANNING:
                self.lake.write(TABLES[name], project, build_table(name, self.store, project, self.settings))
        for name in dict.fromkeys(("issue_field_spans", *facts)):
            for project, batches in build_fact_partitions(name, self.lake, self.projects, self.settings):
                self.lake.write(TABLES[name], project, batches)

    def rows(self, table: str, project: str) -> Rows:
        """The rows of a clean table or a fact."""
        return records(self.lake.read(TABLES[table], project))

    def metrics(self) -> Iterator[tuple[str, Rows]]:
        """Each metric with its rows over the whole history, one metric after the other."""
        months = months_of(self.world)
        for name, tables in build_metrics(METRICS, self.lake, months, self.settings, expected=self.projects):
            yield name, [row for table in tables.values() for row in table.to_pylist()]

    def lake_rows(self, metric: str) -> Rows:
        """The rows of all months that are in the lake."""
        table = TABLES[metric]
        return [row for month in self.lake.partitions(table) for row in records(self.lake.read(table, month))]

    def links(self) -> Rows:
        """Collects the organization too: the rows of `issue_links`."""
        with GitHub(self.settings, cache=self.store.http_cache, ledger=self.store.rate_limits) as github:
            names = discover(github, self.store).names
            synced = sync_partitions(self.store, lambda _: github_streams(github, self.store, self.settings), names)
        synced.raise_for_failures()
        for name in names:
            rows = build_table("pull_request_issue_keys", self.store, name, self.settings)
            self.lake.write(TABLES["pull_request_issue_keys"], name, rows)
        ((_, batches),) = build_fact_partitions("issue_links", self.lake, [WHOLE], self.settings)
        return [row for batch in batches for row in batch.to_pylist()]


def months_of(world: JiraWorld) -> list[dt.date]:
    """From two before the first issue, of which nothing may be told, to two after the end."""
    first = (min(issue.created_at for issue in world.issues) - 32 * _DAY).date().replace(day=1)
    last = (world.until + 62 * _DAY).date()
    everyone = (dt.date(year, month, 1) for year in itertools.count(first.year) for month in range(1, 13))
    return list(itertools.takewhile(lambda month: month <= last, (month for month in everyone if month >= first)))


@contextmanager
def served(folder: Path, organization: Organization, world: JiraWorld, **chosen: Any) -> Iterator[Site]:
    """Serves both, with nothing collected yet; `chosen` are settings."""
    with serving(organization, jira=world, token=TOKEN, budget=_BUDGET) as address:
        settings = settings_of(folder, address, organization, **chosen)
        with Store.open(settings.store_url) as store:
            yield Site(world, address, settings, store, Lake(settings.lake_path))


def settings_of(folder: Path, address: str, organization: Organization, **chosen: Any) -> Settings:
    """Those with which both are collected; an e-mail address makes the token one of Jira Cloud."""
    secret = SecretStr(TOKEN)
    fixed: dict[str, Any] = {"jira_url": f"{address}/jira", "jira_token": secret}
    fixed |= {"github_url": address, "github_token": (secret,), "github_organizations": (organization.login,)}
    return Settings.load(home=folder, **(fixed | chosen))
