"""A generated Jira in a lake, alone or beside generated repositories, with facts and metrics built by the engine."""

import datetime as dt
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pulse_assets.metrics.engine import build_fact_partitions, build_metrics
from pulse_assets.reports.planning.shown import METRICS as OF_PROJECTS
from pulse_assets.reports.shown import COLLABORATION, METRICS
from pulse_assets.sandbox.jira.generator import generate_jira
from pulse_assets.settings import Settings
from pulse_assets.tables.check_history import Gate
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.metrics.planning_lives import Rows, write_project
from pulse_assets_tests.reports.world import BEGIN, END, Texts
from pulse_assets_tests.sandbox.jira.site_tables import clean_tables
from pulse_assets_tests.text_tables import completed

MONTHS = [dt.date(2024, month, 1) for month in range(1, 6)]
ORGANIZATION = ("issue_links", "issue_deliveries", "issue_incidents")
TEAMS = """
[teams.payments]
repositories = ["acme/api", "acme/checkout"]
projects = ["PAY"]
members = ["mira", "jonas", "li-wei"]
[teams.platform]
projects = ["OPS", "WEB_2"]
"""
_FACTS = tuple(table.name for table in TABLES.values() if (table.layer, table.family) == ("facts", "planning"))
_OF_REPOSITORIES = tuple(
    table.name for table in TABLES.values() if (table.layer, table.family) == ("facts", "delivery")
)


def settings_of(home: Path, teams: str = TEAMS) -> Settings:
    """Settings in Berlin, with teams of repositories and projects."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "teams.toml").write_text(teams, encoding="utf-8")
    return Settings.load(home=home, timezone="Europe/Berlin", teams_file=home / "teams.toml")


def jira_alone(
    home: Path, seed: int = 3, *, texts: Texts = lambda _, text: text, teams: str = TEAMS
) -> tuple[Lake, Settings]:
    """Three projects and no repository."""
    lake, settings = Lake(home / "lake"), settings_of(home, teams)
    for key, tables in generated(seed, texts).items():
        write_project(lake, tables, key)
    build_planning(lake, settings)
    return lake, settings


def with_jira(repositories: Lake, home: Path, seed: int = 3) -> tuple[Lake, Settings]:
    """A copy of a lake of repositories with three projects beside them; some pull requests name issues."""
    lake, settings = Lake(home / "lake"), settings_of(home)
    shutil.copytree(repositories.path, lake.path)
    for table in TABLES.values():
        if table.family != "delivery":
            for partition in lake.partitions(table):
                lake.drop_partition(table, partition)
    tables = generated(seed)
    for key, found in tables.items():
        write_project(lake, found, key)
    name_issues(lake, [row["key"] for found in tables.values() for row in found["issues"]])
    build_planning(lake, settings, before=lambda: build_delivery(lake, settings))
    return lake, settings


def generated(seed: int, texts: Texts = lambda _, text: text) -> dict[str, Rows]:
    """The clean tables of each project of a generated Jira."""
    view = generate_jira(seed, start=BEGIN, until=END).at()
    return {project.key: _told(clean_tables(view, project.key), project.key, texts) for project in view.projects}


def _told(tables: Rows, project: str, texts: Texts) -> Rows:
    """The rows with their addresses, and with the texts of others as somebody may write them."""
    places = {"projects": ("name",), "boards": ("name",), "sprints": ("name", "goal"), "statuses": ("name",)}
    places |= {"issues": ("summary", "status"), "issue_changes": ("from_value", "to_value")}
    for table, columns in places.items():
        for row in tables[table]:
            row |= {name: texts(f"{table}.{name}", row[name]) for name in columns if row.get(name)}
    types = {row["issue_type"] for row in tables["issues"]}
    named = {name: texts("issues.issue_type", name) for name in sorted(types)}
    for row in tables["issues"]:
        row["issue_type"] = named[row["issue_type"]]
        row["url"] = f"https://jira.test/browse/{row['key']}"
    tables["projects"][0]["url"] = f"https://jira.test/browse/{project}"
    tables["quarantined_records"] = [
        {
            "record_table": "raw_jira_issues",
            "record_key": "10001",
            "field": "created",
            "problem": "is no instant",
            "value": texts("quarantined_records.value", "yesterday"),
            "is_dropped": False,
        }
    ]
    return tables


def name_issues(lake: Lake, keys: Sequence[str]) -> None:
    """Every second pull request names an issue."""
    table = TABLES["pull_request_issue_keys"]
    for repository in lake.partitions(TABLES["pull_requests"]):
        numbers = lake.read(TABLES["pull_requests"], repository)["number"].tolist()
        rows: list[dict[str, Any]] = [
            {"repository": repository, "number": number, "key": keys[place % len(keys)], "found_in": "title"}
            for place, number in enumerate(numbers[::2])
        ]
        lake.write(table, repository, [completed(table.name, rows, repository)])


def build_planning(lake: Lake, settings: Settings, *, gates: Sequence[Gate] = (), before: Any = lambda: None) -> None:
    """Every fact and metric of the projects; in between what rests on their facts."""
    projects = lake.partitions(TABLES["projects"])
    _write_facts(lake, settings, _FACTS, projects)
    before()
    _write_facts(lake, settings, ORGANIZATION, ["all"])
    _write_metrics(lake, settings, (*OF_PROJECTS, "sprint_burndown"), gates)


def build_delivery(lake: Lake, settings: Settings) -> None:
    """Every fact and metric of the repositories."""
    _write_facts(lake, settings, _OF_REPOSITORIES, lake.partitions(TABLES["repositories"]))
    _write_metrics(lake, settings, (*METRICS, COLLABORATION), ())


def _write_facts(lake: Lake, settings: Settings, facts: Iterable[str], partitions: Sequence[str]) -> None:
    for fact in facts:
        for name, batches in build_fact_partitions(fact, lake, partitions, settings):
            lake.write(TABLES[fact], name, batches)


def _write_metrics(lake: Lake, settings: Settings, metrics: Sequence[str], gates: Sequence[Gate]) -> None:
    for metric, frames in build_metrics(metrics, lake, MONTHS, settings, teams=Teams.load(settings), gates=gates):
        for month, frame in frames.items():
            lake.write(TABLES[metric], month.isoformat(), [frame])
