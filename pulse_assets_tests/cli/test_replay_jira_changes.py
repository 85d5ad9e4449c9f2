"""What a second `pulse sync jira` makes of issues and sprints that have changed, and that it changes nothing else."""

import calendar
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from pulse_assets.errors import ExitCode
from pulse_assets_tests.cli.conftest import Pulse
from pulse_assets_tests.cli.jira_home import (
    COLLECTED,
    Finished,
    Undisturbed,
    differences,
    finished,
    jira_settings,
    landing_of,
    last_month,
    rows_of,
)
from pulse_assets_tests.cli.jira_proxy import changing, each_issue
from pulse_assets_tests.replay import Replay

OF_ISSUES = ("clean/issues", "clean/issue_changes", "facts/issue_status_spans", "facts/issue_flow")
DEV = {"id": "10041", "key": "DEV", "name": "DevLake"}


def changed_keys(before: Path, after: Path, table: str) -> set[str]:
    """Keys of the issues whose rows of a table are not the same."""
    rows = [{json.dumps(row, default=str) for row in rows_of(home, table)} for home in (before, after)]
    return {json.loads(row)["key"] for row in rows[0] ^ rows[1]}


def begun_at() -> dt.datetime:
    """Of EE-10, in the month before this one."""
    month = last_month()
    return dt.datetime(month.year, month.month, 11, 6, tzinfo=dt.UTC)


@pytest.fixture
def advanced(pulse: Pulse, collected_home: Path, replay: Replay) -> tuple[Path, Finished]:
    """A home that was synced again after one issue was begun."""
    replay.advance(jira_issue="EE-10", set={"status": "In Progress"}, at=begun_at().isoformat())
    return collected_home, pulse("sync", "jira", "--json", **jira_settings(replay))


def test_exactly_the_advanced_issue_changes_and_the_flow_with_it(
    advanced: tuple[Path, Finished], pulse: Pulse, undisturbed: Undisturbed
) -> None:
    (home, ended), before, begun = advanced, undisturbed("cloud"), begun_at()
    assert ended.code == ExitCode.OK, ended.err
    partition = json.loads(ended.out)["partitions"]["EE"]
    assert (partition["new_count"], partition["changed_count"]) == (0, 1)
    for table in OF_ISSUES:
        assert changed_keys(before, home, table) == {"EE-10"}, table
    spans = [row for row in rows_of(home, "facts/issue_status_spans") if row["key"] == "EE-10"]
    assert [(span["status"], span["status_category"], span["is_open"]) for span in spans[-2:]] == [
        ("已完成", "done", False),
        ("In Progress", "in_progress", True),
    ]
    assert (spans[-2]["left_at"], spans[-1]["entered_at"], spans[-1]["left_at"]) == (begun, begun, None)
    # In progress at the end of the 11th and of every day after it.
    day_count = calendar.monthrange(begun.year, begun.month)[1]
    sql = """SELECT average_count, max_count, end_count, age_median_hours FROM flow_work_in_progress
             WHERE scope_kind = 'project' AND grain = 'month' ORDER BY period_start LIMIT 1"""
    (figures,) = json.loads(pulse("query", sql, "--json").out)
    assert figures == {
        "average_count": pytest.approx((day_count - 10) / day_count),
        "max_count": 1,
        "end_count": 1,
        "age_median_hours": (day_count - 10) * 24.0 - 6,
    }
    assert "No news since the last time." in pulse("sync", "jira").out


