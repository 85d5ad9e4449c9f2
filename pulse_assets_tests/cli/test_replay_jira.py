"""The whole way from recorded Jira traffic to the tables, as the command goes it."""

import datetime as dt
from pathlib import Path

import pytest

from pulse_assets.errors import ExitCode
from pulse_assets_tests.cli.conftest import Pulse
from pulse_assets_tests.cli.jira_home import (
    COLLECTED,
    Undisturbed,
    asked,
    differences,
    finished,
    jira_settings,
    lake_of,
)
from pulse_assets_tests.replay import Replay

COUNTS = """
SELECT (SELECT count(*) FROM issues) AS issues,
       (SELECT sum(history_count) FROM issues) AS histories,
       (SELECT count(DISTINCT history_id) FROM issue_changes) AS histories_with_changes,
       (SELECT count(*) FROM issue_changes) AS changes,
       (SELECT count(*) FROM issue_changes WHERE field = 'status') AS status_changes,
       (SELECT count(*) FROM sprints) AS sprints,
       (SELECT count(*) FROM quarantined_records) AS quarantined
"""
RECORDED = {
    "issues": 30,
    "histories": 517,
    "histories_with_changes": 517,
    "changes": 709,
    "status_changes": 165,
    "sprints": 30,
    "quarantined": 0,
}
#: Two kinds of quantiles: a value that was measured, or a point between two of them.
HOURS = """
WITH lead AS (SELECT epoch_ms(resolved_at) - epoch_ms(created_at) AS ms FROM issues)
SELECT round(quantile_disc(ms, 0.5) / 3600000, 4) AS median, round(quantile_disc(ms, 0.85) / 3600000, 4) AS p85,
       round(quantile_cont(ms::DOUBLE, 0.5) / 3600000, 4) AS median_between,
       round(quantile_cont(ms::DOUBLE, 0.85) / 3600000, 4) AS p85_between
FROM lead
"""
MONTHS = """
SELECT count(*) AS n, min(period_start)::VARCHAR AS first FROM flow_throughput
WHERE scope_kind = 'project' AND grain = 'month' AND issue_type = 'all'
"""
#: The routes that give issues in full, or their histories.
WHOLE = ("bulkfetch", "/changelog", "/issue/{key}")


def test_recorded_traffic_becomes_the_numbers_that_are_known_of_it(undisturbed: Undisturbed) -> None:
    home = undisturbed("cloud")
    assert asked(home, COUNTS) == [RECORDED]
    # The 26th of the 30 issues took 274.0937 h; interpolation goes 0.65 of the way from the 25th to it.
    assert asked(home, HOURS) == [
        {"median": 147.3578, "p85": 274.0937, "median_between": 147.3578, "p85_between": 274.093}
    ]


def test_data_center_gives_the_same_tables(undisturbed: Undisturbed) -> None:
    cloud, server = undisturbed("cloud"), undisturbed("datacenter")
    assert differences(cloud, server) == COLLECTED
    names = {path.split("/")[1] for path in lake_of(cloud)}
    assert {"issues", "issue_changes", "sprints", "issue_status_spans", "sprint_scope", "person_matches"} < names


def test_a_second_sync_reads_no_issue_in_full_and_says_that_there_is_no_news(
    pulse: Pulse, collected_home: Path, replay: Replay, undisturbed: Undisturbed
) -> None:
    ended = pulse("sync", "jira", **jira_settings(replay))
    assert ended.code == ExitCode.OK
    assert "No news since the last time." in ended.out
    routes = replay.calls()["routes"]
    assert not [route for route in routes if any(part in route for part in WHOLE)]
    assert sum(routes.values()) <= 12
    assert differences(undisturbed("cloud"), collected_home) == set()


@pytest.mark.full
def test_without_a_history_start_every_month_is_computed(replay: Replay, home: Path) -> None:
    settings = jira_settings(replay)
    del settings["PULSE_HISTORY_START"]
    ended = finished(home, "sync", "jira", **settings)
    assert ended.code == ExitCode.OK, ended.err
    assert "  EE: 261 new, 0 changed\n" in ended.out
    assert asked(home, COUNTS) == [RECORDED]
    today = dt.datetime.now(dt.UTC).date()
    assert asked(home, MONTHS) == [{"n": (today.year - 2020) * 12 + today.month - 5, "first": "2020-06-01"}]
    assert (home / "reports" / "sprint" / "EE-sprint-60.html").exists()
    assert "No news since the last time." in finished(home, "sync", "jira", **settings).out
