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
    check_partitions,
    check_table,
    check_tables,
    expectations,
    planned_checks,
)
from pulse_assets_tests.tables.landed import complete, land
from pulse_assets_tests.text_tables import REPOSITORY, fill, instant

NOW = instant("2024-06-01 12:00")
#: No variable of this machine reaches them.
DEFAULTS = Settings.model_construct()
COLLECTED = Expectations(instant("2024-06-01 06:00"))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def check(lake: Lake, name: str, expected: Expectations = COLLECTED, /, **texts: str) -> CheckResult:
    """The answer of the check of that name, over one repository."""
    return judged(lake, name, DEFAULTS, expected, **texts)


def judged(
    lake: Lake, name: str, settings: Settings, expected: Expectations = COLLECTED, /, **texts: str
) -> CheckResult:
    """The same under other settings."""
    fill(lake, texts)
    table = next(table for table in TABLES.values() if any(check.name == name for check in planned_checks(table)))
    results = check_table(table, lake, REPOSITORY, expected=expected, now=NOW, settings=settings)
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
        "commits_are_no_more_than_at_the_source": False,
        "commits_are_plausible": False,
    }
    assert [check.name for check in planned_checks(TABLES["repositories"])][-1] == "repositories_are_fresh"
    assert planned_checks(TABLES["dora_lead_time"])[1].name == "dora_lead_time_rows_are_unique"


def test_each_check_looks_at_one_dimension_of_quality() -> None:
    dimensions = {check.kind: check.dimension for table in TABLES.values() for check in planned_checks(table)}
    assert dimensions == {
        "required": "completeness",
        "completeness": "completeness",
        "key": "consistency",
        "references": "consistency",
        "structure": "consistency",
        "reconciliation": "consistency",
        "production": "consistency",
        "history": "consistency",
        "categories": "completeness",
        "validation": "accuracy",
        "types": "accuracy",
        "allowed": "accuracy",
        "plausibility": "accuracy",
        "timeliness": "timeliness",
    }


def test_partitions_that_are_checked_together_are_found_as_one_by_one(lake: Lake, settings: Settings) -> None:
    fill(lake, {"releases": "release_id\n1\n2"}, "acme/api")
    fill(lake, {"releases": "release_id  tag\n1  v1\n1  v1\n2  -"}, "acme/web")
    fill(lake, {"releases": ""}, "acme/docs")
    asked = {"expected": COLLECTED, "now": NOW, "settings": settings}
    for partitions in (["acme/api", "acme/docs"], ["acme/api", "acme/web"], []):
        together = check_partitions([TABLES["releases"]], lake, partitions, **asked)
        assert list(together) == [("releases", partition) for partition in partitions]
        for (_, partition), found in together.items():
            alone = check_table(TABLES["releases"], lake, partition, **asked)
            assert [(each.name, each.passed, each.failed_count, each.checked_count, each.sample) for each in found] == [
                (each.name, each.passed, each.failed_count, each.checked_count, each.sample) for each in alone
            ]


def test_names_of_checks_are_never_shared() -> None:
    names = [check.name for table in TABLES.values() for check in planned_checks(table)]
    assert len(names) == len(set(names))


def test_empty_tables_pass(lake: Lake, settings: Settings) -> None:
    tables = [table for table in TABLES.values() if table.layer != "metrics"]
    for table in tables:
        lake.write(table, REPOSITORY, [])
    fill(lake, {})
    results = check_tables(tables, lake, REPOSITORY, expected=COLLECTED, now=NOW, settings=settings)
    assert list(results) == [table.name for table in tables]
    assert [result for found in results.values() for result in found if not result.passed] == []


def test_empty_metrics_pass(lake: Lake, settings: Settings) -> None:
    metrics = [table for table in TABLES.values() if table.layer == "metrics"]
    for table in metrics:
        lake.write(table, "2024-05-01", [])
        results = check_table(table, lake, "2024-05-01", expected=Expectations(), now=NOW, settings=settings)
        assert [result.passed for result in results] == [True] * 4


def test_tables_that_are_checked_together_are_found_as_one_by_one(lake: Lake, settings: Settings) -> None:
    fill(lake, {"releases": "release_id  tag\n1  -", "commits": "sha  is_head\na  yes\nb  yes"})
    tables = [TABLES["commits"], TABLES["releases"]]
    together = check_tables(tables, lake, REPOSITORY, expected=COLLECTED, now=NOW, settings=settings)
    for table in tables:
        alone = check_table(table, lake, REPOSITORY, expected=COLLECTED, now=NOW, settings=settings)
        assert together[table.name] == alone
    assert check_tables([], lake, REPOSITORY, expected=COLLECTED, now=NOW, settings=settings) == {}


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


def test_file_of_another_shape_is_found_and_nothing_else_is_asked(lake: Lake, settings: Settings) -> None:
    fill(lake, {"releases": "release_id\n1"})
    file = lake.file(TABLES["releases"], REPOSITORY)
    pq.write_table(pq.ParquetFile(file).read().drop_columns(["tag"]), file)
    results = check_table(TABLES["releases"], lake, REPOSITORY, expected=COLLECTED, now=NOW, settings=settings)
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
    assert result.description == (
        "1 rows; the API says that 3 exist: 2 (66.7 %) are missing, 0 % may be (PULSE_MAX_MISSING_RATIO)."
    )
    assert result.sample == [{"expected_count": 3, "row_count": 1}]


