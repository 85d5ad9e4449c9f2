"""A generated organization, served over HTTP, collected and built: all layers but Dagster."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import SecretStr

from pulse_assets.metrics.engine import build_fact_partitions, build_metrics
from pulse_assets.sandbox.organization import Organization
from pulse_assets.sandbox.server import serving
from pulse_assets.settings import Settings
from pulse_assets.sources.github.client import GitHub
from pulse_assets.store import Store
from pulse_assets.sync.discovery import discover
from pulse_assets.sync.engine import sync_partitions
from pulse_assets.sync.github.streams import github_streams
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.transform import build_table
from pulse_assets_tests.text_tables import CLEAN, records

TOKEN = "of-the-sandbox"
FACTS = tuple(table.name for table in TABLES.values() if (table.layer, table.family) == ("facts", "delivery"))
DORA = tuple(table.name for table in TABLES.values() if table.group == "dora")
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Collected:
    """One organization, collected and built."""

    organization: Organization
    store: Store
    lake: Lake
    settings: Settings
    repositories: Sequence[str]

    def rows(self, table: str, repository: str) -> Rows:
        """The rows of a clean table or a fact, in their order."""
        return records(self.lake.read(TABLES[table], repository))

    def metrics(self, grain: str, definition: str) -> dict[str, Rows]:
        """The DORA metrics over the whole history by name, in order of scope and period."""
        return {
            name: [row for row in rows if (row["grain"], row["definition"]) == (grain, definition)]
            for name, rows in self._metrics.items()
        }

    def in_zone(self, zone: str) -> "Collected":
        """The same with the days of another zone."""
        return replace(self, settings=self.settings.model_copy(update={"timezone": zone}))

    @cached_property
    def _metrics(self) -> dict[str, Rows]:
        first = min(repository.created_at for repository in self.organization.repositories).date()
        last = self.organization.until.date() + dt.timedelta(days=31)
        months = [day.date() for day in pd.date_range(first - dt.timedelta(days=62), last, freq="MS")]
        built = build_metrics(DORA, self.lake, months, self.settings, expected=self.repositories)
        return {
            name: sorted((row for table in tables.values() for row in table.to_pylist()), key=in_order)
            for name, tables in built
        }


def in_order(row: dict[str, Any]) -> tuple[str, str, dt.date]:
    """The key by which rows of metrics are sorted."""
    return row["scope_kind"], row["scope"], row["period_start"]


@contextmanager
def collected(folder: Path, organization: Organization, **chosen: Any) -> Iterator[Collected]:
    """Serves, collects and builds an organization; `chosen` are settings."""
    with serving(organization, token=TOKEN) as address:
        settings = Settings.load(
            home=folder,
            github_url=address,
            github_token=(SecretStr(TOKEN),),
            github_organizations=(organization.login,),
            **chosen,
        )
        with (
            Store.open(settings.store_url) as store,
            GitHub(settings, cache=store.http_cache, ledger=store.rate_limits) as github,
        ):
            names = discover(github, store).names
            sync_partitions(store, lambda _: github_streams(github, store, settings), names).raise_for_failures()
            lake = Lake(settings.lake_path)
            for repository in names:
                for name in CLEAN:
                    lake.write(TABLES[name], repository, build_table(name, store, repository, settings))
            for name in FACTS:
                for repository, batches in build_fact_partitions(name, lake, names, settings):
                    lake.write(TABLES[name], repository, batches)
            yield Collected(organization, store, lake, settings, names)
