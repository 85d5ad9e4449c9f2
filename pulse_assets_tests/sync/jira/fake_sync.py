"""Syncs the Jira in memory and compares what landed with what it holds."""

from typing import Any

import sqlalchemy as sa

from pulse_assets.settings import Settings
from pulse_assets.store import Store
from pulse_assets.store.schema import LANDING
from pulse_assets.sync.engine import sync_partition
from pulse_assets.sync.jira import jira_streams
from pulse_assets.sync.jira.collection import BOARDS, ISSUES, SPRINTS, USERS
from pulse_assets.sync.outcome import PartitionOutcome
from pulse_assets_tests.sync.jira.fake_jira import FakeJira

NAME = "EE"
SETTINGS = Settings.load(jira_url="https://jira.example", jira_projects=(NAME,))


def sync(
    store: Store, jira: FakeJira, *, project: str = NAME, full: bool = False, settings: Settings = SETTINGS
) -> PartitionOutcome:
    jira.requests.clear()
    jira.read_in_full.clear()
    return sync_partition(store, jira_streams(jira.as_client(), store, settings), project, source="jira", full=full)


def proofs(store: Store) -> dict[str, str]:
    """Why records are missing, by key."""
    with store.engine.connect() as connection:
        statement = sa.select(LANDING.c.record_key, LANDING.c.missing_proof).where(LANDING.c.missing_since.is_not(None))
        return dict(connection.execute(statement).tuples().all())


def landed(store: Store, table: str, project: str = NAME) -> dict[str, dict[str, Any]]:
    return {row.key: row.payload for batch in store.landing.read(table, project) for row in batch}


def world(jira: FakeJira, project: str = NAME) -> dict[str, dict[str, Any]]:
    return {key: issue for key, issue in jira.store.items() if issue["project_key"] == project}


def assert_landing_is_the_world(store: Store, jira: FakeJira, project: str = NAME) -> None:
    issues = world(jira, project)
    assert landed(store, ISSUES, project) == issues
    persons = {issue["creator"] for issue in issues.values()}
    persons |= {history["author"] for issue in issues.values() for history in issue["histories"]}
    assert persons <= landed(store, USERS, project).keys()
    boards = {str(key) for key, board in jira.board_list.items() if board["project_key"] == project}
    assert landed(store, BOARDS, project).keys() == boards
    sprints = {str(k) for k, s in jira.sprint_list.items() if {str(b) for b in s["shown_by"]} & boards}
    assert landed(store, SPRINTS, project).keys() == sprints
