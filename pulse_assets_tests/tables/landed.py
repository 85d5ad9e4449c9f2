"""Canonical records of GitHub that say nothing, to be changed in one place by a test, and a store to land them in."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pulse_assets.settings import Settings
from pulse_assets.store import Record, Store
from pulse_assets.tables.transform import build_table
from pulse_assets_tests.text_tables import REPOSITORY

SEEN_AT = dt.datetime(2024, 6, 1, tzinfo=dt.UTC)
NOON = "2024-05-01T12:00:00Z"
BLANK: Mapping[str, dict[str, Any]] = {
    "raw_github_repositories": {
        "id": 1,
        "full_name": REPOSITORY,
        "default_branch": "main",
        "fork": False,
        "archived": False,
        "private": False,
        "created_at": NOON,
        "updated_at": NOON,
        "pushed_at": None,
        "html_url": None,
    },
    "raw_github_pull_requests": {
        "number": 1,
        "title": "Change",
        "state": "closed",
        "draft": False,
        "author": "ada",
        "author_is_bot": False,
        "created_at": NOON,
        "updated_at": NOON,
        "closed_at": NOON,
        "merged_at": NOON,
        "merge_commit_sha": "c1",
        "base_branch": "main",
        "head_branch": "topic",
        "head_sha": "c0",
        "is_cross_repository": False,
        "additions": 1,
        "deletions": 0,
        "changed_files": 1,
        "labels": [],
        "html_url": None,
        "commit_count": 0,
        "review_count": 0,
        "commits": [],
        "reviews": [],
    },
    "raw_github_commits": {
        "sha": "c0",
        "authored_at": NOON,
        "committed_at": NOON,
        "author": "ada",
        "author_name": "Ada",
        "message_headline": "Change",
        "parents": [],
    },
    "raw_github_releases": {
        "id": 1,
        "tag": "v1",
        "tag_sha": "c0",
        "name": None,
        "is_draft": False,
        "is_prerelease": False,
        "created_at": NOON,
        "published_at": NOON,
        "html_url": None,
    },
    "raw_github_deployments": {
        "id": 1,
        "environment": "production",
        "sha": "c0",
        "task": "deploy",
        "created_at": NOON,
        "updated_at": NOON,
        "creator": None,
        "statuses": [],
    },
    "raw_github_workflow_runs": {
        "id": 1,
        "name": "Deploy to production",
        "status": "completed",
        "conclusion": "success",
        "head_sha": "c0",
        "created_at": NOON,
        "updated_at": NOON,
    },
    "raw_github_issues": {
        "number": 1,
        "title": "Down",
        "state": "open",
        "author": "ada",
        "labels": ["incident"],
        "created_at": NOON,
        "updated_at": NOON,
        "closed_at": None,
        "html_url": None,
    },
}
_KEYS = ("number", "id", "sha")


def raw(table: str, **changes: Any) -> Record:
    """A record like the blank one, but for the changes."""
    payload = BLANK[table] | changes
    key = next(payload[name] for name in _KEYS if name in payload)
    return Record(table, str(key), payload, SEEN_AT)


def land(store: Store, *landed: Record) -> None:
    """Lands the records, and their repository if it is not among them."""
    with store.transaction() as connection:
        if not any(record.table == "raw_github_repositories" for record in landed):
            store.landing.upsert(connection, REPOSITORY, [raw("raw_github_repositories")], seen_at=SEEN_AT)
        store.landing.upsert(connection, REPOSITORY, list(landed), seen_at=SEEN_AT)


def complete(store: Store, **expected: int) -> None:
    """Records that the repository was collected completely."""
    with store.transaction() as connection:
        state = {"collected_at": "2024-06-01T00:00:00Z", "expected": expected}
        store.checkpoints.save(connection, REPOSITORY, "complete", state)


def built(name: str, store: Store, settings: Settings) -> list[dict[str, Any]]:
    """The rows of a clean table."""
    return [row for batch in build_table(name, store, REPOSITORY, settings) for row in batch.to_pylist()]


def review(number: int, reviewer: str | None, submitted_at: str, **changes: Any) -> dict[str, Any]:
    blank = {"id": number, "reviewer": reviewer, "reviewer_is_bot": False, "state": "APPROVED"}
    return blank | {"submitted_at": submitted_at} | changes


def commit(sha: str, authored_at: str = NOON) -> dict[str, Any]:
    return {"sha": sha, "authored_at": authored_at, "committed_at": NOON, "author": None, "author_name": "Ada"}
