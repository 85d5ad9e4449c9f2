"""Records out of REST's odd corners."""

from typing import Any

import pytest

from pulse_assets.errors import ContractBroken
from pulse_assets.sources.github import from_rest, shapes

AT = "2024-01-01T00:00:00Z"


def detail(**more: Any) -> dict[str, Any]:
    row = {
        "number": 5,
        "title": "x\u0000y",
        "state": "closed",
        "body": None,
        "draft": None,
        "user": {"login": "ghost", "type": "User"},
    }
    row |= {"author_association": "NONE", "created_at": AT, "updated_at": AT, "closed_at": AT, "merged_at": None}
    row |= {"base": {"ref": "main", "repo": {"id": 1}}, "head": {"ref": "topic", "sha": "e" * 40, "repo": {"id": 1}}}
    row |= {"merge_commit_sha": "f" * 40, "additions": 1, "deletions": 2, "changed_files": 3, "commits": 0}
    return row | {"labels": [{"name": "b"}, {"name": "a"}], "html_url": "https://x", "url": "https://y"} | more


def commit(number: int, **author: Any) -> dict[str, Any]:
    person = {"name": "Ann", "email": "ann@example.test", "date": AT}
    git = {"author": person | author, "committer": person, "message": f"PAY-{number}: change\n\nSee PAY-99."}
    return {"sha": f"{number:040}", "commit": git, "author": None}


def test_an_unmerged_pull_request_has_no_merge_commit() -> None:
    assert from_rest.pull_request(detail(), [], [])["merge_commit_sha"] is None
    assert from_rest.pull_request(detail(merged_at=AT), [], [])["merge_commit_sha"] == "f" * 40


def test_a_merged_pull_request_without_a_merge_commit_breaks_the_contract() -> None:
    row = detail(merged_at=AT)
    del row["merge_commit_sha"]
    with pytest.raises(ContractBroken, match="merge_commit_sha"):
        from_rest.pull_request(row, [], [])


def test_a_branch_of_a_deleted_fork_is_in_another_repository() -> None:
    head = {"ref": "topic", "sha": "e" * 40, "repo": None}
    assert from_rest.pull_request(detail(head=head), [], [])["is_cross_repository"] is True
    assert from_rest.pull_request(detail(), [], [])["is_cross_repository"] is False


def test_a_deleted_author_is_none() -> None:
    record = from_rest.pull_request(detail(), [commit(1)], [])
    assert (record["author"], record["commits"][0]["author"]) == (None, None)


def test_pending_reviews_are_neither_kept_nor_counted() -> None:
    sent = {"id": 2, "user": None, "state": "APPROVED", "submitted_at": AT}
    record = from_rest.pull_request(detail(), [], [{"id": 1, "user": None, "state": "PENDING"}, sent])
    assert ([review["id"] for review in record["reviews"]], record["review_count"]) == ([2], 1)


def test_commits_beyond_the_250_that_rest_lists_are_counted() -> None:
    record = from_rest.pull_request(detail(commits=300), [commit(number) for number in range(250)], [])
    assert (record["commit_count"], len(record["commits"])) == (300, 250)


def test_no_email_is_kept() -> None:
    assert "example.test" not in repr(from_rest.pull_request(detail(), [commit(1)], []))


def test_commits_are_ordered_by_time_then_sha() -> None:
    rows = [commit(3), commit(1), commit(2)]
    assert [each["sha"][-1] for each in from_rest.pull_request(detail(), rows, [])["commits"]] == ["1", "2", "3"]


@pytest.mark.parametrize("field", ["number", "updated_at", "head", "additions"])
def test_a_missing_field_is_named(field: str) -> None:
    row = detail()
    del row[field]
    with pytest.raises(ContractBroken, match=field):
        from_rest.pull_request(row, [], [])


def test_a_time_that_is_none_breaks_the_contract() -> None:
    with pytest.raises(ContractBroken):
        from_rest.pull_request(detail(updated_at="yesterday"), [], [])


def test_statuses_of_one_second_keep_their_order() -> None:
    newest_first = [{"state": state, "created_at": AT} for state in ("success", "in_progress", "pending")]
    assert [status["state"] for status in shapes.oldest_first(newest_first)] == ["pending", "in_progress", "success"]


def test_a_headline_is_the_whole_first_line() -> None:
    assert shapes.headline("a" * 100 + "\r\nbody") == "a" * 100


def run(**more: Any) -> dict[str, Any]:
    row = {"id": 9, "name": "Deploy", "workflow_id": 3, "path": ".github/workflows/d.yml", "event": "push"}
    row |= {"status": "completed", "conclusion": "success", "head_branch": None, "head_sha": "e" * 40}
    row |= {"created_at": AT, "updated_at": AT, "run_started_at": AT, "run_attempt": 2, "html_url": "https://x"}
    return row | more


@pytest.mark.parametrize(
    ("status", "conclusion", "shown"),
    [
        ("completed", "failure", ("completed", "failure")),
        ("COMPLETED", "TIMED_OUT", ("completed", "timed_out")),
        ("queued", None, ("queued", None)),
        ("in_progress", "", ("in_progress", None)),
        (None, None, (None, None)),
    ],
)
def test_states_of_runs_are_in_lower_case(status: str | None, conclusion: str | None, shown: tuple) -> None:
    record = from_rest.workflow_run(run(status=status, conclusion=conclusion))
    assert (record["status"], record["conclusion"]) == shown


def test_a_run_of_an_old_server_is_its_first_attempt() -> None:
    row = run()
    del row["run_attempt"], row["run_started_at"]
    record = from_rest.workflow_run(row)
    assert (record["run_attempt"], record["run_started_at"]) == (1, AT)


@pytest.mark.parametrize("field", ["id", "name", "conclusion", "created_at"])
def test_a_missing_field_of_a_run_is_named(field: str) -> None:
    row = run()
    del row[field]
    with pytest.raises(ContractBroken, match=field):
        from_rest.workflow_run(row)


def test_a_body_is_not_kept_but_its_links_are() -> None:
    row = detail(body="Fixes #3, my secret", html_url="https://github.com/acme/api/pull/5")
    record = from_rest.pull_request(row, [], [])
    assert (record["closes_issues"], record["reverts_number"]) == ([3], None)
    assert "secret" not in repr(record)


def test_keys_of_issues_are_kept_with_their_places_and_of_messages_the_first_line_counts() -> None:
    head = {"ref": "pay-3-topic", "sha": "e" * 40, "repo": {"id": 1}}
    row = detail(title="PAY-1: refunds", body="After PAY-2, my secret", head=head)
    record = from_rest.pull_request(row, [commit(1), commit(3)], [])
    assert record["issue_keys"] == [
        {"key": "PAY-1", "found_in": ["title", "commit"]},
        {"key": "PAY-2", "found_in": ["body"]},
        {"key": "PAY-3", "found_in": ["branch", "commit"]},
    ]
    assert "secret" not in repr(record)
