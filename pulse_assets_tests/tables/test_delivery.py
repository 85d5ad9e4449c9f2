from typing import Any

import pytest

from pulse_assets.errors import ContractBroken
from pulse_assets.settings import Settings
from pulse_assets.store import Store
from pulse_assets_tests.tables.landed import built, land, raw

PULLS = "raw_github_pull_requests"


def named(store: Store, settings: Settings, **changes: Any) -> list[tuple[Any, ...]]:
    land(store, raw(PULLS, **changes))
    rows = built("pull_request_issue_keys", store, settings)
    return [(row["repository"], row["number"], row["key"], row["found_in"]) for row in rows]


def test_keys_of_issues_are_rows_with_their_places(sqlite_store: Store, settings: Settings) -> None:
    keys = [{"key": "PAY-1", "found_in": ["title", "commit"]}, {"key": "UTF-8", "found_in": ["body"]}]
    assert named(sqlite_store, settings, number=5, issue_keys=keys) == [
        ("acme/api", 5, "PAY-1", "title,commit"),
        ("acme/api", 5, "UTF-8", "body"),
    ]


def test_a_pull_request_without_keys_has_no_row(sqlite_store: Store, settings: Settings) -> None:
    assert named(sqlite_store, settings, title="PAY-1", issue_keys=[]) == []


@pytest.mark.parametrize("branch", ["pay-2-refunds", None])
def test_a_record_of_an_older_version_names_keys_by_title_and_branch(
    sqlite_store: Store, settings: Settings, branch: str | None
) -> None:
    rows = named(sqlite_store, settings, number=5, title="PAY-1: refunds", head_branch=branch)
    assert rows == [("acme/api", 5, "PAY-1", "title"), *([("acme/api", 5, "PAY-2", "branch")] if branch else [])]


def test_keys_of_another_shape_break_the_contract(sqlite_store: Store, settings: Settings) -> None:
    with pytest.raises(ContractBroken, match=f"of {PULLS} in acme/api has no field 'found_in'"):
        named(sqlite_store, settings, issue_keys=[{"key": "PAY-1"}])
