from pathlib import Path
from typing import Any

import pytest

from pulse_assets.errors import ContractBroken, NotFound
from pulse_assets.settings import Settings
from pulse_assets.store import Store
from pulse_assets.tables import transform
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import arrow_schema
from pulse_assets.tables.transform import build_table
from pulse_assets_tests.tables.landed import NOON, built, commit, complete, land, raw, review
from pulse_assets_tests.text_tables import REPOSITORY, instant

PULLS = "raw_github_pull_requests"
DEPLOYMENTS = "raw_github_deployments"


@pytest.fixture
def releases(tmp_path: Path) -> Settings:
    return Settings.load(home=tmp_path, deployment_source="releases")


def pull_request(store: Store, settings: Settings, **changes: Any) -> dict[str, Any]:
    land(store, raw(PULLS, **changes))
    (row,) = built("pull_requests", store, settings)
    return row


def deployment(store: Store, settings: Settings, *statuses: str, **changes: Any) -> dict[str, Any]:
    """Statuses as `state day`, in May 2024."""
    given = [status.split() for status in statuses]
    timed = [{"state": state, "created_at": f"2024-05-{day}T00:00:00Z"} for state, day in given]
    land(store, raw(DEPLOYMENTS, statuses=timed, **changes))
    (row,) = built("deployments", store, settings)
    return row


def test_repository_that_was_never_collected_is_an_error(sqlite_store: Store, settings: Settings) -> None:
    with pytest.raises(NotFound, match="acme/api has not been collected"):
        list(build_table("commits", sqlite_store, REPOSITORY, settings))


def test_repository_takes_its_collection_time_from_the_checkpoint(sqlite_store: Store, settings: Settings) -> None:
    land(sqlite_store)
    assert built("repositories", sqlite_store, settings)[0]["collected_at"] is None
    complete(sqlite_store)
    (row,) = built("repositories", sqlite_store, settings)
    assert (row["repository"], row["collected_at"]) == (REPOSITORY, instant("2024-06-01"))


def test_repository_made_again_under_its_name_has_one_row(sqlite_store: Store, settings: Settings) -> None:
    land(sqlite_store, raw("raw_github_repositories", id=1), raw("raw_github_repositories", id=2))
    assert [row["repository_id"] for row in built("repositories", sqlite_store, settings)] == [2]


def test_first_commit_is_the_earliest_authored_one(sqlite_store: Store, settings: Settings) -> None:
    commits = [commit("b", "2024-05-02T00:00:00Z"), commit("a", "2024-05-01T00:00:00+02:00"), commit("c")]
    row = pull_request(sqlite_store, settings, commits=commits, commit_count=3)
    assert row["first_commit_at"] == instant("2024-04-30 22:00")
    assert [row["sha"] for row in built("pull_request_commits", sqlite_store, settings)] == ["b", "a", "c"]


def test_first_review_is_by_someone_else_who_is_no_bot(sqlite_store: Store, settings: Settings) -> None:
    reviews = [
        review(1, "ada", "2024-05-01T01:00:00Z"),
        review(2, "lint[bot]", "2024-05-01T02:00:00Z", reviewer_is_bot=True),
        review(3, "bob", "2024-05-01T05:00:00Z"),
        review(4, "eve", "2024-05-01T04:00:00Z", state="DISMISSED"),
    ]
    row = pull_request(sqlite_store, settings, reviews=reviews, review_count=4)
    assert row["first_review_at"] == instant("2024-05-01 04:00")
    assert len(built("pull_request_reviews", sqlite_store, settings)) == 4


@pytest.mark.parametrize("author", ["ada", None])
def test_review_of_a_deleted_account_is_by_someone_else(
    sqlite_store: Store, settings: Settings, author: str | None
) -> None:
    row = pull_request(sqlite_store, settings, author=author, reviews=[review(1, None, NOON)])
    assert row["first_review_at"] == instant("2024-05-01 12:00")


def test_pending_review_is_no_review(sqlite_store: Store, settings: Settings) -> None:
    row = pull_request(sqlite_store, settings, reviews=[review(1, "bob", NOON, state="PENDING")])
    assert row["first_review_at"] is None
    assert built("pull_request_reviews", sqlite_store, settings) == []


def test_test_merge_of_an_open_pull_request_is_not_its_merge_commit(sqlite_store: Store, settings: Settings) -> None:
    row = pull_request(sqlite_store, settings, state="open", merged_at=None, closed_at=None, merge_commit_sha="test")
    assert row["merge_commit_sha"] is None


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("a\x00b", "a\ufffdb"),
        ("\ud83d alone", "\ufffd alone"),
        ("=1+1 <script>\"'", "=1+1 <script>\"'"),
        ("🚀 \u202eleft", "🚀 \u202eleft"),
        ("x" * 70_000, "x" * 70_000),
    ],
)
def test_any_title_is_kept_as_far_as_it_can_be_stored(
    sqlite_store: Store, settings: Settings, title: str, kept: str
) -> None:
    assert pull_request(sqlite_store, settings, title=title)["title"] == kept


def test_labels_are_sorted_and_none_is_null(sqlite_store: Store, settings: Settings) -> None:
    assert pull_request(sqlite_store, settings, labels=["b", "a"])["labels"] == "a,b"
    assert pull_request(sqlite_store, settings, labels=[])["labels"] is None


