"""Canonical records out of what GraphQL answers; the queries are in `queries/`."""

from typing import Any

from pulse_assets.sources.github import links, shapes
from pulse_assets.sources.github.issue_keys import issue_keys
from pulse_assets.sources.github.pages import Record


def pull_request(
    node: dict[str, Any],
    *,
    commits: list[dict[str, Any]],
    reviews: list[dict[str, Any]],
    labels: list[dict[str, Any]],
) -> Record:
    """From a node and the whole of its nested lists."""
    with shapes.promised(f"Pull request {node.get('number')} at {node.get('url')}"):
        return {
            "number": node["number"],
            "title": node["title"],
            "state": "open" if node["state"] == "OPEN" else "closed",
            "draft": node["isDraft"],
            "author": shapes.login_of(node["author"]),
            "author_is_bot": shapes.is_bot(node["author"]),
            "author_association": node["authorAssociation"],
            "created_at": shapes.instant(node["createdAt"]),
            "updated_at": shapes.instant(node["updatedAt"]),
            "closed_at": shapes.instant_or_none(node["closedAt"]),
            "merged_at": shapes.instant_or_none(node["mergedAt"]),
            "merge_commit_sha": node["mergeCommit"]["oid"] if node["mergedAt"] and node["mergeCommit"] else None,
            "base_branch": node["baseRefName"],
            "head_branch": node["headRefName"],
            "head_sha": node["headRefOid"],
            "is_cross_repository": node["isCrossRepository"],
            "additions": node["additions"],
            "deletions": node["deletions"],
            "changed_files": node["changedFiles"],
            "labels": sorted(label["name"] for label in labels),
            "closes_issues": links.closed_issues(node["body"], address=node["url"]),
            "reverts_number": links.reverted_number(node["body"], node["headRefName"], address=node["url"]),
            "issue_keys": issue_keys(
                node["title"],
                node["headRefName"],
                node["body"],
                [shapes.headline(each["commit"]["message"]) for each in commits],
            ),
            "html_url": node["url"],
            "commit_count": node["commits"]["totalCount"],
            "review_count": node["reviews"]["totalCount"],
            "commits": shapes.sorted_commits([_authored(each["commit"]) for each in commits]),
            "reviews": shapes.sorted_reviews([_review(each) for each in reviews]),
        }


def commit(node: dict[str, Any]) -> Record:
    with shapes.promised(f"The commit {node.get('oid')}"):
        return _authored(node) | {
            "message_headline": shapes.headline(node["message"]),
            "parents": [parent["oid"] for parent in node["parents"]["nodes"]],
        }


def deployment(node: dict[str, Any], statuses: list[dict[str, Any]]) -> Record:
    with shapes.promised(f"The deployment {node.get('databaseId')}"):
        return {
            "id": node["databaseId"],
            "environment": node["environment"],
            "sha": node["commitOid"],
            "task": node["task"],
            "creator": shapes.login_of(node["creator"]),
            "created_at": shapes.instant(node["createdAt"]),
            "updated_at": shapes.instant(node["updatedAt"]),
            "statuses": shapes.oldest_first(
                [{"state": each["state"].lower(), "created_at": shapes.instant(each["createdAt"])} for each in statuses]
            ),
        }


def _authored(node: dict[str, Any]) -> Record:
    author = node["author"] or {}
    return {
        "sha": node["oid"],
        "authored_at": shapes.instant(node["authoredDate"]),
        "committed_at": shapes.instant(node["committedDate"]),
        "author": _login(author),
        "author_name": author.get("name"),
    }


def _login(author: dict[str, Any]) -> str | None:
    """A commit's author is a `User` to GraphQL, a bot too; the name in the commit carries the suffix."""
    login, name = shapes.login_of(author.get("user")), author.get("name")
    return name if login and name == f"{login}[bot]" else login


def _review(node: dict[str, Any]) -> Record:
    return {
        "id": node["databaseId"],
        "reviewer": shapes.login_of(node["author"]),
        "reviewer_is_bot": shapes.is_bot(node["author"]),
        "state": node["state"],
        "submitted_at": shapes.instant(node["submittedAt"]),
    }
