"""GitHub's records of delivery as rows: repositories, pull requests, commits, releases and deployments."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pulse_assets.tables.values import earliest, instant, joined, text

Payload = Mapping[str, Any]
Row = dict[str, Any]
_FAILED = ("failure", "error")


def repository_row(repository: str, record: Payload, collected_at: dt.datetime | None) -> Row:
    return {
        "repository": repository,
        "repository_id": record["id"],
        "default_branch": text(record["default_branch"]),
        "is_fork": record["fork"],
        "is_archived": record["archived"],
        "is_private": record["private"],
        "created_at": instant(record["created_at"]),
        "updated_at": instant(record["updated_at"]),
        "pushed_at": instant(record["pushed_at"]),
        "collected_at": collected_at,
        "url": text(record["html_url"]),
    }


def pull_request_row(repository: str, record: Payload) -> Row:
    merged_at = instant(record["merged_at"])
    return {
        "repository": repository,
        "number": record["number"],
        "title": text(record["title"]),
        "author": text(record["author"]),
        "is_bot": record["author_is_bot"],
        "state": text(record["state"]),
        "is_draft": record["draft"],
        "created_at": instant(record["created_at"]),
        "updated_at": instant(record["updated_at"]),
        "closed_at": instant(record["closed_at"]),
        "merged_at": merged_at,
        # On an open pull request GitHub gives a test merge here.
        "merge_commit_sha": text(record["merge_commit_sha"]) if merged_at else None,
        "base_branch": text(record["base_branch"]),
        "head_branch": text(record["head_branch"]),
        "head_sha": text(record["head_sha"]),
        "is_cross_repository": record["is_cross_repository"],
        "labels": joined(record["labels"]),
        "additions": record["additions"],
        "deletions": record["deletions"],
        "changed_files_count": record["changed_files"],
        "commit_count": record["commit_count"],
        "review_count": record["review_count"],
        "first_commit_at": earliest(instant(commit["authored_at"]) for commit in record["commits"]),
        "first_review_at": earliest(
            instant(review["submitted_at"]) for review in record["reviews"] if _is_by_someone_else(review, record)
        ),
        "url": text(record["html_url"]),
    }


def pull_request_commit_rows(repository: str, record: Payload) -> Iterator[Row]:
    for commit in record["commits"]:
        yield {
            "repository": repository,
            "number": record["number"],
            "sha": text(commit["sha"]),
            "authored_at": instant(commit["authored_at"]),
            "committed_at": instant(commit["committed_at"]),
            "author": text(commit["author"]),
            "author_name": text(commit.get("author_name")),
        }


def pull_request_review_rows(repository: str, record: Payload) -> Iterator[Row]:
    """The submitted reviews; a pending one is visible to its author only."""
    for review in record["reviews"]:
        if review["state"] != "PENDING":
            yield {
                "repository": repository,
                "number": record["number"],
                "review_id": review["id"],
                "reviewer": text(review["reviewer"]),
                "is_bot": review["reviewer_is_bot"],
                "state": text(review["state"]),
                "submitted_at": instant(review["submitted_at"]),
            }


def commit_row(repository: str, record: Payload, position: int | None, *, is_head: bool) -> Row:
    parents = record["parents"]
    return {
        "repository": repository,
        "sha": text(record["sha"]),
        "authored_at": instant(record["authored_at"]),
        "committed_at": instant(record["committed_at"]),
        "author": text(record["author"]),
        "author_name": text(record["author_name"]),
        "message_headline": text(record["message_headline"]),
        "parent_count": len(parents),
        "first_parent_sha": text(parents[0]) if parents else None,
        "mainline_position": position,
        "is_head": is_head,
    }


def release_row(repository: str, record: Payload) -> Row:
    return {
        "repository": repository,
        "release_id": record["id"],
        "tag": text(record["tag"]),
        "tag_sha": text(record["tag_sha"]),
        "name": text(record["name"]),
        "is_draft": record["is_draft"],
        "is_prerelease": record["is_prerelease"],
        "created_at": instant(record["created_at"]),
        "published_at": instant(record["published_at"]),
        "url": text(record["html_url"]),
    }


def deployment_row(repository: str, record: Payload, production: re.Pattern[str]) -> Row:
    status, finished_at = _outcome(record["statuses"])
    environment = text(record["environment"]) or ""
    return {
        "repository": repository,
        "deployment_id": record["id"],
        "source": "deployments",
        "environment": environment,
        "is_production": production.search(environment) is not None,
        "sha": text(record["sha"]),
        "creator": text(record["creator"]),
        "created_at": instant(record["created_at"]),
        "finished_at": finished_at,
        "status": status,
    }


def released_deployment_rows(repository: str, record: Payload) -> Iterator[Row]:
    """A published release as a deployment that succeeded when it was published; a draft was not deployed."""
    published_at = instant(record["published_at"])
    if published_at is not None and not record["is_draft"]:
        yield {
            "repository": repository,
            "deployment_id": record["id"],
            "source": "releases",
            "environment": "production",
            "is_production": not record["is_prerelease"],
            "sha": text(record["tag_sha"]),
            "creator": None,
            "created_at": instant(record["created_at"]) or published_at,
            "finished_at": published_at,
            "status": "success",
        }


def _is_by_someone_else(review: Payload, pull_request: Payload) -> bool:
    # A deleted account has no login; two of them are taken for two people.
    is_own = review["reviewer"] is not None and review["reviewer"] == pull_request["author"]
    return not (is_own or review["reviewer_is_bot"] or review["state"] == "PENDING")


def _outcome(statuses: list[Payload]) -> tuple[str | None, dt.datetime | None]:
    """Status and finish. GitHub sets `inactive` when a newer deployment succeeds; that is not how it ended."""
    dated = sorted(((instant(status["created_at"]), text(status["state"])) for status in statuses), key=_when)
    for at, state in dated:
        if state == "success":
            return state, at
    telling = [(at, state) for at, state in dated if state != "inactive"]
    if not telling:
        return ("inactive" if dated else "pending"), None
    at, state = telling[-1]
    return state, at if state in _FAILED else None


def _when(status: tuple[dt.datetime | None, str | None]) -> dt.datetime:
    at, state = status
    if at is None:
        raise ValueError(f"the deployment status {state!r} has no time")
    return at
