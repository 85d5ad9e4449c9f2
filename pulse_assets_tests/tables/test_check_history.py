import dataclasses
from typing import Any

import pytest

from pulse_assets.settings import Settings
from pulse_assets.store import CheckRow, Store
from pulse_assets.tables.check_history import Gate, RecordedCheck, gates, latest_results, record_results
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.quality import CheckResult, Expectations, check_table, planned_checks
from pulse_assets_tests.text_tables import REPOSITORY, fill, instant

AT = instant("2024-06-01 12:00")


def result(table: str, kind: str, **changes: Any) -> CheckResult:
    """A failed result of the table's check of that kind."""
    plan = next(check for check in planned_checks(TABLES[table]) if check.kind == kind)
    failed = CheckResult(
        name=plan.name,
        kind=plan.kind,
        dimension=plan.dimension,
        is_blocking=plan.is_blocking,
        passed=False,
        failed_count=2,
        checked_count=3,
        sample=[],
        description="2 rows fail.",
    )
    return dataclasses.replace(failed, **changes)


def gates_of(table: str, partition: str, *results: CheckResult) -> tuple[Gate, ...]:
    return gates([RecordedCheck(table, partition, AT, each) for each in results])


def test_what_was_found_comes_back(sqlite_store: Store, settings: Settings) -> None:
    lake = Lake(settings.home)
    fill(lake, {"commits": "sha  is_head  committed_at\na  yes  2024-05-01\nb  yes  -"})
    found = check_table(TABLES["commits"], lake, REPOSITORY, expected=Expectations(AT), now=AT, settings=settings)
    record_results(sqlite_store, {("commits", REPOSITORY): found}, AT)
    recorded = latest_results(sqlite_store)
    assert {(each.table, each.partition, each.checked_at) for each in recorded} == {("commits", REPOSITORY, AT)}
    assert [each.result for each in recorded] == sorted(found, key=lambda each: each.name)
    assert not all(each.passed for each in found)


def test_sample_that_holds_no_number_is_kept_as_text(sqlite_store: Store) -> None:
    found = result("commits", "key", sample=[{"ratio": float("nan"), "hours": float("inf"), "count": 1.5}])
    record_results(sqlite_store, {("commits", REPOSITORY): [found]}, AT)
    (recorded,) = latest_results(sqlite_store)
    assert recorded.result.sample == [{"ratio": "nan", "hours": "inf", "count": 1.5}]


@pytest.mark.parametrize(("table", "check"), [("work", "work_is_unique"), ("commits", "commits_are_blue")])
def test_result_of_a_check_that_no_longer_exists_is_not_the_latest(sqlite_store: Store, table: str, check: str) -> None:
    old = CheckRow(table, REPOSITORY, check, "key", "consistency", True, False, 1, 1, "1 rows fail.")  # noqa: FBT003
    sqlite_store.check_results.record([old], AT)
    assert latest_results(sqlite_store) == []


@pytest.mark.parametrize(
    ("table", "kind", "level"),
    [
        ("commits", "types", "withheld"),
        ("commits", "key", "withheld"),
        ("commits", "required", "withheld"),
        ("commits", "allowed", "withheld"),
        ("commits", "references", "withheld"),
        ("commits", "structure", "withheld"),
        ("change_lead_times", "key", "withheld"),
        ("deployments", "production", "withheld"),
        ("commits", "completeness", "degraded"),
        ("commits", "reconciliation", None),
        ("commits", "plausibility", None),
        ("repositories", "timeliness", None),
        ("issues", "validation", "degraded"),
        ("issues", "completeness", "degraded"),
        ("issues", "key", "withheld"),
        ("issue_status_spans", "references", "withheld"),
        ("issue_status_spans", "history", None),
        ("issue_status_spans", "categories", None),
        ("projects", "timeliness", None),
    ],
)
def test_failed_check_holds_back_or_marks_the_repository(table: str, kind: str, level: str | None) -> None:
    failed = result(table, kind)
    found = gates_of(table, REPOSITORY, failed)
    assert [(gate.repository, gate.table, gate.check, gate.level) for gate in found] == (
        [] if level is None else [(REPOSITORY, table, failed.name, level)]
    )


def test_gate_says_which_check_failed_and_what_it_found() -> None:
    (gate,) = gates_of("commits", REPOSITORY, result("commits", "key"))
    assert gate.reason == "commits_are_unique failed: 2 rows fail"


def test_check_that_passed_with_tolerated_rows_makes_no_gate() -> None:
    assert gates_of("commits", REPOSITORY, result("commits", "completeness", passed=True)) == ()


def test_check_of_a_metric_makes_no_gate() -> None:
    assert gates_of("dora_lead_time", "2024-05-01", result("dora_lead_time", "key")) == ()
