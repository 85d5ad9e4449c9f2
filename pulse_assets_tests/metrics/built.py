"""A lake with everything built: what an organization collects, its facts, and its metrics with teams."""

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.metrics.engine import GRAINS, Grain, build_fact_partitions, build_metrics, inputs_of
from pulse_assets.sandbox.organization import Organization
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.collected import collected
from pulse_assets_tests.text_tables import records

METRICS = tuple(table.name for table in TABLES.values() if (table.layer, table.family) == ("metrics", "delivery"))
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Built:
    """A lake in which every table is built, and the settings that it was built with."""

    lake: Lake
    settings: Settings
    months: tuple[dt.date, ...]

    def rows(self, metric: str) -> Rows:
        """All rows of a metric as they stand in the lake."""
        return [row for month in self.months for row in records(self.lake.read(TABLES[metric], month.isoformat()))]

    def periods(self) -> list[tuple[Grain, dt.date]]:
        """Every period for which any metric has a row."""
        starts = {(row["grain"], row["period_start"]) for metric in METRICS for row in self.rows(metric)}
        return [(grain, start) for grain in GRAINS for each, start in sorted(starts) if each == grain]


def write_metrics(lake: Lake, settings: Settings, months: tuple[dt.date, ...]) -> Built:
    """Builds every metric of the months from what the lake has."""
    for name, tables in build_metrics(METRICS, lake, months, settings):
        for month, table in tables.items():
            lake.write(TABLES[name], month.isoformat(), [table])
    return Built(lake, settings, months)


def write_facts(lake: Lake, metric: str, settings: Settings) -> None:
    """Builds the facts that a metric rests on, from the clean tables of each repository."""
    repositories = lake.partitions(TABLES["repositories"])
    for fact in (name for name in CATALOG if name in inputs_of(metric) and TABLES[name].family == "delivery"):
        for repository, batches in build_fact_partitions(fact, lake, repositories, settings):
            lake.write(TABLES[fact], repository, batches)


def figures(
    lake: Lake, metric: str, settings: Settings, months: Iterable[str] = ("2024-05-01",), teams: Teams | None = None
) -> Rows:
    """The rows of a metric over the months, from the clean tables of the lake."""
    write_facts(lake, metric, settings)
    ((_, tables),) = build_metrics([metric], lake, months, settings, teams=teams)
    return [row for table in tables.values() for row in table.to_pylist()]


def months_of(organization: Organization) -> tuple[dt.date, ...]:
    """First days of the months from the first repository to the end of the world."""
    month = min(repository.created_at for repository in organization.repositories).date().replace(day=1)
    found = []
    while month <= organization.until.date():
        found.append(month)
        month = (month + dt.timedelta(days=31)).replace(day=1)
    return tuple(found)


@contextmanager
def built(folder: Path, organization: Organization, **chosen: Any) -> Iterator[Built]:
    """Serves, collects and builds an organization in which the first and the last repositories are a team each."""
    names = sorted(repository.full_name for repository in organization.repositories)
    people = sorted(person.login for person in organization.people if not person.is_bot)
    half = len(names) // 2
    teams = folder / "teams.toml"
    teams.write_text(
        f"[teams.first]\nrepositories = {names[: half + 1]}\nmembers = {people[::3]}\n"
        f"[teams.last]\nrepositories = {names[half:]}\nmembers = {people[1::3]}\n",
        encoding="utf-8",
    )
    with collected(folder, organization, teams_file=teams, **chosen) as found:
        yield write_metrics(found.lake, found.settings, months_of(organization))
