import datetime as dt
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pulse_assets.errors import TableNotBuilt
from pulse_assets.settings import Settings
from pulse_assets.store import Store
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.quality import (
    SAMPLE_SIZE,
    CheckResult,
    Expectations,
    check_table,
    expectations,
    planned_checks,
)
from pulse_assets_tests.tables.landed import complete, land
from pulse_assets_tests.text_tables import REPOSITORY, fill, instant

NOW = instant("2024-06-01 12:00")
COLLECTED = Expectations(instant("2024-06-01 06:00"))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def check(lake: Lake, name: str, expected: Expectations = COLLECTED, **texts: str) -> CheckResult:
    """The answer of the check of that name, over one repository."""
    fill(lake, texts)
    table = next(table for table in TABLES.values() if any(check.name == name for check in planned_checks(table)))
    results = check_table(table, lake, REPOSITORY, expected=expected, now=NOW)
    assert [result.name for result in results] == [check.name for check in planned_checks(table)]
    return next(result for result in results if result.name == name)


def test_checks_are_sentences_and_only_warn_about_coverage_and_freshness() -> None:
    plan = {check.name: check.is_blocking for check in planned_checks(TABLES["commits"])}
    assert plan == {
        "commits_match_their_types": True,
        "commits_are_unique": True,
        "commits_have_required_fields": True,
        "commits_hold_allowed_values": True,
        "commits_refer_to_known_rows": True,
        "commits_have_one_head": True,
        "commits_are_complete": False,
    }
    assert [check.name for check in planned_checks(TABLES["repositories"])][-1] == "repositories_are_fresh"
    assert planned_checks(TABLES["dora_lead_time"])[1].name == "dora_lead_time_rows_are_unique"


def test_empty_tables_pass(lake: Lake) -> None:
    fill(lake, {})
    for table in TABLES.values():
        if table.layer == "clean":
            results = check_table(table, lake, REPOSITORY, expected=COLLECTED, now=NOW)
            assert [result.name for result in results if not result.passed] == []


def test_rows_that_share_a_key_are_found(lake: Lake) -> None:
    text = "release_id  tag\n" + "1  v1\n" * 13 + "2  v2"
    result = check(lake, "releases_are_unique", releases=text)
    assert (result.passed, result.failed_count, result.checked_count) == (False, 12, 14)
    assert len(result.sample) == SAMPLE_SIZE
    assert result.sample[0]["release_id"] == 1


def test_null_in_a_required_column_is_found(lake: Lake) -> None:
    result = check(lake, "releases_have_required_fields", releases="release_id  tag  is_draft\n1  -  -\n2  v2  no")
    assert (result.failed_count, result.is_blocking) == (1, True)
    assert result.sample == [{"repository": REPOSITORY, "release_id": 1, "problem": "tag is null, is_draft is null"}]


def test_value_that_is_not_allowed_is_found(lake: Lake) -> None:
    text = "number  state   commit_count\n1       merged  0\n2       open    -1\n3  closed  1"
    result = check(lake, "pull_requests_hold_allowed_values", pull_requests=text)
    assert [row["problem"] for row in result.sample] == ["state is merged", "commit_count is -1"]


def test_reference_to_a_missing_row_is_found(lake: Lake) -> None:
    result = check(
        lake,
        "pull_request_reviews_refer_to_known_rows",
        pull_requests="number\n1",
        pull_request_reviews="number  review_id\n1  10\n2  20",
    )
    assert (result.failed_count, result.sample[0]["review_id"]) == (1, 20)
    assert result.sample[0]["problem"] == "no such row in pull_requests"


def test_file_of_another_shape_is_found_and_nothing_else_is_asked(lake: Lake) -> None:
    fill(lake, {"releases": "release_id\n1"})
    file = lake.file(TABLES["releases"], REPOSITORY)
    pq.write_table(pq.ParquetFile(file).read().drop_columns(["tag"]), file)
    results = check_table(TABLES["releases"], lake, REPOSITORY, expected=COLLECTED, now=NOW)
    assert [result.passed for result in results] == [False] * len(results)
    assert results[0].sample == [{"column": "tag", "promised": "string", "held": "None"}]


@pytest.mark.parametrize(
    ("heads", "passed", "failed_count"), [("yes no", True, 0), ("yes yes", False, 2), ("no no", False, 1)]
)
def test_commits_have_one_head(lake: Lake, heads: str, failed_count: int, *, passed: bool) -> None:
    first, second = heads.split()
    text = f"sha  is_head  committed_at\nc0  {first}  2024-05-01\nc1  {second}  2024-05-02"
    result = check(lake, "commits_have_one_head", commits=text)
    assert (result.passed, result.failed_count) == (passed, failed_count)


def test_rows_that_the_api_says_exist_are_missed(lake: Lake) -> None:
    expected = Expectations(COLLECTED.collected_at, {"pull_requests": 3})
    result = check(lake, "pull_requests_are_complete", expected, pull_requests="number\n1")
    assert (result.passed, result.is_blocking, result.failed_count) == (False, False, 2)
    assert result.description == "1 rows; the API says that 3 exist."