@pytest.fixture(scope="module")
def changed(
    replay_server: Replay, undisturbed: Undisturbed, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A home that was synced again after three things had happened."""
    home = copytree(undisturbed("cloud"), tmp_path_factory.mktemp("changed") / "home")
    replay_server.reset()
    for number in range(30):
        title = {"summary": f"Title {number}"}
        replay_server.advance(jira_issue="EE-17", set=title, at=f"2023-01-01T00:{number:02}:00Z")
    replay_server.remove(jira_issue="EE-1")
    replay_server.advance(jira_sprint=7, set={"state": "active", "completeDate": None})
    ended = finished(home, "sync", "jira", **jira_settings(replay_server))
    assert ended.code == ExitCode.OK, ended.err
    yield home
    replay_server.reset()


def test_nothing_else_changes(changed: Path, undisturbed: Undisturbed) -> None:
    for table in OF_ISSUES:
        assert changed_keys(undisturbed("cloud"), changed, table) <= {"EE-1", "EE-17"}, table


def test_an_issue_with_more_than_forty_histories_arrives_with_all_of_them(changed: Path) -> None:
    (issue,) = [row for row in rows_of(changed, "clean/issues") if row["key"] == "EE-17"]
    changes = [row for row in rows_of(changed, "clean/issue_changes") if row["key"] == "EE-17"]
    assert (issue["history_count"], len({row["history_id"] for row in changes})) == (61, 61)
    titles = sorted((row["ordinal"], row["to_value"]) for row in changes if row["field"] == "summary")
    assert [title for _, title in titles] == [f"Title {number}" for number in range(30)]


def test_a_deleted_issue_leaves_every_table_and_stays_landed_as_missing(changed: Path) -> None:
    for table in OF_ISSUES:
        keys = {row["key"] for row in rows_of(changed, table)}
        assert ("EE-1" in keys, "EE-2" in keys, len(keys)) == (False, True, 29), table
    assert [row[2] for row in landing_of(changed) if row[-1]] == ["10063"]


def test_a_sprint_that_is_opened_again_has_no_end_and_carries_nothing_over(
    changed: Path, undisturbed: Undisturbed
) -> None:
    def carried(home: Path) -> list[Any]:
        return [row["is_carried_over"] for row in rows_of(home, "facts/sprint_scope") if row["sprint_id"] == 7]

    (sprint,) = [row for row in rows_of(changed, "clean/sprints") if row["sprint_id"] == 7]
    assert (sprint["state"], sprint["completed_at"]) == ("active", None)
    assert set(carried(undisturbed("cloud"))) <= {True, False}
    assert set(carried(changed)) == {None}


def test_an_issue_that_is_moved_is_counted_once_under_its_new_key(
    pulse: Pulse, collected_home: Path, replay: Replay
) -> None:
    def renamed(_path: str, _headers: object, found: Any) -> Any:
        """Gives the moved issue the key of its project, which the replay server cannot."""
        return each_issue(found, lambda issue: issue.update(key="DEV-1") if is_moved(issue) else None)

    def is_moved(issue: dict[str, Any]) -> bool:
        return issue["id"] == "10063" and issue["fields"].get("project", {}).get("key") == "DEV"

    with changing(replay.url, renamed) as url:
        settings = jira_settings(replay, PULSE_JIRA_URL=f"{url}/jira", PULSE_JIRA_PROJECTS="EE,DEV")
        replay.advance(jira_issue="EE-1", set={"project": DEV}, at="2023-01-01T00:00:00Z")
        ended = pulse("sync", "jira", **settings)
    assert ended.code == ExitCode.OK, ended.err
    for table in OF_ISSUES:
        assert {row["key"] for row in rows_of(collected_home, table, "DEV")} == {"DEV-1"}, table
        keys = {row["key"] for row in rows_of(collected_home, table)}
        assert ("EE-1" in keys, len(keys)) == (False, 29), table
    histories = [row["history_count"] for key in ("EE", "DEV") for row in rows_of(collected_home, "clean/issues", key)]
    assert (len(histories), sum(histories)) == (30, 518)


@pytest.mark.full
def test_reading_everything_again_gives_the_same_tables(
    pulse: Pulse, collected_home: Path, replay: Replay, undisturbed: Undisturbed
) -> None:
    ended = pulse("sync", "jira", "--full", "--json", **jira_settings(replay))
    assert ended.code == ExitCode.OK, ended.err
    partition = json.loads(ended.out)["partitions"]["EE"]
    assert (partition["new_count"], partition["changed_count"]) == (0, 0)
    assert differences(undisturbed("cloud"), collected_home) == COLLECTED
