from pathlib import Path

import pytest

from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.plausibility import RULES
from pulse_assets.tables.quality import CheckResult, Expectations, check_table
from pulse_assets_tests.text_tables import PROJECT, REPOSITORY, fill, fill_project, instant

NOW = instant("2024-06-01 12:00")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def found(
    lake: Lake, table: str, settings: Settings, *, collected_at: str = "2024-06-01 06:00", **texts: str
) -> CheckResult:
    fill_project(lake, texts) if TABLES[table].family == "planning" else fill(lake, texts)
    partition = PROJECT if TABLES[table].family == "planning" else REPOSITORY
    expected = Expectations(instant(collected_at))
    results = check_table(TABLES[table], lake, partition, expected=expected, now=NOW, settings=settings)
    return next(result for result in results if result.kind == "plausibility")


def _in_2024(cell: str) -> str:
    return f"2024-{cell}" if cell[:3] in {"05-", "06-"} else cell


def test_every_clean_table_with_times_of_its_own_is_looked_at() -> None:
    timed = {
        table.name
        for table in TABLES.values()
        if table.layer == "clean"
        and any(column.kind == "timestamp" and column.name != "collected_at" for column in table.columns)
    }
    assert set(RULES) == timed


@pytest.mark.parametrize(
    ("table", "names", "cells", "problem"),
    [
        ("repositories", "pushed_at", "06-03", "pushed_at is more than a day after the collection"),
        ("pull_requests", "created_at merged_at state", "05-02 05-01 closed", "merged_at is before created_at"),
        ("pull_requests", "created_at closed_at", "05-02 05-01", "closed_at is before created_at"),
        ("pull_requests", "created_at updated_at", "05-02 05-01", "updated_at is before created_at"),
        (
            "pull_requests",
            "first_commit_at merged_at state",
            "05-02 05-01 closed",
            "merged_at is before first_commit_at",
        ),
        ("pull_requests", "merged_at state", "05-01 open", "merged_at is set and state is open"),
        ("pull_requests", "additions deletions changed_files_count", "0 1 0", "lines changed in no file"),
        ("pull_requests", "additions deletions", "1000000 1", "more than 1,000,000 lines changed"),
        ("pull_requests", "first_commit_at", "06-03", "first_commit_at is more than a day after the collection"),
        ("pull_request_commits", "authored_at", "1970-01-01", "authored_at is in 1970 or before"),
        ("pull_request_commits", "committed_at", "06-03", "committed_at is more than a day after the collection"),
        ("pull_request_reviews", "submitted_at", "06-03", "submitted_at is more than a day after the collection"),
        ("commits", "authored_at committed_at", "05-03 05-01", "authored_at is more than a day after committed_at"),
        ("releases", "published_at", "06-03", "published_at is more than a day after the collection"),
        ("deployments", "created_at finished_at", "05-02 05-01", "finished_at is before created_at"),
        ("deployments", "finished_at", "06-03", "finished_at is more than a day after the collection"),
        ("incident_reports", "opened_at resolved_at state", "05-02 05-01 closed", "resolved_at is before opened_at"),
        ("incident_reports", "opened_at updated_at", "05-02 05-01", "updated_at is before opened_at"),
        ("incident_reports", "resolved_at state", "05-01 open", "resolved_at is set and state is open"),
        ("issues", "created_at resolved_at", "05-02 05-01", "resolved_at is before created_at"),
        ("issues", "created_at updated_at", "05-02 05-01", "updated_at is before created_at"),
        ("issues", "key parent_key", "PAY-1 PAY-1", "it is its own parent"),
        ("issues", "resolved_at", "06-03", "resolved_at is more than a day after the collection"),
        ("issue_changes", "changed_at", "06-03", "changed_at is more than a day after the collection"),
        ("sprints", "started_at ended_at", "05-02 05-01", "ended_at is before started_at"),
        ("sprints", "started_at completed_at", "05-02 05-01", "completed_at is before started_at"),
        ("sprints", "state", "active", "it was started, and started_at is not set"),
        ("sprints", "state started_at", "closed 05-01", "it is closed, and completed_at is not set"),
    ],
)
def test_value_that_cannot_be_true_is_found(lake: Lake, table: str, names: str, cells: str, problem: str) -> None:
    row = dict(zip(names.split(), [_in_2024(cell) for cell in cells.split()], strict=True))
    if table in {"pull_requests", "incident_reports", "issues"}:
        row = {"updated_at": "2024-05-05"} | row
    result = found(lake, table, Settings.model_construct(), **{table: f"{'  '.join(row)}\n{'  '.join(row.values())}"})
    assert (result.passed, result.is_blocking, result.failed_count, result.checked_count) == (False, False, 1, 1)
    assert [row["problem"] for row in result.sample] == [problem]


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("pull_requests", "created_at  merged_at  state  updated_at\n2024-05-01  2024-05-01  closed  2024-05-01"),
        ("pull_requests", "created_at  closed_at  updated_at\n2024-05-01  2024-05-01  2024-05-01"),
        ("pull_requests", "additions  deletions  changed_files_count\n0  0  0\n1000000  0  -\n-  -  -"),
        ("pull_request_commits", "authored_at  committed_at\n2024-05-02  2024-05-01\n-  2024-05-01\n2024-05-01  -"),
        ("commits", "authored_at  committed_at\n2024-06-02 12:00  2024-06-02 12:00\n1971-01-01  1971-01-01"),
        ("deployments", "created_at  finished_at\n2024-05-01  2024-05-01\n2024-05-01  -"),
        ("incident_reports", "opened_at  resolved_at  state\n2024-05-01  2024-05-01  closed\n2024-05-01  -  open"),
        ("issues", "key  parent_key  created_at  updated_at  resolved_at\nA-1  -  2024-05-01  2024-05-01  2024-05-01"),
        ("sprints", "state  started_at  ended_at  completed_at\nactive  2024-05-01  2025-05-01  -\nfuture  -  -  -"),
    ],
)
def test_value_at_the_border_and_what_is_unknown_are_believed(
    lake: Lake, settings: Settings, table: str, text: str
) -> None:
    result = found(lake, table, settings, **{table: text})
    assert (result.failed_count, result.sample, result.description) == (0, [], "No row holds an implausible value.")


