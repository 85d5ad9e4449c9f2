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


def pull_request(store: Store, settings: Settings, **changes: Any) -> dict[str, Any]:
    land(store, raw(PULLS, **changes))
    (row,) = built("pull_requests", store, settings)
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


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({}, None),
        ({"reverts_number": 3}, "revert"),
        ({"title": 'Revert "Change"'}, "revert"),
        ({"title": "Revert the change"}, None),
        ({"title": 'Do not revert "Change"'}, None),
        ({"head_branch": "revert-3-topic"}, "revert"),
        ({"head_branch": "ben/revert-3-topic"}, "revert"),
        ({"head_branch": "revert-topic"}, None),
        ({"head_branch": "dorevert-3-topic"}, None),
        ({"head_branch": "hotfix/12"}, "hotfix"),
        ({"head_branch": "Hotfix"}, "hotfix"),
        ({"head_branch": "hotfixes-of-may"}, None),
        ({"labels": ["bug", "HOTFIX"]}, "hotfix"),
        ({"labels": ["no hotfix"]}, None),
        ({"head_branch": "hotfix/12", "reverts_number": 3}, "revert"),
        ({"head_branch": None}, None),
    ],
)
def test_remedy_is_known_by_what_the_pull_request_says_of_itself(
    sqlite_store: Store, settings: Settings, changes: dict[str, Any], remedy: str | None
) -> None:
    assert pull_request(sqlite_store, settings, **changes)["remedy"] == remedy


def test_hotfix_is_what_the_pattern_says(sqlite_store: Store, settings: Settings) -> None:
    chosen = settings.model_copy(update={"hotfix_pattern": "urgent"})
    assert pull_request(sqlite_store, chosen, labels=["very urgent"])["remedy"] == "hotfix"
    assert pull_request(sqlite_store, chosen, head_branch="hotfix/1")["remedy"] is None


@pytest.mark.parametrize(("closes", "kept"), [([12, 3, 12], "3,12"), ([], None), (None, None)])
def test_issues_that_are_closed_are_listed_in_their_order(
    sqlite_store: Store, settings: Settings, closes: list[int] | None, kept: str | None
) -> None:
    row = pull_request(sqlite_store, settings, closes_issues=closes, reverts_number=7)
    assert (row["closes_issues"], row["reverts_number"]) == (kept, 7)


def test_service_of_a_pull_request_stands_behind_the_prefix_of_a_label(sqlite_store: Store, settings: Settings) -> None:
    assert pull_request(sqlite_store, settings, labels=["hotfix", "Service:web"])["service"] == "web"
    assert pull_request(sqlite_store, settings, labels=["hotfix"])["service"] is None


def test_pull_request_landed_by_an_older_version_reverts_and_closes_nothing(
    sqlite_store: Store, settings: Settings
) -> None:
    row = pull_request(sqlite_store, settings)
    assert (row["closes_issues"], row["reverts_number"], row["remedy"]) == (None, None, None)


def test_pull_request_from_a_fork_says_so(sqlite_store: Store, settings: Settings) -> None:
    assert pull_request(sqlite_store, settings, is_cross_repository=True)["is_cross_repository"] is True


def test_record_without_a_field_is_named(sqlite_store: Store, settings: Settings) -> None:
    record = raw(PULLS, number=7)
    del record.payload["base_branch"]
    land(sqlite_store, record)
    with pytest.raises(ContractBroken, match="Record 7 of raw_github_pull_requests in acme/api has no field"):
        built("pull_requests", sqlite_store, settings)


@pytest.mark.parametrize(
    "changes",
    [
        {"closes_issues": ["x", 1]},
        {"reverts_number": "x"},
        {"additions": "many"},
        {"created_at": "yesterday"},
        {"created_at": "2024-05-01T12:00:00"},
        {"title": 3},
    ],
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


def test_table_is_built_in_bounded_batches(
    sqlite_store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transform, "RECORDS_PER_BATCH", 2)
    land(sqlite_store, *(raw(PULLS, number=number) for number in range(1, 6)))
    batches = list(build_table("pull_requests", sqlite_store, REPOSITORY, settings))
    assert [len(batch) for batch in batches] == [2, 2, 1]
    assert {batch.schema for batch in batches} == {arrow_schema(TABLES["pull_requests"])}
