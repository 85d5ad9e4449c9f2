"""Builds the facts that bring repositories and projects together, from text tables."""

from collections.abc import Iterable, Mapping
from typing import Any

from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.metrics.engine import build_fact_partitions, inputs_of
from pulse_assets.metrics.families import WHOLE
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import frame_problems
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.text_tables import completed, fill, fill_project, records, rows

Texts = Mapping[str, str]
Rows = list[dict[str, Any]]


def write_whole(lake: Lake, table: str, text: str) -> None:
    """Writes a table that is one partition."""
    lake.write(TABLES[table], WHOLE, [completed(table, rows(table, text))])


def filled(lake: Lake, repositories: Mapping[str, Texts], projects: Mapping[str, Texts]) -> None:
    """Writes the clean tables of repositories and projects, and the facts among the texts."""
    for name, texts in repositories.items():
        fill(lake, texts, name)
    for key, texts in projects.items():
        fill_project(lake, texts, key)


def write_facts(lake: Lake, names: Iterable[str], settings: Settings) -> None:
    """Builds facts for all partitions of the lake, in the order of the catalog."""
    wanted = set(names)
    for name in (each for each in CATALOG if each in wanted):
        partitions = {
            "delivery": lake.partitions(TABLES["repositories"]),
            "planning": lake.partitions(TABLES["projects"]),
            "organization": [WHOLE],
        }[TABLES[name].family]
        if partitions:
            lake.write_all(TABLES[name], build_fact_partitions(name, lake, partitions, settings))
    for name in wanted:
        for partition in lake.partitions(TABLES[name]):
            assert frame_problems(TABLES[name], lake.read(TABLES[name], partition)) == []


def built(fact: str, lake: Lake, settings: Settings, *, given: Iterable[str] = ()) -> Rows:
    """The rows of a fact over all partitions, nulls as None; its facts are built before it, but for the given ones."""
    facts = [name for name in CATALOG if name in inputs_of(fact) and name not in set(given)]
    write_facts(lake, [*facts, fact], settings)
    return [row for partition in lake.partitions(TABLES[fact]) for row in records(lake.read(TABLES[fact], partition))]
