"""The clean tables of a project of a real Jira, read through the client in both of its flavors."""

import datetime as dt
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest

from pulse_assets.settings import Settings
from pulse_assets.sources.jira.client import Jira
from pulse_assets.store import Record, Store
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.quality import check_tables, expectations
from pulse_assets_tests.replay import Replay
from pulse_assets_tests.tables.landed_jira import PLANNING, build_lake, built, complete, land

_NOW = dt.datetime(2024, 6, 1, tzinfo=dt.UTC)


def collected(jira: Jira, project: str) -> list[Record]:
    """What a sync would land of a project."""
    boards = jira.boards(project)
    records = [Record("raw_jira_projects", each["id"], dict(each)) for each in [jira.project(project)]]
    records += [Record("raw_jira_boards", str(each["id"]), dict(each)) for each in boards]
    records += [Record("raw_jira_statuses", each["id"], dict(each)) for each in jira.statuses()]
    records += [Record("raw_jira_fields", each["id"], dict(each)) for each in jira.fields()]
    for board in boards:
        shown = {"board_id": board["id"], "issue_ids": jira.board_issue_ids(board["id"])}
        records.append(Record("raw_jira_board_issues", str(board["id"]), shown))
        records += [Record("raw_jira_sprints", str(each["id"]), dict(each)) for each in jira.sprints(board).records]
    fields, cursor = jira.estimate_fields(boards), None
    while True:
        page = jira.issues(f'project = "{project}"', estimate_fields=fields, cursor=cursor)
        records += [Record("raw_jira_issues", each["id"], dict(each)) for each in page.records]
        if (cursor := page.next_cursor) is None:
            return records


@pytest.fixture(params=["cloud", "datacenter"])
def tables(request: pytest.FixtureRequest, replay: Replay, tmp_path: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of every clean table, after all checks of them passed."""
    address = {"jira_url": f"{replay.url}/jira", "jira_email": "a@example.invalid", "jira_token": "t"}
    chosen = Settings.load(home=tmp_path, jira_flavor=request.param, **address)
    with Store.open(chosen.store_url) as store:
        with Jira(chosen, cache=store.http_cache, ledger=store.rate_limits) as jira:
            land(store, *collected(jira, "EE"), project="EE")
        complete(store, project="EE", issues=30)
        lake = build_lake(Lake(tmp_path / "lake"), store, chosen, project="EE")
        asked: dict[str, Any] = {"expected": expectations(store, "EE", chosen), "now": _NOW, "settings": chosen}
        found = check_tables([TABLES[name] for name in PLANNING], lake, "EE", **asked)
        assert [result.name for results in found.values() for result in results if result.failed_count] == []
        return {name: built(name, store, chosen, project="EE") for name in PLANNING}


def test_recorded_project_is_whole_and_nothing_of_it_is_quarantined(tables: dict[str, list[dict[str, Any]]]) -> None:
    assert {name: len(rows) for name, rows in tables.items()} == {
        "projects": 1,
        "statuses": 53,
        "boards": 1,
        "board_issues": 30,
        "sprints": 30,
        "issues": 30,
        "issue_estimates": 0,
        "issue_changes": 709,
        "quarantined_records": 0,
    }
    assert sum(row["history_count"] for row in tables["issues"]) == 517
    assert len({row["history_id"] for row in tables["issue_changes"]}) == 517
    assert sum(row["field"] == "status" for row in tables["issue_changes"]) == 165


def test_recorded_issues_are_done_where_the_site_says_so(tables: dict[str, list[dict[str, Any]]]) -> None:
    # Five of them say `new` of their status, which the list of statuses calls done.
    assert {row["status_category"] for row in tables["issues"]} == {"done"}
    hours = [(row["resolved_at"] - row["created_at"]) / dt.timedelta(hours=1) for row in tables["issues"]]
    cuts = quantiles(hours, n=20, method="inclusive")
    assert (round(cuts[9], 4), round(cuts[16], 4)) == (147.3578, 274.0930)
