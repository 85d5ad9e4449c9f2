"""A DuckDB connection over the lake with everything that the SQL of a fact may name."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from pulse_assets.metrics.business_calendar import business_calendar
from pulse_assets.metrics.scripts import script, tables_read
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.people import name_key
from pulse_assets.tables.people_file import DeclaredPeople
from pulse_assets.tables.teams import Teams

_PROJECT_REPOSITORIES = pa.schema([("project", pa.string()), ("repository", pa.string())])


@contextmanager
def fact_session(
    name: str, lake: Lake, partitions: Collection[str], settings: Settings
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Opens the tables that a fact reads: those of its family in the partitions, those of others as a whole.

    A table of another family may not be there: without Jira there are no issues, and the fact has no rows of them.

    Raises:
        TableNotBuilt: A table of its family lacks one of the partitions.
        ConfigurationError: The file of the teams or of the people is wrong.
    """
    reads = tables_read(name)
    own = {table: partitions for table in reads if TABLES[table].family == TABLES[name].family}
    others = [table for table in reads if table not in own]
    if TABLES[name].family == "organization":
        own = {}
        others = list(reads)
    with lake.connect(reads, partitions=own, or_empty=others) as connection:
        connection.execute("SET VARIABLE timezone = ?", [settings.timezone])
        connection.execute("SET VARIABLE waiting_statuses = ?", [_folded(settings.jira_waiting_statuses)])
        relations = script(name).relations
        if "business_calendar" in relations:
            connection.register("business_calendar", business_calendar(settings))
        if "project_repositories" in relations:
            connection.register("project_repositories", project_repositories(Teams.load(settings)))
        if "declared_people" in relations:
            connection.register("declared_people", DeclaredPeople.load(settings).relation())
            connection.create_function("name_key", name_key, ["VARCHAR"], "VARCHAR")  # pyright: ignore[reportArgumentType]
        yield connection


def project_repositories(teams: Teams) -> pa.Table:
    """The repository of each project whose teams have exactly one: columns project and repository."""
    found: dict[str, set[str]] = {}
    for team, projects in teams.projects.items():
        for project in projects:
            found.setdefault(project, set()).update(teams.repositories.get(team, ()))
    rows = _pairs(found)
    columns = list(zip(*rows, strict=True)) or [(), ()]
    return pa.table([pa.array(column, pa.string()) for column in columns], schema=_PROJECT_REPOSITORIES)


def _pairs(found: Mapping[str, set[str]]) -> list[tuple[str, str]]:
    return [(project, min(repositories)) for project, repositories in sorted(found.items()) if len(repositories) == 1]


def _folded(names: Iterable[str]) -> list[str]:
    return [name.lower() for name in names]