def test_review_before_its_pull_request_was_opened_is_found(lake: Lake, settings: Settings) -> None:
    result = found(
        lake,
        "pull_request_reviews",
        settings,
        pull_requests="number  created_at\n1  2024-05-02\n2  2024-05-01",
        pull_request_reviews="number  review_id  submitted_at\n1  10  2024-05-01\n2  20  2024-05-01\n3  30  2024-05-01",
    )
    assert [(row["review_id"], row["problem"]) for row in result.sample] == [
        (10, "submitted_at is before its pull request was opened")
    ]


def test_change_before_its_issue_was_created_is_found(lake: Lake, settings: Settings) -> None:
    result = found(
        lake,
        "issue_changes",
        settings,
        issues="key  created_at\nPAY-1  2024-05-02\nPAY-2  2024-05-01",
        issue_changes="key  history_id  changed_at\nPAY-1  10  2024-05-01\nPAY-2  20  2024-05-01\nX-1  3  2024-05-01",
    )
    assert [(row["history_id"], row["problem"]) for row in result.sample] == [
        ("10", "changed_at is before its issue was created")
    ]


def test_all_that_is_wrong_with_a_row_is_told_and_counted_once(lake: Lake, settings: Settings) -> None:
    text = "created_at  closed_at  merged_at  updated_at  state\n2024-05-02  2024-05-01  2024-05-01  2024-05-03  closed"
    result = found(lake, "pull_requests", settings, pull_requests=text)
    assert result.failed_count == 1
    assert result.sample[0]["problem"] == "merged_at is before created_at, closed_at is before created_at"


@pytest.mark.parametrize(("ratio", "passed"), [(0.24, False), (0.25, True)])
def test_part_of_the_rows_may_be_implausible(lake: Lake, settings: Settings, ratio: float, *, passed: bool) -> None:
    chosen = settings.model_copy(update={"max_implausible_ratio": ratio})
    text = "release_id  published_at\n1  2024-05-01\n2  2024-05-01\n3  2024-05-01\n4  2024-07-01"
    result = found(lake, "releases", chosen, releases=text)
    assert (result.passed, result.failed_count) == (passed, 1)
    assert [row["release_id"] for row in result.sample] == [4]
    assert result.description == (
        f"1 of 4 rows (25 %) hold implausible values, {ratio * 100:.0f} % may (PULSE_MAX_IMPLAUSIBLE_RATIO)."
    )


@pytest.mark.parametrize(
    ("collected_at", "published_at", "failed_count"),
    [
        ("2024-06-01 06:00", "2024-06-02 12:00", 0),
        ("2024-06-01 06:00", "2024-06-02 12:01", 1),
        # A collection that broke off has landed rows since the last complete one.
        ("2024-05-01 00:00", "2024-06-02 12:00", 0),
        # The source's clock is ahead of this machine's.
        ("2024-06-02 12:00", "2024-06-03 12:00", 0),
        ("2024-06-02 12:00", "2024-06-03 12:01", 1),
    ],
)
def test_time_may_be_a_day_ahead_of_the_collection_or_of_now(
    lake: Lake, settings: Settings, collected_at: str, published_at: str, failed_count: int
) -> None:
    text = f"release_id  published_at\n1  {published_at}"
    assert found(lake, "releases", settings, collected_at=collected_at, releases=text).failed_count == failed_count
