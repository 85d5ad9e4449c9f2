import dataclasses
import datetime as dt

from pulse_assets.reports import ReportContent, render
from pulse_assets.reports.data_quality import quality
from pulse_assets.tables.check_history import RecordedCheck
from pulse_assets.tables.check_plan import DIMENSIONS, CheckKind
from pulse_assets.tables.quality import CheckResult
from pulse_assets_tests.reports.conftest import API, WEB

NOON = dt.datetime(2024, 2, 5, 12, tzinfo=dt.UTC)


def check(
    partition: str, table: str, kind: CheckKind, *, passed: bool = True, is_blocking: bool = False
) -> RecordedCheck:
    result = CheckResult(
        name=f"{table}_{kind}",
        kind=kind,
        dimension=DIMENSIONS[kind],
        is_blocking=is_blocking,
        passed=passed,
        failed_count=0 if passed else 3,
        checked_count=50,
        sample=[],
        description="3 of 50 rows <script>",
    )
    return RecordedCheck(table, partition, NOON, result)


CHECKS = [
    check(WEB, "commits", "timeliness", passed=False),
    check(API, "pull_requests", "key", is_blocking=True),
    check(API, "pull_requests", "required", passed=False, is_blocking=True),
    check(API, "incident_reports", "completeness", passed=False),
    check("2024-01-01", "dora_lead_time", "key", is_blocking=True),
]


def test_checks_are_counted_by_repository_and_dimension() -> None:
    found = quality(CHECKS)
    assert found.dimensions == ("completeness", "consistency", "timeliness")
    assert {
        partition: {dimension: dataclasses.astuple(count) for dimension, count in counts.items()}
        for partition, counts in found.by_partition.items()
    } == {
        API: {"consistency": (1, 0), "completeness": (0, 2)},
        WEB: {"timeliness": (0, 1)},
        "metrics": {"consistency": (1, 0)},
    }


def test_failures_say_what_they_do_to_the_figures_the_gravest_first() -> None:
    failed = quality(CHECKS).failed
    assert [(each.check, each.is_holding) for each in failed] == [
        ("pull_requests_required", True),
        ("incident_reports_completeness", True),
        ("commits_timeliness", False),
    ]
    assert failed[0].effect.startswith("withholds change lead time, change failure rate, ")
    assert failed[1].effect.startswith("marks as provisional change failure rate, ")
    assert "deployment frequency" not in failed[1].effect
    assert failed[2].effect == "none on the figures"


def test_without_checks_nothing_is_claimed(week: ReportContent) -> None:
    found = quality([])
    assert (found.by_partition, found.failed) == ({}, ())
    assert "Every check passed" not in render(week, "html")


def test_every_format_tells_the_checks(week: ReportContent) -> None:
    content = dataclasses.replace(week, quality=quality(CHECKS))
    for form in ("html", "md", "csv", "json"):
        text = render(content, form)
        assert "pull" in text
        assert "withholds change lead time, change failure rate, " in text
        assert "<script>" not in text or form == "csv"
