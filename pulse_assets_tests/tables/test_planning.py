"""The clean tables of a project, as they are built from what landed."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examined
from hypothesis import strategies as st

from pulse_assets.errors import NotFound
from pulse_assets.settings import Settings
from pulse_assets.store import Record, Store
from pulse_assets.tables import planning
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import arrow_schema
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.quality import check_tables, expectations
from pulse_assets.tables.transform import build_table
from pulse_assets_tests.tables.landed_jira import (
    BLANK,
    DONE,
    PLANNING,
    PROJECT,
    SEEN_AT,
    TODO,
    build_lake,
    built,
    complete,
    history,
    issue,
    item,
    land,
    raw,
    status_item,
)
from pulse_assets_tests.tables.test_issues import JSON
from pulse_assets_tests.text_tables import instant

DAY = dt.timedelta(days=1)


def quarantined(store: Store, settings: Settings) -> list[tuple[str, str, str, bool]]:
    rows = built("quarantined_records", store, settings)
    return [(row["record_table"], row["record_key"], row["field"], row["is_dropped"]) for row in rows]


@pytest.mark.parametrize("name", PLANNING)
def test_project_that_was_never_collected_is_an_error(sqlite_store: Store, settings: Settings, name: str) -> None:
    land(sqlite_store, project="WEB")
    with pytest.raises(NotFound, match="Project PAY has not been collected") as raised:
        list(build_table(name, sqlite_store, PROJECT, settings))
    assert raised.value.hint == "Run `pulse sync jira`."


@pytest.mark.parametrize("name", PLANNING)
def test_empty_project_has_typed_tables(sqlite_store: Store, settings: Settings, name: str) -> None:
    land(sqlite_store)
    batches = list(build_table(name, sqlite_store, PROJECT, settings))
    assert {batch.schema for batch in batches} <= {arrow_schema(TABLES[name])}
    assert sum(map(len, batches)) == {"projects": 1, "statuses": 3}.get(name, 0)


def test_project_takes_its_collection_time_from_the_checkpoint(sqlite_store: Store, settings: Settings) -> None:
    land(sqlite_store)
    assert built("projects", sqlite_store, settings)[0]["collected_at"] is None
    complete(sqlite_store)
    (row,) = built("projects", sqlite_store, settings)
    assert (row["project"], row["collected_at"]) == (PROJECT, instant("2024-06-01"))


def test_project_made_again_under_its_key_has_one_row_and_its_issues(sqlite_store: Store, settings: Settings) -> None:
    land(sqlite_store, raw("raw_jira_projects", id="9"), issue(1, project_id="9"))
    land(sqlite_store, raw("raw_jira_projects", id="10"), issue(2, project_id="10"), seen_at=SEEN_AT + DAY)
    assert [row["project_id"] for row in built("projects", sqlite_store, settings)] == ["10"]
    assert [row["key"] for row in built("issues", sqlite_store, settings)] == ["PAY-2"]
    assert quarantined(sqlite_store, settings) == [("raw_jira_issues", "20001", "project_id", True)]


def test_project_without_a_name_has_its_key(sqlite_store: Store, settings: Settings) -> None:
    land(sqlite_store, raw("raw_jira_projects", name=5))
    assert built("projects", sqlite_store, settings)[0]["name"] == "PAY"
    assert quarantined(sqlite_store, settings) == [("raw_jira_projects", "10000", "name", False)]


def test_status_that_only_a_setting_knows_has_no_name(sqlite_store: Store, settings: Settings) -> None:
    chosen = settings.model_copy(update={"jira_status_categories": ("77=done", "1=done")})
    land(sqlite_store, raw("raw_jira_statuses", id="1", name="To Do", category="todo"))
    rows = built("statuses", sqlite_store, chosen)
    assert [(row["status_id"], row["name"], row["status_category"], row["source"]) for row in rows] == [
        ("1", "To Do", "todo", "jira"),
        ("77", None, "done", "setting"),
    ]


def test_one_bad_record_stops_none_of_the_others(sqlite_store: Store, settings: Settings) -> None:
    work = history(1, "2024-05-02T00:00:00.000Z", status_item(TODO, DONE))
    land(
        sqlite_store,
        raw("raw_jira_boards"),
        raw("raw_jira_board_issues", issue_ids=["20001", "20002", "20003"]),
        issue(1, work, estimates={"customfield_10026": 3.0}),
        issue(2, work, estimates={"customfield_10026": 5.0}, summary=None),
        issue(3, work, item("x"), estimates={"customfield_10026": "many"}),
    )
    assert [row["key"] for row in built("issues", sqlite_store, settings)] == ["PAY-1", "PAY-3"]
    assert [row["key"] for row in built("issue_changes", sqlite_store, settings)] == ["PAY-1", "PAY-3"]
    assert [row["key"] for row in built("issue_estimates", sqlite_store, settings)] == ["PAY-1"]
    assert [row["key"] for row in built("board_issues", sqlite_store, settings)] == ["PAY-1", "PAY-3"]
    assert quarantined(sqlite_store, settings) == [
        ("raw_jira_issues", "20002", "summary", True),
        ("raw_jira_issues", "20003", "estimates customfield_10026", False),
        ("raw_jira_issues", "20003", "history #1", False),
    ]


def test_of_records_with_one_key_the_first_is_the_issue(sqlite_store: Store, settings: Settings) -> None:
    other = issue(2, history(1, "2024-05-02T00:00:00.000Z", item("labels")), key="PAY-1", labels=[1])
    land(sqlite_store, issue(1), other)
    assert [row["issue_id"] for row in built("issues", sqlite_store, settings)] == ["20001"]
    assert built("issue_changes", sqlite_store, settings) == []
    assert quarantined(sqlite_store, settings) == [
        ("raw_jira_issues", "20002", "key", True),
        ("raw_jira_issues", "20002", "labels", False),
    ]


@pytest.mark.parametrize(
    ("boards", "setting", "points"),
    [
        ((("cf_b", 2), ("cf_a", 1)), None, 1.0),
        ((("cf_b", 1), ("cf_a", 2)), None, 2.0),
        (((None, 1),), None, 1.0),
        (((None, 1),), "cf_c", 3.0),
        (((None, 1),), "Size", 3.0),
        ((("cf_b", 1),), "cf_c", 2.0),
    ],
)
def test_points_are_of_the_field_of_a_board_then_of_that_of_the_setting(
    sqlite_store: Store,
    settings: Settings,
    boards: tuple[tuple[str | None, int], ...],
    setting: str | None,
    points: float,
) -> None:
    chosen = settings.model_copy(update={"jira_story_points_field": setting})
    land(
        sqlite_store,
        *(raw("raw_jira_boards", id=number, estimation_field=field) for field, number in boards),
        raw("raw_jira_fields", id="cf_c", name="Size"),
        issue(1, estimates={"cf_a": 1.0, "cf_b": 2.0, "cf_c": 3.0}),
    )
    assert built("issues", sqlite_store, chosen)[0]["story_points"] == points


def test_issues_are_built_in_bounded_batches(
    sqlite_store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "ISSUES_PER_BATCH", 2)
    land(sqlite_store, *(issue(number) for number in range(1, 6)))
    batches = list(build_table("issues", sqlite_store, PROJECT, settings))
    assert [len(batch) for batch in batches] == [2, 2, 1]


def garbage(table: str) -> st.SearchStrategy[Record]:
    fields = st.fixed_dictionaries({}, optional=dict.fromkeys(BLANK[table], JSON))
    return st.tuples(st.sampled_from(["1", "7", "20001", "x"]), fields).map(
        lambda drawn: Record(table, drawn[0], BLANK[table] | drawn[1], SEEN_AT)
    )


TABLES_OF_GARBAGE = [f"raw_jira_{name}" for name in ("statuses", "boards", "board_issues", "sprints", "issues")]


@given(records=st.lists(st.sampled_from(TABLES_OF_GARBAGE).flatmap(garbage), max_size=12))
@examined(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_lands_the_tables_fit_each_other_and_say_what_was_wrong(
    records: list[Record], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder: Path = tmp_path_factory.mktemp("garbage")
    chosen = Settings.load(home=folder)
    with Store.open(chosen.store_url) as store:
        land(store, raw("raw_jira_boards", id=5), issue(99), *records)
        lake = build_lake(Lake(folder / "lake"), store, chosen)
        complete(store, issues=store.landing.count("raw_jira_issues", PROJECT))
        asked: dict[str, Any] = {"expected": expectations(store, PROJECT, chosen), "now": SEEN_AT, "settings": chosen}
        found = check_tables([TABLES[name] for name in PLANNING], lake, PROJECT, **asked)
    results = [result for each in found.values() for result in each]
    assert [result.name for result in results if result.is_blocking and not result.passed] == []
    assert "PAY-99" in lake.read(TABLES["issues"], PROJECT)["key"].tolist()
    assert next(result for result in found["issues"] if result.kind == "completeness").failed_count == 0
