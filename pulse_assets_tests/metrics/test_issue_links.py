from pathlib import Path
from typing import Any

import pytest

from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.metrics.across import built, filled

ISSUES = """
    key
    PAY-1
    PAY-2
"""
PULL_REQUESTS = """
    number  title
    5       Refunds
    6       More
"""


@pytest.fixture
def links(tmp_path: Path, settings: Settings) -> Any:
    """Builds the fact from what pull requests of acme/api name, and gives its rows."""

    def build(named: str, **texts: str) -> list[dict[str, Any]]:
        lake = Lake(tmp_path)
        filled(
            lake,
            {"acme/api": {"pull_requests": PULL_REQUESTS, "pull_request_issue_keys": named}},
            {"PAY": {"issues": ISSUES} | texts},
        )
        return built("issue_links", lake, settings)

    return build


def shown(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    names = ("number", "key", "named_key", "project", "found_in", "is_counted", "reason")
    return [tuple(row[name] for name in names) for row in rows]


def test_a_key_leads_to_its_issue(links: Any) -> None:
    rows = links("number  key    found_in\n5       PAY-1  title,commit\n6       PAY-1  body")
    assert shown(rows) == [
        (5, "PAY-1", "PAY-1", "PAY", "title,commit", True, None),
        (6, "PAY-1", "PAY-1", "PAY", "body", True, None),
    ]
    assert {row["repository"] for row in rows} == {"acme/api"}


def test_an_issue_that_a_collected_project_does_not_have_is_not_counted(links: Any) -> None:
    assert shown(links("number  key    found_in\n5       PAY-9  branch")) == [
        (5, "PAY-9", "PAY-9", None, "branch", False, "unknown_issue")
    ]


@pytest.mark.parametrize("key", ["UTF-8", "SHA-256", "ISO-8601", "WEB-1", "PAY_2-1"])
def test_what_belongs_to_no_collected_project_is_no_link(links: Any, key: str) -> None:
    assert links(f"number  key  found_in\n5  {key}  title") == []


MOVED = """
    key    history_id  item  ordinal  field  from_value  to_value  changed_at
    PAY-1  100         0     0        Key    OLD-7       WEB-3     2024-05-01
    PAY-1  101         0     1        Key    WEB-3       PAY-1     2024-05-02
    PAY-2  102         0     0        status  OLD-8      PAY-2     2024-05-02
"""


def test_a_key_of_before_a_move_leads_to_the_key_of_today(links: Any) -> None:
    rows = links("number  key    found_in\n5  OLD-7  title\n6  WEB-3  title\n6  OLD-8  title\n", issue_changes=MOVED)
    assert shown(rows) == [
        (5, "PAY-1", "OLD-7", "PAY", "title", True, None),
        (6, "PAY-1", "WEB-3", "PAY", "title", True, None),
    ]


def test_one_issue_named_by_several_keys_is_one_link(links: Any) -> None:
    rows = links(
        "number  key    found_in\n5  OLD-7  title,commit\n5  WEB-3  body\n5  PAY-1  branch,body\n", issue_changes=MOVED
    )
    assert shown(rows) == [(5, "PAY-1", "PAY-1", "PAY", "title,branch,body,commit", True, None)]
    rows = links("number  key    found_in\n5  WEB-3  body\n5  OLD-7  commit", issue_changes=MOVED)
    assert shown(rows) == [(5, "PAY-1", "OLD-7", "PAY", "body,commit", True, None)]


def test_the_key_of_today_goes_before_an_old_one(links: Any) -> None:
    taken = "key  history_id  field  from_value  to_value  changed_at\nPAY-2  1  Key  PAY-1  PAY-2  2024-05-01"
    rows = links("number  key    found_in\n5  PAY-1  title", issue_changes=taken)
    assert shown(rows) == [(5, "PAY-1", "PAY-1", "PAY", "title", True, None)]


def test_without_jira_there_are_no_links(tmp_path: Path, settings: Settings) -> None:
    lake = Lake(tmp_path)
    keys = "number  key  found_in\n5  PAY-1  title"
    filled(lake, {"acme/api": {"pull_requests": PULL_REQUESTS, "pull_request_issue_keys": keys}}, {})
    assert built("issue_links", lake, settings) == []


def test_repositories_and_projects_are_seen_together(tmp_path: Path, settings: Settings) -> None:
    lake = Lake(tmp_path)
    keys = "number  key  found_in\n5  PAY-1  title\n5  WEB_2-1  body"
    texts = {"pull_requests": PULL_REQUESTS, "pull_request_issue_keys": keys}
    filled(
        lake,
        {"acme/api": texts, "acme/web": texts},
        {"PAY": {"issues": "key\nPAY-1"}, "WEB_2": {"issues": "key\nWEB_2-1"}},
    )
    assert [(row["repository"], row["key"], row["project"]) for row in built("issue_links", lake, settings)] == [
        ("acme/api", "PAY-1", "PAY"),
        ("acme/api", "WEB_2-1", "WEB_2"),
        ("acme/web", "PAY-1", "PAY"),
        ("acme/web", "WEB_2-1", "WEB_2"),
    ]