def test_pull_request_from_a_fork_says_so(sqlite_store: Store, settings: Settings) -> None:
    assert pull_request(sqlite_store, settings, is_cross_repository=True)["is_cross_repository"] is True


def test_record_without_a_field_is_named(sqlite_store: Store, settings: Settings) -> None:
    record = raw(PULLS, number=7)
    del record.payload["base_branch"]
    land(sqlite_store, record)
    with pytest.raises(ContractBroken, match="Record 7 of raw_github_pull_requests in acme/api has no field"):
        built("pull_requests", sqlite_store, settings)


@pytest.mark.parametrize(
    "changes", [{"additions": "many"}, {"created_at": "yesterday"}, {"created_at": "2024-05-01T12:00:00"}, {"title": 3}]
)
def test_value_of_another_kind_is_an_error(sqlite_store: Store, settings: Settings, changes: dict[str, Any]) -> None:
    with pytest.raises(ContractBroken):
        pull_request(sqlite_store, settings, **changes)


def test_mainline_is_numbered_from_the_root_along_first_parents(sqlite_store: Store, settings: Settings) -> None:
    parents = {"root": [], "a": ["root"], "side": ["root"], "merge": ["a", "side"], "head": ["merge"]}
    land(sqlite_store, *(raw("raw_github_commits", sha=sha, parents=its) for sha, its in parents.items()))
    rows = {row["sha"]: row for row in built("commits", sqlite_store, settings)}
    positions = {sha: row["mainline_position"] for sha, row in rows.items()}
    assert positions == {"root": 0, "a": 1, "merge": 2, "head": 3, "side": None}
    assert [sha for sha, row in rows.items() if row["is_head"]] == ["head"]
    assert (rows["merge"]["parent_count"], rows["merge"]["first_parent_sha"]) == (2, "a")


def test_empty_repository_has_no_commits(sqlite_store: Store, settings: Settings) -> None:
    land(sqlite_store)
    assert built("commits", sqlite_store, settings) == []


@pytest.mark.parametrize(
    ("statuses", "status", "finished_at"),
    [
        ([], "pending", None),
        (["pending 01", "in_progress 02"], "in_progress", None),
        (["queued 01"], "queued", None),
        (["in_progress 01", "success 02", "inactive 03"], "success", "2024-05-02"),
        (["success 02", "success 04"], "success", "2024-05-02"),
        (["failure 01", "success 02"], "success", "2024-05-02"),
        (["success 02", "failure 03"], "success", "2024-05-02"),
        (["in_progress 01", "failure 02", "inactive 03"], "failure", "2024-05-02"),
        (["error 03", "in_progress 01"], "error", "2024-05-03"),
        (["failure 01", "in_progress 02"], "in_progress", None),
        (["inactive 01"], "inactive", None),
    ],
)
def test_deployment_ends_with_its_first_success_or_its_last_failure(
    sqlite_store: Store, settings: Settings, statuses: list[str], status: str, finished_at: str | None
) -> None:
    row = deployment(sqlite_store, settings, *statuses)
    assert row["status"] == status
    assert row["finished_at"] == (finished_at and instant(finished_at))


@pytest.mark.parametrize(
    ("environment", "is_production"),
    [("production", True), ("Prod (eu)", True), ("live", True), ("staging", False), ("preprod", False), ("", False)],
)
def test_production_is_what_the_pattern_says(
    sqlite_store: Store, settings: Settings, environment: str, *, is_production: bool
) -> None:
    assert deployment(sqlite_store, settings, environment=environment)["is_production"] is is_production


def test_published_releases_stand_for_deployments(sqlite_store: Store, releases: Settings) -> None:
    land(
        sqlite_store,
        raw("raw_github_releases", id=1, tag_sha="c1"),
        raw("raw_github_releases", id=2, is_prerelease=True),
        raw("raw_github_releases", id=3, is_draft=True, published_at=None),
        raw(DEPLOYMENTS, id=9),
    )
    rows = {row["deployment_id"]: row for row in built("deployments", sqlite_store, releases)}
    assert {number: row["is_production"] for number, row in rows.items()} == {1: True, 2: False}
    assert (rows[1]["sha"], rows[1]["status"], rows[1]["source"]) == ("c1", "success", "releases")
    assert rows[1]["finished_at"] == instant("2024-05-01 12:00")
    assert len(built("releases", sqlite_store, releases)) == 3


def test_issue_that_lost_its_label_is_no_incident(sqlite_store: Store, settings: Settings) -> None:
    land(
        sqlite_store,
        raw("raw_github_issues", number=1, labels=["Incident", "sev1"]),
        raw("raw_github_issues", number=2, labels=["question"]),
        raw("raw_github_issues", number=3, state="closed", closed_at="2024-05-02T00:00:00Z"),
    )
    rows = built("incidents", sqlite_store, settings)
    assert [(row["number"], row["resolved_at"]) for row in rows] == [(1, None), (3, instant("2024-05-02"))]


def test_table_is_built_in_bounded_batches(
    sqlite_store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transform, "RECORDS_PER_BATCH", 2)
    land(sqlite_store, *(raw(PULLS, number=number) for number in range(1, 6)))
    batches = list(build_table("pull_requests", sqlite_store, REPOSITORY, settings))
    assert [len(batch) for batch in batches] == [2, 2, 1]
    assert {batch.schema for batch in batches} == {arrow_schema(TABLES["pull_requests"])}