@pytest.mark.parametrize(("ratio", "passed"), [(0.66, False), (0.67, True)])
def test_so_many_rows_may_be_missing(lake: Lake, settings: Settings, ratio: float, *, passed: bool) -> None:
    tolerant = settings.model_copy(update={"max_missing_ratio": ratio})
    expected = Expectations(COLLECTED.collected_at, {"pull_requests": 3})
    result = judged(lake, "pull_requests_are_complete", tolerant, expected, pull_requests="number\n1")
    assert (result.passed, result.failed_count) == (passed, 2)


def test_more_rows_than_the_source_has_are_complete_but_too_many(lake: Lake, settings: Settings) -> None:
    expected = Expectations(COLLECTED.collected_at, {"pull_requests": 1})
    assert check(lake, "pull_requests_are_complete", expected, pull_requests="number\n1\n2\n3").passed
    name = "pull_requests_are_no_more_than_at_the_source"
    result = check(lake, name, expected, pull_requests="number\n1\n2\n3")
    assert (result.passed, result.is_blocking, result.failed_count) == (False, False, 2)
    assert result.sample == [{"expected_count": 1, "row_count": 3}]
    assert result.description == ("3 rows; the API says that 1 exist: 2 too many. The next census looks for them.")
    without_census = settings.model_copy(update={"census_days": 0})
    described = judged(lake, name, without_census, expected, pull_requests="number\n1\n2\n3").description
    assert described.endswith("2 too many. No census looks for them (PULSE_CENSUS_DAYS is 0).")


@pytest.mark.parametrize("count", [2, 3])
def test_no_more_rows_than_the_source_has_are_reconciled(lake: Lake, count: int) -> None:
    expected = Expectations(COLLECTED.collected_at, {"releases": count})
    result = check(lake, "releases_are_no_more_than_at_the_source", expected, releases="release_id\n1\n2")
    assert (result.passed, result.description) == (True, f"2 rows; the API says that {count} exist.")


def test_what_the_source_does_not_count_is_reconciled(lake: Lake) -> None:
    result = check(lake, "deployments_are_no_more_than_at_the_source", deployments="deployment_id\n1")
    assert (result.passed, result.description) == (True, "1 rows; the API does not say how many exist.")


def test_list_without_a_count_passes_and_says_so(lake: Lake) -> None:
    result = check(lake, "incident_reports_are_complete")
    assert (result.passed, result.description) == (True, "0 rows; the API does not say how many exist.")


def test_partition_that_was_never_collected_completely_is_not_complete(lake: Lake) -> None:
    result = check(lake, "releases_are_complete", Expectations())
    assert (result.passed, result.description) == (False, "No complete collection is recorded.")
    assert not check(lake, "repositories_are_fresh", Expectations()).passed
    assert not check(lake, "releases_are_no_more_than_at_the_source", Expectations()).passed


def test_pull_request_with_fewer_commits_than_it_counts_is_found(lake: Lake) -> None:
    result = check(
        lake,
        "pull_request_commits_are_complete",
        pull_requests="number  commit_count\n1  2\n2  251\n3  0",
        pull_request_commits="number  sha\n1  a\n1  b\n2  c",
    )
    assert result.sample == [{"repository": REPOSITORY, "number": 2, "expected_count": 251, "row_count": 1}]
    assert (result.passed, result.failed_count) == (False, 250)
    assert result.description == (
        "3 rows; the pull requests say that 253 exist: 250 (98.8 %) are missing, 0 % may be (PULSE_MAX_MISSING_RATIO)."
    )


def test_surplus_of_one_pull_request_makes_up_for_none_of_another(lake: Lake) -> None:
    result = check(
        lake,
        "pull_request_reviews_are_complete",
        pull_requests="number  review_count\n1  1\n2  2",
        pull_request_reviews="number  review_id\n1  1\n1  2\n1  3",
    )
    assert result.failed_count == 2


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
    assert result.passed == passed
    assert result.description == f"Collected {hours}.0 hours ago; stale after 36 (PULSE_FRESH_HOURS)."


@pytest.mark.parametrize(("fresh_hours", "passed"), [(1.5, False), (2, True)])
def test_repository_is_fresh_for_as_long_as_is_set(
    lake: Lake, settings: Settings, fresh_hours: float, *, passed: bool
) -> None:
    chosen = settings.model_copy(update={"fresh_hours": fresh_hours})
    expected = Expectations(NOW - dt.timedelta(hours=2))
    assert judged(lake, "repositories_are_fresh", chosen, expected).passed == passed


def test_unbuilt_table_is_not_checked(lake: Lake, settings: Settings) -> None:
    with pytest.raises(TableNotBuilt):
        check_table(TABLES["releases"], lake, REPOSITORY, expected=COLLECTED, now=NOW, settings=settings)


def test_expectations_are_those_of_the_last_complete_collection(sqlite_store: Store, settings: Settings) -> None:
    land(sqlite_store)
    assert expectations(sqlite_store, REPOSITORY, settings) == Expectations()
    complete(sqlite_store, pull_requests=3, deployments=2, incidents=1)
    counts = {"pull_requests": 3, "deployments": 2, "incident_reports": 1}
    assert expectations(sqlite_store, REPOSITORY, settings) == Expectations(instant("2024-06-01"), counts)
    of_releases = settings.model_copy(update={"deployment_source": "releases"})
    assert expectations(sqlite_store, REPOSITORY, of_releases).counts == {"pull_requests": 3, "incident_reports": 1}