def test_row_that_came_after_the_count_is_no_problem(lake: Lake) -> None:
    expected = Expectations(COLLECTED.collected_at, {"pull_requests": 1})
    assert check(lake, "pull_requests_are_complete", expected, pull_requests="number\n1\n2").passed


def test_list_without_a_count_passes_and_says_so(lake: Lake) -> None:
    result = check(lake, "incidents_are_complete")
    assert (result.passed, result.description) == (True, "0 rows; the API does not say how many exist.")


def test_partition_that_was_never_collected_completely_is_not_complete(lake: Lake) -> None:
    result = check(lake, "releases_are_complete", Expectations())
    assert (result.passed, result.description) == (False, "No complete collection is recorded.")
    assert not check(lake, "repositories_are_fresh", Expectations()).passed


def test_pull_request_with_fewer_commits_than_it_counts_is_found(lake: Lake) -> None:
    result = check(
        lake,
        "pull_request_commits_are_complete",
        pull_requests="number  commit_count\n1  2\n2  251\n3  0",
        pull_request_commits="number  sha\n1  a\n1  b\n2  c",
    )
    assert result.sample == [{"repository": REPOSITORY, "number": 2, "expected_count": 251, "row_count": 1}]
    assert result.description == "1 pull requests have fewer pull_request_commits than GitHub counts."


def test_deployments_that_all_miss_production_are_told_with_their_environments(lake: Lake) -> None:
    lines = [f"{number}  {name}  no  success  deployments" for number, name in enumerate(["qa", *"abcde", "qa"])]
    text = "\n".join(["deployment_id  environment  is_production  status  source", *lines])
    result = check(lake, "deployments_reach_production", deployments=text)
    assert (result.passed, result.is_blocking, result.failed_count, result.checked_count) == (False, False, 7, 7)
    assert result.sample[0] == {"environment": "qa", "deployment_count": 2}
    assert result.description == (
        "None of 7 deployments that succeeded is to production. Their environments: 'qa', 'a', 'b', 'c', 'd', 1 more. "
        "PULSE_PRODUCTION_PATTERN says which environments are production."
    )


def test_environments_cannot_write_to_a_terminal(lake: Lake) -> None:
    text = "deployment_id  environment  is_production  status  source\n1  \x1b[31m  no  success  deployments"
    description = check(lake, "deployments_reach_production", deployments=text).description
    assert "\\x1b[31m" in description
    assert description.isprintable()


@pytest.mark.parametrize(
    ("row", "description"),
    [
        ("2  production  yes  success  deployments", "Some are to production."),
        ("2  production  yes  failure  deployments", "None of 1 deployments that succeeded is to production."),
    ],
)
def test_one_success_is_enough_to_reach_production(lake: Lake, row: str, description: str) -> None:
    text = f"deployment_id  environment  is_production  status  source\n1  qa  no  success  deployments\n{row}"
    result = check(lake, "deployments_reach_production", deployments=text)
    assert result.description.startswith(description)
    assert result.passed == (result.failed_count == 0) == description.startswith("Some")


@pytest.mark.parametrize("row", ["1  qa  no  failure  deployments", "1  production  no  success  releases", ""])
def test_without_a_successful_deployment_there_is_nothing_to_reach_production(lake: Lake, row: str) -> None:
    text = f"deployment_id  environment  is_production  status  source\n{row}"
    result = check(lake, "deployments_reach_production", deployments=text)
    assert (result.passed, result.description) == (True, "No deployment that succeeded is known.")


@pytest.mark.parametrize(("hours", "passed"), [(36, True), (37, False)])
def test_repository_is_fresh_for_a_day_and_a_half(lake: Lake, hours: int, *, passed: bool) -> None:
    expected = Expectations(NOW - dt.timedelta(hours=hours))
    result = check(lake, "repositories_are_fresh", expected)
    assert (result.passed, result.description) == (passed, f"Collected {hours}.0 hours ago.")


def test_unbuilt_table_is_not_checked(lake: Lake) -> None:
    with pytest.raises(TableNotBuilt):
        check_table(TABLES["releases"], lake, REPOSITORY, expected=COLLECTED, now=NOW)


def test_expectations_are_those_of_the_last_complete_collection(sqlite_store: Store, settings: Settings) -> None:
    land(sqlite_store)
    assert expectations(sqlite_store, REPOSITORY, settings) == Expectations()
    complete(sqlite_store, pull_requests=3, deployments=2)
    counts = {"pull_requests": 3, "deployments": 2}
    assert expectations(sqlite_store, REPOSITORY, settings) == Expectations(instant("2024-06-01"), counts)
    of_releases = settings.model_copy(update={"deployment_source": "releases"})
    assert expectations(sqlite_store, REPOSITORY, of_releases).counts == {"pull_requests": 3}
