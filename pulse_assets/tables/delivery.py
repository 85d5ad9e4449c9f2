"""GitHub's records of delivery as rows: repositories, pull requests, commits and releases."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pulse_assets.sources.github.issue_keys import issue_keys
from pulse_assets.tables.labels import named_by
from pulse_assets.tables.values import earliest, instant, joined, text

Payload = Mapping[str, Any]
Row = dict[str, Any]
#: The branch that GitHub's button "Revert" makes: `revert-45-topic`.
_REVERT_BRANCH = re.compile(r"\brevert-\d+-")
_REVERT_TITLE = 'Revert "'


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


def pull_request_row(
    repository: str, record: Payload, *, hotfix: re.Pattern[str], service_prefix: re.Pattern[str]
) -> Row:
    """A pull request. Records landed by older versions do not say what it reverts and closes."""
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
        "remedy": _remedy(record, hotfix),
        "reverts_number": record.get("reverts_number"),
        "closes_issues": ",".join(map(str, sorted(set(record.get("closes_issues") or ())))) or None,
        "service": named_by(service_prefix, record["labels"]),
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


def pull_request_issue_key_rows(repository: str, record: Payload) -> Iterator[Row]:
    """The keys of issues that it names. Records landed by older versions tell those of title and branch only."""
    named = record.get("issue_keys")
    for each in issue_keys(record["title"], record["head_branch"], None, ()) if named is None else named:
        yield {
            "repository": repository,
            "number": record["number"],
            "key": text(each["key"]),
            "found_in": ",".join(each["found_in"]),
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


def _is_by_someone_else(review: Payload, pull_request: Payload) -> bool:
    # A deleted account has no login; two of them are taken for two people.
    is_own = review["reviewer"] is not None and review["reviewer"] == pull_request["author"]
    return not (is_own or review["reviewer_is_bot"] or review["state"] == "PENDING")


def _remedy(record: Payload, hotfix: re.Pattern[str]) -> str | None:
    branch = record["head_branch"] or ""
    if (
        record.get("reverts_number") is not None
        or record["title"].startswith(_REVERT_TITLE)
        or _REVERT_BRANCH.search(branch)
    ):
        return "revert"
    return "hotfix" if any(map(hotfix.search, (branch, *record["labels"]))) else None
