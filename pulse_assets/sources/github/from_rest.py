"""Canonical records out of what REST answers."""

from typing import Any

from pulse_assets.sources.github import links, shapes
from pulse_assets.sources.github.issue_keys import issue_keys
from pulse_assets.sources.github.pages import Record

_PENDING = "PENDING"


def repository(row: dict[str, Any]) -> Record:
    with shapes.promised(f"The repository {row.get('full_name')}"):
        return {
            "id": row["id"],
            "node_id": row["node_id"],
            "full_name": row["full_name"],
            "name": row["name"],
            "owner": row["owner"]["login"],
            "default_branch": row["default_branch"],
            "fork": row["fork"],
            "archived": row["archived"],
            "private": row["private"],
            "created_at": shapes.instant(row["created_at"]),
            "updated_at": shapes.instant(row["updated_at"]),
            "pushed_at": shapes.instant_or_none(row["pushed_at"]),
            "html_url": row["html_url"],
        }


def pull_request(row: dict[str, Any], commits: list[dict[str, Any]], reviews: list[dict[str, Any]]) -> Record:
    """From the detail of a pull request (the list lacks sizes), its commits and its reviews."""
    with shapes.promised(f"Pull request {row.get('number')} of {row.get('url')}"):
        submitted = [review(each) for each in reviews if each["state"] != _PENDING]
        return {
            "number": row["number"],
            "title": row["title"],
            "state": row["state"],
            "draft": bool(row.get("draft")),
            "author": shapes.login_of(row["user"]),
            "author_is_bot": shapes.is_bot(row["user"]),
            "author_association": row["author_association"],
            "created_at": shapes.instant(row["created_at"]),
            "updated_at": shapes.instant(row["updated_at"]),
            "closed_at": shapes.instant_or_none(row["closed_at"]),
            "merged_at": shapes.instant_or_none(row["merged_at"]),
            # On an unmerged one it names a test merge.
            "merge_commit_sha": row["merge_commit_sha"] if row["merged_at"] else None,
            "base_branch": row["base"]["ref"],
            "head_branch": row["head"]["ref"],
            "head_sha": row["head"]["sha"],
            "is_cross_repository": _is_cross_repository(row),
            "additions": row["additions"],
            "deletions": row["deletions"],
            "changed_files": row["changed_files"],
            "labels": _labels(row),
            "closes_issues": links.closed_issues(row["body"], address=row["html_url"]),
            "reverts_number": links.reverted_number(row["body"], row["head"]["ref"], address=row["html_url"]),
            "issue_keys": issue_keys(
                row["title"],
                row["head"]["ref"],
                row["body"],
                [shapes.headline(each["commit"]["message"]) for each in commits],
            ),
            "html_url": row["html_url"],
            "commit_count": row.get("commits", len(commits)),
            "review_count": len(submitted),
            "commits": shapes.sorted_commits([pull_request_commit(each) for each in commits]),
            "reviews": shapes.sorted_reviews(submitted),
        }


def pull_request_commit(row: dict[str, Any]) -> Record:
    git = row["commit"]
    return {
        "sha": row["sha"],
        "authored_at": shapes.instant(git["author"]["date"]),
        "committed_at": shapes.instant(git["committer"]["date"]),
        "author": shapes.login_of(row["author"]),
        "author_name": git["author"]["name"],
    }


def review(row: dict[str, Any]) -> Record:
    return {
        "id": row["id"],
        "reviewer": shapes.login_of(row["user"]),
        "reviewer_is_bot": shapes.is_bot(row["user"]),
        "state": row["state"],
        "submitted_at": shapes.instant(row["submitted_at"]),
    }


def commit(row: dict[str, Any]) -> Record:
    with shapes.promised(f"The commit {row.get('sha')}"):
        return pull_request_commit(row) | {
            "message_headline": shapes.headline(row["commit"]["message"]),
            "parents": [parent["sha"] for parent in row["parents"]],
        }


def release(row: dict[str, Any], tag_sha: str | None) -> Record:
    with shapes.promised(f"The release {row.get('tag_name')}"):
        return {
            "id": row["id"],
            "tag": row["tag_name"],
            "tag_sha": tag_sha,
            "name": row["name"],
            "is_draft": row["draft"],
            "is_prerelease": row["prerelease"],
            "created_at": shapes.instant(row["created_at"]),
            "published_at": shapes.instant_or_none(row["published_at"]),
            "html_url": row["html_url"],
        }


def deployment(row: dict[str, Any], statuses: list[dict[str, Any]]) -> Record:
    with shapes.promised(f"The deployment {row.get('id')}"):
        return {
            "id": row["id"],
            "environment": row["environment"],
            "sha": row["sha"],
            "task": row["task"],
            "creator": shapes.login_of(row["creator"]),
            "created_at": shapes.instant(row["created_at"]),
            "updated_at": shapes.instant(row["updated_at"]),
            "statuses": shapes.oldest_first(
                [{"state": each["state"], "created_at": shapes.instant(each["created_at"])} for each in statuses]
            ),
        }


def issue(row: dict[str, Any]) -> Record:
    with shapes.promised(f"The issue {row.get('number')}"):
        return {
            "number": row["number"],
            "title": row["title"],
            "state": row["state"],
            "author": shapes.login_of(row["user"]),
            "labels": _labels(row),
            "created_at": shapes.instant(row["created_at"]),
            "updated_at": shapes.instant(row["updated_at"]),
            "closed_at": shapes.instant_or_none(row["closed_at"]),
            "root_cause_sha": links.root_cause_sha(row["body"]),
            "root_cause_number": links.root_cause_number(row["body"]),
            "html_url": row["html_url"],
        }


def workflow_run(row: dict[str, Any]) -> Record:
    with shapes.promised(f"The workflow run {row.get('id')}"):
        return {
            "id": row["id"],
            "name": row["name"],
            "workflow_id": row["workflow_id"],
            "path": row["path"],
            "event": row["event"],
            "status": row["status"] and row["status"].lower(),
            "conclusion": row["conclusion"].lower() if row["conclusion"] else None,
            "head_branch": row["head_branch"],
            "head_sha": row["head_sha"],
            # Runs of old Enterprise Servers lack both.
            "run_attempt": row.get("run_attempt") or 1,
            "created_at": shapes.instant(row["created_at"]),
            "run_started_at": shapes.instant(row.get("run_started_at") or row["created_at"]),
            "updated_at": shapes.instant(row["updated_at"]),
            "html_url": row["html_url"],
        }


def _is_cross_repository(row: dict[str, Any]) -> bool:
    """The branch is in a fork; the repository of a deleted fork is null."""
    head, base = row["head"].get("repo"), row["base"].get("repo")
    return head is None or base is None or head["id"] != base["id"]


def _labels(row: dict[str, Any]) -> list[str]:
    return sorted(label["name"] if isinstance(label, dict) else label for label in row["labels"])
